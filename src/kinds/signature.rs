//! Functions and procedures are named with the types of their arguments.

use crate::attribute::{Form, Verdict};
use crate::object_id::{ObjectId, show_part};
use crate::sql_text::split_commas;

/// The last part of an identity that matches any arguments.
pub(super) const ANY_ARGUMENTS: &str = "*";

/// `public.f(text, integer)`, or only the name if any arguments match.
pub(super) fn show(id: &ObjectId) -> String {
    let [schema, name, arguments] = id.parts() else {
        return id.to_string();
    };
    let name = format!("{}.{}", show_part(schema), show_part(name));
    if **arguments == *ANY_ARGUMENTS {
        name
    } else {
        format!("{name}({arguments})")
    }
}

/// Whether an expected signature is an actual one: equal names, and types that the server considers equal.
pub(super) fn same(expected: &ObjectId, actual: &ObjectId) -> Verdict {
    let ([schema, name, arguments], [actual_schema, actual_name, actual_arguments]) =
        (expected.parts(), actual.parts())
    else {
        return Verdict::Different;
    };
    if (schema, name) != (actual_schema, actual_name) {
        return Verdict::Different;
    }
    if **arguments == *ANY_ARGUMENTS {
        return Verdict::Equal;
    }
    let (expected, actual) = (split_commas(arguments), split_commas(actual_arguments));
    if expected.len() != actual.len() {
        return Verdict::Different;
    }
    expected
        .iter()
        .zip(actual)
        .fold(Verdict::Equal, |verdict, (expected, actual)| {
            verdict.and(Verdict::ask(Form::BaseType, expected, actual))
        })
}
