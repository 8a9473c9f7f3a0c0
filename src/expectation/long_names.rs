//! Names that PostgreSQL cuts because they are too long. Files are read as PostgreSQL would read them.

use std::collections::{BTreeMap, BTreeSet};

use super::pattern::{name_pattern, pattern_text};
use super::{ExpectationFile, Subject};
use crate::attribute::{Shape, split_reference};
use crate::error::Problem;
use crate::kinds::{KeyForm, Kind};
use crate::object_id::{LONGEST_NAME, ObjectId, cut_name, show_part, split_name};
use crate::source_map::Place;
use crate::value::Value;

/// A name that PostgreSQL cuts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CutName {
    /// The name as written.
    pub name: String,
    /// What PostgreSQL makes of it.
    pub cut: String,
    /// Where it is written first.
    pub place: Place,
}

impl std::fmt::Display for CutName {
    /// As a note says it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { name, cut, .. } = self;
        write!(f, "PostgreSQL cuts names at {LONGEST_NAME} bytes: `{name}` is `{cut}`")
    }
}

/// Cuts the names of a file as a database in UTF-8 does. Two names that become the same are a problem.
pub(super) fn cut_names(file: &mut ExpectationFile) -> Vec<Problem> {
    let mut cutter = Cutter::default();
    let cut_objects = cut_all(file, &mut cutter);
    file.cut_names = cutter.found.into_values().collect();
    file.encoded_names.append(&mut cutter.encoded);
    same_names(file, &cut_objects)
}

impl ExpectationFile {
    /// The names for which it depends on the encoding of the database where they are cut.
    pub fn names_to_encode(&self) -> impl Iterator<Item = &str> {
        let names = self.cut_names.iter().map(|cut| cut.name.as_str());
        names.filter(|name| !name.is_ascii())
    }

    /// Cuts names as a database in another encoding does. The mapping has the result for each of [`Self::names_to_encode`] that
    /// the database can represent.
    pub fn cut_as_database(&mut self, by_name: &BTreeMap<String, String>) {
        let replacements = self.encoded_names.iter().filter_map(|(cut, name)| {
            let other = by_name.get(name).filter(|other| **other != cut.2)?;
            Some((cut.clone(), other.clone()))
        });
        let mut cutter = Cutter {
            replacements: replacements.collect(),
            ..Cutter::default()
        };
        if cutter.replacements.is_empty() {
            return;
        }
        cut_all(self, &mut cutter);
        for cut in &mut self.cut_names {
            if let Some(other) = by_name.get(&cut.name) {
                cut.cut.clone_from(other);
            }
        }
        self.cut_names.retain(|cut| cut.cut != cut.name);
    }
}

/// Cuts all names of a file. Returns the numbers of the objects whose own names were cut.
fn cut_all(file: &mut ExpectationFile, cutter: &mut Cutter) -> Vec<usize> {
    cutter.name(&mut file.schema, file.exact_place);
    if let Some(schemas) = &mut file.exact_schemas {
        let place = file.exact_place;
        *schemas = std::mem::take(schemas)
            .into_iter()
            .map(|mut schema| {
                cutter.name(&mut schema, place);
                schema
            })
            .collect();
    }
    let mut cut_objects = Vec::new();
    for (index, object) in file.objects.iter_mut().enumerate() {
        let (kind, place) = (object.kind, object.place);
        let (Subject::Named(id) | Subject::ByMeaning(id)) = &mut object.subject;
        if cutter.id(kind, id, place) {
            cut_objects.push(index);
        }
        for attribute in &mut object.attributes {
            cutter.value(attribute.attr.shape, &mut attribute.value, attribute.place);
            if let (true, Value::Map(by_role)) = (attribute.attr.keyed_by_role, &mut attribute.value) {
                cutter.keys(by_role, attribute.place);
            }
        }
    }
    for rule in &mut file.ignore {
        if let Some(cut) = cut_pattern(&pattern_text(&rule.pattern))
            && let Ok(pattern) = name_pattern(&cut)
        {
            cutter.note(&pattern_text(&rule.pattern), &cut, rule.place);
            rule.pattern = pattern;
        }
    }
    for history in &mut file.histories {
        for (_, table) in &mut history.candidates {
            cutter.parts(table, usize::MAX, history.place);
        }
    }
    cut_objects
}

