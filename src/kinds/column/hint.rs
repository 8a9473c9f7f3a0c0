//! What to do about findings in columns.

use super::definition::abbreviate;
use super::{Kind, common, serial};
use crate::hint::Hint;
use crate::kinds::{FindingDetail, HintContext};
use crate::sql_text::quote_literal;
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
        FindingDetail::Missing(attributes) => Some(match abbreviate(&stated(finding, attributes)) {
            Some(Value::Text(definition)) => Hint::sql(format!("{table} ADD COLUMN {column} {definition};")),
            _ => Hint::advice("apply the migration that adds it"),
        }),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "drop the column once nothing reads it",
            format!("{table} DROP COLUMN {column};"),
        )),
        FindingDetail::Differs {
            attribute, expected, ..
        } => not_null(finding, &table, attribute, expected)
            .or_else(|| alter(finding, &format!("{table} ALTER COLUMN {column}"), attribute, expected)),
        FindingDetail::Unreadable {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected) {
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

/// The attributes that the definition of a new column states.
fn stated(finding: &HintContext<'_>, attributes: &[(&'static str, Value)]) -> Vec<(&'static str, Value)> {
    let text = |name| common::expected(attributes, name).and_then(Value::as_text);
    let serial = text("type").and_then(|integer| serial::word(integer, text("default")));
    let stated = attributes
        .iter()
        .filter(|(name, value)| *name != "comment" && !value.is_null() && *value != Value::Bool(true));
    stated
        .filter(|(name, _)| serial.is_none() || !["nullable", "default"].contains(name))
        .map(|(name, value)| match serial {
            Some(word) if *name == "type" => (*name, Value::from(word)),
            None if *name == "type" => (
                *name,
                Value::Text(finding.sql_type(value.as_text().unwrap_or_default())),
            ),
            Some(_) | None => (*name, value.clone()),
        })
        .collect()
}

/// The statement that changes a NOT NULL constraint. It needs the name of the constraint.
fn not_null(finding: &HintContext<'_>, table: &str, attribute: &str, expected: &Value) -> Option<Hint> {
    let found = finding.snapshot.get(Kind::Column, finding.id)?;
    let constraint = common::name(found.get("not_null_name").as_text()?);
    let change = match (attribute, expected) {
        ("not_null_validated", Value::Bool(true)) => format!("{table} VALIDATE CONSTRAINT {constraint};"),
        ("not_null_no_inherit", Value::Bool(true)) => format!("{table} ALTER CONSTRAINT {constraint} NO INHERIT;"),
        ("not_null_no_inherit", _) => format!("{table} ALTER CONSTRAINT {constraint} INHERIT;"),
        ("not_null_name", Value::Text(name)) => {
            format!("{table} RENAME CONSTRAINT {constraint} TO {};", common::name(name))
        }
        ("not_null_comment", comment) => {
            let comment = comment.as_text().map_or("NULL".to_owned(), quote_literal);
            let relation = common::sql_name(&finding.id.relation());
            format!("COMMENT ON CONSTRAINT {constraint} ON {relation} IS {comment};")
        }
        _ => return None,
    };
    Some(Hint::sql(change))
}

/// What makes the next value of its own sequence the default of a column.
fn own_sequence(finding: &HintContext<'_>, alter: &str) -> Hint {
    let found = finding.snapshot.get(Kind::Column, finding.id);
    if let Some(identity) = found.and_then(|found| found.get("identity").as_text()) {
        return Hint::advice(format!(
            "an identity column has a sequence and no default: write `generated {identity} as identity` in place of `serial`"
        ));
    }
    if let Some((sequence, of)) = found.and_then(serial::own_sequence)
        && let Some(sql_type) = found.and_then(|found| found.get("type").as_text())
    {
        return Hint::advice_with_sql(
            format!("the sequence ends where the type {of} does: give it the type of the column"),
            format!("ALTER SEQUENCE {} AS {sql_type};", common::sql_names(sequence)),
        );
    }
    match serial::owned(finding.snapshot, finding.id) {
        Some(sequence) => Hint::sql(format!("{alter} SET DEFAULT {};", serial::next_value(sequence))),
        None => Hint::advice(format!(
            "make the next value of a sequence the default that the column owns: if there is none, create one with \
             CREATE SEQUENCE … OWNED BY {}.{}",
            common::sql_name(&finding.id.relation()),
            common::name(finding.id.last())
        )),
    }
}

/// What to do where a column must allow nulls and cannot.
fn allow_nulls(finding: &HintContext<'_>, alter: &str) -> Hint {
    let found = finding.snapshot.get(Kind::Column, finding.id);
    if found.is_some_and(|found| !found.get("identity").is_null()) {
        return Hint::advice("an identity column is never null: write `not null`, or drop its identity first");
    }
    let key = finding.snapshot.get(Kind::PrimaryKey, &finding.id.relation());
    if key.is_some_and(|key| key.get("columns").texts().contains(&finding.id.last())) {
        return Hint::advice("a column of the primary key is never null: write `not null`, or drop the key first");
    }
    Hint::sql(format!("{alter} DROP NOT NULL;"))
}

/// The statement that changes an attribute of a column to the expected value.
fn alter(finding: &HintContext<'_>, alter: &str, attribute: &str, expected: &Value) -> Option<Hint> {
    match (attribute, expected) {
        ("type", Value::Text(sql_type)) => Some(Hint::sql(format!("{alter} TYPE {};", finding.sql_type(sql_type)))),
        ("nullable", Value::Bool(false)) => Some(Hint::sql(format!("{alter} SET NOT NULL;"))),
        ("nullable", Value::Bool(true)) => Some(allow_nulls(finding, alter)),
        ("default", Value::Text(default)) if default == serial::OWN_SEQUENCE => Some(own_sequence(finding, alter)),
        ("default", Value::Null) => Some(Hint::sql(format!("{alter} DROP DEFAULT;"))),
        ("storage" | "compression", Value::Text(word)) => Some(Hint::sql(format!(
            "{alter} SET {} {};",
            attribute.to_uppercase(),
            word.to_uppercase()
        ))),
        ("compression", Value::Null) => Some(Hint::sql(format!("{alter} SET COMPRESSION DEFAULT;"))),
        ("statistics", Value::Integer(target)) => Some(Hint::sql(format!("{alter} SET STATISTICS {target};"))),
        ("statistics", Value::Null) => Some(Hint::sql(format!("{alter} SET STATISTICS -1;"))),
        ("default", Value::Text(default)) => Some(Hint::sql(format!("{alter} SET DEFAULT {default};"))),
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
            let collation = text("collation").map_or(String::new(), |c| format!(" COLLATE {}", finding.reference(c)));
            alter("ADD", &format!(" {}{collation}", finding.sql_type(text("type")?)))
        }
        FindingDetail::Unexpected => alter("DROP", ""),
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) => alter("ALTER", &format!(" TYPE {}", finding.sql_type(sql_type))),
            _ => None,
        },
        FindingDetail::Unreadable { .. } => None,
    }
}
