//! Patterns of `--only` that match nothing.

use std::collections::BTreeSet;

use crate::expectation::pattern_text;
use crate::kinds::Kind;
use crate::pull::is_wanted;
use crate::snapshot::Snapshot;
use crate::terminal::visible;

/// A warning for each pattern that matches nothing, where others do.
pub(super) fn warnings(snapshot: &Snapshot, patterns: &[glob::Pattern], schema: &str, schemas: &[String]) -> String {
    let matches = |pattern: &glob::Pattern| {
        let one = std::slice::from_ref(pattern);
        Kind::roots().any(|kind| {
            let mut objects = snapshot.of_kind(kind);
            objects.any(|(id, _)| is_wanted(kind, id, one, schema, schemas))
        })
    };
    let idle = patterns.iter().filter(|pattern| !matches(pattern));
    let warnings: Vec<String> = idle
        .map(|pattern| {
            let help = help(snapshot, std::slice::from_ref(pattern), schema);
            format!(
                "warning: nothing in the database matches {}\n{help}",
                pattern_text(pattern)
            )
        })
        .collect();
    let missing = missing_schemas(snapshot, schemas).into_iter();
    let missing = missing.map(|schema| format!("warning: schema {} does not exist\n", visible(schema)));
    missing.chain(warnings).collect()
}

/// What to write instead of patterns that are the names of what is written with another object, such as a column.
pub(super) fn help(snapshot: &Snapshot, patterns: &[glob::Pattern], schema: &str) -> String {
    let mut wholes = BTreeSet::new();
    for kind in Kind::ALL.iter().filter(|kind| !kind.spec().parents.is_empty()) {
        for (id, _) in snapshot.of_kind(*kind) {
            let names = kind.names(id, schema);
            if patterns.iter().any(|pattern| names.contains(&pattern_text(pattern))) {
                wholes.insert((kind.words(), kind.show(id), id.relation().to_string()));
            }
        }
    }
    let lines = wholes.iter().map(|(words, id, whole)| {
        format!("  help: {words} {id} is written with the object that contains it: --only '{whole}'\n")
    });
    lines.collect()
}

/// The schemas among these that do not exist.
pub(super) fn missing_schemas<'a>(snapshot: &Snapshot, schemas: &'a [String]) -> Vec<&'a str> {
    let Some(kind) = Kind::roots().find(|kind| kind.is_namespace()) else {
        return Vec::new();
    };
    let exists = |schema: &str| snapshot.of_kind(kind).any(|(id, _)| id.last() == schema);
    let missing = schemas.iter().filter(|schema| !exists(schema));
    missing.map(String::as_str).collect()
}
