//! What to do about findings in columns.

use super::definition::abbreviate;
use super::{Kind, common};
use crate::kinds::{FindingDetail, HintContext};
use crate::sql_text::{quote_literal, quote_name};
use crate::value::Value;

pub(super) fn hint(finding: &HintContext<'_>) -> Option<String> {
    if finding.parent == Some(Kind::CompositeType) {
        return attribute_hint(finding);
    }
    if finding.parent != Some(Kind::Table) {
        return None;
    }
    let table = common::sql_name(&finding.id.relation());
    let column = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let stated: Vec<(&'static str, Value)> = attributes
                .iter()
                .filter(|(name, value)| *name != "comment" && !value.is_null() && *value != Value::Bool(true))
                .cloned()
                .collect();
            Some(match abbreviate(&stated) {
                Some(Value::Text(definition)) => format!("ALTER TABLE {table} ADD COLUMN {column} {definition};"),
                _ => "apply the migration that adds it".into(),
            })
        }
        FindingDetail::Unexpected => Some(format!(
            "ALTER TABLE {table} DROP COLUMN {column}; once nothing reads it"
        )),
        FindingDetail::Differs { attribute, expected, actual } => {
            alter(&format!("ALTER TABLE {table} ALTER COLUMN {column}"), attribute, expected, actual)
        }
        FindingDetail::Unreadable { attribute, expected, actual } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) => is_folded(sql_type).then(|| folded(sql_type)),
            ("default", Value::Text(default)) => actual
                .as_text()
                .is_some_and(|actual| actual.starts_with(&quote_literal(default)))
                .then(|| format!("a text is quoted in SQL: write \"{}\"", quote_literal(default))),
            _ => None,
        },
    }
}

/// The statement that changes an attribute of a column to the expected value.
fn alter(alter: &str, attribute: &str, expected: &Value, actual: &Value) -> Option<String> {
    match (attribute, expected) {
        ("type", Value::Text(sql_type)) if is_folded(sql_type) && quotes(actual, sql_type) => Some(folded(sql_type)),
        ("type", Value::Text(sql_type)) => Some(format!("{alter} TYPE {sql_type};")),
        ("nullable", Value::Bool(false)) => Some(format!("{alter} SET NOT NULL;")),
        ("nullable", Value::Bool(true)) => Some(format!("{alter} DROP NOT NULL;")),
        ("default", Value::Null) => Some(format!("{alter} DROP DEFAULT;")),
        ("storage" | "compression", Value::Text(word)) => {
            Some(format!("{alter} SET {} {};", attribute.to_uppercase(), word.to_uppercase()))
        }
        ("compression", Value::Null) => Some(format!("{alter} SET COMPRESSION DEFAULT;")),
        ("statistics", Value::Integer(target)) => Some(format!("{alter} SET STATISTICS {target};")),
        ("statistics", Value::Null) => Some(format!("{alter} SET STATISTICS -1;")),
        ("default", Value::Text(default)) => Some(if is_now(default) && actual.as_text().is_some_and(is_now) {
            "both mean the start of the transaction, but PostgreSQL stores two different expressions: write the one that was found".into()
        } else {
            format!("{alter} SET DEFAULT {default};")
        }),
        _ => None,
    }
}

/// The columns of a composite type are called its attributes in SQL.
fn attribute_hint(finding: &HintContext<'_>) -> Option<String> {
    let alter = |what: &str, more: &str| {
        let composite = common::sql_name(&finding.id.relation());
        let column = common::name(finding.id.last());
        Some(format!("ALTER TYPE {composite} {what} ATTRIBUTE {column}{more};"))
    };
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let sql_type = common::expected(attributes, "type").and_then(Value::as_text)?;
            alter("ADD", &format!(" {sql_type}"))
        }
        FindingDetail::Unexpected => alter("DROP", ""),
        FindingDetail::Differs { attribute, expected, .. } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) => alter("ALTER", &format!(" TYPE {sql_type}")),
            _ => None,
        },
        FindingDetail::Unreadable { .. } => None,
    }
}

/// Whether PostgreSQL folds the name of a type to other letters.
fn is_folded(sql_type: &str) -> bool {
    sql_type.to_lowercase() != sql_type && !sql_type.contains('"')
}

/// Whether a type is this name, in quotes.
fn quotes(actual: &Value, name: &str) -> bool {
    actual.as_text().is_some_and(|actual| actual.ends_with(&quote_name(name)))
}

fn folded(sql_type: &str) -> String {
    format!("PostgreSQL folds unquoted names to lower case; if the name of the type has capitals, write '\"{sql_type}\"'")
}

/// Whether a default is the start of the transaction, for which PostgreSQL stores different expressions.
fn is_now(default: &str) -> bool {
    ["now()", "current_timestamp", "transaction_timestamp()"].contains(&default.to_lowercase().as_str())
}
