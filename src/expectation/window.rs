//! When objects are expected: since a migration is applied, and until another one is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::keys::ObjectKey;
use super::{Assertion, ExpectationFile, ExpectedObject, Subject, Terms};
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::source_map::Place;

/// One end of the time in which something is expected.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowEnd {
    /// Which end it is.
    pub side: WindowSide,
    /// The migration, as the file names it.
    pub migration: String,
    /// Its place in the file.
    pub place: Place,
}

/// Which end of a time a migration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WindowSide {
    /// Expected when the migration is applied.
    Since,
    /// Expected as long as the migration is not applied.
    Until,
}

impl WindowSide {
    /// The key of the file.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Since => ObjectKey::Since.name(),
            Self::Until => ObjectKey::Until.name(),
        }
    }
}

/// Whether a migration is applied in a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppliedState {
    /// It is.
    Applied,
    /// It is not.
    NotApplied,
    /// It could not be determined, for this reason.
    Undetermined(String),
}

/// An object that is set aside, because it is not expected of this database, or because that is not known.
#[derive(Debug)]
pub struct SetAside {
    /// The object. Its parent is none if that is set aside, too.
    pub object: ExpectedObject,
    /// Whether it is in another object that is set aside.
    pub is_inside: bool,
    /// The end of its time that sets it aside.
    pub end: WindowEnd,
    /// Why it is not known whether the object is expected; none if it is known that it is not.
    pub unknown: Option<String>,
}

/// All times of a file.
#[derive(Debug, Clone, Default)]
pub struct Windows {
    /// The ends that are written, in the order of the file.
    pub(super) ends: Vec<WindowEnd>,
    /// The times with at least one end: those of an object, with those of the objects that it is in.
    pub(super) times: Vec<Vec<WindowEnd>>,
    /// The alternatives of each object that has some: their places and times.
    pub(super) alternatives: Vec<Vec<(Place, Vec<WindowEnd>)>>,
}

impl Windows {
    /// Whether everything is always expected.
    #[must_use]
    pub fn are_open(&self) -> bool {
        self.ends.is_empty()
    }

    /// The migrations that are named, each once.
    #[must_use]
    pub fn migrations(&self) -> BTreeSet<&str> {
        self.ends.iter().map(|end| end.migration.as_str()).collect()
    }

    /// Adds the time of an object that has ends of its own.
    pub(super) fn add(&mut self, before: usize, time: &[WindowEnd]) {
        self.ends.extend(time.iter().skip(before).cloned());
        self.times.push(time.to_vec());
    }
}

/// The end of a time that closes it; with the reason if that is not known.
fn closed<'t>(
    time: &'t [WindowEnd],
    applied: &dyn Fn(&str) -> AppliedState,
) -> Option<(&'t WindowEnd, Option<String>)> {
    let mut unknown = None;
    for end in time {
        match (applied(&end.migration), end.side) {
            (AppliedState::Applied, WindowSide::Since) | (AppliedState::NotApplied, WindowSide::Until) => {}
            (AppliedState::NotApplied, WindowSide::Since) | (AppliedState::Applied, WindowSide::Until) => {
                return Some((end, None));
            }
            (AppliedState::Undetermined(why), _) => {
                unknown.get_or_insert((end, Some(why)));
            }
        }
    }
    unknown
}

impl Terms {
    /// The end of its time because of which something is not expected; with the reason if that is not known.
    #[must_use]
    pub fn closed(&self, applied: &dyn Fn(&str) -> AppliedState) -> Option<(&WindowEnd, Option<String>)> {
        closed(&self.window, applied)
    }
}

impl ExpectationFile {
    /// The file with only the objects that are expected of a database. `applied` says of a migration whether it is applied there.
    /// Histories and assertions are left out.
    #[must_use]
    pub fn at_time(&self, applied: &dyn Fn(&str) -> AppliedState) -> Self {
        let mut now = Self {
            exact_schemas: self.exact_schemas.clone(),
            encoded_names: self.encoded_names.clone(),
            database: self.database.clone(),
            against: self.against.clone(),
            parties: self.parties.clone(),
            schema: self.schema.clone(),
            objects: Vec::new(),
            set_aside: Vec::new(),
            histories: Vec::new(),
            changes: None,
            assertions: Vec::new(),
            ignore: self.ignore.clone(),
            ignored_attributes: self.ignored_attributes.clone(),
            role_names: self.role_names.clone(),
            only: self.only.clone(),
            cut_names: self.cut_names.clone(),
            singles: super::Singles::default(),
            windows: self.windows.clone(),
            ..*self
        };
        let mut positions: Vec<Option<usize>> = Vec::with_capacity(self.objects.len());
        for object in &self.objects {
            let parent = object.parent.map(|parent| positions[parent]);
            let copy = ExpectedObject {
                parent: parent.flatten(),
                ..object.clone()
            };
            match object.terms.closed(applied) {
                None => {
                    positions.push(Some(now.objects.len()));
                    now.objects.push(copy);
                }
                Some((end, why)) => {
                    positions.push(None);
                    now.set_aside.push(SetAside {
                        object: copy,
                        is_inside: parent.is_some_and(|parent| parent.is_none()),
                        end: end.clone(),
                        unknown: why,
                    });
                }
            }
        }
        now.keep_one_alternative();
        now
    }

