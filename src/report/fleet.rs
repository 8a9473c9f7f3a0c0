//! The report of a fleet in every format: groups first, each with the targets that have it.
//!
//! Each module writes the formats of its name. [`entries`] is what formats list that show a finding per line of a file.

mod annotations;
mod html;
mod json;
mod jsonl;
mod junit;
mod lines;
mod prometheus;
mod sarif;
mod table;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use annotations::{azure, checkstyle, github, gitlab};
pub(super) use html::html;
pub(super) use json::json;
pub(super) use jsonl::jsonl;
pub use jsonl::{first_line, target_line};
pub(super) use junit::junit;
pub(super) use lines::{diff, markdown, nagios_line, nagios_state, plain, tap};
pub(super) use prometheus::prometheus;
pub(super) use sarif::sarif;
pub(super) use table::table;

use super::format::Rendering;
use super::values::one_line;
use super::words::stale;
use crate::finding::fleet::{
    FleetCoverage, FleetReport, GroupStatus, Member, MemberFailure, MemberVerdict, TargetGroup,
};
use crate::finding::{Exit, Target};
use crate::plural::{plural, thousands};
use crate::redact;

/// How many targets of a group are named.
const NAMED: usize = 3;

/// How many targets are named where there is room.
const NAMED_IN_DETAILS: usize = 10;

/// Targets that could not be verified for the same reason.
struct FleetObstacle<'a> {
    verdict: MemberVerdict,
    failure: MemberFailure,
    members: Vec<&'a Member>,
}

/// The targets that could not be verified, by verdict and reason.
fn obstacles(fleet: &FleetReport) -> Vec<FleetObstacle<'_>> {
    let mut reasons: BTreeMap<(MemberVerdict, &str, &MemberFailure), Vec<&Member>> = BTreeMap::new();
    for result in &fleet.members {
        if let Some(failure) = &result.failure {
            let key = (result.verdict, result.member.server.as_str(), failure);
            reasons.entry(key).or_default().push(&result.member);
        }
    }
    let obstacles = reasons
        .into_iter()
        .map(|((verdict, _, failure), members)| FleetObstacle {
            verdict,
            failure: failure.clone(),
            members,
        });
    let mut obstacles: Vec<FleetObstacle<'_>> = obstacles.collect();
    // The sort keeps the order of the reasons where the numbers are equal.
    obstacles.sort_by_key(|obstacle| std::cmp::Reverse(obstacle.members.len()));
    obstacles
}

/// Something that formats show at a line of a file.
struct FleetEntry {
    code: String,
    kind: String,
    object: String,
    status: GroupStatus,
    place: (String, u32, u32),
    /// Stays the same from run to run.
    id: String,
    /// What is wrong, on one line.
    headline: String,
    /// All targets, on one line.
    targets: String,
    /// The facts below the headline.
    facts: Vec<(&'static str, String)>,
}

impl FleetEntry {
    /// The headline and the facts, on lines of their own.
    fn text(&self) -> String {
        let facts = self.facts.iter().map(|(label, fact)| format!("\n{label}: {fact}"));
        format!("{}{}", self.headline, facts.collect::<String>())
    }

