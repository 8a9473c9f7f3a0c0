//! The report with one line per finding, like the output of compilers, for editors and grep.

use std::fmt::Write as _;

use super::facts::{differing, headline, parties, since};
use super::fleet;
use super::format::{FormatSpec, Rendering};
use super::table_marks;
use super::values::one_line;
use super::words::{Obstacle, stale, targets};
use crate::finding::mark::Change;

/// The format.
pub static FORMAT: FormatSpec = FormatSpec::new(
    "plain",
    "One line per finding, for grep and editors: `file:line:column: code object: message`",
    render,
    fleet::plain,
);

fn render(rendering: &Rendering<'_>) -> String {
    let mut out = String::new();
    for line in table_marks::counts(rendering.report, rendering.files) {
        let _ = writeln!(out, "{line}");
    }
    let stale = stale(rendering.report);
    for target in targets(rendering.report, stale.as_ref()) {
        for check in target.findings_in_order() {
            let place = one_line(&rendering.files.locate(check.place));
            let _ = write!(out, "{place}: {} {}: ", check.code, one_line(&check.about.name()));
            // The line begins with the place.
            out.push_str(&headline(check));
            out.push_str(&differing(check));
            if check.is_known() {
                out.push_str(" (known)");
            }
            if matches!(check.mark.change, Some(Change::New)) {
                out.push_str(" (new)");
            }
            if let Some(hint) = &check.hint {
                let _ = write!(out, " ({}: {})", hint.label(), one_line(&hint.text()));
            }
            if let Some(since) = since(check) {
                let _ = write!(out, " (since: {since})");
            }
            if let Some(cause) = &check.caused_by {
                let _ = write!(out, " (follows from {})", one_line(&cause.subject));
            }
            if let Some(parties) = parties(check, rendering.files) {
                let _ = write!(out, " ({parties})");
            }
            out.push('\n');
        }
        if let Some(obstacle) = Obstacle::of(target) {
            let database = one_line(&target.database);
            let _ = writeln!(out, "{database}: {}: {}", obstacle.code, obstacle.paragraph());
        }
    }
    out
}