    /// Drops the alternatives of an object of which another one is expected, or of which another one is reported.
    fn keep_one_alternative(&mut self) {
        let expected: BTreeSet<(Kind, &ObjectId)> = named(&self.objects).collect();
        let mut reported: BTreeSet<(Kind, &ObjectId)> = BTreeSet::new();
        let mut keep = Vec::with_capacity(self.set_aside.len());
        for aside in &self.set_aside {
            keep.push(match &aside.object.subject {
                Subject::Named(id) if aside.unknown.is_some() => reported.insert((aside.object.kind, id)),
                Subject::Named(id) => !expected.contains(&(aside.object.kind, id)),
                Subject::ByMeaning(_) => true,
            });
        }
        let mut keep = keep.into_iter();
        self.set_aside.retain(|_| keep.next().unwrap_or(true));
    }

    /// All objects, whether they are expected at this time or not.
    pub fn objects_of_all_times(&self) -> impl Iterator<Item = &ExpectedObject> {
        self.objects
            .iter()
            .chain(self.set_aside.iter().map(|aside| &aside.object))
    }
}

fn named(objects: &[ExpectedObject]) -> impl Iterator<Item = (Kind, &ObjectId)> {
    objects.iter().filter_map(|object| match &object.subject {
        Subject::Named(id) => Some((object.kind, id)),
        Subject::ByMeaning(_) => None,
    })
}

/// What is not expected of a database at this time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NotExpected {
    /// Which end of its time sets it aside.
    pub side: WindowSide,
    /// The migration, as the file names it.
    pub migration: String,
    /// The names of the objects and assertions, without what is in these objects.
    pub subjects: Vec<String>,
}

/// How many objects are not expected, and because of which migration.
impl fmt::Display for NotExpected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.subjects.len();
        let things = if count == 1 { "object is" } else { "objects are" };
        let when = match self.side {
            WindowSide::Since => "not expected yet",
            WindowSide::Until => "no longer expected",
        };
        write!(f, "{count} {things} {when} ({} {})", self.side.key(), self.migration)
    }
}

/// What is set aside, by the migration that sets it aside.
#[must_use]
pub fn not_expected(files: &[&ExpectationFile], assertions: &[(&Assertion, &WindowEnd)]) -> Vec<NotExpected> {
    let objects = files.iter().flat_map(|file| &file.set_aside);
    let objects = objects.filter(|aside| aside.unknown.is_none() && !aside.is_inside);
    let objects = objects.map(|aside| {
        let (kind, name) = match &aside.object.subject {
            Subject::Named(id) => (aside.object.kind, aside.object.kind.show(id)),
            Subject::ByMeaning(parent) => {
                let meaning = aside.object.attributes.iter().filter(|a| a.attr.identifies);
                let meaning = meaning.map(|a| a.value.to_string());
                let meaning: Vec<String> = meaning.map(|text| text.trim_matches(['[', ']']).to_owned()).collect();
                let name = format!("{} ({})", aside.object.kind.show(parent), meaning.join(", "));
                (aside.object.kind, name)
            }
        };
        (&aside.end, format!("{} {name}", kind.words()))
    });
    let assertions = assertions
        .iter()
        .map(|(assertion, end)| (*end, format!("assertion {}", assertion.name)));
    let mut by_end: BTreeMap<(WindowSide, &str), Vec<String>> = BTreeMap::new();
    for (end, subject) in objects.chain(assertions) {
        by_end.entry((end.side, &end.migration)).or_default().push(subject);
    }
    let found = by_end.into_iter().map(|((side, migration), subjects)| NotExpected {
        side,
        migration: migration.to_owned(),
        subjects,
    });
    found.collect()
}
