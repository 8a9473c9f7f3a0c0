//! The report of a fleet as SARIF 2.1.0: one result for each group.

use std::collections::BTreeMap;

use super::entries;
use crate::finding::fleet::{FleetReport, GroupChange, GroupStatus};
use crate::report::fingerprint::of;
use crate::report::format::Rendering;
use crate::report::sarif::{FleetResult, fleet_log};
use crate::report::values::one_line;

/// The report.
pub(in crate::report) fn sarif(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let changes: BTreeMap<&str, GroupChange> = fleet
        .groups
        .iter()
        .filter_map(|group| Some((group.id.as_str(), group.change?)))
        .collect();
    let mut results = Vec::new();
    let mut notifications = Vec::new();
    for entry in entries(rendering, fleet) {
        if entry.code == "not-verified" {
            let is_error = entry.status != GroupStatus::Warning;
            notifications.push((is_error, entry.paragraph()));
            continue;
        }
        let change = changes.get(entry.id.as_str()).map(|change| match change {
            GroupChange::New => "new",
            GroupChange::Before { came: 0, left: 0, .. } => "unchanged",
            GroupChange::Before { .. } => "updated",
        });
        let lines: Vec<String> = entry.text().lines().map(one_line).collect();
        results.push(FleetResult {
            level: match entry.status {
                GroupStatus::Drift => "error",
                GroupStatus::Unknown | GroupStatus::Warning | GroupStatus::Known => "warning",
            },
            text: lines.join("\n"),
            place: entry.place.clone(),
            object: one_line(&entry.object),
            fingerprint: of(&[&fleet.file, &entry.code, &entry.id]),
            is_known: entry.status == GroupStatus::Known,
            change,
            outcome: entry.status.word(),
            code: entry.code,
            kind: entry.kind,
            id: entry.id,
        });
    }
    fleet_log(rendering, &fleet.file, results, notifications)
}
