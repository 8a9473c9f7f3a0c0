//! The invariants that `lib.rs` states, held against the source.

mod layers;
mod sizes;

use std::fs;
use std::path::{Path, PathBuf};

use driftgate::kinds::Kind;
pub use layers::layer;
use layers::module;

/// The source files, as paths below `src` and their texts without tests.
fn sources() -> Vec<(String, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = Vec::new();
    walk(&root, &mut out);
    out.sort();
    assert!(out.len() > 30, "only {} source files were found", out.len());
    out.into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source file is text");
            let code = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default()
                .to_owned();
            let name = path.strip_prefix(&root).expect("below src").display().to_string();
            (name, code)
        })
        .collect()
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// No file for which `is_meant` says yes has one of the words in its code.
fn check(is_meant: impl Fn(&str) -> bool, words: &[&str], why: &str) {
    let mut meant = 0;
    let mut broken = Vec::new();
    for (name, code) in sources().iter().filter(|(name, _)| is_meant(name)) {
        meant += 1;
        for (i, line) in code.lines().enumerate() {
            if let Some(word) = words.iter().find(|word| code_of(line).contains(**word)) {
                broken.push(format!("src/{name}:{}: {word}", i + 1));
            }
        }
    }
    assert!(meant > 0, "no file is meant");
    assert!(broken.is_empty(), "{why}:\n{}", broken.join("\n"));
}

