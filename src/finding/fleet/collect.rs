//! Collects the results of targets as they end.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use super::general::{general_sql, general_value, without_schema};
use super::{
    FleetCoverage, FleetReport, GroupStatus, Member, MemberFailure, MemberResult, MemberVerdict, TargetGroup,
    is_unreached,
};
use crate::expectation::Level;
use crate::finding::coverage::Coverage;
use crate::finding::{Check, Code, Exit, Report, Status, Target, TargetStatus};
use crate::hex::hex;
use crate::hint::Hint;
use crate::redact;
use crate::source_map::SourceMap;

/// Collects the results of the targets of a fleet, in any order.
#[derive(Debug)]
pub struct FleetCollector {
    /// What the report says beside the results.
    report: FleetReport,
    members: Vec<Member>,
    results: Vec<Option<MemberResult>>,
    /// The groups by their ids.
    groups: BTreeMap<String, CollectedGroup>,
    /// How much each target's catalog is covered.
    coverage: BTreeMap<usize, FleetCoverage>,
    /// The notes, each with the targets that have it.
    notes: BTreeMap<String, BTreeSet<usize>>,
}

#[derive(Debug)]
struct CollectedGroup {
    /// What the first of its targets says.
    group: TargetGroup,
    members: BTreeSet<usize>,
}

/// Why a target has no result.
pub const NOT_ASKED: &str = "the run ended before it was asked";

impl FleetCollector {
    /// A collector for these targets. `report` is what is known before.
    #[must_use]
    pub fn new(report: FleetReport, members: Vec<Member>) -> Self {
        Self {
            results: members.iter().map(|_| None).collect(),
            report,
            members,
            groups: BTreeMap::new(),
            coverage: BTreeMap::new(),
            notes: BTreeMap::new(),
        }
    }

    /// Adds the result of a target, by its number. A later result takes the place of an earlier one that had no findings.
    /// `fails_on_unknown` says whether a check that could not be determined fails the run, and `notes` what reports note.
    pub fn add(&mut self, index: usize, target: &Target, fails_on_unknown: bool, notes: &str, files: &SourceMap) {
        let Some(member) = self.members.get(index) else { return };
        for note in notes.lines() {
            let schema = member.schema.as_deref().unwrap_or_default();
            let note = note.replace(&format!(" in {}: ", member.name), ": ");
            self.notes
                .entry(without_schema(&note, schema))
                .or_default()
                .insert(index);
        }
        if let Some(coverage) = &target.coverage {
            self.coverage
                .insert(index, coverage_of(coverage, member.schema.as_deref()));
        }
        for check in target.findings() {
            let group = group_of(check, member.schema.as_deref(), files);
            let collected = self.groups.entry(group.id.clone()).or_insert_with(|| CollectedGroup {
                group: group.clone(),
                members: BTreeSet::new(),
            });
            // What like findings do not have in common is that of the first target, whichever ended first.
            if collected.members.first().is_some_and(|first| index < *first) {
                collected.group = group;
            }
            collected.members.insert(index);
        }
        self.results[index] = Some(result_of(member, target, fails_on_unknown));
    }

    /// Whether a target has a result.
    #[must_use]
    pub fn has(&self, index: usize) -> bool {
        self.results.get(index).is_some_and(Option::is_some)
    }

    /// What is known so far. A target without a result is unreached.
    #[must_use]
    pub fn report(&self) -> FleetReport {
        let mut report = self.report.clone();
        let results = self.results.iter().zip(&self.members);
        report.members = results
            .map(|(result, member)| result.clone().unwrap_or_else(|| not_asked(member.clone(), NOT_ASKED)))
            .collect();
        for (number, collected) in self.groups.values().enumerate() {
            for index in &collected.members {
                report.members[*index].groups.push(number);
            }
            report.groups.push(TargetGroup {
                members: collected.members.iter().copied().collect(),
                ..collected.group.clone()
            });
        }
        report.notes = self
            .notes
            .iter()
            .map(|(note, targets)| (note.clone(), targets.len()))
            .collect();
        for coverage in self.coverage.values() {
            report.coverage.get_or_insert_default().add(coverage);
        }
        report.sort();
        report
    }
}

/// The coverage of one target.
fn coverage_of(coverage: &Coverage, schema: Option<&str>) -> FleetCoverage {
    let (mentioned, objects) = coverage.total();
    let unmentioned = coverage.unmentioned.iter().map(|object| {
        let name = format!("{} {}", object.kind.replace('_', " "), object.object);
        (without_schema(&name, schema.unwrap_or_default()), 1)
    });
    FleetCoverage {
        mentioned,
        objects,
        unmentioned: unmentioned.collect(),
    }
}

