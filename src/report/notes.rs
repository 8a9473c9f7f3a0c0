//! What a report says beside its checks: a line for each thing.

use std::fmt::Write as _;

use crate::finding::Report;
use crate::terminal::visible;

/// What is still to be applied, whose the histories are and what was not compared. Empty if there is none of it.
#[must_use]
pub fn notes(report: &Report) -> String {
    pending(report) + &histories(report) + &not_compared(report)
}

/// The migrations that are still to be applied, a line a database; nothing if there are none.
fn pending(report: &Report) -> String {
    let mut out = String::new();
    for target in report.targets.iter().filter(|target| !target.pending.is_empty()) {
        let names = visible(&target.pending.join(", "));
        let _ = writeln!(out, "pending in {}: {names}", visible(&target.database));
    }
    out
}

/// Whose the histories are that were found by their tables.
fn histories(report: &Report) -> String {
    let mut out = String::new();
    for target in &report.targets {
        for history in &target.histories {
            let place = if report.targets.len() > 1 {
                format!(" of {}", visible(&target.database))
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "migrations{place}: by {}, in {}",
                history.tool,
                visible(&history.table)
            );
        }
    }
    out
}

/// What there is that was not compared, a line a database; nothing if there is nothing.
fn not_compared(report: &Report) -> String {
    let mut out = String::new();
    for target in report.targets.iter().filter(|target| !target.not_compared.is_empty()) {
        let place = if report.targets.len() > 1 {
            format!(" in {}", visible(&target.database))
        } else {
            String::new()
        };
        let counts: Vec<String> = target
            .not_compared
            .iter()
            .map(|what| format!("{} {}", what.count, what.words))
            .collect();
        let _ = writeln!(out, "not compared{place}: {}", counts.join(", "));
    }
    out
}
