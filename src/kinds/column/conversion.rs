//! What the statements on the type of a column need: that the type exists, and that PostgreSQL converts to it.

use super::{Kind, common};
use crate::attribute::{Form, Question};
use crate::kinds::{FindingDetail, HintContext};
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::Object;
use crate::value::Value;

/// The question on which it depends whether PostgreSQL accepts a type.
pub(super) fn condition(finding: &HintContext<'_>) -> Option<Question> {
    let text = match (&finding.detail, finding.parent) {
        (FindingDetail::Missing(attributes), Some(Kind::Table | Kind::ForeignTable)) => {
            let sql_type = common::expected(attributes, "type")?.as_text()?;
            format!("NULL::{}", finding.sql_type(sql_type))
        }
        (
            FindingDetail::Differs {
                attribute: "type",
                expected: Value::Text(expected),
                actual: Value::Text(actual),
            },
            Some(Kind::Table),
        ) => format!("NULL::{actual}::{}", finding.sql_type(expected)),
        _ => return None,
    };
    Some(Question {
        form: Form::Columns,
        expected: format!("SELECT {text}"),
        actual: "SELECT".to_owned(),
    })
}

/// How a column is converted to a type, as ALTER TABLE says it. `None` if there is no conversion that works.
pub(super) fn using(finding: &HintContext<'_>, sql_type: &str) -> Option<String> {
    let column = common::name(finding.id.last());
    if finding.parent == Some(Kind::ForeignTable) {
        return Some(String::new());
    }
    if finding.is_refused {
        return has_all_labels(finding, sql_type).then(|| format!(" USING {column}::text::{sql_type}"));
    }
    Some(match sql_type.split_once('(') {
        None => format!(" USING {column}::{sql_type}"),
        Some((name, rest)) if needs_cast(finding, name) => {
            let behind = rest.split_once(')').map_or("", |(_, behind)| behind);
            format!(" USING {column}::{}{behind}", name.trim_end())
        }
        Some(_) => String::new(),
    })
}

/// Whether a type with a modifier needs USING. With it, PostgreSQL makes values shorter without a word, or writes all rows
/// again; without it, PostgreSQL converts a text to nothing but other types of texts.
fn needs_cast(finding: &HintContext<'_>, name: &str) -> bool {
    let there = finding.object.and_then(|column| column.get("type").as_text());
    let is_text = there.is_some_and(|there| there == "text" || there.starts_with("character"));
    let first = name.split_whitespace().next().unwrap_or_default().to_lowercase();
    let texts = ["varchar", "char", "character", "bpchar", "nchar", "national", "bit"];
    is_text && !texts.contains(&first.as_str())
}

/// Whether the values of the column, which is of an enum, are labels of the enum that is expected.
fn has_all_labels(finding: &HintContext<'_>, sql_type: &str) -> bool {
    let labels = |sql_type: &str| -> Option<(Vec<&str>, bool)> {
        let name = sql_type.strip_suffix("[]");
        let id = ObjectId::new(split_name(name.unwrap_or(sql_type))?);
        let labels = finding.snapshot.get(Kind::Enum, &id)?.get("labels").texts();
        Some((labels, name.is_some()))
    };
    let there = finding.object.map(|column: &Object| column.get("type"));
    let there = there.and_then(Value::as_text).and_then(labels);
    match (there, labels(sql_type)) {
        (Some((there, is_list)), Some((wanted, wants_list))) => {
            is_list == wants_list && there.iter().all(|label| wanted.contains(label))
        }
        (Some(_) | None, Some(_) | None) => false,
    }
}
