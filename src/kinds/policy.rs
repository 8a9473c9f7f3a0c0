//! Policies of row security.

use super::{
    Advice, FindingDetail, HintContext, Kind, KindSpec, Reading, SqlAddress, UsersAdd, common, constraint, hint, probe,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Literal, RoleNames, Shape, Verdict, Weight};
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
    weight: Weight::Security,
    attrs: &[
        Attr::new(
            "command",
            Shape::OneOf(&["all", "select", "insert", "update", "delete"]),
            "The command that it applies to.",
        ).stored_in(CatalogRow::Own)
        .default(Literal::Text("all")),
        Attr::new(
            "roles",
            common::NAMES,
            "The roles that it applies to. If left out: all roles, which is `[public]`. In any order.",
        ).stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_roles))
        .role_names(RoleNames::Values)
        .default(Literal::Null),
        Attr::new(
            "using",
            Shape::Sql,
            "The condition on the rows that can be read or changed; `null` for none.",
        ).stored_in(CatalogRow::Own)
        .compare(Compare::Expression)
        .default(Literal::Null),
        Attr::new(
            "check",
            Shape::Sql,
            "The condition on the rows that may be written; `null` if it is that of `using`.",
        ).stored_in(CatalogRow::Own)
        .compare(Compare::Expression)
        .default(Literal::Null),
        Attr::new(
            "permissive",
            Shape::Bool,
            "Whether it grants access; `false` if it restricts the access that other policies grant.",
        ).stored_in(CatalogRow::Own)
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
        address: SqlAddress::On("POLICY"),
        hint: Some(hint),
        probe: Some(&probe::POLICY),
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
    let drop = format!("DROP POLICY {name} ON {table};");
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice_with_sql(
            "the policy does nothing unless row security is enabled on the table",
            create(finding),
        )),
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            if *finding.object?.get("permissive") == Value::Bool(true) {
                "this drops the policy, so roles may lose the access that it gives"
            } else {
                "this drops the policy, so roles may get access that it denies"
            },
            drop,
        )),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("in_force", Value::Bool(true)) => {
                let enable =
                    |table: &ObjectId| format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", common::sql_name(table));
                let of_partitions = common::partitions::for_each_partition(finding, enable);
                let all = [enable(&finding.id.relation()), of_partitions].join(" ");
                Some(Hint::advice_with_sql(
                    "this hides every row that no policy allows from all roles but the owner",
                    all.trim_end(),
                ))
            }
            // No statement alters the command, and not every command has both conditions: the policy is created again.
            ("using" | "check" | "roles", _) if is_created_again(finding) => Some(create_again(finding, &drop)),
            ("using", Value::Text(using)) => alter(&format!("USING ({using})")),
            ("check", Value::Text(check)) => alter(&format!("WITH CHECK ({check})")),
            ("roles", _) => alter(&format!("TO {}", roles(expected))),
            ("in_force", _) => None,
            _ => Some(create_again(finding, &drop)),
        },
    }
}

fn create_again(finding: &HintContext<'_>, drop: &str) -> Hint {
    Hint::advice_with_sql(
        "this drops the policy and creates it as expected; run both statements in one transaction",
        format!("{drop} {}", create(finding)),
    )
}

/// Whether an attribute differs that no statement alters.
fn is_created_again(finding: &HintContext<'_>) -> bool {
    let is_other = |name| {
        finding
            .object
            .is_some_and(|policy| policy.get(name) != finding.wanted(name))
    };
    is_other("command") || is_other("permissive")
}

/// The roles of a policy, as statements write them.
fn roles(value: &Value) -> String {
    let roles: Vec<String> = value
        .texts()
        .into_iter()
        .map(|role| {
            if role == "public" {
                "PUBLIC".into()
            } else {
                common::name(role)
            }
        })
        .collect();
    if roles.is_empty() {
        "PUBLIC".into()
    } else {
        roles.join(", ")
    }
}

/// The statements that create the expected policy.
fn create(finding: &HintContext<'_>) -> String {
    let (name, table) = (
        common::name(finding.id.last()),
        common::sql_name(&finding.id.relation()),
    );
    let restrictive = if *finding.wanted("permissive") == Value::Bool(false) {
        " AS RESTRICTIVE"
    } else {
        ""
    };
    let command = finding.wanted_text("command").filter(|command| *command != "all");
    let command = command.map_or(String::new(), |command| format!(" FOR {}", command.to_uppercase()));
    let clause = |attribute: &str, words: &str| {
        let text = finding.wanted_text(attribute);
        text.map_or(String::new(), |text| format!(" {words} ({text})"))
    };
    let create = format!(
        "CREATE POLICY {name} ON {table}{restrictive}{command} TO {}{}{};",
        roles(finding.wanted("roles")),
        clause("using", "USING"),
        clause("check", "WITH CHECK")
    );
    let comment = finding.wanted(common::COMMENT.name);
    let target = format!("POLICY {name} ON {table}");
    let comment = (!comment.is_null()).then(|| hint::comment(&target, comment).text().into_owned());
    constraint::with(create, comment)
}
