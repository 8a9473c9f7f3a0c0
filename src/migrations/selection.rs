//! Contexts and labels, by which Liquibase chooses the change sets that it applies. Source: `liquibase-standard`,
//! `liquibase.ContextExpression`, `liquibase.LabelExpression` and `liquibase.util.ExpressionMatcher`.

use super::FolderMigration;

/// The contexts and labels for which migrations are applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// The contexts. Without any, all migrations are applied but those with a context that begins with `@`.
    pub contexts: Vec<String>,
    /// An expression over the labels of migrations.
    pub labels: Option<String>,
}

/// When a migration is applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Expressions over the contexts, all of which must be true: that of the migration and those of the files that
    /// include it.
    pub contexts: Vec<String>,
    /// Lists of labels, all of which must match.
    pub labels: Vec<String>,
}

impl Selection {
    /// Whether a migration is applied.
    #[must_use]
    pub fn selects(&self, migration: &FolderMigration) -> bool {
        let Conditions { contexts, labels } = &migration.conditions;
        let contexts = contexts.iter().all(|expression| self.has_context(expression));
        contexts && labels.iter().all(|labels| self.has_label(labels))
    }

    fn has_context(&self, expression: &str) -> bool {
        let alternatives = parts(expression);
        let mut given = Vec::new();
        for context in &self.contexts {
            given.extend(parts(context));
        }
        if given.is_empty() {
            // Run with Liquibase 4.28.1: a context that begins with `@` must be given.
            return !alternatives.iter().any(|part| part.starts_with('@'));
        }
        alternatives.is_empty() || alternatives.iter().any(|part| matches(part, &given))
    }

    fn has_label(&self, labels: &str) -> bool {
        let labels = parts(labels);
        let expressions = self.labels.as_deref().map(parts).unwrap_or_default();
        let is_required = labels.iter().any(|label| label.starts_with('@'));
        if labels.is_empty() || expressions.is_empty() && !is_required {
            return true;
        }
        expressions.iter().any(|expression| matches(expression, &labels))
    }
}

/// The parts of a list.
fn parts(list: &str) -> Vec<&str> {
    list.split(',').map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// Whether an expression is true if these items are given. `or` binds less than `and`, and that less than `not` and `!`.
fn matches(expression: &str, items: &[&str]) -> bool {
    let tokens = tokens(expression);
    let mut rest = tokens.as_slice();
    any(&mut rest, items, 0)
}

/// The words, parentheses and negations of an expression.
fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for word in text.split_whitespace() {
        let mut start = 0;
        for (at, sign) in word.match_indices(['(', ')', '!', ',']) {
            out.extend((start < at).then(|| &word[start..at]));
            out.push(sign);
            start = at + sign.len();
        }
        out.extend((start < word.len()).then(|| &word[start..]));
    }
    out
}

/// The deepest nesting of parentheses that is read; a deeper expression is false.
const DEEPEST: usize = 64;

fn any(rest: &mut &[&str], items: &[&str], depth: usize) -> bool {
    let mut result = all(rest, items, depth);
    while let Some((word, more)) = rest.split_first()
        && (word.eq_ignore_ascii_case("or") || *word == ",")
    {
        *rest = more;
        result |= all(rest, items, depth);
    }
    result
}

fn all(rest: &mut &[&str], items: &[&str], depth: usize) -> bool {
    let mut result = one(rest, items, depth);
    while let Some((word, more)) = rest.split_first()
        && word.eq_ignore_ascii_case("and")
    {
        *rest = more;
        result &= one(rest, items, depth);
    }
    result
}

fn one(rest: &mut &[&str], items: &[&str], depth: usize) -> bool {
    let mut negated = false;
    while let Some((word, more)) = rest.split_first() {
        *rest = more;
        match *word {
            "!" => negated = !negated,
            "@" => {}
            "(" if depth < DEEPEST => {
                let result = any(rest, items, depth + 1);
                if let Some((&")", more)) = rest.split_first() {
                    *rest = more;
                }
                return result != negated;
            }
            word if word.eq_ignore_ascii_case("not") => negated = !negated,
            word => return is_item(word, items) != negated,
        }
    }
    negated
}

/// Whether a word is one of the items. `@` marks what is required and does not belong to the name.
fn is_item(word: &str, items: &[&str]) -> bool {
    let word = word.trim_start_matches('@');
    items
        .iter()
        .any(|item| item.trim_start_matches('@').eq_ignore_ascii_case(word))
}
