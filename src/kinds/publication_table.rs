//! What a publication has of a table that it names.

use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, Reading, UsersAdd, common, more_probes};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::OWNER;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "publication_table",
    one: Some("a table of a publication"),
    section: "publications",
    parents: &[Kind::Table],
    identity: &["schema", "relation", "name"],
    doc: "The table in a publication that lists it by name.",
    query: include_str!("publication_table.sql"),
    users_add: UsersAdd::All,
    belongs_to: Some(Kind::Publication),
    attrs: &[
        Attr::new(
            "columns",
            common::NAMES,
            "The published columns. If left out: all columns.",
        )
        .compare(Compare::Unordered)
        .default(Literal::EmptyList)
        .since(15),
        Attr::new(
            "where",
            Shape::Sql,
            "The condition on the published rows; `null` for all rows.",
        )
        .compare(Compare::Expression)
        .default(Literal::Null)
        .since(15),
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_publication_rel)"),
        extra_columns: &[OWNER],
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        probe: Some(&more_probes::PUBLICATION_TABLE),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let publication = common::name(finding.id.last());
    // Without ONLY, the tables that inherit from it are meant, too.
    let table = common::sql_name(&finding.id.relation());
    let add = || {
        let columns = match common::name_list(finding.wanted("columns")) {
            columns if columns.is_empty() => columns,
            columns => format!(" ({columns})"),
        };
        let condition = finding.wanted_text("where");
        let condition = condition.map_or(String::new(), |text| format!(" WHERE ({text})"));
        format!("ALTER PUBLICATION {publication} ADD TABLE ONLY {table}{columns}{condition};")
    };
    let drop = format!("ALTER PUBLICATION {publication} DROP TABLE ONLY {table};");
    let of_all_tables = || {
        let id = ObjectId::new(vec![finding.id.last()]);
        let publication = finding.snapshot.get(Kind::Publication, &id);
        publication.is_some_and(|publication| *publication.get("all_tables") == Value::Bool(true))
    };
    match &finding.detail {
        FindingDetail::Missing(_) if of_all_tables() => Some(Hint::advice(
            "the publication is for all tables and lists none: expect that, or `except` of the publication",
        )),
        FindingDetail::Missing(_) => Some(Hint::sql(add())),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "subscribers no longer get changes of the table",
            drop,
        )),
        FindingDetail::Differs { .. } => Some(Hint::advice_with_sql(
            "this drops the table from the publication and adds it as expected; run both statements in one transaction",
            format!("{drop} {}", add()),
        )),
        FindingDetail::Unreadable { .. } => None,
    }
}
