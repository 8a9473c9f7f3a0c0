//! The order of versions of migrations.

/// The key by which versions sort: first the numbers, then the text.
pub type SortKey = (Vec<u128>, String);

/// Sorts by the text.
#[must_use]
pub fn text(version: &str) -> Option<SortKey> {
    Some((Vec::new(), version.to_owned()))
}

/// Sorts by the number.
#[must_use]
pub fn number(version: &str) -> Option<SortKey> {
    Some((vec![version.parse().ok()?], String::new()))
}

/// Sorts by the numbers between the dots, where missing ones are 0: `1.10` is after `1.9`, and `2` equals `2.0`.
#[must_use]
pub fn dotted(version: &str) -> Option<SortKey> {
    let mut parts = Vec::new();
    for part in version.split('.') {
        parts.push(part.parse().ok()?);
    }
    while parts.last() == Some(&0) {
        parts.pop();
    }
    Some((parts, String::new()))
}

/// Sorts by the leading number, then by the text.
#[must_use]
pub fn leading_number(version: &str) -> Option<SortKey> {
    let (digits, _) = split_digits(version);
    Some((vec![digits.parse().unwrap_or(0)], version.to_owned()))
}

/// Sorts by the trailing number.
#[must_use]
pub fn trailing_number(version: &str) -> Option<SortKey> {
    let start = version.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    Some((vec![version[start..].parse().ok()?], version.to_owned()))
}

/// The version does not sort: only the folder knows the order.
#[must_use]
pub fn only_the_folder(_version: &str) -> Option<SortKey> {
    None
}

/// The digits that a text begins with, and the rest.
#[must_use]
pub fn split_digits(text: &str) -> (&str, &str) {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    text.split_at(text.len() - rest.len())
}

/// The digits that a text begins with, if it has any.
#[must_use]
pub fn digits(text: &str) -> Option<String> {
    let (digits, _) = split_digits(text);
    (!digits.is_empty()).then(|| digits.to_owned())
}

/// The leading number of a text, without leading zeros, if `_`, `.` or the end of the text follows.
#[must_use]
pub fn number_of(text: &str) -> Option<String> {
    let (digits, rest) = split_digits(text);
    let number: u128 = digits.parse().ok()?;
    (rest.is_empty() || rest.starts_with(['_', '.'])).then(|| number.to_string())
}

/// `20241223101500_add_x` without the digits and the `_` or `-` behind them.
#[must_use]
pub fn without_digits(name: &str) -> Option<&str> {
    let (digits, rest) = split_digits(name);
    let rest = rest.strip_prefix(['_', '-'])?;
    (!digits.is_empty() && !rest.is_empty()).then_some(rest)
}