/// A line without its comment.
fn code_of(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

fn is_kinds(name: &str) -> bool {
    name == "kinds.rs" || name.starts_with("kinds/")
}

#[test]
fn no_part_of_the_engine_names_a_kind() {
    let kinds: Vec<String> = Kind::ALL.iter().map(|kind| format!("Kind::{kind:?}")).collect();
    let words: Vec<&str> = kinds.iter().map(String::as_str).collect();
    check(
        |name| !is_kinds(name),
        &words,
        "the registry lacks a word, so the engine names a kind",
    );
}

/// Attributes of kinds whose names the engine has for a reason of its own: the file, the name.
const OWN_WORDS: [(&str, &str); 15] = [
    // Keys of what lists the targets of a fleet.
    ("session/fleet.rs", "labels"),
    ("session/fleet.rs", "name"),
    ("session/fleet.rs", "schema"),
    // Keys of assertions.
    ("compare/assertion.rs", "max"),
    ("compare/assertion.rs", "min"),
    ("compare/assertion.rs", "rows"),
    // The part of an identity that two objects do not share.
    ("compare/describe.rs", "name"),
    ("compare/rename.rs", "name"),
    // A key of a file.
    ("pull.rs", "schema"),
    ("update/spot.rs", "schema"),
    // An attribute that every kind can have.
    ("snapshot.rs", "owner"),
    // What a managed service sets in a new database.
    ("platform.rs", "storage"),
    // What the lines of a report are.
    ("finding/fleet/read.rs", "target"),
    ("finding/fleet/read.rs", "type"),
    // An option of libpq.
    ("redact/scan.rs", "password_required"),
];

/// A kind is not to be named by its attributes, either. Everywhere, no attribute is named whose name has several words; in
/// the rooms where objects are compared and written, none at all.
#[test]
fn no_part_of_the_engine_names_an_attribute() {
    let rooms = [
        "compare", "finding", "platform", "pull", "session", "snapshot", "update",
    ];
    let mut broken = Vec::new();
    for (file, code) in sources().iter().filter(|(file, _)| !is_kinds(file)) {
        let is_room = rooms.contains(&module(file));
        let code: Vec<&str> = code.lines().map(code_of).collect();
        let code = code.join("\n");
        for attr in Kind::ALL.iter().flat_map(|kind| kind.spec().attrs) {
            let is_meant = is_room || attr.name.contains('_');
            let is_own = OWN_WORDS.contains(&(file.as_str(), attr.name));
            let literal = format!("\"{}\"", attr.name);
            if is_meant && !is_own && code.contains(&literal) {
                broken.push(format!("src/{file}: {literal}"));
            }
        }
    }
    broken.sort();
    broken.dedup();
    assert!(
        broken.is_empty(),
        "the registry lacks a word, so the engine names an attribute (see `Role` in src/kinds/spec.rs):\n{}",
        broken.join("\n")
    );
}

#[test]
fn no_part_of_the_engine_creates_an_object_of_a_kind() {
    // Objects of the server are created for scratch databases.
    let kinds = driftgate::kinds::Kind::ALL.iter();
    let kinds = kinds.filter(|kind| !kind.is_on_request() && kind.words() != "database");
    let keywords = kinds.flat_map(|kind| {
        let words = kind.words().to_uppercase();
        kind.spec()
            .advice
            .alter_keyword
            .map(str::to_owned)
            .into_iter()
            .chain([words])
    });
    let words: Vec<String> = keywords.map(|keyword| format!("\"CREATE {keyword} ")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    check(
        |name| !is_kinds(name),
        &words,
        "the engine writes the SQL of a kind; see `stub` in src/kinds/spec.rs",
    );
}

#[test]
fn comparison_and_reporters_do_no_input_or_output() {
    let words = [
        "std::fs",
        "std::io",
        "std::net",
        "std::env",
        "sqlx",
        "tokio",
        "async fn",
        "Command::new",
    ];
    check(
        |name| name.starts_with("compare"),
        &words,
        "compare does input or output",
    );
    check(
        |name| name.starts_with("report"),
        &words,
        "a reporter does input or output",
    );
    check(
        |name| name.starts_with("compare"),
        &["Result<Plan", "panic!", ".unwrap()", ".expect("],
        "compare can fail",
    );
}

#[test]
fn input_and_output_stay_in_their_rooms() {
    let allowed = [
        "catalog",
        "scratch",
        "session",
        "console.rs",
        "atomic_file.rs",
        "commands",
        "environment.rs",
        "input.rs",
        "input/",
        "expectation/load.rs",
        "migrations/folder.rs",
        "program.rs",
        "main.rs",
        "cli.rs",
    ];
    check(
        |name| !allowed.iter().any(|room| name.starts_with(room)),
        &[
            "std::fs",
            "fs::read",
            "std::net",
            "sqlx::",
            "tokio::",
            "stdout(",
            "stderr(",
            "println!",
            "eprintln!",
        ],
        "input or output outside of its rooms",
    );
}

#[test]
fn expectations_do_not_know_the_catalog() {
    check(
        |name| name.starts_with("expectation"),
        &["crate::catalog", "crate::compare", "crate::report"],
        "expectation knows more than it must",
    );
    check(
        |name| name.starts_with("report/"),
        &["crate::catalog", "crate::compare", "crate::snapshot", "crate::kinds"],
        "a reporter sees more than the report",
    );
}

#[test]
fn the_catalog_does_not_know_the_comparison() {
    check(
        |name| name.starts_with("catalog") || name == "observed.rs",
        &["crate::compare", "crate::report"],
        "the catalog depends on what judges it",
    );
}

#[test]
fn only_main_decides_the_exit_code() {
    check(
        |name| name != "main.rs",
        &["ExitCode", "process::exit"],
        "the exit code is decided elsewhere",
    );
    check(
        |name| !matches!(name, "commands.rs" | "error.rs"),
        &["CommandError::"],
        "an error becomes an exit elsewhere",
    );
}

#[test]
fn nothing_panics_on_what_comes_from_outside() {
    check(
        |name| !name.ends_with("tests.rs"),
        &[
            ".unwrap()",
            ".expect(",
            "panic!(",
            "unreachable!(",
            "todo!(",
            "unimplemented!(",
            "HashMap",
            "HashSet",
        ],
        "a panic, or a map without an order",
    );
}

/// A database in LATIN1 refuses a query with a character that it lacks, also in a comment.
#[test]
fn queries_are_ascii() {
    for kind in Kind::ALL {
        assert!(kind.spec().query.is_ascii(), "the query of {}", kind.words());
    }
}
