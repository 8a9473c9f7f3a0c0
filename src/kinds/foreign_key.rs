//! Foreign keys.

use std::collections::BTreeSet;

use super::{
    Advice, CreationRank, FindingDetail, HintContext, Kind, KindSpec, ListForm, Reading, SqlAddress, Syntax, common,
    constraint, probe,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Literal, Shape, Verdict, split_reference};
use crate::hint::Hint;
use crate::object_id::ObjectId;
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
        Attr::new(
            "columns",
            common::NAMES,
            "The referencing columns, in the order of the referenced ones.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_columns))
        .identifies(),
        Attr::new(
            "references",
            Shape::Reference,
            "The referenced table and columns: `billing.companies(id)`. The columns may be left out.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_reference))
        .identifies(),
        Attr::new("on_delete", ACTION, "The action when a referenced row is deleted.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Text("no action")),
        Attr::new(
            "on_delete_columns",
            common::NAMES,
            "The columns that `set null` or `set default` on delete changes; none for all.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Unordered)
        .default(Literal::EmptyList)
        .since(15),
        Attr::new("on_update", ACTION, "The action when a referenced key is updated.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Text("no action")),
        Attr::new(
            "match",
            Shape::OneOf(&["simple", "full", "partial"]),
            "How a key is matched if some of its columns are null.",
        )
        .stored_in(CatalogRow::Own)
        .default(Literal::Text("simple")),
        common::DEFERRABLE,
        common::INITIALLY,
        Attr::new(
            "period",
            Shape::Bool,
            "Whether the last column holds a period (PERIOD).",
        )
        .default(Literal::Bool(false))
        .since(18),
        common::VALIDATED,
        common::ENFORCED,
        Attr::new(
            "in_force",
            Shape::Bool,
            "Whether its triggers are enabled on both tables; DISABLE TRIGGER ALL disables them.",
        )
        .default(Literal::Bool(true))
        .always_checked(
            "its triggers are disabled, so PostgreSQL does not check it: run ENABLE TRIGGER ALL on both tables",
        )
        .holds_in_partitions(),
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("'f' IN (SELECT contype FROM constraint_kinds)"),
        ..Reading::OF_PARTITIONS
    },
    advice: Advice {
        address: SqlAddress::Constraint,
        hint: Some(hint),
        fix: Some(|finding| constraint::add_in_steps(finding, definition(finding), is_replaced(finding))),
        rank: CreationRank::Reference,
        probe: Some(&probe::CONSTRAINT),
        ..Advice::DEFAULT
    },
    required: &["columns", "references"],
    drops_with_column: true,
    ..KindSpec::EMPTY
};

fn same_columns(comparison: &Comparison<'_>) -> Verdict {
    Verdict::when(comparison.expected == comparison.actual || same_pairs(comparison).unwrap_or(false))
}

fn same_reference(comparison: &Comparison<'_>) -> Verdict {
    let (Some(expected), Some(actual)) = (comparison.expected.as_text(), comparison.actual.as_text()) else {
        return Verdict::Different;
    };
    Verdict::when(match (split_reference(expected), split_reference(actual)) {
        (Some((table, None)), Some((actual_table, _))) => table == actual_table,
        (Some(expected), Some(actual)) => expected == actual || same_pairs(comparison).unwrap_or(false),
        _ => false,
    })
}

/// Whether each column refers to the expected one, in any order of the pairs. `None` if the referenced columns are not
/// written.
fn same_pairs(comparison: &Comparison<'_>) -> Option<bool> {
    let pairs = |columns: &Value, references: &Value| {
        let (table, referred) = split_reference(references.as_text()?)?;
        let columns: Vec<String> = columns.texts().into_iter().map(str::to_owned).collect();
        let referred = referred.filter(|referred| referred.len() == columns.len())?;
        let pairs: BTreeSet<(String, String)> = columns.into_iter().zip(referred).collect();
        Some((table, pairs))
    };
    let written = |name| (comparison.written)(name);
    let expected = pairs(written("columns")?, written("references")?)?;
    let object = comparison.object;
    Some(expected == pairs(object.get("columns"), object.get("references"))?)
}

/// The advice on a foreign key that is not in force: on this table, on the table that it refers to, or on partitions of
/// either.
fn enable(finding: &HintContext<'_>) -> Hint {
    let statement = |table: &ObjectId| format!("ALTER TABLE {} ENABLE TRIGGER ALL;", common::sql_name(table));
    if finding.partitions.is_empty() {
        let relation = finding.id.relation();
        let referred = finding.wanted_text("references").and_then(split_reference);
        let referred = referred
            .map(|(table, _)| ObjectId::new(table))
            .filter(|table| *table != relation);
        let statements: Vec<String> = [Some(relation), referred].iter().flatten().map(statement).collect();
        return Hint::advice_with_sql(
            "this enables all triggers of both tables; then check that the rows satisfy the constraint",
            statements.join(" "),
        );
    }
    let is_own = finding
        .object
        .is_some_and(|object| *object.get("in_force") == Value::Bool(false));
    let is_explained = finding.partitions.iter().any(|id| *id == id.relation());
    let own = (is_own && !is_explained).then(|| statement(&finding.id.relation()));
    let of_partitions = common::partitions::for_each_partition(finding, statement);
    Hint::advice_with_sql(
        "enable all triggers of the partitions, then check that their rows satisfy the constraint",
        own.into_iter().chain([of_partitions]).collect::<Vec<_>>().join(" "),
    )
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    match &finding.detail {
        FindingDetail::Missing(_) => {
            Some(dotted(finding).unwrap_or_else(|| constraint::add(finding, definition(finding).as_deref())))
        }
        FindingDetail::Unexpected => Some(constraint::drop(
            finding.id,
            "PostgreSQL then accepts rows that refer to nothing",
        )),
        FindingDetail::Differs {
            attribute, expected, ..
        } => match *attribute {
            "validated" => Some(constraint::validate(finding.id, expected)),
            "in_force" if **expected == Value::Bool(false) => Some(Hint::advice("expect it to be in force")),
            "in_force" => Some(enable(finding)),
            _ => constraint::alter_foreign_key(finding, attribute, expected)
                .or_else(|| Some(constraint::replace(finding, &definition(finding)?))),
        },
        FindingDetail::Unreadable { .. } => None,
    }
}

/// Whether no statement alters what differs.
fn is_replaced(finding: &HintContext<'_>) -> bool {
    let FindingDetail::Differs {
        attribute, expected, ..
    } = &finding.detail
    else {
        return false;
    };
    !["validated", "in_force", "comment"].contains(attribute)
        && constraint::alter_foreign_key(finding, attribute, expected).is_none()
}

/// The advice on `clients.id` where the file's schema has a table `clients`, and there is no table `id` in a schema of that
/// name: a dot where parentheses are meant.
fn dotted(finding: &HintContext<'_>) -> Option<Hint> {
    let written = finding.wanted_text("references")?;
    let (table, None) = split_reference(written)? else {
        return None;
    };
    let [first, last] = table.as_slice() else { return None };
    let column = ObjectId::new(vec![finding.schema, first, last]);
    let is_column = finding.snapshot.get(Kind::Column, &column).is_some();
    (is_column && !finding.snapshot.has_named(&ObjectId::new(table.clone()))).then(|| {
        let (table, column) = (common::name(first), common::name(last));
        Hint::Advice(format!(
            "`{written}` is the table {column} in the schema {table}: write `references: {table}({column})` for the column"
        ))
    })
}

/// The text behind the name in the statement that adds it.
fn definition(finding: &HintContext<'_>) -> Option<String> {
    let period = |columns: &mut Vec<String>| {
        if let Some(last) = columns.last_mut().filter(|_| finding.wants("period")) {
            *last = format!("PERIOD {last}");
        }
    };
    let names = |texts: Vec<&str>| -> Vec<String> { texts.into_iter().map(common::name).collect() };
    let mut columns = names(finding.wanted_list("columns"));
    if columns.is_empty() {
        return None;
    }
    period(&mut columns);
    let (table, referred) = split_reference(finding.wanted_text("references")?)?;
    let referred = referred.map_or(String::new(), |referred| {
        let mut referred = names(referred.iter().map(String::as_str).collect());
        period(&mut referred);
        format!(" ({})", referred.join(", "))
    });
    let match_full = if finding.wanted_text("match") == Some("full") {
        " MATCH FULL"
    } else {
        ""
    };
    let action = |attribute: &str, words: &str| match finding.wanted_text(attribute) {
        Some("no action") | None => String::new(),
        Some(action) => format!(" {words} {}", action.to_uppercase()),
    };
    let set = names(finding.wanted_list("on_delete_columns")).join(", ");
    let set = if set.is_empty() { set } else { format!(" ({set})") };
    Some(format!(
        "FOREIGN KEY ({}) REFERENCES {}{referred}{match_full}{}{set}{}{}",
        columns.join(", "),
        common::sql_name(&ObjectId::new(table)),
        action("on_delete", "ON DELETE"),
        action("on_update", "ON UPDATE"),
        constraint::terms(finding)
    ))
}
