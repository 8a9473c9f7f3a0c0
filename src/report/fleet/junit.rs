//! The report of a fleet as JUnit XML: a suite for the targets with the same labels, a case for each target.

use std::collections::BTreeMap;

use super::{about, entries, sentence, tolerated};
use crate::finding::fleet::{FleetReport, MemberResult, MemberVerdict, TargetGroup};
use crate::report::format::Rendering;
use crate::report::values::one_line;
use crate::report::words::stale;
use crate::report::xml::Element;

/// The name of the suite of targets without labels.
const WITHOUT_LABELS: &str = "no labels";

/// The result of a case.
enum CaseResult {
    Passed,
    Failure,
    Error,
    Skipped,
}

/// The report.
pub(in crate::report) fn junit(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let mut suites: BTreeMap<String, Vec<&MemberResult>> = BTreeMap::new();
    for result in &fleet.members {
        suites.entry(suite_name(result)).or_default().push(result);
    }
    let (mut tests, mut failures, mut errors) = (0, 0, 0);
    let mut elements = Vec::new();
    for (name, results) in suites {
        let outcomes: Vec<CaseResult> = results.iter().map(|result| outcome(fleet, result)).collect();
        let count = |wanted: fn(&CaseResult) -> bool| outcomes.iter().filter(|outcome| wanted(outcome)).count();
        let failed = count(|outcome| matches!(outcome, CaseResult::Failure));
        let errored = count(|outcome| matches!(outcome, CaseResult::Error));
        let skipped = count(|outcome| matches!(outcome, CaseResult::Skipped));
        tests += results.len();
        failures += failed;
        errors += errored;
        let cases = results
            .iter()
            .zip(&outcomes)
            .map(|(result, outcome)| case(fleet, result, outcome));
        let numbers = [results.len(), failed, errored, skipped];
        elements.push(suite(&name, numbers, rendering, cases.collect()));
    }
    if let Some(target) = stale(rendering.report) {
        let is_strict = rendering
            .report
            .baseline
            .as_ref()
            .is_some_and(|baseline| baseline.strict);
        let of_baseline = entries(rendering, fleet)
            .into_iter()
            .filter(|entry| entry.kind == "baseline");
        let cases: Vec<Element> = of_baseline
            .map(|entry| {
                let result = if is_strict {
                    result("failure", &entry.code, entry.headline.clone(), &entry.paragraph())
                } else {
                    Element::new("skipped", []).text(&entry.paragraph())
                };
                let name = one_line(&entry.object);
                Element::new("testcase", [("name", name), ("classname", "baseline".to_owned())]).elements(vec![result])
            })
            .collect();
        let count = target.checks.findings.len();
        let (failed, skipped) = if is_strict { (count, 0) } else { (0, count) };
        tests += count;
        failures += failed;
        elements.push(suite("baseline", [count, failed, 0, skipped], rendering, cases));
    }
    Element::new(
        "testsuites",
        [
            ("name", one_line(&format!("driftgate {}", about(fleet)))),
            ("tests", tests.to_string()),
            ("failures", failures.to_string()),
            ("errors", errors.to_string()),
            ("time", rendering.timing.seconds()),
        ],
    )
    .elements(elements)
    .document()
}

/// `region=eu tier=shared`.
fn suite_name(result: &MemberResult) -> String {
    let labels = result.member.labels.iter();
    let labels: Vec<String> = labels.map(|(label, value)| format!("{label}={value}")).collect();
    if labels.is_empty() {
        WITHOUT_LABELS.to_owned()
    } else {
        one_line(&labels.join(" "))
    }
}

fn suite(name: &str, numbers: [usize; 4], rendering: &Rendering<'_>, cases: Vec<Element>) -> Element {
    let [tests, failures, errors, skipped] = numbers.map(|number| number.to_string());
    Element::new(
        "testsuite",
        [
            ("name", name.to_owned()),
            ("tests", tests),
            ("failures", failures),
            ("errors", errors),
            ("skipped", skipped),
            // The schema requires a time without a zone. It is UTC.
            ("timestamp", rendering.timing.date().trim_end_matches('Z').to_owned()),
        ],
    )
    .elements(cases)
}

fn groups<'a>(fleet: &'a FleetReport, result: &'a MemberResult) -> Vec<&'a TargetGroup> {
    let groups = result.groups.iter();
    groups.filter_map(|number| fleet.groups.get(*number)).collect()
}

fn outcome(fleet: &FleetReport, result: &MemberResult) -> CaseResult {
    match result.verdict {
        MemberVerdict::Drift | MemberVerdict::Behind => CaseResult::Failure,
        MemberVerdict::Unreached if fleet.tolerates_unreached() => CaseResult::Skipped,
        MemberVerdict::Unknown | MemberVerdict::Failed | MemberVerdict::Unreached => CaseResult::Error,
        MemberVerdict::Passed if result.groups.is_empty() => CaseResult::Passed,
        // Warnings, and what a baseline accepts.
        MemberVerdict::Passed => CaseResult::Skipped,
    }
}

fn case(fleet: &FleetReport, result: &MemberResult, outcome: &CaseResult) -> Element {
    let name = one_line(&result.member.name);
    let class = one_line(&result.member.server);
    let element = Element::new("testcase", [("name", name), ("classname", class)]);
    let groups = groups(fleet, result);
    let lines = groups.iter().map(|group| {
        let (file, line, column) = &group.place;
        let hint = group.hint.as_ref();
        let hint = hint.map_or(String::new(), |(label, text)| {
            format!("\n  {label}: {}", one_line(text))
        });
        let (finding, place) = (one_line(&sentence(group)), one_line(&format!("{file}:{line}:{column}")));
        format!("{}: {finding} ({place}){hint}", group.status.word())
    });
    let failure = result.failure.as_ref().map(|failure| {
        let hint = failure.hint.as_ref();
        let hint = hint.map_or(String::new(), |hint| format!("\n  help: {}", one_line(hint)));
        format!("{}: {}{hint}", result.verdict.word(), one_line(&failure.message))
    });
    let text: Vec<String> = failure.clone().into_iter().chain(lines).collect();
    let text = text.join("\n");
    let first = groups.first();
    let message = match (&result.failure, first) {
        (Some(failure), _) if !matches!(outcome, CaseResult::Failure) => failure.message.clone(),
        (_, Some(group)) if groups.len() > 1 => format!("{} (and {} more)", sentence(group), groups.len() - 1),
        (_, Some(group)) => sentence(group),
        (Some(failure), None) => failure.message.clone(),
        (None, None) => result.verdict.word().to_owned(),
    };
    let code = first.filter(|_| !matches!(outcome, CaseResult::Error) || result.failure.is_none());
    let code = code.map_or("not-verified", |group| group.code.as_str());
    let message = one_line(&message);
    element.elements(match outcome {
        CaseResult::Passed => Vec::new(),
        CaseResult::Failure => vec![self::result("failure", code, message, &text)],
        CaseResult::Error => vec![self::result("error", code, message, &text)],
        CaseResult::Skipped => {
            let tolerated = tolerated(fleet).filter(|_| result.verdict == MemberVerdict::Unreached);
            let text = tolerated.map_or(text.clone(), |words| format!("{text}\n{words}"));
            vec![Element::new("skipped", []).text(&text)]
        }
    })
}

fn result(element: &'static str, code: &str, message: String, text: &str) -> Element {
    Element::new(element, [("type", code.to_owned()), ("message", message)]).text(text)
}
