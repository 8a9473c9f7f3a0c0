//! The verdict on one schema, for the others of its variant.

use glob::Pattern;

use super::super::verify::FileAtTime;
use crate::expectation::{CutName, ExpectationFile, NotExpected};
use crate::finding::{Checks, NotCompared, Passes, Target};
use crate::snapshot::Snapshot;
use crate::variant::{Exchange, Fingerprint, MentionedWords};

/// What the verdict on a schema depends on: what is in it, and which migrations are applied.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VariantKey {
    contents: Fingerprint,
    /// Empty if nothing depends on it.
    applied: String,
}

impl VariantKey {
    pub(super) fn of(contents: Fingerprint, times: &[FileAtTime<'_>]) -> Self {
        Self {
            contents,
            applied: times.iter().filter_map(FileAtTime::shown_states).collect(),
        }
    }
}

/// The verdict on the objects of a schema.
pub(super) struct SharedVerdict {
    schema: String,
    checks: Checks,
    not_compared: Vec<NotCompared>,
    cut_names: Vec<CutName>,
    not_expected: Vec<NotExpected>,
    /// What was read outside of the schema.
    outside: MentionedWords,
}

impl SharedVerdict {
    /// The verdict that a target has, and what it was compared with.
    pub(super) fn of(schema: &str, snapshot: &Snapshot, target: &Target) -> Self {
        let mut outside = MentionedWords::default();
        outside.add_outside(snapshot, schema);
        Self {
            schema: schema.to_owned(),
            checks: target.checks.clone(),
            not_compared: target.not_compared.clone(),
            cut_names: target.cut_names.clone(),
            not_expected: target.not_expected.clone(),
            outside,
        }
    }

    /// Whether it holds for another schema with the same contents: nothing outside tells the two apart, and its sentences
    /// can be said of the other one.
    pub(super) fn holds_for(&self, schema: &str) -> bool {
        let exchange = self.exchange(schema);
        !self.outside.contain(&self.schema)
            && !self.outside.contain(schema)
            && !self.checks.findings.iter().any(|check| exchange.is_ambiguous(check))
    }

    fn exchange<'a>(&'a self, schema: &'a str) -> Exchange<'a> {
        Exchange {
            one: &self.schema,
            other: schema,
        }
    }

    /// Gives it to the target of another schema.
    pub(super) fn give(&self, schema: &str, target: &mut Target) {
        let exchange = self.exchange(schema);
        let findings = self.checks.findings.iter().map(|check| exchange.check(check));
        let passes = match &self.checks.passes {
            Passes::Counted => Passes::Counted,
            Passes::Kept(kept) => Passes::Kept(kept.iter().map(|check| exchange.check(check)).collect()),
        };
        target.checks = Checks {
            passed: self.checks.passed,
            findings: findings.collect(),
            passes,
        };
        target.not_compared.clone_from(&self.not_compared);
        target.cut_names.clone_from(&self.cut_names);
        target.not_expected = self
            .not_expected
            .iter()
            .map(|left| exchange.not_expected(left))
            .collect();
    }
}

/// The patterns of the expectations that may match the name of a schema.
pub(super) struct SchemaPatterns {
    /// Those for what is found in a schema.
    pub(super) in_contents: Vec<Pattern>,
    /// How the patterns begin that choose what counts.
    choosing: Vec<String>,
}

impl SchemaPatterns {
    pub(super) fn of(files: &[&ExpectationFile]) -> Self {
        let mut in_contents = Vec::new();
        let mut choosing = Vec::new();
        for file in files {
            let ignored = file.ignored_attributes.iter();
            let ignored = ignored.filter_map(|ignored| ignored.of.as_ref().map(|(_, pattern)| pattern));
            let all = file.ignore.iter().map(|rule| &rule.pattern).chain(ignored);
            in_contents.extend(all.filter(|pattern| has_wildcard(pattern)).cloned());
            choosing.extend(file.only.iter().filter(|pattern| has_wildcard(pattern)).map(beginning));
        }
        Self { in_contents, choosing }
    }

    /// Whether a pattern that chooses what counts may match the name of this schema.
    pub(super) fn may_choose(&self, schema: &str) -> bool {
        self.choosing
            .iter()
            .any(|beginning| schema.starts_with(beginning.as_str()))
    }
}

/// The characters that begin what matches more than itself.
const WILDCARDS: [char; 3] = ['*', '?', '['];

/// A pattern without one that matches a schema has its name, which is a mention.
fn has_wildcard(pattern: &Pattern) -> bool {
    pattern.as_str().contains(WILDCARDS)
}

/// What everything begins with that a pattern matches.
fn beginning(pattern: &Pattern) -> String {
    pattern.as_str().split(WILDCARDS).next().unwrap_or_default().to_owned()
}
