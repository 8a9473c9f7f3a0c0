//! What is in a table.

use super::plan::Part;
use super::schema::{Made, Schema, choose, within};
use crate::odd_names::{Names, literal, quote, text};

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    Partitioned,
    Unlogged,
    WithOptions,
    Parent,
    Plain,
}

impl TableKind {
    /// The kind of this number, if a table with these columns can be one.
    pub fn of(number: usize, columns: &[Made]) -> Self {
        match number % 12 {
            0 if columns[0].sorts() && columns.iter().all(|column| column.plain) => Self::Partitioned,
            1 => Self::Unlogged,
            2 => Self::WithOptions,
            3 => Self::Parent,
            _ => Self::Plain,
        }
    }
}

/// A table that has been made, and what is known of what is in it.
#[derive(Debug)]
pub struct Relation {
    pub name: String,
    pub variant: TableKind,
    pub columns: Vec<Made>,
    /// The names of its triggers and policies.
    rooms: Names,
    pub has_key: bool,
    pub has_grants: bool,
    pub row_security: bool,
    pub checks: Vec<String>,
    pub policies: Vec<String>,
    /// Each with whether it is enabled.
    pub triggers: Vec<(String, bool)>,
}

impl Relation {
    pub fn new(name: String, variant: TableKind, columns: Vec<Made>) -> Self {
        Self {
            name,
            variant,
            columns,
            rooms: Names::default(),
            has_key: false,
            has_grants: false,
            row_security: false,
            checks: Vec::new(),
            policies: Vec::new(),
            triggers: Vec::new(),
        }
    }

    pub fn column(&self, number: usize) -> &Made {
        &self.columns[number % self.columns.len()]
    }

    /// Different columns that can be keys.
    pub fn keys(&self, numbers: &[usize]) -> Vec<&Made> {
        let mut keys: Vec<&Made> = Vec::new();
        // A key of a partitioned table has that by which it is partitioned.
        let first = (self.variant == TableKind::Partitioned).then_some(&0);
        for number in first.into_iter().chain(numbers) {
            let column = self.column(*number);
            if column.sorts() && !keys.iter().any(|key| key.name == column.name) {
                keys.push(column);
            }
        }
        keys
    }

    fn only(&self, only: Option<(usize, usize)>) -> String {
        only.map_or(String::new(), |(column, expression)| {
            let column = self.column(column);
            format!(" where {}", column.about(&quote(&column.name), expression))
        })
    }
}

pub fn list(columns: &[&Made]) -> String {
    let names: Vec<String> = columns.iter().map(|column| quote(&column.name)).collect();
    names.join(", ")
}

impl Schema {
    /// Makes something in a table; nothing where the table has no column for it.
    pub fn part(&mut self, table: &mut Relation, part: &Part) {
        match part {
            Part::Primary { columns, deferrable } => self.primary(table, columns, *deferrable),
            Part::Unique {
                name,
                columns,
                deferrable,
            } => self.unique(table, *name, columns, *deferrable),
            Part::Foreign { name, to, actions } => self.foreign(table, *name, *to, *actions),
            Part::Check {
                name,
                column,
                expression,
                more,
                valid,
            } => {
                self.check(table, *name, (*column, *expression), *more, *valid);
            }
            Part::Index { .. } => self.index(table, part),
            Part::Comment { on, text: n } => self.comment(table, *on, text(*n)),
            Part::Grant { privileges, column } => self.grant(table, *privileges, *column),
            Part::Policy { .. } => self.policy(table, part),
            Part::Trigger { .. } => self.trigger(table, part),
            Part::View { .. } => self.view(table, part),
            Part::Statistics { name, columns } => self.statistics(table, *name, *columns),
            Part::Storage { variant, column } => self.storage(table, *variant, *column),
        }
    }

    fn comment(&mut self, table: &Relation, column: Option<usize>, text: &str) {
        let on = within(&table.name);
        let object = match column {
            None => format!("table {on}"),
            Some(column) => format!("column {on}.{}", quote(&table.column(column).name)),
        };
        self.say(format!("comment on {object} is {}", literal(text)));
    }

    fn grant(&mut self, table: &mut Relation, privileges: usize, column: Option<usize>) {
        table.has_grants = true;
        let columns = column.map_or(String::new(), |n| format!(" ({})", quote(&table.column(n).name)));
        let what = ["select", "insert", "update", "references"][privileges % 4];
        let to = [
            "pg_monitor",
            "public",
            "pg_monitor with grant option",
            "pg_read_all_stats",
        ][privileges / 4 % 4];
        self.say(format!("grant {what}{columns} on {} to {to}", within(&table.name)));
    }

    fn policy(&mut self, table: &mut Relation, part: &Part) {
        let Part::Policy {
            name,
            column,
            expression,
            variant,
        } = part
        else {
            return;
        };
        let on = within(&table.name);
        let name = table.rooms.take(*name);
        let column = table.column(*column);
        let condition = column.about(&quote(&column.name), *expression);
        let rest = [
            format!("using ({condition})"),
            format!("for select to pg_monitor using ({condition})"),
            format!("for insert with check ({condition})"),
            format!("as restrictive for update to public using (true) with check ({condition})"),
            format!("for delete to pg_monitor, pg_read_all_stats using (not ({condition}))"),
        ];
        self.say(format!("create policy {} on {on} {}", quote(&name), rest[variant % 5]));
        if variant % 2 == 0 {
            table.row_security = true;
            self.say(format!("alter table {on} enable row level security"));
        }
        table.policies.push(name);
    }

