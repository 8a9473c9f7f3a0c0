//! The words of findings.

use serde_json::Value as Json;

use crate::attribute::Attr;
use crate::expectation::{ExpectedAttribute, Extent};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::report::{Check, code};
use crate::snapshot::{Object, Snapshot};
use crate::suggest;
use crate::value::Value;

/// "a" or "an", as the word asks for.
pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o']) {
        "an"
    } else {
        "a"
    }
}

/// Says that an object is not there, and what is there instead.
pub(super) fn missing(check: &mut Check, kind: Kind, id: &ObjectId, snapshot: &Snapshot) {
    let words = kind.words();
    check.code = code(kind.spec().name, "missing");
    check.expected = Json::from("present");
    check.actual = Json::from("absent");
    check.message = format!("{words} {} does not exist", check.object);
    // Objects by meaning have no name that could be mistaken.
    if check.object != kind.show(id) {
        return;
    }
    let other = Kind::ALL.iter().find(|other| {
        **other != kind && other.spec().identity == kind.spec().identity && snapshot.get(**other, id).is_some()
    });
    if let Some(other) = other {
        let other = other.words();
        check.message = format!("{}; there is {} {other} of this name", check.message, article(&other));
        return;
    }
    let parent = id.prefix(id.parts().len() - 1);
    let siblings: Vec<&str> = snapshot
        .children(kind, &parent)
        .map(|(sibling, _)| sibling.last())
        .collect();
    let is_signature = kind.spec().same.is_some();
    if is_signature && !siblings.is_empty() {
        let signatures: Vec<String> = siblings.iter().map(|s| format!("({s})")).collect();
        check.message = format!(
            "{}; there is one with the arguments {}",
            check.message,
            signatures.join(" and ")
        );
    } else if let Some(near) = suggest::nearest(id.last(), siblings) {
        check.message = format!("{}; did you mean `{near}`?", check.message);
    }
}

/// Says that an object is there and must not be. `unlisted` if nobody spoke of it.
pub(super) fn unexpected(check: &mut Check, kind: Kind, id: &ObjectId, unlisted: bool) {
    check.code = code(kind.spec().name, "unexpected");
    check.object = kind.show(id);
    check.kind = kind.spec().name;
    check.expected = Json::from("absent");
    check.actual = Json::from("present");
    let why = if unlisted {
        "exists but is not listed"
    } else {
        "exists but must not"
    };
    check.message = format!("{} {} {why}", kind.words(), check.object);
}

/// Says that an attribute is not what was expected.
pub(super) fn differs(
    check: &mut Check,
    kind: Kind,
    id: &ObjectId,
    attr: &'static Attr,
    extent: Extent,
    expected: &Value,
    actual: &Value,
) {
    check.code = code(kind.spec().name, attr.code.unwrap_or(attr.name));
    check.expected = Json::from(expected);
    check.actual = Json::from(actual);
    let what = format!("{} {}", kind.words(), kind.show(id));
    check.message = match extent {
        Extent::Whole => format!("{} of {what} is {actual}, expected {expected}", attr.name),
        Extent::AtLeast => format!(
            "{} of {what} lacks {}; there is {actual}",
            attr.name,
            lacking(expected, actual)
        ),
    };
    if let (Some(words), Some(default)) = (attr.implied, attr.default)
        && *expected == Value::from(default)
    {
        check.detail = Some(words.to_owned());
    }
}

/// The expected items that are not there.
fn lacking(expected: &Value, actual: &Value) -> String {
    let there = actual.as_list().unwrap_or_default();
    let items: Vec<String> = expected
        .as_list()
        .unwrap_or_default()
        .iter()
        .filter(|item| !there.contains(item))
        .map(ToString::to_string)
        .collect();
    items.join(", ")
}

/// What identifies an object by meaning: `org_id, period_start`.
pub(super) fn identity(identifying: &[&ExpectedAttribute]) -> String {
    let parts: Vec<String> = identifying
        .iter()
        .map(|a| match &a.value {
            Value::List(items) => items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
            other => other.to_string(),
        })
        .collect();
    parts.join(" -> ")
}

/// Adds the objects that come near to what was expected by meaning, and why they are not it.
pub(super) fn add_near(
    check: &mut Check,
    identifying: &[&ExpectedAttribute],
    near: &[(Kind, &ObjectId, &Object, &str)],
) {
    let wanted: Vec<&str> = identifying.iter().flat_map(|a| a.value.texts()).collect();
    let reasons: Vec<String> = near
        .iter()
        .filter(|(kind, _, object, _)| {
            kind.spec().attrs.iter().filter(|a| a.identifies).any(|a| {
                let mut names: Vec<String> = object
                    .get(a.name)
                    .texts()
                    .iter()
                    .map(|n| crate::sql_text::unquote_name(n).unwrap_or_else(|| (*n).to_owned()))
                    .collect();
                names.sort();
                let mut wanted = wanted.clone();
                wanted.sort_unstable();
                names == wanted
            })
        })
        .map(|(kind, id, _, why)| format!("{} {} {why}", kind.words(), id.last()))
        .collect();
    if !reasons.is_empty() {
        check.message = format!("{}: {}", check.message, reasons.join("; "));
    }
}
