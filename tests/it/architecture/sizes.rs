//! How long a file and a function may be.

use std::fs;
use std::path::{Path, PathBuf};

use super::walk;

/// The most lines of a file. It is lowered as files become shorter, and never raised.
const LONGEST_FILE: usize = 450;

/// The most lines of a function.
const LONGEST_FUNCTION: usize = 60;

/// Every file of the source and the tests, by its path, with its whole text.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    walk(&root.join("src"), &mut paths);
    walk(&root.join("tests"), &mut paths);
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("a source file is text");
        let name = path.strip_prefix(root).expect("below the root").display().to_string();
        (name, text)
    };
    paths.iter().map(read).collect()
}

#[test]
fn no_file_is_too_long() {
    for (name, text) in files() {
        let lines = text.lines().count();
        assert!(
            lines <= LONGEST_FILE,
            "{name} has {lines} lines, more than {LONGEST_FILE}"
        );
    }
}

/// The functions of a text as rustfmt writes it, each with its number of lines.
fn functions(code: &str) -> Vec<(&str, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((before, rest)) = line.split_once("fn ") else {
            continue;
        };
        let is_head = before
            .split_whitespace()
            .all(|word| word == "async" || word == "const" || word.starts_with("pub"));
        // A function of one line, or one that a trait declares.
        if !is_head || line.ends_with(['}', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        let end = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[at..].iter().position(|line| *line == end) {
            found.push((rest.split(['(', '<']).next().unwrap_or_default(), length + 1));
        }
    }
    found
}

#[test]
fn no_function_is_too_long() {
    let mut count = 0;
    for (file, code) in files() {
        for (name, lines) in functions(&code) {
            count += 1;
            assert!(
                lines <= LONGEST_FUNCTION,
                "{name} in {file} has {lines} lines, more than {LONGEST_FUNCTION}"
            );
        }
    }
    assert!(count > 2000, "only {count} functions were found");
    let code = "fn a() {\n    1\n}\n\npub async fn b(\n    c: u8,\n) -> u8 {\n    c\n}\n";
    assert_eq!(functions(code), [("a", 3), ("b", 5)]);
}
