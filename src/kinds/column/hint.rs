//! What to do about findings in columns.

use super::definition::abbreviate;
use std::collections::BTreeMap;

use super::{Kind, attribute, common, conversion, identity, serial};
use crate::hint::Hint;
use crate::kinds::type_name::unknown_type;
use crate::kinds::{FindingDetail, HintContext, constraint, hint};
use crate::sql_text::quote_literal;
use crate::value::Value;

pub(super) fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    if finding.parent == Some(Kind::CompositeType) {
        return attribute::hint(finding);
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
        Some(Kind::View | Kind::MaterializedView) => return view_hint(finding),
        Some(_) | None => return None,
    };
    let table = format!("ALTER {foreign}TABLE {}", common::sql_name(&finding.id.relation()));
    let column = common::name(finding.id.last());
    match &finding.detail {
        FindingDetail::Missing(attributes) => Some(add(finding, attributes, &format!("{table} ADD COLUMN {column}"))),
        FindingDetail::Unexpected if is_inherited(finding) => Some(Hint::advice(
            "the parent has this column, but some of its attributes differ here: list those, or make them what they are in \
             the parent",
        )),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "drop the column once nothing reads it; this also drops its data, and the indexes and constraints on it",
            format!("{table} DROP COLUMN {column};"),
        )),
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => not_null(finding, &table, attribute, expected).or_else(|| {
            let alter = Alter {
                finding,
                alter: format!("{table} ALTER COLUMN {column}"),
            };
            alter.hint(attribute, expected, actual)
        }),
        FindingDetail::Unreadable {
            attribute,
            expected,
            actual,
        } => unreadable(attribute, expected, actual),
    }
}

/// Whether the column, which exists, is that of a parent.
fn is_inherited(finding: &HintContext<'_>) -> bool {
    let inherited = finding.object.map(|column| column.get("inherited"));
    inherited == Some(&Value::Bool(true))
}

/// What to do about a column of a view.
fn view_hint(finding: &HintContext<'_>) -> Option<Hint> {
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("add the column to the query of the view")),
        FindingDetail::Unexpected => Some(Hint::advice(
            "the columns of a view follow from its query: drop the view and create it as expected",
        )),
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("default", Value::Null) => Some(alter_view(finding, "DROP DEFAULT")),
            ("default", Value::Text(default)) => Some(alter_view(finding, &format!("SET DEFAULT {default}"))),
            ("type" | "nullable" | "collation", _) => Some(Hint::advice("change the query of the view")),
            _ => None,
        },
        FindingDetail::Unreadable {
            attribute,
            expected,
            actual,
        } => unreadable(attribute, expected, actual),
    }
}

fn alter_view(finding: &HintContext<'_>, what: &str) -> Hint {
    let (view, column) = (
        common::sql_name(&finding.id.relation()),
        common::name(finding.id.last()),
    );
    Hint::sql(format!("ALTER VIEW {view} ALTER COLUMN {column} {what};"))
}

/// The statements that add a missing column.
fn add(finding: &HintContext<'_>, attributes: &[(&'static str, Value)], add: &str) -> Hint {
    let sql_type = common::expected(attributes, "type").and_then(Value::as_text);
    if let Some(sql_type) = sql_type.filter(|_| finding.is_refused) {
        return unknown_type(finding, sql_type, &Value::Null);
    }
    let stated = stated(finding, attributes);
    let Some(Value::Text(definition)) = abbreviate(&stated) else {
        return Hint::advice("apply the migration that adds it");
    };
    let default = common::expected(&stated, "default").and_then(Value::as_text);
    if let Some(advice) = default.and_then(|default| serial::missing_sequence(finding, default)) {
        return advice;
    }
    let comment = common::expected(attributes, "comment").filter(|comment| !comment.is_null());
    let comment = comment.map(|comment| {
        let target = format!("COLUMN {}", common::sql_name(finding.id));
        hint::comment(&target, comment).text().into_owned()
    });
    let sql = constraint::with(format!("{add} {definition};"), comment);
    let is_given = ["default", "generated", "identity"]
        .iter()
        .any(|name| common::expected(attributes, name).is_some_and(|value| !value.is_null()));
    if common::expected(attributes, "nullable") == Some(&Value::Bool(false)) && !is_given {
        return Hint::advice_with_sql(
            "if the table has rows, add the column without NOT NULL, fill it, and set NOT NULL then",
            sql,
        );
    }
    Hint::sql(sql)
}

/// The definition of a column, as ALTER TABLE has it behind the name.
pub(super) fn definition(finding: &HintContext<'_>, attributes: &[(&'static str, Value)]) -> Option<String> {
    let stated = stated(finding, attributes);
    let Value::Text(definition) = abbreviate(&stated).filter(|_| !finding.is_refused)? else {
        return None;
    };
    let default = common::expected(&stated, "default").and_then(Value::as_text);
    let needs_sequence = default.is_some_and(|default| serial::missing_sequence(finding, default).is_some());
    (!needs_sequence).then_some(definition)
}

