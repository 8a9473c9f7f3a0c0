//! The parse tree of a text, in which the server identifies every function and operator by its object identifier.
//!
//! With `debug_print_parse`, the server sends the tree to the client in the DETAIL of a log message. Nothing is planned or
//! executed. Trees that differ only in text positions or in the spelling of conversions mean the same: PostgreSQL's own
//! comparison of trees (`equal()`, `nodes/equalfuncs.c`) ignores the same fields. For a superuser, the trees are not written
//! to the server's log; for other roles, they are.

use std::collections::BTreeSet;

use super::super::client::{Client, Description};
use super::super::server_error::ServerError;
use super::pair::{Pair, Side};
use crate::sql;
use crate::sql::{Sql, literal};

/// A tree without the fields that do not affect its meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ParseTree(Vec<String>);

/// The trees of a pair, or the errors instead.
#[derive(Debug)]
pub(super) struct PairTrees {
    pub(super) expected: Result<ParseTree, ServerError>,
    pub(super) actual: Result<ParseTree, ServerError>,
    /// The tree of the actual text with the search path of the expected one.
    pub(super) actual_on_file_path: Result<ParseTree, ServerError>,
}

/// The fields with positions and spellings.
const IGNORED_FIELDS: [&str; 10] = [
    ":location",
    ":name_location",
    ":stmt_location",
    ":stmt_len",
    ":funcformat",
    ":relabelformat",
    ":coerceformat",
    ":convertformat",
    ":row_format",
    ":list_start",
];

impl ParseTree {
    fn parse(text: &str) -> Self {
        let mut words = words(text).into_iter();
        let mut kept = Vec::new();
        while let Some(word) = words.next() {
            if IGNORED_FIELDS.contains(&word) {
                words.next();
            } else {
                kept.push(word.to_owned());
            }
        }
        Self(kept)
    }

    /// Every number that may be an object identifier, wherever it appears: in fields, in lists, at the end of a node, and in
    /// constants such as that of `nextval('ids'::regclass)`, which are printed byte by byte.
    pub(super) fn oids(&self) -> BTreeSet<u32> {
        let numbers = self.0.iter().flat_map(|word| word.split(|c: char| !c.is_ascii_digit()));
        let mut oids: BTreeSet<u32> = numbers.filter_map(|number| number.parse().ok()).collect();
        for (start, _) in self.0.iter().enumerate().filter(|(_, word)| *word == "[") {
            let bytes: Vec<u8> = self.0[start + 1..]
                .iter()
                .take(8)
                .map_while(|word| byte(word))
                .collect();
            if let Some(first) = bytes.first_chunk::<4>() {
                oids.extend([u32::from_le_bytes(*first), u32::from_be_bytes(*first)]);
            }
            if let Some(last) = bytes.last_chunk::<4>() {
                oids.insert(u32::from_be_bytes(*last));
            }
        }
        oids
    }
}

/// The words of a tree, and each parenthesis and brace by itself: they say what belongs to what. PostgreSQL writes a
/// backslash before those in a text (`outToken`, `nodes/outfuncs.c`).
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    let mut is_escaped = false;
    for (at, c) in text.char_indices() {
        let is_bracket = !is_escaped && matches!(c, '(' | ')' | '{' | '}');
        if is_bracket || !is_escaped && c.is_ascii_whitespace() {
            words.extend(start.take().map(|start| &text[start..at]));
        } else {
            start.get_or_insert(at);
        }
        if is_bracket {
            words.push(&text[at..=at]);
        }
        is_escaped = !is_escaped && c == '\\';
    }
    words.extend(start.map(|start| &text[start..]));
    words
}

/// A byte of a constant, which PostgreSQL prints as a signed number.
fn byte(word: &str) -> Option<u8> {
    word.parse::<i8>().map(i8::cast_unsigned).or_else(|_| word.parse()).ok()
}

