//! The arguments of functions and procedures, as CREATE FUNCTION has them.

use crate::attribute::{Comparison, Form, Verdict};
use crate::snapshot::Object;
use crate::sql_text::{Token, TokenKind, split_commas, tokens, unquote_name};
use crate::value::Value;

/// The column of the query with the names of the arguments; an argument without a name has an empty one.
pub(super) const NAMES: &str = "argument_names";

/// The attribute with the arguments.
pub(super) const ARGUMENTS: &str = "arguments";

/// The direction of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArgumentMode {
    In,
    Out,
    InOut,
    Variadic,
}

impl ArgumentMode {
    /// The word for it, as far as SQL needs one.
    pub(super) fn sql(self) -> &'static str {
        match self {
            Self::In => "",
            Self::Out => "OUT ",
            Self::InOut => "INOUT ",
            Self::Variadic => "VARIADIC ",
        }
    }
}

/// One argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Argument<'a> {
    pub(super) mode: ArgumentMode,
    /// The name as it is written.
    pub(super) name: Option<&'a str>,
    pub(super) sql_type: &'a str,
    pub(super) default: Option<&'a str>,
}

/// The arguments of an object of the catalog.
pub(super) fn arguments_of(object: &Object) -> Vec<Argument<'_>> {
    let written = object.get(ARGUMENTS).as_text().unwrap_or_default();
    parse(written, object)
}

/// The arguments in a text. Whether an argument has a name is what the object says: `x y` may be a name and a type, or a
/// type of two words.
fn parse<'a>(text: &'a str, object: &Object) -> Vec<Argument<'a>> {
    parse_named(text, &object.get(NAMES).texts())
}

/// The arguments in a text that have these names in the catalog.
fn parse_named<'a>(text: &'a str, names: &[&str]) -> Vec<Argument<'a>> {
    let arguments = split_commas(text).into_iter().enumerate();
    arguments
        .map(|(number, argument)| parse_one(argument, names.get(number).is_some_and(|name| !name.is_empty())))
        .collect()
}

fn parse_one(text: &str, is_named: bool) -> Argument<'_> {
    let all = tokens(text);
    let is_word = |token: &Token, word: &str| {
        token.kind == TokenKind::Word && text[token.range.clone()].eq_ignore_ascii_case(word)
    };
    let is_equals = |token: &Token| token.kind == TokenKind::Symbol && &text[token.range.clone()] == "=";
    let end = all
        .iter()
        .position(|token| is_word(token, "default") || is_equals(token))
        .unwrap_or(all.len());
    let default = all.get(end).map(|token| text[token.range.end..].trim());
    let mut head = &all[..end];
    let mut name = None;
    // The name may come before the mode.
    let mut mode = take_mode(&mut head, &is_word);
    if mode.is_none() && head.len() > 1 {
        let mut rest = &head[1..];
        mode = take_mode(&mut rest, &is_word);
        if mode.is_some() {
            name = Some(&text[head[0].range.clone()]);
            head = rest;
        }
    }
    if name.is_none()
        && is_named
        && let [first, rest @ ..] = head
        && !rest.is_empty()
    {
        name = Some(&text[first.range.clone()]);
        head = rest;
    }
    let sql_type = match (head.first(), head.last()) {
        (Some(first), Some(last)) => &text[first.range.start..last.range.end],
        _ => "",
    };
    Argument {
        mode: mode.unwrap_or(ArgumentMode::In),
        name,
        sql_type,
        default,
    }
}

/// Takes the mode from the beginning. All of its words are reserved where a name or a type can be.
fn take_mode(head: &mut &[Token], is_word: &dyn Fn(&Token, &str) -> bool) -> Option<ArgumentMode> {
    let [first, rest @ ..] = *head else {
        return None;
    };
    let mode = if is_word(first, "in") {
        ArgumentMode::In
    } else if is_word(first, "out") {
        ArgumentMode::Out
    } else if is_word(first, "inout") {
        ArgumentMode::InOut
    } else if is_word(first, "variadic") {
        ArgumentMode::Variadic
    } else {
        return None;
    };
    *head = rest;
    if mode == ArgumentMode::In
        && let [second, rest @ ..] = *head
        && is_word(second, "out")
    {
        *head = rest;
        return Some(ArgumentMode::InOut);
    }
    Some(mode)
}

/// Compares arguments: modes and names here, types and defaults by the server.
pub(super) fn same_arguments(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected, comparison.actual);
    let (Value::Text(_) | Value::Null, Value::Text(_) | Value::Null) = (expected, actual) else {
        return Verdict::when(expected == actual);
    };
    if expected == actual {
        return Verdict::Equal;
    }
    let object = comparison.object;
    same_lists(
        &parse(expected.as_text().unwrap_or_default(), object),
        &parse(actual.as_text().unwrap_or_default(), object),
    )
}

