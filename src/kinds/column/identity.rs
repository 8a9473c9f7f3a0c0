//! The statements that make a column an identity column.

use std::collections::BTreeMap;

use super::{common, serial};
use crate::hint::Hint;
use crate::kinds::HintContext;
use crate::object_id::{ObjectId, split_name};
use crate::sql_text::quote_literal;
use crate::value::Value;

/// The types that an identity column can have, as PostgreSQL prints them.
/// Source: <https://www.postgresql.org/docs/current/ddl-identity-columns.html>
const TYPES: [&str; 3] = ["smallint", "integer", "bigint"];

/// The statements that make an existing column an identity column of a kind. `alter` is the statement up to the column.
pub(super) fn add(finding: &HintContext<'_>, alter: &str, kind: &str) -> Hint {
    let there = |attribute: &str| finding.object.map_or(&Value::Null, |object| object.get(attribute));
    if there("type").as_text().is_some_and(|found| !TYPES.contains(&found)) {
        return Hint::advice("change the type first: an identity column has the type smallint, integer or bigint");
    }
    let mut statements = Vec::new();
    if *there("nullable") == Value::Bool(true) {
        statements.push(format!("{alter} SET NOT NULL;"));
    }
    if !there("default").is_null() {
        statements.push(format!("{alter} DROP DEFAULT;"));
    }
    // Otherwise the sequence of the identity gets another name, and the column has two.
    let old = old_sequence(finding);
    statements.extend(old.as_ref().map(|sequence| format!("DROP SEQUENCE {sequence};")));
    statements.push(format!("{alter} ADD GENERATED {kind} AS IDENTITY{};", terms(finding)));
    let sets_value = starts_anywhere(finding);
    if sets_value {
        statements.push(set_value(finding));
    }
    let value = if sets_value {
        "goes on behind the highest value"
    } else {
        "must be set behind the highest value then"
    };
    let words = match old {
        Some(sequence) => format!("this also drops the sequence {sequence}; that of the identity {value}"),
        None => format!("this gives the column a sequence, which {value}"),
    };
    let may_have_nulls = statements.iter().any(|sql| sql.ends_with("SET NOT NULL;"));
    let words = if may_have_nulls {
        format!("{words}; PostgreSQL refuses it while a row has a null in the column")
    } else {
        words
    };
    Hint::advice_with_sql(words, statements.join(" "))
}

/// The sequence that the column owns.
fn old_sequence(finding: &HintContext<'_>) -> Option<String> {
    let default = finding.object.and_then(serial::own_sequence);
    let default = default
        .and_then(|(sequence, _)| split_name(sequence))
        .map(ObjectId::new);
    let owned = default.or_else(|| serial::owned(finding.snapshot, finding.id).cloned());
    owned.map(|sequence| common::sql_name(&sequence))
}

/// The options of a new identity, in parentheses.
fn terms(finding: &HintContext<'_>) -> String {
    let Value::Map(options) = finding.wanted("identity_options") else {
        return String::new();
    };
    let terms = serial::identity_changes(options, &BTreeMap::new()).join(" ");
    if terms.is_empty() { terms } else { format!(" ({terms})") }
}

/// Whether nothing says where the sequence starts, ends, or counts to.
fn starts_anywhere(finding: &HintContext<'_>) -> bool {
    match finding.wanted("identity_options") {
        Value::Map(options) => ["start", "increment", "min", "max"]
            .iter()
            .all(|option| !options.contains_key(*option)),
        _ => true,
    }
}

/// The statement that sets the sequence of the column to the highest value. For an empty table it does nothing.
fn set_value(finding: &HintContext<'_>) -> String {
    let relation = common::sql_name(&finding.id.relation());
    let column = finding.id.last();
    format!(
        "SELECT setval(pg_get_serial_sequence({}, {}), max({})) FROM {relation};",
        quote_literal(&relation),
        quote_literal(column),
        common::name(column)
    )
}
