//! Parses the values of attributes by their shape.

use std::collections::BTreeMap;

use crate::attribute::{Attr, Literal, Shape, split_reference};
use crate::error::Problem;
use crate::object_id::{ObjectId, split_name};
use crate::redact;
use crate::source_map::Place;
use crate::sql_text::quote_name;
use crate::suggest;
use crate::value::Value;
use crate::yaml::{Node, NodeValue, Scalar, ScalarType, shorten};

/// Reads the value of an attribute, whose key is `name`. A list or mapping that may be empty is written as `null` if it is:
/// an empty one is more often a mistake. `schema` is the schema of names that are not qualified.
pub(super) fn read_attribute(attr: &Attr, name: &str, node: Node, schema: &str) -> Result<Value, Problem> {
    match attr.default {
        Some(Literal::EmptyList) if node.is_null() => Ok(Value::List(Vec::new())),
        Some(Literal::EmptyMap) if node.is_null() => Ok(Value::Map(BTreeMap::new())),
        Some(Literal::Null) if node.is_null() && matches!(attr.shape, Shape::Integer) => Ok(Value::Null),
        Some(_) | None => read(attr.shape, name, node, schema),
    }
}

/// Reads the value of the attribute `name`. `schema` is the schema of names that are not qualified.
fn read(shape: Shape, name: &str, node: Node, schema: &str) -> Result<Value, Problem> {
    let place = node.place;
    match (shape, node.value) {
        (Shape::Reference, value) => reference(name, &value, place, schema),
        (Shape::List(_), NodeValue::List(items)) if items.is_empty() => Err(empty_list(place, name)),
        (Shape::List(item), NodeValue::List(items)) => items
            .into_iter()
            .map(|node| read_item(*item, name, node, schema))
            .collect::<Result<_, _>>()
            .map(Value::List),
        (Shape::Map(_), NodeValue::Map(map)) if map.is_empty() => Err(Problem::at(
            place,
            format!("the mapping `{name}` is empty, so it checks nothing"),
        )),
        (Shape::Map(item), NodeValue::Map(map)) => map
            .into_iter()
            .map(|entry| {
                let value = read(*item, &entry.key, entry.value, schema)?;
                Ok((entry.key, value))
            })
            .collect::<Result<BTreeMap<_, _>, _>>()
            .map(Value::Map),
        (Shape::List(_), value) => {
            let list = match &value {
                NodeValue::Scalar(scalar) if scalar.scalar_type != ScalarType::Null => {
                    let items: Vec<&str> = scalar.text.split(',').map(str::trim).collect();
                    shorten(&redact::typed(&items.join(", "))).into_owned()
                }
                NodeValue::Scalar(_) | NodeValue::List(_) | NodeValue::Map(_) => "a, b".to_owned(),
            };
            Err(mismatch(shape, name, &value, place).hint(format!("write `{name}: [{list}]`")))
        }
        (_, NodeValue::Scalar(scalar)) => read_scalar(shape, name, scalar, place),
        (_, value) => Err(mismatch(shape, name, &value, place)),
    }
}

