//! Parses `ignore`: the patterns for objects that an exact file does not report, and the attributes that are not compared.

use std::collections::BTreeSet;

use super::parse::Parser;
use super::pattern::name_pattern;
use super::{ExpectationFile, shape};
use crate::error::Problem;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::source_map::Place;
use crate::suggest;
use crate::yaml::{Entry, Node, NodeValue, shorten};

/// The key of attributes of objects of every kind, and of those of the objects that a pattern matches.
pub const ATTRIBUTES: &str = "attributes";

/// The key that allows that a pattern matches nothing.
pub const OPTIONAL: &str = "optional";

/// A pattern for objects that an exact file does not report.
#[derive(Debug, Clone)]
pub struct IgnoreRule {
    /// The kind.
    pub kind: Kind,
    /// The pattern as written, without `!`.
    pub pattern: glob::Pattern,
    /// Whether it reports objects again that another pattern excludes.
    pub negated: bool,
    /// Whether it may match nothing.
    pub optional: bool,
    /// Its place in the file.
    pub place: Place,
}

/// An attribute that is not compared.
#[derive(Debug, Clone)]
pub struct IgnoredAttribute {
    /// The kind of the objects, and the pattern for their names; `None` for all objects.
    pub of: Option<(Kind, glob::Pattern)>,
    /// Its name.
    pub attribute: &'static str,
    /// Whether it is compared again although another entry ignores it.
    pub negated: bool,
    /// Whether the pattern may match nothing.
    pub optional: bool,
    /// Its place in the file, or that of the file if it was given on the command line.
    pub place: Place,
}

impl ExpectationFile {
    /// Whether this file says that an attribute is not compared; `before` is what other files say. The last matching entry
    /// decides.
    #[must_use]
    pub fn ignores_attribute(&self, kind: Kind, id: &ObjectId, attribute: &str, before: bool) -> bool {
        let mut ignored = before;
        for rule in self
            .ignored_attributes
            .iter()
            .filter(|rule| rule.attribute == attribute)
        {
            let matches = rule.of.as_ref().is_none_or(|(of_kind, pattern)| {
                *of_kind == kind && self.names(kind, id).iter().any(|name| pattern.matches(name))
            });
            if matches {
                ignored = !rule.negated;
            }
        }
        ignored
    }

    /// The names of an object that a pattern of this file can match. A pattern without a schema matches in every schema.
    #[must_use]
    pub fn names(&self, kind: Kind, id: &ObjectId) -> Vec<String> {
        let mut names = kind.names(id, &self.schema);
        names.push(kind.own_name(id).to_owned());
        names
    }
}

/// The names of all attributes.
#[must_use]
pub fn attribute_names() -> BTreeSet<&'static str> {
    let kinds = Kind::ALL.iter().flat_map(|kind| kind.spec().attrs);
    kinds.map(|attr| attr.name).collect()
}

/// The attribute of this name, of a kind or of any. The text may begin with `!`, which is returned as `true`.
///
/// # Errors
/// There is no such attribute: what to write instead.
pub fn attribute_named(text: &str, kind: Option<Kind>) -> Result<(&'static str, bool), String> {
    let (negated, name) = negation(text);
    let names: BTreeSet<&'static str> = match kind {
        Some(kind) => kind.spec().attrs.iter().map(|attr| attr.name).collect(),
        None => attribute_names(),
    };
    if let Some(found) = names.get(name) {
        return Ok((found, negated));
    }
    let known: Vec<&str> = names.into_iter().collect();
    Err(suggest::hint(name, &known))
}