/// Reads the parse trees of pairs, in one round trip.
///
/// # Errors
/// The connection breaks.
pub(super) async fn read_trees(
    client: &mut Client,
    pairs: &[&Pair],
    is_superuser: bool,
) -> Result<Vec<PairTrees>, ServerError> {
    let mut descriptions = Vec::new();
    for pair in pairs {
        for (side, path) in [
            (Side::Expected, Some(pair.path())),
            (Side::Actual, None),
            (Side::Actual, Some(pair.path())),
        ] {
            descriptions.push(Description {
                before: Sql::join(before(path, is_superuser), "; "),
                statement: pair.analysis_query(side),
                after: sql!["ROLLBACK TO SAVEPOINT driftgate"],
            });
        }
    }
    let mut trees = client.describe(&descriptions).await?.into_iter().map(|described| {
        let described = described?;
        match described.details.as_slice() {
            [tree] => Ok(ParseTree::parse(tree)),
            _ => Err(ServerError::broken("it sent no parse tree")),
        }
    });
    let none = || Err(ServerError::broken("it sent no parse tree"));
    Ok(pairs
        .iter()
        .map(|_| PairTrees {
            expected: trees.next().unwrap_or_else(none),
            actual: trees.next().unwrap_or_else(none),
            actual_on_file_path: trees.next().unwrap_or_else(none),
        })
        .collect())
}

fn before(path: Option<&str>, is_superuser: bool) -> Vec<Sql> {
    let mut statements = vec![sql!["SAVEPOINT driftgate"]];
    if is_superuser {
        statements.push(sql!["SET LOCAL log_min_messages = fatal"]);
    }
    // The database may have other defaults for these settings.
    for setting in ["debug_pretty_print", "debug_print_rewritten", "debug_print_plan"] {
        statements.push(sql!["SET LOCAL ", setting, " = off"]);
    }
    statements.push(super::set_path(path));
    statements.push(sql!["SET LOCAL client_min_messages = log"]);
    statements.push(sql!["SET LOCAL debug_print_parse = on"]);
    statements
}

/// Sets the search path; `None` selects the one with which the catalog prints.
pub(super) fn set_path(path: Option<&str>) -> Sql {
    path.map_or_else(
        || sql![super::super::PIN_SEARCH_PATH],
        |path| sql!["SELECT pg_catalog.set_config('search_path', ", literal(path), ", true)"],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_ignored() {
        let tree = |location: u32, opno: u32| {
            ParseTree::parse(&format!(
                "{{OPEXPR :opno {opno} :args ({{CONST :consttype 23 :location {location}}}) :location -1}}"
            ))
        };
        assert_eq!(tree(3, 96), tree(5, 96));
        assert_ne!(tree(3, 96), tree(3, 97));
        let sets = |inside: &str, outside: &str| {
            ParseTree::parse(&format!(
                "{{X :sets ({{SET :content ({{Y :location 3}}{inside}) :location 4}}{outside})}}"
            ))
        };
        assert_ne!(sets(" {Y :location 5}", ""), sets("", " {Y :location 5}"));
        assert_eq!(
            words("{A :b a\\)\\ b (i 1)}"),
            ["{", "A", ":b", "a\\)\\ b", "(", "i", "1", ")", "}"]
        );
        assert!(tree(3, 16_500).oids().contains(&16_500));
        for text in [
            "{X :opnos (o 1 16500)}",
            "({X :opno 16500})",
            "({X :opnos (o 16500)})",
            "({X :y {Z :opno 16500}} {X :y 1})",
        ] {
            assert!(ParseTree::parse(text).oids().contains(&16_500), "{text}");
        }
        let constant = "{CONST :consttype 2205 :constvalue 4 [ 116 64 0 0 0 0 0 0 ]}";
        assert!(ParseTree::parse(constant).oids().contains(&16_500));
        let constant = "{CONST :consttype 2205 :constvalue 4 [ -2 -1 64 0 0 0 0 0 ]}";
        assert!(ParseTree::parse(constant).oids().contains(&4_259_838));
    }
}
