//! Parses a file piece by piece: the tree of one object at a time is in memory, and its objects only if they are needed.
//!
//! What only several pieces together show, such as a section that is indented too little, is left to the reading of the
//! whole file: here it is only found that there may be such a thing.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::sync::Arc;

use super::implied::contradictions;
use super::keys::FileKey;
use super::long_names::{CutName, cut_names};
use super::mistakes::{LastEntry, may_be_mistake};
use super::object::named;
use super::parse::{Objects, Parser};
use super::{ExpectationFile, Singles, Subject, Terms, partitions};
use crate::error::Problem;
use crate::kinds::{KeyForm, Kind, ListForm};
use crate::source_map::FileId;
use crate::yaml::{Entry, Places, ReadPieces, parse_in_pieces};

/// Reads a file. `None` if it must be read as a whole.
pub(super) fn read(text: &str, file: FileId, objects: Objects) -> Result<Option<ExpectationFile>, Vec<Problem>> {
    let mut reader = Pieces {
        parser: Parser::new(file),
        settings: Vec::new(),
        terms: None,
        section: None,
        dropped: match objects {
            Objects::Kept => None,
            Objects::Dropped => Some(Dropped::default()),
        },
    };
    match parse_in_pieces(text, file, Places::OfUse, &mut reader).map_err(|problem| vec![problem])? {
        Some(problems) if problems.is_empty() => reader.finish(),
        Some(_) | None => Ok(None),
    }
}

struct Pieces {
    parser: Parser,
    /// The settings at the beginning of the file.
    settings: Vec<Entry>,
    /// What the objects inherit, as soon as the settings have been read.
    terms: Option<Arc<Terms>>,
    section: Option<OpenSection>,
    dropped: Option<Dropped>,
}

/// The section that is being read.
struct OpenSection {
    kind: Kind,
    /// The last entry, without what is in it.
    last: Option<LastEntry>,
}

impl ReadPieces for Pieces {
    fn divides(&mut self, key: &str) -> bool {
        let kind = Kind::roots().find(|kind| kind.spec().section == key);
        let kind = kind.filter(|kind| {
            let syntax = &kind.spec().syntax;
            syntax.list != ListForm::ByMeaning && syntax.key != KeyForm::Only
        });
        self.section = kind.map(|kind| OpenSection { kind, last: None });
        kind.is_some()
    }

    fn entry(&mut self, entry: Entry) -> bool {
        let is_setting = FileKey::named(&entry.key).is_some_and(FileKey::is_setting);
        match (&self.terms, is_setting) {
            // What has been read already would be read otherwise.
            (Some(_), true) => return false,
            (None, true) => self.settings.push(entry),
            (_, false) => {
                let terms = self.terms();
                self.parser.entry(entry, &terms);
                self.settle();
            }
        }
        true
    }

    fn piece(&mut self, entry: Entry) -> bool {
        let terms = self.terms();
        let Some(section) = &mut self.section else {
            return false;
        };
        if may_be_mistake(section.kind, &mut section.last, &entry) {
            return false;
        }
        named(&mut self.parser, section.kind, entry, None, &terms);
        self.settle();
        true
    }
}

impl Pieces {
    fn terms(&mut self) -> Arc<Terms> {
        let (parser, settings) = (&mut self.parser, &mut self.settings);
        let terms = self
            .terms
            .get_or_insert_with(|| Arc::new(parser.settings(&std::mem::take(settings))));
        Arc::clone(terms)
    }

    /// Checks the objects since the last call, and drops them.
    fn settle(&mut self) {
        if let Some(dropped) = &mut self.dropped
            && !self.parser.out.objects.is_empty()
        {
            dropped.settle(&mut self.parser.out);
        }
    }

    fn finish(mut self) -> Result<Option<ExpectationFile>, Vec<Problem>> {
        self.terms();
        let Self {
            mut parser, dropped, ..
        } = self;
        if dropped.as_ref().is_some_and(Dropped::may_contradict) {
            return Ok(None);
        }
        let mut cut = cut_names(&mut parser.out);
        cut.extend(contradictions(&parser.out));
        let mut had_objects = !parser.out.objects.is_empty();
        if let Some(dropped) = dropped {
            had_objects |= dropped.any;
            parser.problems.extend(dropped.problems);
            let mut names = dropped.cut_names;
            for name in std::mem::take(&mut parser.out.cut_names) {
                names.entry(name.name.clone()).or_insert(name);
            }
            parser.out.cut_names = names.into_values().collect();
        }
        parser.problems.extend(cut);
        parser.refuse_nothing(!had_objects);
        partitions::merge_twice_written(&mut parser);
        parser.finish().map(Some)
    }
}

/// What is kept of objects that were dropped.
#[derive(Default)]
struct Dropped {
    any: bool,
    problems: Vec<Problem>,
    cut_names: BTreeMap<String, CutName>,
    /// The hashes of the kinds and identities of all objects.
    names: Vec<u64>,
    /// Those of the objects whose names are cut.
    cut: Vec<u64>,
    /// The hashes of the identities of what may be listed as a partition and is not.
    relations: Vec<u64>,
    /// Those of what is listed as a partition.
    partitions: Vec<u64>,
}

impl Dropped {
    fn settle(&mut self, file: &mut ExpectationFile) {
        self.any = true;
        let before: Vec<Subject> = file.objects.iter().map(|object| object.subject.clone()).collect();
        self.problems.extend(cut_names(file));
        for cut in std::mem::take(&mut file.cut_names) {
            self.cut_names.entry(cut.name.clone()).or_insert(cut);
        }
        for (object, before) in file.objects.iter().zip(before) {
            let Subject::Named(id) = &object.subject else { continue };
            let name = hash(&(object.kind, id));
            self.names.push(name);
            if object.subject != before {
                self.cut.push(name);
            }
            if object.is_partition {
                self.partitions.push(hash(id));
            } else if object.parent.is_none() && object.kind.spec().partition.is_some() {
                self.relations.push(hash(id));
            }
        }
        self.problems.extend(contradictions(file));
        file.objects.clear();
        file.singles = Singles::default();
    }

    /// Whether two of the objects may contradict each other.
    fn may_contradict(&self) -> bool {
        let occur_twice = |some: &[u64], all: &[u64]| {
            if some.is_empty() {
                return false;
            }
            let mut all = all.to_vec();
            all.sort_unstable();
            some.iter().any(|hash| {
                let first = all.partition_point(|other| other < hash);
                all.get(first + 1).is_some_and(|next| next == hash)
            })
        };
        let listed = [self.partitions.as_slice(), &self.relations].concat();
        occur_twice(&self.cut, &self.names) || occur_twice(&self.partitions, &listed)
    }
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
