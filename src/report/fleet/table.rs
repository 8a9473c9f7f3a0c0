//! The report of a fleet for people at a terminal: numbers first, then each finding once, with the targets that have it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{NAMED, about, labels, names, obstacles, sentence, tolerated, unmentioned};
use crate::finding::fleet::{FleetReport, GroupChange, GroupStatus, Member, MemberVerdict, TargetGroup};
use crate::plural::{plural, thousands};
use crate::report::coverage::percent;
use crate::report::format::Rendering;
use crate::report::values::one_line;
use crate::report::words::stale;
use crate::terminal::{BAD, FAINT, GOOD, Palette, STRONG, WARN, visible};

/// How many groups are shown with what is known about them.
const WHOLE: usize = 3;

/// How many groups are shown; the others are counted. So the report fits on a screen, however many targets there are.
const SHOWN: usize = 8;

/// How many reasons why targets could not be verified are shown.
const REASONS: usize = 3;

/// Where the facts of a group begin.
const MARGIN: usize = 17;

/// The report.
pub(in crate::report) fn table(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let palette = Palette { color: rendering.color };
    let most = fleet
        .members
        .iter()
        .map(|result| result.checks)
        .max()
        .unwrap_or_default();
    let mut out = format!(
        "{}, up to {} each, in {:.0} s\n\n",
        about(fleet),
        plural(most, "check", "checks"),
        rendering.timing.took.as_secs_f64()
    );
    numbers(&mut out, fleet, palette);
    let mut shown = 0;
    for status in GroupStatus::ALL {
        section(&mut out, fleet, status, &mut shown, palette);
    }
    not_verified(&mut out, fleet, palette);
    compared(&mut out, rendering, fleet, palette);
    stale_entries(&mut out, rendering, palette);
    coverage(&mut out, fleet, palette);
    for (note, targets) in fleet.notes.iter().take(REASONS) {
        let place = if *targets == fleet.members.len() {
            String::new()
        } else {
            format!(" ({})", plural(*targets, "target", "targets"))
        };
        let _ = writeln!(out, "\n{}{place}", visible(note));
    }
    out
}

