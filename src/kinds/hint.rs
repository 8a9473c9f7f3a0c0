//! What a kind is given to advise on a finding.

use super::type_name::unknown_type;
use super::{Kind, common};
use crate::attribute::Compare;
use crate::fix::{Advised, Fix};
use crate::hint::Hint;
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{Object, Snapshot};
use crate::sql_text::option_text::boolean;
use crate::sql_text::{quote_literal, unquote_name, words};
use crate::value::Value;

/// The setting that makes transactions read-only.
const READ_ONLY: &str = "default_transaction_read_only";

/// A finding, for the function that advises what to do about it.
pub struct HintContext<'a> {
    /// The object.
    pub id: &'a ObjectId,
    /// The kind of the object that contains it.
    pub parent: Option<Kind>,
    /// The object as it is, if it exists.
    pub object: Option<&'a Object>,
    /// The objects of partitions, and the partitions, that an attribute differs in.
    pub partitions: &'a [ObjectId],
    /// Whether PostgreSQL would refuse the statements that would otherwise be advised; see `Advice::condition`.
    pub is_refused: bool,
    /// What was found.
    pub detail: FindingDetail<'a>,
    /// Whether the expected value is only a part of the whole one.
    pub at_least: bool,
    /// Whether the whole schema was read, because the file is exact.
    pub is_closed: bool,
    /// What the file writes for an attribute.
    pub written: &'a dyn Fn(&str) -> Option<&'a Value>,
    /// What the files write for an attribute of another object.
    pub written_elsewhere: &'a dyn Fn(Kind, &ObjectId, &'static str) -> Option<&'a Value>,
    /// The database.
    pub snapshot: &'a Snapshot,
    /// The schema of names that the file does not qualify.
    pub schema: &'a str,
}

impl<'a> HintContext<'a> {
    /// A name of the file as statements write it: with the schema of the file, if an object of that name is known there.
    pub(super) fn reference(&self, name: &str) -> String {
        let in_schema = split_name(name)
            .filter(|parts| parts.len() == 1)
            .map(|parts| ObjectId::new(vec![self.schema]).child(&parts[0]));
        match in_schema {
            Some(id) if self.snapshot.has_named(&id) => common::sql_name(&id),
            Some(_) | None => common::sql_names(name),
        }
    }

    /// The value that an attribute is to have: the one that is written or implied, or else the one that the object has.
    pub(super) fn wanted(&self, attribute: &str) -> &'a Value {
        if let FindingDetail::Differs {
            attribute: differs,
            expected,
            ..
        } = &self.detail
            && *differs == attribute
            && !self.at_least
        {
            return expected;
        }
        let there = || self.object.map_or(&Value::Null, |object| object.get(attribute));
        (self.written)(attribute).unwrap_or_else(there)
    }

    /// The text that an attribute is to have.
    pub(super) fn wanted_text(&self, attribute: &str) -> Option<&'a str> {
        self.wanted(attribute).as_text()
    }

    /// Whether an attribute is to be true.
    pub(super) fn wants(&self, attribute: &str) -> bool {
        *self.wanted(attribute) == Value::Bool(true)
    }

    /// The texts of the list that an attribute is to be.
    pub(super) fn wanted_list(&self, attribute: &str) -> Vec<&'a str> {
        self.wanted(attribute).texts()
    }

    /// Whether statements have unqualified names of objects in the schema of the file, which PostgreSQL would not find.
    fn needs_path(&self, kind: Kind, sql: &str) -> bool {
        self.schema != "public" && (self.has_written_type(kind, sql) || self.has_known_name(sql))
    }

    /// Whether statements have a type as the file writes it, which may be one of the file's schema.
    fn has_written_type(&self, kind: Kind, sql: &str) -> bool {
        let types = kind.spec().attrs.iter();
        let types = types.filter(|attr| matches!(attr.compare, Compare::Type | Compare::BaseType));
        let written = types.filter_map(|attr| (self.written)(attr.name)?.as_text());
        let mut unqualified = written.filter(|text| !text.contains('.'));
        unqualified.any(|text| sql.contains(&format!(" {text}")))
    }

    /// Whether statements have the unqualified name of an object in the schema of the file.
    fn has_known_name(&self, sql: &str) -> bool {
        words(sql).any(|word| {
            let before = sql[..word.as_ptr() as usize - sql.as_ptr() as usize]
                .chars()
                .next_back();
            before != Some('.')
                && unquote_name(word)
                    .is_some_and(|name| self.is_in_schema(&name.to_lowercase()) || self.is_in_schema(&name))
        })
    }

    /// Whether the schema of the file has an object of this name that texts can mention.
    fn is_in_schema(&self, name: &str) -> bool {
        let id = ObjectId::new(vec![self.schema, name]);
        let can_be_named = Kind::ALL
            .iter()
            .filter(|kind| kind.spec().stub.is_some() && kind.spec().parents.is_empty());
        can_be_named
            .copied()
            .any(|kind| self.snapshot.children(kind, &id).next().is_some())
    }

    /// The hint of a kind for which no statement creates or drops an object. For an attribute that differs, `differs`
    /// makes it from the name, the expected and the actual value.
    pub(super) fn if_differs(
        &self,
        differs: impl FnOnce(&'static str, &Value, &Value) -> Option<Hint>,
    ) -> Option<Hint> {
        match &self.detail {
            FindingDetail::Missing(_) => Some(Hint::advice("apply the migration that creates it")),
            FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
            FindingDetail::Differs {
                attribute,
                expected,
                actual,
            } => differs(attribute, expected, actual),
        }
    }
}

