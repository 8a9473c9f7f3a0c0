//! The report as Checkstyle XML, which many tools that show findings at lines read.

use std::collections::BTreeMap;

use super::Check;
use super::format::{FormatSpec, Rendering};
use super::words::{Obstacle, Outcome, TOOL, one_line, paragraph, stale, targets};
use super::xml::document;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec {
    name: "checkstyle",
    doc: "Checkstyle XML, for tools that show findings at their lines",
    passes: false,
    render,
};

/// A finding at a line.
struct Entry {
    line: String,
    column: String,
    severity: &'static str,
    message: String,
    source: String,
}

fn render(rendering: &Rendering<'_>) -> String {
    let mut files: BTreeMap<String, Vec<Entry>> = BTreeMap::new();
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        for check in target.findings_in_order() {
            let path = rendering.files.path(check.place.file).display().to_string();
            files.entry(one_line(&path)).or_default().push(entry(check, rendering));
        }
        if let Some(obstacle) = Obstacle::of(target) {
            // It is at no line of a file.
            files.entry(one_line(&target.database)).or_default().push(Entry {
                line: "1".into(),
                column: "1".into(),
                severity: "error",
                message: obstacle.paragraph(),
                source: format!("driftgate.{}", obstacle.code),
            });
        }
    }
    document(|writer| {
        writer
            .create_element("checkstyle")
            .with_attribute(("version", TOOL.1))
            .write_inner_content(|writer| {
                for (path, entries) in &files {
                    writer
                        .create_element("file")
                        .with_attribute(("name", path.as_str()))
                        .write_inner_content(|writer| {
                            for entry in entries {
                                writer
                                    .create_element("error")
                                    .with_attributes([
                                        ("line", entry.line.as_str()),
                                        ("column", entry.column.as_str()),
                                        ("severity", entry.severity),
                                        ("message", entry.message.as_str()),
                                        ("source", entry.source.as_str()),
                                    ])
                                    .write_empty()?;
                            }
                            Ok(())
                        })?;
                }
                Ok(())
            })?;
        Ok(())
    })
}

fn entry(check: &Check, rendering: &Rendering<'_>) -> Entry {
    Entry {
        line: check.place.line.to_string(),
        column: check.place.column.to_string(),
        severity: match Outcome::of(check) {
            Outcome::Drift => "error",
            Outcome::Unknown | Outcome::Warning => "warning",
            Outcome::Known | Outcome::Passed => "info",
        },
        message: paragraph(check, rendering.files),
        source: format!("driftgate.{}", check.code),
    }
}
