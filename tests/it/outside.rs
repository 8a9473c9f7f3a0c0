//! What comes from outside: broken files of every sort, pipes that close, files that cannot be written.

use std::fs;
use std::io::Read as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use driftgate::expectation::load::load;
use driftgate::source_map::SourceMap;

use crate::folder::Folder;
use crate::run::{Driftgate, Run};
use crate::server::server;

/// Words of the libraries and of Rust that mean nothing to who wrote a file.
const FOREIGN: &[&str] = &[
    "Policy",
    "Budget",
    "budget",
    "serde",
    "Options",
    "Error",
    "Some(",
    "None",
    "panicked",
    "unwrap",
    " { ",
    "weak",
    "untagged",
    "variant",
    "scalar",
    "deserialize",
];

/// Runs `lint` on a file of these bytes. A run that does not end within two minutes fails: what is exponential takes longer.
fn lint(bytes: &[u8]) -> Run {
    let driftgate = Driftgate::new();
    fs::write(driftgate.folder().path().join("x.yaml"), bytes).expect("a file of the test's own");
    driftgate.run(["lint", "x.yaml"])
}

/// A file by its name, what is in it, and the place and words that must be told of it.
type Case<'a> = (&'a str, Vec<u8>, &'a str, &'a str);

/// Runs `lint` on every file.
fn assert_fast_error(cases: Vec<Case<'_>>) {
    for (name, bytes, place, words) in cases {
        let run = lint(&bytes);
        let said = &run.stderr;
        assert_eq!(run.code, Some(2), "{name}: {said}");
        assert!(said.contains(place), "{name}: no {place} in\n{said}");
        assert!(said.contains(words), "{name}: no `{words}` in\n{said}");
        assert!(!said.contains('\x1b'), "{name}: {said:?}");
        for word in FOREIGN {
            assert!(!said.contains(word), "{name}: `{word}` in\n{said}");
        }
    }
}

#[test]
fn documents_that_exhaust_memory_or_stack_are_rejected_fast() {
    let deep = |open: &str| format!("driftgate: 1\ntables: {}", open.repeat(20_000));
    let nested = format!(
        "driftgate: 1\n{}",
        (0..500).map(|i| " ".repeat(i) + "a:\n").collect::<String>()
    );
    let bomb = "abcdefghij"
        .chars()
        .zip("bcdefghijk".chars())
        .fold("a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned(), |text, (a, b)| {
            text + &format!("{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}, *{a}]\n")
        });
    let merging = (1..60).fold("driftgate: 1\na0: &a0 {k: v}\n".to_owned(), |text, i| {
        text + &format!("a{i}: &a{i} {{<<: *a{j}, x: *a{j}, y: *a{j}}}\n", j = i - 1)
    });
    let chain = (1..100).fold("driftgate: 1\na0: &a0 [x]\n".to_owned(), |text, i| {
        text + &format!("a{i}: &a{i} [*a{j}]\n", j = i - 1)
    });
    let kept = format!(
        "driftgate: 1\na: {}{}",
        (0..50).fold(String::new(), |text, i| text + &format!("&a{i} [")),
        "x, ".repeat(20_000)
    );
    let long_texts = format!("a: &a {}\nb: [{}x]\n", "x".repeat(100_000), "*a, ".repeat(20_000));
    assert_fast_error(vec![
        ("sequences", deep("[").into(), "x.yaml:2:264", "nested too deeply"),
        ("mappings", deep("{a: ").into(), "x.yaml:2:261", "nested too deeply"),
        ("entries", deep("- ").into(), "x.yaml:2:9", "is not allowed here"),
        (
            "lines of entries",
            deep("\n- ").into(),
            "x.yaml:",
            "takes a mapping of names",
        ),
        ("keys", deep("\n? ").into(), "x.yaml:", "a key must be a name"),
        ("keys in keys", deep("? ").into(), "x.yaml:2:9", "not valid YAML"),
        (
            "aliases in each other",
            chain.into(),
            "x.yaml:65:12",
            "nested too deeply",
        ),
        ("anchors in each other", kept.into(), "x.yaml:2:", "anchors and aliases"),
        ("indentation", nested.into(), "x.yaml:66:65", "nested too deeply"),
        ("bomb", bomb.into(), "x.yaml:6:8", "anchors and aliases"),
        ("merging bomb", merging.into(), "x.yaml:", "anchors and aliases"),
        ("bomb of texts", long_texts.into(), "x.yaml:2:", "too large"),
    ]);
}

#[test]
fn encodings_and_line_ends_are_reported_with_their_place() {
    let utf16: Vec<u8> = "driftgate: 1\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let all: Vec<u8> = (0..=255).cycle().take(4096).collect();
    assert_fast_error(vec![
        ("binary", all, "x.yaml:3:115", "not text in UTF-8"),
        (
            "Latin-1",
            b"driftgate: 1\ntables:\n  caf\xe9: present\n".into(),
            "x.yaml:3:6",
            "not text in UTF-8",
        ),
        ("UTF-16", utf16, "x.yaml:1:2", "not text in UTF-8"),
        (
            "NUL",
            b"driftgate: 1\ntables: {t\0: present}\n".into(),
            "x.yaml:2:11",
            "not text in UTF-8",
        ),
        (
            "CR LF",
            b"driftgate: 1\r\ntables:\r\n  t:\r\n    colums: 1\r\n".into(),
            "x.yaml:4:5",
            "unknown key `colums`",
        ),
        (
            "CR",
            b"driftgate: 1\rtables:\r  t:\r    colums: 1\r".into(),
            "x.yaml:4:5",
            "4 |     colums: 1",
        ),
        (
            "BOM",
            b"\xef\xbb\xbfdriftgte: 1\n".into(),
            "x.yaml:1:1",
            "1 | driftgte: 1",
        ),
    ]);
}