/// The statement without which a session cannot write, where the database makes transactions read-only by default.
#[must_use]
pub fn start_writing(snapshot: &Snapshot) -> Option<String> {
    let setting = ObjectId::new(vec![READ_ONLY]);
    let setting = snapshot.get(Kind::DatabaseSetting, &setting);
    let is_read_only = setting.and_then(|setting| boolean(setting.get("value").as_text()?)) == Some(true);
    is_read_only.then(|| format!("SET {READ_ONLY} = off;"))
}

/// A hint whose statements also work where the database makes transactions read-only by default.
#[must_use]
pub fn in_writing_session(snapshot: &Snapshot, hint: Hint) -> Hint {
    let start = start_writing(snapshot);
    let is_read_only = start.is_some();
    let writing = |sql: &str| format!("{} {sql}", start.as_deref().unwrap_or_default());
    match hint {
        Hint::Sql(sql) if is_read_only => Hint::Sql(writing(&sql)),
        Hint::AdviceWithSql { words, sql } if is_read_only => Hint::advice_with_sql(words, writing(&sql)),
        Hint::Sql(_) | Hint::Advice(_) | Hint::AdviceWithSql { .. } => hint,
    }
}

/// What was found about an object.
#[derive(Debug, Clone)]
pub enum FindingDetail<'a> {
    /// The object does not exist. These attributes were expected.
    Missing(&'a [(&'static str, Value)]),
    /// The object exists and must not.
    Unexpected,
    /// An attribute differs.
    Differs {
        /// The name of the attribute.
        attribute: &'static str,
        /// The expected value.
        expected: &'a Value,
        /// The value in the database.
        actual: &'a Value,
    },
    /// An attribute differs, and PostgreSQL cannot parse the expected value.
    Unreadable {
        /// The name of the attribute.
        attribute: &'static str,
        /// The expected value.
        expected: &'a Value,
        /// The value in the database.
        actual: &'a Value,
    },
}

impl Kind {
    /// The SQL or the advice that resolves a finding. It is shown, never executed.
    #[must_use]
    pub fn hint(self, finding: &HintContext<'_>) -> Option<Hint> {
        Some(self.in_session(finding, self.plain_hint(finding)?))
    }

    /// The hint on a finding, and what a script runs.
    #[must_use]
    pub fn advise(self, finding: &HintContext<'_>) -> Advised {
        let plain = self.plain_hint(finding);
        Advised {
            fix: self.fix(finding, plain.as_ref()).map(Box::new),
            hint: plain.map(|hint| self.in_session(finding, hint)),
        }
    }

    /// What a script runs. `plain` is the hint on the finding.
    fn fix(self, finding: &HintContext<'_>, plain: Option<&Hint>) -> Option<Fix> {
        let advice = &self.spec().advice;
        let is_unexpected = matches!(finding.detail, FindingDetail::Unexpected);
        let mut fix = advice
            .fix
            .and_then(|fix| fix(finding))
            .or_else(|| plain.and_then(Hint::statements).map(Fix::of))
            .or_else(|| self.drop_fix(finding).filter(|_| is_unexpected))?;
        if is_unexpected {
            let loss = advice.drop_loses.map(|loss| loss(finding.id));
            fix = fix.turn(advice.rank.drop_turn()).loses(loss);
        }
        if fix.steps.iter().any(|step| finding.needs_path(self, &step.sql)) {
            fix.path = Some(finding.schema.to_owned());
        }
        Some(fix)
    }

    /// The statement that drops an object. `None` if objects of the kind are not dropped by their own names.
    fn drop_fix(self, finding: &HintContext<'_>) -> Option<Fix> {
        let target = self.spec().advice.address.drop_target(self, finding.id)?;
        Some(Fix::of(format!("DROP {target};")))
    }

    fn in_session(self, finding: &HintContext<'_>, hint: Hint) -> Hint {
        in_writing_session(
            finding.snapshot,
            match &hint {
                Hint::Sql(sql) if finding.needs_path(self, sql) => Hint::Sql(with_path(sql, finding.schema)),
                Hint::AdviceWithSql { words, sql } if finding.needs_path(self, sql) => {
                    Hint::advice_with_sql(words.clone(), with_path(sql, finding.schema))
                }
                Hint::Sql(_) | Hint::Advice(_) | Hint::AdviceWithSql { .. } => hint,
            },
        )
    }

