//! The code quality report of GitLab, which merge requests show at the lines of the expectation files.

use serde::Serialize;

use super::facts::{paragraph, path};
use super::fingerprint::{fingerprint, of};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::json::lines;
use super::values::one_line;
use super::words::{Obstacle, ReportedStatus, stale, targets};
use crate::finding::{Check, Target};

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "gitlab",
    "Code quality report of GitLab, for merge requests",
    render,
    fleet::gitlab,
);

#[derive(Serialize)]
pub(super) struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

impl Issue {
    /// An issue at a line of a file.
    pub(super) fn new(
        description: String,
        check_name: String,
        fingerprint: String,
        severity: &'static str,
        (path, line): (String, u32),
    ) -> Self {
        Self {
            description,
            check_name,
            fingerprint,
            severity,
            location: location(path, line),
        }
    }
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

fn render(rendering: &Rendering<'_>) -> String {
    let mut issues = Vec::new();
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        issues.extend(Obstacle::of(target).map(|obstacle| Issue {
            description: obstacle.paragraph(),
            check_name: obstacle.code.to_owned(),
            fingerprint: of(&[&target.database, obstacle.code]),
            severity: "blocker",
            // It does not belong to a line of a file.
            location: location(one_line(&target.database), 1),
        }));
        issues.extend(
            target
                .findings_in_order()
                .into_iter()
                .map(|check| issue(check, target, rendering)),
        );
    }
    lines(&issues)
}

fn issue(check: &Check, target: &Target, rendering: &Rendering<'_>) -> Issue {
    Issue {
        description: paragraph(check, rendering.files),
        check_name: check.code.to_string(),
        fingerprint: fingerprint(check, target),
        severity: match ReportedStatus::of(check) {
            ReportedStatus::Drift => "critical",
            ReportedStatus::Unknown => "major",
            ReportedStatus::Warning => "minor",
            ReportedStatus::Known | ReportedStatus::Passed => "info",
        },
        location: location(path(check, rendering.files), check.place.line),
    }
}

fn location(path: String, line: u32) -> Location {
    Location {
        path,
        lines: Lines { begin: line },
    }
}
