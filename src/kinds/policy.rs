//! Policies of row security.

use super::{Advice, FindingDetail, HintContext, Kind, KindSpec, Reading, UsersAdd, common};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::IN_PARTITIONS;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "policy",
    section: "policies",
    parents: &[Kind::Table],
    identity: &["schema", "relation", "name"],
    doc: "A row security policy.",
    query: include_str!("policy.sql"),
    users_add: UsersAdd::All,
    attrs: &[
        Attr::new(
            "command",
            Shape::OneOf(&["all", "select", "insert", "update", "delete"]),
            "The command that it applies to.",
        )
        .default(Literal::Text("all")),
        Attr::new(
            "roles",
            common::NAMES,
            "The roles that it applies to. If left out: all roles, which is `[public]`. In any order.",
        )
        .compare(Compare::Custom(same_roles))
        .default(Literal::Null),
        Attr::new(
            "using",
            Shape::Sql,
            "The condition on the rows that can be read or changed; `null` for none.",
        )
        .compare(Compare::Expression)
        .default(Literal::Null),
        Attr::new(
            "check",
            Shape::Sql,
            "The condition on the rows that may be written; `null` if it is that of `using`.",
        )
        .compare(Compare::Expression)
        .default(Literal::Null),
        Attr::new(
            "permissive",
            Shape::Bool,
            "Whether it grants access; `false` if it restricts the access that other policies grant.",
        )
        .default(Literal::Bool(true)),
        Attr::new("in_force", Shape::Bool, "Whether row security is enabled on its table, and on every partition of it that other roles than its owner have privileges on.")
            .default(Literal::Bool(true))
            .always_checked("row security is not enabled on the table, so the policy does nothing")
            .holds_in_partitions(),
        common::COMMENT,
    ],
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_policy)"),
        extra_columns: &[IN_PARTITIONS],
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

/// The query gives no list if the policy applies to all roles.
fn same_roles(comparison: &Comparison<'_>) -> Verdict {
    let roles = |value: &Value| {
        let mut roles: Vec<String> = value.texts().into_iter().map(str::to_owned).collect();
        roles.sort();
        // With PUBLIC in the list, other roles change nothing.
        if roles.is_empty() || roles.iter().any(|role| role == "public") {
            None
        } else {
            Some(roles)
        }
    };
    match (comparison.expected, comparison.actual) {
        (Value::List(_) | Value::Null, Value::List(_) | Value::Null) => {
            Verdict::when(roles(comparison.expected) == roles(comparison.actual))
        }
        (expected, actual) => Verdict::when(expected == actual),
    }
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let table = common::sql_name(&finding.id.relation());
    let name = common::name(finding.id.last());
    let alter = |what: &str| Some(Hint::sql(format!("ALTER POLICY {name} ON {table} {what};")));
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::sql(format!("DROP POLICY {name} ON {table};"))),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("in_force", Value::Bool(true)) => {
                let enable =
                    |table: &ObjectId| format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", common::sql_name(table));
                let of_partitions = common::partitions::for_each_partition(finding, enable);
                let all = [enable(&finding.id.relation()), of_partitions].join(" ");
                Some(Hint::sql(all.trim_end()))
            }
            ("using", Value::Text(using)) => alter(&format!("USING ({using})")),
            ("check", Value::Text(check)) => alter(&format!("WITH CHECK ({check})")),
            ("roles", Value::List(_)) => {
                let roles = expected.texts().into_iter();
                let roles: Vec<String> = roles
                    .map(|role| {
                        if role == "public" {
                            "PUBLIC".into()
                        } else {
                            common::name(role)
                        }
                    })
                    .collect();
                alter(&format!("TO {}", roles.join(", ")))
            }
            ("roles", _) => alter("TO PUBLIC"),
            ("comment" | "in_force", _) => None,
            _ => Some(Hint::advice_with_sql(
                "drop the policy and create it as expected",
                format!("DROP POLICY {name} ON {table};"),
            )),
        },
    }
}
