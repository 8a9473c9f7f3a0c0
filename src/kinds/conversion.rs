//! Conversions.

use super::{Advice, FindingDetail, HintContext, KeyForm, KindSpec, Reading, Syntax, common};
use crate::attribute::{Attr, Compare, Literal, Shape};
use crate::hint::Hint;

pub(super) static SPEC: KindSpec = KindSpec {
    name: "conversion",
    section: "conversions",
    identity: &["schema", "name"],
    doc: "A conversion from one encoding to another.",
    query: include_str!("conversion.sql"),
    attrs: &[
        Attr::new("source", Shape::Text, "The encoding it converts from: `LATIN1`."),
        Attr::new("target", Shape::Text, "The encoding it converts to: `UTF8`."),
        Attr::new("function", Shape::QualifiedName, "The function that converts.").compare(Compare::Name),
        Attr::new(
            "default",
            Shape::Bool,
            "Whether it is the default conversion between the two encodings.",
        )
        .default(Literal::Bool(false)),
        common::OWNER,
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        ..Syntax::DEFAULT
    },
    reading: Reading {
        if_any: Some("EXISTS (SELECT FROM pg_conversion c WHERE c.connamespace IN (SELECT oid FROM schemas))"),
        ..Reading::DEFAULT
    },
    advice: Advice {
        alter_keyword: Some("CONVERSION"),
        hint: Some(hint),
    },
    ..KindSpec::EMPTY
};

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    match &finding.detail {
        FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
        FindingDetail::Unexpected => Some(Hint::sql(format!("DROP CONVERSION {name};"))),
        FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute, expected, ..
        } => match (*attribute, expected) {
            ("owner" | "comment", _) => None,
            _ => Some(Hint::advice_with_sql(
                "this attribute of a conversion cannot be altered; drop the conversion and create it as expected",
                format!("DROP CONVERSION {name};"),
            )),
        },
    }
}
