//! A module imports from its own layer and from those below it.

use std::collections::BTreeSet;

use super::{code_of, is_kinds, sources};

/// The modules of the crate, from the lowest layer to the highest. A module imports from its own layer and from those
/// below it.
const LAYERS: [&[&str]; 10] = [
    &[
        "error",
        "fnv",
        "hex",
        "input",
        "invisible",
        "migrations",
        "object_id",
        "plural",
        "random",
        "redact",
        "source_map",
        "sql_text",
        "suggest",
        "terminal",
        "undo",
        "yaml",
    ],
    &[
        "attribute",
        "fix",
        "hint",
        "kinds",
        "partitions",
        "platform",
        "privileges",
        "secret",
        "snapshot",
        "sql",
        "value",
    ],
    &["expectation", "observed"],
    &["finding", "not_compared", "role_map"],
    &["report"],
    &[
        "baseline",
        "catalog",
        "compare",
        "json_schema",
        "pull",
        "reference",
        "repair",
        "saved",
        "variant",
    ],
    &[
        "environment",
        "fleet",
        "manual",
        "models",
        "program",
        "project",
        "scratch",
        "source",
        "update",
    ],
    &["atomic_file", "cli", "console"],
    &["session"],
    &["commands"],
];

/// Modules that may import these alone, whatever their layer.
const ALLOWED: [(&str, &[&str]); 4] = [
    (
        "kinds",
        &[
            "attribute",
            "error",
            "fix",
            "hint",
            "object_id",
            "privileges",
            "redact",
            "secret",
            "snapshot",
            "source_map",
            "sql",
            "sql_text",
            "suggest",
            "value",
            "yaml",
        ],
    ),
    ("yaml", &["error", "invisible", "redact", "source_map"]),
    (
        "observed",
        &["attribute", "hint", "migrations", "object_id", "snapshot", "value"],
    ),
    (
        "expectation",
        &[
            "attribute",
            "error",
            "input",
            "kinds",
            "migrations",
            "object_id",
            "platform",
            "redact",
            "source_map",
            "sql_text",
            "suggest",
            "value",
            "yaml",
        ],
    ),
];

/// The module that a file belongs to, by its path below `src`.
pub(super) fn module(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

/// The modules that a text imports or names, each once.
fn imports(code: &str) -> BTreeSet<&str> {
    code.lines()
        .flat_map(|line| code_of(line).split("crate::").skip(1))
        .map(|rest| match rest.find(|c: char| !c.is_alphanumeric() && c != '_') {
            // A list in braces is no module, so it is reported: each import has a line of its own.
            Some(0) | None => rest,
            Some(end) => &rest[..end],
        })
        .collect()
}

/// The layer of a module, counted from the bottom; none for a module that LAYERS does not have.
pub fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Every import that is not allowed, as a line.
fn forbidden_imports(sources: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (file, code) in sources.iter().filter(|(file, _)| file != "lib.rs" && file != "main.rs") {
        let own = module(file);
        let Some(own_layer) = layer(own) else {
            found.push(format!("src/{file}: LAYERS does not say where {own} is"));
            continue;
        };
        let allowed = ALLOWED
            .iter()
            .find(|(name, _)| *name == own)
            .map(|(_, allowed)| allowed);
        for import in imports(code).into_iter().filter(|import| *import != own) {
            let is_below = layer(import).is_some_and(|layer| layer <= own_layer);
            if !is_below || allowed.is_some_and(|allowed| !allowed.contains(&import)) {
                found.push(format!("src/{file}: {own} imports {import}"));
            }
        }
    }
    found
}

#[test]
fn modules_import_what_is_below_them() {
    let forbidden = forbidden_imports(&sources());
    assert!(forbidden.is_empty(), "{}", forbidden.join("\n"));
    // A test that could not fail would say nothing.
    let wrong = |file: &str, code: &str| forbidden_imports(&[(file.to_owned(), code.to_owned())]).len();
    assert_eq!(wrong("catalog/capture.rs", "use crate::session::Session;"), 1);
    assert_eq!(wrong("kinds/index.rs", "use crate::platform::Platform;"), 1);
    assert_eq!(wrong("nowhere.rs", ""), 1);
    assert_eq!(wrong("commands/check.rs", "use crate::{session::Session, kinds};"), 1);
    assert_eq!(
        wrong("commands/check.rs", "use crate::session::Session; // crate::nothing"),
        0
    );
}

#[test]
fn kinds_depend_on_the_vocabulary_alone() {
    let (_, vocabulary) = ALLOWED[0];
    for (file, code) in sources().iter().filter(|(file, _)| is_kinds(file)) {
        let others: Vec<&str> = imports(code)
            .into_iter()
            .filter(|import| *import != "kinds" && !vocabulary.contains(import))
            .collect();
        assert!(others.is_empty(), "src/{file} imports {others:?}");
    }
}