/// A pattern without wildcards, with its names cut; `None` if nothing is too long.
#[must_use]
pub fn cut_pattern(pattern: &str) -> Option<String> {
    if pattern.len() <= LONGEST_NAME || pattern.replace("[]", "").contains(['*', '?', '[']) {
        return None;
    }
    let (names, arguments) = pattern.split_at(pattern.find('(').unwrap_or(pattern.len()));
    let parts = split_name(names)?;
    let cut: Vec<String> = parts
        .iter()
        .map(|part| show_part(cut_name(part).unwrap_or(part)))
        .collect();
    let cut = format!("{}{arguments}", cut.join("."));
    (cut != pattern).then_some(cut)
}

/// The problems that two names of the file are the same object once they are cut.
fn same_names(file: &ExpectationFile, cut_objects: &[usize]) -> Vec<Problem> {
    if cut_objects.is_empty() {
        return Vec::new();
    }
    let mut first: BTreeMap<(Kind, &ObjectId), Place> = BTreeMap::new();
    let cut_objects: BTreeSet<usize> = cut_objects.iter().copied().collect();
    let mut problems = Vec::new();
    // An object whose name is not cut comes first, so that the problem is in the long name.
    let (long, short): (Vec<_>, Vec<_>) = file
        .objects
        .iter()
        .enumerate()
        .partition(|(index, _)| cut_objects.contains(index));
    for (is_long, (_, object)) in short
        .into_iter()
        .map(|o| (false, o))
        .chain(long.into_iter().map(|o| (true, o)))
    {
        let Subject::Named(id) = &object.subject else { continue };
        if !object.terms.window.is_empty() {
            // It may be an alternative of the other one.
            continue;
        }
        let other = first.insert((object.kind, id), object.place);
        if let (true, Some(other)) = (is_long, other) {
            let message = format!(
                "PostgreSQL cuts this name to `{}`, which is also the name of the {} in line {}",
                id.last(),
                object.kind.words(),
                other.line
            );
            problems.push(Problem::at(object.place, message).hint("give one of them a shorter name"));
        }
    }
    problems
}

/// Cuts names and notes them.
#[derive(Default)]
struct Cutter {
    found: BTreeMap<String, CutName>,
    /// The names that are not ASCII, by the place and the result.
    encoded: BTreeMap<(Place, usize, String), String>,
    /// What to replace names by that are already cut, by place and name. If it is empty, names are cut.
    replacements: BTreeMap<(Place, usize, String), String>,
}

impl Cutter {
    /// Whether nothing of this length can change.
    fn is_short(&self, text: &str) -> bool {
        self.replacements.is_empty() && text.len() <= LONGEST_NAME
    }

    /// What becomes of a name, if it changes.
    fn cut(&self, name: &str, at: usize, place: Place) -> Option<String> {
        if self.replacements.is_empty() {
            cut_name(name).map(str::to_owned)
        } else {
            self.replacements.get(&(place, at, name.to_owned())).cloned()
        }
    }

    fn note(&mut self, name: &str, cut: &str, place: Place) {
        self.found.entry(name.to_owned()).or_insert_with(|| CutName {
            name: name.to_owned(),
            cut: cut.to_owned(),
            place,
        });
    }

    /// Cuts a name. Returns whether it was too long.
    fn name(&mut self, name: &mut String, place: Place) -> bool {
        self.name_at(name, 0, place)
    }

