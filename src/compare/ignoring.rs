//! Which objects and attributes the files of a database leave out. What an exact file ignores holds for all files of the
//! database, and what another file ignores holds for that file.

use std::collections::BTreeSet;

use crate::attribute::Attr;
use crate::expectation::{ExpectationFile, IgnoreRule, IgnoredAttribute, Level, Terms, is_wanted, pattern_text};
use crate::finding::{About, Check, OtherCode};
use crate::hint::Hint;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::Snapshot;
use crate::source_map::Place;

/// What the files of a database ignore.
#[derive(Debug, Default)]
pub(super) struct Ignoring<'a> {
    files: Vec<&'a ExpectationFile>,
    /// The exact files that ignore something.
    closing: Vec<&'a ExpectationFile>,
}

impl<'a> Ignoring<'a> {
    pub(super) fn of(files: &[&'a ExpectationFile]) -> Self {
        let ignores = |file: &&&ExpectationFile| !file.ignore.is_empty() || !file.ignored_attributes.is_empty();
        Self {
            files: files.to_vec(),
            closing: files
                .iter()
                .filter(|file| file.exact)
                .filter(ignores)
                .copied()
                .collect(),
        }
    }

    /// The files whose patterns hold for a file. Those of the file itself come last.
    fn with_effect<'s>(&'s self, file: &'s ExpectationFile) -> impl Iterator<Item = &'s ExpectationFile> {
        let others = self.closing.iter().copied();
        let others = others.filter(move |other| other.file != file.file);
        others.chain([file])
    }

    /// Whether an unlisted object is ignored. The last matching pattern decides. All matching patterns are added to `used`.
    pub(super) fn object(&self, file: &ExpectationFile, kind: Kind, id: &ObjectId, used: &mut BTreeSet<Place>) -> bool {
        let mut ignored = false;
        for of in self.with_effect(file) {
            if !of.ignore.iter().any(|rule| rule.kind == kind) {
                continue;
            }
            let names = of.names(kind, id);
            for rule in of.ignore.iter().filter(|rule| rule.kind == kind) {
                if names.iter().any(|name| rule.pattern.matches(name)) {
                    used.insert(rule.place);
                    ignored = !rule.negated;
                }
            }
        }
        ignored || self.everything_of(file, kind, id) || !is_chosen(file, kind, id)
    }

    /// Whether an unlisted object is ignored by any of the files.
    pub(super) fn object_of_any(&self, kind: Kind, id: &ObjectId) -> bool {
        let mut files = self.files.iter();
        files.any(|file| self.object(file, kind, id, &mut BTreeSet::new()))
    }

    /// Whether an attribute is not compared. The last matching entry decides.
    pub(super) fn attribute(&self, file: &ExpectationFile, kind: Kind, id: &ObjectId, attr: &Attr) -> bool {
        let mut ignored = false;
        for of in self.with_effect(file) {
            ignored = of.ignores_attribute(kind, id, attr.name, ignored);
        }
        ignored
    }

    /// Whether all that an object says is ignored, so that it does not matter whether it exists: an entry of privileges.
    pub(super) fn everything_of(&self, file: &ExpectationFile, kind: Kind, id: &ObjectId) -> bool {
        let mut attrs = kind.spec().attrs.iter();
        kind.is_only_attributes() && attrs.all(|attr| self.attribute(file, kind, id, attr))
    }

    /// The warnings about patterns that match nothing.
    pub(super) fn unused(&self, used: &BTreeSet<Place>, snapshot: &Snapshot) -> Vec<Check> {
        let mut out = Vec::new();
        // Where only some objects are checked, the others are not searched for.
        for file in self.files.iter().filter(|file| file.only.is_empty()) {
            let only_here = !file.exact && self.files.iter().any(|other| other.exact);
            let rules = file.ignore.iter();
            let rules = rules.filter(|rule| !rule.optional && !used.contains(&rule.place));
            out.extend(rules.map(|rule| unused_pattern(rule, only_here)));
            let attributes = file.ignored_attributes.iter();
            out.extend(attributes.filter_map(|rule| unused_attribute(file, rule, only_here, snapshot)));
        }
        out
    }
}

/// Whether an object, or what contains it, is among those that `--only` chooses.
fn is_chosen(file: &ExpectationFile, kind: Kind, id: &ObjectId) -> bool {
    file.only.is_empty() || !kind.spec().parents.is_empty() || is_wanted(kind, id, &file.only, &file.schema, &[])
}

/// The finding that a pattern matches nothing: it is a mistake, or the objects that it ignored no longer exist.
fn unused_pattern(rule: &IgnoreRule, only_here: bool) -> Check {
    let bang = if rule.negated { "!" } else { "" };
    let pattern = format!("{bang}{}", pattern_text(&rule.pattern));
    idle(rule.kind, pattern, rule.place, only_here)
}

/// The finding that no object has a name for which an attribute is ignored.
fn unused_attribute(
    file: &ExpectationFile,
    rule: &IgnoredAttribute,
    only_here: bool,
    snapshot: &Snapshot,
) -> Option<Check> {
    let (kind, pattern) = rule.of.as_ref().filter(|_| !rule.optional)?;
    let mut objects = snapshot.of_kind(*kind);
    let is_used = objects.any(|(id, _)| file.names(*kind, id).iter().any(|name| pattern.matches(name)));
    (!is_used).then(|| idle(*kind, pattern_text(pattern), rule.place, only_here))
}

fn idle(kind: Kind, pattern: String, place: Place, only_here: bool) -> Check {
    let message = format!("pattern `{pattern}` matches no {}", kind.words());
    let about = About::Pattern { kind, pattern };
    let terms = Terms {
        level: Level::Warn,
        reason: None,
        exact: false,
        window: Vec::new(),
    };
    let hint = if only_here {
        "it applies to this file only: to ignore objects of all files, write it in the file with `exact`; otherwise remove or \
         correct the pattern"
    } else {
        "remove or correct the pattern"
    };
    Check::drift(about, OtherCode::IgnoreIdle.into(), place, &terms, message).hint(Hint::advice(hint))
}
