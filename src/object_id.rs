//! The identity of an object in a database.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::sql_text::{quote_name, quoted_name_length, unquote_name};

/// The parts that identify an object of its kind, outermost first: `[schema, relation, name]` for an index.
/// Names are exactly those of the catalog, without quotes and without case folding.
/// Names are shared between the objects that have them: a clone copies none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectId(Arc<[Arc<str>]>);

impl ObjectId {
    /// The identity with these parts.
    #[must_use]
    pub fn new<T: Into<Arc<str>>>(parts: Vec<T>) -> Self {
        Self(parts.into_iter().map(Into::into).collect())
    }

    /// The parts, outermost first.
    #[must_use]
    pub fn parts(&self) -> &[Arc<str>] {
        &self.0
    }

    /// The innermost part.
    #[must_use]
    pub fn last(&self) -> &str {
        self.0.last().map_or("", |part| part)
    }

    /// The schema: the first part, whatever the kind. For an object that is in no schema it is its own name.
    #[must_use]
    pub fn schema(&self) -> &str {
        self.0.first().map_or("", |part| part)
    }

    /// The relation, type or routine that this object is or is in: schema and name, without what follows.
    #[must_use]
    pub fn relation(&self) -> Self {
        self.prefix(2)
    }

    /// Whether the object is in a schema, and not one of the database itself such as an extension.
    #[must_use]
    pub fn is_in_schema(&self) -> bool {
        self.0.len() > 1
    }

    /// The identity of something in this object.
    #[must_use]
    pub fn child(&self, part: &str) -> Self {
        Self(self.0.iter().cloned().chain([Arc::from(part)]).collect())
    }

    /// The first `length` parts.
    #[must_use]
    pub fn prefix(&self, length: usize) -> Self {
        Self(self.0.iter().take(length).cloned().collect())
    }

    /// Whether this object is in `parent`, at any depth.
    #[must_use]
    pub fn is_in(&self, parent: &ObjectId) -> bool {
        self.0.len() > parent.0.len() && self.0.starts_with(&parent.0)
    }

    /// As SQL reads it, every part quoted.
    #[must_use]
    pub fn to_sql(&self) -> String {
        self.0.iter().map(|p| quote_name(p)).collect::<Vec<_>>().join(".")
    }
}

impl Ord for ObjectId {
    fn cmp(&self, other: &Self) -> Ordering {
        // Most compared identities are in the same table: shared parts are equal without comparing texts.
        for (one, another) in self.0.iter().zip(other.0.iter()) {
            if !Arc::ptr_eq(one, another) {
                match one.cmp(another) {
                    Ordering::Equal => {}
                    unequal => return unequal,
                }
            }
        }
        self.0.len().cmp(&other.0.len())
    }
}

impl PartialOrd for ObjectId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            let dot = if i == 0 { "" } else { "." };
            write!(f, "{dot}{}", show_part(part))?;
        }
        Ok(())
    }
}

/// The longest name that PostgreSQL stores, in bytes.
pub const LONGEST_NAME: usize = 63;

/// What PostgreSQL makes of a name that is too long: it cuts the name before the character that does not fit. `None` if it
/// is not too long.
#[must_use]
pub fn cut_name(name: &str) -> Option<&str> {
    (name.len() > LONGEST_NAME).then(|| &name[..name.floor_char_boundary(LONGEST_NAME)])
}

/// A name as expectation files write it: unquoted, or quoted as in SQL if it contains a dot, a quote or a parenthesis,
/// which would begin columns or arguments.
#[must_use]
pub fn show_part(part: &str) -> String {
    if part.is_empty() || part.contains(['.', '"', '(']) || part.trim() != part || part.contains(char::is_control) {
        quote_name(part)
    } else {
        part.to_owned()
    }
}

/// The parts of a dotted name as expectation files write it: `billing.invoices`, `"odd.name"`.
/// `None` if a part is empty or a quote is not closed.
#[must_use]
pub fn split_name(text: &str) -> Option<Vec<String>> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        let end = if rest.starts_with('"') {
            quoted_name_length(rest)
        } else {
            rest.find('.').unwrap_or(rest.len())
        };
        let part = unquote_name(&rest[..end])?;
        if part.is_empty() {
            return None;
        }
        parts.push(part);
        match rest[end..].strip_prefix('.') {
            Some(next) => rest = next,
            None if rest.len() == end => return Some(parts),
            None => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<&[&str]>) {
        let found = split_name(text);
        assert_eq!(
            found
                .as_ref()
                .map(|v| v.iter().map(String::as_str).collect::<Vec<_>>())
                .as_deref(),
            expected,
            "parts of {text:?}"
        );
        if let Some(parts) = found {
            assert_eq!(
                split_name(&ObjectId::new(parts.clone()).to_string()),
                Some(parts),
                "{text:?} printed and read again"
            );
        }
    }

    #[test]
    fn names_are_split_at_dots_outside_quotes() {
        check("clients", Some(&["clients"]));
        check("billing.invoices", Some(&["billing", "invoices"]));
        check("\"odd.name\"", Some(&["odd.name"]));
        check("app.\"say \"\"hi\"\".x\"", Some(&["app", "say \"hi\".x"]));
        check("my table", Some(&["my table"]));
        check("HomeSimulatedUsageBucket", Some(&["HomeSimulatedUsageBucket"]));
        check("a.", None);
        check("", None);
        check("\"a", None);
        check("\"a\"b", None);
    }
}
