//! What is wrong with a query that the server does not accept: the place in it, and what to do.

use super::server_error::ServerError;
use crate::observed::InvalidQuery;
use crate::sql_text::{TokenKind, tokens, words};

/// The characters of a line that are shown before and after the place.
const AROUND: usize = 50;

/// Explains an error of a query. `before` is the text in front of the query in the statement that was sent.
pub(super) fn explain(error: &ServerError, sql: &str, before: &str) -> InvalidQuery {
    // The line break at the end is from driftgate.
    let why = error.message.replace("\n\"", "\"");
    let folded = folded_name(sql, &why);
    let position = error
        .position
        .and_then(|at| at.get().checked_sub(before.chars().count() + 1));
    // What these say does not exist may be missing in the database.
    let may_be_missing = ["42P01", "42703", "42704", "42883", "3F000", "42P02"].contains(&error.code.as_str());
    let is_mistake = folded.is_some() || !may_be_missing;
    InvalidQuery {
        excerpt: position.and_then(|position| excerpt(sql, position)),
        help: folded.or_else(|| error.hint.as_deref().map(str::to_owned)),
        why,
        is_mistake,
    }
}

/// Says how to quote a name with capitals that the server has folded to lower case and not found.
fn folded_name(sql: &str, why: &str) -> Option<String> {
    let is_folded = |name: &str| {
        let lower = name.to_lowercase();
        lower != name
            && [
                format!("\"{lower}\""),
                format!(".{lower} "),
                format!(" {lower} "),
                format!(" {lower}("),
            ]
            .iter()
            .any(|found| why.contains(found))
    };
    if let Some(name) = words(sql).find(|word| !word.starts_with('"') && is_folded(word)) {
        return Some(format!(
            "SQL folds names without quotes to lower case: quote it: \"{name}\""
        ));
    }
    quoted_texts(sql)
        .into_iter()
        .find(|name| is_folded(name))
        .map(|name| format!("SQL folds names without quotes to lower case: quote it: '\"{name}\"'"))
}

/// The texts in single quotes, also those in parentheses.
fn quoted_texts(sql: &str) -> Vec<&str> {
    let mut texts = Vec::new();
    for token in tokens(sql) {
        let text = &sql[token.range];
        match token.kind {
            TokenKind::QuotedText => texts.extend(text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''))),
            TokenKind::Group => texts.extend(quoted_texts(
                text.get(1..text.len().saturating_sub(1)).unwrap_or_default(),
            )),
            TokenKind::Word | TokenKind::QuotedName | TokenKind::Comma | TokenKind::Symbol => {}
        }
    }
    texts
}

/// The line with the character at a position, and a mark below it.
fn excerpt(sql: &str, position: usize) -> Option<String> {
    let (mut start, mut number) = (0, 1);
    for line in sql.split('\n') {
        let length = line.chars().count();
        if position <= start + length {
            let column = position - start;
            let from = column.saturating_sub(AROUND);
            let shown: String = line
                .chars()
                .skip(from)
                .take(2 * AROUND)
                .map(|c| if c == '\t' { ' ' } else { c })
                .collect();
            let label = format!("line {number}: ");
            let mark = " ".repeat(label.len() + column - from);
            return Some(format!("{label}{}\n{mark}^", shown.trim_end()));
        }
        start += length + 1;
        number += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;

    use super::*;

    fn explained(code: &str, message: &str, sql: &str, position: usize) -> InvalidQuery {
        let error = ServerError {
            code: code.into(),
            message: message.into(),
            position: NonZeroUsize::new(position + 3),
            ..ServerError::default()
        };
        explain(&error, sql, "xx ")
    }

    #[test]
    fn a_folded_name_is_to_be_quoted() {
        let query = explained(
            "42703",
            "column \"maxage\" does not exist",
            "SELECT 1\nWHERE maxAge > 1",
            16,
        );
        assert!(query.is_mistake);
        assert_eq!(
            query.excerpt.as_deref(),
            Some("line 2: WHERE maxAge > 1\n              ^")
        );
        assert!(query.help.unwrap().ends_with("quote it: \"maxAge\""));
        let query = explained("42704", "type \"kind\" does not exist", "SELECT ('Kind'::regtype)", 9);
        assert!(query.help.unwrap().ends_with("quote it: '\"Kind\"'"));
        let query = explained("42703", "column \"age\" does not exist", "SELECT age", 8);
        assert_eq!((query.help, query.is_mistake), (None, false));
        assert!(explained("42601", "syntax error", "SELECT +", 1).is_mistake);
    }
}
