//! The invariants that `lib.rs` states, held against the source.

use std::fs;
use std::path::{Path, PathBuf};

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
            let line_code = line.split("//").next().unwrap_or_default();
            if let Some(word) = words.iter().find(|word| line_code.contains(**word)) {
                broken.push(format!("src/{name}:{}: {word}", i + 1));
            }
        }
    }
    assert!(meant > 0, "no file is meant");
    assert!(broken.is_empty(), "{why}:\n{}", broken.join("\n"));
}

fn is_kinds(name: &str) -> bool {
    name == "kinds.rs" || name.starts_with("kinds/")
}

#[test]
fn kinds_depend_on_the_vocabulary_alone() {
    let rooms = [
        "catalog",
        "cli",
        "commands",
        "compare",
        "environment",
        "expectation",
        "migrations",
        "report",
        "scratch",
        "source::",
        "source_map::SourceMap",
    ];
    let words: Vec<String> = rooms.iter().map(|room| format!("crate::{room}")).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    check(is_kinds, &words, "kinds depend on more than the vocabulary");
}

#[test]
fn no_part_of_the_engine_names_a_kind() {
    let kinds: Vec<String> = driftgate::kinds::Kind::ALL
        .iter()
        .map(|kind| format!("Kind::{kind:?}"))
        .collect();
    let words: Vec<&str> = kinds.iter().map(String::as_str).collect();
    check(
        |name| !is_kinds(name),
        &words,
        "the registry lacks a word, so the engine names a kind",
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
}

#[test]
fn nothing_panics_on_what_comes_from_outside() {
    check(
        |name| !name.ends_with("tests.rs"),
        &[
            ".unwrap()",
            "panic!(",
            "todo!(",
            "unimplemented!(",
            "HashMap",
            "HashSet",
        ],
        "a panic, or a map without an order",
    );
}

#[test]
fn no_file_is_too_long() {
    for (name, _) in sources() {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src").join(&name);
        let lines = fs::read_to_string(path).expect("a source file is text").lines().count();
        assert!(
            lines <= 520,
            "src/{name} has {lines} lines: it says more than one thing"
        );
    }
}
