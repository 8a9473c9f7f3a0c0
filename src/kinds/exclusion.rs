//! Exclusion constraints.

use super::common::partitions::ATTACHED_TO;
use super::index_key::{COLLATIONS, IndexKey, KeyFacts};
use super::primary_key::VALID;
use super::{
    Advice, CreationRank, FindingDetail, HintContext, Kind, KindSpec, ListForm, Matching, Reading, SqlAddress, Syntax,
    common, constraint, probe,
};
use crate::attribute::{Attr, Compare, Comparison, Literal, SYSTEM_SCHEMA, Shape, Verdict};
use crate::hint::Hint;
use crate::snapshot::{COPY_OF, IN_PARTITIONS};
use crate::sql_text::{TokenKind, tokens};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "exclusion",
    one: Some("an exclusion constraint"),
    section: "exclusions",
    parents: &[Kind::Table],
    identity: &["schema", "relation", "name"],
    doc: "An exclusion constraint.",
    query: include_str!("exclusion.sql"),
    attrs: &[
        Attr::new(
            "keys",
            Shape::List(&Shape::Sql),
            "What is compared, each with its operator: `room with =`.",
        )
        .compare(Compare::Custom(same_keys))
        .identifies(),
        Attr::new("method", Shape::Name, "The access method of its index.")
            .compare(Compare::Folded)
            .default(Literal::Text("gist")),
        Attr::new(
            "where",
            Shape::Sql,
            "The condition on the rows it applies to; `null` for all rows.",
        )
        .compare(Compare::Expression)
        .default(Literal::Null)
        .always_checked("it applies to some of the rows only"),
        common::INCLUDE,
        common::DEFERRABLE,
        common::INITIALLY,
        VALID,
        common::INDEX_OPTIONS,
        common::INDEX_TABLESPACE,
        common::INDEX_COMMENT,
        ATTACHED_TO,
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        ..Syntax::DEFAULT
    },
    matching: Matching {
        not_copied: common::NOT_COPIED,
        ..Matching::DEFAULT
    },
    reading: Reading {
        if_any: Some("'x' IN (SELECT contype FROM constraint_kinds)"),
        extra_columns: &["operator_classes", COLLATIONS, COPY_OF, IN_PARTITIONS],
        ..Reading::DEFAULT
    },
    advice: Advice {
        address: SqlAddress::Constraint,
        hint: Some(hint),
        fix: Some(|finding| common::make_valid_outside(finding, hint(finding))),
        rank: CreationRank::Key,
        probe: Some(&probe::CONSTRAINT),
        ..Advice::DEFAULT
    },
    drops_with_column: true,
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let definition = || {
        let keys = finding.wanted_list("keys").join(", ");
        let method = common::name(finding.wanted_text("method").unwrap_or("gist"));
        let predicate = finding
            .wanted_text("where")
            .map_or(String::new(), |predicate| format!(" WHERE ({predicate})"));
        let (index, terms) = (constraint::index_terms(finding), constraint::terms(finding));
        format!("EXCLUDE USING {method} ({keys}){index}{predicate}{terms}")
    };
    let has_keys = !finding.wanted_list("keys").is_empty();
    if let Some(hint) = common::partitions::attachment(finding, finding.id.last()) {
        return Some(hint);
    }
    match &finding.detail {
        FindingDetail::Missing(_) => Some(constraint::add(finding, has_keys.then(definition).as_deref())),
        FindingDetail::Unexpected => Some(constraint::drop(
            finding.id,
            "PostgreSQL then accepts rows that exclude each other",
        )),
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } if common::is_of_index(attribute) => {
            common::alter_index(&common::index_name(finding.id), attribute, expected, actual)
        }
        FindingDetail::Differs { .. } => Some(constraint::replace(finding, &definition())),
        FindingDetail::Unreadable { .. } => None,
    }
}

fn same_keys(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected.texts(), comparison.actual.texts());
    if expected.len() != actual.len() {
        return Verdict::Different;
    }
    expected
        .iter()
        .zip(actual)
        .enumerate()
        .fold(Verdict::Equal, |verdict, (i, (expected, actual))| {
            let (Some((expected_key, expected_operator)), Some((actual_key, actual_operator))) =
                (split_operator(expected), split_operator(actual))
            else {
                return Verdict::Different;
            };
            let actual_key = IndexKey::parse_catalog(actual_key);
            let keys = IndexKey::parse_expected(expected_key, comparison).same(
                &actual_key,
                KeyFacts::of(comparison.object, i),
                comparison,
            );
            // The query qualifies only operators that are not PostgreSQL's own.
            let actual_operator = if actual_operator.contains('.') {
                actual_operator
            } else {
                format!("{SYSTEM_SCHEMA}.{actual_operator}")
            };
            verdict
                .and(Verdict::when(comparison.is_name(&expected_operator, &actual_operator)))
                .and(keys)
        })
}

/// `room with =` as what is compared and the operator.
fn split_operator(text: &str) -> Option<(&str, String)> {
    let tokens = tokens(text);
    let with = tokens
        .iter()
        .rposition(|t| t.kind == TokenKind::Word && text[t.range.clone()].eq_ignore_ascii_case("with"))?;
    let key = text[..tokens[with].range.start].trim();
    let operator: String = text[tokens[with].range.end..].split_whitespace().collect();
    let operator = match operator.get(.."OPERATOR(".len()) {
        Some(word) if word.eq_ignore_ascii_case("OPERATOR(") => operator[word.len()..].trim_end_matches(')').to_owned(),
        Some(_) | None => operator,
    };
    (!key.is_empty() && !operator.is_empty()).then_some((key, operator))
}
