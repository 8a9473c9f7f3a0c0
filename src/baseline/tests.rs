use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};

use super::{Baseline, Day, read, write};
use crate::expectation::{Level, Terms};
use crate::finding::mark::{Acceptance, Stale, assign_unique_ids};
use crate::finding::{About, Check, Code, Status, Target};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::source_map::{FileId, Place, SourceMap};
use crate::value::Value;

fn place(file: FileId, line: u32) -> Place {
    Place { file, line, column: 1 }
}

fn finding(files: &mut SourceMap, object: &str, expected: Json, actual: Json) -> Check {
    let file = files.add(PathBuf::from("e.yaml"), String::new());
    let terms = Terms {
        level: Level::Error,
        reason: None,
        exact: false,
        window: Vec::new(),
    };
    let mut kinds = Kind::ALL.iter().copied();
    let kind = kinds.find(|kind| kind.spec().name == "column").expect("columns");
    let attr = kind.attr("type").expect("columns have types");
    let id = ObjectId::new(object.splitn(2, '.').map(str::to_owned).collect());
    let about = About::Object { kind, id };
    Check::drift(about, Code::Differs(kind, attr), place(file, 1), &terms, "it differs")
        .values(Value::from(expected), Value::from(actual))
}

fn target(findings: Vec<Check>) -> Target {
    let mut target = Target::named("env:X".into());
    target.checks.findings = findings;
    assign_unique_ids(&mut target.checks.findings);
    target
}

fn parse(files: &mut SourceMap, text: &str) -> Baseline {
    let file = files.add(PathBuf::from("known.yaml"), text.to_owned());
    read(text, file).unwrap_or_else(|problems| panic!("{problems:?}\n{text}"))
}

fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

#[test]
fn days() {
    for text in ["2026-01-31", "2024-02-29", "2999-12-31"] {
        assert_eq!(Day::parse(text).as_ref().map(Day::text), Some(text));
    }
    for text in [
        "",
        "2026",
        "2026-1-31",
        "2026-02-30",
        "2025-02-29",
        "2026-13-01",
        "2026-00-10",
        "31-01-2026",
        "2026/01/31",
        "2026-01-31 ",
        "2026-01-31T00:00:00Z",
        "tomorrow",
        "+026-01-31",
        "２０２６-01-31",
    ] {
        assert_eq!(Day::parse(text), None, "{text}");
    }
    let new_year = SystemTime::UNIX_EPOCH + Duration::from_hours(490_896);
    assert_eq!(Day::of(new_year), day("2026-01-01"));
    assert_eq!(Day::of(new_year - Duration::from_secs(1)), day("2025-12-31"));
}

/// Checks how an entry for `expected: 1, actual: 2` with these additional keys marks a finding.
fn check_state(keys: &str, today: &str, expected: Json, actual: Json, status: Status, state: Option<Acceptance>) {
    let mut files = SourceMap::default();
    let text = format!("baseline: 1\nfindings:\n  - {{id: 'column-type:t.a', expected: 1, actual: 2{keys}}}\n");
    let baseline = parse(&mut files, &text);
    let mut check = finding(&mut files, "t.a", expected, actual);
    check.status = status;
    let mut target = target(vec![check]);
    baseline.mark(&mut target, &day(today));
    let found = target.checks.findings[0]
        .mark
        .accepted
        .as_ref()
        .map(|accepted| accepted.state);
    assert_eq!(found, state, "{text} on {today}");
    let counted = target.summary();
    assert_eq!(counted.known, usize::from(state == Some(Acceptance::Known)));
    assert_eq!(counted.drift + counted.unknown, 1 - counted.known);
    let over: Vec<Stale> = baseline
        .outcome(&[target], false)
        .stale
        .into_iter()
        .map(|entry| entry.why)
        .collect();
    let expected: &[Stale] = match state {
        Some(Acceptance::Known) | None => &[],
        Some(Acceptance::Expired) => &[Stale::Expired],
        Some(Acceptance::Changed) => &[Stale::Changed],
    };
    assert_eq!(over, expected, "{text} on {today}");
}

#[test]
fn an_entry_applies_to_the_accepted_values_until_its_day() {
    use Acceptance::{Changed, Expired, Known};
    use Status::{Drift, Unknown, Unverified};
    let (one, two) = (json!(1), json!(2));
    for (keys, today, expected, actual, status, state) in [
        ("", "2026-06-15", &one, &two, Drift, Some(Known)),
        ("", "2026-06-15", &one, &one, Drift, Some(Changed)),
        ("", "2026-06-15", &two, &two, Drift, Some(Changed)),
        ("", "2026-06-15", &one, &two, Unknown, Some(Known)),
        (", status: unknown", "2026-06-15", &one, &two, Unknown, Some(Known)),
        (", status: unknown", "2026-06-15", &one, &two, Unverified, Some(Known)),
        (", status: unknown", "2026-06-15", &one, &two, Drift, Some(Changed)),
        (", until: 2026-06-15", "2026-06-14", &one, &two, Drift, Some(Known)),
        (", until: 2026-06-15", "2026-06-15", &one, &two, Drift, Some(Known)),
        (", until: 2026-06-15", "2026-06-16", &one, &two, Drift, Some(Expired)),
        (", until: 2026-06-15", "2026-06-16", &one, &one, Drift, Some(Changed)),
        (", database: 'env:X'", "2026-06-15", &one, &two, Drift, Some(Known)),
        (", database: 'env:Y'", "2026-06-15", &one, &two, Drift, None),
    ] {
        check_state(keys, today, expected.clone(), actual.clone(), status, state);
    }
}

