//! Parses the partitions that are listed below the object that they are partitions of.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::object::{Parent, object};
use super::parse::Parser;
use super::{ExpectedAttribute, ExpectedObject, Extent, Presence, Subject, Terms};
use crate::attribute::is_name;
use crate::error::Problem;
use crate::kinds::{Kind, PartitionAttributes};
use crate::object_id::{ObjectId, split_name};
use crate::source_map::Place;
use crate::value::Value;
use crate::yaml::{Entry, Node, NodeValue, ScalarType};

/// The word for partitions that are not listed.
pub const ANY: &str = "any";

/// Reads the partitions of an object: a mapping of names, or the word `any`.
pub(super) fn parse_partitions(parser: &mut Parser, parent: &Parent, entry: Entry, terms: &Arc<Terms>) {
    let place = entry.value.place;
    if entry.value.scalar().is_some_and(|scalar| scalar.text == ANY) {
        parser.out.objects[parent.index].any_partitions = true;
        return;
    }
    let described = entry.value.describe();
    match entry.value.value {
        NodeValue::Map(entries) if !entries.is_empty() => {
            for Entry { key, place, value, .. } in entries {
                parse_partition(parser, parent, &key, place, value, terms);
            }
        }
        NodeValue::Map(_) => parser.problems.push(
            Problem::at(place, format!("`{}` is empty, so it checks nothing", entry.key))
                .hint(format!("write `{ANY}` if the partitions need not be listed")),
        ),
        NodeValue::List(_) | NodeValue::Scalar(_) => parser.problems.push(
            Problem::at(
                place,
                format!(
                    "`{}` takes a mapping of names or `{ANY}`, but this is {described}",
                    entry.key
                ),
            )
            .hint("write each partition as `name: for values from (…) to (…)`, or with what it has of its own"),
        ),
    }
}

fn parse_partition(parser: &mut Parser, parent: &Parent, key: &str, place: Place, node: Node, terms: &Arc<Terms>) {
    let Some(id) = identity(key, &parent.id) else {
        parser.problems.push(
            Problem::at(place, format!("`{key}` is not the name of a partition"))
                .hint("write a dot or quote inside a name as in SQL: '\"odd.name\"'"),
        );
        return;
    };
    let kind = kind(&node, parent.kind);
    let Some(partition) = kind.spec().partition else {
        return;
    };
    let names = partition.attributes;
    let node = match expand(node, names) {
        Ok(node) => node,
        Err(problem) => {
            parser.problems.push(problem);
            return;
        }
    };
    let index = parser.out.objects.len();
    object(parser, kind, &Subject::Named(id), place, node, Some(parent), terms);
    let Some(object) = parser.out.objects.get_mut(index) else {
        return;
    };
    object.is_partition = true;
    let written = object.attributes.iter().find(|a| a.attr.name == names.parent);
    if let Some(written) = written {
        let problem = Problem::at(written.place, format!("`{}` is not needed here", names.parent));
        parser
            .problems
            .push(problem.hint("it follows from the object that the partition is listed in"));
        return;
    }
    if object.presence != Presence::Absent
        && let Some(attr) = kind.attr(names.parent)
    {
        let of = ExpectedAttribute {
            attr,
            value: Value::Text(parent.id.to_string()),
            place,
            extent: Extent::Whole,
        };
        let attributes = std::mem::take(&mut object.attributes).into_vec();
        object.attributes = [of].into_iter().chain(attributes).collect();
    }
}

/// The identity of a partition: in the schema of its parent, unless the name is qualified.
fn identity(key: &str, parent: &ObjectId) -> Option<ObjectId> {
    let mut parts = split_name(key).filter(|parts| parts.len() <= 2)?;
    if parts.len() == 1 {
        parts.insert(0, parent.schema().to_owned());
    }
    Some(ObjectId::new(parts))
}

/// The kind of a partition: that of its parent, unless it has the mark of another kind.
fn kind(node: &Node, parent: Kind) -> Kind {
    let NodeValue::Map(entries) = &node.value else {
        return parent;
    };
    let is_marked = |mark: &str| entries.iter().any(|entry| entry.key == mark);
    Kind::of_partitions()
        .find(|(_, partition)| partition.mark.is_some_and(is_marked))
        .map_or(parent, |(kind, _)| kind)
}