    /// Cuts a name with this number in an identity. Returns whether it was too long.
    fn name_at(&mut self, name: &mut String, at: usize, place: Place) -> bool {
        let Some(cut) = self.cut(name, at, place) else {
            return false;
        };
        if !name.is_ascii() && self.replacements.is_empty() {
            self.encoded.insert((place, at, cut.clone()), name.clone());
        }
        self.note(name, &cut, place);
        *name = cut;
        true
    }

    /// Cuts the first parts of an identity, at most this many. Returns whether the last of them was too long.
    fn parts(&mut self, id: &mut ObjectId, count: usize, place: Place) -> bool {
        if id.parts().iter().take(count).all(|part| self.is_short(part)) {
            return false;
        }
        let mut is_last = false;
        let parts: Vec<String> = id
            .parts()
            .iter()
            .enumerate()
            .map(|(at, part)| {
                let mut part = part.to_string();
                if at < count {
                    is_last = self.name_at(&mut part, at, place);
                }
                part
            })
            .collect();
        *id = ObjectId::new(parts);
        is_last
    }

    /// Cuts the names in the identity of an object. Returns whether that of the object itself was too long.
    fn id(&mut self, kind: Kind, id: &mut ObjectId, place: Place) -> bool {
        let syntax = &kind.spec().syntax;
        let length = id.parts().len();
        let names = match syntax.key {
            // A text that PostgreSQL does not cut.
            KeyForm::Text => 0,
            KeyForm::Part | KeyForm::Qualified | KeyForm::Only if syntax.key_is_name => length,
            // The last part has types, or is a description.
            KeyForm::Signature | KeyForm::Part | KeyForm::Qualified | KeyForm::Only => length.saturating_sub(1),
        };
        let is_own = self.parts(id, names, place);
        is_own && syntax.key != KeyForm::Only
    }

    fn value(&mut self, shape: Shape, value: &mut Value, place: Place) {
        match (shape, value) {
            (Shape::Name, Value::Text(name)) => {
                self.name(name, place);
            }
            (Shape::QualifiedName, Value::Text(text)) if !self.is_short(text) => {
                if let Some(parts) = split_name(text) {
                    let mut id = ObjectId::new(parts);
                    let before = id.clone();
                    self.parts(&mut id, usize::MAX, place);
                    if id != before {
                        *text = id.to_string();
                    }
                }
            }
            (Shape::Reference, Value::Text(text)) if !self.is_short(text) => {
                if let Some((table, columns)) = split_reference(text) {
                    let mut table = ObjectId::new(table);
                    self.parts(&mut table, usize::MAX, place);
                    let columns = columns.map_or(String::new(), |columns| {
                        let columns: Vec<String> = columns
                            .into_iter()
                            .map(|mut column| {
                                self.name(&mut column, place);
                                super::shape::quote_if_odd(&column)
                            })
                            .collect();
                        format!("({})", columns.join(", "))
                    });
                    *text = format!("{table}{columns}");
                }
            }
            (Shape::List(item), Value::List(items)) => {
                for value in items {
                    self.value(*item, value, place);
                }
            }
            (Shape::Map(item), Value::Map(entries)) => {
                for value in entries.values_mut() {
                    self.value(*item, value, place);
                }
            }
            (
                Shape::Bool
                | Shape::Integer
                | Shape::Text
                | Shape::Sql
                | Shape::Name
                | Shape::QualifiedName
                | Shape::Reference
                | Shape::OneOf(_)
                | Shape::Privilege(_)
                | Shape::List(_)
                | Shape::Map(_),
                _,
            ) => {}
        }
    }

    /// Cuts the names that are the keys of a mapping.
    fn keys(&mut self, entries: &mut BTreeMap<String, Value>, place: Place) {
        if entries.keys().all(|key| self.is_short(key)) {
            return;
        }
        *entries = std::mem::take(entries)
            .into_iter()
            .map(|(mut key, value)| {
                self.name(&mut key, place);
                (key, value)
            })
            .collect();
    }
}