#[test]
fn a_written_baseline_is_read_and_written_unchanged() {
    let values = [
        json!(null),
        json!(true),
        json!(3),
        json!(-0.5),
        json!(1e300),
        json!(18_446_744_073_709_551_615_u64),
        json!("3"),
        json!("null"),
        json!(""),
        json!("a: [b], {c} # d"),
        json!("begin\n  return 'x';\nend"),
        json!("two\n\n"),
        json!(" first\n"),
        json!("tab\tand\r\nreturn \u{1b}[31m \u{202e} \u{feff}"),
        json!(["a", "b, c", null, [1, "2\n3"]]),
        json!([]),
        json!({}),
        json!({"role": ["select", "with: grant"], "a, b": {"~": "<<"}}),
    ];
    let mut files = SourceMap::default();
    let mut findings = Vec::new();
    for (i, expected) in values.iter().enumerate() {
        for (j, actual) in values.iter().enumerate() {
            let object = format!("t.\"{i}: '{j}'\"\n# x");
            findings.push(finding(&mut files, &object, expected.clone(), actual.clone()));
        }
    }
    let mut target = target(findings);
    let text = write(std::slice::from_ref(&target), None);
    let baseline = parse(&mut files, &text);
    assert_eq!(baseline.entries.len(), values.len() * values.len());
    baseline.mark(&mut target, &day("2026-01-01"));
    for check in target.findings() {
        assert!(check.is_known(), "{:?}", check.mark);
    }
    target.checks.findings.reverse();
    assert_eq!(write(&[target], Some(&baseline)), text);
}

#[test]
fn ids_are_unique_and_do_not_depend_on_order() {
    let mut files = SourceMap::default();
    let mut findings = vec![
        finding(&mut files, "t.a", json!("bigint"), json!("integer")),
        finding(&mut files, "t.a", json!("text"), json!("integer")),
        finding(&mut files, "t.a", json!("text"), json!("integer")),
        finding(&mut files, "t.a", json!("text"), json!("date")),
        finding(&mut files, "t.b", json!("text"), json!("date")),
        finding(&mut files, "t.c", json!("text"), json!("date")),
        finding(&mut files, "t.c", json!("text"), json!("date")),
    ];
    let expected = [
        "column-type:t.a~2d8c2374",
        "column-type:t.a~2d8c2374~2",
        "column-type:t.a~2d8c2374~3",
        "column-type:t.a~5fd1be18",
        "column-type:t.b",
        "column-type:t.c",
        "column-type:t.c~2",
    ];
    for turn in 0..findings.len() {
        findings.rotate_left(turn);
        for (line, check) in (1..).zip(&mut findings) {
            check.place.line = line;
            check.message = format!("other message {turn}");
        }
        assign_unique_ids(&mut findings);
        let mut ids: Vec<String> = findings.iter().map(Check::id).collect();
        ids.sort();
        assert_eq!(ids, expected);
        // The finding with a date is the first of those that expect a text, whatever its position.
        let date = findings
            .iter()
            .find(|c| c.about.name() == "t.a" && c.actual == Value::from("date"));
        assert_eq!(date.map(|check| check.mark.copies), Some(0));
    }
}

#[test]
fn equal_expectations_in_two_places_need_one_entry() {
    let mut files = SourceMap::default();
    let one = finding(&mut files, "t.a", json!("text"), json!("date"));
    let text = write(&[target(vec![one.clone()])], None);
    let baseline = parse(&mut files, &text);
    let mut twice = target(vec![one.clone(), one]);
    baseline.mark(&mut twice, &day("2026-01-01"));
    assert_eq!(twice.summary().known, 2);
    assert_eq!(write(&[twice], Some(&baseline)), text);
}

#[test]
fn entries_for_every_database_are_kept() {
    let mut files = SourceMap::default();
    let text = "baseline: 1\nfindings:\n  - {id: 'column-type:t.a', expected: 1, actual: 2, reason: everywhere}\n  \
                - {id: 'column-type:t.a', database: 'env:X', expected: 1, actual: 3, reason: here}\n  \
                - {id: 'column-type:t.z', database: 'env:ELSEWHERE', expected: 1, actual: 2, owner: ann, until: 2020-01-01}\n";
    let baseline = parse(&mut files, text);
    let here = target(vec![finding(&mut files, "t.a", json!(1), json!(3))]);
    let mut there = target(vec![finding(&mut files, "t.a", json!(1), json!(2))]);
    there.database = "env:THERE".into();
    let mut changed = target(vec![finding(&mut files, "t.a", json!(1), json!(4))]);
    changed.database = "env:CHANGED".into();
    let mut targets = [here, there, changed];
    for target in &mut targets {
        baseline.mark(target, &day("2026-01-01"));
    }
    assert_eq!(targets.each_ref().map(|target| target.summary().known), [1, 1, 0]);
    assert_eq!(baseline.outcome(&targets, true).stale, []);
    let written = parse(&mut files, &write(&targets, Some(&baseline)));
    let entries: Vec<String> = written
        .entries
        .iter()
        .map(|e| {
            format!(
                "{} {:?} {} {:?}",
                e.id,
                e.database,
                e.was.actual,
                e.reason.as_ref().or(e.owner.as_ref())
            )
        })
        .collect();
    assert_eq!(
        entries,
        [
            "column-type:t.a None 2 Some(\"everywhere\")",
            "column-type:t.a Some(\"env:CHANGED\") 4 None",
            "column-type:t.z Some(\"env:ELSEWHERE\") 2 Some(\"ann\")",
            "column-type:t.a Some(\"env:X\") 3 Some(\"here\")",
        ]
    );
}
