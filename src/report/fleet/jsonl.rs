//! The report of a fleet as JSON Lines: a line for the fleet, a line for each target with its findings, and a last line. The
//! lines of targets are also written as these end, so that a run that is killed can go on.

use serde::Serialize;

use super::json::{JsonFleet, JsonGroup, JsonMemberResult, finding_of_group, fleet_facts, member_result};
use crate::finding::earlier::REPORT_VERSION;
use crate::finding::fleet::{FleetReport, MemberResult};
use crate::report::format::Rendering;
use crate::report::json::line;

#[derive(Serialize)]
struct FleetLine<'a> {
    report_version: u32,
    #[serde(rename = "type")]
    what: &'static str,
    #[serde(flatten)]
    fleet: JsonFleet<'a>,
}

#[derive(Serialize)]
struct MemberLine<'a> {
    report_version: u32,
    #[serde(rename = "type")]
    what: &'static str,
    #[serde(flatten)]
    result: JsonMemberResult<'a>,
    findings: Vec<JsonGroup<'a>>,
}

#[derive(Serialize)]
struct EndLine {
    report_version: u32,
    #[serde(rename = "type")]
    what: &'static str,
    targets: usize,
    exit_code: u8,
}

/// The first line: what the fleet is.
#[must_use]
pub fn first_line(fleet: &FleetReport) -> String {
    line(&FleetLine {
        report_version: REPORT_VERSION,
        what: "fleet",
        fleet: fleet_facts(fleet),
    })
}

/// The line of a target.
#[must_use]
pub fn target_line(fleet: &FleetReport, result: &MemberResult) -> String {
    let groups = result.groups.iter().filter_map(|number| fleet.groups.get(*number));
    line(&MemberLine {
        report_version: REPORT_VERSION,
        what: "target",
        result: member_result(fleet, result),
        findings: groups.map(finding_of_group).collect(),
    })
}

/// The report.
pub(in crate::report) fn jsonl(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let mut out = first_line(fleet);
    for result in &fleet.members {
        out.push_str(&target_line(fleet, result));
    }
    out + &line(&EndLine {
        report_version: REPORT_VERSION,
        what: "end",
        targets: fleet.members.len(),
        exit_code: rendering.exit.code(),
    })
}
