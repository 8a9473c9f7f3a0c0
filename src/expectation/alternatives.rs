//! What is expected of one object at different times: a list under its name.

use std::sync::Arc;

use super::keys::ObjectKey;
use super::object::{Parent, object};
use super::parse::Parser;
use super::{Subject, Terms};
use crate::attribute::Attr;
use crate::error::Problem;
use crate::kinds::Kind;
use crate::source_map::Place;
use crate::yaml::{Entry, Node, NodeValue};

/// Reads an object, or a list of what is expected of it at different times.
pub(super) fn object_or_alternatives(
    parser: &mut Parser,
    kind: Kind,
    subject: &Subject,
    place: Place,
    node: Node,
    parent: Option<&Parent>,
    terms: &Arc<Terms>,
) {
    let items = match alternatives(node) {
        Ok(items) => items,
        Err(node) => return object(parser, kind, subject, place, node, parent, terms),
    };
    let mut times = Vec::new();
    for item in items {
        let (index, place) = (parser.out.objects.len(), item.place);
        object(parser, kind, subject, place, item, parent, terms);
        let own = parser.out.objects.get(index);
        times.extend(own.map(|object| (place, object.terms.window.clone())));
    }
    parser.out.windows.alternatives.push(times);
}

/// Whether an entry says when something is expected.
pub(super) fn is_time(entry: &Entry) -> bool {
    matches!(ObjectKey::named(&entry.key), Some(ObjectKey::Since | ObjectKey::Until))
}

/// The alternatives of an object: a list of mappings, at least one of which has a time.
fn alternatives(node: Node) -> Result<Vec<Node>, Node> {
    let is_map = |item: &Node| matches!(item.value, NodeValue::Map(_));
    let is_timed = |item: &Node| matches!(&item.value, NodeValue::Map(map) if map.iter().any(is_time));
    match node.value {
        NodeValue::List(items) if items.iter().all(is_map) && items.iter().any(is_timed) => Ok(items),
        NodeValue::List(_) | NodeValue::Scalar(_) | NodeValue::Map(_) => Err(node),
    }
}

/// The problem that an attribute has a time of its own.
pub(super) fn time_of_attribute(kind: Kind, attr: &Attr, place: Place) -> Problem {
    let (since, until) = (ObjectKey::Since.name(), ObjectKey::Until.name());
    let words = kind.words();
    Problem::at(
        place,
        format!("`{since}` and `{until}` belong to the whole {words}, not to `{}`", attr.name),
    )
    .hint(format!(
        "list what is expected of the {words}: `[{{{name}: …, {until}: MIGRATION}}, {{{name}: …, {since}: MIGRATION}}]`",
        name = attr.name
    ))
}
