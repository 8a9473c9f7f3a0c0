//! Reads the report of a fleet: for `merge`, `--compare`, `--history` and `--again`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value as Json;

use super::{
    FleetCoverage, FleetReport, GroupStatus, Member, MemberFailure, MemberResult, MemberVerdict, Shard, TargetGroup,
    Tolerance,
};
use crate::error::Problem;
use crate::expectation::Level;
use crate::finding::earlier;
use crate::finding::exit::Exit;
use crate::source_map::{FileId, Place};

/// The report of a fleet that an earlier run wrote.
#[derive(Debug, Clone)]
pub struct EarlierFleet {
    /// The file.
    pub file: FileId,
    /// When its run began, if it says so.
    pub began: Option<String>,
    /// What it says.
    pub report: FleetReport,
}

/// The hint for a file that is not the report of a fleet.
pub const FLEET_HINT: &str = "`driftgate check --fleet FILE -o json=REPORT` writes the report of a fleet";

#[derive(Deserialize)]
#[serde(expecting = "the report of a fleet")]
struct EarlierFleetReportJson {
    generated_at: Option<String>,
    fleet: EarlierFleetJson,
    groups: Vec<EarlierGroupJson>,
    targets: Vec<EarlierMemberJson>,
    #[serde(default)]
    elsewhere: Vec<EarlierMemberOfJson>,
    #[serde(default)]
    notes: BTreeMap<String, usize>,
    coverage: Option<EarlierCoverageJson>,
}

#[derive(Deserialize)]
#[serde(expecting = "the coverage of a fleet")]
struct EarlierCoverageJson {
    mentioned: usize,
    objects: usize,
    unmentioned: BTreeMap<String, usize>,
}

#[derive(Deserialize)]
#[serde(expecting = "what a fleet is")]
struct EarlierFleetJson {
    file: String,
    digest: String,
    listed: usize,
    #[serde(default)]
    choice: Vec<String>,
    shard: Option<EarlierShardJson>,
    tolerate_unreached: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "the number of a shard")]
struct EarlierShardJson {
    number: u64,
    of: u64,
}

#[derive(Deserialize)]
#[serde(expecting = "a target")]
struct EarlierMemberOfJson {
    name: String,
    schema: Option<String>,
    server: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(expecting = "the result of a target")]
struct EarlierMemberJson {
    #[serde(flatten)]
    member: EarlierMemberOfJson,
    status: String,
    exit_code: u8,
    checks: usize,
    variant: Option<String>,
    #[serde(default)]
    groups: Vec<String>,
    error: Option<EarlierFailureJson>,
}

#[derive(Deserialize)]
#[serde(expecting = "an error")]
struct EarlierFailureJson {
    message: String,
    hint: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "a group")]
struct EarlierGroupJson {
    id: String,
    code: String,
    level: String,
    status: String,
    kind: String,
    object: String,
    attribute: Option<String>,
    expected: Json,
    actual: Json,
    file: String,
    line: u32,
    column: u32,
    message: String,
    hint: Option<EarlierHintJson>,
    sql: Option<String>,
    reason: Option<String>,
    consumer: Option<String>,
    owner: Option<String>,
}

#[derive(Deserialize)]
#[serde(expecting = "a hint")]
struct EarlierHintJson {
    label: String,
    text: String,
}

/// Whether a JSON report is that of a fleet.
#[must_use]
#[expect(
    clippy::zero_sized_map_values,
    reason = "serde reads a set from a list and not from an object"
)]
pub fn is_fleet(text: &str) -> bool {
    // Nothing but the keys is read: a report is large.
    let keys = serde_json::from_str::<BTreeMap<String, IgnoredAny>>(text);
    keys.is_ok_and(|keys| keys.contains_key("fleet"))
}

/// Reads the JSON report of a fleet.
///
/// # Errors
/// The text is not the report of a fleet, or of a version that this driftgate cannot read.
pub fn read(text: &str, file: FileId) -> Result<EarlierFleet, Problem> {
    let json: EarlierFleetReportJson = earlier::report(text, file, FLEET_HINT)?;
    let wrong = |what: String| Problem::at(Place::start_of(file), what).hint(FLEET_HINT);
    let numbers: BTreeMap<String, usize> = json.groups.iter().map(|group| group.id.clone()).zip(0..).collect();
    let mut groups = Vec::new();
    for group in json.groups {
        groups.push(target_group(group).map_err(wrong)?);
    }
    let members = members(json.targets, &numbers, &mut groups).map_err(wrong)?;
    let EarlierFleetJson {
        file: fleet_file,
        digest,
        listed,
        choice,
        shard,
        tolerate_unreached,
    } = json.fleet;
    Ok(EarlierFleet {
        file,
        began: json.generated_at.filter(|time| humantime::parse_rfc3339(time).is_ok()),
        report: FleetReport {
            file: fleet_file,
            digest,
            listed,
            choice,
            shard: shard.map(|EarlierShardJson { number, of }| Shard { number, of }),
            elsewhere: json.elsewhere.into_iter().map(member).collect(),
            members,
            groups,
            tolerance: tolerate_unreached.as_deref().and_then(Tolerance::parse),
            comparison: None,
            coverage: json.coverage.map(|coverage| FleetCoverage {
                mentioned: coverage.mentioned,
                objects: coverage.objects,
                unmentioned: coverage.unmentioned,
            }),
            notes: json.notes,
        },
    })
}

