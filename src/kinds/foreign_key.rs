//! Foreign keys.

use super::{Finding, FindingSort, Kind, KindSpec, ListForm, common};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict, split_reference};
use crate::value::Value;

/// What happens to the referencing rows.
const ACTION: Shape = Shape::OneOf(&["no action", "restrict", "cascade", "set null", "set default"]);

pub(super) static SPEC: KindSpec = KindSpec {
    name: "foreign_key",
    section: "foreign_keys",
    parents: &[Kind::Table],
    identity: &["schema", "relation", "name"],
    doc: "A foreign key.",
    query: include_str!("foreign_key.sql"),
    attrs: &[
        common::COLUMNS,
        Attr::new(
            "references",
            Shape::Reference,
            "The table it refers to, and the columns there, which may be left out: `billing.companies(id)`.",
        )
        .compare(Compare::Custom(same_reference))
        .identifies(),
        Attr::new("on_delete", ACTION, "What deleting a referenced row does.")
            .default(Literal::Text("no action")),
        Attr::new(
            "on_delete_columns",
            common::NAMES,
            "The columns that `set null` or `set default` on delete touches, where not all.",
        )
        .default(Literal::EmptyList)
        .since(15),
        Attr::new("on_update", ACTION, "What changing a referenced key does.")
            .default(Literal::Text("no action")),
        Attr::new(
            "match",
            Shape::OneOf(&["simple", "full", "partial"]),
            "What a key with nulls in some of its columns refers to.",
        )
        .default(Literal::Text("simple")),
        common::DEFERRABLE,
        common::INITIALLY,
        Attr::new("period", Shape::Bool, "Whether the last column holds a period (PERIOD).")
            .default(Literal::Bool(false))
            .since(18),
        common::VALIDATED,
        common::ENFORCED,
        common::COMMENT,
    ],
    list: ListForm::ByMeaning,
    hint,
    ..KindSpec::EMPTY
};

fn same_reference(comparison: &Comparison<'_>) -> Verdict {
    let (Some(expected), Some(actual)) = (comparison.expected.as_text(), comparison.actual.as_text()) else {
        return Verdict::Different;
    };
    Verdict::when(match (split_reference(expected), split_reference(actual)) {
        (Some((table, None)), Some((actual_table, _))) => table == actual_table,
        (Some(expected), Some(actual)) => expected == actual,
        _ => false,
    })
}

fn hint(finding: &Finding<'_>) -> Option<String> {
    match &finding.sort {
        FindingSort::Missing(attributes) => {
            let columns = common::name_list(common::expected(attributes, "columns")?);
            let references = common::expected(attributes, "references")?;
            let actions: String = [("on_delete", "ON DELETE"), ("on_update", "ON UPDATE")]
                .iter()
                .filter_map(|(name, words)| {
                    let Value::Text(action) = common::expected(attributes, name)? else {
                        return None;
                    };
                    Some(format!(" {words} {}", action.to_uppercase()))
                })
                .collect();
            Some(common::add_constraint(
                &finding.id.prefix(2),
                common::named(finding.id),
                &format!("FOREIGN KEY ({columns}) REFERENCES {references}{actions}"),
            ))
        }
        FindingSort::Unexpected => Some(common::drop_constraint(finding.id)),
        FindingSort::Differs { attribute, .. } => {
            (*attribute == "validated").then(|| common::validate_constraint(finding.id))
        }
    }
}
