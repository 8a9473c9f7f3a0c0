//! The report as unified diffs: for each object what is expected of it against what is there, as YAML.

use std::fmt::Write as _;

use serde_json::Value as Json;
use similar::TextDiff;

use super::format::{FormatSpec, Rendering};
use super::words::{Obstacle, Outcome, describe, headline, one_line, stale, targets};
use super::{Check, Target};
use crate::source_map::SourceMap;
use crate::terminal::{BAD, FAINT, GOOD, Palette, STRONG, visible};
use crate::yaml::write::Fragment;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "diff",
    doc: "A unified diff for each object, what is expected against what is there",
    passes: false,
    asides: false,
    render,
};

fn render(rendering: &Rendering<'_>) -> String {
    let palette = Palette { color: rendering.color };
    let mut out = String::new();
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        let findings = target.findings_in_order();
        for object in findings.chunk_by(|a, b| a.kind == b.kind && a.object == b.object) {
            one_object(&mut out, object, target, rendering.files, palette);
        }
        if let Some(obstacle) = Obstacle::of(target) {
            remark(&mut out, &obstacle.message, palette);
        }
    }
    out
}

/// The difference of one object. What is no difference of two values stands above it, as remarks.
fn one_object(out: &mut String, object: &[&Check], target: &Target, files: &SourceMap, palette: Palette) {
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    for check in object {
        match Outcome::of(check) {
            Outcome::Unknown => remark(out, &headline(check), palette),
            Outcome::Known => remark(out, &format!("known: {}", headline(check)), palette),
            Outcome::Drift | Outcome::Warning | Outcome::Passed if check.expected == check.actual => {
                remark(out, &headline(check), palette);
            }
            Outcome::Drift | Outcome::Warning | Outcome::Passed => {
                expected.push((check.attribute, yaml(&check.expected)));
                found.push((check.attribute, yaml(&check.actual)));
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

/// An object as YAML: the value that stands for the whole of it, or its attributes.
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
fn yaml(value: &Json) -> Fragment {
    match value {
        Json::Null => Fragment::Plain("null".to_owned()),
        Json::Bool(_) | Json::Number(_) => Fragment::Plain(value.to_string()),
        Json::String(text) => Fragment::text(text),
        Json::Array(items) => Fragment::Flow(items.iter().map(yaml).collect()),
        Json::Object(map) => Fragment::FlowMap(map.iter().map(|(key, value)| (key.clone(), yaml(value))).collect()),
    }
}

/// The difference of two texts as a unified diff.
#[must_use]
pub fn unified(expected: &str, found: &str, labels: (&str, &str), palette: Palette) -> String {
    let diff = TextDiff::from_lines(expected, found);
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(labels.0, labels.1)
        .to_string();
    let mut out = String::new();
    for line in text.lines() {
        let style = match line.chars().next() {
            Some('-') => Some(BAD),
            Some('+') => Some(GOOD),
            Some('@') => Some(FAINT),
            Some(_) | None => None,
        };
        let line = visible(line);
        out.push_str(&style.map_or(line.clone(), |style| palette.paint(style, &line)));
        out.push('\n');
    }
    out
}
