//! Parses the objects of an expectation file by the registry of kinds.

use std::sync::Arc;

use super::alternatives::{is_time, object_or_alternatives, time_of_attribute};
use super::keys::{ObjectKey, TermKey};
use super::mistakes::{entries_of, mistakes_of_section, section_hint, unbracketed, without_brackets, wrong_form};
use super::other_name::is_renamed;
use super::parse::Parser;
use super::partitions::parse_partitions;
use super::{ExpectedAttribute, ExpectedObject, Extent, Presence, Subject, Terms, shape};
use crate::attribute::Attr;
use crate::error::Problem;
use crate::kinds::{KeyForm, Kind, ListForm, Shorthand};
use crate::object_id::{ObjectId, split_name};
use crate::source_map::Place;
use crate::sql_text::unquote_name;
use crate::value::Value;
use crate::yaml::{Entry, Node, NodeValue, ScalarType};

/// An object with children.
#[derive(Clone)]
pub(super) struct Parent {
    pub(super) index: usize,
    pub(super) kind: Kind,
    pub(super) id: ObjectId,
}

/// Reads the objects of one section.
pub(super) fn parse_section(
    parser: &mut Parser,
    kind: Kind,
    entry: Entry,
    parent: Option<&Parent>,
    terms: &Arc<Terms>,
) {
    let spec = kind.spec();
    if let (KeyForm::Only, Some(parent)) = (spec.syntax.key, parent) {
        let subject = Subject::Named(parent.id.clone());
        return object_or_alternatives(parser, kind, &subject, entry.place, entry.value, Some(parent), terms);
    }
    match entry.value.value {
        NodeValue::Map(entries) if !entries.is_empty() => {
            if mistakes_of_section(parser, kind, &entry.key, &entries) {
                return;
            }
            for entry in entries {
                named(parser, kind, entry, parent, terms);
            }
        }
        NodeValue::List(items) if spec.syntax.list == ListForm::ByMeaning && !items.is_empty() => {
            for item in items {
                match unbracketed(kind, &entry.key, &item) {
                    Some(problem) => parser.problems.push(problem),
                    None => by_meaning(parser, kind, item, parent, terms),
                }
            }
        }
        NodeValue::List(_) if spec.syntax.list == ListForm::ByMeaning => {
            parser.problems.push(shape::empty_list(entry.value.place, &entry.key));
        }
        NodeValue::Map(_) => parser.problems.push(Problem::at(
            entry.value.place,
            format!("`{}` is empty, so it checks nothing", entry.key),
        )),
        NodeValue::List(_) | NodeValue::Scalar(_) => {
            let takes = match spec.syntax.list {
                ListForm::ByMeaning => "a mapping of names, or a list of objects that may have any name",
                ListForm::Refused => "a mapping of names",
            };
            parser.problems.push(
                Problem::at(
                    entry.value.place,
                    format!("`{}` takes {takes}, but this is {}", entry.key, entry.value.describe()),
                )
                .hint(section_hint(kind, &entry.value)),
            );
        }
    }
}

/// Reads an object that is expected by its name.
pub(super) fn named(parser: &mut Parser, kind: Kind, entry: Entry, parent: Option<&Parent>, terms: &Arc<Terms>) {
    let Entry { key, place, value, .. } = entry;
    parser.last_empty = (parent.is_none() && value.is_null()).then(|| key.clone());
    match identity(kind, &key, parent, &parser.out.schema) {
        Ok(id) if is_renamed(parser, kind, &id, &value) => {}
        Ok(id) => object_or_alternatives(parser, kind, &Subject::Named(id), place, value, parent, terms),
        Err(message) => parser
            .problems
            .push(Problem::at(place, message).hint("write a dot or quote inside a name as in SQL: '\"odd.name\"'")),
    }
}

/// Reads an object that is expected by its meaning.
fn by_meaning(parser: &mut Parser, kind: Kind, item: Node, parent: Option<&Parent>, terms: &Arc<Terms>) {
    let id = parent.map_or_else(|| ObjectId::new(Vec::<String>::new()), |p| p.id.clone());
    object(parser, kind, &Subject::ByMeaning(id), item.place, item, parent, terms);
}