/// Compares the arguments of an aggregate. ORDER BY separates the direct ones of an ordered-set aggregate from the others.
pub(super) fn same_aggregate_arguments(comparison: &Comparison<'_>) -> Verdict {
    let text = |value: &Value| value.as_text().unwrap_or_default().to_owned();
    let (expected, actual) = (text(comparison.expected), text(comparison.actual));
    if expected == actual {
        return Verdict::Equal;
    }
    let ((expected_direct, expected), (direct, actual)) = (split_order_by(&expected), split_order_by(&actual));
    let names = comparison.object.get(NAMES).texts();
    let first = direct.map_or(0, |direct| split_commas(direct).len());
    let same = |expected: &str, actual: &str, names: &[&str]| {
        same_lists(&parse_named(expected, names), &parse_named(actual, names))
    };
    let verdict = match (expected_direct, direct) {
        (Some(expected), Some(direct)) => same(expected, direct, &names),
        (None, None) => Verdict::Equal,
        (Some(_), None) | (None, Some(_)) => Verdict::Different,
    };
    verdict.and(same(expected, actual, names.get(first..).unwrap_or_default()))
}

/// What is before ORDER BY, if there is one, and what is behind it or the whole text.
fn split_order_by(text: &str) -> (Option<&str>, &str) {
    let all = tokens(text);
    let is = |token: &Token, word: &str| {
        token.kind == TokenKind::Word && text[token.range.clone()].eq_ignore_ascii_case(word)
    };
    let order_by = all
        .windows(2)
        .find(|pair| matches!(pair, [order, by] if is(order, "order") && is(by, "by")));
    match order_by {
        Some([order, by]) => (Some(&text[..order.range.start]), &text[by.range.end..]),
        Some(_) | None => (None, text),
    }
}

fn same_lists(expected: &[Argument<'_>], actual: &[Argument<'_>]) -> Verdict {
    if expected.len() != actual.len() {
        return Verdict::Different;
    }
    expected
        .iter()
        .zip(actual)
        .fold(Verdict::Equal, |verdict, (expected, actual)| {
            verdict.and(same_argument(expected, actual))
        })
}

fn same_argument(expected: &Argument<'_>, actual: &Argument<'_>) -> Verdict {
    Verdict::when(expected.mode == actual.mode && same_name(expected.name, actual.name))
        .and(Verdict::ask(Form::BaseType, expected.sql_type, actual.sql_type))
        .and(match (expected.default, actual.default) {
            (Some(expected), Some(default)) => same_default(expected, default, actual.sql_type),
            (expected, actual) => Verdict::when(expected == actual),
        })
}

/// The name as CREATE FUNCTION folds it, or exactly as in the catalog.
fn same_name(expected: Option<&str>, actual: Option<&str>) -> bool {
    let actual = actual.and_then(unquote_name);
    let Some(expected) = expected else {
        return actual.is_none();
    };
    let folded = if expected.starts_with('"') {
        unquote_name(expected)
    } else {
        Some(expected.to_lowercase())
    };
    folded == actual || Some(expected) == actual.as_deref()
}

/// A default is converted to the type of its argument, unless the type is only known in a call.
fn same_default(expected: &str, actual: &str, sql_type: &str) -> Verdict {
    let is_polymorphic = sql_type.starts_with("any") || sql_type.starts_with("\"any\"");
    let form = if is_polymorphic {
        Form::Expression
    } else {
        Form::Value(sql_type.to_owned())
    };
    Verdict::ask(form, expected, actual)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        text: &str,
        is_named: bool,
        mode: ArgumentMode,
        name: Option<&str>,
        sql_type: &str,
        default: Option<&str>,
    ) {
        let expected = Argument {
            mode,
            name,
            sql_type,
            default,
        };
        assert_eq!(parse_one(text, is_named), expected, "{text}");
    }

    #[test]
    fn arguments_are_taken_apart() {
        check("integer", false, ArgumentMode::In, None, "integer", None);
        check(
            "double precision",
            false,
            ArgumentMode::In,
            None,
            "double precision",
            None,
        );
        check("id int = 3", true, ArgumentMode::In, Some("id"), "int", Some("3"));
        check(
            "IN id int DEFAULT a = b",
            true,
            ArgumentMode::In,
            Some("id"),
            "int",
            Some("a = b"),
        );
        check(
            "x out numeric(10,2)",
            true,
            ArgumentMode::Out,
            Some("x"),
            "numeric(10,2)",
            None,
        );
        check(
            "in out x \"T\"[]",
            true,
            ArgumentMode::InOut,
            Some("x"),
            "\"T\"[]",
            None,
        );
        check("variadic text[]", false, ArgumentMode::Variadic, None, "text[]", None);
        check(
            "\"A b\" text default 'x'",
            true,
            ArgumentMode::In,
            Some("\"A b\""),
            "text",
            Some("'x'"),
        );
        check("text", true, ArgumentMode::In, None, "text", None);
    }
}