/// The results of targets, each of which is noted in its groups.
fn members(
    targets: Vec<EarlierMemberJson>,
    numbers: &BTreeMap<String, usize>,
    groups: &mut [TargetGroup],
) -> Result<Vec<MemberResult>, String> {
    let mut members = Vec::new();
    for target in targets {
        let verdict = MemberVerdict::parse(&target.status);
        let verdict = verdict.ok_or_else(|| format!("`{}` is not the status of a target", target.status))?;
        let mut of_member = Vec::new();
        for id in &target.groups {
            let number = numbers.get(id).copied();
            let number = number.ok_or_else(|| format!("a target has the unknown group `{id}`"))?;
            groups[number].members.push(members.len());
            of_member.push(number);
        }
        members.push(MemberResult {
            member: member(target.member),
            verdict,
            exit: exit(target.exit_code, verdict),
            checks: target.checks,
            variant: target.variant,
            groups: of_member,
            failure: target.error.map(|error| MemberFailure {
                message: error.message,
                hint: error.hint,
            }),
        });
    }
    Ok(members)
}

fn member(json: EarlierMemberOfJson) -> Member {
    Member {
        name: json.name,
        schema: json.schema,
        server: json.server,
        labels: json.labels,
    }
}

/// The exit of a target. What a later version writes is at least no success.
fn exit(code: u8, verdict: MemberVerdict) -> Exit {
    let known = [Exit::Drift, Exit::Usage, Exit::Failure, Exit::Unknown];
    match known.into_iter().find(|exit| exit.code() == code) {
        Some(exit) => exit,
        None if code == 0 && !matches!(verdict, MemberVerdict::Failed | MemberVerdict::Unreached) => Exit::Passed,
        None => Exit::Failure,
    }
}

fn target_group(json: EarlierGroupJson) -> Result<TargetGroup, String> {
    let level = match json.level.as_str() {
        "error" => Level::Error,
        "warn" => Level::Warn,
        other => return Err(format!("`{other}` is not a level")),
    };
    let status = GroupStatus::parse(&json.status);
    Ok(TargetGroup {
        id: json.id,
        code: json.code,
        level,
        status: status.ok_or_else(|| format!("`{}` is not the status of a group", json.status))?,
        kind: json.kind,
        object: json.object,
        attribute: json.attribute,
        expected: json.expected,
        actual: json.actual,
        place: (json.file, json.line, json.column),
        message: json.message,
        hint: json.hint.map(|hint| (hint.label, hint.text)),
        sql: json.sql,
        reason: json.reason,
        consumer: json.consumer,
        owner: json.owner,
        members: Vec::new(),
        change: None,
    })
}

/// Reads the verdicts of the JSON Lines of a fleet. The last line may be cut: the run was killed while it was written. A
/// target that has several lines was asked again: the last one counts.
///
/// # Errors
/// A line is not one that driftgate wrote for a fleet.
pub fn read_lines(text: &str, file: FileId) -> Result<BTreeMap<String, MemberVerdict>, Problem> {
    #[derive(Deserialize)]
    struct Line {
        #[serde(rename = "type")]
        what: String,
        name: Option<String>,
        status: Option<String>,
    }
    let mut found = BTreeMap::new();
    let mut is_fleet = false;
    let mut lines = text.split_inclusive('\n').zip(1..).peekable();
    while let Some((line, number)) = lines.next() {
        let is_cut = lines.peek().is_none() && !line.ends_with('\n');
        let place = Place {
            file,
            line: number,
            column: 1,
        };
        let parsed: Line = match serde_json::from_str(line) {
            Ok(parsed) => parsed,
            Err(_) if is_cut => break,
            Err(error) => {
                let error = error.to_string();
                let words = error.split(" at line ").next().unwrap_or_default().to_owned();
                return Err(Problem::at(place, format!("this is not a line of a fleet: {words}")).hint(FLEET_HINT));
            }
        };
        is_fleet |= parsed.what == "fleet";
        if let (true, Some(name), Some(status)) = (parsed.what == "target", parsed.name, parsed.status) {
            let verdict = MemberVerdict::parse(&status);
            let verdict =
                verdict.ok_or_else(|| Problem::at(place, format!("`{status}` is not the status of a target")))?;
            found.insert(name, verdict);
        }
    }
    if is_fleet {
        Ok(found)
    } else {
        let hint = "`driftgate check --fleet FILE -o jsonl=REPORT` writes the lines of a fleet";
        Err(Problem::at(Place::start_of(file), "these are not the lines of a fleet").hint(hint))
    }
}