/// How many targets have each verdict.
fn numbers(out: &mut String, fleet: &FleetReport, palette: Palette) {
    let widest = thousands(fleet.members.len()).len().max(7);
    for verdict in MemberVerdict::ALL {
        let count = fleet.count(verdict);
        if count == 0 {
            continue;
        }
        let style = match verdict {
            MemberVerdict::Passed => GOOD,
            MemberVerdict::Drift => BAD,
            MemberVerdict::Behind | MemberVerdict::Unknown | MemberVerdict::Failed | MemberVerdict::Unreached => WARN,
        };
        let mut line = format!(
            "{:>widest$}  {}",
            thousands(count),
            palette.paint(style, &format!("{:<10}", verdict.word()))
        );
        let servers = || FleetReport::servers(fleet.of(verdict)).len();
        match verdict {
            MemberVerdict::Drift => line.push_str(&groups_of_drift(fleet)),
            MemberVerdict::Failed => {
                let _ = write!(line, "  {}", plural(servers(), "server", "servers"));
            }
            MemberVerdict::Unreached => {
                let _ = write!(line, "  {}", plural(servers(), "server", "servers"));
                if let Some(words) = tolerated(fleet) {
                    let _ = write!(line, ", {words}");
                }
            }
            MemberVerdict::Passed | MemberVerdict::Behind | MemberVerdict::Unknown => {}
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
}

/// `  3 groups, 2 of them new since 2026-11-26`.
fn groups_of_drift(fleet: &FleetReport) -> String {
    let drift = || fleet.groups.iter().filter(|group| group.status == GroupStatus::Drift);
    let mut text = format!("  {}", plural(drift().count(), "group", "groups"));
    let new = drift().filter(|group| group.change == Some(GroupChange::New)).count();
    if let Some(comparison) = fleet.comparison.as_ref().filter(|_| new > 0) {
        let began = comparison.began.as_deref().and_then(|time| time.get(..10));
        let since = began.map_or(String::new(), |day| format!(" since {day}"));
        let _ = write!(text, ", {} of them new{since}", thousands(new));
    }
    text
}

fn section(out: &mut String, fleet: &FleetReport, status: GroupStatus, shown: &mut usize, palette: Palette) {
    let groups: Vec<&TargetGroup> = fleet.groups.iter().filter(|group| group.status == status).collect();
    if groups.is_empty() {
        return;
    }
    if status == GroupStatus::Known {
        let targets: BTreeSet<usize> = groups.iter().flat_map(|group| group.members.iter().copied()).collect();
        let _ = writeln!(
            out,
            "\n  {}\n  {} in {} that the baseline accepts",
            palette.paint(STRONG, status.word()),
            plural(groups.len(), "group", "groups"),
            plural(targets.len(), "target", "targets")
        );
        return;
    }
    let _ = writeln!(out, "\n  {}", palette.paint(STRONG, status.word()));
    // One of each status is shown, whatever came before.
    let room = SHOWN.saturating_sub(*shown).max(1);
    for group in groups.iter().take(room) {
        render_group(out, fleet, group, *shown < WHOLE, palette);
        *shown += 1;
    }
    if let Some(rest) = groups.get(room..).filter(|rest| !rest.is_empty()) {
        let targets: BTreeSet<usize> = rest.iter().flat_map(|group| group.members.iter().copied()).collect();
        let _ = writeln!(
            out,
            "  and {} in {}: -o json=FILE has them",
            plural(rest.len(), "more group", "more groups"),
            plural(targets.len(), "target", "targets")
        );
    }
}

fn render_group(out: &mut String, fleet: &FleetReport, group: &TargetGroup, is_whole: bool, palette: Palette) {
    let members: Vec<&Member> = fleet.members_of(group).collect();
    let count = plural(members.len(), "target", "targets");
    let (file, line, column) = &group.place;
    let place = one_line(&format!("{file}:{line}:{column}"));
    let _ = writeln!(
        out,
        "  {count:>13}  {}  {}",
        palette.paint(STRONG, &one_line(&sentence(group))),
        palette.paint(FAINT, &place)
    );
    if !is_whole {
        return;
    }
    let margin = " ".repeat(MARGIN);
    let _ = writeln!(out, "{margin}{}", names(&members, NAMED));
    let change = group.change.map(GroupChange::text);
    let facts: Vec<String> = labels(fleet, group).into_iter().chain(change).collect();
    if !facts.is_empty() {
        let _ = writeln!(out, "{margin}{}", one_line(&facts.join(" · ")));
    }
    // The statements if there are any; what they lose is in the other formats, and a text on several lines as well.
    let hint = match (&group.sql, &group.hint) {
        (Some(sql), _) => Some(("sql", sql)),
        (None, Some((label, text))) => Some((label.as_str(), text)),
        (None, None) => None,
    };
    if let Some((label, text)) = hint {
        let first = text.lines().next().unwrap_or_default();
        let more = if text.lines().count() > 1 { " …" } else { "" };
        let _ = writeln!(out, "{margin}{label}: {}{more}", visible(first));
    }
}

/// Targets that were not verified, by the reason.
fn not_verified(out: &mut String, fleet: &FleetReport, palette: Palette) {
    let all = obstacles(fleet);
    for verdict in MemberVerdict::ALL {
        let those: Vec<_> = all.iter().filter(|obstacle| obstacle.verdict == verdict).collect();
        if those.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n  {}", palette.paint(STRONG, verdict.word()));
        for obstacle in those.iter().take(REASONS) {
            let count = plural(obstacle.members.len(), "target", "targets");
            let _ = writeln!(out, "  {count:>13}  {}", one_line(&obstacle.failure.message));
            let _ = writeln!(out, "{}{}", " ".repeat(MARGIN), names(&obstacle.members, NAMED));
        }
        if let Some(rest) = those.get(REASONS..).filter(|rest| !rest.is_empty()) {
            let targets = rest.iter().map(|obstacle| obstacle.members.len()).sum();
            let _ = writeln!(
                out,
                "  and {} in {}: -o json=FILE has them",
                plural(rest.len(), "more reason", "more reasons"),
                plural(targets, "target", "targets")
            );
        }
    }
}

/// The groups of the earlier report that this run does not have.
fn compared(out: &mut String, rendering: &Rendering<'_>, fleet: &FleetReport, palette: Palette) {
    let Some(comparison) = &fleet.comparison else { return };
    let file = crate::redact::path(rendering.files.path(comparison.file));
    for (title, groups) in [("gone", &comparison.gone), ("undetermined", &comparison.undetermined)] {
        if groups.is_empty() {
            continue;
        }
        let title = palette.paint(STRONG, title);
        let _ = writeln!(out, "\n  {title}, compared with {}", one_line(&file));
        for group in groups.iter().take(SHOWN) {
            let count = plural(group.members.len(), "target", "targets");
            let _ = writeln!(out, "  {count:>13}  {}", one_line(&sentence(group)));
        }
        if groups.len() > SHOWN {
            let _ = writeln!(
                out,
                "  and {}",
                plural(groups.len() - SHOWN, "more group", "more groups")
            );
        }
    }
    if comparison.not_checked > 0 {
        let count = plural(comparison.not_checked, "target", "targets");
        let _ = writeln!(out, "\n{count} of {} not checked now", one_line(&file));
    }
}

/// How much of the catalogs the expectations mention.
fn coverage(out: &mut String, fleet: &FleetReport, palette: Palette) {
    let Some(coverage) = &fleet.coverage else { return };
    let _ = writeln!(
        out,
        "\n  {}\n  {} of {} are mentioned ({})",
        palette.paint(STRONG, "coverage"),
        thousands(coverage.mentioned),
        plural(coverage.objects, "object", "objects"),
        percent(coverage.mentioned, coverage.objects)
    );
    let objects = unmentioned(coverage);
    for (object, targets) in objects.iter().take(SHOWN) {
        let count = plural(*targets, "target", "targets");
        let _ = writeln!(out, "  {count:>13}  {} is not mentioned", one_line(object));
    }
    if objects.len() > SHOWN {
        let more = plural(objects.len() - SHOWN, "more object is", "more objects are");
        let _ = writeln!(out, "  and {more} not mentioned: -o json=FILE has them");
    }
}

/// The entries of the baseline that no longer apply.
fn stale_entries(out: &mut String, rendering: &Rendering<'_>, palette: Palette) {
    let Some(target) = stale(rendering.report) else { return };
    let _ = writeln!(out, "\n  {}", palette.paint(STRONG, "baseline"));
    for check in target.findings().take(SHOWN) {
        let place = rendering.files.locate(check.place);
        let _ = writeln!(
            out,
            "  {}  {}",
            one_line(&check.message),
            palette.paint(FAINT, &one_line(&place))
        );
    }
    if target.checks.findings.len() > SHOWN {
        let more = target.checks.findings.len() - SHOWN;
        let _ = writeln!(out, "  and {}", plural(more, "more entry", "more entries"));
    }
}
