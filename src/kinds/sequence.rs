//! Sequences, other than those of identity columns.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Reading, Role, Stub, Syntax, common,
    probe,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Literal, Shape, Verdict};
use crate::fix::Loss;
use crate::hint::Hint;
use crate::object_id::{ObjectId, split_name};
use crate::sql;
use crate::sql::qualified;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "sequence",
    section: "sequences",
    identity: &["schema", "name"],
    doc: "A sequence. That of a column that a file writes as `serial` is a part of the column, and so is that of an identity column, \
          unless its name, persistence, privileges or comment differ from those that PostgreSQL gave it. \
          The current value is not compared.",
    query: include_str!("sequence.sql"),
    attrs: &[
        Attr::new("type", Shape::Sql, "The type of its numbers.")
            .stored_in(CatalogRow::Own)
            .compare(Compare::Type)
            .default(Literal::Text("bigint")),
        Attr::new(
            "start",
            Shape::Integer,
            "The first number. If left out: `min`, or `max` if it counts down.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_start))
        .default(Literal::Null),
        Attr::new("increment", Shape::Integer, "The difference between two numbers.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Integer(1)),
        Attr::new(
            "min",
            Shape::Integer,
            "The lowest number. If left out: 1, or the lowest number of the type if it counts down.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_min))
        .default(Literal::Null),
        Attr::new(
            "max",
            Shape::Integer,
            "The highest number. If left out: the highest number of the type, or -1 if it counts down.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_max))
        .default(Literal::Null),
        Attr::new("cycle", Shape::Bool, "Whether it starts again after its last number.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Bool(false)),
        Attr::new("cache", Shape::Integer, "How many numbers a session reserves at once.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Integer(1)),
        Attr::new(
            "owned_by",
            Shape::QualifiedName,
            "The column that owns it, as `table.column`: it is dropped with the column. `null` for none.",
        )
        .compare(Compare::Name)
        .default(Literal::Null),
        Attr::new(
            "persistence",
            Shape::OneOf(&["permanent", "unlogged", "temporary"]),
            "Whether it survives a crash and a session.",
        )
        .default(Literal::Text("permanent"))
        .since(15),
        common::OWNER,
        common::grants(&common::OF_SEQUENCE),
        common::COMMENT,
    ],
    role: Role::OwnedByColumn { attribute: "owned_by" },
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["S"],
        if_any: Some("'S' IN (SELECT relkind FROM relation_kinds)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        default_grants: Some("sequences"),
        alter_keyword: Some("SEQUENCE"),
        hint: Some(hint),
        drop_loses: Some(|_| Loss::Other("the position of the sequence")),
        rank: CreationRank::Relation,
        probe: Some(&probe::SEQUENCE),
        ..Advice::DEFAULT
    },
    stub: Some(|id, _, _| Some(Stub::of(sql!["CREATE SEQUENCE ", qualified(id)]))),
    ..KindSpec::EMPTY
};

/// The bounds of a sequence that CREATE SEQUENCE chooses. The query gives no value for them.
struct Bounds {
    start: i64,
    min: i64,
    max: i64,
}

impl Bounds {
    /// The bounds that follow from the other attributes of a sequence.
    fn new<'v>(value: &dyn Fn(&str) -> &'v Value) -> Self {
        let (lowest, highest) = match value("type").as_text() {
            Some("smallint") => (i64::from(i16::MIN), i64::from(i16::MAX)),
            Some("integer") => (i64::from(i32::MIN), i64::from(i32::MAX)),
            Some(_) | None => (i64::MIN, i64::MAX),
        };
        let counts_up = number(value("increment")).is_none_or(|increment| increment > 0);
        let (min, max) = if counts_up { (1, highest) } else { (lowest, -1) };
        let start = if counts_up {
            number(value("min")).unwrap_or(min)
        } else {
            number(value("max")).unwrap_or(max)
        };
        Self { start, min, max }
    }

    fn of(comparison: &Comparison<'_>) -> Self {
        Self::new(&|name| comparison.object.get(name))
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Integer(value) => Some(*value),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::Secret(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// Whether an expected number is the actual one. No value means `default`.
fn same(comparison: &Comparison<'_>, default: i64) -> Verdict {
    let or_default = |value: &Value| match value {
        Value::Null => Value::Integer(default),
        Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Secret(_) | Value::List(_) | Value::Map(_) => {
            value.clone()
        }
    };
    Verdict::when(or_default(comparison.expected) == or_default(comparison.actual))
}

fn same_start(comparison: &Comparison<'_>) -> Verdict {
    same(comparison, Bounds::of(comparison).start)
}

fn same_min(comparison: &Comparison<'_>) -> Verdict {
    same(comparison, Bounds::of(comparison).min)
}

fn same_max(comparison: &Comparison<'_>) -> Verdict {
    same(comparison, Bounds::of(comparison).max)
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    if let (FindingDetail::Unexpected, Some(object)) = (&finding.detail, finding.object)
        && let Some(column) = object.get("owned_by").as_text()
    {
        return Some(unlisted_of_column(finding, column));
    }
    let alter = |what: &str| Some(Hint::sql(format!("ALTER SEQUENCE {name} {what};")));
    finding.if_differs(|attribute, expected, actual| match (attribute, expected) {
        ("grants", _) => common::grant(&format!("SEQUENCE {name}"), expected, actual),
        ("type" | "start" | "increment" | "min" | "max", _) => Some(Hint::advice_with_sql(
            "PostgreSQL refuses it if the next value is not between the bounds",
            format!("ALTER SEQUENCE {name}{};", bounds(finding)),
        )),
        ("cycle", Value::Bool(true)) => alter("CYCLE"),
        ("cycle", Value::Bool(false)) => alter("NO CYCLE"),
        ("cache", Value::Integer(cache)) => alter(&format!("CACHE {cache}")),
        ("owned_by", Value::Null) => alter("OWNED BY NONE"),
        ("owned_by", Value::Text(column)) => {
            let mut parts = split_name(column)?;
            if parts.len() == 2 {
                parts.insert(0, finding.schema.to_owned());
            }
            (parts.len() == 3).then(|| alter(&format!("OWNED BY {}", common::sql_name(&ObjectId::new(parts)))))?
        }
        ("persistence", Value::Text(word)) if word == "unlogged" => alter("SET UNLOGGED"),
        ("persistence", Value::Text(word)) if word == "permanent" => alter("SET LOGGED"),
        _ => None,
    })
}

/// The advice on a sequence that a column owns and no file lists.
fn unlisted_of_column(finding: &HintContext<'_>, column: &str) -> Hint {
    let owner = split_name(column).and_then(|parts| finding.snapshot.get(Kind::Column, &ObjectId::new(parts)));
    let Some(owner) = owner else {
        return Hint::Advice(format!("the column {column} owns it"));
    };
    let uses_it = owner
        .get("default")
        .as_text()
        .is_some_and(|text| text.contains("nextval"));
    if !owner.get("identity").is_null() {
        Hint::Advice(format!(
            "undo what makes it differ from the sequence that PostgreSQL creates for the column {column}"
        ))
    } else if uses_it {
        Hint::Advice(format!(
            "it belongs to the column {column}, which a file can write as `serial`"
        ))
    } else {
        // No DROP: the default may be missing, and not the sequence too many.
        Hint::Advice(format!("the column {column} owns it, and its default does not use it"))
    }
}

/// The clauses that set the bounds of a sequence and what depends on them, where they differ from the expected ones.
fn bounds(finding: &HintContext<'_>) -> String {
    let clauses = [
        ("type", "AS", "AS bigint"),
        ("increment", "INCREMENT BY", "INCREMENT BY 1"),
        ("min", "MINVALUE", "NO MINVALUE"),
        ("max", "MAXVALUE", "NO MAXVALUE"),
    ];
    let actual = |attribute: &str| finding.object.map_or(&Value::Null, |object| object.get(attribute));
    let wanted = |attribute: &str| finding.wanted(attribute);
    let changes_type = wanted("type") != actual("type");
    let mut sql: String = clauses
        .iter()
        .filter(|(attribute, ..)| match *attribute {
            // What follows from the direction and the type changes with them.
            "min" => lowest(&wanted) != lowest(&actual),
            "max" => highest(&wanted) != highest(&actual),
            attribute => wanted(attribute) != actual(attribute),
        })
        .map(|(attribute, set, reset)| match (wanted(attribute), *attribute) {
            // With AS, NO MINVALUE can mean the lowest number of the type, whatever the direction.
            (Value::Null, "min") if changes_type => format!(" {set} {}", lowest(&wanted)),
            (Value::Null, "max") if changes_type => format!(" {set} {}", highest(&wanted)),
            (Value::Null, _) => format!(" {reset}"),
            (value, _) => format!(" {set} {value}"),
        })
        .collect();
    // ALTER SEQUENCE keeps the first number where nothing sets it, also if it is not between the new bounds.
    let start = first_number(&wanted);
    if start != first_number(&actual) {
        sql += " START WITH ";
        sql += &start.to_string();
    }
    sql
}

/// The lowest number of a sequence that has these attributes.
fn lowest<'v>(value: &dyn Fn(&str) -> &'v Value) -> i64 {
    number(value("min")).unwrap_or_else(|| Bounds::new(value).min)
}

/// The highest number of a sequence that has these attributes.
fn highest<'v>(value: &dyn Fn(&str) -> &'v Value) -> i64 {
    number(value("max")).unwrap_or_else(|| Bounds::new(value).max)
}

/// The first number of a sequence that has these attributes.
fn first_number<'v>(value: &dyn Fn(&str) -> &'v Value) -> i64 {
    number(value("start")).unwrap_or_else(|| Bounds::new(value).start)
}