/// The identity of an object by its key.
fn identity(kind: Kind, key: &str, parent: Option<&Parent>, schema: &str) -> Result<ObjectId, String> {
    let bad = || format!("`{key}` is not the name of {}", kind.one());
    let part = || match unquote_name(key) {
        Some(name) if !name.is_empty() => Ok(name),
        _ => Err(bad()),
    };
    let qualified = |text: &str| {
        let mut parts = split_name(text).filter(|parts| parts.len() <= 2).ok_or_else(bad)?;
        if parts.len() == 1 {
            parts.insert(0, schema.to_owned());
        }
        Ok(parts)
    };
    match kind.spec().syntax.key {
        KeyForm::Part | KeyForm::Only => Ok(match parent {
            Some(parent) => parent.id.child(&part()?),
            None => ObjectId::new(vec![part()?]),
        }),
        KeyForm::Text => Ok(ObjectId::new(vec![key])),
        KeyForm::Qualified => qualified(key).map(ObjectId::new),
        KeyForm::Signature => {
            let mut quoted = false;
            let open = key.find(|c| {
                quoted ^= c == '"';
                c == '(' && !quoted
            });
            let (name, arguments) = match open {
                Some(open) => (
                    &key[..open],
                    Some(key[open + 1..].trim_end().strip_suffix(')').ok_or_else(bad)?),
                ),
                None => (key, None),
            };
            let mut parts = qualified(name.trim())?;
            parts.push(arguments.map_or_else(|| Kind::any_arguments().to_owned(), |a| a.trim().to_owned()));
            Ok(ObjectId::new(parts))
        }
    }
}

pub(super) fn object(
    parser: &mut Parser,
    kind: Kind,
    subject: &Subject,
    place: Place,
    node: Node,
    parent: Option<&Parent>,
    terms: &Arc<Terms>,
) {
    let index = parser.out.objects.len();
    parser.out.objects.push(ExpectedObject {
        kind,
        subject: subject.clone(),
        place,
        parent: parent.map(|p| p.index),
        presence: Presence::Required,
        terms: Arc::clone(terms),
        attributes: Box::default(),
        is_partition: false,
        any_partitions: false,
    });
    if let Some(presence) = presence_word(&node) {
        parser.out.objects[index].presence = presence;
        if presence == Presence::Absent && matches!(subject, Subject::ByMeaning(_)) {
            parser
                .problems
                .push(Problem::at(place, "`absent` needs a name: write `name: absent`"));
        }
        return;
    }
    let (Subject::Named(id) | Subject::ByMeaning(id)) = subject;
    let rewrite = |entries| match kind.spec().syntax.rewrite {
        Some(rewrite) => rewrite(id, entries),
        None => Ok(entries),
    };
    let entries = match expand(kind, node).and_then(rewrite) {
        Ok(entries) => entries,
        Err(problem) => {
            parser.problems.push(problem);
            return;
        }
    };
    let mut reader = ObjectParser {
        parser,
        kind,
        index,
        parent: Parent {
            index,
            kind,
            id: id.clone(),
        },
        attributes: Vec::new(),
        has_children: false,
    };
    reader.entries(entries);
    reader.finish(place, subject);
}

/// `present` or `absent` as the whole value.
pub(super) fn presence_word(node: &Node) -> Option<Presence> {
    let scalar = node.scalar().filter(|s| s.scalar_type == ScalarType::Text)?;
    match scalar.text.as_str() {
        "present" => Some(Presence::Required),
        "absent" => Some(Presence::Absent),
        _ => None,
    }
}

