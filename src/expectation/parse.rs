//! Parses expectation files.

use std::{collections::BTreeMap, sync::Arc};

use super::change_log::parse_changes;
use super::history::parse_histories;
use super::ignore::parse_ignore;
use super::implied::contradictions;
use super::keys::{FileKey, ObjectKey, TermKey, file_keys};
use super::long_names::cut_names;
use super::mistakes::{mapping_hint, yes_or_no};
use super::object::parse_section;
use super::statement::parse_assertions;
use super::written_source::{parse_against, parse_database};
use super::{
    DEFAULT_DATABASE, ExpectationFile, FORMAT_VERSION, Level, Singles, Terms, WindowEnd, WindowSide, Windows,
    partitions, pieces,
};
use crate::error::Problem;
use crate::kinds::Kind;
use crate::source_map::{FileId, Parties, Place};
use crate::suggest;
use crate::yaml::{self, Document, Entry, Mapping, Node, NodeValue, Places, ScalarType, shorten};

/// Reads an expectation file.
///
/// # Errors
/// All its problems, in the order of the file. A problem in a value that an alias repeats has the place of the value.
pub fn parse(text: &str, file: FileId) -> Result<ExpectationFile, Vec<Problem>> {
    parse_and(text, file, Objects::Kept)
}

/// Finds the problems of an expectation file. The objects are dropped as soon as they have been read, so that those of a
/// large file are never in memory together.
///
/// # Errors
/// Those of [`parse`].
pub fn check(text: &str, file: FileId) -> Result<ExpectationFile, Vec<Problem>> {
    parse_and(text, file, Objects::Dropped)
}

/// Reads an expectation file from the tree of the whole text, which [`parse`] does only where the parts depend on each
/// other. The result is the same.
///
/// # Errors
/// Those of [`parse`].
pub fn parse_whole(text: &str, file: FileId) -> Result<ExpectationFile, Vec<Problem>> {
    with_definitions(text, file, read(text, file, Places::OfUse))
}

/// Reads an expectation file that is written once for the schemas of all tenants: names without a schema, and the schema that
/// the file names, are those of the tenant.
///
/// # Errors
/// Those of [`parse`].
pub fn parse_in_schema(text: &str, file: FileId, schema: &str) -> Result<ExpectationFile, Vec<Problem>> {
    read_in(text, file, Places::OfUse, Some(schema))
}

/// What becomes of the objects of a file when all that concerns only one of them has been checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Objects {
    Kept,
    Dropped,
}

fn parse_and(text: &str, file: FileId, objects: Objects) -> Result<ExpectationFile, Vec<Problem>> {
    let read = match pieces::read(text, file, objects) {
        Ok(Some(file)) => Ok(file),
        Ok(None) => read(text, file, Places::OfUse),
        Err(problems) => Err(problems),
    };
    with_definitions(text, file, read)
}

/// The result of reading a file, whose problems have the places of the values that aliases repeat.
fn with_definitions(
    text: &str,
    file: FileId,
    read_file: Result<ExpectationFile, Vec<Problem>>,
) -> Result<ExpectationFile, Vec<Problem>> {
    read_file.map_err(|problems| {
        if !text.contains('*') {
            return problems;
        }
        let mut problems = read(text, file, Places::OfDefinition).err().unwrap_or(problems);
        problems.dedup();
        problems
    })
}

fn read(text: &str, file: FileId, places: Places) -> Result<ExpectationFile, Vec<Problem>> {
    read_in(text, file, places, None)
}

fn read_in(text: &str, file: FileId, places: Places, schema: Option<&str>) -> Result<ExpectationFile, Vec<Problem>> {
    let Document { root, problems } = yaml::parse(text, file, places).map_err(|problem| vec![problem])?;
    let entries = match root.value {
        NodeValue::Map(map) => map.into_iter().collect(),
        NodeValue::Scalar(_) if root.is_null() => {
            return Err(vec![
                Problem::at(Place::start_of(file), "the file is empty")
                    .hint("an expectation file begins with `driftgate: 1`"),
            ]);
        }
        NodeValue::Scalar(_) | NodeValue::List(_) => {
            return Err(vec![
                Problem::at(
                    root.place,
                    format!("an expectation file is a mapping, but this is {}", root.describe()),
                )
                .hint("an expectation file begins with `driftgate: 1`"),
            ]);
        }
    };
    let mut parser = Parser::new(file);
    parser.tenant = schema.map(str::to_owned);
    parser.problems = problems;
    parser.file(entries);
    parser.finish()
}

