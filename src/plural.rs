//! Numbers of things in messages.

/// A number of things: `1 check`, `2 checks`.
#[must_use]
pub fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
