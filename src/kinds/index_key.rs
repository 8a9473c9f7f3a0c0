//! One key of an index: a column or expression, and how it is sorted.

use super::common;
use crate::attribute::{Comparison, Form, Verdict};
use crate::kinds::Kind;
use crate::object_id::cut_name;
use crate::snapshot::Object;
use crate::sql_text::{Token, TokenKind, quote_name, tokens, unquote_name};

/// What the query prints before the name of a default operator class that is not the default of each major.
const DEFAULT_PREFIX: &str = "pg_catalog.";

/// One key of an index, parsed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct IndexKey {
    subject: KeySubject,
    collation: Option<String>,
    operator_class: Option<String>,
    /// The parameters of the operator class as written, without white space.
    parameters: Option<String>,
    descending: bool,
    nulls_first: bool,
}

/// What the catalog records of a key besides what the query prints.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct KeyFacts<'a> {
    operator_class: Option<&'a str>,
    collation: Option<&'a str>,
}

/// The column of the query with the collation of each key; an empty text for none.
pub(super) const COLLATIONS: &str = "collations";

impl<'a> KeyFacts<'a> {
    /// The facts of a key of an index.
    pub(super) fn of(object: &'a Object, key: usize) -> Self {
        let of_key = |name: &str| {
            object
                .get(name)
                .texts()
                .get(key)
                .copied()
                .filter(|text| !text.is_empty())
        };
        Self {
            operator_class: of_key("operator_classes"),
            collation: of_key(COLLATIONS),
        }
    }
}

/// What an index key indexes.
#[derive(Debug, PartialEq, Eq)]
enum KeySubject {
    Column(String),
    Expression(String),
}

impl IndexKey {
    /// Parses a key of an expectation file: the exact name of a column, or SQL.
    pub(super) fn parse_expected(text: &str, comparison: &Comparison<'_>) -> Self {
        let relation = comparison.id.relation();
        // A long name may end with the words that follow a name, so only one word is cut.
        let whole = |name: &str| {
            let cut = cut_name(name).filter(|_| tokens(name).len() == 1);
            cut.unwrap_or(name).to_owned()
        };
        let is_column = |name: &str| {
            let id = relation.child(&whole(name));
            comparison.snapshot.get(Kind::Column, &id).is_some()
        };
        let mut key = Self::parse(text.trim(), &is_column);
        if let KeySubject::Column(name) = &mut key.subject {
            *name = whole(name);
        }
        key
    }

    /// Parses a key as the query prints it: a column, quoted if SQL needs that, or an expression.
    pub(super) fn parse_catalog(text: &str) -> Self {
        Self::parse(text, &|name| {
            let tokens = tokens(name);
            tokens.len() == 1 && tokens[0].kind == TokenKind::Word
        })
    }

    /// The column, if the key is a plain column whose operators are those of equality.
    pub(super) fn column(&self) -> Option<&str> {
        match &self.subject {
            KeySubject::Column(name) => Some(name),
            KeySubject::Expression(_) => None,
        }
    }

    /// Whether the key has a collation of its own.
    pub(super) fn has_collation(&self) -> bool {
        self.collation.is_some()
    }

    /// A key of an expectation file as SQL, with quotes around columns that need them. `reference` gives names the schema
    /// that they mean.
    pub(super) fn to_sql(text: &str, reference: &dyn Fn(&str) -> String) -> String {
        let is_column = |name: &str| matches!(tokens(name).as_slice(), [only] if only.kind == TokenKind::Word);
        let key = Self::parse(text.trim(), &is_column);
        match &key.subject {
            KeySubject::Column(column) if text.trim().starts_with(column.as_str()) => {
                let rest = key.with_references(&text.trim()[column.len()..], reference);
                format!("{}{rest}", common::name(column))
            }
            KeySubject::Column(_) | KeySubject::Expression(_) => key.with_references(text, reference),
        }
    }

    /// What follows a column or an expression, with the schemas of its collation and its operator class.
    fn with_references(&self, text: &str, reference: &dyn Fn(&str) -> String) -> String {
        let mut text = text.to_owned();
        for name in [&self.collation, &self.operator_class].into_iter().flatten() {
            // The last such word: a column can have the same name.
            if let Some(at) = text.rfind(name.as_str()) {
                text.replace_range(at..at + name.len(), &reference(name));
            }
        }
        text
    }

