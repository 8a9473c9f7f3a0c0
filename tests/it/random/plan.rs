//! What a random schema is made from: numbers, which choose. Fewer parts and smaller numbers are simpler, so what
//! fails is made smaller in this way.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::types::TYPES;
use crate::odd_names;

/// A schema.
#[derive(Debug, Clone)]
pub struct Plan {
    pub enums: Vec<Enum>,
    pub domains: Vec<Domain>,
    pub composites: Vec<Vec<(usize, usize)>>,
    pub sequences: Vec<Sequence>,
    pub functions: Vec<Function>,
    pub tables: Vec<Table>,
}

/// An enum: its name and its labels.
#[derive(Debug, Clone)]
pub struct Enum {
    pub name: usize,
    pub labels: Vec<usize>,
}

/// A domain over a type.
#[derive(Debug, Clone)]
pub struct Domain {
    pub name: usize,
    pub of: usize,
    pub default: Option<usize>,
    pub not_null: bool,
    pub checks: Vec<usize>,
}

/// A sequence and its options.
#[derive(Debug, Clone)]
pub struct Sequence {
    pub name: usize,
    pub of: usize,
    pub increment: i64,
    pub min: Option<i64>,
    pub cache: Option<i64>,
    pub cycle: bool,
}

/// A function.
#[derive(Debug, Clone)]
pub struct Function {
    pub name: usize,
    /// The name, the type and the default of each argument.
    pub arguments: Vec<(usize, usize, Option<usize>)>,
    pub body: usize,
    pub volatility: usize,
    pub options: usize,
}

/// A table.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: usize,
    pub variant: usize,
    pub columns: Vec<Column>,
    pub parts: Vec<Part>,
    /// What is changed about it, once it has been written down.
    pub change: usize,
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    pub name: usize,
    pub of: usize,
    pub default: Option<usize>,
    pub not_null: bool,
    pub extra: Option<usize>,
}

/// Something in a table. The numbers choose columns and expressions.
#[derive(Debug, Clone)]
pub enum Part {
    Primary {
        columns: Vec<usize>,
        deferrable: bool,
    },
    Unique {
        name: Option<usize>,
        columns: Vec<usize>,
        deferrable: usize,
    },
    Foreign {
        name: Option<usize>,
        to: usize,
        actions: usize,
    },
    Check {
        name: Option<usize>,
        column: usize,
        expression: usize,
        more: Option<(usize, usize)>,
        valid: bool,
    },
    Index {
        name: usize,
        keys: Vec<(usize, usize, usize)>,
        unique: bool,
        only: Option<(usize, usize)>,
        include: Option<usize>,
    },
    Comment {
        on: Option<usize>,
        text: usize,
    },
    Grant {
        privileges: usize,
        column: Option<usize>,
    },
    Policy {
        name: usize,
        column: usize,
        expression: usize,
        variant: usize,
    },
    Trigger {
        name: usize,
        column: usize,
        expression: usize,
        variant: usize,
    },
    View {
        name: usize,
        columns: Vec<usize>,
        only: Option<(usize, usize)>,
        variant: usize,
    },
    Statistics {
        name: usize,
        columns: (usize, usize),
    },
    Storage {
        variant: usize,
        column: usize,
    },
}

fn name() -> impl Strategy<Value = usize> {
    0..odd_names::COUNT
}

/// A number that chooses from what there is.
fn number() -> impl Strategy<Value = usize> {
    0_usize..1000
}

fn column() -> impl Strategy<Value = Column> {
    // Beyond the types come those of the schema.
    let of = 0..TYPES.len() + 12;
    (
        name(),
        of,
        option::of(number()),
        any::<bool>(),
        option::weighted(0.15, number()),
    )
        .prop_map(|(name, of, default, not_null, extra)| Column {
            name,
            of,
            default,
            not_null,
            extra,
        })
}