    fn plain_hint(self, finding: &HintContext<'_>) -> Option<Hint> {
        let advice = &self.spec().advice;
        if let FindingDetail::Differs {
            attribute, expected, ..
        } = &finding.detail
            && *attribute == common::COMMENT.name
            && let Some(target) = advice.address.comment_target(self, finding.id)
        {
            return Some(comment(&target, expected));
        }
        if let (
            Some(alter_keyword),
            FindingDetail::Differs {
                attribute, expected, ..
            },
        ) = (advice.alter_keyword, &finding.detail)
            && *attribute == common::OWNER.name
            && let Value::Text(owner) = expected
        {
            return Some(common::set_owner(alter_keyword, finding.id, owner));
        }
        if let FindingDetail::Unreadable {
            attribute,
            expected: Value::Text(text),
            actual,
        } = &finding.detail
            && let Some(attr) = self.attr(attribute)
            && matches!(attr.compare, Compare::Type | Compare::BaseType)
        {
            return Some(unknown_type(finding, text, actual));
        }
        advice.hint.and_then(|hint| hint(finding))
    }

    /// The statement that renames an object of this kind. `parent` is the kind of the object that contains it.
    #[must_use]
    pub fn rename(self, id: &ObjectId, parent: Option<Kind>, to: &str) -> Option<String> {
        self.spec().advice.address.rename(self, id, parent, to)
    }
}

/// Statements that find the unqualified names of a schema.
fn with_path(sql: &str, schema: &str) -> String {
    format!(
        "SET search_path = {}, public; {sql} RESET search_path;",
        common::name(schema)
    )
}

/// The statement that sets a comment. `target` is the text after COMMENT ON.
pub(super) fn comment(target: &str, expected: &Value) -> Hint {
    let text = expected.as_text().map_or_else(|| "NULL".to_owned(), quote_literal);
    Hint::sql(format!("COMMENT ON {target} IS {text};"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statements can be run as they are, and words begin in lower case, but for a proper name.
    fn assert_typed(kind: Kind, hint: &Hint) {
        let (words, sql) = match hint {
            Hint::Sql(sql) => (None, Some(sql)),
            Hint::Advice(words) => (Some(words), None),
            Hint::AdviceWithSql { words, sql } => (Some(words), Some(sql)),
        };
        if let Some(sql) = sql {
            let verb = sql.split(' ').next().unwrap();
            assert!(
                verb.chars().all(|c| c.is_ascii_uppercase()),
                "{}: {sql:?}",
                kind.words()
            );
            assert!(sql.ends_with(';') && !sql.contains('…'), "{}: {sql:?}", kind.words());
        }
        if let Some(words) = words {
            let is_plain = words.starts_with(|c: char| c.is_ascii_lowercase()) || words.starts_with("PostgreSQL ");
            assert!(is_plain && !words.contains("; and "), "{}: {words}", kind.words());
            assert!(!words.ends_with([':', ';', '.']), "{}: {words}", kind.words());
        }
    }

    #[test]
    fn hints_are_statements_or_words_as_their_type_says() {
        let actual = Value::from("other");
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Bool(false),
            Value::Integer(1),
            Value::from("word"),
        ];
        let mut hints = 0;
        for kind in Kind::ALL.iter().copied() {
            let spec = kind.spec();
            let parts = spec.identity.iter().map(|_| "a for b on c as d".to_owned());
            let id = ObjectId::new(parts.collect::<Vec<_>>());
            let mut details = vec![FindingDetail::Unexpected, FindingDetail::Missing(&[])];
            for (attr, expected) in spec
                .attrs
                .iter()
                .flat_map(|attr| values.iter().map(move |value| (attr, value)))
            {
                let (attribute, actual) = (attr.name, &actual);
                details.push(FindingDetail::Differs {
                    attribute,
                    expected,
                    actual,
                });
                details.push(FindingDetail::Unreadable {
                    attribute,
                    expected,
                    actual,
                });
            }
            let parents = spec.parents.iter().copied().map(Some).chain([None]);
            for parent in parents.collect::<Vec<_>>() {
                for detail in &details {
                    let detail = detail.clone();
                    if let Some(hint) = kind.hint(&HintContext {
                        id: &id,
                        parent,
                        object: None,
                        partitions: &[],
                        is_refused: false,
                        detail,
                        at_least: false,
                        is_closed: true,
                        written: &|_| None,
                        written_elsewhere: &|_, _, _| None,
                        snapshot: &Snapshot::default(),
                        schema: "public",
                    }) {
                        assert_typed(kind, &hint);
                        hints += 1;
                    }
                }
            }
        }
        assert!(hints > 100, "{hints} hints");
    }
}
