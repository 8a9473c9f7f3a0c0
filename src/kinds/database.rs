//! The database itself.

use super::{Advice, FindingDetail, HintContext, KindSpec, Reading, Role, common, more_probes};
use crate::attribute::{Attr, Literal, Shape};
use crate::hint::Hint;
use crate::sql_text::quote_literal;
use crate::value::Value;

/// Whether the version of a collation is the one that the operating system has.
pub(super) const COLLATION_CURRENT: Attr = Attr::new(
    "collation_current",
    Shape::Bool,
    "Whether the collation has the version that was recorded; if not, indexes on texts may be corrupt.",
)
.default(Literal::Bool(true))
.always_checked(
    "the library has another version of the collation than the one recorded: indexes on texts may be corrupt",
)
.code_suffix("collation-outdated")
.exceptional();

pub(super) static SPEC: KindSpec = KindSpec {
    name: "database",
    section: "databases",
    identity: &["name"],
    doc: "The database itself. In a file its name is always `current`. `pull` writes it with its owner, so that a check finds \
          another owner. An exact file need not list it while only its owner differs from a new database.",
    query: include_str!("database.sql"),
    attrs: &[
        Attr::new(
            "connection_limit",
            Shape::Integer,
            "How many sessions it may have at the same time; `null` for any number.",
        )
        .default(Literal::Null),
        COLLATION_CURRENT,
        common::OWNER,
        common::grants(&common::OF_DATABASE),
        common::COMMENT,
    ],
    role: Role::Change,
    reading: Reading {
        of_database: true,
        ..Reading::DEFAULT
    },
    advice: Advice {
        hint: Some(hint),
        probe: Some(&more_probes::DATABASE),
        ..Advice::DEFAULT
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::name(&finding.snapshot.server.database);
    let refresh = || {
        Hint::advice_with_sql(
            "rebuild the indexes on texts with REINDEX DATABASE, then record the version",
            format!("ALTER DATABASE {name} REFRESH COLLATION VERSION;"),
        )
    };
    if let (FindingDetail::Unexpected, Some(object)) = (&finding.detail, finding.object) {
        return Some(match object.get(COLLATION_CURRENT.name) {
            Value::Bool(false) => refresh(),
            _ => Hint::advice("give it back the privileges, the connection limit and the comment of a new database"),
        });
    }
    finding.if_differs(|attribute, expected, actual| match (attribute, expected) {
        ("grants", _) => common::grant(&format!("DATABASE {name}"), expected, actual),
        ("owner", Value::Text(owner)) => Some(Hint::sql(format!(
            "ALTER DATABASE {name} OWNER TO {};",
            common::name(owner)
        ))),
        ("connection_limit", Value::Integer(limit)) => {
            Some(Hint::sql(format!("ALTER DATABASE {name} CONNECTION LIMIT {limit};")))
        }
        ("connection_limit", Value::Null) => Some(Hint::sql(format!("ALTER DATABASE {name} CONNECTION LIMIT -1;"))),
        ("collation_current", Value::Bool(true)) => Some(refresh()),
        ("comment", Value::Text(comment)) => Some(Hint::sql(format!(
            "COMMENT ON DATABASE {name} IS {};",
            quote_literal(comment)
        ))),
        ("comment", Value::Null) => Some(Hint::sql(format!("COMMENT ON DATABASE {name} IS NULL;"))),
        _ => None,
    })
}
