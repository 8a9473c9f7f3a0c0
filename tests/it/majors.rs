//! A file that was pulled from one major of PostgreSQL, checked on another: what is found is what is different.
//!
//! Needs the programs of a second server in `DRIFTGATE_TEST_OTHER_PG_BIN`; `ci/postgres-majors` sets it and runs this.
//!
//! `tests/majors/found.txt` has what must be found, and why. A line `# …` says why what follows it is found; a line
//! `13..17 > 18: CODE OBJECT` is a finding of a file from one of the majors 13 to 17 that is checked on 18.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use serde_json::Value;

use crate::run::Driftgate;
use crate::server::{Server, server};

const REGISTRY: &str = include_str!("../registry/schema.sql");
const CHANGES: &str = include_str!("../changes/schema.sql");
const FOUND: &str = include_str!("../majors/found.txt");

/// A finding that must come, between these majors.
#[derive(Debug)]
struct Expected {
    from: RangeInclusive<u32>,
    to: RangeInclusive<u32>,
    finding: String,
}

/// `13..17 > 18: CODE OBJECT`.
fn parse(line: &str) -> Option<Expected> {
    let (majors, finding) = line.split_once(": ")?;
    let (from, to) = majors.split_once(" > ")?;
    let range = |text: &str| {
        let (first, last) = text.split_once("..").unwrap_or((text, text));
        Some(first.parse().ok()?..=last.parse().ok()?)
    };
    Some(Expected {
        from: range(from)?,
        to: range(to)?,
        finding: finding.to_owned(),
    })
}

/// What must be found of a file from one major on another.
fn expected(text: &str, from: u32, to: u32) -> BTreeSet<String> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| parse(line).unwrap_or_else(|| panic!("{line}: not of the form `13..17 > 18: CODE OBJECT`")))
        .filter(|expected| expected.from.contains(&from) && expected.to.contains(&to))
        .map(|expected| expected.finding)
        .collect()
}

/// What is found of a file that was pulled from one server on the other, with the same schema in both.
fn found(from: &Server, to: &Server, messages: &[&str]) -> BTreeSet<String> {
    // Nothing that only the newer one knows.
    let oldest = format!("{}0000", from.major().min(to.major()));
    let messages: Vec<String> = messages
        .iter()
        .map(|sql| sql.replace("current_setting('server_version_num')::int", &oldest))
        .collect();
    let (original, other) = (from.database(""), to.database(""));
    for sql in &messages {
        original.exec(sql);
        other.exec(sql);
    }
    let driftgate = Driftgate::new()
        .env("ORIGINAL", original.url())
        .env("OTHER", other.url())
        .env("KEY", "0123456789abcdef");
    let pulled = driftgate.run([
        "pull",
        "--from",
        "env:ORIGINAL",
        "-o",
        "pulled.yaml",
        "--digest-key",
        "env:KEY",
    ]);
    assert_eq!((pulled.code, pulled.stderr.as_str()), (Some(0), ""));
    let run = driftgate.run([
        "check",
        "pulled.yaml",
        "--against",
        "env:OTHER",
        "--format",
        "json",
        "--digest-key",
        "env:KEY",
    ]);
    let report: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|e| panic!("{e}: {}{}", run.stdout, run.stderr));
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings: Vec<&Value> = report["targets"][0]["findings"]
        .as_array()
        .into_iter()
        .flatten()
        .collect();
    assert!(report["summary"]["checks"].as_u64() > Some(1000), "{}", run.stderr);
    findings
        .iter()
        .map(|finding| {
            println!("{}", text(finding, "message"));
            match text(finding, "status").as_str() {
                "drift" => format!("{} {}", text(finding, "code"), text(finding, "object")),
                other => format!("{other}: {} {}", text(finding, "code"), text(finding, "object")),
            }
        })
        .collect()
}

/// A schema, and whose findings are about it.
struct Schema {
    name: &'static str,
    messages: &'static [&'static str],
    concerns: fn(&str) -> bool,
}

const SCHEMAS: [Schema; 2] = [
    Schema {
        name: "every kind",
        messages: &[REGISTRY, CHANGES],
        concerns: |_| true,
    },
    Schema {
        name: "large",
        messages: &[crate::large::SCHEMA],
        concerns: |finding| finding.ends_with(" public") || finding.contains(" area_"),
    },
];

/// Compares what is found with what must be.
fn check(schema: &Schema, from: &Server, to: &Server, text: &str) -> Result<(), String> {
    let found = found(from, to, schema.messages);
    let mut expected = expected(text, from.major(), to.major());
    expected.retain(|finding| (schema.concerns)(finding));
    if found == expected {
        return Ok(());
    }
    let only = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let only: Vec<&str> = one.difference(other).map(String::as_str).collect();
        only.join("\n  ")
    };
    Err(format!(
        "{}, from {} to {}: found and not expected:\n  {}\nexpected and not found:\n  {}",
        schema.name,
        from.major(),
        to.major(),
        only(&found, &expected),
        only(&expected, &found)
    ))
}

#[test]
#[ignore = "needs a second server, of another major: ci/postgres-majors"]
fn findings_between_majors_are_the_known_ones() {
    let (one, other) = (server(), Server::other());
    assert_ne!(one.major(), other.major(), "the second server is of the same major");
    let mut failures = Vec::new();
    for (from, to) in [(one, &other), (&other, one)] {
        for schema in &SCHEMAS {
            failures.extend(check(schema, from, to, FOUND).err());
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
    let wrong = format!("{FOUND}13..19 > 13..19: table-missing nowhere\n");
    assert!(check(&SCHEMAS[0], one, &other, &wrong).is_err(), "too much is expected");
    // Between some neighbours nothing differs.
    let known = expected(FOUND, one.major(), other.major());
    assert!(
        known.is_empty() || check(&SCHEMAS[0], one, &other, "").is_err(),
        "nothing is expected"
    );
}

#[test]
fn a_line_names_the_majors_between_which_it_is_found() {
    let text = "# why\n13..14 > 15: a b\n18 > 13..17: c d\n";
    let check = |from, to, findings: &[&str]| {
        let found = expected(text, from, to);
        assert_eq!(
            found.iter().map(String::as_str).collect::<Vec<_>>(),
            findings,
            "{from} > {to}"
        );
    };
    check(13, 15, &["a b"]);
    check(14, 15, &["a b"]);
    check(15, 14, &[]);
    check(14, 16, &[]);
    check(18, 17, &["c d"]);
    check(13, 18, &[]);
}
