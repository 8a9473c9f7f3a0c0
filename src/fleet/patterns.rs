//! NamePatterns of names: `shop_*`, and behind a `!` what they leave out.

use glob::{MatchOptions, Pattern};

use crate::error::Problem;

use super::WrittenText;

/// NamePatterns of names. A name matches if one of the patterns does and none of those behind a `!`.
#[derive(Debug, Clone)]
pub struct NamePatterns {
    included: Vec<Pattern>,
    excluded: Vec<Pattern>,
}

/// A `*` matches every character, and upper and lower case differ, as in names of PostgreSQL.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: false,
    require_literal_leading_dot: false,
};

impl NamePatterns {
    /// Reads the patterns of a list.
    ///
    /// # Errors
    /// One of them is not a pattern, or all of them leave out.
    pub fn parse(texts: &[WrittenText]) -> Result<Self, Vec<Problem>> {
        let (mut included, mut excluded, mut problems) = (Vec::new(), Vec::new(), Vec::new());
        for WrittenText { text, place } in texts {
            let (list, pattern) = match text.strip_prefix('!') {
                Some(pattern) => (&mut excluded, pattern),
                None => (&mut included, text.as_str()),
            };
            match Pattern::new(pattern) {
                Ok(pattern) => list.push(pattern),
                Err(error) => problems.push(Problem::at(*place, format!("this is no pattern: {}", error.msg))),
            }
        }
        if let (Some(first), true, true) = (texts.first(), included.is_empty(), problems.is_empty()) {
            problems.push(
                Problem::at(first.place, "these patterns only leave out, so nothing matches them")
                    .hint("begin with what they leave it out of: ['*', '!template*']"),
            );
        }
        if problems.is_empty() {
            Ok(Self { included, excluded })
        } else {
            Err(problems)
        }
    }

    /// Whether a name matches.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let any = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches_with(name, OPTIONS));
        any(&self.included) && !any(&self.excluded)
    }
}