/// The file that is being read, and the problems so far.
pub(super) struct Parser {
    pub(super) out: ExpectationFile,
    pub(super) problems: Vec<Problem>,
    /// The schema that takes the place of the one that the file names.
    pub(super) tenant: Option<String>,
    /// The name of the last object, if nothing is written below it.
    pub(super) last_empty: Option<String>,
}

impl Parser {
    pub(super) fn new(file: FileId) -> Self {
        Self {
            out: ExpectationFile {
                file,
                database: DEFAULT_DATABASE.to_owned(),
                database_place: Place::start_of(file),
                against: None,
                parties: Parties::default(),
                schema: "public".to_owned(),
                exact: false,
                exact_schemas: None,
                with_roles: false,
                exact_place: Place::start_of(file),
                objects: Vec::new(),
                set_aside: Vec::new(),
                windows: Windows::default(),
                histories: Vec::new(),
                changes: None,
                assertions: Vec::new(),
                ignore: Vec::new(),
                ignored_attributes: Vec::new(),
                role_names: Vec::new(),
                only: Vec::new(),
                cut_names: Vec::new(),
                encoded_names: BTreeMap::new(),
                singles: Singles::default(),
            },
            problems: Vec::new(),
            tenant: None,
            last_empty: None,
        }
    }

    fn file(&mut self, entries: Vec<Entry>) {
        // Settings of the whole file come first, wherever they are written.
        let terms = Arc::new(self.settings(&entries));
        // Each entry is dropped when it has been read: a large file is not in memory twice.
        for entry in entries {
            self.entry(entry, &terms);
        }
        let cut_names = cut_names(&mut self.out);
        self.problems.extend(cut_names);
        self.problems.extend(contradictions(&self.out));
        self.refuse_nothing(self.out.objects.is_empty());
        partitions::merge_twice_written(self);
    }

    /// Reads an entry of the top level.
    pub(super) fn entry(&mut self, entry: Entry, terms: &Arc<Terms>) {
        match FileKey::named(&entry.key) {
            Some(FileKey::Migrations) => parse_histories(self, &entry, terms),
            Some(FileKey::Changes) => parse_changes(self, &entry),
            Some(FileKey::Assertions) => parse_assertions(self, &entry, terms),
            Some(FileKey::Ignore) => parse_ignore(self, &entry),
            Some(
                FileKey::Driftgate
                | FileKey::Database
                | FileKey::Against
                | FileKey::Consumer
                | FileKey::Owner
                | FileKey::Schema
                | FileKey::Exact
                | FileKey::Level
                | FileKey::Reason,
            ) => {}
            None if entry.key.starts_with("x-") => {}
            None => match Kind::roots().find(|kind| kind.spec().section == entry.key) {
                Some(kind) => parse_section(self, kind, entry, None, terms),
                None => self.unknown_file_key(&entry),
            },
        }
    }

    /// Reports a file that expects nothing.
    pub(super) fn refuse_nothing(&mut self, no_objects: bool) {
        let nothing = no_objects && self.out.histories.is_empty() && self.out.assertions.is_empty();
        if nothing && !self.out.exact && self.problems.is_empty() {
            self.problems.push(
                Problem::at(Place::start_of(self.out.file), "this file checks nothing")
                    .hint("add the objects that must exist, for example under `tables:`"),
            );
        }
    }

    /// The file, if it has no problems.
    pub(super) fn finish(mut self) -> Result<ExpectationFile, Vec<Problem>> {
        if self.problems.is_empty() {
            Ok(self.out)
        } else {
            self.problems.sort_by_key(|p| p.place);
            Err(self.problems)
        }
    }

