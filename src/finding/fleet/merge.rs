//! Puts the reports of shards together. What a lost shard was to check is unreached, by name.

use std::collections::{BTreeMap, BTreeSet};

use super::collect::not_asked;
use super::{FleetReport, Member, Shard};

/// A report to merge, and how messages name it.
#[derive(Debug, Clone)]
pub struct Merging {
    /// The name of the file.
    pub file: String,
    /// What it says.
    pub report: FleetReport,
}

/// The shard of `of` that the target of this name belongs to.
pub type ShardOf<'a> = &'a dyn Fn(&str, u64) -> u64;

/// Merges the reports of the shards of one list of targets.
///
/// # Errors
/// The mistake as a sentence, and what to do: a report is not that of a shard, the reports are of different lists or of
/// different divisions, or a shard or a target occurs twice.
pub fn merge(reports: Vec<Merging>, shard_of: ShardOf<'_>) -> Result<FleetReport, (String, &'static str)> {
    let shards = shards(&reports)?;
    let Some((first, of)) = reports
        .first()
        .zip(shards.first())
        .map(|(first, shard)| (first.clone(), shard.of))
    else {
        return Err(("no reports are named".to_owned(), "name the JSON reports of the shards"));
    };
    // Every shard knows the targets of the others.
    let mut expected: BTreeMap<String, Member> = BTreeMap::new();
    for merging in &reports {
        let own = merging.report.members.iter().map(|result| &result.member);
        for member in own.chain(&merging.report.elsewhere) {
            expected.insert(member.name.clone(), member.clone());
        }
    }
    let is_whole = |report: &FleetReport| report.members.len() + report.elsewhere.len() == expected.len();
    if let Some(merging) = reports.iter().find(|merging| !is_whole(&merging.report)) {
        return Err((
            format!("{} does not name all {} targets", merging.file, expected.len()),
            "merge the reports as driftgate wrote them",
        ));
    }
    let mut merged = FleetReport {
        shard: None,
        elsewhere: Vec::new(),
        members: Vec::new(),
        groups: Vec::new(),
        coverage: None,
        notes: BTreeMap::new(),
        ..first.report.clone()
    };
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    for merging in reports {
        add(&mut merged, merging, &mut owners, &mut numbers)?;
    }
    for member in expected
        .into_values()
        .filter(|member| !owners.contains_key(&member.name))
    {
        let number = shard_of(&member.name, of);
        let why = format!("the report of shard {number}/{of} is missing, which was to check it");
        merged.members.push(not_asked(member, &why));
    }
    in_order(&mut merged);
    merged.sort();
    Ok(merged)
}

/// The shards of the reports, all of one list.
fn shards(reports: &[Merging]) -> Result<Vec<Shard>, (String, &'static str)> {
    let mut found: BTreeMap<u64, &str> = BTreeMap::new();
    let mut shards: Vec<Shard> = Vec::new();
    for Merging { file, report } in reports {
        let Some(shard) = report.shard else {
            return Err((
                format!("{file} is not the report of a shard"),
                "`driftgate check --fleet FILE --shard K/N -o json=REPORT` writes one",
            ));
        };
        let first = reports.first().map_or(report, |first| &first.report);
        if report.digest != first.digest || report.choice != first.choice {
            return Err((
                format!("{file} is of another list of targets than {}", reports[0].file),
                "let all shards check one list: `driftgate fleet list FILE --format json > targets.json`, and \
                 `check --fleet targets.json --shard K/N`",
            ));
        }
        if let Some(other) = shards.first().filter(|other| other.of != shard.of) {
            return Err((
                format!(
                    "{file} is one of {} shards, and {} one of {}",
                    shard.of, reports[0].file, other.of
                ),
                "merge the reports of one division",
            ));
        }
        if let Some(other) = found.insert(shard.number, file) {
            return Err((
                format!("{other} and {file} are both of shard {}/{}", shard.number, shard.of),
                "name the report of each shard once",
            ));
        }
        shards.push(shard);
    }
    Ok(shards)
}

/// Adds the targets and the groups of a report.
fn add(
    merged: &mut FleetReport,
    merging: Merging,
    owners: &mut BTreeMap<String, String>,
    numbers: &mut BTreeMap<String, usize>,
) -> Result<(), (String, &'static str)> {
    let Merging { file, report } = merging;
    let mut new_numbers = Vec::new();
    for mut group in report.groups {
        group.members.clear();
        let number = *numbers.entry(group.id.clone()).or_insert(merged.groups.len());
        if number == merged.groups.len() {
            merged.groups.push(group);
        }
        new_numbers.push(number);
    }
    for mut result in report.members {
        let name = result.member.name.clone();
        if let Some(other) = owners.insert(name.clone(), file.clone()) {
            return Err((
                format!("{other} and {file} both have the target `{name}`"),
                "a target belongs to one shard: name the report of each shard once",
            ));
        }
        result.groups = result.groups.iter().map(|number| new_numbers[*number]).collect();
        merged.members.push(result);
    }
    if let Some(coverage) = &report.coverage {
        merged.coverage.get_or_insert_default().add(coverage);
    }
    for (note, count) in report.notes {
        *merged.notes.entry(note).or_default() += count;
    }
    Ok(())
}

/// Sorts the targets by name, and notes in each group which it has.
fn in_order(merged: &mut FleetReport) {
    merged.members.sort_by(|a, b| a.member.name.cmp(&b.member.name));
    let mut of_group: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); merged.groups.len()];
    for (index, result) in merged.members.iter().enumerate() {
        for group in &result.groups {
            of_group[*group].insert(index);
        }
    }
    for (group, members) in merged.groups.iter_mut().zip(of_group) {
        group.members = members.into_iter().collect();
    }
}
