//! The result of a fleet: what is known of each target, and each finding once, with the targets that have it.
//!
//! Memory follows the number of different findings: a target keeps its verdict and the groups that it belongs to.

mod collect;
mod compared;
mod general;
mod merge;
mod read;
mod tolerance;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

pub use collect::{FleetCollector, not_asked};
pub use compared::{FleetComparison, GroupChange, compare};
pub(crate) use general::general_value;
pub use general::{SCHEMA, general_sql, without_schema};
pub use merge::{Merging, ShardOf, merge};
pub use read::{EarlierFleet, FLEET_HINT, is_fleet, read, read_lines};
pub use tolerance::Tolerance;

use super::{Exit, Target};
use crate::expectation::Level;

/// The result of a fleet.
#[derive(Debug, Clone, Default)]
pub struct FleetReport {
    /// The fleet file.
    pub file: String,
    /// The digest of the list of all targets.
    pub digest: String,
    /// How many targets the fleet has, whether they were chosen or not.
    pub listed: usize,
    /// The options that chose targets, if some did: `--where region=eu`.
    pub choice: Vec<String>,
    /// The shard that was checked, if it was one.
    pub shard: Option<Shard>,
    /// With a shard: the targets of the other shards, so that they are known by name if their shard is lost.
    pub elsewhere: Vec<Member>,
    /// The targets, in the order of the fleet.
    pub members: Vec<MemberResult>,
    /// The findings, the worst first.
    pub groups: Vec<TargetGroup>,
    /// How many targets may be unreached.
    pub tolerance: Option<Tolerance>,
    /// What has changed since an earlier report.
    pub comparison: Option<FleetComparison>,
    /// With `--coverage`: how much of the catalogs the expectations mention.
    pub coverage: Option<FleetCoverage>,
    /// What reports note about targets, with the number of these.
    pub notes: BTreeMap<String, usize>,
}

/// How much of the catalogs of all targets the expectations mention.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FleetCoverage {
    /// The objects that are mentioned.
    pub mentioned: usize,
    /// All objects.
    pub objects: usize,
    /// The objects that are not, each with the number of the targets that have it.
    pub unmentioned: BTreeMap<String, usize>,
}

impl FleetCoverage {
    /// Adds another one.
    fn add(&mut self, other: &Self) {
        self.mentioned += other.mentioned;
        self.objects += other.objects;
        for (object, targets) in &other.unmentioned {
            *self.unmentioned.entry(object.clone()).or_default() += targets;
        }
    }
}

/// One of several shards of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Its number, from 1.
    pub number: u64,
    /// How many shards there are.
    pub of: u64,
}

/// What a target is in its fleet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The schema that takes the place of that of the expectation files.
    pub schema: Option<String>,
    /// The server: host and port.
    pub server: String,
    /// Its labels.
    pub labels: BTreeMap<String, String>,
}

/// What is known of a target.
#[derive(Debug, Clone)]
pub struct MemberResult {
    /// The target.
    pub member: Member,
    /// The verdict.
    pub verdict: MemberVerdict,
    /// The exit of a run that checks nothing else.
    pub exit: Exit,
    /// How many checks there were.
    pub checks: usize,
    /// The targets with the same schema, if it is known.
    pub variant: Option<String>,
    /// The groups that it belongs to, as indices of [`FleetReport::groups`].
    pub groups: Vec<usize>,
    /// Why it could not be verified.
    pub failure: Option<MemberFailure>,
}

/// Why a target could not be verified.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemberFailure {
    /// What happened.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// The verdict on a target of a fleet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MemberVerdict {
    /// All checks passed.
    Passed,
    /// It differs.
    Drift,
    /// It lacks the newest migrations, and is right for those that it has.
    Behind,
    /// Some checks could not be determined, or nothing was checked.
    Unknown,
    /// It was reached, and could not be verified completely.
    Failed,
    /// It was never reached, so that nothing is known of it.
    Unreached,
}

impl MemberVerdict {
    /// All verdicts.
    pub const ALL: [Self; 6] = [
        Self::Passed,
        Self::Drift,
        Self::Behind,
        Self::Unknown,
        Self::Failed,
        Self::Unreached,
    ];

    /// The word of reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Drift => "drift",
            Self::Behind => "behind",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Unreached => "unreached",
        }
    }

    /// The verdict with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.word() == word)
    }

    /// Whether everything that is expected of the target was looked up, so that what was not found does not exist.
    #[must_use]
    pub fn is_verified(self) -> bool {
        match self {
            Self::Passed | Self::Drift | Self::Behind => true,
            Self::Unknown | Self::Failed | Self::Unreached => false,
        }
    }
}

