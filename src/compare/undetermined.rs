//! Findings about what a source with only a schema cannot answer: migration histories and rows of tables.

use crate::expectation::{Assertion, ExpectedHistory, WindowEnd};
use crate::finding::{About, Check, OtherCode, Status};

/// The finding that a migration history cannot be read from the source, for this reason.
#[must_use]
pub fn history(expected: &ExpectedHistory, why: &str) -> Check {
    let tool = expected.tool.map_or("a migration tool", |tool| tool.title);
    let table = expected.candidates.first().filter(|_| expected.tool.is_some());
    let about = About::MigrationHistory(table.map(|(_, table)| table.clone()));
    let code = OtherCode::MigrationHistoryUnreadable.into();
    let message = format!("the migration history of {tool} is as expected");
    Check::drift(about, code, expected.place, &expected.terms, message).undetermined(Status::Unknown, why)
}

/// The finding that an assertion cannot be run on the source, for this reason.
#[must_use]
pub fn assertion(expected: &Assertion, why: &str) -> Check {
    let about = About::Assertion(expected.name.clone());
    let code = OtherCode::AssertionUnverified.into();
    let message = format!("assertion `{}` holds", expected.name);
    Check::drift(about, code, expected.place, &expected.terms, message).undetermined(Status::Unknown, why)
}

/// The finding that it is not known whether an assertion must hold, for this reason.
#[must_use]
pub fn assertion_time(expected: &Assertion, end: &WindowEnd, why: &str) -> Check {
    let check = assertion(expected, why);
    let (side, migration) = (end.side.key(), &end.migration);
    let message = format!("assertion `{}` is expected ({side} {migration})", expected.name);
    Check { message, ..check }
}