/// A partition as an object of its kind: a text is its bound.
fn expand(mut node: Node, names: PartitionAttributes) -> Result<Node, Problem> {
    let place = node.place;
    let described = node.describe();
    match &mut node.value {
        NodeValue::Scalar(scalar) => match scalar.text.as_str() {
            "present" | "absent" => Ok(node),
            _ if scalar.scalar_type == ScalarType::Text => {
                Ok(Node::map(vec![Entry::new(names.bound, place, node)], place))
            }
            _ => Err(
                Problem::at(place, format!("a partition takes its bound, but this is {described}"))
                    .hint("write it as `name: for values from (…) to (…)`, `name: default` or `name: present`"),
            ),
        },
        NodeValue::Map(entries) => {
            if let Some(entry) = entries.iter().find(|entry| entry.key == names.bound) {
                return Err(Problem::at(entry.place, format!("unknown key `{}`", names.bound))
                    .hint(format!("write `{}` where a partition is listed", names.key)));
            }
            entries.rename(names.key, names.bound);
            Ok(node)
        }
        NodeValue::List(_) => Err(Problem::at(
            place,
            "a partition takes its bound or a mapping, but this is a list",
        )),
    }
}

/// A partition may be listed below its parent and as an object of its own in the same file. Then the object of its own says
/// what it has, and both must agree on what it is a partition of.
pub(super) fn merge_twice_written(parser: &mut Parser) {
    let mut listed: BTreeMap<ObjectId, usize> = BTreeMap::new();
    let objects = &parser.out.objects;
    let named = |object: &ExpectedObject| match &object.subject {
        Subject::Named(id) => Some(id.clone()),
        Subject::ByMeaning(_) => None,
    };
    let mut problems = Vec::new();
    for (index, object) in objects.iter().enumerate().filter(|(_, object)| object.is_partition) {
        let Some(id) = named(object) else { continue };
        if let Some(other) = listed.insert(id.clone(), index) {
            let line = objects[other].place.line;
            problems.push(Problem::at(
                object.place,
                format!("partition {id} is already listed in line {line}"),
            ));
        }
    }
    if listed.is_empty() {
        return;
    }
    let mut twins = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        if object.parent.is_some() || object.kind.spec().partition.is_none() {
            continue;
        }
        if let Some(partition) = named(object).and_then(|id| listed.get(&id)) {
            match contradiction(&objects[*partition], object, &parser.out.schema) {
                Some(problem) => problems.push(problem),
                None => twins.push((*partition, index)),
            }
        }
    }
    parser.problems.extend(problems);
    for (partition, object) in twins {
        share(&mut parser.out.objects, partition, object);
    }
}

/// What two expectations of one partition contradict each other in.
fn contradiction(partition: &ExpectedObject, object: &ExpectedObject, schema: &str) -> Option<Problem> {
    let line = partition.place.line;
    if (partition.presence == Presence::Absent) != (object.presence == Presence::Absent)
        || partition.kind != object.kind
    {
        let message = format!("this contradicts line {line}, which lists it as a partition");
        return Some(Problem::at(object.place, message));
    }
    object.attributes.iter().find_map(|a| {
        let other = partition
            .attributes
            .iter()
            .find(|other| other.attr.name == a.attr.name)?;
        let is_equal = match (a.value.as_text(), other.value.as_text()) {
            (Some(one), Some(another)) => {
                compact(one) == compact(another) || is_name(one, another, schema) || is_name(another, one, schema)
            }
            _ => a.value == other.value,
        };
        (!is_equal).then(|| {
            Problem::at(
                a.place,
                format!(
                    "`{}` contradicts line {}: {}",
                    a.attr.name, other.place.line, other.value
                ),
            )
        })
    })
}

/// A text without blanks and case, by which obvious contradictions are found.
fn compact(text: &str) -> String {
    text.split_whitespace().collect::<String>().to_lowercase()
}

/// Lets the object of its own know what it is a partition of.
fn share(objects: &mut [ExpectedObject], partition: usize, object: usize) {
    let attributes = objects[partition].attributes.iter();
    let more: Vec<ExpectedAttribute> = attributes
        .filter(|a| {
            !objects[object]
                .attributes
                .iter()
                .any(|own| own.attr.name == a.attr.name)
        })
        .map(|a| ExpectedAttribute {
            attr: a.attr,
            value: a.value.clone(),
            place: a.place,
            extent: a.extent,
        })
        .collect();
    let own = std::mem::take(&mut objects[object].attributes).into_vec();
    objects[object].attributes = own.into_iter().chain(more).collect();
    let mut terms = Terms::clone(&objects[partition].terms);
    terms.exact = false;
    objects[partition].terms = Arc::new(terms);
    objects[partition].attributes = Box::default();
}
