//! The report as JUnit XML, which nearly every CI service shows: a suite a database, a test case an object.
//!
//! The elements are those of the schema of Jenkins' xUnit plugin; of its older versions, too.

use std::collections::BTreeMap;
use std::io;

use quick_xml::writer::Writer;

use super::format::{FormatSpec, Rendering};
use super::words::{Obstacle, Outcome, describe, facts_text, headline, one_line, path, stale, targets};
use super::xml::document;
use super::{Check, Target};

/// The format.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "junit",
    doc: "JUnit XML for CI services: a test case an object, those that passed included",
    passes: true,
    render,
};

/// A test case: the checks of one object in one file.
struct Case<'a> {
    file: String,
    checks: Vec<&'a Check>,
}

/// What became of test cases.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

fn render(rendering: &Rendering<'_>) -> String {
    let stale = stale(rendering.report);
    let suites: Vec<(&Target, Vec<Case<'_>>)> = targets(rendering.report, stale.as_ref())
        .map(|target| (target, cases(target, rendering)))
        .collect();
    let mut all = Counts::default();
    for (target, cases) in &suites {
        let counts = count(target, cases);
        all.tests += counts.tests;
        all.failures += counts.failures;
        all.errors += counts.errors;
    }
    document(|writer| {
        writer
            .create_element("testsuites")
            .with_attributes([
                ("name", "driftgate"),
                ("tests", all.tests.to_string().as_str()),
                ("failures", all.failures.to_string().as_str()),
                ("errors", all.errors.to_string().as_str()),
                ("time", rendering.timing.seconds().as_str()),
            ])
            .write_inner_content(|writer| {
                suites
                    .iter()
                    .try_for_each(|(target, cases)| suite(writer, target, cases, rendering))
            })?;
        Ok(())
    })
}

/// The checks of a database by file and object, in the order of the files.
fn cases<'a>(target: &'a Target, rendering: &Rendering<'_>) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'a>> = Vec::new();
    let mut numbers: BTreeMap<_, usize> = BTreeMap::new();
    for check in target.checks.known() {
        let key = (check.place.file, check.kind, check.object.as_str());
        let number = *numbers.entry(key).or_insert(cases.len());
        match cases.get_mut(number) {
            Some(case) => case.checks.push(check),
            None => cases.push(Case {
                file: path(check, rendering.files),
                checks: vec![check],
            }),
        }
    }
    cases
}

fn outcome(case: &Case<'_>) -> Outcome {
    let outcomes = case.checks.iter().map(|check| Outcome::of(check));
    outcomes.min().unwrap_or(Outcome::Passed)
}

fn count(target: &Target, cases: &[Case<'_>]) -> Counts {
    let mut counts = Counts {
        tests: cases.len(),
        ..Counts::default()
    };
    for case in cases {
        match outcome(case) {
            Outcome::Drift => counts.failures += 1,
            Outcome::Unknown => counts.errors += 1,
            Outcome::Warning | Outcome::Known => counts.skipped += 1,
            Outcome::Passed => {}
        }
    }
    if Obstacle::of(target).is_some() {
        counts.tests += 1;
        counts.errors += 1;
    }
    counts
}

fn suite(
    writer: &mut Writer<Vec<u8>>,
    target: &Target,
    cases: &[Case<'_>],
    rendering: &Rendering<'_>,
) -> io::Result<()> {
    let counts = count(target, cases);
    let database = one_line(&describe(target));
    writer
        .create_element("testsuite")
        .with_attributes([
            ("name", database.as_str()),
            ("tests", counts.tests.to_string().as_str()),
            ("failures", counts.failures.to_string().as_str()),
            ("errors", counts.errors.to_string().as_str()),
            ("skipped", counts.skipped.to_string().as_str()),
            ("timestamp", rendering.timing.date().trim_end_matches('Z')),
        ])
        .write_inner_content(|writer| {
            for case in cases {
                test_case(writer, case, target, rendering)?;
            }
            if let Some(obstacle) = Obstacle::of(target) {
                let name = format!("database {}", one_line(&target.database));
                writer
                    .create_element("testcase")
                    .with_attributes([("name", name.as_str()), ("classname", "driftgate")])
                    .write_inner_content(|writer| {
                        result(writer, "error", obstacle.code, &obstacle.message, &obstacle.paragraph())
                    })?;
            }
            Ok(())
        })?;
    Ok(())
}

fn test_case(
    writer: &mut Writer<Vec<u8>>,
    case: &Case<'_>,
    target: &Target,
    rendering: &Rendering<'_>,
) -> io::Result<()> {
    let name = case
        .checks
        .first()
        .map_or(String::new(), |check| one_line(&check.title()));
    let file = one_line(&case.file);
    let element = writer
        .create_element("testcase")
        .with_attributes([("name", name.as_str()), ("classname", file.as_str())]);
    let worst = outcome(case);
    let findings: Vec<&Check> = case.checks.iter().copied().filter(|check| check.is_finding()).collect();
    // The one that decides comes first.
    let Some(first) = findings.iter().find(|check| Outcome::of(check) == worst) else {
        element.write_empty()?;
        return Ok(());
    };
    let mut message = headline(first);
    if findings.len() > 1 {
        message = format!("{message} (and {} more)", findings.len() - 1);
    }
    let texts: Vec<String> = findings
        .iter()
        .map(|check| {
            let facts = facts_text(check, target, rendering.files);
            format!("{}: {}\n{facts}", Outcome::of(check).word(), headline(check))
        })
        .collect();
    let text = texts.join("\n");
    element.write_inner_content(|writer| match worst {
        Outcome::Drift => result(writer, "failure", &first.code, &message, &text),
        Outcome::Unknown => result(writer, "error", &first.code, &message, &text),
        Outcome::Warning | Outcome::Known | Outcome::Passed => {
            let text = quick_xml::events::BytesText::new(&text);
            writer.create_element("skipped").write_text_content(text)?;
            Ok(())
        }
    })?;
    Ok(())
}

fn result(writer: &mut Writer<Vec<u8>>, element: &str, code: &str, message: &str, text: &str) -> io::Result<()> {
    writer
        .create_element(element)
        .with_attributes([("type", code), ("message", message)])
        .write_text_content(quick_xml::events::BytesText::new(text))?;
    Ok(())
}
