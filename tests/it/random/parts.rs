//! What is in a table, and one change of it.

use super::names::{Names, literal, quote, text};
use super::plan::{Part, Table};
use super::schema::{Made, Schema, choose, id, within};

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    Partitioned,
    Unlogged,
    WithOptions,
    Parent,
    Plain,
}

impl Sort {
    /// The sort of this number, if a table with these columns can be one.
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
    pub sort: Sort,
    pub columns: Vec<Made>,
    /// The names of its triggers and policies.
    rooms: Names,
    pub has_key: bool,
    has_grants: bool,
    row_security: bool,
    pub checks: Vec<String>,
    policies: Vec<String>,
    /// Each with whether it is enabled.
    triggers: Vec<(String, bool)>,
}

impl Relation {
    pub fn new(name: String, sort: Sort, columns: Vec<Made>) -> Self {
        Self {
            name,
            sort,
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
        let first = (self.sort == Sort::Partitioned).then_some(&0);
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
        let on = within(&table.name);
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
            Part::Comment { on: None, text: n } => self.say(format!("comment on table {on} is {}", literal(text(*n)))),
            Part::Comment {
                on: Some(column),
                text: n,
            } => {
                let column = quote(&table.column(*column).name);
                self.say(format!("comment on column {on}.{column} is {}", literal(text(*n))));
            }
            Part::Grant { privileges, column } => {
                table.has_grants = true;
                let columns = column.map_or(String::new(), |n| format!(" ({})", quote(&table.column(n).name)));
                let what = ["select", "insert", "update", "references"][privileges % 4];
                let to = [
                    "pg_monitor",
                    "public",
                    "pg_monitor with grant option",
                    "pg_read_all_stats",
                ][privileges / 4 % 4];
                self.say(format!("grant {what}{columns} on {on} to {to}"));
            }
            Part::Policy {
                name,
                column,
                expression,
                sort,
            } => {
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
                self.say(format!("create policy {} on {on} {}", quote(&name), rest[sort % 5]));
                if sort % 2 == 0 {
                    table.row_security = true;
                    self.say(format!("alter table {on} enable row level security"));
                }
                table.policies.push(name);
            }
            Part::Trigger { .. } => self.trigger(table, part),
            Part::View { .. } => self.view(table, part),
            Part::Statistics { name, columns } => {
                let keys = table.keys(&[columns.0, columns.1]);
                if keys.len() > 1 {
                    let name = self.others.take(*name);
                    self.say(format!(
                        "create statistics {} (ndistinct, mcv) on {} from {on}",
                        within(&name),
                        list(&keys)
                    ));
                }
            }
            Part::Storage { sort, column } => {
                let column = table.column(*column);
                let alter = format!("alter table {on} alter {}", quote(&column.name));
                match sort % 3 {
                    0 if ["text", "jsonb", "bytea"].contains(&column.sql.as_str()) => {
                        self.say(format!("{alter} set storage external"));
                    }
                    1 => self.say(format!("{alter} set (n_distinct = -0.25)")),
                    _ => self.say(format!("{alter} set statistics 7")),
                }
            }
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
            let unique = if *unique && table.sort != Sort::Partitioned {
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
            sort,
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
            rest[sort % 4]
        );
        self.say(sql);
        let disabled = sort % 5 == 0;
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
            sort,
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
        ][sort % 4];
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

/// One change of a table: the SQL and what must be found. New names have the number in them.
pub fn change(plan: &Table, table: &Relation, number: usize) -> (String, Vec<String>) {
    let on = within(&table.name);
    let alter = format!("alter table {on}");
    let found = |code: &str, parts: &[&str]| format!("{code} {}", id(parts));
    let name = table.name.as_str();
    let first = &table.columns[0];
    let is_bare = plan.parts.is_empty() && table.sort == Sort::Plain && table.columns.iter().all(|column| column.plain);
    let one = |sql: String, code: &str, parts: &[&str]| (sql, vec![found(code, parts)]);
    match plan.change % 16 {
        0 => one(
            format!("{alter} add \"added it\" text"),
            "column-unexpected",
            &[name, "added it"],
        ),
        1 if first.sorts() => one(
            format!("create index \"added {number}\" on {on} ({})", quote(&first.name)),
            "index-unexpected",
            &[name, &format!("added {number}")],
        ),
        2 if first.default.as_deref().is_some_and(|default| default != "null") => one(
            format!("{alter} alter {} drop default", quote(&first.name)),
            "column-default",
            &[name, &first.name],
        ),
        3 if is_bare && first.default.is_none() && first.known.is_some_and(|known| known.other.is_some()) => {
            let other = first.known.and_then(|known| known.other).unwrap_or_default();
            let column = quote(&first.name);
            let using = format!("using null::{other}");
            one(
                format!("{alter} alter {column} type {other} {using}"),
                "column-type",
                &[name, &first.name],
            )
        }
        4 if first.plain && !table.has_key => {
            let change = if first.not_null {
                "drop not null"
            } else {
                "set not null"
            };
            one(
                format!("{alter} alter {} {change}", quote(&first.name)),
                "column-nullable",
                &[name, &first.name],
            )
        }
        5 => {
            let change = if table.row_security { "disable" } else { "enable" };
            let policies = table
                .policies
                .iter()
                .map(|policy| found("policy-in-force", &[name, policy]));
            let all = policies.chain([found("table-row-security", &[name])]).collect();
            (format!("{alter} {change} row level security"), all)
        }
        6 if is_bare => one(format!("drop table {on}"), "table-missing", &[name]),
        7 => one(
            format!("grant delete on {on} to pg_read_all_stats"),
            "table-grants",
            &[name],
        ),
        8 if is_bare => (
            format!("{alter} rename to \"renamed {number}\""),
            vec![
                found("table-missing", &[name]),
                found("table-unexpected", &[&format!("renamed {number}")]),
            ],
        ),
        9 if table.sort != Sort::Partitioned => one(format!("{alter} set (fillfactor = 51)"), "table-options", &[name]),
        10 => one(
            format!("{alter} alter {} set statistics 77", quote(&first.name)),
            "column-statistics",
            &[name, &first.name],
        ),
        11 if !table.triggers.is_empty() => {
            let (trigger, enabled) = &table.triggers[0];
            let change = if *enabled { "disable" } else { "enable" };
            one(
                format!("{alter} {change} trigger {}", quote(trigger)),
                "trigger-enabled",
                &[name, trigger],
            )
        }
        12 if !table.checks.is_empty() => {
            let check = &table.checks[0];
            one(
                format!("{alter} drop constraint {}", quote(check)),
                "check-missing",
                &[name, check],
            )
        }
        13 => one(
            format!("{alter} replica identity full"),
            "table-replica-identity",
            &[name],
        ),
        14 if !table.has_grants => one(format!("{alter} owner to pg_monitor"), "table-owner", &[name]),
        _ => one(format!("comment on table {on} is 'changed'"), "table-comment", &[name]),
    }
}
