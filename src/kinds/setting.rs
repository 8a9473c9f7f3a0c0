//! Settings of databases, roles and routines.

use std::collections::BTreeMap;

use crate::attribute::{Comparison, Form, Verdict};
use crate::secret;
use crate::value::Value;

/// Compares settings by name, without regard to case, of which some may be secrets. The server says what type a setting has.
pub(super) fn same_settings(comparison: &Comparison<'_>) -> Verdict {
    same_by_name(comparison, str::to_lowercase, same_setting)
}

/// Compares two mappings by their keys, of which `key` gives the form that is compared, and their values.
pub(super) fn same_by_name(
    comparison: &Comparison<'_>,
    key: impl Fn(&str) -> String,
    same: impl Fn(&str, &Value, &Value) -> Verdict,
) -> Verdict {
    let (Value::Map(expected), Value::Map(actual)) = (comparison.expected, comparison.actual) else {
        return Verdict::when(comparison.expected == comparison.actual);
    };
    let by_name = |values: &BTreeMap<String, Value>| -> BTreeMap<String, Value> {
        values.iter().map(|(name, value)| (key(name), value.clone())).collect()
    };
    let (expected, actual) = (by_name(expected), by_name(actual));
    if !expected.keys().eq(actual.keys()) {
        return Verdict::Different;
    }
    expected
        .iter()
        .zip(actual.values())
        .fold(Verdict::Equal, |verdict, ((name, expected), actual)| {
            verdict.and(same(name, expected, actual))
        })
}

/// Compares two values of a setting.
pub(super) fn same_setting(name: &str, expected: &Value, actual: &Value) -> Verdict {
    match (expected, actual) {
        (Value::Text(written), Value::Text(found))
            if !(secret::is_marker(written) || secret::is_digest(written) || secret::is_digest(found)) =>
        {
            Verdict::ask(Form::Setting(name.to_lowercase()), written, found)
        }
        (expected, actual) => secret::compare(expected, actual),
    }
}
