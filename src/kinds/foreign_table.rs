//! Foreign tables.

use super::common::partitions::bound;
use super::table::{INHERITS, PARTITION_ATTRIBUTES, PARTITION_BOUND, PARTITION_OF};
use super::{
    Advice, CreationRank, HintContext, KeyForm, KindSpec, Masked, Partition, Reading, Syntax, common, probe, stub,
};
use crate::attribute::{Attr, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "foreign_table",
    section: "foreign_tables",
    identity: &["schema", "name"],
    doc: "A foreign table.",
    query: include_str!("foreign_table.sql"),
    attrs: &[
        Attr::new("server", Shape::Name, "The foreign server that holds it."),
        common::FOREIGN_OPTIONS,
        PARTITION_OF,
        PARTITION_BOUND,
        INHERITS,
        common::OWNER,
        common::grants(&common::OF_TABLE),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    partition: Some(&Partition {
        section: None,
        attributes: PARTITION_ATTRIBUTES,
        taken: &["owner"],
        mark: Some("server"),
    }),
    reading: Reading {
        extra_columns: &[bound::TYPES],
        catalog_codes: &["f"],
        if_any: Some("'f' IN (SELECT relkind FROM relation_kinds)"),
        masked: Masked::OPTIONS,
        ..Reading::DEFAULT
    },
    advice: Advice {
        default_grants: Some("tables"),
        alter_keyword: Some("FOREIGN TABLE"),
        hint: Some(hint),
        rank: CreationRank::Relation,
        probe: Some(&probe::RELATION),
        ..Advice::DEFAULT
    },
    stub: Some(stub::relation),
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    finding.if_differs(|attribute, expected, actual| match (attribute, expected.as_text()) {
        ("partition_of" | "partition_bound", _) => common::partitions::attach(finding),
        ("grants", _) => common::grant(&name, expected, actual),
        _ => None,
    })
}