    /// Whether an expected key and an actual one are the same.
    pub(super) fn same(&self, actual: &Self, facts: KeyFacts<'_>, comparison: &Comparison<'_>) -> Verdict {
        let names = |expected: &Option<String>, actual: &Option<String>, fact: Option<&str>| match (expected, actual) {
            // The query prints only what is not the default: the fact says what a key without it has.
            (Some(expected), actual) => fact
                .or(actual.as_deref())
                .is_some_and(|actual| comparison.is_name(expected, actual)),
            (None, actual) => actual.is_none(),
        };
        let same_class = self.parameters == actual.parameters
            // With parameters the default class is printed, too; and with the schema of PostgreSQL one that is not the default
            // of each major.
            && match (&self.operator_class, &actual.operator_class) {
                (None, Some(class)) => actual.parameters.is_some() || class.starts_with(DEFAULT_PREFIX),
                (_, _) => names(&self.operator_class, &actual.operator_class, facts.operator_class),
            };
        let same_collation = names(&self.collation, &actual.collation, facts.collation);
        let sorted_alike = self.descending == actual.descending && self.nulls_first == actual.nulls_first;
        Verdict::when(sorted_alike && same_class).and(match (&self.subject, &actual.subject) {
            (KeySubject::Column(expected), KeySubject::Column(column)) => {
                Verdict::when(expected == column && same_collation)
            }
            // A name that is not a column, for instance because the column was renamed.
            (KeySubject::Expression(expected), KeySubject::Column(column)) if expected == column => {
                Verdict::when(same_collation)
            }
            // The collation that is written is the one that the key has: the rest must be the same.
            (KeySubject::Expression(_), _) | (_, KeySubject::Expression(_))
                if self.collation.is_some() && same_collation =>
            {
                Verdict::ask(Form::Expression, &self.subject_sql(), &actual.subject_sql())
            }
            // A part of an expression may set its collation: the server decides.
            (KeySubject::Expression(_), _) | (_, KeySubject::Expression(_)) => {
                Verdict::ask(Form::Expression, &self.collated(), &actual.collated())
            }
        })
    }

    /// The column or expression as an expression.
    fn subject_sql(&self) -> String {
        match &self.subject {
            KeySubject::Column(column) => quote_name(column),
            KeySubject::Expression(text) => text.clone(),
        }
    }

    /// The column or expression, with its collation, as an expression.
    fn collated(&self) -> String {
        let subject = self.subject_sql();
        match &self.collation {
            Some(collation) => format!("({subject}\n) COLLATE {collation}"),
            None => subject,
        }
    }

    fn parse(text: &str, is_column: &dyn Fn(&str) -> bool) -> Self {
        let mut key = Self {
            subject: KeySubject::Column(text.to_owned()),
            collation: None,
            operator_class: None,
            parameters: None,
            descending: false,
            nulls_first: false,
        };
        // The name of a column may be "total desc": try the whole text first.
        if is_column(text) {
            return key;
        }
        let tokens = tokens(text);
        let order = sort_order(text, &tokens);
        key.descending = order.descending;
        key.nulls_first = order.nulls_first;
        let tokens = &tokens[..order.start];
        let Some(last) = tokens.last() else {
            return key;
        };
        let rest = &text[..last.range.end];
        if is_column(rest) {
            key.subject = KeySubject::Column(rest.to_owned());
            return key;
        }
        let subject_end = subject_length(text, tokens);
        let subject = &text[..tokens[subject_end - 1].range.end];
        let mut at = subject_end;
        if tokens
            .get(at)
            .is_some_and(|t| text[t.range.clone()].eq_ignore_ascii_case("collate"))
            && at + 1 < tokens.len()
        {
            let length = name_length(text, &tokens[at + 1..]);
            key.collation = Some(between(text, &tokens[at + 1..at + 1 + length]).to_owned());
            at += 1 + length;
        }
        if at < tokens.len() && key.collation.is_none() || at < tokens.len() && is_name_start(&tokens[at]) {
            let Some((class, parameters)) = operator_class(text, &tokens[at..]) else {
                // CREATE INDEX would need parentheses here: the server decides about the whole text.
                key.subject = KeySubject::Expression(rest.to_owned());
                return key;
            };
            key.operator_class = Some(class);
            key.parameters = parameters;
        }
        key.subject = match tokens {
            [only, ..] if subject_end == 1 && only.kind == TokenKind::QuotedName => {
                KeySubject::Column(unquote_name(subject).unwrap_or_else(|| subject.to_owned()))
            }
            _ if is_column(subject) => KeySubject::Column(subject.to_owned()),
            _ => KeySubject::Expression(subject.to_owned()),
        };
        key
    }
}

