//! Names with characters that nobody sees: every format shows them, and stays what it is.

use std::collections::BTreeSet;

use driftgate::cli::Format;
use driftgate::finding::report_history::ReportHistory;
use driftgate::finding::{About, Check, Checks, Report, Target};
use driftgate::hint::Hint;
use driftgate::object_id::ObjectId;
use driftgate::value::Value;
use quick_xml::events::Event;
use serde_json::json;

use super::sample::{Sample, sample};
use super::{plain, sample::marked};

/// Written by hand, apart from the list that the program has: what is in Unicode's categories Cc, Cf, Zl and Zp,
/// noncharacters and the neighbours of surrogates, and of the tags and selectors some.
fn characters() -> Vec<char> {
    let ranges = [
        (0x01, 0x1f),
        (0x7f, 0x9f),
        (0xad, 0xad),
        (0x34f, 0x34f),
        (0x600, 0x605),
        (0x61c, 0x61c),
        (0x6dd, 0x6dd),
        (0x70f, 0x70f),
        (0x890, 0x891),
        (0x8e2, 0x8e2),
        (0x115f, 0x1160),
        (0x180b, 0x180f),
        (0x200b, 0x200f),
        (0x2028, 0x202e),
        (0x2060, 0x206f),
        (0x3164, 0x3164),
        (0xd7ff, 0xd7ff),
        (0xe000, 0xe000),
        (0xfdd0, 0xfdef),
        (0xfe00, 0xfe0f),
        (0xfeff, 0xfeff),
        (0xffa0, 0xffa0),
        (0xfff9, 0xfffb),
        (0xfffe, 0xffff),
        (0x110bd, 0x110bd),
        (0x110cd, 0x110cd),
        (0x13430, 0x1343f),
        (0x1bca0, 0x1bca3),
        (0x1d173, 0x1d17a),
        (0x1fffe, 0x1ffff),
        (0xe0001, 0xe0001),
        (0xe0020, 0xe007f),
        (0xe0100, 0xe01ef),
        (0xffffe, 0xfffff),
        (0x0010_fffe, 0x0010_ffff),
    ];
    let all = ranges.into_iter().flat_map(|(from, to): (u32, u32)| from..=to);
    all.filter_map(char::from_u32).collect()
}

/// The two that are seen.
const SEEN: [char; 2] = ['\u{d7ff}', '\u{e000}'];

/// A finding of which everything that comes from outside has a character in it.
fn with(text: &str, from: &Check) -> Check {
    let say = |what: &str| format!("{what} x{text}y");
    Check {
        about: About::Object {
            kind: from.about.kind().expect("an object"),
            id: ObjectId::new(vec!["public".to_owned(), say("t")]),
        },
        message: say("is not there"),
        expected: Value::from(json!([say("a"), {say("k"): say("b\nb")}])),
        actual: Value::Text(say("c\nc")),
        detail: Some(say("detail")),
        hint: Some(Hint::Sql(say("ALTER TABLE t;"))),
        reason: Some(say("reason")),
        ..from.clone()
    }
}

fn odd_sample() -> Sample {
    let Sample { mut files, .. } = sample();
    let Sample { report, .. } = marked();
    let finding = report.targets.iter().flat_map(|t| t.checks.findings.iter());
    let finding = finding.clone().next().expect("a finding").clone();
    let mut checks = Checks::keeping(true);
    for (i, characters) in characters().chunks(8).enumerate() {
        let text: String = characters.iter().collect();
        let mut check = with(&text, &finding);
        check.place.file = files.add(format!("expectations/{i}{text}.yaml").into(), String::new());
        checks.push(check);
    }
    let all: String = characters().into_iter().collect();
    let mut target = Target::named(format!("env:{all}"));
    target.checks = checks;
    target.name = format!("name{all}");
    target.host = format!("host{all}");
    target.server_version = "15".into();
    target.pending = vec![format!("pending{all}")];
    let mut failed = Target::named(format!("env:FAILED{all}"));
    failed.failure =
        Some(driftgate::error::Failure::new(format!("doing{all}"), format!("why{all}")).hint(format!("hint{all}")));
    let mut report = Report::new(vec![target, failed]);
    report.history = Some(ReportHistory::of(format!("folder{all}"), Vec::new(), &report));
    Sample { report, files }
}

#[test]
fn invisible_characters_are_shown_in_every_format() {
    let sample = odd_sample();
    let unseen: BTreeSet<char> = characters().into_iter().filter(|c| !SEEN.contains(c)).collect();
    for format in Format::ALL {
        let name = format.spec().name;
        let text = plain(*format, &sample);
        let raw = text.chars().find(|c| *c != '\n' && unseen.contains(c));
        assert_eq!(raw, None, "{name} has it raw");
        match name {
            "junit" | "checkstyle" => well_formed(name, &text),
            "json" | "gitlab" | "sarif" => drop(serde_json::from_str::<serde_json::Value>(&text).expect(name)),
            "jsonl" => text
                .lines()
                .for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).expect(name))),
            _ => {}
        }
        if !matches!(name, "nagios" | "prometheus") {
            for shown in ["200b", "202e", "fffe"] {
                assert!(text.to_lowercase().contains(shown), "{name} does not show {shown}");
            }
        }
    }
}

fn well_formed(name: &str, text: &str) {
    // XML 1.0, production 2.
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    assert!(text.chars().all(legal), "{name}");
    let mut reader = quick_xml::Reader::from_str(text);
    let mut elements = 0;
    loop {
        match reader.read_event().unwrap_or_else(|e| panic!("{name}: {e}")) {
            Event::Eof => break,
            Event::Start(start) | Event::Empty(start) => {
                elements += 1;
                for attribute in start.attributes() {
                    attribute.unwrap_or_else(|e| panic!("{name}: {e}"));
                }
            }
            // The references that XML has of itself; by number none is needed.
            Event::GeneralRef(reference) => {
                let known = ["lt", "gt", "amp", "quot", "apos"];
                assert!(known.contains(&&*reference), "{name}: {reference:?}");
            }
            _ => {}
        }
    }
    assert!(elements > 3, "{name}");
}
