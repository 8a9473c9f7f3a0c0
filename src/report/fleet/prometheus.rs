//! The report of a fleet as Prometheus metrics: how many targets have each verdict and each finding, and a series for each
//! target, which can be switched off.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::fleet::{FleetReport, GroupStatus, MemberVerdict};
use crate::report::format::Rendering;
use crate::report::prometheus::{gauge, label};

/// The report.
pub(in crate::report) fn prometheus(rendering: &Rendering<'_>, fleet: &FleetReport) -> String {
    let mut out = String::new();
    // Shards write files of their own, which one Prometheus may read.
    let shard = fleet.shard.map(|shard| format!("{}/{}", shard.number, shard.of));
    let shard = shard.map_or(String::new(), |shard| format!(",{}", label("shard", &shard)));
    let own = format!("{}{shard}", label("fleet", &fleet.file));
    gauge(
        &mut out,
        "driftgate_fleet_targets",
        "The number of targets with this status.",
        MemberVerdict::ALL.into_iter().map(|verdict| {
            let labels = format!("{own},{}", label("status", verdict.word()));
            (labels, fleet.count(verdict).to_string())
        }),
    );
    let mut targets: BTreeMap<(&str, &str, &str), BTreeSet<usize>> = BTreeMap::new();
    for group in fleet.groups.iter().filter(|group| group.status != GroupStatus::Known) {
        let key = (group.code.as_str(), group.object.as_str(), group.status.word());
        targets.entry(key).or_default().extend(&group.members);
    }
    gauge(
        &mut out,
        "driftgate_group_targets",
        "The number of targets with this finding.",
        targets.into_iter().map(|((code, object, outcome), targets)| {
            let group = [("code", code), ("object", object), ("outcome", outcome)];
            let group = group.map(|(name, value)| label(name, value)).join(",");
            (format!("{own},{group}"), targets.len().to_string())
        }),
    );
    if rendering.target_series {
        gauge(
            &mut out,
            "driftgate_target_exit_code",
            "The exit code of a run that checks this target alone.",
            fleet.members.iter().map(|result| {
                let labels = format!("{own},{}", label("target", &result.member.name));
                (labels, result.exit.code().to_string())
            }),
        );
    }
    let timing = rendering.timing;
    for (name, help, value) in [
        (
            "driftgate_exit_code",
            "The exit code of the run.",
            rendering.exit.code().to_string(),
        ),
        ("driftgate_duration_seconds", "Duration of the run.", timing.seconds()),
        (
            "driftgate_timestamp_seconds",
            "Start time of the run, in seconds since 1970.",
            timing.began().to_string(),
        ),
    ] {
        gauge(&mut out, name, help, [(own.clone(), value)]);
    }
    out
}
