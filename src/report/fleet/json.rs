//! The report of a fleet as JSON: a line for each group and for each target, so that thousands of targets stay small.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use serde_json::Value as Json;

use crate::expectation::Level;
use crate::finding::earlier::REPORT_VERSION;
use crate::finding::fleet::{FleetReport, GroupChange, Member, MemberResult, MemberVerdict, TargetGroup, Tolerance};
use crate::redact;
use crate::report::format::Rendering;
use crate::report::json::line;
use crate::report::json_marks::JsonBaseline;
use crate::source_map::SourceMap;

#[derive(Serialize)]
pub(super) struct JsonFleet<'a> {
    file: &'a str,
    digest: &'a str,
    listed: usize,
    /// Only if options chose targets.
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    choice: &'a [String],
    /// Only with `--shard`.
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<JsonShard>,
    /// Only with `--tolerate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    tolerate_unreached: Option<String>,
    /// Only with `--tolerate`: whether the unreached targets are so few.
    #[serde(skip_serializing_if = "Option::is_none")]
    tolerated: Option<bool>,
}

#[derive(Serialize)]
struct JsonShard {
    number: u64,
    of: u64,
}

#[derive(Serialize)]
struct JsonMember<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a str>,
    server: &'a str,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
pub(super) struct JsonMemberResult<'a> {
    #[serde(flatten)]
    member: JsonMember<'a>,
    status: &'static str,
    exit_code: u8,
    checks: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<JsonFailure<'a>>,
}

#[derive(Serialize)]
struct JsonFailure<'a> {
    message: &'a str,
    hint: Option<&'a str>,
}

#[derive(Serialize)]
pub(super) struct JsonGroup<'a> {
    id: &'a str,
    code: &'a str,
    level: &'static str,
    status: &'static str,
    kind: &'a str,
    object: &'a str,
    attribute: Option<&'a str>,
    expected: &'a Json,
    actual: &'a Json,
    file: &'a str,
    line: u32,
    column: u32,
    message: &'a str,
    hint: Option<JsonHint<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    consumer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<&'a str>,
    /// Only with `--compare`.
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<JsonChange>,
    /// Not in JSON Lines, which have a line for each target.
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<usize>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'a str, BTreeMap<&'a str, usize>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    targets: Option<Vec<&'a str>>,
}

#[derive(Serialize)]
struct JsonHint<'a> {
    label: &'a str,
    text: &'a str,
}

#[derive(Serialize)]
struct JsonChange {
    change: &'static str,
    before: usize,
    came: usize,
    left: usize,
}

#[derive(Serialize)]
struct JsonFleetCoverage<'a> {
    mentioned: usize,
    objects: usize,
    unmentioned: &'a BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct JsonFleetComparison<'a> {
    file: String,
    gone: Vec<JsonGroup<'a>>,
    undetermined: Vec<JsonGroup<'a>>,
    not_checked: usize,
}

pub(super) fn fleet_facts(fleet: &FleetReport) -> JsonFleet<'_> {
    JsonFleet {
        file: &fleet.file,
        digest: &fleet.digest,
        listed: fleet.listed,
        choice: &fleet.choice,
        shard: fleet.shard.map(|shard| JsonShard {
            number: shard.number,
            of: shard.of,
        }),
        tolerate_unreached: fleet.tolerance.as_ref().map(Tolerance::text),
        tolerated: fleet.tolerance.as_ref().map(|_| fleet.tolerates_unreached()),
    }
}

fn member(member: &Member) -> JsonMember<'_> {
    JsonMember {
        name: &member.name,
        schema: member.schema.as_deref(),
        server: &member.server,
        labels: &member.labels,
    }
}

pub(super) fn member_result<'a>(fleet: &'a FleetReport, result: &'a MemberResult) -> JsonMemberResult<'a> {
    let groups = result.groups.iter().filter_map(|number| fleet.groups.get(*number));
    JsonMemberResult {
        member: member(&result.member),
        status: result.verdict.word(),
        exit_code: result.exit.code(),
        checks: result.checks,
        variant: result.variant.as_deref(),
        groups: groups.map(|group| group.id.as_str()).collect(),
        error: result.failure.as_ref().map(|failure| JsonFailure {
            message: &failure.message,
            hint: failure.hint.as_deref(),
        }),
    }
}

