//! Materialized views.

use super::table::{ACCESS_METHOD, CLUSTER_ON, REPLICA_IDENTITY, TABLESPACE, cluster_on, replica_identity};
use super::view::{DEFINITION, OR_AS_FOUND};
use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Matching, Reading, Syntax, common,
    constraint, probe, stub, table,
};
use crate::attribute::{Attr, Literal, Shape};
use crate::fix::{Fix, Loss, Recreated};
use crate::hint::Hint;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "materialized_view",
    section: "materialized_views",
    identity: &["schema", "name"],
    doc: "A materialized view.",
    query: include_str!("materialized_view.sql"),
    attrs: &[
        DEFINITION,
        Attr::new(
            "populated",
            Shape::Bool,
            "Whether it has been filled and can be read; `false` is WITH NO DATA.",
        )
        .default(Literal::Bool(true))
        .always_checked("it has never been filled, so no query can read it")
        .set_in_operation(),
        REPLICA_IDENTITY,
        CLUSTER_ON,
        common::OPTIONS,
        TABLESPACE,
        ACCESS_METHOD,
        common::OWNER,
        common::grants(&common::OF_TABLE),
        common::EXTENSIONS,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        catalog_codes: &["m"],
        if_any: Some("'m' IN (SELECT relkind FROM relation_kinds)"),
        ..Reading::DEFAULT
    },
    matching: Matching {
        settled_by: Some((DEFINITION.name, Kind::Column)),
        ..Matching::DEFAULT
    },
    advice: Advice {
        default_grants: Some("tables"),
        alter_keyword: Some("MATERIALIZED VIEW"),
        hint: Some(hint),
        condition: Some(table::condition),
        fix: Some(fix),
        recreated_for: Some(DEFINITION.name),
        set_later: &[REPLICA_IDENTITY.name, CLUSTER_ON.name, common::EXTENSIONS.name],
        rank: CreationRank::Query,
        probe: Some(&probe::RELATION),
        ..Advice::DEFAULT
    },
    stub: Some(stub::relation),
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    let alter = format!("ALTER MATERIALIZED VIEW {name}");
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice(
            "apply the migration that creates it, or check that this is the right database",
        )),
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (*attribute, expected) {
            ("populated", Value::Bool(true)) => Some(Hint::sql(format!("REFRESH MATERIALIZED VIEW {name};"))),
            // Only ALTER TABLE sets it.
            ("replica_identity", Value::Text(identity)) => Some(replica_identity(finding, identity)),
            ("cluster_on", _) => Some(cluster_on(finding, "MATERIALIZED VIEW", expected)),
            ("depends_on_extensions", _) => common::depend_on_extensions(&alter, expected, actual),
            ("options", _) => common::set_options(&alter, expected, actual),
            ("grants", _) => common::grant(&name, expected, actual),
            ("definition", _) => Some(Hint::advice(format!(
                "drop it and create it, its indexes and its grants as expected{OR_AS_FOUND}"
            ))),
            _ => None,
        },
    }
}

/// What a script runs about the definition and the rows.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Fix::of(create(finding)?)),
        FindingDetail::Differs { attribute, .. } if *attribute == DEFINITION.name => {
            Some(Fix::of(create(finding)?).recreates(Recreated::Query(finding.id.clone())))
        }
        FindingDetail::Differs {
            attribute: "populated",
            expected: Value::Bool(false),
            ..
        } => {
            let name = common::sql_name(finding.id);
            let empty = Fix::of(format!("REFRESH MATERIALIZED VIEW {name} WITH NO DATA;"));
            Some(empty.loses(Loss::Rows(finding.id.clone())))
        }
        FindingDetail::Differs { .. } | FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
    }
}

/// The statement that creates it.
fn create(finding: &HintContext<'_>) -> Option<String> {
    let definition = finding.wanted_text(DEFINITION.name)?.trim().trim_end_matches(';');
    let method = finding
        .wanted_text(ACCESS_METHOD.name)
        .filter(|method| *method != "heap");
    let method = method.map_or(String::new(), |method| format!(" USING {}", common::name(method)));
    let options = constraint::storage(finding.wanted("options"));
    let tablespace = constraint::tablespace(finding, " TABLESPACE ");
    let no_data = if *finding.wanted("populated") == Value::Bool(false) {
        " WITH NO DATA"
    } else {
        ""
    };
    (!definition.contains("--")).then(|| {
        format!(
            "CREATE MATERIALIZED VIEW {}{method}{options}{tablespace} AS {definition}{no_data};",
            common::sql_name(finding.id)
        )
    })
}
