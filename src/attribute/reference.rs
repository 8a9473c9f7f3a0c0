//! References to tables and columns of them.

use crate::object_id::split_name;
use crate::sql_text::{TokenKind, split_commas, tokens, unquote_name};

/// The table and columns of a reference, `"billing"."companies"(id, x)`; the columns may be left out.
/// `None` if the text has another form.
#[must_use]
pub fn split_reference(text: &str) -> Option<(Vec<String>, Option<Vec<String>>)> {
    let columns = if text.contains('"') {
        let last = tokens(text).pop();
        last.filter(|token| token.kind == TokenKind::Group)
            .map(|token| token.range.start)
    } else {
        text.find('(')
    };
    let Some(open) = columns.filter(|_| text.trim_end().ends_with(')')) else {
        return Some((split_name(text.trim())?, None));
    };
    let name = split_name(text[..open].trim())?;
    let inside = text[open + 1..].trim_end();
    let columns = split_commas(&inside[..inside.len() - 1])
        .into_iter()
        .map(unquote_name)
        .collect::<Option<Vec<_>>>()?;
    (!columns.is_empty()).then_some((name, Some(columns)))
}
