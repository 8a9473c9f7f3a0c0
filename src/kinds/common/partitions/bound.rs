//! Compares the bounds of partitions: `for values from ('2024-01-01') to ('2025-01-01')`.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;

use crate::attribute::{Comparison, Form, Verdict};
use crate::sql_text::{TokenKind, split_commas, tokens};
use crate::value::Value;

/// The extra column with the types of the key.
pub(in crate::kinds) const TYPES: &str = "bound_types";

/// A bound: its words in lower case, and the values in parentheses.
struct Bound<'a> {
    words: Vec<String>,
    groups: Vec<Vec<&'a str>>,
}

impl<'a> Bound<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (mut words, mut groups) = (Vec::new(), Vec::new());
        for token in tokens(text) {
            let part = &text[token.range.clone()];
            if token.kind == TokenKind::Group {
                words.push("()".to_owned());
                groups.push(split_commas(part.strip_prefix('(')?.strip_suffix(')')?));
            } else {
                words.push(part.to_lowercase());
            }
        }
        Some(Self { words, groups })
    }
}

/// Whether two bounds differ in case and white space at most.
pub(in crate::kinds) fn is_written_alike(one: &str, other: &str) -> bool {
    match (Bound::parse(one), Bound::parse(other)) {
        (Some(one), Some(other)) => one.words == other.words && one.groups == other.groups,
        (Some(_) | None, Some(_) | None) => false,
    }
}

/// The same words in any case, and values that the server considers equal; those of a list in any order.
pub(in crate::kinds) fn same(comparison: &Comparison<'_>) -> Verdict {
    let (Value::Text(expected), Value::Text(actual)) = (comparison.expected, comparison.actual) else {
        return Verdict::when(comparison.expected == comparison.actual);
    };
    if expected == actual {
        return Verdict::Equal;
    }
    let (Some(expected), Some(actual)) = (Bound::parse(expected), Bound::parse(actual)) else {
        return Verdict::Different;
    };
    if expected.words != actual.words {
        return Verdict::Different;
    }
    let types = comparison.object.get(TYPES).as_list().unwrap_or_default();
    let type_of = |column: usize| types.get(column).and_then(Value::as_text);
    let is_of = |word: &str| expected.words.iter().any(|other| other == word);
    let mut verdict = Verdict::Equal;
    for (expected, actual) in expected.groups.iter().zip(&actual.groups) {
        verdict = verdict.and(if is_of("in") {
            same_list(expected, actual, type_of(0))
        } else if expected.len() != actual.len() {
            Verdict::Different
        } else if is_of("with") {
            Verdict::when(
                expected
                    .iter()
                    .zip(actual)
                    .all(|(one, other)| are_same_words(one, other)),
            )
        } else {
            let pairs = expected.iter().zip(actual).enumerate();
            pairs.fold(Verdict::Equal, |verdict, (column, (one, other))| {
                verdict.and(same_value(one, other, type_of(column)))
            })
        });
    }
    verdict
}

/// A value of the key. The type of an expression in the key is not known.
fn same_value(expected: &str, actual: &str, sql_type: Option<&str>) -> Verdict {
    let (expected, actual) = (expected.trim(), actual.trim());
    let is_word = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
    let is_limit = |text: &str| is_word(text, "minvalue") || is_word(text, "maxvalue") || is_word(text, "null");
    if are_same_words(expected, actual) {
        return Verdict::Equal;
    }
    if is_limit(expected) || is_limit(actual) {
        return Verdict::Different;
    }
    if sql_type.is_some_and(|sql_type| sql_type.starts_with("numeric")) && is_same_number(expected, actual) {
        return Verdict::Equal;
    }
    let form = sql_type.map_or(Form::Expression, |sql_type| Form::Value(sql_type.to_owned()));
    Verdict::ask(form, expected, actual)
}

/// The values of a list, in any order. Values that are spelled in different ways are compared by what is in their quotes, and
/// the rest in the order in which they are written.
fn same_list(expected: &[&str], actual: &[&str], sql_type: Option<&str>) -> Verdict {
    let mut left: Vec<&str> = Vec::new();
    let mut rest: Vec<Option<&str>> = actual.iter().copied().map(Some).collect();
    let mut seen: Vec<&str> = Vec::new();
    for value in expected {
        // PostgreSQL stores a value that is written twice once.
        if seen.iter().any(|other| are_same_words(other, value)) {
            continue;
        }
        seen.push(value);
        if take(&mut rest, &|other| are_same_words(value, other)).is_none() {
            left.push(value);
        }
    }
    let mut verdict = Verdict::Equal;
    let mut last = Vec::new();
    for value in left {
        let is_alike = |other: &str| unquoted(value) == unquoted(other) || is_same_number(value, other);
        match take(&mut rest, &is_alike) {
            Some(other) => verdict = verdict.and(same_value(value, other, sql_type)),
            None => last.push(value),
        }
    }
    let rest: Vec<&str> = rest.into_iter().flatten().collect();
    if last.len() != rest.len() {
        return Verdict::Different;
    }
    last.into_iter().zip(rest).fold(verdict, |verdict, (one, other)| {
        verdict.and(same_value(one, other, sql_type))
    })
}

/// Takes the first value for which this is true.
fn take<'a>(values: &mut [Option<&'a str>], is: &dyn Fn(&str) -> bool) -> Option<&'a str> {
    values
        .iter_mut()
        .find(|value| value.is_some_and(is))
        .and_then(Option::take)
}

/// What is in the first quotes of a value, or the value.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    match value.split_once('\'') {
        Some((_, rest)) => rest.split_once('\'').map_or(rest, |(text, _)| text),
        None => value,
    }
}

/// Whether both are numbers, and equal: `2.5` and `'2.50'`, which differ as values of columns, are one bound.
fn is_same_number(expected: &str, actual: &str) -> bool {
    let is_plain = |text: &&str| !text.contains(['e', 'E']);
    let number = |text: &str| {
        let text = Some(unquoted(text)).filter(is_plain)?;
        BigDecimal::from_str(text).ok()
    };
    number(expected).is_some_and(|expected| number(actual) == Some(expected))
}

/// The same tokens, words in any case.
fn are_same_words(expected: &str, actual: &str) -> bool {
    let (first, second) = (tokens(expected), tokens(actual));
    first.len() == second.len()
        && first.iter().zip(&second).all(|(a, b)| {
            let (text, other) = (&expected[a.range.clone()], &actual[b.range.clone()]);
            let inside = |text: &'_ str| {
                text.get(1..text.len().saturating_sub(1))
                    .map(str::to_owned)
                    .unwrap_or_default()
            };
            a.kind == b.kind
                && match a.kind {
                    TokenKind::Word => text.eq_ignore_ascii_case(other),
                    TokenKind::Group => are_same_words(&inside(text), &inside(other)),
                    TokenKind::QuotedName | TokenKind::QuotedText | TokenKind::Comma | TokenKind::Symbol => {
                        text == other
                    }
                }
        })
}
