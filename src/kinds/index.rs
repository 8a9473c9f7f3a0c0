//! Indexes.

use super::common::partitions::PartitionIndex;
use super::index_key::IndexKey;
use super::unique::NULLS_NOT_DISTINCT;
use super::{
    Advice, CustomForm, FindingDetail, HintContext, Kind, KindSpec, ListForm, Reading, Shorthand, Syntax, common,
};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict};
use crate::error::Problem;
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::{COPY_OF, IN_PARTITIONS};
use crate::value::Value;
use crate::yaml::{Entry, Node, NodeValue};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "index",
    section: "indexes",
    parents: &[Kind::Table, Kind::MaterializedView],
    identity: &["schema", "relation", "name"],
    doc: "An index.",
    query: include_str!("index.sql"),
    attrs: &[
        Attr::new(
            "keys",
            Shape::List(&Shape::Sql),
            "Its keys in order: columns or expressions, each with collation, operator class, `desc`, `nulls first`.",
        )
        .compare(Compare::Custom(same_keys))
        .identifies(),
        Attr::new("unique", Shape::Bool, "Whether it is unique.").default(Literal::Bool(false)),
        NULLS_NOT_DISTINCT,
        Attr::new("method", Shape::Name, "The access method.").default(Literal::Text("btree")),
        common::INCLUDE,
        Attr::new(
            "where",
            Shape::Sql,
            "The condition on the rows it covers; `null` for all rows.",
        )
        .compare(Compare::Expression)
        .default(Literal::Null),
        Attr::new(
            "valid",
            Shape::Bool,
            "Whether queries may use it; a failed CREATE INDEX CONCURRENTLY leaves `false`.",
        )
        .default(Literal::Bool(true))
        .always_checked("it is INVALID: no query uses it, and it may not guarantee what it should")
        .code_suffix("invalid")
        .holds_in_partitions(),
        common::OPTIONS,
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        shorthand: Shorthand::Custom {
            form: CustomForm::TextList,
            expects: "a list of keys, for a plain index on them",
            expand,
            abbreviate: |attributes| match attributes {
                [("keys", keys)] => Some(keys.clone()),
                _ => None,
            },
        },
        ..Syntax::DEFAULT
    },
    reading: Reading {
        extra_columns: &["immediate", "operator_classes", COPY_OF, IN_PARTITIONS],
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// A list of keys means the index of `CREATE INDEX … (keys)`: not unique, without a predicate, with the default method.
#[expect(clippy::unnecessary_wraps, reason = "the table of kinds needs this signature")]
fn expand(node: &Node) -> Result<Option<Vec<Entry>>, Problem> {
    let NodeValue::List(_) = node.value else {
        return Ok(None);
    };
    let entry = |key: &str, value: Node| Entry::new(key, node.place, value);
    Ok(Some(vec![
        entry("keys", node.clone()),
        entry("unique", Node::bool(false, node.place)),
        entry("method", Node::text("btree", node.place)),
        entry("where", Node::null(node.place)),
    ]))
}

fn same_keys(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected.texts(), comparison.actual.texts());
    if expected.len() != actual.len() {
        return Verdict::Different;
    }
    let classes = comparison.object.get("operator_classes").texts();
    expected
        .iter()
        .zip(actual)
        .enumerate()
        .fold(Verdict::Equal, |verdict, (i, (expected, actual))| {
            let actual = IndexKey::parse_catalog(actual);
            verdict.and(IndexKey::parse_expected(expected, comparison).same(
                &actual,
                classes.get(i).copied(),
                comparison,
            ))
        })
}

/// The advice on an index that is not valid.
fn make_valid(finding: &HintContext<'_>) -> Option<Hint> {
    let object = finding.object?;
    let attributes: Vec<(&'static str, Value)> = SPEC
        .attrs
        .iter()
        .map(|attr| (attr.name, object.get(attr.name).clone()))
        .collect();
    let create = |partition: &ObjectId, new: &str| {
        definition(&attributes, partition).map_or_else(String::new, |(unique, rest)| {
            format!("CREATE {unique}INDEX {} {rest};", common::name(new))
        })
    };
    common::partitions::make_valid(
        finding,
        &PartitionIndex {
            name: finding.id.last(),
            create: &create,
        },
    )
}

/// The statement that creates an index on a relation: the word before INDEX, and what comes after the name.
fn definition(attributes: &[(&'static str, Value)], relation: &ObjectId) -> Option<(&'static str, String)> {
    let keys = common::expected(attributes, "keys")?
        .texts()
        .into_iter()
        .map(IndexKey::to_sql);
    let keys = keys.collect::<Vec<_>>().join(", ");
    let method = match common::expected(attributes, "method").and_then(Value::as_text) {
        Some("btree") | None => String::new(),
        Some(method) => format!("USING {} ", common::name(method)),
    };
    let include = match common::expected(attributes, "include").map(common::name_list) {
        Some(columns) if !columns.is_empty() => format!(" INCLUDE ({columns})"),
        Some(_) | None => String::new(),
    };
    let nulls = match common::expected(attributes, "nulls_not_distinct") {
        Some(Value::Bool(true)) => " NULLS NOT DISTINCT",
        _ => "",
    };
    let on = common::sql_name(relation);
    let unique = match common::expected(attributes, "unique") {
        Some(Value::Bool(true)) => "UNIQUE ",
        _ => "",
    };
    let predicate = match common::expected(attributes, "where") {
        Some(Value::Text(predicate)) => format!(" WHERE {predicate}"),
        _ => String::new(),
    };
    Some((unique, format!("ON {on} {method}({keys}){include}{nulls}{predicate}")))
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(&ObjectId::new(vec![
        finding.id.parts().first()?.to_string(),
        finding.id.last().to_owned(),
    ]));
    match &finding.detail {
        FindingDetail::Missing(attributes) => {
            let (unique, rest) = definition(attributes, &finding.id.relation())?;
            let named = common::named(finding.id).map_or(String::new(), |n| format!("{} ", common::name(n)));
            Some(Hint::sql(format!("CREATE {unique}INDEX CONCURRENTLY {named}{rest};")))
        }
        FindingDetail::Unexpected => Some(Hint::sql(format!("DROP INDEX CONCURRENTLY {name};"))),
        FindingDetail::Differs { attribute, .. } => match *attribute {
            "valid" => make_valid(finding),
            "options" | "comment" => None,
            _ => Some(Hint::advice_with_sql(
                "this attribute of an index cannot be altered; drop the index and create it as expected",
                format!("DROP INDEX CONCURRENTLY {name};"),
            )),
        },
        FindingDetail::Unreadable { .. } => None,
    }
}
