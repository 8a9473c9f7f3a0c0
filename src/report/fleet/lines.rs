//! The report of a fleet in formats of lines: a line or a block for each group.

use std::fmt::Write as _;

use serde_json::Value as Json;

use super::{about, counts, entries, sentence, table, tolerated, verdict};
use crate::finding::Exit;
use crate::finding::exit::NagiosState;
use crate::finding::fleet::{FleetReport, GroupStatus, MemberVerdict};
use crate::plural::plural;
use crate::report::format::Rendering;
use crate::report::markdown::{escaped, fence};
use crate::report::nagios;
use crate::report::unified::unified;
use crate::report::values::{one_line, show};
use crate::terminal::{Palette, STRONG};

/// A line for each group, with the names of all its targets, which grep finds.
pub(in crate::report) fn plain(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let mut out = String::new();
    for entry in entries(rendering, fleet) {
        let (file, line, column) = &entry.place;
        let place = one_line(&format!("{file}:{line}:{column}"));
        let _ = write!(
            out,
            "{place}: {} {}: {}",
            entry.code,
            one_line(&entry.object),
            entry.headline
        );
        if entry.status == GroupStatus::Known {
            out.push_str(" (known)");
        }
        for (label, fact) in entry.facts.iter().filter(|(label, _)| matches!(*label, "fix" | "help")) {
            let _ = write!(out, " ({label}: {})", one_line(fact));
        }
        if !entry.targets.is_empty() {
            let _ = write!(out, " in {}", entry.targets);
        }
        out.push('\n');
    }
    out
}

/// TAP: a test point for each target.
pub(in crate::report) fn tap(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let stale: Vec<_> = entries(rendering, fleet)
        .into_iter()
        .filter(|entry| entry.kind == "baseline")
        .collect();
    let mut out = format!("TAP version 14\n1..{}\n", fleet.members.len() + stale.len());
    for (result, number) in fleet.members.iter().zip(1..) {
        let groups: Vec<_> = result
            .groups
            .iter()
            .filter_map(|index| fleet.groups.get(*index))
            .collect();
        let name = escaped_in_tap(&result.member.name);
        let (ok, directive) = match result.verdict {
            MemberVerdict::Passed if groups.is_empty() => {
                let _ = writeln!(out, "ok {number} - {name}");
                continue;
            }
            // A test point with the directive TODO does not fail a run.
            MemberVerdict::Passed if groups.iter().all(|group| group.status == GroupStatus::Known) => {
                ("not ok", " # TODO known")
            }
            MemberVerdict::Passed => ("not ok", " # TODO warning"),
            MemberVerdict::Unreached if fleet.tolerates_unreached() => ("not ok", " # TODO tolerated"),
            MemberVerdict::Drift
            | MemberVerdict::Behind
            | MemberVerdict::Unknown
            | MemberVerdict::Failed
            | MemberVerdict::Unreached => ("not ok", ""),
        };
        let findings: Vec<Json> = groups
            .iter()
            .map(|group| Json::from(one_line(&sentence(group))))
            .collect();
        let _ = writeln!(
            out,
            "{ok} {number} - {name}{directive}\n  ---\n  severity: {}",
            result.verdict.word()
        );
        if let Some(failure) = &result.failure {
            let _ = writeln!(out, "  message: {}", Json::from(one_line(&failure.message)));
        }
        if !findings.is_empty() {
            let _ = writeln!(out, "  findings: {}", Json::from(findings));
        }
        out.push_str("  ...\n");
    }
    for (entry, number) in stale.iter().zip(fleet.members.len() + 1..) {
        let directive = if entry.status == GroupStatus::Drift {
            ""
        } else {
            " # TODO warning"
        };
        let name = escaped_in_tap(&entry.headline);
        let _ = writeln!(out, "not ok {number} - {name}{directive}");
    }
    out
}

/// A text in a description, where `#` begins a directive.
fn escaped_in_tap(text: &str) -> String {
    one_line(text).replace('\\', "\\\\").replace('#', "\\#")
}

/// The report for people at a terminal, in Markdown.
pub(in crate::report) fn markdown(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let rendering = Rendering {
        color: false,
        ..*rendering
    };
    let text = table(&rendering, fleet);
    let fence = fence(&text);
    let title = escaped(&format!("{}: {}", about(fleet), counts(fleet)));
    let head = format!(
        "**driftgate: {}** ({title})\n\n{fence}text\n",
        verdict(&rendering, fleet)
    );
    let mut out = head;
    for line in text.trim_end().lines() {
        if out.len() + line.len() > LONGEST {
            out.push_str("…\n");
            break;
        }
        out.push_str(line);
        out.push('\n');
    }
    out + &fence + "\n"
}