    /// Reads the settings of the whole file, and returns those that its objects inherit.
    pub(super) fn settings(&mut self, entries: &[Entry]) -> Terms {
        let mut terms = Terms {
            level: Level::Error,
            reason: None,
            exact: false,
            window: Vec::new(),
        };
        let mut version = false;
        for entry in entries {
            match FileKey::named(&entry.key) {
                Some(FileKey::Driftgate) => {
                    version = true;
                    self.version(entry);
                }
                Some(FileKey::Database) => parse_database(self, entry),
                Some(FileKey::Against) => parse_against(self, entry),
                Some(FileKey::Consumer) => self.out.parties.consumer = self.text(entry),
                Some(FileKey::Owner) => self.out.parties.owner = self.text(entry),
                Some(FileKey::Schema) => {
                    if let Some(schema) = self.text(entry) {
                        self.out.schema = schema;
                    }
                }
                Some(FileKey::Exact) => {
                    self.out.exact_place = entry.place;
                    self.out.exact_schemas = self.exact_schemas(entry);
                    if self.out.exact_schemas.is_some() {
                        terms.exact = true;
                    } else {
                        self.term(TermKey::Exact, entry, &mut terms);
                    }
                }
                Some(FileKey::Level) => self.term(TermKey::Level, entry, &mut terms),
                Some(FileKey::Reason) => self.term(TermKey::Reason, entry, &mut terms),
                Some(FileKey::Migrations | FileKey::Changes | FileKey::Assertions | FileKey::Ignore) | None => {}
            }
        }
        self.use_tenant();
        self.out.exact = terms.exact;
        let database = entries
            .iter()
            .find(|entry| FileKey::named(&entry.key) == Some(FileKey::Database));
        if let (Some(entry), true) = (database, self.out.against.is_some()) {
            self.problems
                .push(Problem::at(entry.place, "`database` has no effect beside `against`").hint("remove one of them"));
        }
        if !version {
            self.problems.push(
                Problem::at(Place::start_of(self.out.file), "the format version is missing")
                    .hint(format!("begin the file with `driftgate: {FORMAT_VERSION}`")),
            );
        }
        terms
    }

    fn version(&mut self, entry: &Entry) {
        let known = entry.value.scalar().is_some_and(|s| s.text == FORMAT_VERSION);
        if !known {
            self.problems.push(
                Problem::at(
                    entry.value.place,
                    format!("the format version cannot be {}", entry.value.describe()),
                )
                .hint(format!(
                    "this driftgate reads version {FORMAT_VERSION}: write `driftgate: {FORMAT_VERSION}`"
                )),
            );
        }
    }

    /// Reads the value of a key that sets level, reason or exactness.
    pub(super) fn term(&mut self, key: TermKey, entry: &Entry, terms: &mut Terms) {
        match key {
            TermKey::Level => match entry.value.scalar().map(|s| s.text.as_str()) {
                Some("error") => terms.level = Level::Error,
                Some("warn") => terms.level = Level::Warn,
                word => self.problems.push(
                    Problem::at(
                        entry.value.place,
                        format!("`level` cannot be {}", entry.value.describe()),
                    )
                    .hint(suggest::hint(word.unwrap_or(""), &["error", "warn"])),
                ),
            },
            TermKey::Reason => {
                if let Some(reason) = self.text(entry) {
                    terms.reason = Some(reason);
                }
            }
            TermKey::Exact => {
                if let Some(exact) = self.bool(entry) {
                    terms.exact = exact;
                }
            }
            TermKey::Since => self.window_end(WindowSide::Since, entry, terms),
            TermKey::Until => self.window_end(WindowSide::Until, entry, terms),
        }
    }

    fn window_end(&mut self, side: WindowSide, entry: &Entry, terms: &mut Terms) {
        if let Some(migration) = self.text(entry) {
            terms.window.push(WindowEnd {
                side,
                migration,
                place: entry.value.place,
            });
        }
    }

