//! The report of a fleet at the lines of its files: one annotation for each group.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{FleetEntry, about, counts, entries, verdict};
use crate::finding::fleet::{FleetReport, GroupStatus};
use crate::report::checkstyle::error;
use crate::report::fingerprint::of;
use crate::report::format::Rendering;
use crate::report::gitlab::Issue;
use crate::report::json::lines;
use crate::report::values::one_line;
use crate::report::words::TOOL;
use crate::report::xml::Element;
use crate::report::{azure as azure_format, github as github_format};

fn is_counted(entry: &FleetEntry) -> bool {
    entry.status != GroupStatus::Known
}

/// Whether it fails the run: drift, or targets that could not be verified.
fn is_error(entry: &FleetEntry) -> bool {
    match entry.status {
        GroupStatus::Drift => true,
        GroupStatus::Unknown => entry.code == "not-verified",
        GroupStatus::Warning | GroupStatus::Known => false,
    }
}

/// `drift: fleet.yaml: 150 targets on 1 server: 147 passed, 3 drift`.
fn last_line(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    format!(
        "driftgate: {}: {}: {}\n",
        verdict(rendering, fleet),
        about(fleet),
        counts(fleet)
    )
}

/// Annotations of GitHub Actions.
pub(in crate::report) fn github(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let mut out = String::new();
    let mut annotations = github_format::Annotations::default();
    let all = entries(rendering, fleet);
    for entry in all.iter().filter(|entry| is_counted(entry)) {
        let level = if is_error(entry) { "error" } else { "warning" };
        let (file, line, column) = &entry.place;
        let place = format!(
            "file={},line={line},col={column},",
            github_format::property(&one_line(file))
        );
        let title = format!("driftgate: {} {}", entry.code, entry.object);
        annotations.write(
            &mut out,
            level,
            &place,
            &title,
            &visible_lines(&entry.text()),
            &entry.headline,
        );
    }
    annotations.end(&mut out, all.len());
    out + &last_line(rendering, fleet)
}

/// A text whose lines are kept, and in which nothing else acts on a terminal.
fn visible_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(one_line).collect();
    lines.join("\n")
}

/// Issues of Azure Pipelines.
pub(in crate::report) fn azure(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let mut out = String::new();
    for entry in entries(rendering, fleet).iter().filter(|entry| is_counted(entry)) {
        let severity = if is_error(entry) { "error" } else { "warning" };
        let (file, line, column) = &entry.place;
        let _ = writeln!(
            out,
            "##vso[task.logissue type={severity};sourcepath={};linenumber={line};columnnumber={column};code={};]{}",
            azure_format::property(&one_line(file)),
            azure_format::property(&entry.code),
            azure_format::data(&entry.paragraph())
        );
    }
    out + &last_line(rendering, fleet)
}

/// The code quality report of GitLab.
pub(in crate::report) fn gitlab(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let issues: Vec<Issue> = entries(rendering, fleet)
        .into_iter()
        .map(|entry| {
            let severity = match entry.status {
                GroupStatus::Drift => "critical",
                GroupStatus::Unknown if entry.code == "not-verified" => "blocker",
                GroupStatus::Unknown => "major",
                GroupStatus::Warning => "minor",
                GroupStatus::Known => "info",
            };
            let fingerprint = of(&[&fleet.file, &entry.code, &entry.id]);
            let (file, line, _) = &entry.place;
            Issue::new(
                entry.paragraph(),
                entry.code.clone(),
                fingerprint,
                severity,
                (one_line(file), *line),
            )
        })
        .collect();
    lines(&issues)
}

/// Checkstyle XML.
pub(in crate::report) fn checkstyle(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let mut files: BTreeMap<String, Vec<Element>> = BTreeMap::new();
    for entry in entries(rendering, fleet) {
        let severity = match entry.status {
            _ if is_error(&entry) => "error",
            GroupStatus::Drift | GroupStatus::Unknown | GroupStatus::Warning => "warning",
            GroupStatus::Known => "info",
        };
        let (file, line, column) = &entry.place;
        let element = error((*line, *column), severity, entry.paragraph(), &entry.code);
        files.entry(one_line(file)).or_default().push(element);
    }
    let files = files
        .into_iter()
        .map(|(path, entries)| Element::new("file", [("name", path)]).elements(entries));
    Element::new("checkstyle", [("version", TOOL.1.to_owned())])
        .elements(files.collect())
        .document()
}
