//! Compares the groups of a fleet with those of an earlier report.

use std::collections::{BTreeMap, BTreeSet};

use super::{EarlierFleet, FleetReport, GroupStatus, MemberVerdict, TargetGroup};
use crate::source_map::FileId;

/// What has changed in a fleet since an earlier report.
#[derive(Debug, Clone, PartialEq)]
pub struct FleetComparison {
    /// The earlier report.
    pub file: FileId,
    /// When its run began, if it says so.
    pub began: Option<String>,
    /// The groups that no target has any more.
    pub gone: Vec<TargetGroup>,
    /// The groups that no target of this run has, but targets that could not be verified may have.
    pub undetermined: Vec<TargetGroup>,
    /// The targets of the earlier report that this run did not check.
    pub not_checked: usize,
}

/// What has changed about a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupChange {
    /// No target had it.
    New,
    /// Targets had it before.
    Before {
        /// How many.
        before: usize,
        /// How many have it now that did not have it before.
        came: usize,
        /// How many of them are without it now. Targets that could not be verified are not among them.
        left: usize,
    },
}

impl GroupChange {
    /// The word of reports: `new`, `grown`, `shrunk`, `moved` or `still there`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Before { came: 0, left: 0, .. } => "still there",
            Self::Before { left: 0, .. } => "grown",
            Self::Before { came: 0, .. } => "shrunk",
            Self::Before { .. } => "moved",
        }
    }

    /// The change in a few words: `grown: 4 more`.
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::New => "new".to_owned(),
            Self::Before { came: 0, left: 0, .. } => "still there".to_owned(),
            Self::Before { came, left: 0, .. } => format!("grown: {came} more"),
            Self::Before { came: 0, left, .. } => format!("shrunk: {left} fewer"),
            Self::Before { came, left, .. } => format!("{came} more, {left} fewer"),
        }
    }
}

/// Marks the groups as new, grown or shrunk, and lists those that are gone. What a target had that could not be verified
/// now is not gone.
pub fn compare(report: &mut FleetReport, earlier: &EarlierFleet) {
    let verdicts: BTreeMap<&str, MemberVerdict> = report
        .members
        .iter()
        .map(|result| (result.member.name.as_str(), result.verdict))
        .collect();
    let is_verified = |name: &&str| verdicts.get(name).is_some_and(|verdict| verdict.is_verified());
    let names = |report: &FleetReport, group: &TargetGroup| -> BTreeSet<String> {
        report.members_of(group).map(|member| member.name.clone()).collect()
    };
    let then: BTreeMap<&str, BTreeSet<String>> = earlier
        .report
        .groups
        .iter()
        .map(|group| (group.id.as_str(), names(&earlier.report, group)))
        .collect();
    let changes: Vec<GroupChange> = report
        .groups
        .iter()
        .map(|group| {
            let Some(before) = then.get(group.id.as_str()) else {
                return GroupChange::New;
            };
            let now = names(report, group);
            let left = before.difference(&now).filter(|name| is_verified(&name.as_str()));
            GroupChange::Before {
                before: before.len(),
                came: now.difference(before).count(),
                left: left.count(),
            }
        })
        .collect();
    let now: BTreeSet<&str> = report.groups.iter().map(|group| group.id.as_str()).collect();
    let missing = earlier
        .report
        .groups
        .iter()
        .filter(|group| !now.contains(group.id.as_str()) && group.status != GroupStatus::Known);
    let (gone, undetermined) = missing.cloned().partition(|group| {
        earlier
            .report
            .members_of(group)
            .all(|member| is_verified(&member.name.as_str()))
    });
    let not_checked = earlier.report.members.iter();
    let not_checked = not_checked.filter(|result| !verdicts.contains_key(result.member.name.as_str()));
    let not_checked = not_checked.count();
    for (group, change) in report.groups.iter_mut().zip(changes) {
        group.change = Some(change);
    }
    report.comparison = Some(FleetComparison {
        file: earlier.file,
        began: earlier.began.clone(),
        gone,
        undetermined,
        not_checked,
    });
}
