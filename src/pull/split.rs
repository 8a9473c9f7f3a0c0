//! One expectation file per object for some kinds, and one more file for the rest.
//!
//! Only the file of the rest is exact for the whole database; the others are exact for their object. Files of one
//! database are compared together, so that an object that any of them lists is listed.

use std::collections::{BTreeMap, BTreeSet};

use super::{IgnoredBy, Nesting, PullOptions, Writer, file, has_owner_to_write, key, sections};
use crate::fnv::fnv1a;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::Snapshot;

use crate::yaml::write::Fragment;

/// One of the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitFile {
    /// Its folder, relative to the output folder; none for the rest.
    pub folder: Option<&'static str>,
    /// Its name.
    pub name: String,
    /// Its text, without a header.
    pub text: String,
}

/// The name of the file of the rest.
const REST: &str = "database.yaml";

/// The extension of every file.
const END: &str = ".yaml";

/// The kind with this name, for example `table`, or with this section, `tables`.
///
/// # Errors
/// The kinds whose objects can have files of their own, if none of them has this name.
pub fn kind(word: &str) -> Result<Kind, Vec<&'static str>> {
    // Schemas belong to the file that is exact for the database.
    let kinds = || Kind::roots().filter(|kind| !kind.is_namespace());
    kinds()
        .find(|kind| kind.spec().name == word || kind.spec().section == word)
        .ok_or_else(|| kinds().map(|kind| kind.spec().name).collect())
}

/// The files of a snapshot; none if no object is selected.
#[must_use]
pub fn split(snapshot: &Snapshot, choice: &PullOptions<'_>, kinds: &BTreeSet<Kind>) -> Vec<SplitFile> {
    let writer = Writer {
        snapshot,
        schema: choice.schema,
        any_partitions: choice.any_partitions,
        ignored: IgnoredBy::Names(choice.ignored),
    };
    let mut files = Vec::new();
    for kind in kinds {
        let objects: Vec<&ObjectId> = snapshot
            .of_kind(*kind)
            .filter(|(id, object)| {
                (!object.is_implicit() || snapshot.is_partial(*kind, id) || has_owner_to_write(*kind, object))
                    && (choice.wanted)(*kind, id)
                    && stands_alone(snapshot, id)
            })
            .map(|(id, _)| id)
            .collect();
        let keys: Vec<String> = objects.iter().map(|id| key(*kind, id, choice.schema)).collect();
        let open = PullOptions {
            whole: false,
            database: None,
            history: None,
            ..*choice
        };
        for ((id, key), name) in objects.iter().zip(&keys).zip(names(&keys)) {
            let Some(object) = snapshot.get(*kind, id) else {
                continue;
            };
            let section = Fragment::Map(vec![(
                key.clone(),
                writer.write(*kind, id, object, true, Nesting::Object),
            )]);
            files.push(SplitFile {
                folder: Some(kind.spec().section),
                name,
                text: file(&open, vec![(kind.spec().section.to_owned(), section)]),
            });
        }
    }
    let is_rest =
        |kind: Kind, id: &ObjectId| (choice.wanted)(kind, id) && !(kinds.contains(&kind) && stands_alone(snapshot, id));
    let rest = sections(
        snapshot,
        &PullOptions {
            wanted: &is_rest,
            ..*choice
        },
    );
    // The file of the rest is exact even if it lists no objects.
    if !rest.is_empty() || (choice.whole && !files.is_empty()) {
        files.push(SplitFile {
            folder: None,
            name: REST.to_owned(),
            text: file(choice, rest),
        });
    }
    files
}

/// Whether the file of the rest lists the schema of an object. An exact file requires
/// that the schemas it lists contain nothing else. A schema that no file lists, because it belongs to an extension, can
/// only be covered by its objects.
fn stands_alone(snapshot: &Snapshot, id: &ObjectId) -> bool {
    let [schema, _, ..] = id.parts() else {
        return true;
    };
    let schema = ObjectId::new(vec![schema.clone()]);
    let mut namespaces = Kind::ALL.iter().filter(|kind| kind.is_namespace());
    namespaces.any(|kind| snapshot.get(*kind, &schema).is_some_and(|object| !object.is_implicit()))
}

