//! Which targets of a fleet a run checks.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use crate::cli::TargetChoice;
use crate::error::Problem;
use crate::finding::fleet::{self, FLEET_HINT, MemberVerdict};
use crate::fleet::{FleetTarget, shard_of};
use crate::input;
use crate::plural::thousands;
use crate::redact;
use crate::source_map::SourceMap;
use crate::suggest;

/// The targets that a run checks, and those that other shards check.
pub(crate) struct ChosenTargets {
    pub(crate) targets: Vec<FleetTarget>,
    pub(crate) elsewhere: Vec<FleetTarget>,
}

/// The verdicts of the run whose report `--again` names.
///
/// # Errors
/// The file cannot be read, or is not the report of a fleet.
pub(crate) fn earlier_verdicts(
    choice: &TargetChoice,
    files: &mut SourceMap,
) -> Result<Option<BTreeMap<String, MemberVerdict>>, Problem> {
    let Some(path) = &choice.again else {
        return Ok(None);
    };
    let place = input::read(path, files).map_err(|problem| problem.hint(FLEET_HINT))?;
    let text = files.text(place.file);
    // A line of a fleet is a whole object, and a report on several lines is none.
    let is_report = serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() && text.lines().nth(1).is_some();
    let found = if is_report {
        let members = fleet::read(text, place.file)?.report.members.into_iter();
        members.map(|result| (result.member.name, result.verdict)).collect()
    } else {
        fleet::read_lines(text, place.file)?
    };
    Ok(Some(found))
}

/// The targets that the command line chooses.
///
/// # Errors
/// A target that it names does not exist, or none is chosen: that would be a run that checks nothing.
pub(crate) fn chosen(
    targets: Vec<FleetTarget>,
    choice: &TargetChoice,
    earlier: Option<&BTreeMap<String, MemberVerdict>>,
) -> Result<ChosenTargets, Problem> {
    let is_missing = |name: &&String| !targets.iter().any(|target| target.name == **name);
    if let Some(unknown) = choice.named.iter().find(is_missing) {
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        return Err(Problem::new(format!("no target is named `{}`", redact::typed(unknown)))
            .hint(suggest::hint(unknown, &names)));
    }
    let is_chosen = |target: &FleetTarget| {
        let mut labels = choice.with_labels.iter();
        let has_labels = labels.all(|(label, value)| target.labels.get(label) == Some(value));
        has_labels && (choice.named.is_empty() || choice.named.contains(&target.name))
    };
    let count = targets.len();
    let mut chosen: Vec<FleetTarget> = targets.into_iter().filter(is_chosen).collect();
    if chosen.is_empty() {
        return Err(
            Problem::new(format!("none of the {} targets has these labels", thousands(count)))
                .hint("`driftgate fleet list FILE` shows the labels of all targets"),
        );
    }
    if let Some(earlier) = earlier {
        let has_passed = |target: &FleetTarget| earlier.get(&target.name) == Some(&MemberVerdict::Passed);
        chosen.retain(|target| !has_passed(target));
        if chosen.is_empty() {
            return Err(
                Problem::new("--again: all of the chosen targets passed in the earlier run")
                    .hint("remove --again to check them again"),
            );
        }
    }
    if let Some(count) = choice.sample {
        chosen = sample(chosen, count);
    }
    let is_here = |target: &FleetTarget| {
        let shard = choice.shard;
        shard.is_none_or(|shard| shard_of(&target.name, shard.of) == shard.number)
    };
    // A shard of a small fleet may be empty.
    let (targets, elsewhere) = chosen.into_iter().partition(is_here);
    Ok(ChosenTargets { targets, elsewhere })
}

/// So many targets, in their order. The sample depends on the names alone, so that a run can be repeated; a prefix keeps it
/// from being the beginning of a shard.
fn sample(targets: Vec<FleetTarget>, count: u64) -> Vec<FleetTarget> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut order: Vec<usize> = (0..targets.len()).collect();
    order.sort_by_cached_key(|index| Sha256::digest(format!("sample {}", targets[*index].name)));
    order.truncate(count);
    order.sort_unstable();
    let mut wanted = order.into_iter().peekable();
    let targets = targets.into_iter().enumerate();
    targets
        .filter_map(|(index, target)| wanted.next_if_eq(&index).map(|_| target))
        .collect()
}
