//! Primary keys.

use super::common::partitions::ATTACHED_TO;
use super::spec::NEVER;
use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Matching, Reading, Shorthand, Syntax,
    common, constraint, hint, probe,
};
use crate::attribute::{Attr, Literal, Shape};
use crate::fix::Fix;
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::value::Value;

/// Whether the index behind a key or constraint can be used.
pub(super) const VALID: Attr = Attr::new("valid", Shape::Bool, "Whether the index behind it is valid and in use.")
    .default(Literal::Bool(true))
    .always_checked("the index behind it is INVALID")
    .code_suffix("invalid")
    .holds_in_partitions();

/// Whether the last column of a key holds ranges that must not overlap.
pub(super) const WITHOUT_OVERLAPS: Attr = Attr::new(
    "without_overlaps",
    Shape::Bool,
    "Whether the last column holds ranges that must not overlap.",
)
.default(Literal::Bool(false))
.since(18);

pub(super) static SPEC: KindSpec = KindSpec {
    name: "primary_key",
    section: "primary_key",
    parents: &[Kind::Table],
    identity: &["schema", "relation"],
    doc: "The primary key of a table.",
    query: include_str!("primary_key.sql"),
    attrs: &[
        Attr::new("name", Shape::Name, "The name of the constraint."),
        common::COLUMNS,
        common::INCLUDE,
        common::DEFERRABLE,
        common::INITIALLY,
        WITHOUT_OVERLAPS,
        VALID,
        common::INDEX_OPTIONS,
        common::INDEX_TABLESPACE,
        common::INDEX_COMMENT,
        ATTACHED_TO,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Only,
        shorthand: Shorthand::List("columns"),
        ..Syntax::DEFAULT
    },
    matching: Matching {
        implied_default: Some(|id, attribute| {
            (attribute == "name").then(|| Value::Text(format!("{}_pkey", id.last())))
        }),
        not_copied: &[
            ("comment", NEVER),
            ("index_comment", NEVER),
            (ATTACHED_TO.name, NEVER),
            ("name", NEVER),
        ],
        ..Matching::DEFAULT
    },
    reading: Reading::OF_PARTITIONS,
    advice: Advice {
        hint: Some(hint),
        fix: Some(fix),
        rank: CreationRank::Key,
        probe: Some(&probe::PRIMARY_KEY),
        ..Advice::DEFAULT
    },
    required: &["columns"],
    drops_with_column: true,
    ..KindSpec::EMPTY
};

/// The attributes that no statement changes.
const REPLACED: [&str; 5] = ["columns", "include", "deferrable", "initially", "without_overlaps"];

/// Whether an attribute is to have another value.
fn differs(finding: &HintContext<'_>, attribute: &str) -> bool {
    let there = finding.object.map(|object| object.get(attribute));
    there.is_some_and(|there| there != finding.wanted(attribute))
}

/// The statement that drops a primary key and adds it as expected.
fn replace(finding: &HintContext<'_>, table: &str, there: &str, definition: &str) -> Hint {
    let wanted = finding.wanted_text("name").unwrap_or(there);
    Hint::advice_with_sql(
        "this drops the primary key and adds it as expected; drop the foreign keys that refer to it first, and add them again",
        format!(
            "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {}, ADD CONSTRAINT {} {definition};",
            common::name(there),
            common::name(wanted)
        ),
    )
}

/// The statement that adds a missing primary key.
fn add(finding: &HintContext<'_>, table: &str, definition: &str) -> Hint {
    let name = (finding.written)("name").and_then(Value::as_text);
    let named = name.map_or(String::new(), |name| format!("CONSTRAINT {} ", common::name(name)));
    let attach = name.and_then(|name| common::partitions::attach_index(finding, name));
    Hint::advice_with_sql(
        "no two rows may be equal in these columns, and none may be null in them, so correct those that are first",
        constraint::with(format!("ALTER TABLE {table} ADD {named}{definition};"), attach),
    )
}

fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let added = (finding.written)("name")
        .and_then(Value::as_text)
        .and_then(|name| constraint::add_using_index(finding, (finding.id, name), ("PRIMARY KEY", "")));
    added.or_else(|| common::make_valid_outside(finding, hint(finding)))
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let (columns, index) = (constraint::key_columns(finding), constraint::index_terms(finding));
    let definition = format!("PRIMARY KEY {columns}{index}{}", constraint::terms(finding));
    let there = finding.object.and_then(|object| object.get("name").as_text());
    let table = common::sql_name(finding.id);
    if let Some(hint) = there.and_then(|there| common::partitions::attachment(finding, there)) {
        return Some(hint);
    }
    match (&finding.detail, there) {
        (FindingDetail::Missing(_), _) if finding.wanted_list("columns").is_empty() => {
            Some(Hint::advice("apply the migration that adds it"))
        }
        (FindingDetail::Missing(_), _) => Some(add(finding, &table, &definition)),
        (FindingDetail::Unexpected, Some(name)) => Some(constraint::drop(
            &finding.id.child(name),
            "PostgreSQL then accepts duplicates; PostgreSQL refuses it while foreign keys refer to it",
        )),
        (
            FindingDetail::Differs {
                attribute,
                expected,
                actual,
            },
            Some(there),
        ) if REPLACED.contains(attribute) || REPLACED.iter().any(|name| differs(finding, name)) => {
            Some(replace(finding, &table, there, &definition))
        }
        (
            FindingDetail::Differs {
                attribute,
                expected,
                actual,
            },
            Some(there),
        ) => match (*attribute, expected.as_text()) {
            ("name", Some(name)) => Some(Hint::sql(format!(
                "ALTER TABLE {table} RENAME CONSTRAINT {} TO {};",
                common::name(there),
                common::name(name)
            ))),
            (attribute, _) if common::is_of_index(attribute) => {
                let index = ObjectId::new(vec![finding.id.schema(), there]);
                common::alter_index(&common::sql_name(&index), attribute, expected, actual)
            }
            ("valid", _) => common::partitions::make_constraint_valid(finding, there, "PRIMARY KEY"),
            ("comment", _) => Some(hint::comment(
                &format!("CONSTRAINT {} ON {table}", common::name(there)),
                expected,
            )),
            _ => None,
        },
        (FindingDetail::Unexpected | FindingDetail::Differs { .. } | FindingDetail::Unreadable { .. }, _) => None,
    }
}
