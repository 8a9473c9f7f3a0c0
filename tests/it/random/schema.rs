//! The SQL of a plan, and for each table a change of it and what must be found then.

use std::collections::BTreeSet;

use driftgate::object_id::ObjectId;

use super::changes::change;
use super::parts::{Relation, TableKind};
use super::plan::{Column, Domain, Enum, Function, Plan, Sequence, Table};
use super::types::{SqlType, TYPES};
use crate::odd_names::{Names, literal, quote, text};

/// The SQL of a schema and of changes to it.
#[derive(Debug, Default)]
pub struct Schema {
    /// One statement each.
    pub statements: Vec<String>,
    /// A change of one object each, with what must be found: `CODE OBJECT`.
    pub changes: Vec<(String, Vec<String>)>,
    /// The names of relations and types, which share a room.
    pub relations: Names,
    /// The names of indexes and constraints that this file gives: one room for all, to be simple.
    pub others: Names,
    /// The types that were created, as SQL writes them, and one of their values.
    types: Vec<(String, Option<String>)>,
    /// The tables that can be referred to: name and, for a key, columns with their types.
    pub targets: Vec<(String, Vec<(String, String)>)>,
}

/// The schema in which everything is.
pub const SCHEMA: &str = "random";

/// A thing in the schema, as SQL names it.
pub fn within(name: &str) -> String {
    format!("{SCHEMA}.{}", quote(name))
}

/// An object, as reports name it.
pub fn id(parts: &[&str]) -> String {
    let parts = std::iter::once(SCHEMA).chain(parts.iter().copied()).map(str::to_owned);
    ObjectId::new(parts.collect()).to_string()
}

/// One of several, chosen by a number.
pub fn choose<T>(of: &[T], number: usize) -> Option<&T> {
    (!of.is_empty()).then(|| &of[number % of.len()])
}

/// A column that has been made.
#[derive(Debug)]
pub struct Made {
    pub name: String,
    pub sql: String,
    pub known: Option<&'static SqlType>,
    pub default: Option<String>,
    pub not_null: bool,
    /// Neither computed nor counted.
    pub plain: bool,
}

impl Made {
    /// Whether it can be a key.
    pub fn sorts(&self) -> bool {
        self.known.is_some_and(|known| known.sorts)
    }

    /// An expression about it.
    pub fn about(&self, variable: &str, number: usize) -> String {
        let template = self
            .known
            .and_then(|known| choose(known.checks, number))
            .copied()
            .unwrap_or("{} is not null");
        template.replace("{}", variable)
    }
}

impl Schema {
    /// The SQL of a plan.
    pub fn of(plan: &Plan) -> Self {
        let mut schema = Self::default();
        schema.statements.push(format!("create schema {SCHEMA}"));
        schema.statements.push(format!(
            "create function {SCHEMA}.fire() returns trigger language plpgsql as 'begin return new; end'"
        ));
        schema.relations.take(0);
        schema.types(plan);
        for function in &plan.functions {
            schema.function(function);
        }
        for table in &plan.tables {
            schema.table(table);
        }
        schema
    }

    pub fn say(&mut self, sql: String) {
        self.statements.push(sql);
    }

    fn types(&mut self, plan: &Plan) {
        for made in &plan.enums {
            self.an_enum(made);
        }
        for made in &plan.domains {
            self.domain(made);
        }
        for attributes in &plan.composites {
            self.composite(attributes);
        }
        for made in &plan.sequences {
            self.sequence(made);
        }
    }

    fn an_enum(&mut self, made: &Enum) {
        let name = self.relations.take(made.name);
        let labels: BTreeSet<&str> = made.labels.iter().map(|label| text(*label)).collect();
        let mut labels: Vec<String> = labels.into_iter().map(literal).collect();
        // Not in the order of the alphabet.
        let turn = made.labels[0] % labels.len();
        labels.rotate_left(turn);
        self.say(format!("create type {} as enum ({})", within(&name), labels.join(", ")));
        self.types.push((within(&name), Some(labels[0].clone())));
    }

    fn domain(&mut self, made: &Domain) {
        let name = self.relations.take(made.name);
        let of = &TYPES[made.of];
        let default = made.default.and_then(|n| choose(of.defaults, n));
        let default = default.map_or(String::new(), |default| format!(" default ({default})"));
        let not_null = if made.not_null { " not null" } else { "" };
        let checks = made.checks.iter().enumerate().map(|(i, number)| {
            let check = choose(of.checks, *number).map_or("value is not null", |check| check);
            let name = quote(&format!("{} {i}", text(made.name)));
            format!(" constraint {name} check ({})", check.replace("{}", "value"))
        });
        let checks: String = checks.collect();
        let sql = format!(
            "create domain {} as {}{default}{not_null}{checks}",
            within(&name),
            of.sql
        );
        self.say(sql);
        self.types.push((within(&name), None));
    }

    fn composite(&mut self, attributes: &[(usize, usize)]) {
        let name = self.relations.take(attributes[0].0);
        let mut names = Names::default();
        let attributes: Vec<String> = attributes
            .iter()
            .map(|(name, of)| format!("{} {}", quote(&names.take(*name)), TYPES[*of].sql))
            .collect();
        self.say(format!("create type {} as ({})", within(&name), attributes.join(", ")));
        self.types.push((within(&name), None));
    }

    fn sequence(&mut self, made: &Sequence) {
        let name = self.relations.take(made.name);
        let of = ["smallint", "integer", "bigint"][made.of];
        let min = made
            .min
            .map_or(String::new(), |min| format!(" minvalue {}", min - 1000));
        let cache = made.cache.map_or(String::new(), |cache| format!(" cache {cache}"));
        let cycle = if made.cycle { " cycle" } else { "" };
        let sql = format!(
            "create sequence {} as {of} increment {}{min}{cache}{cycle}",
            within(&name),
            made.increment
        );
        self.say(sql);
        self.changes.push((
            format!("alter sequence {} cache 77", within(&name)),
            vec![format!("sequence-cache {}", id(&[&name]))],
        ));
    }