/// The same finding in several targets.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetGroup {
    /// The same in every run with the same finding, whatever targets have it.
    pub id: String,
    /// The code.
    pub code: String,
    /// The level.
    pub level: Level,
    /// How it counts.
    pub status: GroupStatus,
    /// The word of the category.
    pub kind: String,
    /// The object; the schema of a tenant is written `{schema}`, here and below.
    pub object: String,
    /// The attribute, if one was compared.
    pub attribute: Option<String>,
    /// What was expected.
    pub expected: Json,
    /// What was found.
    pub actual: Json,
    /// Where it is expected: the file, the line and the column.
    pub place: (String, u32, u32),
    /// The finding as a sentence.
    pub message: String,
    /// What to do: a word before it, and the text.
    pub hint: Option<(String, String)>,
    /// The statements of the hint.
    pub sql: Option<String>,
    /// The reason of the expectation file.
    pub reason: Option<String>,
    /// Who needs what the expectation file says.
    pub consumer: Option<String>,
    /// Who answers for the expectation file.
    pub owner: Option<String>,
    /// The targets, as indices of [`FleetReport::members`].
    pub members: Vec<usize>,
    /// What has changed since the earlier report.
    pub change: Option<GroupChange>,
}

/// How the findings of a group count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupStatus {
    /// The databases differ.
    Drift,
    /// It could not be determined.
    Unknown,
    /// One of the above, with the level `warn`.
    Warning,
    /// One of the above, and a baseline accepts it.
    Known,
}

impl GroupStatus {
    /// All of them, the worst first.
    pub const ALL: [Self; 4] = [Self::Drift, Self::Unknown, Self::Warning, Self::Known];

    /// The word of reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Drift => "drift",
            Self::Unknown => "unknown",
            Self::Warning => "warning",
            Self::Known => "known",
        }
    }

    /// The status with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// Whether a target was never reached, so that nothing is known of it.
#[must_use]
pub fn is_unreached(target: &Target) -> bool {
    target.failure.is_some() && target.server_version.is_empty()
}

impl FleetReport {
    /// The targets with this verdict.
    pub fn of(&self, verdict: MemberVerdict) -> impl Iterator<Item = &MemberResult> {
        self.members.iter().filter(move |result| result.verdict == verdict)
    }

    /// How many targets have this verdict.
    #[must_use]
    pub fn count(&self, verdict: MemberVerdict) -> usize {
        self.of(verdict).count()
    }

    /// The targets of a group.
    pub fn members_of<'a>(&'a self, group: &'a TargetGroup) -> impl Iterator<Item = &'a Member> {
        let members = group.members.iter().filter_map(|index| self.members.get(*index));
        members.map(|result| &result.member)
    }

    /// How many targets of a group have each value of each label.
    #[must_use]
    pub fn labels_of(&self, group: &TargetGroup) -> BTreeMap<&str, BTreeMap<&str, usize>> {
        let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for index in &group.members {
            for (label, value) in self
                .members
                .get(*index)
                .into_iter()
                .flat_map(|result| &result.member.labels)
            {
                *counts.entry(label).or_default().entry(value).or_default() += 1;
            }
        }
        counts
    }

    /// The servers of some targets, each once.
    pub fn servers<'a>(members: impl IntoIterator<Item = &'a MemberResult>) -> BTreeSet<&'a str> {
        members
            .into_iter()
            .map(|result| result.member.server.as_str())
            .collect()
    }

    /// Whether the unreached targets are so few that they do not fail the run. A run that verified nothing is never one.
    #[must_use]
    pub fn tolerates_unreached(&self) -> bool {
        let unreached = self.count(MemberVerdict::Unreached);
        let is_tolerated = |tolerance: &Tolerance| unreached <= tolerance.most(self.members.len());
        unreached < self.members.len() && self.tolerance.as_ref().is_some_and(is_tolerated)
    }

    /// The exit code of the run: that of the worst target. A shard may have no targets; a fleet may not.
    #[must_use]
    pub fn exit(&self) -> Exit {
        if self.members.is_empty() && self.shard.is_none() {
            return Exit::Usage;
        }
        let tolerates = self.tolerates_unreached();
        let counted = self
            .members
            .iter()
            .filter(|result| !(tolerates && result.verdict == MemberVerdict::Unreached));
        let exits: Vec<Exit> = counted.map(|result| result.exit).collect();
        let worst = [Exit::Drift, Exit::Failure, Exit::Usage, Exit::Unknown];
        let worst = worst.into_iter().find(|exit| exits.contains(exit));
        worst.unwrap_or(Exit::Passed)
    }

    /// Sorts the groups: the worst first, then those of the most targets.
    fn sort(&mut self) {
        let mut order: Vec<usize> = (0..self.groups.len()).collect();
        order.sort_by_cached_key(|index| {
            let group = &self.groups[*index];
            let fewer = std::cmp::Reverse(group.members.len());
            (
                group.status,
                fewer,
                group.kind.clone(),
                group.object.clone(),
                group.id.clone(),
            )
        });
        let mut new_index = vec![0; order.len()];
        for (new, old) in order.iter().enumerate() {
            new_index[*old] = new;
        }
        let mut groups: Vec<Option<TargetGroup>> = std::mem::take(&mut self.groups).into_iter().map(Some).collect();
        self.groups = order.iter().filter_map(|old| groups[*old].take()).collect();
        for result in &mut self.members {
            for group in &mut result.groups {
                *group = new_index[*group];
            }
            result.groups.sort_unstable();
        }
    }
}
