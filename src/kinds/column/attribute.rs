//! What to do about findings in the attributes of composite types.

use super::common;
use crate::hint::Hint;
use crate::kinds::{FindingDetail, HintContext};
use crate::value::Value;

/// The columns of a composite type are called its attributes in SQL.
pub(super) fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let alter = |verb: &str, change: &str| {
        let composite = common::sql_name(&finding.id.relation());
        let attribute = common::name(finding.id.last());
        format!("ALTER TYPE {composite} {verb} ATTRIBUTE {attribute}{change};")
    };
    let collate = |collation: Option<&str>| {
        collation.map_or(String::new(), |collation| {
            format!(" COLLATE {}", finding.reference(collation))
        })
    };
    match &finding.detail {
        FindingDetail::Missing(_) => {
            let (sql_type, collation) = (finding.wanted_text("type")?, finding.wanted_text("collation"));
            let sql_type = finding.sql_type(sql_type);
            Some(Hint::sql(alter("ADD", &format!(" {sql_type}{}", collate(collation)))))
        }
        FindingDetail::Unexpected => Some(Hint::advice_with_sql(
            "this drops the attribute and its values in all columns of the type",
            alter("DROP", ""),
        )),
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("type", Value::Text(sql_type)) => Some(Hint::advice_with_sql(
                "PostgreSQL refuses it while a table has a column of the type",
                alter("ALTER", &format!(" TYPE {}", finding.sql_type(sql_type))),
            )),
            ("collation", _) => {
                let sql_type = finding.wanted_text("type")?;
                let collation = expected.as_text().unwrap_or("pg_catalog.default");
                Some(Hint::advice_with_sql(
                    "PostgreSQL refuses it while a table has a column of the type",
                    alter("ALTER", &format!(" TYPE {sql_type}{}", collate(Some(collation)))),
                ))
            }
            _ => None,
        },
        FindingDetail::Unreadable { .. } => None,
    }
}