/// What to do if PostgreSQL cannot parse what is expected.
fn unreadable(attribute: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    match (attribute, expected) {
        ("default", Value::Text(default)) => actual
            .as_text()
            .is_some_and(|actual| actual.starts_with(&quote_literal(default)))
            .then(|| Hint::advice(format!("a text is quoted in SQL: write \"{}\"", quote_literal(default)))),
        _ => None,
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
    let not_null = common::expected(attributes, "nullable") == Some(&Value::Bool(false));
    let serial = text("type").and_then(|integer| match text("default") {
        Some(default) if not_null && serial::makes(finding, default) => {
            serial::word(integer, Some(serial::OWN_SEQUENCE))
        }
        default => serial::word(integer, default),
    });
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
            Some(_) | None if *name == "collation" => (*name, value.as_text().map_or(Value::Null, collation)),
            Some(_) | None => (*name, value.clone()),
        })
        .collect()
}

/// The name of a collation as statements write it. Those of the operating system have capital letters.
fn collation(name: &str) -> Value {
    Value::Text(common::sql_names(name))
}

/// The statement that changes a NOT NULL constraint. It needs the name of the constraint.
fn not_null(finding: &HintContext<'_>, table: &str, attribute: &str, expected: &Value) -> Option<Hint> {
    let found = finding.snapshot.get(Kind::Column, finding.id)?;
    let constraint = common::name(found.get("not_null_name").as_text()?);
    let change = match (attribute, expected) {
        ("not_null_validated", Value::Bool(true)) => {
            return Some(Hint::advice_with_sql(
                "PostgreSQL refuses it while a row has a null in the column, so correct those first",
                format!("{table} VALIDATE CONSTRAINT {constraint};"),
            ));
        }
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
    Hint::advice_with_sql(
        "the column then accepts nulls; PostgreSQL refuses it for a column of the primary key",
        format!("{alter} DROP NOT NULL;"),
    )
}

/// The statement that alters a column, up to its name.
struct Alter<'a, 'b> {
    finding: &'a HintContext<'b>,
    alter: String,
}

impl Alter<'_, '_> {
    fn sql(&self, what: &str) -> Hint {
        Hint::sql(format!("{} {what};", self.alter))
    }

    fn advice(&self, words: &str, what: &str) -> Hint {
        Hint::advice_with_sql(words, format!("{} {what};", self.alter))
    }

    /// The statement that changes an attribute to the expected value.
    fn hint(&self, attribute: &str, expected: &Value, actual: &Value) -> Option<Hint> {
        Some(match (attribute, expected) {
            ("type", Value::Text(sql_type)) => self.set_type(sql_type),
            ("nullable", Value::Bool(false)) => self.advice(
                "PostgreSQL refuses it while a row has a null in the column, so fill those first",
                "SET NOT NULL",
            ),
            ("nullable", Value::Bool(true)) => allow_nulls(self.finding, &self.alter),
            ("default", Value::Text(default)) if default == serial::OWN_SEQUENCE => {
                own_sequence(self.finding, &self.alter)
            }
            ("default", Value::Null) => self.sql("DROP DEFAULT"),
            ("default", Value::Text(default)) => self.set_default(default),
            ("storage" | "compression", Value::Text(word)) => {
                self.sql(&format!("SET {} {}", attribute.to_uppercase(), word.to_uppercase()))
            }
            ("storage", Value::Null) => {
                let own = self.finding.object?.get("type_storage").as_text()?;
                self.sql(&format!("SET STORAGE {}", own.to_uppercase()))
            }
            ("compression", Value::Null) => self.sql("SET COMPRESSION DEFAULT"),
            ("statistics", Value::Integer(target)) => self.sql(&format!("SET STATISTICS {target}")),
            ("statistics", Value::Null) => self.sql("SET STATISTICS -1"),
            ("not_null_declared", Value::Bool(true)) => self.sql("SET NOT NULL"),
            ("declared" | "not_null_declared", _) => common::declare(expected),
            ("collation", _) => self.set_collation(expected)?,
            ("identity", _) => self.set_identity(expected, actual),
            ("identity_options", Value::Map(options)) => self.set_identity_options(options, actual)?,
            ("options", _) if self.finding.parent == Some(Kind::Table) => {
                common::set_options(&self.alter, expected, actual)?
            }
            ("generated", Value::Null) => self.advice(
                "the column then keeps the values that it has, and is no longer computed",
                "DROP EXPRESSION",
            ),
            ("generated", Value::Text(expression)) if !actual.is_null() && self.finding.snapshot.server.major >= 17 => {
                self.advice(
                    "this computes all values again",
                    &format!("SET EXPRESSION AS ({expression})"),
                )
            }
            ("generated" | "generation", _) => {
                Hint::advice("drop the column and add it as expected: PostgreSQL cannot alter this")
            }
            _ => return None,
        })
    }

    /// A modifier can make a value shorter, which PostgreSQL does without a word where USING says it.
    fn set_type(&self, sql_type: &str) -> Hint {
        let sql_type = &self.finding.sql_type(sql_type);
        let column = common::name(self.finding.id.last());
        let Some(using) = conversion::using(self.finding, sql_type) else {
            return Hint::advice(format!(
                "PostgreSQL has no conversion between these types: change the type with ALTER COLUMN {column} TYPE {sql_type} \
                 USING and an expression that makes the new value of the old one"
            ));
        };
        let (has_default, default) = (
            self.finding
                .object
                .is_some_and(|object| !object.get("default").is_null()),
            (self.finding.written)("default"),
        );
        let collation = self.finding.wanted_text("collation").map(common::sql_names);
        let collate = collation.map_or(String::new(), |collation| format!(" COLLATE {collation}"));
        let change = format!("TYPE {sql_type}{collate}{using}");
        let default = default.and_then(Value::as_text);
        if let Some(advice) = default.and_then(|default| serial::missing_sequence(self.finding, default)) {
            return advice;
        }
        let sql = match default {
            // PostgreSQL does not convert every default.
            Some(default) if has_default => format!(
                "{alter} DROP DEFAULT, ALTER COLUMN {column} {change}, ALTER COLUMN {column} SET DEFAULT {default};",
                alter = self.alter
            ),
            Some(_) | None => format!("{} {change};", self.alter),
        };
        Hint::advice_with_sql(
            "this converts the values of all rows and blocks the table meanwhile; PostgreSQL refuses it if a value does not \
             fit, if there is no such conversion, or if a view uses the column",
            sql,
        )
    }

    fn set_default(&self, default: &str) -> Hint {
        let is_boolean = self
            .finding
            .object
            .is_some_and(|object| object.get("type").as_text() == Some("boolean"));
        if let (true, "0" | "1") = (is_boolean, default) {
            // PostgreSQL does not assign a number to a boolean.
            let word = if default == "1" { "true" } else { "false" };
            return self.advice(
                &format!("PostgreSQL has no number for a boolean: write `default: {word}`, which this sets"),
                &format!("SET DEFAULT {word}"),
            );
        }
        serial::missing_sequence(self.finding, default).unwrap_or_else(|| self.sql(&format!("SET DEFAULT {default}")))
    }

    fn set_collation(&self, expected: &Value) -> Option<Hint> {
        let sql_type = self.finding.wanted_text("type")?;
        // The statement that changes the type sets the collation.
        if self.finding.object?.get("type").as_text() != Some(sql_type) {
            return Some(self.set_type(sql_type));
        }
        let collation = expected
            .as_text()
            .map_or("pg_catalog.\"default\"".to_owned(), |name| self.finding.reference(name));
        Some(self.advice(
            "this builds the indexes on the column again",
            &format!("TYPE {sql_type} COLLATE {collation}"),
        ))
    }

    fn set_identity(&self, expected: &Value, actual: &Value) -> Hint {
        let kind = expected.as_text().map(str::to_uppercase);
        match (kind, actual) {
            (Some(kind), Value::Null) => identity::add(self.finding, &self.alter, &kind),
            (Some(kind), _) => self.sql(&format!("SET GENERATED {kind}")),
            (None, _) => self.advice(
                "this drops the sequence of the column, so inserts must give a value then",
                "DROP IDENTITY",
            ),
        }
    }

    /// The statement that gives the sequence of an identity column a type: by default that of the column.
    fn set_sequence_type(&self, expected: Option<&Value>) -> Option<Hint> {
        let sequence = serial::owned(self.finding.snapshot, self.finding.id)?;
        let own = self.finding.object?.get("type");
        let sequence_type = expected.unwrap_or(own).as_text()?;
        Some(Hint::sql(format!(
            "ALTER SEQUENCE {} AS {sequence_type};",
            common::sql_name(sequence)
        )))
    }

    fn set_identity_options(&self, options: &BTreeMap<String, Value>, actual: &Value) -> Option<Hint> {
        let Value::Map(actual) = actual else { return None };
        let identity = |value: &Value| value.is_null();
        let (wanted, there) = (self.finding.wanted("identity"), self.finding.object?.get("identity"));
        if identity(wanted) != identity(there) {
            return Some(self.set_identity(wanted, there));
        }
        let changes = serial::identity_changes(options, actual);
        if options.get("type") != actual.get("type") && changes.is_empty() {
            return self.set_sequence_type(options.get("type"));
        }
        let changes: Vec<String> = changes.iter().map(|change| format!("SET {change}")).collect();
        Some(self.advice(
            "PostgreSQL refuses it if the next value is not between the bounds",
            &changes.join(" "),
        ))
    }
}