/// The names of the files of objects with these keys: as the objects are called, as far as every file system takes
/// that. A name that had to be changed, and one that differs from another only in its case, has a mark behind it that
/// no other name has. The name of a file depends on the other objects as little as that allows.
fn names(keys: &[String]) -> Vec<String> {
    let stems: Vec<String> = keys.iter().map(|key| stem(key)).collect();
    let mut same: BTreeMap<String, usize> = BTreeMap::new();
    for stem in &stems {
        *same.entry(stem.to_lowercase()).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let mut names = Vec::with_capacity(keys.len());
    for (key, stem) in keys.iter().zip(stems) {
        let lower = stem.to_lowercase();
        // What needs no capitals has the name to itself.
        let is_shared = same.get(&lower).is_some_and(|count| *count > 1) && lower != *key;
        let mut name = if stem == *key && !is_shared {
            stem
        } else {
            format!("{stem}~{:08x}", fnv1a(key))
        };
        while !taken.insert(name.to_lowercase()) {
            name.push('_');
        }
        names.push(name + END);
    }
    names
}

/// The key without what some file system does not take in a name.
fn stem(key: &str) -> String {
    // A name may have 255 bytes on most file systems, and the whole path 260 on some.
    const LONGEST: usize = 100;
    let mut stem = String::new();
    for c in key.chars() {
        // Other letters than those of ASCII are the same in several spellings on some file systems.
        let c = if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') {
            c
        } else {
            '_'
        };
        if !(c == '_' && stem.ends_with('_')) || key.contains("__") {
            stem.push(c);
        }
    }
    stem.truncate(LONGEST);
    let device = stem.split('.').next().unwrap_or_default().to_lowercase();
    let numbered = |name: &str| {
        let end = device.strip_prefix(name);
        end.is_some_and(|end| end.len() == 1 && end.bytes().all(|b| b.is_ascii_digit()))
    };
    let is_device = matches!(device.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt");
    if is_device || stem.is_empty() || stem.starts_with(['.', '-']) {
        stem.insert(0, '_');
    }
    stem
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(keys: &[&str], expected: &[&str]) {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        assert_eq!(names(&keys), expected);
    }

    #[test]
    fn a_file_is_called_like_its_object() {
        check(
            &[
                "clients",
                "billing.invoices",
                "HomeSimulatedUsageBucket",
                "a__b",
                "2024",
            ],
            &[
                "clients.yaml",
                "billing.invoices.yaml",
                "HomeSimulatedUsageBucket.yaml",
                "a__b.yaml",
                "2024.yaml",
            ],
        );
    }

    #[test]
    fn names_that_differ_in_case_only_do_not_meet() {
        check(
            &["CLIENTS", "Clients", "clients"],
            &["CLIENTS~c3caddb7.yaml", "Clients~a1751b37.yaml", "clients.yaml"],
        );
    }

    #[test]
    fn every_name_is_one_that_every_file_system_takes() {
        let nasty = [
            "../../etc/passwd",
            "a/b",
            "a\\b",
            "a b",
            "\"odd.name\"",
            "\" \"",
            "con",
            "Aux.x",
            "com1",
            ".hidden",
            "-rf",
            "*",
            "?",
            "a:b",
            "a~b",
            "tab\there",
            "straße",
            "stra\u{308}ße",
            "表",
            "",
            "f(text, integer)",
        ];
        let mut keys: Vec<String> = nasty.iter().map(|key| (*key).to_owned()).collect();
        keys.push("x".repeat(400));
        keys.push("x".repeat(401));
        let found = names(&keys);
        let mut lower: BTreeSet<String> = BTreeSet::new();
        for name in &found {
            assert!(name.len() < 130 && name.is_ascii(), "{name}");
            assert!(
                name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.~".contains(&b)),
                "{name}"
            );
            assert!(!name.starts_with(['.', '-', '~']), "{name}");
            assert!(lower.insert(name.to_lowercase()), "{name} twice");
        }
        assert!(
            found[6].starts_with("_con~") && found[7].starts_with("_Aux.x~"),
            "{found:?}"
        );
        assert_eq!(found, names(&keys));
    }
}