#[test]
fn odd_keys_and_texts_are_reported_with_their_place() {
    assert_fast_error(vec![
        (
            "a tab inside",
            b"driftgate: 1\ntables:\n  t:\tpresnt\n".into(),
            "x.yaml:3:6",
            "\"presnt\"",
        ),
        (
            "a long key",
            format!("driftgate: 1\n{}: 1\n", "x".repeat(900)).into(),
            "x.yaml:2:1",
            "xxx…`",
        ),
        (
            "a long text",
            format!("driftgate: 1\ntables: {{t: [{}]}}\n", "x".repeat(900_000)).into(),
            "x.yaml:2:13",
            "list",
        ),
        (
            "control",
            b"driftgate: 1\ntables: {a\x1b[31mb: present}\n".into(),
            "x.yaml:2:10",
            "unexpected character",
        ),
    ]);
}

#[test]
fn truncated_and_misspelt_files_do_not_panic() {
    let text = "driftgate: 1\ndatabase: X\nmigrations: {tool: prisma, applied: [a, \"b\"]}\ntables:\n  c:\n    columns:\n      \
                id: uuid not null default 'x'\n      n: {type: text, nullable: true}\n    unique:\n      - [a, b]\n    \
                foreign_keys:\n      - {columns: [t], references: c(id)}\n    checks: [a > 'é']\nassertions:\n  q:\n    sql: |\n      \
                select 1\n    equals: 1 # one\nx: &a [*a]\n";
    let folder = Folder::new();
    let path = folder.path().join("x.yaml");
    let check = |text: &str| {
        fs::write(&path, text).expect("a file of the test's own");
        let mut files = SourceMap::default();
        for problem in load(&[PathBuf::from(&path)], &mut files).err().unwrap_or_default() {
            let shown = problem.render(&files, false);
            assert!(shown.starts_with("error: "), "{text}\n{shown}");
            let place = problem.place.expect("a problem of a file has its place");
            // The end of the text may be the beginning of one line more.
            assert!(
                place.line as usize <= text.lines().count().max(1) + 1,
                "{text}\n{shown}"
            );
            for word in FOREIGN {
                assert!(!shown.contains(word), "`{word}` in\n{shown}");
            }
        }
    };
    let others = [
        "\"", "'", "\t", ":", "[", "}", "\n", "&", "*", "-", "~", "\u{2028}", "|", "!",
    ];
    for (i, (at, c)) in text.char_indices().enumerate() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        check(before);
        check(&format!("{before}{after}"));
        for other in others.iter().cycle().skip(i * 2).take(2) {
            check(&format!("{before}{other}{after}"));
        }
    }
}

#[test]
fn a_large_file_is_read_in_reasonable_time() {
    let table = |i| format!("  table_{i}:\n    columns:\n      id: uuid not null\n      name: text\n");
    let tables = (0..20_000).map(table).collect::<Vec<_>>().concat();
    let run = lint(format!("driftgate: 1\ntables:\n{tables}").as_bytes());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let run_of_mistakes = lint(
        format!("driftgate: 1\ntables:\n{tables}")
            .replace("columns:", "colums:")
            .as_bytes(),
    );
    assert_eq!(run_of_mistakes.code, Some(2));
    assert_eq!(run_of_mistakes.stderr.matches("unknown key `colums`").count(), 20_000);
}

#[test]
fn one_anchor_may_be_used_by_many_tables() {
    let table = |i| format!("  t{i}: {{columns: {{id: *id}}}}\n");
    let tables = (0..2000).map(table).collect::<Vec<_>>().concat();
    let run = lint(format!("driftgate: 1\nx-id: &id {{type: uuid, nullable: false}}\ntables:\n{tables}").as_bytes());
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_closed_pipe_is_quiet() {
    let database = server().database("");
    let driftgate = Driftgate::new().file("expectations/x.yaml", "driftgate: 1\ntables: {missing: present}\n");
    for arguments in [
        &["check"][..],
        &["check", "--format", "json"],
        &["lint"],
        &["lint", "nowhere"],
        &["--help"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_driftgate"))
            .args(arguments)
            .current_dir(driftgate.folder().path())
            .env_clear()
            .env("DATABASE_URL", database.url())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        // As `| head -0` does.
        drop(child.stdout.take());
        let mut said = String::new();
        let mut stderr = child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut said).expect("text");
        let status = child.wait().expect("an exit code");
        let expected = match arguments {
            ["check", ..] => 1,
            ["lint", "nowhere"] => 2,
            _ => 0,
        };
        assert_eq!(status.code(), Some(expected), "{arguments:?}: {said}");
        assert!(
            !said.contains("panicked") && !said.contains("pipe"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_closed_stderr_is_ignored() {
    let driftgate = Driftgate::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_driftgate"))
        .args(["lint", "nowhere"])
        .current_dir(driftgate.folder().path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    drop(child.stderr.take());
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("an exit code").code(), Some(2));
}