/// Reads a single value.
fn read_scalar(shape: Shape, name: &str, scalar: Scalar, place: Place) -> Result<Value, Problem> {
    let is_null = scalar.scalar_type == ScalarType::Null;
    match (shape, scalar.scalar_type) {
        (Shape::Bool, ScalarType::Bool(value)) => Ok(Value::Bool(value)),
        (Shape::Integer, ScalarType::Number) => match scalar.text.parse() {
            Ok(number) => Ok(Value::Integer(number)),
            Err(_) => Err(mismatch(shape, name, &NodeValue::Scalar(scalar), place)),
        },
        (Shape::Text | Shape::Sql | Shape::Name | Shape::QualifiedName | Shape::Integer, _) if is_null => {
            Ok(Value::Null)
        }
        (Shape::Text, _) => Ok(Value::Text(scalar.text)),
        (Shape::Sql, _) => match scalar.text.trim() {
            "" => Err(Problem::at(place, format!("`{name}` is empty")).hint("write `null` to expect none")),
            sql if sql.len() == scalar.text.len() => Ok(Value::Text(scalar.text)),
            sql => Ok(Value::Text(sql.to_owned())),
        },
        (Shape::Name | Shape::QualifiedName, _) => name_value(shape, scalar.text).map_err(|text| {
            Problem::at(place, format!("`{text}` is not a name"))
                .hint("write a quote or dot inside a name as in SQL: '\"odd.name\"'")
        }),
        (Shape::OneOf(words), _) => {
            let word = scalar.text.to_lowercase();
            match words.iter().find(|w| **w == word) {
                Some(word) => Ok(Value::from(*word)),
                None if is_null => Ok(Value::Null),
                None => Err(Problem::at(place, format!("`{name}` cannot be `{}`", scalar.text))
                    .hint(suggest::hint(&word, words))),
            }
        }
        (Shape::Privilege(_), _) if is_null => Ok(Value::Null),
        (Shape::Privilege(privileges), _) => match privileges.normalize(&scalar.text) {
            Some(privilege) => Ok(Value::Text(privilege)),
            None => Err(Problem::at(
                place,
                format!("`{}` is no privilege on {}", scalar.text, privileges.many()),
            )
            .hint(suggest::hint(&scalar.text, &privileges.words()))),
        },
        (Shape::Bool | Shape::Integer | Shape::Reference | Shape::List(_) | Shape::Map(_), _) => {
            Err(mismatch(shape, name, &NodeValue::Scalar(scalar), place))
        }
    }
}

/// The problem that a value does not have the shape of its attribute.
fn mismatch(shape: Shape, name: &str, value: &NodeValue, place: Place) -> Problem {
    let expected = match shape {
        Shape::Bool => "`true` or `false`",
        Shape::Integer => "a whole number",
        Shape::Text | Shape::Sql => "a text",
        Shape::Name | Shape::QualifiedName => "a name",
        Shape::Reference => "a table and its columns, for example `companies(id)`",
        Shape::OneOf(_) => "a word",
        Shape::Privilege(_) => "a privilege",
        Shape::List(_) => "a list",
        Shape::Map(_) => "a mapping",
    };
    let is = value.describe();
    Problem::at(place, format!("`{name}` takes {expected}, but this is {is}"))
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
        Some(word) if !word.is_empty() => Problem::at(place, format!("`{word}` without quotes is null in YAML"))
            .hint(format!("write \"{word}\" in quotes if you mean the text")),
        Some(_) | None => Problem::at(place, format!("an item of `{name}` is empty")),
    })
}

/// Reads a table with its columns, and normalizes how they are written.
fn reference(name: &str, value: &NodeValue, place: Place, schema: &str) -> Result<Value, Problem> {
    let wrong = || mismatch(Shape::Reference, name, value, place);
    let NodeValue::Scalar(scalar) = value else {
        return Err(wrong());
    };
    let (mut table, columns) = split_reference(&scalar.text).ok_or_else(wrong)?;
    match (table.as_slice(), &columns) {
        ([_] | [_, _], _) => {}
        ([first, second, third], None) => {
            let [first, second, third] = [first, second, third].map(|name| quote_if_odd(name));
            return Err(wrong().hint(format!("write `{name}: {first}.{second}({third})`")));
        }
        (_, _) => return Err(wrong()),
    }
    if table.len() == 1 {
        table.insert(0, schema.to_owned());
    }
    let columns = columns.map_or(String::new(), |columns| {
        let columns: Vec<String> = columns.iter().map(|c| quote_if_odd(c)).collect();
        format!("({})", columns.join(", "))
    });
    Ok(Value::Text(format!("{}{columns}", ObjectId::new(table))))
}

/// The problem that a list is empty.
pub(super) fn empty_list(place: Place, name: &str) -> Problem {
    Problem::at(place, format!("the list `{name}` is empty, so it checks nothing"))
        .hint("list at least one item, or remove the key")
}

/// A name. One that cannot be qualified has no quotes; one that can has the quotes that it needs.
///
/// # Errors
/// The text, if it is not a name.
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

pub(super) fn quote_if_odd(name: &str) -> String {
    if name.contains([',', '(', ')', '"', '\'']) || name.trim() != name {
        quote_name(name)
    } else {
        name.to_owned()
    }
}
