//! The report of a fleet for people at a terminal: numbers first, then each finding once, with the targets that have it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::format::Rendering;
use crate::finding::fleet::{FleetFacts, GroupKey, Member, SCHEMA, is_unreached, without_schema};
use crate::finding::{Check, Status, Target, TargetStatus};
use crate::plural::{plural, thousands};
use crate::terminal::{BAD, FAINT, GOOD, Palette, STRONG, WARN, visible};

/// How many targets of a group are named.
const NAMED: usize = 3;

/// How many groups of each status are shown; the others are counted.
const SHOWN: usize = 12;

/// The targets that have a finding.
struct Group<'a> {
    first: &'a Check,
    first_schema: Option<&'a str>,
    members: Vec<&'a Member>,
}

/// The verdict on a target of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TargetVerdict {
    Passed,
    Drift,
    Unknown,
    Failed,
    Unreached,
}

impl TargetVerdict {
    const ALL: [Self; 5] = [Self::Passed, Self::Drift, Self::Unknown, Self::Failed, Self::Unreached];

    fn of(target: &Target) -> Self {
        if is_unreached(target) {
            return Self::Unreached;
        }
        match target.status() {
            TargetStatus::Passed => Self::Passed,
            TargetStatus::Drift => Self::Drift,
            TargetStatus::Unknown => Self::Unknown,
            TargetStatus::Failed => Self::Failed,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Drift => "drift",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Unreached => "unreached",
        }
    }
}

/// The report.
pub(super) fn render(rendering: &Rendering<'_>, fleet: &FleetFacts) -> String {
    let palette = Palette { color: rendering.color };
    let targets = &rendering.report.targets;
    let mut verdicts: BTreeMap<TargetVerdict, Vec<(&Target, &Member)>> = BTreeMap::new();
    for (target, member) in targets.iter().zip(&fleet.members) {
        verdicts
            .entry(TargetVerdict::of(target))
            .or_default()
            .push((target, member));
    }
    let groups = groups(targets, &fleet.members);
    let mut out = headline(rendering, fleet);
    out.push('\n');
    let widest = thousands(targets.len()).len().max(7);
    for verdict in TargetVerdict::ALL {
        let Some(those) = verdicts.get(&verdict) else { continue };
        let style = match verdict {
            TargetVerdict::Passed => GOOD,
            TargetVerdict::Drift => BAD,
            TargetVerdict::Unknown | TargetVerdict::Failed | TargetVerdict::Unreached => WARN,
        };
        let mut line = format!(
            "{:>widest$}  {}",
            thousands(those.len()),
            palette.paint(style, &format!("{:<10}", verdict.word()))
        );
        match verdict {
            TargetVerdict::Drift => {
                let _ = write!(line, "  {}", plural(count(&groups, Status::Drift), "group", "groups"));
            }
            TargetVerdict::Failed | TargetVerdict::Unreached => {
                let servers: BTreeSet<&str> = those.iter().map(|(_, member)| member.server.as_str()).collect();
                let _ = write!(line, "  {}", plural(servers.len(), "server", "servers"));
            }
            TargetVerdict::Passed | TargetVerdict::Unknown => {}
        }
        let _ = writeln!(out, "{}", line.trim_end());
    }
    for (status, title) in [(Status::Drift, "drift"), (Status::Unknown, "unknown")] {
        section(&mut out, &groups, status, title, rendering, palette);
    }
    not_verified(&mut out, &verdicts, palette);
    out
}

fn headline(rendering: &Rendering<'_>, fleet: &FleetFacts) -> String {
    let servers: BTreeSet<&str> = fleet.members.iter().map(|member| member.server.as_str()).collect();
    let checks = rendering.report.targets.iter().map(|target| target.summary().checks);
    let most = checks.max().unwrap_or_default();
    format!(
        "{}: {} on {}, up to {} each, in {:.0} s\n",
        visible(&fleet.file),
        plural(fleet.members.len(), "target", "targets"),
        plural(servers.len(), "server", "servers"),
        plural(most, "check", "checks"),
        rendering.timing.took.as_secs_f64()
    )
}

/// The findings that are not known, each once, those of the most targets first.
fn groups<'a>(targets: &'a [Target], members: &'a [Member]) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<GroupKey, Group<'a>> = BTreeMap::new();
    for (target, member) in targets.iter().zip(members) {
        let schema = member.schema.as_deref();
        for check in target.findings().filter(|check| !check.is_known()) {
            let group = groups.entry(GroupKey::of(check, schema)).or_insert_with(|| Group {
                first: check,
                first_schema: schema,
                members: Vec::new(),
            });
            group.members.push(member);
        }
    }
    let mut groups: Vec<Group<'a>> = groups.into_values().collect();
    // The sort keeps the order of the keys where the numbers are equal.
    groups.sort_by_key(|group| std::cmp::Reverse(group.members.len()));
    groups
}

fn is_of(group: &Group<'_>, status: Status) -> bool {
    group.first.status.word() == status.word()
}