    /// The text of a value that must be a text and not empty.
    pub(super) fn text(&mut self, entry: &Entry) -> Option<String> {
        match entry.value.scalar() {
            Some(scalar) if scalar.scalar_type == ScalarType::Text && scalar.text.trim().is_empty() => {
                self.problems
                    .push(Problem::at(entry.value.place, format!("`{}` is empty", entry.key)));
                None
            }
            Some(scalar) if scalar.scalar_type != ScalarType::Null => Some(scalar.text.clone()),
            Some(_) | None => {
                self.problems.push(Problem::at(
                    entry.value.place,
                    format!("`{}` takes a text, but this is {}", entry.key, entry.value.describe()),
                ));
                None
            }
        }
    }

    /// The value of a key that takes `true` or `false`.
    pub(super) fn bool(&mut self, entry: &Entry) -> Option<bool> {
        match entry.value.scalar().map(|s| s.scalar_type) {
            Some(ScalarType::Bool(value)) => Some(value),
            Some(ScalarType::Text | ScalarType::Number | ScalarType::Null) | None => {
                let (key, is) = (&entry.key, entry.value.describe());
                let message = format!("`{key}` takes `true` or `false`, but this is {is}");
                let problem = Problem::at(entry.value.place, message);
                self.problems.push(match yes_or_no(&entry.value) {
                    Some(meant) => problem.hint(format!("in YAML 1.2, that is a text: write `{key}: {meant}`")),
                    None => problem,
                });
                None
            }
        }
    }

    /// The entries of a value that must be a mapping with at least one entry.
    pub(super) fn mapping<'a>(&mut self, key: &str, node: &'a Node) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let map = match &node.value {
            NodeValue::Map(map) if !map.is_empty() => Some(map),
            NodeValue::Map(_) => {
                self.problems.push(Problem::at(
                    node.place,
                    format!("the mapping `{key}` is empty, so it checks nothing"),
                ));
                None
            }
            NodeValue::Scalar(_) | NodeValue::List(_) => {
                let message = format!("`{key}` takes a mapping, but this is {}", node.describe());
                let problem = Problem::at(node.place, message);
                let hint = mapping_hint(key, node);
                self.problems.push(match hint {
                    Some(hint) => problem.hint(hint),
                    None => problem,
                });
                None
            }
        };
        map.into_iter().flat_map(Mapping::iter)
    }

    /// Reports an unknown key, with the known ones.
    pub(super) fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        self.problems.push(
            Problem::at(entry.place, format!("unknown key `{}`", shorten(&entry.key)))
                .hint(suggest::hint(&entry.key, known)),
        );
    }

    /// Reports an unknown key of a file. What belongs to an object is probably indented too little.
    fn unknown_file_key(&mut self, entry: &Entry) {
        if let Some(ObjectKey::Since | ObjectKey::Until) = ObjectKey::named(&entry.key) {
            self.problems.push(
                Problem::at(entry.place, format!("`{}` is not a key of a file", entry.key))
                    .hint("it belongs to an object or an assertion: write it below the name"),
            );
            return;
        }
        let mut kinds = Kind::ALL.iter().filter(|kind| kind.spec().section == entry.key);
        let other = Kind::in_other_words(&entry.key);
        let key = shorten(&entry.key);
        let kind = kinds.find(|kind| !kind.spec().parents.is_empty()).or(other.as_ref());
        let problem = match kind.map(|kind| (kind.spec().section, kind.spec().parents.first())) {
            Some((section, Some(parent))) => {
                let below = match &self.last_empty {
                    Some(name) => format!("`{}`", shorten(name)),
                    None => format!("the name of the {}", parent.words()),
                };
                let written = if section == entry.key {
                    String::new()
                } else {
                    format!(" as `{section}`")
                };
                Problem::at(entry.place, format!("`{key}` is not a key of a file")).hint(format!(
                    "it belongs to {}{written}: indent it below {below}",
                    parent.one()
                ))
            }
            Some((section, None)) => {
                Problem::at(entry.place, format!("unknown key `{key}`")).hint(format!("did you mean `{section}`?"))
            }
            None => return self.unknown_key(entry, &file_keys()),
        };
        self.problems.push(problem);
    }
}
