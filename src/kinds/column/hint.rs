//! What to do about findings in columns.

use super::definition::abbreviate;
use super::{Kind, common};
use crate::hint::Hint;
use crate::kinds::{FindingDetail, HintContext};
use crate::sql_text::{quote_literal, quote_name};
use crate::value::Value;

pub(super) fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    if finding.parent == Some(Kind::CompositeType) {
        return attribute_hint(finding);
    }
    if let FindingDetail::Differs {
        attribute: "grants",
        expected,
        actual,
    } = &finding.detail
    {
        return grant(finding, expected, actual);
    }
    // The columns of views follow from their queries.
    let foreign = match finding.parent {
        Some(Kind::Table) => "",
        Some(Kind::ForeignTable) => "FOREIGN ",
        Some(_) | None => return None,
    };
    let table = format!("ALTER {foreign}TABLE {}", common::sql_name(&finding.id.relation()));
    let column = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let stated: Vec<(&'static str, Value)> = attributes
                .iter()
                .filter(|(name, value)| *name != "comment" && !value.is_null() && *value != Value::Bool(true))
                .cloned()
                .collect();
            Some(match abbreviate(&stated) {
                Some(Value::Text(definition)) => Hint::sql(format!("{table} ADD COLUMN {column} {definition};")),
                _ => Hint::advice("apply the migration that adds it"),
            })
        }
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "drop the column once nothing reads it",
            format!("{table} DROP COLUMN {column};"),
        )),
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => alter(&format!("{table} ALTER COLUMN {column}"), attribute, expected, actual),
        FindingDetail::Unreadable {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) => is_folded(sql_type).then(|| folded(sql_type)),
            ("default", Value::Text(default)) => actual
                .as_text()
                .is_some_and(|actual| actual.starts_with(&quote_literal(default)))
                .then(|| Hint::advice(format!("a text is quoted in SQL: write \"{}\"", quote_literal(default)))),
            _ => None,
        },
    }
}

/// The statements that change the privileges on a column.
fn grant(finding: &HintContext<'_>, expected: &Value, actual: &Value) -> Option<Hint> {
    let relation = common::sql_name(&finding.id.relation());
    let column = common::name(finding.id.last());
    let on = |change: &common::GrantChanges| {
        let privileges = change.privileges().iter().map(|word| format!("{word} ({column})"));
        format!("{} ON {relation}", privileges.collect::<Vec<_>>().join(", "))
    };
    let changes = common::GrantChanges::between(expected, actual)?;
    let statements = changes.iter().map(|change| change.statement("", |_| on(change)));
    common::join_statements(&statements.collect::<Vec<_>>())
}

/// The statement that changes an attribute of a column to the expected value.
fn alter(alter: &str, attribute: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    match (attribute, expected) {
        ("type", Value::Text(sql_type)) if is_folded(sql_type) && quotes(actual, sql_type) => Some(folded(sql_type)),
        ("type", Value::Text(sql_type)) => Some(Hint::sql(format!("{alter} TYPE {sql_type};"))),
        ("nullable", Value::Bool(false)) => Some(Hint::sql(format!("{alter} SET NOT NULL;"))),
        ("nullable", Value::Bool(true)) => Some(Hint::sql(format!("{alter} DROP NOT NULL;"))),
        ("default", Value::Null) => Some(Hint::sql(format!("{alter} DROP DEFAULT;"))),
        ("storage" | "compression", Value::Text(word)) => Some(Hint::sql(format!(
            "{alter} SET {} {};",
            attribute.to_uppercase(),
            word.to_uppercase()
        ))),
        ("compression", Value::Null) => Some(Hint::sql(format!("{alter} SET COMPRESSION DEFAULT;"))),
        ("statistics", Value::Integer(target)) => Some(Hint::sql(format!("{alter} SET STATISTICS {target};"))),
        ("statistics", Value::Null) => Some(Hint::sql(format!("{alter} SET STATISTICS -1;"))),
        ("default", Value::Text(default)) => Some(if is_now(default) && actual.as_text().is_some_and(is_now) {
            Hint::advice(
                "both mean the start of the transaction, but PostgreSQL stores two different expressions: write the one \
                 that was found",
            )
        } else {
            Hint::sql(format!("{alter} SET DEFAULT {default};"))
        }),
        _ => None,
    }
}

/// The columns of a composite type are called its attributes in SQL.
fn attribute_hint(finding: &HintContext<'_>) -> Option<Hint> {
    let alter = |verb: &str, change: &str| {
        let composite = common::sql_name(&finding.id.relation());
        let attribute = common::name(finding.id.last());
        Some(Hint::sql(format!(
            "ALTER TYPE {composite} {verb} ATTRIBUTE {attribute}{change};"
        )))
    };
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let text = |name| common::expected(attributes, name).and_then(Value::as_text);
            let collation = text("collation").map_or(String::new(), |c| format!(" COLLATE {}", common::sql_names(c)));
            alter("ADD", &format!(" {}{collation}", text("type")?))
        }
        FindingDetail::Unexpected => alter("DROP", ""),
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) if is_folded(sql_type) && quotes(actual, sql_type) => {
                Some(folded(sql_type))
            }
            ("type", Value::Text(sql_type)) => alter("ALTER", &format!(" TYPE {sql_type}")),
            _ => None,
        },
        FindingDetail::Unreadable {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) => is_folded(sql_type).then(|| folded(sql_type)),
            _ => None,
        },
    }
}

/// Whether PostgreSQL folds the name of a type to other letters.
fn is_folded(sql_type: &str) -> bool {
    sql_type.to_lowercase() != sql_type && !sql_type.contains('"')
}

/// Whether a type is this name, in quotes.
fn quotes(actual: &Value, name: &str) -> bool {
    actual
        .as_text()
        .is_some_and(|actual| actual.ends_with(&quote_name(name)))
}

fn folded(sql_type: &str) -> Hint {
    Hint::advice(format!(
        "PostgreSQL folds unquoted names to lower case; if the name of the type has capitals, write '\"{sql_type}\"'"
    ))
}

/// Whether a default is the start of the transaction, for which PostgreSQL stores different expressions.
fn is_now(default: &str) -> bool {
    ["now()", "current_timestamp", "transaction_timestamp()"].contains(&default.to_lowercase().as_str())
}
