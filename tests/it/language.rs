//! Plain English: wording that is hard to understand outside of this project does not come back.
//!
//! The source, the documents and the messages are searched for the fragments in [`BANNED`]. A file that is not yet free of
//! them has a line in `tests/it/language.allowed`: how many it may have, and its path. `UPDATE=1 cargo test language`
//! lowers these numbers and never raises them; where the file is missing, it writes the present numbers.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The fragments, and what to write instead. A fragment matches whole words, in any case.
const BANNED: &[(&str, &str)] = &[
    ("told", "reported, distinguished"),
    ("tell apart", "distinguish"),
    ("tells apart", "distinguishes"),
    ("could tell", "could verify"),
    ("stands", "is, appears, is called"),
    ("stand there", "are there, are listed"),
    ("stand in it", "are in it"),
    ("nobody", "no one, no user; better: say what happens"),
    ("anybody", "anyone; better: name the role"),
    ("somebody", "someone; better: name the role"),
    ("mend", "fix"),
    ("mended", "fixed"),
    ("what is there", "the actual object, the actual value"),
    ("that is there", "that exists"),
    ("is to be had", "is available"),
    ("to be had", "available"),
    ("anew", "again; rewrite"),
    ("looks at", "reads, checks"),
    ("look at", "read, check"),
    ("looked at", "read, checked"),
    ("is over", "has expired, the deadline is reached"),
    ("such as take", "those that take"),
    ("written otherwise", "spelled differently"),
    ("writes otherwise", "spells differently"),
    ("a line a", "one line per"),
    ("an object a", "one object per"),
    ("a migration a", "one migration per"),
    ("what came of it", "the result"),
    ("by its name alone", "by name"),
    ("would not have it", "failed"),
    ("which others wrote", "written by other people"),
    ("for want of", "because of a missing"),
    ("for ever", "forever"),
    ("what else", "what other, everything else that"),
    ("is no text", "is not a text"),
    ("is no query", "is not a query"),
    ("is no server", "is not a server"),
    ("is no report", "is not a report"),
    ("is no snapshot", "is not a snapshot"),
    ("is no name", "is not a name"),
    ("is no expectation", "is not an expectation"),
    ("is no reason", "is not a reason"),
    ("is no difference", "is not reported"),
];

/// Where the fragments are looked for: files, and folders with all their files of these types.
const PLACES: &[&str] = &[
    "src",
    "docs",
    "README.md",
    "CHANGELOG.md",
    "SECURITY.md",
    "expectations",
    "ci",
    ".ci",
    "Cargo.toml",
];

const TYPES: &[&str] = &["rs", "sql", "md", "json", "yaml", "yml", "toml", "sh", ""];

const ALLOWED: &str = "tests/it/language.allowed";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn everything_is_plain_english() {
    let found = found();
    let allowed = allowed();
    let mut worse = Vec::new();
    let mut lower = BTreeMap::new();
    for (path, lines) in &found {
        let most = allowed
            .as_ref()
            .map_or(lines.len(), |allowed| allowed.get(path).copied().unwrap_or_default());
        if lines.len() > most {
            worse.push(format!(
                "{path}: {} found, {most} allowed\n{}",
                lines.len(),
                lines.join("\n")
            ));
        }
        lower.insert(path.clone(), most.min(lines.len()));
    }
    lower.retain(|_, most| *most > 0);
    if std::env::var("UPDATE").is_ok_and(|update| update == "1") {
        write(&lower);
    }
    assert!(worse.is_empty(), "write plain English:\n{}", worse.join("\n"));
}

/// The lines with a banned fragment, for each file that has one.
fn found() -> BTreeMap<String, Vec<String>> {
    let mut files = Vec::new();
    for place in PLACES {
        walk(&root().join(place), &mut files);
    }
    assert!(files.len() > 100, "only {} files were found", files.len());
    let mut out = BTreeMap::new();
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else {
            continue;
        };
        let path = file
            .strip_prefix(root())
            .expect("below the project")
            .display()
            .to_string();
        let lines: Vec<String> = findings(&text)
            .into_iter()
            .map(|(line, fragment, instead)| format!("  {path}:{line}: \"{fragment}\" (rather: {instead})"))
            .collect();
        if !lines.is_empty() {
            out.insert(path, lines);
        }
    }
    out
}

fn walk(path: &Path, out: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder can be read") {
            walk(&entry.expect("an entry").path(), out);
        }
    } else if TYPES.contains(&path.extension().unwrap_or_default().to_string_lossy().as_ref()) {
        out.push(path.to_owned());
    }
}

/// The banned fragments of a text, with their lines. Line breaks inside of a comment do not hide a fragment.
fn findings(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let (flat, lines) = flatten(text);
    let mut out = Vec::new();
    for (fragment, instead) in BANNED {
        for (at, _) in flat.match_indices(fragment) {
            let before = flat[..at].chars().next_back();
            let after = flat[at + fragment.len()..].chars().next();
            // A quoted word is a name, such as the user `nobody`.
            let is_word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "_`\"'-".contains(c));
            if !is_word(before) && !is_word(after) {
                let line = lines.partition_point(|start| *start <= at);
                out.push((line, *fragment, *instead));
            }
        }
    }
    out.sort_unstable();
    out
}

/// A text in lower case with single spaces and without the marks of comments, and where its lines start in it.
fn flatten(text: &str) -> (String, Vec<usize>) {
    let mut flat = String::new();
    let mut lines = Vec::new();
    for line in text.lines() {
        lines.push(flat.len());
        let line = line.trim().trim_start_matches(['/', '!', '#', '-', '*', '>']);
        for word in line.split_whitespace() {
            flat.push_str(&word.to_ascii_lowercase());
            flat.push(' ');
        }
    }
    (flat, lines)
}

/// How many fragments each file may have; none where the list is missing.
fn allowed() -> Option<BTreeMap<String, usize>> {
    let text = fs::read_to_string(root().join(ALLOWED)).ok()?;
    let allowed = text.lines().map(|line| {
        let (most, path) = line.split_once(' ').expect("a number and a path");
        (path.to_owned(), most.parse().expect("a number"))
    });
    Some(allowed.collect())
}

fn write(allowed: &BTreeMap<String, usize>) {
    let lines: Vec<String> = allowed.iter().map(|(path, most)| format!("{most} {path}")).collect();
    let mut text = lines.join("\n");
    if !text.is_empty() {
        text.push('\n');
    }
    fs::write(root().join(ALLOWED), text).unwrap_or_else(|e| panic!("{ALLOWED} cannot be written: {e}"));
}

#[test]
fn fragments_are_whole_words_across_lines() {
    let text = "// What is\n// there, and the user `nobody`; it stands.\nlet recommended = \"understands\";";
    let found: Vec<(usize, &str)> = findings(text).into_iter().map(|(line, what, _)| (line, what)).collect();
    assert_eq!(found, [(1, "what is there"), (2, "stands")]);
}