/// The attributes of an object, expanded from its short form.
fn expand(kind: Kind, node: Node) -> Result<Vec<Entry>, Problem> {
    let node = match node {
        Node {
            value: NodeValue::Map(map),
            place,
            ..
        } if !map.is_empty() => return entries_of(kind, map, place),
        node => node,
    };
    let nothing = || {
        Problem::at(node.place, format!("nothing is expected of this {}", kind.words()))
            .hint("write `present` if it only has to exist")
    };
    let (expects, expanded) = match (&node.value, kind.spec().syntax.shorthand) {
        (NodeValue::Map(_), _) => return Err(nothing()),
        (NodeValue::List(items), _) if items.is_empty() => {
            return Err(Problem::at(
                node.place,
                format!("the list of this {} is empty, so it checks nothing", kind.words()),
            )
            .hint("list at least one item, or remove the key"));
        }
        (NodeValue::Scalar(_), _) if node.is_null() => return Err(nothing()),
        (NodeValue::List(_), Shorthand::List(attribute)) | (NodeValue::Scalar(_), Shorthand::Scalar(attribute)) => {
            return Ok(vec![Entry::new(attribute, node.place, node)]);
        }
        (NodeValue::List(_) | NodeValue::Scalar(_), Shorthand::Custom { expects, expand, .. }) => {
            let number_or_bool = node.scalar().is_some_and(|s| s.scalar_type != ScalarType::Text);
            let expanded = if number_or_bool { None } else { expand(&node)? };
            (expects.to_owned(), expanded)
        }
        (NodeValue::List(_) | NodeValue::Scalar(_), Shorthand::None) => (String::new(), None),
        (NodeValue::List(_) | NodeValue::Scalar(_), Shorthand::OtherName) => {
            ("the name that it has in the database".to_owned(), None)
        }
        (NodeValue::Scalar(scalar), Shorthand::List(attribute)) => {
            return Err(without_brackets(kind, attribute, &node, scalar));
        }
        (NodeValue::List(_), Shorthand::Scalar(attribute)) => (format!("a text, which is its `{attribute}`"), None),
    };
    expanded.ok_or_else(|| wrong_form(kind, &node, &expects))
}

/// The attribute of a key, and whether its value is the whole value or a part of it.
fn attribute(kind: Kind, key: &str) -> Option<(&'static Attr, Extent)> {
    kind.spec().attrs.iter().find_map(|attr| {
        if attr.name == key {
            Some((attr, Extent::Whole))
        } else if attr.subset_key == Some(key) {
            Some((attr, Extent::AtLeast))
        } else {
            None
        }
    })
}

struct ObjectParser<'a> {
    parser: &'a mut Parser,
    kind: Kind,
    index: usize,
    parent: Parent,
    attributes: Vec<ExpectedAttribute>,
    has_children: bool,
}

