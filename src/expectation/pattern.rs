//! Patterns for the names of objects.

use std::str::FromStr;

use super::cut_pattern;
use crate::kinds::Kind;
use crate::object_id::{ObjectId, split_name};

/// What `[]` is in a pattern: there, brackets enclose characters.
const ARRAY: &str = "[[][]]";

/// The pattern of a name, in which `[]` matches itself: it is a part of the types of arguments. A name may be quoted
/// where that is not needed.
///
/// # Errors
///
/// If the text is not a pattern.
pub fn name_pattern(text: &str) -> Result<glob::Pattern, glob::PatternError> {
    let quoted = split_name(text).filter(|_| text.contains('"') && !text.contains('('));
    let text = quoted.map_or_else(|| text.to_owned(), |parts| ObjectId::new(parts).to_string());
    glob::Pattern::new(&text.replace("[]", ARRAY))
}

/// The pattern as it was written.
#[must_use]
pub fn pattern_text(pattern: &glob::Pattern) -> String {
    pattern.as_str().replace(ARRAY, "[]")
}

/// Whether an object is in one of these schemas and has a name that one of the patterns matches; without schemas and
/// without patterns, every object.
#[must_use]
pub fn is_wanted(kind: Kind, id: &ObjectId, patterns: &[glob::Pattern], schema: &str, schemas: &[String]) -> bool {
    // Schemas, and objects outside of schemas, belong to the whole database.
    if !id.is_in_schema() && !schemas.is_empty() {
        return kind.is_namespace() && schemas.iter().any(|schema| schema == id.last());
    }
    if patterns.is_empty() {
        return true;
    }
    let names = kind.names(id, schema);
    patterns.iter().any(|pattern| {
        let cut = cut_pattern(&pattern_text(pattern));
        names
            .iter()
            .any(|name| pattern.matches(name) || cut.as_ref() == Some(name))
    })
}

/// Patterns for names, which are separated by commas on the command line.
#[derive(Debug, Clone)]
pub struct Patterns(pub Vec<glob::Pattern>);

impl FromStr for Patterns {
    type Err = glob::PatternError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let patterns = split_patterns(text).into_iter().map(name_pattern);
        patterns.collect::<Result<_, _>>().map(Self)
    }
}

/// The patterns of a list. Commas between parentheses and between quotation marks are part of a name.
fn split_patterns(text: &str) -> Vec<&str> {
    let (mut depth, mut is_quoted, mut start) = (0_usize, false, 0);
    let mut patterns = Vec::new();
    for (at, c) in text.char_indices() {
        match c {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            ',' if !is_quoted && depth == 0 => {
                patterns.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    patterns.push(text[start..].trim());
    patterns
}

#[cfg(test)]
mod tests {
    use super::{name_pattern, pattern_text, split_patterns};

    #[test]
    fn commas_of_names_do_not_separate_patterns() {
        assert_eq!(
            split_patterns("a, f(int, text),\"x,y\".\"(\",b*"),
            ["a", "f(int, text)", "\"x,y\".\"(\"", "b*"]
        );
        assert_eq!(split_patterns("a"), ["a"]);
    }

    #[test]
    fn the_brackets_of_an_array_match_themselves() {
        let pattern = name_pattern("f(integer[], [ab]*)").expect("a pattern");
        assert!(pattern.matches("f(integer[], box)"));
        assert!(!pattern.matches("f(integer, box)"));
        assert_eq!(pattern_text(&pattern), "f(integer[], [ab]*)");
    }
}