/// A group without its targets.
pub(super) fn finding_of_group(group: &TargetGroup) -> JsonGroup<'_> {
    let (file, line, column) = &group.place;
    JsonGroup {
        id: &group.id,
        code: &group.code,
        level: match group.level {
            Level::Error => "error",
            Level::Warn => "warn",
        },
        status: group.status.word(),
        kind: &group.kind,
        object: &group.object,
        attribute: group.attribute.as_deref(),
        expected: &group.expected,
        actual: &group.actual,
        file,
        line: *line,
        column: *column,
        message: &group.message,
        hint: group.hint.as_ref().map(|(label, text)| JsonHint { label, text }),
        sql: group.sql.as_deref(),
        reason: group.reason.as_deref(),
        consumer: group.consumer.as_deref(),
        owner: group.owner.as_deref(),
        compared: group.change.map(change),
        count: None,
        labels: BTreeMap::new(),
        targets: None,
    }
}

fn change(change: GroupChange) -> JsonChange {
    let (before, came, left) = match change {
        GroupChange::New => (0, 0, 0),
        GroupChange::Before { before, came, left } => (before, came, left),
    };
    JsonChange {
        change: change.word(),
        before,
        came,
        left,
    }
}

fn with_targets<'a>(fleet: &'a FleetReport, group: &'a TargetGroup) -> JsonGroup<'a> {
    let targets: Vec<&str> = fleet.members_of(group).map(|member| member.name.as_str()).collect();
    JsonGroup {
        count: Some(targets.len()),
        labels: fleet.labels_of(group),
        targets: Some(targets),
        ..finding_of_group(group)
    }
}

/// The report.
pub(in crate::report) fn json(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let report = rendering.report;
    let counts: BTreeMap<&str, usize> = MemberVerdict::ALL
        .into_iter()
        .map(|verdict| (verdict.word(), fleet.count(verdict)))
        .collect();
    let mut out = Members::default();
    out.one("report_version", &REPORT_VERSION);
    out.one("tool", &env!("CARGO_PKG_NAME"));
    out.one("tool_version", &env!("CARGO_PKG_VERSION"));
    // `merge` needs it of a shard.
    if report.is_dated || fleet.shard.is_some() {
        out.one("generated_at", &rendering.timing.date());
    }
    out.one("fleet", &fleet_facts(fleet));
    out.one("summary", &counts);
    out.many("groups", fleet.groups.iter().map(|group| with_targets(fleet, group)));
    out.many(
        "targets",
        fleet.members.iter().map(|result| member_result(fleet, result)),
    );
    if fleet.shard.is_some() {
        out.many("elsewhere", fleet.elsewhere.iter().map(member));
    }
    if let Some(coverage) = &fleet.coverage {
        let coverage = JsonFleetCoverage {
            mentioned: coverage.mentioned,
            objects: coverage.objects,
            unmentioned: &coverage.unmentioned,
        };
        out.one("coverage", &coverage);
    }
    if !fleet.notes.is_empty() {
        out.one("notes", &fleet.notes);
    }
    if let Some(baseline) = &report.baseline {
        out.one("baseline", &JsonBaseline::of(baseline, rendering.files));
    }
    if let Some(comparison) = comparison(fleet, rendering.files) {
        out.one("compared", &comparison);
    }
    out.one("exit_code", &rendering.exit.code());
    out.end()
}

fn comparison<'a>(fleet: &'a FleetReport, files: &SourceMap) -> Option<JsonFleetComparison<'a>> {
    let comparison = fleet.comparison.as_ref()?;
    let groups = |groups: &'a [TargetGroup]| {
        let groups = groups.iter().map(|group| JsonGroup {
            count: Some(group.members.len()),
            ..finding_of_group(group)
        });
        groups.collect()
    };
    Some(JsonFleetComparison {
        file: redact::path(files.path(comparison.file)),
        gone: groups(&comparison.gone),
        undetermined: groups(&comparison.undetermined),
        not_checked: comparison.not_checked,
    })
}

/// An object that is written member by member, each on a line, and each item of a long list on a line.
#[derive(Default)]
struct Members {
    out: String,
}

impl Members {
    fn key(&mut self, key: &str) {
        self.out.push_str(if self.out.is_empty() { "{\n" } else { ",\n" });
        let _ = write!(self.out, "  \"{key}\": ");
    }

    fn one(&mut self, key: &str, value: &impl Serialize) {
        self.key(key);
        self.out.push_str(line(value).trim_end());
    }

    fn many(&mut self, key: &str, items: impl Iterator<Item = impl Serialize>) {
        self.key(key);
        let items: Vec<String> = items.map(|item| format!("\n    {}", line(&item).trim_end())).collect();
        let end = if items.is_empty() { "" } else { "\n  " };
        let _ = write!(self.out, "[{}{end}]", items.join(","));
    }

    fn end(self) -> String {
        self.out + "\n}\n"
    }
}