/// The maximum length in bytes. GitHub takes 65,536 characters for a comment.
const LONGEST: usize = 60_000;

/// The line of a Nagios plugin.
pub(in crate::report) fn nagios_line(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let state = nagios::state(rendering.report, rendering.exit);
    let first = entries(rendering, fleet)
        .into_iter()
        .find(|entry| entry.status != GroupStatus::Known);
    let first = first.map_or(String::new(), |entry| format!(": {}", nagios::plain(&entry.headline)));
    let tolerated = tolerated(fleet).map_or(String::new(), |words| format!("; unreached {words}"));
    let count = |verdict| fleet.count(verdict);
    let mut line = format!(
        "DRIFTGATE {} - {}{first} ({}: {}{tolerated}) |",
        state.word(),
        verdict(rendering, fleet),
        nagios::plain(&about(fleet)),
        counts(fleet)
    );
    let _ = write!(line, " targets={}", fleet.members.len());
    for verdict in MemberVerdict::ALL {
        let limit = match verdict {
            MemberVerdict::Passed => "",
            MemberVerdict::Drift => ";;0",
            MemberVerdict::Behind | MemberVerdict::Unknown | MemberVerdict::Failed | MemberVerdict::Unreached => ";0",
        };
        let _ = write!(line, " {}={}{limit}", verdict.word(), count(verdict));
    }
    let _ = writeln!(line, " time={}s", rendering.timing.seconds());
    line
}

/// The state of a Nagios service that watches a fleet.
pub(in crate::report) fn nagios_state(fleet: &FleetReport, exit: Exit) -> NagiosState {
    let has = |status| fleet.groups.iter().any(|group| group.status == status);
    let is_blind = || {
        let mut blind = fleet.members.iter().filter(|result| !result.verdict.is_verified());
        blind.any(|result| result.verdict != MemberVerdict::Unreached || !fleet.tolerates_unreached())
    };
    match exit {
        Exit::Nagios(state) => state,
        Exit::Drift => NagiosState::Critical,
        // This is drift even if a failure decides the exit code.
        Exit::Usage | Exit::Failure | Exit::Unknown | Exit::Passed if has(GroupStatus::Drift) => NagiosState::Critical,
        Exit::Usage | Exit::Failure | Exit::Unknown => NagiosState::Unknown,
        Exit::Passed if is_blind() => NagiosState::Unknown,
        Exit::Passed if has(GroupStatus::Warning) || fleet.count(MemberVerdict::Unreached) > 0 => NagiosState::Warning,
        Exit::Passed => NagiosState::Ok,
    }
}

/// A unified diff for each group with two values; the others as comments.
pub(in crate::report) fn diff(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let palette = Palette { color: rendering.color };
    let mut out = String::new();
    let remark = |out: &mut String, text: &str| {
        let _ = writeln!(out, "{}", palette.paint(STRONG, &format!("# {}", one_line(text))));
    };
    for group in &fleet.groups {
        let count = plural(group.members.len(), "target", "targets");
        let differs =
            group.expected != group.actual && matches!(group.status, GroupStatus::Drift | GroupStatus::Warning);
        if !differs {
            let known = if group.status == GroupStatus::Known {
                "known: "
            } else {
                ""
            };
            remark(&mut out, &format!("{known}{count}: {}", sentence(group)));
            continue;
        }
        let subject = format!("{} {}", group.kind.replace('_', " "), group.object);
        let attribute = group
            .attribute
            .as_ref()
            .map_or(String::new(), |name| format!(" {name}"));
        let value = |value: &Json| {
            let text = show(value);
            let lines = text.trim_end().lines().map(|line| format!("  {line}\n"));
            format!("{}{attribute}:\n{}", one_line(&subject), lines.collect::<String>())
        };
        let (file, line, column) = &group.place;
        let members: Vec<_> = fleet.members_of(group).collect();
        let labels = (
            one_line(&format!("{file}:{line}:{column}")),
            format!("{count}: {}", super::names(&members, super::NAMED_IN_DETAILS)),
        );
        let (expected, found) = (value(&group.expected), value(&group.actual));
        out.push_str(&unified(&expected, &found, (&labels.0, &labels.1), palette));
    }
    for entry in entries(rendering, fleet) {
        if matches!(entry.kind.as_str(), "target" | "baseline") {
            remark(&mut out, &entry.paragraph());
        }
    }
    out
}