fn part() -> impl Strategy<Value = Part> {
    let named = || option::of(name());
    let numbers = || vec(number(), 1..4);
    let more = || option::weighted(0.3, (number(), number()));
    prop_oneof![
        2 => (numbers(), any::<bool>()).prop_map(|(columns, deferrable)| Part::Primary { columns, deferrable }),
        2 => (named(), numbers(), number()).prop_map(|(name, columns, deferrable)| Part::Unique { name, columns, deferrable }),
        2 => (named(), number(), number()).prop_map(|(name, to, actions)| Part::Foreign { name, to, actions }),
        6 => (named(), number(), number(), more(), any::<bool>()).prop_map(|(name, column, expression, more, valid)| {
            Part::Check { name, column, expression, more, valid }
        }),
        6 => (name(), vec((number(), number(), number()), 1..4), any::<bool>(), more(), option::of(number())).prop_map(
            |(name, keys, unique, only, include)| Part::Index { name, keys, unique, only, include }
        ),
        2 => (named(), name()).prop_map(|(on, text)| Part::Comment { on, text }),
        1 => (number(), option::of(number())).prop_map(|(privileges, column)| Part::Grant { privileges, column }),
        2 => (name(), number(), number(), number()).prop_map(|(name, column, expression, variant)| {
            Part::Policy { name, column, expression, variant }
        }),
        2 => (name(), number(), number(), number()).prop_map(|(name, column, expression, variant)| {
            Part::Trigger { name, column, expression, variant }
        }),
        3 => (name(), numbers(), more(), number()).prop_map(|(name, columns, only, variant)| Part::View { name, columns, only, variant }),
        1 => (name(), (number(), number())).prop_map(|(name, columns)| Part::Statistics { name, columns }),
        1 => (number(), number()).prop_map(|(variant, column)| Part::Storage { variant, column }),
    ]
}

fn table() -> impl Strategy<Value = Table> {
    (name(), number(), vec(column(), 1..9), vec(part(), 0..9), number()).prop_map(
        |(name, variant, columns, parts, change)| Table {
            name,
            variant,
            columns,
            parts,
            change,
        },
    )
}

fn an_enum() -> impl Strategy<Value = Enum> {
    (name(), vec(name(), 1..6)).prop_map(|(name, labels)| Enum { name, labels })
}

fn domain() -> impl Strategy<Value = Domain> {
    (
        name(),
        0..TYPES.len(),
        option::of(number()),
        any::<bool>(),
        vec(number(), 0..3),
    )
        .prop_map(|(name, of, default, not_null, checks)| Domain {
            name,
            of,
            default,
            not_null,
            checks,
        })
}

fn sequence() -> impl Strategy<Value = Sequence> {
    (
        name(),
        0..3_usize,
        1..50_i64,
        option::of(-20..1_i64),
        option::of(2..50_i64),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(name, of, increment, min, cache, cycle, down)| Sequence {
            name,
            of,
            increment: if down { -increment } else { increment },
            min,
            cache,
            cycle,
        })
}

fn function() -> impl Strategy<Value = Function> {
    (
        name(),
        vec((name(), 0..TYPES.len(), option::of(number())), 0..4),
        name(),
        number(),
        number(),
    )
        .prop_map(|(name, arguments, body, volatility, options)| Function {
            name,
            arguments,
            body,
            volatility,
            options,
        })
}

/// A schema with at most this number of tables.
pub fn plan(tables: usize) -> impl Strategy<Value = Plan> {
    let composite = vec((name(), 0..TYPES.len()), 1..5);
    (
        vec(an_enum(), 0..5),
        vec(domain(), 0..5),
        vec(composite, 0..4),
        vec(sequence(), 0..5),
        vec(function(), 0..9),
        vec(table(), 1..=tables),
    )
        .prop_map(|(enums, domains, composites, sequences, functions, tables)| Plan {
            enums,
            domains,
            composites,
            sequences,
            functions,
            tables,
        })
}
