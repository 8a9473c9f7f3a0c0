//! Values of options and settings, as PostgreSQL reads their texts.

/// One of PostgreSQL's words for a boolean, or the beginning of one that no other begins with. Source: `parse_bool`,
/// `src/backend/utils/adt/bool.c`.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    let text = text.to_ascii_lowercase();
    let begins = |word: &str| !text.is_empty() && word.starts_with(text.as_str());
    match text.as_str() {
        "on" | "1" => Some(true),
        "of" | "off" | "0" => Some(false),
        _ if begins("true") || begins("yes") => Some(true),
        _ if begins("false") || begins("no") => Some(false),
        _ => None,
    }
}

/// Whether `read` understands two texts and finds the same value in them.
pub(crate) fn same_value<T: PartialEq>(expected: &str, actual: &str, read: impl Fn(&str) -> Option<T>) -> bool {
    let expected = read(expected);
    expected.is_some() && expected == read(actual)
}