    /// The headline and the facts on one line.
    fn paragraph(&self) -> String {
        let facts = self.facts.iter().map(|(label, fact)| format!(". {label}: {fact}"));
        one_line(&format!("{}{}", self.headline, facts.collect::<String>()))
    }
}

/// The groups, the targets that could not be verified by their reasons, and the stale entries of the baseline.
fn entries(rendering: &Rendering<'_>, fleet: &FleetReport) -> Vec<FleetEntry> {
    let groups = fleet.groups.iter().map(|group| entry_of_group(fleet, group));
    let obstacles = obstacles(fleet)
        .into_iter()
        .map(|obstacle| entry_of_obstacle(fleet, &obstacle));
    let stale = stale(rendering.report);
    let stale = stale.iter().flat_map(Target::findings).map(|check| FleetEntry {
        code: check.code.to_string(),
        kind: check.about.category().word().to_owned(),
        object: check.about.name(),
        status: if rendering
            .report
            .baseline
            .as_ref()
            .is_some_and(|baseline| baseline.strict)
        {
            GroupStatus::Drift
        } else {
            GroupStatus::Warning
        },
        place: (
            redact::path(rendering.files.path(check.place.file)),
            check.place.line,
            check.place.column,
        ),
        id: check.id(),
        headline: one_line(&check.message),
        targets: String::new(),
        facts: check
            .hint
            .iter()
            .map(|hint| ("help", hint.text().into_owned()))
            .collect(),
    });
    groups.chain(obstacles).chain(stale).collect()
}

fn entry_of_group(fleet: &FleetReport, group: &TargetGroup) -> FleetEntry {
    let members: Vec<&Member> = fleet.members_of(group).collect();
    let count = plural(members.len(), "target", "targets");
    let labels = labels(fleet, group).map(|labels| ("labels", labels));
    let hint = group.hint.as_ref().map(|(label, text)| {
        let label = if label == "fix" { "fix" } else { "help" };
        (label, text.clone())
    });
    let change = group.change.map(|change| ("compared", change.text()));
    let reason = group.reason.clone().map(|reason| ("reason", reason));
    let targets = ("targets", names(&members, NAMED_IN_DETAILS));
    let consumer = group.consumer.clone().map(|consumer| ("consumer", consumer));
    let owner = group.owner.clone().map(|owner| ("owner", owner));
    let facts = [Some(targets), labels, change, consumer, owner, reason, hint];
    FleetEntry {
        code: group.code.clone(),
        kind: group.kind.clone(),
        object: group.object.clone(),
        status: group.status,
        place: group.place.clone(),
        id: group.id.clone(),
        headline: one_line(&format!("{count}: {}", sentence(group))),
        targets: names(&members, usize::MAX),
        facts: facts.into_iter().flatten().collect(),
    }
}

fn entry_of_obstacle(fleet: &FleetReport, obstacle: &FleetObstacle<'_>) -> FleetEntry {
    let FleetObstacle {
        verdict,
        failure,
        members,
    } = obstacle;
    let is_tolerated = *verdict == MemberVerdict::Unreached && fleet.tolerates_unreached();
    let count = plural(members.len(), "target", "targets");
    let hint = failure.hint.clone().map(|hint| ("help", hint));
    let word = verdict.word();
    let tolerated = if is_tolerated { " (tolerated)" } else { "" };
    FleetEntry {
        code: "not-verified".to_owned(),
        kind: "target".to_owned(),
        object: word.to_owned(),
        status: if is_tolerated {
            GroupStatus::Warning
        } else {
            GroupStatus::Unknown
        },
        place: (fleet.file.clone(), 1, 1),
        id: super::fingerprint::of(&[word, &failure.message]),
        headline: one_line(&format!("{count} {word}{tolerated}: {}", failure.message)),
        targets: names(members, usize::MAX),
        facts: [Some(("targets", names(members, NAMED_IN_DETAILS))), hint]
            .into_iter()
            .flatten()
            .collect(),
    }
}

/// The finding in one sentence. Most messages begin with what they are about.
fn sentence(group: &TargetGroup) -> String {
    let subject = format!("{} {}", group.kind.replace('_', " "), group.object);
    let subject = subject.trim_end();
    if group.message.contains(&group.object) || group.message.starts_with(subject) {
        group.message.clone()
    } else {
        format!("{subject}: {}", group.message)
    }
}

/// `acme, apollo, arbor and 26 more`.
fn names(members: &[&Member], most: usize) -> String {
    let shown: Vec<String> = members.iter().take(most).map(|member| one_line(&member.name)).collect();
    let more = members.len() - shown.len();
    let shown = shown.join(", ");
    if more == 0 {
        shown
    } else {
        format!("{shown} and {} more", thousands(more))
    }
}

/// How many of the targets have each label: `region eu 27, us 2`.
fn labels(fleet: &FleetReport, group: &TargetGroup) -> Option<String> {
    if group.members.len() < 2 {
        return None;
    }
    let counts = fleet.labels_of(group).into_iter();
    let labels = counts.map(|(label, values)| {
        let mut values: Vec<(&str, usize)> = values.into_iter().collect();
        values.sort_by_key(|(value, count)| (std::cmp::Reverse(*count), *value));
        let shown = values
            .iter()
            .take(NAMED)
            .map(|(value, count)| format!("{value} {}", thousands(*count)));
        let more = if values.len() > NAMED { ", …" } else { "" };
        format!("{label} {}{more}", shown.collect::<Vec<_>>().join(", "))
    });
    let labels: Vec<String> = labels.collect();
    (!labels.is_empty()).then(|| labels.join(" · "))
}

/// `fleet.yaml: 20 of 2,000 targets on 3 servers`.
fn about(fleet: &FleetReport) -> String {
    let count = plural(fleet.members.len(), "target", "targets");
    let count = if fleet.members.len() == fleet.listed {
        count
    } else {
        format!(
            "{} of {}",
            thousands(fleet.members.len()),
            plural(fleet.listed, "target", "targets")
        )
    };
    let servers = FleetReport::servers(&fleet.members);
    let servers = plural(servers.len(), "server", "servers");
    let shard = fleet
        .shard
        .map_or(String::new(), |shard| format!(", shard {}/{}", shard.number, shard.of));
    let choice = if fleet.choice.is_empty() {
        String::new()
    } else {
        format!(" ({})", one_line(&fleet.choice.join(" ")))
    };
    format!("{}: {count} on {servers}{shard}{choice}", one_line(&fleet.file))
}

/// `1,941 passed, 37 drift, 22 unreached`.
fn counts(fleet: &FleetReport) -> String {
    let counts = MemberVerdict::ALL.into_iter().filter_map(|verdict| {
        let count = fleet.count(verdict);
        (count > 0).then(|| format!("{} {}", thousands(count), verdict.word()))
    });
    let counts: Vec<String> = counts.collect();
    if counts.is_empty() {
        "no target".to_owned()
    } else {
        counts.join(", ")
    }
}

/// The verdict, in a few words.
fn verdict(rendering: &Rendering<'_>, fleet: &FleetReport) -> &'static str {
    match fleet.exit() {
        Exit::Drift => "drift",
        Exit::Failure => "could not verify",
        Exit::Usage => "nothing was checked",
        Exit::Unknown | Exit::Nagios(_) => "not everything could be determined",
        Exit::Passed if rendering.report.exit(false) == Exit::Drift => "baseline entries are stale",
        Exit::Passed if fleet.count(MemberVerdict::Unknown) > 0 => "not everything could be determined",
        Exit::Passed if fleet.groups.iter().any(|group| group.status == GroupStatus::Warning) => "warnings",
        Exit::Passed => "as expected",
    }
}

/// The targets that reports do not count although they were not reached: `8 unreached, tolerated: at most 1% (20)`.
fn tolerated(fleet: &FleetReport) -> Option<String> {
    let tolerance = fleet.tolerance.as_ref()?;
    let most = tolerance.most(fleet.members.len());
    let limit = match tolerance.text() {
        text if text.ends_with('%') => format!("{text}, which is {}", thousands(most)),
        text => text,
    };
    Some(if fleet.tolerates_unreached() {
        format!("tolerated: at most {limit}")
    } else {
        format!("not tolerated: at most {limit}")
    })
}

/// The objects of the catalogs that no expectation mentions, those of the most targets first.
fn unmentioned(coverage: &FleetCoverage) -> Vec<(&str, usize)> {
    let objects = coverage.unmentioned.iter();
    let mut objects: Vec<(&str, usize)> = objects.map(|(object, targets)| (object.as_str(), *targets)).collect();
    objects.sort_by_key(|(object, targets)| (std::cmp::Reverse(*targets), *object));
    objects
}

/// The values of each label, sorted.
fn label_values(fleet: &FleetReport) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut values: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for result in &fleet.members {
        for (label, value) in &result.member.labels {
            values.entry(label).or_default().insert(value);
        }
    }
    values
}