/// A text without the `!` in front, and whether there was one.
fn negation(text: &str) -> (bool, &str) {
    match text.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

/// Reads `ignore`.
pub(super) fn parse_ignore(parser: &mut Parser, entry: &Entry) {
    let sections: Vec<&str> = Kind::ALL.iter().map(|kind| kind.spec().section).collect();
    for entry in parser.mapping("ignore", &entry.value) {
        if entry.key == ATTRIBUTES {
            attributes(parser, &entry.key, &entry.value, None, false);
            continue;
        }
        let Some(kind) = Kind::ALL.iter().find(|kind| kind.spec().section == entry.key) else {
            let known = [&[ATTRIBUTES], sections.as_slice()].concat();
            let name = attribute_names().into_iter().find(|name| *name == entry.key);
            match name {
                Some(name) => parser.problems.push(
                    Problem::at(entry.place, format!("`{name}` is an attribute, not a kind of object"))
                        .hint(format!("write `ignore: {{{ATTRIBUTES}: [{name}]}}`")),
                ),
                None => parser.unknown_key(entry, &known),
            }
            continue;
        };
        for item in list(parser, &entry.key, &entry.value, "patterns") {
            match &item.value {
                NodeValue::Map(map) => {
                    for entry in map {
                        of_objects(parser, *kind, entry);
                    }
                }
                NodeValue::Scalar(_) | NodeValue::List(_) => objects(parser, *kind, item, false),
            }
        }
    }
    // What is said of some objects comes after what is said of all.
    parser.out.ignored_attributes.sort_by_key(|rule| rule.of.is_some());
}

/// The items of a list that must not be empty.
fn list<'a>(parser: &mut Parser, key: &str, node: &'a Node, what: &str) -> &'a [Node] {
    match &node.value {
        NodeValue::List(items) => {
            if items.is_empty() {
                parser.problems.push(shape::empty_list(node.place, key));
            }
            items
        }
        NodeValue::Scalar(_) | NodeValue::Map(_) => {
            let message = format!("`{key}` takes a list of {what}, but this is {}", node.describe());
            let problem = Problem::at(node.place, message);
            parser.problems.push(match node.scalar().filter(|_| !node.is_null()) {
                Some(_) => problem.hint(format!("write `{key}: [{}]`", node.flow())),
                None => problem,
            });
            &[]
        }
    }
}

/// Reads a pattern for objects.
fn objects(parser: &mut Parser, kind: Kind, item: &Node, optional: bool) {
    let text = item.scalar().map_or("", |s| s.text.as_str());
    if let Some((negated, pattern)) = pattern(parser, text, item.place) {
        parser.out.ignore.push(IgnoreRule {
            kind,
            pattern,
            negated,
            optional,
            place: item.place,
        });
    }
}

fn pattern(parser: &mut Parser, text: &str, place: Place) -> Option<(bool, glob::Pattern)> {
    let (negated, name) = negation(text);
    match name_pattern(name) {
        Ok(_) if name.is_empty() => {
            parser
                .problems
                .push(Problem::at(place, "a pattern is a text, for example `tmp_*`"));
            None
        }
        Ok(pattern) => Some((negated, pattern)),
        Err(e) => {
            let message = format!("the pattern `{text}` cannot be read: {}", e.msg);
            parser.problems.push(Problem::at(place, message));
            None
        }
    }
}

/// Reads what is ignored of the objects that a pattern matches: `clients: [owner]`, or `tmp_*: {optional: true}`.
fn of_objects(parser: &mut Parser, kind: Kind, entry: &Entry) {
    let Some((negated, pattern)) = pattern(parser, &entry.key, entry.place) else {
        return;
    };
    let (mut optional, mut listed) = (false, None);
    match &entry.value.value {
        NodeValue::Map(map) => {
            for entry in map {
                match entry.key.as_str() {
                    OPTIONAL => optional = parser.bool(entry).unwrap_or_default(),
                    ATTRIBUTES => listed = Some(&entry.value),
                    _ => parser.unknown_key(entry, &[ATTRIBUTES, OPTIONAL]),
                }
            }
        }
        NodeValue::List(_) | NodeValue::Scalar(_) => listed = Some(&entry.value),
    }
    match listed {
        Some(_) if negated => parser.problems.push(
            Problem::at(entry.place, "the `!` of an attribute is in front of the attribute")
                .hint(format!("write `{}: ['!owner']`", negation(&entry.key).1)),
        ),
        Some(listed) => attributes(parser, &entry.key, listed, Some(&(kind, pattern)), optional),
        None => parser.out.ignore.push(IgnoreRule {
            kind,
            pattern,
            negated,
            optional,
            place: entry.place,
        }),
    }
}

/// Reads a list of attributes.
fn attributes(parser: &mut Parser, key: &str, node: &Node, of: Option<&(Kind, glob::Pattern)>, optional: bool) {
    for item in list(parser, key, node, "attributes") {
        let text = item.scalar().map_or("", |s| s.text.as_str());
        let kind = of.map(|(kind, _)| *kind);
        match attribute_named(text, kind) {
            Ok((attribute, negated)) => parser.out.ignored_attributes.push(IgnoredAttribute {
                of: of.cloned(),
                attribute,
                negated,
                optional,
                place: item.place,
            }),
            Err(hint) => {
                let whose = kind.map_or_else(|| "no object".to_owned(), |kind| format!("no {}", kind.words()));
                let message = match item.scalar() {
                    Some(_) => format!("{whose} has an attribute `{}`", shorten(negation(text).1)),
                    None => format!("an attribute is a name, but this is {}", item.describe()),
                };
                parser.problems.push(Problem::at(item.place, message).hint(hint));
            }
        }
    }
}
