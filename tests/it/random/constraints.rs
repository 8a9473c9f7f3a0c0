//! The constraints of a table.

use super::parts::{Relation, TableKind, list};
use super::schema::{Made, Schema, choose, within};
use crate::odd_names::quote;

impl Schema {
    /// Adds a constraint, with or without a name.
    fn constrain(&mut self, table: &Relation, name: Option<&str>, definition: &str) {
        let named = name.map_or(String::new(), |name| format!("constraint {} ", quote(name)));
        self.say(format!("alter table {} add {named}{definition}", within(&table.name)));
    }

    /// A primary key, if there is none; others may refer to it.
    pub fn primary(&mut self, table: &mut Relation, columns: &[usize], deferrable: bool) {
        let keys = table.keys(columns);
        if table.has_key || keys.is_empty() {
            return;
        }
        if !deferrable && table.variant != TableKind::Unlogged {
            let target = keys.iter().map(|key| (key.name.clone(), key.sql.clone())).collect();
            self.targets.push((table.name.clone(), target));
        }
        let end = if deferrable { " deferrable" } else { "" };
        self.constrain(table, None, &format!("primary key ({}){end}", list(&keys)));
        table.has_key = true;
    }

    /// A unique key.
    pub fn unique(&mut self, table: &Relation, name: Option<usize>, columns: &[usize], variant: usize) {
        let keys = table.keys(columns);
        if keys.is_empty() {
            return;
        }
        let end = [
            "",
            " deferrable",
            " deferrable initially deferred",
            " with (fillfactor = 44)",
        ][variant % 4];
        // The index of the key is a relation.
        let name = name.map(|n| self.relations.take(n));
        self.constrain(table, name.as_deref(), &format!("unique ({}){end}", list(&keys)));
    }

    /// A foreign key, if the table has columns of the types of some key.
    pub fn foreign(&mut self, table: &Relation, name: Option<usize>, to: usize, actions: usize) {
        let Some((target, keys)) = choose(&self.targets, to).cloned() else {
            return;
        };
        let mut columns: Vec<&Made> = Vec::new();
        for (_, sql) in &keys {
            let is_free = |made: &&Made| made.plain && made.sql == *sql && !columns.iter().any(|c| c.name == made.name);
            let Some(column) = table.columns.iter().find(is_free) else {
                return;
            };
            columns.push(column);
        }
        let end = [
            "",
            " on delete cascade",
            " on update set null",
            " match full",
            " deferrable initially deferred",
            // Not of a partitioned table.
            " not valid",
        ];
        let end = end[actions % (end.len() - usize::from(table.variant == TableKind::Partitioned))];
        let keys: Vec<String> = keys.iter().map(|(key, _)| quote(key)).collect();
        let name = name.map(|n| self.relations.take(n));
        let (columns, target, keys) = (list(&columns), within(&target), keys.join(", "));
        self.constrain(
            table,
            name.as_deref(),
            &format!("foreign key ({columns}) references {target} ({keys}){end}"),
        );
    }

    /// A check, over one column or two.
    pub fn check(
        &mut self,
        table: &mut Relation,
        name: Option<usize>,
        first: (usize, usize),
        second: Option<(usize, usize)>,
        valid: bool,
    ) {
        let about = |(column, expression): (usize, usize)| {
            let column = table.column(column);
            column.about(&quote(&column.name), expression)
        };
        let mut condition = about(first);
        if let Some(second) = second {
            let and = ["and", "or", "or not"][second.1 % 3];
            condition = format!("({condition}) {and} ({})", about(second));
        }
        let end = if valid { "" } else { " not valid" };
        let name = name.map(|n| self.relations.take(n));
        self.constrain(table, name.as_deref(), &format!("check ({condition}){end}"));
        table.checks.extend(name);
    }
}