impl ObjectParser<'_> {
    fn this(&mut self) -> &mut ExpectedObject {
        &mut self.parser.out.objects[self.index]
    }

    fn entries(&mut self, entries: Vec<Entry>) {
        let mut terms = Arc::clone(&self.this().terms);
        if entries.iter().any(|entry| TermKey::named(&entry.key).is_some()) {
            let mut own = Terms::clone(&terms);
            for entry in &entries {
                if let Some(key) = TermKey::named(&entry.key) {
                    self.parser.term(key, entry, &mut own);
                }
            }
            if own.window.len() > terms.window.len() {
                self.parser.out.windows.add(terms.window.len(), &own.window);
            }
            terms = Arc::new(own);
            self.this().terms = Arc::clone(&terms);
        }
        let kind = self.kind;
        let attributes = entries.iter().filter(|entry| attribute(kind, &entry.key).is_some());
        self.attributes.reserve_exact(attributes.count());
        for entry in entries {
            let key = entry.key.as_str();
            if let Some(key) = ObjectKey::named(key) {
                self.presence(key, &entry);
            } else if let Some((attr, extent)) = attribute(kind, key) {
                self.attribute(attr, extent, entry);
            } else if kind.partition_section() == Some(key) {
                self.has_children = true;
                let parent = self.parent.clone();
                parse_partitions(self.parser, &parent, entry, &terms);
            } else if let Some(child) = kind.children().find(|child| child.spec().section == key) {
                self.children(child, entry, &terms);
            } else {
                let mut known: Vec<&str> = Vec::new();
                for attr in kind.spec().attrs {
                    known.push(attr.name);
                    known.extend(attr.subset_key);
                }
                known.extend(kind.children().map(|child| child.spec().section));
                known.extend(kind.partition_section());
                known.extend(ObjectKey::NAMES);
                debug_assert!(!known.contains(&key));
                let synonyms = kind.spec().syntax.synonyms;
                match synonyms.iter().find(|(synonym, _)| *synonym == key.to_lowercase()) {
                    Some((_, instead)) => self.parser.problems.push(
                        Problem::at(entry.place, format!("unknown key `{key}`")).hint(format!("write `{instead}`")),
                    ),
                    None => self.parser.unknown_key(&entry, &known),
                }
            }
        }
    }

    /// Reads a key that says whether the object must exist. The others are read before.
    fn presence(&mut self, key: ObjectKey, entry: &Entry) {
        if TermKey::named(key.name()).is_some() {
            return;
        }
        let Some(set) = self.parser.bool(entry) else {
            return;
        };
        let presence = match (key, set) {
            (ObjectKey::Absent, true) => Presence::Absent,
            (ObjectKey::Optional, true) => Presence::Optional,
            (ObjectKey::Present, false) => {
                self.parser.problems.push(
                    Problem::at(entry.value.place, "`present: false` is ambiguous")
                        .hint("write `absent: true` if it must not exist, `optional: true` if it may be missing"),
                );
                return;
            }
            (ObjectKey::Present, true)
            | (ObjectKey::Absent | ObjectKey::Optional, false)
            | (ObjectKey::Level | ObjectKey::Reason | ObjectKey::Exact | ObjectKey::Since | ObjectKey::Until, _) => {
                return;
            }
        };
        let this = self.this();
        if this.presence != Presence::Required && this.presence != presence {
            self.parser.problems.push(Problem::at(
                entry.place,
                "an object cannot be both `absent` and `optional`",
            ));
            return;
        }
        this.presence = presence;
    }

    /// A value in which secrets are hidden.
    fn sealed(&self, attr: &Attr, value: Value) -> Value {
        match &self.parser.out.objects[self.index].subject {
            Subject::Named(id) | Subject::ByMeaning(id) => self.kind.seal(id, attr.name, value),
        }
    }

    fn attribute(&mut self, attr: &'static Attr, extent: Extent, entry: Entry) {
        let place = entry.value.place;
        let time = entry
            .value
            .entries()
            .iter()
            .find(|inner| is_time(inner))
            .map(|inner| inner.place);
        match shape::read_attribute(attr, &entry.key, entry.value, &self.parser.out.schema) {
            Ok(value) => self.attributes.push(ExpectedAttribute {
                attr,
                value: self.sealed(attr, value),
                place,
                extent,
            }),
            Err(problem) => self.parser.problems.push(match time {
                Some(place) => time_of_attribute(self.kind, attr, place),
                None => problem,
            }),
        }
    }

    fn children(&mut self, kind: Kind, entry: Entry, terms: &Arc<Terms>) {
        self.has_children = true;
        let parent = self.parent.clone();
        debug_assert_eq!(parent.kind, self.kind);
        parse_section(self.parser, kind, entry, Some(&parent), terms);
    }

    fn finish(mut self, place: Place, subject: &Subject) {
        let kind = self.kind;
        let has_children = self.has_children;
        let attributes = std::mem::take(&mut self.attributes).into_boxed_slice();
        let this = self.this();
        this.attributes = attributes;
        let empty = this.attributes.is_empty();
        if this.presence == Presence::Absent && (!empty || has_children) {
            self.parser.problems.push(Problem::at(
                place,
                format!("this {} must not exist, so it cannot have other keys", kind.words()),
            ));
            return;
        }
        let identified = this.attributes.iter().any(|a| a.attr.identifies);
        if matches!(subject, Subject::ByMeaning(_)) && !identified && self.parser.problems.is_empty() {
            let names: Vec<String> = kind
                .spec()
                .attrs
                .iter()
                .filter(|a| a.identifies)
                .map(|a| format!("`{}`", a.name))
                .collect();
            self.parser.problems.push(Problem::at(
                place,
                format!("{} without a name needs {}", kind.one(), names.join(" or ")),
            ));
        }
    }
}