/// The end of a key: the direction and the place of nulls.
struct SortOrder {
    descending: bool,
    nulls_first: bool,
    /// The number of tokens before it.
    start: usize,
}

fn sort_order(text: &str, tokens: &[Token]) -> SortOrder {
    let word = |i: usize| -> String {
        tokens
            .get(i)
            .filter(|t| t.kind == TokenKind::Word)
            .map_or(String::new(), |t| text[t.range.clone()].to_lowercase())
    };
    let mut start = tokens.len();
    let mut nulls_first = None;
    let mut descending = false;
    if start >= 3 && word(start - 2) == "nulls" && ["first", "last"].contains(&word(start - 1).as_str()) {
        nulls_first = Some(word(start - 1) == "first");
        start -= 2;
    }
    if start >= 2 && ["asc", "desc"].contains(&word(start - 1).as_str()) {
        descending = word(start - 1) == "desc";
        start -= 1;
    }
    SortOrder {
        descending,
        nulls_first: nulls_first.unwrap_or(descending),
        start,
    }
}

/// An operator class and its parameters, if the tokens are nothing else.
fn operator_class(text: &str, tokens: &[Token]) -> Option<(String, Option<String>)> {
    let length = name_length(text, tokens);
    let has_parameters = tokens.get(length).is_some_and(|t| t.kind == TokenKind::Group);
    if length == 0 || length + usize::from(has_parameters) != tokens.len() {
        return None;
    }
    let parameters = has_parameters.then(|| {
        between(text, &tokens[length..])
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '\'')
            .collect()
    });
    Some((between(text, &tokens[..length]).to_owned(), parameters))
}

/// How many tokens the column, function call or expression in parentheses at the beginning has.
fn subject_length(text: &str, tokens: &[Token]) -> usize {
    if tokens[0].kind == TokenKind::Group {
        return 1;
    }
    let name = name_length(text, tokens).max(1);
    name + usize::from(tokens.get(name).is_some_and(|t| t.kind == TokenKind::Group))
}

/// How many tokens a name, qualified or not, has.
fn name_length(text: &str, tokens: &[Token]) -> usize {
    if !tokens.first().is_some_and(is_name_start) {
        return 0;
    }
    let mut length = 1;
    while tokens.get(length).is_some_and(|t| &text[t.range.clone()] == ".")
        && tokens.get(length + 1).is_some_and(is_name_start)
    {
        length += 2;
    }
    length
}

fn is_name_start(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Word | TokenKind::QuotedName)
}

fn between<'a>(text: &'a str, tokens: &[Token]) -> &'a str {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => &text[first.range.start..last.range.end],
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let columns = ["createdAt", "email", "total desc", "a.b"];
        let key = IndexKey::parse(text, &|name| columns.contains(&name));
        let found = format!(
            "{}{}{}{}{}{}",
            match &key.subject {
                KeySubject::Column(name) => format!("column <{name}>"),
                KeySubject::Expression(text) => format!("expression <{text}>"),
            },
            key.collation.map_or(String::new(), |c| format!(" collate <{c}>")),
            key.operator_class.map_or(String::new(), |c| format!(" class <{c}>")),
            key.parameters.unwrap_or_default(),
            if key.descending { " desc" } else { "" },
            if key.nulls_first { " nulls first" } else { "" },
        );
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn keys_are_taken_apart() {
        check("createdAt", "column <createdAt>");
        check("createdAt desc", "column <createdAt> desc nulls first");
        check("createdAt DESC NULLS LAST", "column <createdAt> desc");
        check("email nulls first", "column <email> nulls first");
        check("total desc", "column <total desc>");
        check("\"total desc\" desc", "column <total desc> desc nulls first");
        check("a.b", "column <a.b>");
        check("email text_pattern_ops", "column <email> class <text_pattern_ops>");
        check(
            "email collate \"C\" text_ops desc",
            "column <email> collate <\"C\"> class <text_ops> desc nulls first",
        );
        check("lower(email)", "expression <lower(email)>");
        check(
            "lower((email)::text) varchar_pattern_ops",
            "expression <lower((email)::text)> class <varchar_pattern_ops>",
        );
        check("(a + b) asc", "expression <(a + b)>");
        check("a || b", "expression <a || b>");
        check(
            "email public.gin_trgm_ops (siglen=32)",
            "column <email> class <public.gin_trgm_ops>(siglen=32)",
        );
    }
}
