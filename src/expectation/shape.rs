//! Reading the value of an attribute: from a node to a value of the attribute's shape.

use std::collections::BTreeMap;

use crate::attribute::{Shape, split_reference};
use crate::error::Problem;
use crate::node::{Node, NodeValue, Sort};
use crate::object_id::{ObjectId, split_name};
use crate::sql_text::quote_name;
use crate::suggest;
use crate::value::Value;

/// Reads the value of an attribute called `name`. `schema` is that of names that are not qualified.
pub(super) fn read(shape: Shape, name: &str, node: &Node, schema: &str) -> Result<Value, Problem> {
    let wrong = |expected: &str| {
        Problem::at(
            node.place,
            format!("`{name}` takes {expected}, but this is {}", node.describe()),
        )
    };
    match shape {
        Shape::Bool => match node.scalar().map(|s| s.sort) {
            Some(Sort::Bool(value)) => Ok(Value::Bool(value)),
            Some(Sort::Text | Sort::Number | Sort::Null) | None => Err(wrong("`true` or `false`")),
        },
        Shape::Integer => node
            .scalar()
            .filter(|s| s.sort == Sort::Number)
            .and_then(|s| s.text.parse().ok())
            .map(Value::Integer)
            .ok_or_else(|| wrong("a whole number")),
        Shape::Text | Shape::Sql => {
            let scalar = node.scalar().ok_or_else(|| wrong("a text"))?;
            if scalar.sort == Sort::Null {
                return Ok(Value::Null);
            }
            if matches!(shape, Shape::Sql) && scalar.text.trim().is_empty() {
                return Err(
                    Problem::at(node.place, format!("`{name}` is empty")).hint("write `null` if there must be none")
                );
            }
            Ok(Value::Text(match shape {
                Shape::Sql => scalar.text.trim().to_owned(),
                Shape::Text
                | Shape::Bool
                | Shape::Integer
                | Shape::Name
                | Shape::QualifiedName
                | Shape::Reference
                | Shape::OneOf(_)
                | Shape::List(_)
                | Shape::Map(_) => scalar.text.clone(),
            }))
        }
        Shape::Name | Shape::QualifiedName => {
            let scalar = node.scalar().ok_or_else(|| wrong("a name"))?;
            match scalar.sort {
                Sort::Null => Ok(Value::Null),
                Sort::Text | Sort::Bool(_) | Sort::Number => name_value(shape, &scalar.text).ok_or_else(|| {
                    Problem::at(node.place, format!("`{}` is not a name", scalar.text))
                        .hint("a quote or dot inside a name is written as in SQL: '\"odd.name\"'")
                }),
            }
        }
        Shape::Reference => reference(name, node, schema),
        Shape::OneOf(words) => {
            let scalar = node.scalar().ok_or_else(|| wrong("a word"))?;
            let word = scalar.text.to_lowercase();
            match words.iter().find(|w| **w == word) {
                Some(word) => Ok(Value::from(*word)),
                None if scalar.sort == Sort::Null => Ok(Value::Null),
                None => Err(Problem::at(node.place, format!("`{name}` cannot be `{}`", scalar.text))
                    .hint(suggest::hint(&word, words))),
            }
        }
        Shape::List(item) => match &node.value {
            NodeValue::List(items) if items.is_empty() => Err(empty_list(node, name)),
            NodeValue::List(items) => items
                .iter()
                .map(|node| {
                    let value = read(*item, name, node, schema)?;
                    if value.is_null() {
                        return Err(match node.scalar().map(|s| s.text.as_str()) {
                            Some(word) if !word.is_empty() => {
                                Problem::at(node.place, format!("`{word}` without quotes is nothing in YAML"))
                                    .hint(format!("write \"{word}\" in quotes if that is the text that is meant"))
                            }
                            Some(_) | None => Problem::at(node.place, format!("an item of `{name}` is empty")),
                        });
                    }
                    Ok(value)
                })
                .collect::<Result<_, _>>()
                .map(Value::List),
            NodeValue::Scalar(_) | NodeValue::Map(_) => Err(wrong("a list").hint("write it as [a, b]")),
        },
        Shape::Map(item) => match &node.value {
            NodeValue::Map(entries) if !entries.is_empty() => entries
                .iter()
                .map(|e| Ok((e.key.clone(), read(*item, &e.key, &e.value, schema)?)))
                .collect::<Result<BTreeMap<_, _>, _>>()
                .map(Value::Map),
            NodeValue::Map(_) => Err(Problem::at(
                node.place,
                format!("the mapping `{name}` is empty, so it checks nothing"),
            )),
            NodeValue::Scalar(_) | NodeValue::List(_) => Err(wrong("a mapping")),
        },
    }
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
pub(super) fn empty_list(node: &Node, name: &str) -> Problem {
    Problem::at(node.place, format!("the list `{name}` is empty, so it checks nothing"))
        .hint("write what must be there, or leave the key out")
}

/// A name that cannot be qualified is kept without quotes; one that can, with those it needs.
fn name_value(shape: Shape, text: &str) -> Option<Value> {
    let parts = split_name(text)?;
    Some(Value::Text(match (shape, parts.as_slice()) {
        (Shape::Name, [only]) => only.clone(),
        (Shape::Name, _) => text.to_owned(),
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
