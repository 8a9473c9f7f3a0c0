//! Findings of one schema as those of another one.

use crate::expectation::NotExpected;
use crate::finding::{About, Cause, Check};
use crate::fix::{Fix, FixStep, InList, Loss, Recreated};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::sql_text::continues_word;
use crate::value::Value;

/// Exchanges the names of two schemas of a variant.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The one.
    pub one: &'a str,
    /// The other.
    pub other: &'a str,
}

impl Exchange<'_> {
    /// A text with the names exchanged.
    #[must_use]
    pub fn text(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let word = rest.find(|c| !continues_word(c)).unwrap_or(rest.len());
            out.push_str(match &rest[..word] {
                found if found == self.one => self.other,
                found if found == self.other => self.one,
                found => found,
            });
            let after = &rest[word..];
            let next = after.find(continues_word).unwrap_or(after.len());
            out.push_str(&after[..next]);
            rest = &after[next..];
        }
        out
    }

    /// Whether the sentences about a check have one of the names where it may be a word of English: a schema can be called
    /// `a` or `value`.
    #[must_use]
    pub fn is_ambiguous(self, check: &Check) -> bool {
        let hint = check.hint.as_ref().and_then(Hint::words);
        let sentences = [Some(check.message.as_str()), check.detail.as_deref(), hint];
        let mut sentences = sentences.into_iter().flatten();
        sentences.any(|text| may_be_a_word(text, self.one) || may_be_a_word(text, self.other))
    }

    /// A check of the one schema as that of the other.
    #[must_use]
    pub fn check(self, check: &Check) -> Check {
        Check {
            about: self.about(&check.about),
            expected: self.value(&check.expected),
            actual: self.value(&check.actual),
            message: self.text(&check.message),
            detail: check.detail.as_deref().map(|detail| self.text(detail)),
            hint: check.hint.as_ref().map(|hint| self.hint(hint)),
            fix: check.fix.as_ref().map(|fix| Box::new(self.fix(fix))),
            caused_by: check.caused_by.as_ref().map(|cause| Cause {
                id: self.text(&cause.id),
                code: cause.code,
                subject: self.text(&cause.subject),
            }),
            ..check.clone()
        }
    }

    /// What is not expected of the one schema as that of the other.
    #[must_use]
    pub fn not_expected(self, left: &NotExpected) -> NotExpected {
        NotExpected {
            subjects: left.subjects.iter().map(|subject| self.text(subject)).collect(),
            ..left.clone()
        }
    }

    fn about(self, about: &About) -> About {
        match about {
            About::Object { kind, id } => About::Object {
                kind: *kind,
                id: self.id(id),
            },
            About::ByMeaning {
                kind,
                parent,
                description,
            } => About::ByMeaning {
                kind: *kind,
                parent: self.id(parent),
                description: self.text(description),
            },
            About::Unlisted { kind, parent } => About::Unlisted {
                kind: *kind,
                parent: parent.as_ref().map(|parent| self.id(parent)),
            },
            About::MigrationHistory(table) => About::MigrationHistory(table.as_ref().map(|table| self.id(table))),
            About::Migration(_) | About::Assertion(_) | About::Pattern { .. } | About::BaselineEntry(_) => {
                about.clone()
            }
        }
    }

    fn id(self, id: &ObjectId) -> ObjectId {
        ObjectId::new(id.parts().iter().map(|part| self.text(part)).collect())
    }

    fn value(self, value: &Value) -> Value {
        match value {
            Value::Text(text) => Value::Text(self.text(text)),
            Value::List(items) => Value::List(items.iter().map(|item| self.value(item)).collect()),
            Value::Map(entries) => {
                let entries = entries.iter();
                Value::Map(
                    entries
                        .map(|(key, value)| (self.text(key), self.value(value)))
                        .collect(),
                )
            }
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Secret(_) => value.clone(),
        }
    }

    fn hint(self, hint: &Hint) -> Hint {
        match hint {
            Hint::Sql(sql) => Hint::Sql(self.text(sql)),
            Hint::Advice(words) => Hint::Advice(self.text(words)),
            Hint::AdviceWithSql { words, sql } => Hint::AdviceWithSql {
                words: self.text(words),
                sql: self.text(sql),
            },
        }
    }

    fn fix(self, fix: &Fix) -> Fix {
        let step = |step: &FixStep| FixStep::new(self.text(&step.sql), step.run);
        Fix {
            steps: fix.steps.iter().map(step).collect(),
            path: fix.path.as_deref().map(|path| self.text(path)),
            loss: fix.loss.as_ref().map(|loss| self.loss(loss)),
            turn: fix.turn,
            recreates: fix.recreates.as_ref().map(|what| match what {
                Recreated::Column(column) => Recreated::Column(self.id(column)),
                Recreated::Query(view) => Recreated::Query(self.id(view)),
            }),
            list: fix.list.as_ref().map(|list| match list {
                // What comes before the place may have another length.
                InList::Holds(place) => {
                    let head = fix.steps.first().and_then(|step| step.sql.get(..*place));
                    InList::Holds(head.map_or(*place, |head| self.text(head).len()))
                }
                InList::Entry(entry) => InList::Entry(self.text(entry)),
            }),
            leaves: fix.leaves,
        }
    }

    fn loss(self, loss: &Loss) -> Loss {
        match loss {
            Loss::Rows(relation) => Loss::Rows(self.id(relation)),
            Loss::Values(column) => Loss::Values(self.id(column)),
            Loss::Conversion { column, from, to } => Loss::Conversion {
                column: self.id(column),
                from: self.text(from),
                to: self.text(to),
            },
            Loss::Other(what) => Loss::Other(what),
        }
    }
}

/// The word before the name of a schema, in sentences and in SQL.
const SCHEMA_WORD: &str = "schema ";

/// Whether a text has a name where it does not qualify another one, as in `t_1.orders`, and does not follow the word `schema`.
fn may_be_a_word(text: &str, name: &str) -> bool {
    let is_word = |at: usize| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !before.ends_with(continues_word) && !after.starts_with(continues_word)
    };
    let is_schema = |at: usize| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        let qualified = after
            .strip_prefix('.')
            .is_some_and(|rest| rest.starts_with(|c| continues_word(c) || c == '"'));
        let last = before
            .len()
            .checked_sub(SCHEMA_WORD.len())
            .and_then(|at| before.get(at..));
        qualified || last.is_some_and(|last| last.eq_ignore_ascii_case(SCHEMA_WORD))
    };
    let mut places = text.match_indices(name).map(|(at, _)| at).filter(|at| is_word(*at));
    places.any(|at| !is_schema(at))
}

#[cfg(test)]
mod tests {
    use super::{Exchange, may_be_a_word};

    #[test]
    fn a_name_that_may_be_a_word_is_told_apart() {
        for (text, expected) in [
            ("table a.t does not exist", false),
            ("if a value does not fit", true),
            ("column a.\"B\".x", false),
            ("GRANT USAGE ON SCHEMA a", false),
            ("it was in a. Look", true),
            ("data of area.t", false),
            ("", false),
        ] {
            assert_eq!(may_be_a_word(text, "a"), expected, "{text}");
        }
    }

    #[test]
    fn whole_words_are_exchanged() {
        let exchange = Exchange { one: "t_1", other: "b" };
        assert_eq!(
            exchange.text("table t_1.orders (t_11) exists in b, 't_1.b'"),
            "table b.orders (t_11) exists in t_1, 'b.t_1'"
        );
        assert_eq!(exchange.text(""), "");
        assert_eq!(exchange.text("…t_1 "), "…b ");
    }
}
