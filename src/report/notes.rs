//! The notes of a report: one line for each fact that is not a check.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::finding::{Report, Target};
use crate::terminal::visible;

/// Pending migrations, detected migration histories, names that are too long, what is not expected at this time and objects that
/// were not compared. May be empty.
#[must_use]
pub fn notes(report: &Report) -> String {
    notes_of(&report.targets)
}

/// The notes about these databases.
#[must_use]
pub fn notes_of(targets: &[Target]) -> String {
    pending(targets) + &histories(targets) + &cut_names(targets) + &not_expected(targets) + &not_compared(targets)
}

/// The pending migrations, one line per database.
fn pending(targets: &[Target]) -> String {
    let mut out = String::new();
    for target in targets.iter().filter(|target| !target.pending.is_empty()) {
        let names = visible(&target.pending.join(", "));
        let _ = writeln!(out, "pending in {}: {names}", visible(&target.database));
    }
    out
}

/// The migration histories that were detected by their tables, one line each.
fn histories(targets: &[Target]) -> String {
    let mut out = String::new();
    for target in targets {
        for history in &target.histories {
            let place = if targets.len() > 1 {
                format!(" of {}", visible(&target.database))
            } else {
                String::new()
            };
            let _ = writeln!(
                out,
                "migration history{place}: {}, table {}",
                history.tool,
                visible(&history.table)
            );
        }
    }
    out
}

/// The names that PostgreSQL cuts, one line each.
fn cut_names(targets: &[Target]) -> String {
    let names: BTreeSet<String> = targets
        .iter()
        .flat_map(|target| &target.cut_names)
        .map(|cut| format!("note: {}\n", visible(&cut.to_string())))
        .collect();
    names.into_iter().collect()
}

/// How many names a note lists.
const NAMED: usize = 5;

/// What is not expected yet or no longer, one line per migration and database.
fn not_expected(targets: &[Target]) -> String {
    let mut out = String::new();
    for target in targets {
        let place = if targets.len() > 1 {
            format!(" in {}", visible(&target.database))
        } else {
            String::new()
        };
        for left_out in &target.not_expected {
            let names: Vec<&str> = left_out.subjects.iter().take(NAMED).map(String::as_str).collect();
            let more = match left_out.subjects.len() - names.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let _ = writeln!(
                out,
                "{}{place}: {}{more}",
                visible(&left_out.to_string()),
                visible(&names.join(", "))
            );
        }
    }
    out
}

/// The objects that were not compared, one line per database.
fn not_compared(targets: &[Target]) -> String {
    let mut out = String::new();
    for target in targets.iter().filter(|target| !target.not_compared.is_empty()) {
        let place = if targets.len() > 1 {
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
