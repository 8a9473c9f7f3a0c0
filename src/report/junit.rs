//! The report as JUnit XML, which nearly every CI service shows: one suite per database, one test case per object.
//!
//! The elements conform to the schema of the xUnit plugin of Jenkins, including its older versions.

use std::collections::BTreeMap;

use super::facts::{facts_text, headline, path};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::values::one_line;
use super::words::{Obstacle, ReportedStatus, describe, stale, targets};
use super::xml::Element;
use crate::finding::{Check, Target};

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "junit",
    "JUnit XML for CI services: one test case per object, including those that passed",
    render,
    fleet::junit,
)
.passes();

/// A test case: the checks of one object in one file.
struct Case<'a> {
    file: String,
    checks: Vec<&'a Check>,
}

/// The number of test cases by result.
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
    let elements = suites
        .iter()
        .map(|(target, cases)| suite(target, cases, rendering))
        .collect();
    Element::new(
        "testsuites",
        [
            ("name", "driftgate".to_owned()),
            ("tests", all.tests.to_string()),
            ("failures", all.failures.to_string()),
            ("errors", all.errors.to_string()),
            ("time", rendering.timing.seconds()),
        ],
    )
    .elements(elements)
    .document()
}

/// The checks of a database by file and object, in the order of the files.
fn cases<'a>(target: &'a Target, rendering: &Rendering<'_>) -> Vec<Case<'a>> {
    let mut cases: Vec<Case<'a>> = Vec::new();
    let mut numbers: BTreeMap<_, usize> = BTreeMap::new();
    for check in target.checks.listed() {
        let key = (check.place.file, &check.about);
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

fn outcome(case: &Case<'_>) -> ReportedStatus {
    let outcomes = case.checks.iter().map(|check| ReportedStatus::of(check));
    outcomes.min().unwrap_or(ReportedStatus::Passed)
}

fn count(target: &Target, cases: &[Case<'_>]) -> Counts {
    let mut counts = Counts {
        tests: cases.len(),
        ..Counts::default()
    };
    for case in cases {
        match outcome(case) {
            ReportedStatus::Drift => counts.failures += 1,
            ReportedStatus::Unknown => counts.errors += 1,
            ReportedStatus::Warning | ReportedStatus::Known => counts.skipped += 1,
            ReportedStatus::Passed => {}
        }
    }
    if Obstacle::of(target).is_some() {
        counts.tests += 1;
        counts.errors += 1;
    }
    counts
}

fn suite(target: &Target, cases: &[Case<'_>], rendering: &Rendering<'_>) -> Element {
    let counts = count(target, cases);
    let obstacle = Obstacle::of(target).map(|obstacle| {
        let name = format!("database {}", one_line(&target.database));
        let result = result("error", obstacle.code, obstacle.message.clone(), &obstacle.paragraph());
        Element::new("testcase", [("name", name), ("classname", "driftgate".to_owned())]).elements(vec![result])
    });
    Element::new(
        "testsuite",
        [
            ("name", one_line(&describe(target))),
            ("tests", counts.tests.to_string()),
            ("failures", counts.failures.to_string()),
            ("errors", counts.errors.to_string()),
            ("skipped", counts.skipped.to_string()),
            // The schema requires a time without a zone. It is UTC.
            ("timestamp", rendering.timing.date().trim_end_matches('Z').to_owned()),
        ],
    )
    .elements(
        cases
            .iter()
            .map(|case| test_case(case, target, rendering))
            .chain(obstacle)
            .collect(),
    )
}

fn test_case(case: &Case<'_>, target: &Target, rendering: &Rendering<'_>) -> Element {
    let name = case
        .checks
        .first()
        .map_or(String::new(), |check| one_line(&check.title()));
    let element = Element::new("testcase", [("name", name), ("classname", one_line(&case.file))]);
    let worst = outcome(case);
    let findings: Vec<&Check> = case.checks.iter().copied().filter(|check| check.is_finding()).collect();
    // The finding that decides the result comes first.
    let Some(first) = findings.iter().find(|check| ReportedStatus::of(check) == worst) else {
        return element;
    };
    let mut message = headline(first);
    if findings.len() > 1 {
        message = format!("{message} (and {} more)", findings.len() - 1);
    }
    let texts: Vec<String> = findings
        .iter()
        .map(|check| {
            let facts = facts_text(check, target, rendering.files);
            format!("{}: {}\n{facts}", ReportedStatus::of(check).word(), headline(check))
        })
        .collect();
    let text = texts.join("\n");
    element.elements(vec![match worst {
        ReportedStatus::Drift => result("failure", &first.code.to_string(), message, &text),
        ReportedStatus::Unknown => result("error", &first.code.to_string(), message, &text),
        ReportedStatus::Warning | ReportedStatus::Known | ReportedStatus::Passed => {
            Element::new("skipped", []).text(&text)
        }
    }])
}

fn result(element: &'static str, code: &str, message: String, text: &str) -> Element {
    Element::new(element, [("type", code.to_owned()), ("message", message)]).text(text)
}