fn count(groups: &[Group<'_>], status: Status) -> usize {
    groups.iter().filter(|group| is_of(group, status)).count()
}

fn section(
    out: &mut String,
    groups: &[Group<'_>],
    status: Status,
    title: &str,
    rendering: &Rendering<'_>,
    palette: Palette,
) {
    let groups: Vec<&Group<'_>> = groups.iter().filter(|group| is_of(group, status)).collect();
    if groups.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n  {}", palette.paint(STRONG, title));
    for group in groups.iter().take(SHOWN) {
        render_group(out, group, rendering, palette);
    }
    if groups.len() > SHOWN {
        let rest = &groups[SHOWN..];
        let targets: BTreeSet<&str> = rest
            .iter()
            .flat_map(|group| &group.members)
            .map(|member| member.name.as_str())
            .collect();
        let _ = writeln!(
            out,
            "  and {} in {}: -o json=FILE has them",
            plural(rest.len(), "more group", "more groups"),
            plural(targets.len(), "target", "targets")
        );
    }
}

fn render_group(out: &mut String, group: &Group<'_>, rendering: &Rendering<'_>, palette: Palette) {
    let general = |text: &str| match group.first_schema {
        Some(schema) => without_schema(text, schema),
        None => text.to_owned(),
    };
    let check = group.first;
    let count = plural(group.members.len(), "target", "targets");
    let place = rendering.files.locate(check.place);
    let _ = writeln!(
        out,
        "  {count:>13}  {}  {}",
        palette.paint(STRONG, &visible(&general(&sentence(check)))),
        palette.paint(FAINT, &visible(&place))
    );
    let margin = " ".repeat(17);
    let _ = writeln!(out, "{margin}{}", visible(&names(&group.members)));
    if let Some(labels) = labels(&group.members) {
        let _ = writeln!(out, "{margin}{}", visible(&labels));
    }
    if let Some(hint) = &check.hint {
        // The statements if there are any; what they lose is in the other formats, and a text on several lines as well.
        let (label, text) = match hint.statements() {
            Some(statements) => ("sql", statements),
            None => (hint.label(), hint.words().unwrap_or_default()),
        };
        let text = match group.first_schema {
            Some(schema) => general_sql(text, schema),
            None => text.to_owned(),
        };
        let first = text.lines().next().unwrap_or_default();
        let more = if text.lines().count() > 1 { " …" } else { "" };
        let _ = writeln!(out, "{margin}{label}: {}{more}", visible(first));
    }
}

/// The finding in one sentence. Most messages begin with what they are about.
fn sentence(check: &Check) -> String {
    let subject = check.about.subject();
    if check.message.starts_with(&subject) {
        check.message.clone()
    } else {
        format!("{subject}: {}", check.message)
    }
}

/// SQL in which the schema is general wherever it is a word, also in a search path.
fn general_sql(sql: &str, schema: &str) -> String {
    let sql = without_schema(sql, schema);
    let words = sql.split_inclusive([' ', ',', ';', '\n']);
    words
        .map(|word| {
            let name = word.trim_end_matches([' ', ',', ';', '\n']);
            if name == schema || name.trim_matches('"') == schema {
                format!("{SCHEMA}{}", &word[name.len()..])
            } else {
                word.to_owned()
            }
        })
        .collect()
}

/// `acme, apollo, arbor and 26 more`.
fn names(members: &[&Member]) -> String {
    let shown: Vec<&str> = members.iter().take(NAMED).map(|member| member.name.as_str()).collect();
    let more = members.len().saturating_sub(NAMED);
    let shown = shown.join(", ");
    if more == 0 {
        shown
    } else {
        format!("{shown} and {} more", thousands(more))
    }
}

/// How many of the targets have each label: `region eu 27, us 2`.
fn labels(members: &[&Member]) -> Option<String> {
    if members.len() < 2 {
        return None;
    }
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for member in members {
        for (label, value) in &member.labels {
            *counts.entry(label).or_default().entry(value).or_default() += 1;
        }
    }
    let labels = counts.iter().map(|(label, values)| {
        let mut values: Vec<(&str, usize)> = values.iter().map(|(value, count)| (*value, *count)).collect();
        values.sort_by_key(|(value, count)| (std::cmp::Reverse(*count), *value));
        let shown = values
            .iter()
            .take(NAMED)
            .map(|(value, count)| format!("{value} {}", thousands(*count)));
        format!("{label} {}", shown.collect::<Vec<_>>().join(", "))
    });
    let labels: Vec<String> = labels.collect();
    (!labels.is_empty()).then(|| labels.join(" · "))
}

/// Targets that were not verified, by the reason.
fn not_verified(out: &mut String, verdicts: &BTreeMap<TargetVerdict, Vec<(&Target, &Member)>>, palette: Palette) {
    for verdict in [TargetVerdict::Failed, TargetVerdict::Unreached] {
        let Some(those) = verdicts.get(&verdict) else { continue };
        let mut reasons: BTreeMap<(&str, String), Vec<&Member>> = BTreeMap::new();
        for (target, member) in those {
            let why = target.failure.as_ref().map(ToString::to_string).unwrap_or_default();
            reasons.entry((member.server.as_str(), why)).or_default().push(member);
        }
        let _ = writeln!(out, "\n  {}", palette.paint(STRONG, verdict.word()));
        for ((_, why), members) in reasons {
            let count = plural(members.len(), "target", "targets");
            let _ = writeln!(out, "  {count:>13}  {}", visible(&why));
            let _ = writeln!(out, "{}{}", " ".repeat(17), visible(&names(&members)));
        }
    }
}