    fn statistics(&mut self, table: &Relation, name: usize, columns: (usize, usize)) {
        let keys = table.keys(&[columns.0, columns.1]);
        if keys.len() > 1 {
            let name = self.others.take(name);
            self.say(format!(
                "create statistics {} (ndistinct, mcv) on {} from {}",
                within(&name),
                list(&keys),
                within(&table.name)
            ));
        }
    }

    fn storage(&mut self, table: &Relation, variant: usize, column: usize) {
        let column = table.column(column);
        let alter = format!("alter table {} alter {}", within(&table.name), quote(&column.name));
        match variant % 3 {
            0 if ["text", "jsonb", "bytea"].contains(&column.sql.as_str()) => {
                self.say(format!("{alter} set storage external"));
            }
            1 => self.say(format!("{alter} set (n_distinct = -0.25)")),
            _ => self.say(format!("{alter} set statistics 7")),
        }
    }

    fn index(&mut self, table: &Relation, part: &Part) {
        let Part::Index {
            name,
            keys,
            unique,
            only,
            include,
        } = part
        else {
            return;
        };
        let mut written: Vec<String> = Vec::new();
        for (column, how, order) in keys {
            let column = table.column(*column);
            let expressions = column.known.map_or(&[][..], |known| known.keys);
            let key = match choose(expressions, *how) {
                Some(expression) if how % 2 == 1 || !column.sorts() => expression.replace("{}", &quote(&column.name)),
                Some(_) | None if column.sorts() => {
                    let order = ["", "", " desc", " nulls first", " desc nulls last", " asc nulls last"][order % 6];
                    let is_text = ["text", "varchar(80)"].contains(&column.sql.as_str());
                    let class = if is_text {
                        ["", " text_pattern_ops", " collate \"C\"", " collate \"POSIX\" text_ops"][how / 2 % 4]
                    } else {
                        ""
                    };
                    format!("{}{class}{order}", quote(&column.name))
                }
                Some(_) | None => continue,
            };
            written.push(key);
        }
        let sole = table.column(keys[0].0);
        let method = match sole.sql.as_str() {
            "jsonb" | "tsvector" | "text[]" if *unique => Some("gin"),
            "int4range" | "tstzrange" | "point" | "box" if *unique => Some("gist"),
            _ => None,
        };
        let on = within(&table.name);
        let only = table.only(*only);
        if let Some(method) = method {
            let name = quote(&self.relations.take(*name));
            self.say(format!(
                "create index {name} on {on} using {method} ({}){only}",
                quote(&sole.name)
            ));
        } else if !written.is_empty() {
            let include = include.map(|n| table.keys(&[n])).filter(|keys| !keys.is_empty());
            let include = include.map_or(String::new(), |keys| format!(" include ({})", list(&keys)));
            let unique = if *unique && table.variant != TableKind::Partitioned {
                "unique "
            } else {
                ""
            };
            let name = quote(&self.relations.take(*name));
            self.say(format!(
                "create {unique}index {name} on {on} ({}){include}{only}",
                written.join(", ")
            ));
        }
    }

    fn trigger(&mut self, table: &mut Relation, part: &Part) {
        let Part::Trigger {
            name,
            column,
            expression,
            variant,
        } = part
        else {
            return;
        };
        let name = table.rooms.take(*name);
        let column = table.column(*column);
        let when = format!(
            "when ({})",
            column.about(&format!("new.{}", quote(&column.name)), *expression)
        );
        let when = if column.plain { when } else { String::new() };
        let of = quote(&column.name);
        let rest = [
            format!("before insert on {} for each row {when}", within(&table.name)),
            format!(
                "after update of {of} or insert on {} for each row {when}",
                within(&table.name)
            ),
            format!("after delete or truncate on {} for each statement", within(&table.name)),
            format!("before update on {} for each row {when}", within(&table.name)),
        ];
        let argument = literal(text(*expression));
        let sql = format!(
            "create trigger {} {} execute function random.fire({argument}, 'b')",
            quote(&name),
            rest[variant % 4]
        );
        self.say(sql);
        let disabled = variant % 5 == 0;
        if disabled {
            self.say(format!(
                "alter table {} disable trigger {}",
                within(&table.name),
                quote(&name)
            ));
        }
        table.triggers.push((name, !disabled));
    }

    fn view(&mut self, table: &Relation, part: &Part) {
        let Part::View {
            name,
            columns,
            only,
            variant,
        } = part
        else {
            return;
        };
        let name = self.relations.take(*name);
        let mut names = Names::default();
        let outputs: Vec<String> = columns
            .iter()
            .map(|number| {
                let column = table.column(*number);
                let variable = format!("t.{}", quote(&column.name));
                let expression = if number % 3 == 0 {
                    column.about(&variable, *number)
                } else {
                    variable
                };
                format!("{expression} as {}", quote(&names.take(*number)))
            })
            .collect();
        let (create, end) = [
            ("view", ""),
            ("materialized view", " with no data"),
            ("view", " order by 1 limit 10"),
            ("materialized view", ""),
        ][variant % 4];
        let sortable = table.column(columns[0]).sorts() || !end.contains("order");
        let end = if sortable { end } else { "" };
        let only = table.only(*only);
        self.say(format!(
            "create {create} {} as select {} from {} t{only}{end}",
            within(&name),
            outputs.join(", "),
            within(&table.name)
        ));
    }
}
