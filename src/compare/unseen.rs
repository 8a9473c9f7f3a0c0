//! What cannot be told of a source that has only a schema: histories of migrations, and the rows of tables.

use crate::expectation::{Assertion, ExpectedHistory};
use crate::report::mark::Mark;
use crate::report::{Check, Status};

/// The finding that a history cannot be told, for this reason.
#[must_use]
pub fn history(expected: &ExpectedHistory, why: &str) -> Check {
    let tool = expected.tool.map_or("a migration tool", |tool| tool.title);
    let table = expected.candidates.first().filter(|_| expected.tool.is_some());
    Check {
        status: Status::Unknown,
        level: expected.terms.level,
        code: "migration-history-unreadable".to_owned(),
        kind: "migration",
        object: table.map_or("auto".to_owned(), |(_, table)| table.to_string()),
        attribute: None,
        expected: serde_json::Value::Null,
        actual: serde_json::Value::Null,
        place: expected.place,
        message: format!("the history of {tool} is as expected"),
        detail: Some(why.to_owned()),
        hint: None,
        reason: expected.terms.reason.clone(),
        mark: Mark::default(),
    }
}

/// The finding that an assertion cannot be told, for this reason.
#[must_use]
pub fn assertion(expected: &Assertion, why: &str) -> Check {
    Check {
        status: Status::Unknown,
        level: expected.terms.level,
        code: "assertion-unverified".to_owned(),
        kind: "assertion",
        object: expected.name.clone(),
        attribute: None,
        expected: serde_json::Value::Null,
        actual: serde_json::Value::Null,
        place: expected.place,
        message: format!("assertion `{}` holds", expected.name),
        detail: Some(why.to_owned()),
        hint: None,
        reason: expected.terms.reason.clone(),
        mark: Mark::default(),
    }
}
