//! No two types of the crate share a name, unless they are one idea.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Names that several types may have, and why.
const SHARED: &[(&str, &str)] = &[
    ("Folder", "the tests of src/input have a temporary folder of their own"),
    (
        "Identity",
        "the identity of a file on Unix and on other systems: only one of them is compiled",
    ),
    (
        "JsonCompared",
        "the JSON report has one struct for writing it and one for reading it",
    ),
    (
        "JsonFinding",
        "the JSON report has one struct for writing it and one for reading it",
    ),
    (
        "JsonReport",
        "the JSON report has one struct for writing it and one for reading it",
    ),
    (
        "JsonSummary",
        "the JSON report has one struct for writing it and one for reading it",
    ),
    (
        "JsonTarget",
        "the JSON report has one struct for writing it and one for reading it",
    ),
    ("Location", "SARIF and GitLab's format both have this name for it"),
    ("Tool", "SARIF has this name for it"),
];

#[test]
fn no_two_types_share_a_name() {
    let mut types: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut count = 0;
    for path in files(&root) {
        let text = fs::read_to_string(&path).expect("a source file is text");
        let module = path.strip_prefix(&root).expect("below src").display().to_string();
        for name in text.lines().filter_map(type_name) {
            count += 1;
            // Two of one file differ by their number.
            let places = types.entry(name.to_owned()).or_default();
            places.insert(format!("src/{module} ({})", places.len() + 1));
        }
    }
    assert!(count > 200, "only {count} types were found");
    let allowed = |name: &str| SHARED.iter().any(|(shared, _)| *shared == name);
    let shared: Vec<String> = types
        .iter()
        .filter(|(name, places)| places.len() > 1 && !allowed(name))
        .map(|(name, places)| format!("{name}: {}", places.iter().cloned().collect::<Vec<_>>().join(", ")))
        .collect();
    for (name, _) in SHARED {
        let is_shared = types.get(*name).is_some_and(|places| places.len() > 1);
        assert!(is_shared, "{name} is the name of one type: remove it from the list");
    }
    assert!(shared.is_empty(), "types that share a name:\n{}", shared.join("\n"));
}

/// The name of the type that a line defines at the outermost level of a file.
fn type_name(line: &str) -> Option<&str> {
    let definition = match line.strip_prefix("pub") {
        Some(rest) => rest.split_once(' ')?.1,
        None => line,
    };
    let (keyword, rest) = definition.split_once(' ')?;
    let end = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
    matches!(keyword, "struct" | "enum" | "trait" | "type").then_some(&rest[..end])
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            out.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
    out.sort();
    out
}

#[test]
fn definitions_of_types_are_recognized() {
    for (line, expected) in [
        ("pub struct Node {", Some("Node")),
        ("pub(crate) enum Style {", Some("Style")),
        ("struct Quotes<'a> {", Some("Quotes")),
        ("pub type Rewrite = fn();", Some("Rewrite")),
        ("    type Item = Entry;", None),
        ("impl Node {", None),
    ] {
        assert_eq!(type_name(line), expected, "{line}");
    }
}
