//! The report as unified diffs: for each object the expected against the actual attributes, as YAML.

use std::fmt::Write as _;

use super::facts::{headline, parties};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::table_marks;
use super::unified::unified;
use super::values::{compared, one_line};
use super::words::{Obstacle, ReportedStatus, describe, stale, targets};
use crate::finding::{Check, Target};
use crate::source_map::SourceMap;
use crate::terminal::{Palette, STRONG, visible};
use crate::value::Value;
use crate::yaml::write::Fragment;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "diff",
    "One unified diff per object: expected against found",
    render,
    fleet::diff,
);

fn render(rendering: &Rendering<'_>) -> String {
    let palette = Palette { color: rendering.color };
    let mut out = String::new();
    for line in table_marks::counts(rendering.report, rendering.files) {
        remark(&mut out, &line, palette);
    }
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        let findings = target.findings_in_order();
        for object in findings.chunk_by(|a, b| a.about == b.about) {
            one_object(&mut out, object, target, rendering.files, palette);
        }
        if let Some(obstacle) = Obstacle::of(target) {
            remark(&mut out, &obstacle.message, palette);
        }
    }
    out
}

/// The diff of one object. Findings without two different values are written above it as comments.
fn one_object(out: &mut String, object: &[&Check], target: &Target, files: &SourceMap, palette: Palette) {
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    if let Some(parties) = object.first().and_then(|check| parties(check, files)) {
        remark(out, &parties, palette);
    }
    for check in object {
        match ReportedStatus::of(check) {
            ReportedStatus::Unknown => remark(out, &headline(check), palette),
            ReportedStatus::Known => remark(out, &format!("known: {}", headline(check)), palette),
            ReportedStatus::Drift | ReportedStatus::Warning | ReportedStatus::Passed
                if check.expected == check.actual =>
            {
                remark(out, &headline(check), palette);
            }
            ReportedStatus::Drift | ReportedStatus::Warning | ReportedStatus::Passed => {
                let (wanted, actual) = compared(check);
                expected.push((check.attribute(), yaml(&wanted)));
                found.push((check.attribute(), yaml(&actual)));
            }
        }
    }
    let Some(first) = object.first().filter(|_| !expected.is_empty()) else {
        return;
    };
    let key = visible(&first.subject());
    let (expected, found) = (entry(&key, expected), entry(&key, found));
    let labels = (one_line(&files.locate(first.place)), one_line(&describe(target)));
    out.push_str(&unified(&expected, &found, (&labels.0, &labels.1), palette));
}

/// An object as YAML: its value if it has only one, or its attributes.
fn entry(key: &str, values: Vec<(Option<&'static str>, Fragment)>) -> String {
    let mut attributes = Vec::new();
    for (attribute, value) in values {
        match attribute {
            Some(attribute) => attributes.push((attribute.to_owned(), value)),
            None => return value.to_entry(key, 0, 2),
        }
    }
    Fragment::Map(attributes).to_entry(key, 0, 2)
}

fn remark(out: &mut String, text: &str, palette: Palette) {
    let _ = writeln!(out, "{}", palette.paint(STRONG, &format!("# {}", one_line(text))));
}

/// A value as expectation files write it.
fn yaml(value: &Value) -> Fragment {
    match value {
        Value::Null => Fragment::Plain("null".to_owned()),
        Value::Bool(_) | Value::Integer(_) => Fragment::Plain(value.to_string()),
        Value::Text(text) => Fragment::text(text),
        Value::Secret(_) => Fragment::text(&value.to_string()),
        Value::List(items) => Fragment::Flow(items.iter().map(yaml).collect()),
        Value::Map(map) => Fragment::FlowMap(map.iter().map(|(key, value)| (key.clone(), yaml(value))).collect()),
    }
}
