//! Writing a baseline file.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value as Json;

use super::{Baseline, BaselineEntry, FORMAT_VERSION};
use crate::finding::mark::{Recorded, RecordedStatus};
use crate::finding::{Check, Target};
use crate::yaml::write::Fragment;

/// The first lines of the file.
const HEADER: &str = "\
# Known findings: `driftgate check --baseline FILE` reports them and does not fail because of them.
#
# You can add to an entry
#   reason: why the finding is accepted
#   owner:  who is responsible for it
#   until:  the last day on which it is accepted, as YYYY-MM-DD in UTC
# and remove `database` from an entry to accept the finding in every database. Remove the entries of findings that are
# fixed. Do not change id, expected or actual: an entry applies only to exactly this finding.
#
# `driftgate check --write-baseline FILE` rewrites this file. It keeps the reason, owner and until of every entry that
# still applies, and no comments except these.
";

/// Writes a baseline of the findings of a run. From `old` it keeps the texts that people wrote about unchanged
/// findings, and the entries for databases that are not among the targets.
#[must_use]
pub fn write(targets: &[Target], old: Option<&Baseline>) -> String {
    let old = old.map_or(&[][..], |old| &old.entries);
    // By database and id, which is the order of the file. Entries for all databases come first.
    let key = |entry: &BaselineEntry| (entry.database.clone(), entry.id.clone(), entry.labels.clone());
    let mut entries = BTreeMap::new();
    let is_meant = |entry: &BaselineEntry| targets.iter().any(|target| entry.is_for(target));
    let mut by_id: BTreeMap<&str, Vec<&BaselineEntry>> = BTreeMap::new();
    for entry in old {
        by_id.entry(&entry.id).or_default().push(entry);
    }
    let others = old.iter().filter(|entry| !is_meant(entry)).cloned();
    entries.extend(others.map(|entry| (key(&entry), entry)));
    for target in targets {
        for check in target.findings() {
            let now = Recorded::now(check);
            let of_id = |id: String| {
                let holds = |entry: &&&BaselineEntry| entry.is_for(target) && entry.is_about(&now);
                let of_old = by_id.get(id.as_str()).map_or(&[][..], Vec::as_slice);
                // An entry that names the database takes precedence over one for all databases.
                match of_old.iter().filter(holds).max_by_key(|entry| entry.database.is_some()) {
                    Some(entry) => BaselineEntry {
                        was: now.clone(),
                        object: Some(check.about.name()),
                        ..BaselineEntry::clone(entry)
                    },
                    None => new(id, now.clone(), check, target),
                }
            };
            // Equal expectations in several places need only one entry.
            let mut entry = of_id(check.common_id());
            if entries.get(&key(&entry)).is_some_and(|other| other.was != now) {
                entry = of_id(check.id());
            }
            entries.insert(key(&entry), entry);
        }
    }
    let mut out = format!("{HEADER}baseline: {FORMAT_VERSION}\n");
    if entries.is_empty() {
        out.push_str("findings: []\n");
        return out;
    }
    out.push_str("findings:\n");
    for entry in entries.values() {
        lines(entry, &mut out);
    }
    out
}

fn new(id: String, was: Recorded, check: &Check, target: &Target) -> BaselineEntry {
    BaselineEntry {
        id,
        database: Some(target.database.clone()),
        labels: BTreeMap::new(),
        object: Some(check.about.name()),
        was,
        reason: None,
        owner: None,
        until: None,
        place: check.place,
    }
}

/// An entry, one line per key.
fn lines(entry: &BaselineEntry, out: &mut String) {
    let text = |text: &String| Fragment::text(text);
    let code = entry.code();
    let status = (entry.was.status != RecordedStatus::Drift).then(|| Fragment::text(entry.was.status.word()));
    let labels = entry
        .labels
        .iter()
        .map(|(label, value)| (label.clone(), Fragment::text(value)));
    let labels = (!entry.labels.is_empty()).then(|| Fragment::FlowMap(labels.collect()));
    let keys = [
        ("id", Some(Fragment::Text(entry.id.clone()))),
        ("database", entry.database.as_ref().map(text)),
        ("where", labels),
        ("status", status),
        ("code", Some(Fragment::text(code))),
        (
            "object",
            entry.object.as_ref().filter(|o| !o.trim().is_empty()).map(text),
        ),
        ("expected", Some(value(&entry.was.expected))),
        ("actual", Some(value(&entry.was.actual))),
        ("reason", entry.reason.as_ref().map(text)),
        ("owner", entry.owner.as_ref().map(text)),
        (
            "until",
            entry.until.as_ref().map(|day| Fragment::Plain(day.text().to_owned())),
        ),
    ];
    let mut before = "  - ";
    for (key, document) in keys {
        if let Some(document) = document {
            let _ = write!(out, "{before}{key}:{}", document.to_value(4, 2));
            before = "    ";
        }
    }
}

/// A value of a report. A text of several lines is written as a block.
fn value(json: &Json) -> Fragment {
    match json {
        Json::String(text) => Fragment::text(text),
        other => inner(other),
    }
}

fn inner(json: &Json) -> Fragment {
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) => Fragment::Plain(json.to_string()),
        Json::String(text) => Fragment::Text(text.clone()),
        Json::Array(items) => Fragment::Flow(items.iter().map(inner).collect()),
        Json::Object(map) => Fragment::FlowMap(map.iter().map(|(key, item)| (key.clone(), inner(item))).collect()),
    }
}
