//! Check constraints of domains.

use super::{
    Advice, CreationRank, FindingDetail, HintContext, Kind, KindSpec, ListForm, Reading, Shorthand, SqlAddress, Syntax,
    common, constraint, hint, probe,
};
use crate::attribute::{Attr, Compare, Shape};
use crate::hint::Hint;
use crate::value::Value;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "domain_check",
    one: Some("a check constraint of a domain"),
    section: "checks",
    parents: &[Kind::Domain],
    identity: &["schema", "relation", "name"],
    doc: "A check constraint of a domain; the value that is checked is called `VALUE`.",
    query: include_str!("domain_check.sql"),
    attrs: &[
        Attr::new("expression", Shape::Sql, "What every value must satisfy.")
            .compare(Compare::Expression)
            .identifies(),
        common::VALIDATED,
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        shorthand: Shorthand::Scalar("expression"),
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("'d' IN (SELECT typtype FROM type_kinds)"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        address: SqlAddress::DomainConstraint,
        hint: Some(hint),
        rank: CreationRank::Key,
        probe: Some(&probe::DOMAIN_CHECK),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    const ADD: &str = "every value of the domain must satisfy it, so correct those that do not first";
    let domain = common::sql_name(&finding.id.relation());
    let name = common::name(finding.id.last());
    let alter = |what: &str| format!("ALTER DOMAIN {domain} {what};");
    let add = |named: &str| {
        let expression = finding.wanted_text("expression")?;
        let not_valid = if (finding.written)("validated") == Some(&Value::Bool(false)) {
            " NOT VALID"
        } else {
            ""
        };
        let comment = finding.wanted(common::COMMENT.name);
        let target = format!("CONSTRAINT {name} ON DOMAIN {domain}");
        let comment =
            (!named.is_empty() && !comment.is_null()).then(|| hint::comment(&target, comment).text().into_owned());
        let add = alter(&format!("ADD {named}CHECK ({expression}){not_valid}"));
        Some(constraint::with(add, comment))
    };
    let constraint = format!("CONSTRAINT {name} ");
    match &finding.detail {
        FindingDetail::Missing(_) => {
            let named = common::named(finding.id).map_or("", |_| &constraint);
            Some(Hint::advice_with_sql(ADD, add(named)?))
        }
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "this drops the constraint: PostgreSQL then accepts values that it forbids",
            alter(&format!("DROP CONSTRAINT {name}")),
        )),
        FindingDetail::Differs {
            attribute, expected, ..
        } => Some(match *attribute {
            "validated" if **expected == Value::Bool(false) => Hint::advice(constraint::IS_VALIDATED),
            "validated" => Hint::advice_with_sql(
                "PostgreSQL refuses it if older values violate the constraint, so correct those first",
                alter(&format!("VALIDATE CONSTRAINT {name}")),
            ),
            _ => Hint::advice_with_sql(
                format!("this drops the constraint and adds it as expected; {ADD}"),
                format!("{} {}", alter(&format!("DROP CONSTRAINT {name}")), add(&constraint)?),
            ),
        }),
        FindingDetail::Unreadable { .. } => None,
    }
}