/// The result of a target that was not asked.
#[must_use]
pub fn not_asked(member: Member, why: &str) -> MemberResult {
    MemberResult {
        member,
        verdict: MemberVerdict::Unreached,
        exit: Exit::Failure,
        checks: 0,
        variant: None,
        groups: Vec::new(),
        failure: Some(MemberFailure {
            message: why.to_owned(),
            hint: None,
        }),
    }
}

fn result_of(member: &Member, target: &Target, fails_on_unknown: bool) -> MemberResult {
    let checks = target.summary().checks;
    let failure = target.failure.as_ref().map(|failure| MemberFailure {
        message: failure.to_string(),
        hint: failure.hint.clone(),
    });
    let verdict = match target.status() {
        _ if is_unreached(target) => MemberVerdict::Unreached,
        TargetStatus::Passed if checks == 0 => MemberVerdict::Unknown,
        TargetStatus::Passed => MemberVerdict::Passed,
        TargetStatus::Drift => MemberVerdict::Drift,
        TargetStatus::Unknown => MemberVerdict::Unknown,
        TargetStatus::Failed => MemberVerdict::Failed,
    };
    let nothing = (checks == 0).then(|| MemberFailure {
        message: "nothing was checked".to_owned(),
        hint: Some("add an expectation for this target".to_owned()),
    });
    MemberResult {
        member: member.clone(),
        verdict,
        exit: Report::exit_of(std::slice::from_ref(target), fails_on_unknown),
        checks,
        variant: None,
        groups: Vec::new(),
        failure: failure.or(nothing),
    }
}

/// The group of a finding, without its targets.
fn group_of(check: &Check, schema: Option<&str>, files: &SourceMap) -> TargetGroup {
    let general = |text: &str| without_schema(text, schema.unwrap_or_default());
    let value = |value: Json| general_value(value, schema.unwrap_or_default());
    let statements = |sql: &str| general_sql(sql, schema.unwrap_or_default());
    let status = match (check.is_known(), check.level, check.status) {
        (true, ..) => GroupStatus::Known,
        (false, Level::Warn, _) => GroupStatus::Warning,
        (false, Level::Error, Status::Unknown | Status::Unverified) => GroupStatus::Unknown,
        (false, Level::Error, Status::Passed | Status::Drift) => GroupStatus::Drift,
    };
    let parties = files.parties(check.place.file);
    let mut group = TargetGroup {
        id: String::new(),
        code: check.code.to_string(),
        level: check.level,
        status,
        kind: check.about.category().word().to_owned(),
        object: general(&check.about.name()),
        attribute: check.attribute().map(str::to_owned),
        expected: value(Json::from(&check.expected)),
        actual: value(Json::from(&check.actual)),
        place: (
            redact::path(files.path(check.place.file)),
            check.place.line,
            check.place.column,
        ),
        message: general(&check.sentence()),
        hint: check.hint.as_ref().map(|hint| {
            let text = match hint {
                Hint::Advice(words) => general(words),
                Hint::Sql(sql) => statements(sql),
                // Only SQL names the schema without a dot: in words it may be a word like `a`.
                Hint::AdviceWithSql { words, sql } => Hint::advice_with_sql(general(words), statements(sql))
                    .text()
                    .into_owned(),
            };
            (hint.label().to_owned(), text)
        }),
        sql: check.hint.as_ref().and_then(Hint::statements).map(statements),
        reason: check.reason.clone(),
        consumer: parties.consumer.clone(),
        owner: parties.owner.clone(),
        members: Vec::new(),
        change: None,
    };
    group.id = id_of(&group, check);
    group
}

/// The id of a group. Names of targets never enter into it, and neither do words that differ between targets with the same
/// finding: the number of rows that an assertion returned, or the names that something may have now.
fn id_of(group: &TargetGroup, check: &Check) -> String {
    let counts_rows = matches!(check.code, Code::AssertionFailed(_));
    let found = if counts_rows { &Json::Null } else { &group.actual };
    let is_unknown = matches!(check.status, Status::Unknown | Status::Unverified);
    let key = json!([
        group.code,
        group.kind,
        group.object,
        group.attribute,
        group.expected,
        found,
        is_unknown,
        group.status.word()
    ]);
    let digits = hex(&Sha256::digest(key.to_string()));
    digits.get(..ID_DIGITS).unwrap_or(&digits).to_owned()
}

/// How many digits an id has: enough for a million groups.
const ID_DIGITS: usize = 12;
