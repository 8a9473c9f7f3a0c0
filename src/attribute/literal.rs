//! Values of static tables.

use std::collections::BTreeMap;

use crate::value::Value;

/// A value that a static table can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Literal {
    /// No value.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A word.
    Text(&'static str),
    /// No items.
    EmptyList,
    /// No entries.
    EmptyMap,
}

impl Literal {
    /// Whether a value is this one.
    #[must_use]
    pub fn is(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, Value::Null) => true,
            (Self::Bool(one), Value::Bool(another)) => one == *another,
            (Self::Integer(one), Value::Integer(another)) => one == *another,
            (Self::Text(one), Value::Text(another)) => one == another,
            (Self::EmptyList, Value::List(items)) => items.is_empty(),
            (Self::EmptyMap, Value::Map(entries)) => entries.is_empty(),
            (
                Self::Null | Self::Bool(_) | Self::Integer(_) | Self::Text(_) | Self::EmptyList | Self::EmptyMap,
                Value::Null
                | Value::Bool(_)
                | Value::Integer(_)
                | Value::Text(_)
                | Value::Secret(_)
                | Value::List(_)
                | Value::Map(_),
            ) => false,
        }
    }
}

impl From<Literal> for Value {
    fn from(literal: Literal) -> Self {
        match literal {
            Literal::Null => Self::Null,
            Literal::Bool(value) => Self::Bool(value),
            Literal::Integer(value) => Self::Integer(value),
            Literal::Text(text) => Self::from(text),
            Literal::EmptyList => Self::List(Vec::new()),
            Literal::EmptyMap => Self::Map(BTreeMap::new()),
        }
    }
}