    fn function(&mut self, made: &Function) {
        let name = self.others.take(made.name);
        let mut names = Names::default();
        // Once an argument has a default, all that follow need one.
        let mut has_default = false;
        let mut arguments = Vec::new();
        for (argument, of, default) in &made.arguments {
            let of = &TYPES[*of];
            let default = default
                .or(has_default.then_some(0))
                .and_then(|n| choose(of.defaults, n));
            has_default |= default.is_some();
            let default = default.map_or(String::new(), |default| format!(" default ({default})"));
            arguments.push(format!("{} {}{default}", quote(&names.take(*argument)), of.sql));
        }
        let volatility = ["volatile", "stable", "immutable"][made.volatility % 3];
        let options = [
            "",
            "strict",
            "security definer",
            "parallel safe",
            "cost 7",
            "set search_path = pg_catalog, \"a b\"",
            "leakproof",
        ][made.options % 7];
        let body = [
            "select 1",
            "select 2 -- why",
            "\n  select 3\n",
            "select length('it''s')",
            "select 1 /* \\ */",
        ][made.body % 5];
        self.say(format!(
            "create function {}({}) returns integer language sql {volatility} {options} as {}",
            within(&name),
            arguments.join(", "),
            literal(&format!("{body} -- {}", text(made.body).replace('\n', " ")))
        ));
    }

    /// The type of a column, and one of its values if the type is the schema's own.
    fn column_type(&self, of: usize) -> (String, Option<&'static SqlType>, Option<String>) {
        match of.checked_sub(TYPES.len()) {
            None => (TYPES[of].sql.to_owned(), Some(&TYPES[of]), None),
            Some(own) => match choose(&self.types, own) {
                Some((name, value)) => (name.clone(), None, value.clone()),
                None => (TYPES[0].sql.to_owned(), Some(&TYPES[0]), None),
            },
        }
    }

    fn table(&mut self, plan: &Table) {
        let name = self.relations.take(plan.name);
        let (columns, definitions) = self.columns(&plan.columns);
        let variant = TableKind::of(plan.variant, &columns);
        let (before, after) = match variant {
            TableKind::Partitioned => ("", format!(" partition by range ({})", quote(&columns[0].name))),
            TableKind::Unlogged => ("unlogged ", String::new()),
            TableKind::WithOptions => ("", " with (fillfactor = 33, autovacuum_enabled = off)".to_owned()),
            TableKind::Parent | TableKind::Plain => ("", String::new()),
        };
        let definitions = definitions.join(",\n  ");
        self.say(format!(
            "create {before}table {} (\n  {definitions}\n){after}",
            within(&name)
        ));
        if variant == TableKind::Partitioned {
            let part = self.relations.take(plan.name);
            self.say(format!(
                "create table {} partition of {} default",
                within(&part),
                within(&name)
            ));
        }
        let mut table = Relation::new(name, variant, columns);
        for part in &plan.parts {
            self.part(&mut table, part);
        }
        if variant == TableKind::Parent {
            let child = self.relations.take(plan.name);
            self.say(format!(
                "create table {} (\"child only\" integer) inherits ({})",
                within(&child),
                within(&table.name)
            ));
        }
        let change = change(plan, &table, self.changes.len());
        self.changes.push(change);
    }

    fn columns(&self, plans: &[Column]) -> (Vec<Made>, Vec<String>) {
        let mut names = Names::default();
        let mut columns: Vec<Made> = Vec::new();
        let mut definitions = Vec::new();
        for plan in plans {
            let name = names.take(plan.name);
            let (sql, known, value) = self.column_type(plan.of);
            let mut made = Made {
                name,
                sql,
                known,
                default: None,
                not_null: plan.not_null,
                plain: true,
            };
            let extra = extra(plan, &mut made, &columns);
            if made.plain {
                made.default = plan.default.and_then(|n| match (value, known) {
                    (Some(value), _) => Some(value),
                    (None, Some(known)) => choose(known.defaults, n).map(|default| (*default).to_owned()),
                    (None, None) => None,
                });
            }
            let default = made
                .default
                .as_ref()
                .map_or(String::new(), |default| format!(" default ({default})"));
            let not_null = if made.not_null { " not null" } else { "" };
            definitions.push(format!("{} {}{extra}{default}{not_null}", quote(&made.name), made.sql));
            columns.push(made);
        }
        (columns, definitions)
    }
}

/// What some columns have besides: an identity, an expression, a collation.
fn extra(plan: &Column, made: &mut Made, others: &[Made]) -> String {
    let base = others.iter().find(|column| column.plain && column.known.is_some());
    let is_counted = |made: &Made| ["integer", "smallint", "bigint"].contains(&made.sql.as_str());
    match (plan.extra.map(|extra| extra % 3), base) {
        (Some(0), _) if is_counted(made) => {
            (made.plain, made.not_null) = (false, true);
            [
                " generated always as identity",
                " generated by default as identity (increment 3 start 7)",
            ][plan.name % 2]
                .to_owned()
        }
        (Some(1), Some(base)) => {
            (made.plain, made.known, made.sql) = (false, None, "boolean".into());
            format!(
                " generated always as ({}) stored",
                base.about(&quote(&base.name), plan.name)
            )
        }
        (Some(2), _) if ["text", "varchar(80)"].contains(&made.sql.as_str()) => " collate \"C\"".into(),
        _ => String::new(),
    }
}
