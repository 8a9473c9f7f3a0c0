//! Reading the value of an attribute: from a node to a value of the attribute's shape.

use std::collections::BTreeMap;

use crate::attribute::{Shape, split_reference};
use crate::error::Problem;
use crate::object_id::{ObjectId, split_name};
use crate::source_map::Place;
use crate::sql_text::quote_name;
use crate::suggest;
use crate::value::Value;
use crate::yaml::{Node, NodeValue, Scalar, ScalarType};

/// Reads the value of an attribute called `name`. `schema` is that of names that are not qualified.
pub(super) fn read(shape: Shape, name: &str, node: Node, schema: &str) -> Result<Value, Problem> {
    let Node { value, place, written } = node;
    let wrong = |expected: &str, value: NodeValue| {
        let is = value.describe();
        Problem::at(place, format!("`{name}` takes {expected}, but this is {is}"))
    };
    match (shape, value) {
        (
            Shape::Bool,
            NodeValue::Scalar(Scalar {
                scalar_type: ScalarType::Bool(value),
                ..
            }),
        ) => Ok(Value::Bool(value)),
        (Shape::Bool, value) => Err(wrong("`true` or `false`", value)),
        (Shape::Integer, value) => match &value {
            NodeValue::Scalar(Scalar {
                text,
                scalar_type: ScalarType::Number,
            }) => text.parse().ok().map(Value::Integer),
            NodeValue::Scalar(_) | NodeValue::List(_) | NodeValue::Map(_) => None,
        }
        .ok_or_else(|| wrong("a whole number", value)),
        (
            Shape::Text | Shape::Sql | Shape::Name | Shape::QualifiedName,
            NodeValue::Scalar(Scalar {
                scalar_type: ScalarType::Null,
                ..
            }),
        ) => Ok(Value::Null),
        (Shape::Text, NodeValue::Scalar(scalar)) => Ok(Value::Text(scalar.text)),
        (Shape::Sql, NodeValue::Scalar(scalar)) => match scalar.text.trim() {
            "" => Err(Problem::at(place, format!("`{name}` is empty")).hint("write `null` if there must be none")),
            sql if sql.len() == scalar.text.len() => Ok(Value::Text(scalar.text)),
            sql => Ok(Value::Text(sql.to_owned())),
        },
        (Shape::Text | Shape::Sql, value) => Err(wrong("a text", value)),
        (Shape::Name | Shape::QualifiedName, NodeValue::Scalar(scalar)) => {
            name_value(shape, scalar.text).map_err(|text| {
                Problem::at(place, format!("`{text}` is not a name"))
                    .hint("a quote or dot inside a name is written as in SQL: '\"odd.name\"'")
            })
        }
        (Shape::Name | Shape::QualifiedName, value) => Err(wrong("a name", value)),
        (Shape::Reference, value) => reference(name, &Node { value, place, written }, schema),
        (Shape::OneOf(words), NodeValue::Scalar(scalar)) => {
            let word = scalar.text.to_lowercase();
            match words.iter().find(|w| **w == word) {
                Some(word) => Ok(Value::from(*word)),
                None if scalar.scalar_type == ScalarType::Null => Ok(Value::Null),
                None => Err(Problem::at(place, format!("`{name}` cannot be `{}`", scalar.text))
                    .hint(suggest::hint(&word, words))),
            }
        }
        (Shape::OneOf(_), value) => Err(wrong("a word", value)),
        (Shape::List(_), NodeValue::List(items)) if items.is_empty() => Err(empty_list(place, name)),
        (Shape::List(item), NodeValue::List(items)) => items
            .into_iter()
            .map(|node| read_item(*item, name, node, schema))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Shape::List(_), value) => Err(wrong("a list", value).hint("write it as [a, b]")),
        (Shape::Map(_), NodeValue::Map(entries)) if entries.is_empty() => Err(Problem::at(
            place,
            format!("the mapping `{name}` is empty, so it checks nothing"),
        )),
        (Shape::Map(item), NodeValue::Map(entries)) => entries
            .into_iter()
            .map(|entry| {
                let value = read(*item, &entry.key, entry.value, schema)?;
                Ok((entry.key, value))
            })
            .collect::<Result<BTreeMap<_, _>, _>>()
            .map(Value::Map),
        (Shape::Map(_), value) => Err(wrong("a mapping", value)),
    }
}

/// Reads an item of a list.
fn read_item(shape: Shape, name: &str, node: Node, schema: &str) -> Result<Value, Problem> {
    let place = node.place;
    let null = node
        .scalar()
        .filter(|s| s.scalar_type == ScalarType::Null)
        .map(|s| s.text.clone());
    let value = read(shape, name, node, schema)?;
    if !value.is_null() {
        return Ok(value);
    }
    Err(match null {
        Some(word) if !word.is_empty() => Problem::at(place, format!("`{word}` without quotes is nothing in YAML"))
            .hint(format!("write \"{word}\" in quotes if that is the text that is meant")),
        Some(_) | None => Problem::at(place, format!("an item of `{name}` is empty")),
    })
}

/// Reads a table and columns of it, and writes both in one way.
fn reference(name: &str, node: &Node, schema: &str) -> Result<Value, Problem> {
    let wrong = || {
        let is = node.describe();
        Problem::at(
            node.place,
            format!("`{name}` takes a table and its columns, such as `companies(id)`, but this is {is}"),
        )
    };
    let scalar = node.scalar().ok_or_else(wrong)?;
    let (mut table, columns) = split_reference(&scalar.text)
        .filter(|(table, _)| table.len() <= 2)
        .ok_or_else(wrong)?;
    if table.len() == 1 {
        table.insert(0, schema.to_owned());
    }
    let columns = columns.map_or(String::new(), |columns| {
        let columns: Vec<String> = columns.iter().map(|c| quote_if_odd(c)).collect();
        format!("({})", columns.join(", "))
    });
    Ok(Value::Text(format!("{}{columns}", ObjectId::new(table))))
}

/// The problem with a list that checks nothing.
pub(super) fn empty_list(place: Place, name: &str) -> Problem {
    Problem::at(place, format!("the list `{name}` is empty, so it checks nothing"))
        .hint("write what must be there, or leave the key out")
}

/// A name that cannot be qualified is kept without quotes; one that can, with those it needs. The text if it is none.
fn name_value(shape: Shape, text: String) -> Result<Value, String> {
    let Some(parts) = split_name(&text) else {
        return Err(text);
    };
    Ok(Value::Text(match (shape, parts.as_slice()) {
        (Shape::Name, [only]) if *only == text => text,
        (Shape::Name, [only]) => only.clone(),
        (Shape::Name, _) => text,
        _ => ObjectId::new(parts).to_string(),
    }))
}

fn quote_if_odd(name: &str) -> String {
    if name.contains([',', '(', ')', '"', '\'']) || name.trim() != name {
        quote_name(name)
    } else {
        name.to_owned()
    }
}
