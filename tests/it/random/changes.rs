//! A change of a random table, and what a check must find after it.

use super::parts::{Relation, TableKind};
use super::plan::Table;
use super::schema::{id, within};
use crate::odd_names::quote;

/// A statement that changes a table, and the findings that it must cause.
type Change = (String, Vec<String>);

fn found(code: &str, parts: &[&str]) -> String {
    format!("{code} {}", id(parts))
}

/// A change with one finding.
fn one(sql: String, code: &str, parts: &[&str]) -> Change {
    (sql, vec![found(code, parts)])
}

/// One change of a table. New names have the number in them.
pub fn change(plan: &Table, table: &Relation, number: usize) -> Change {
    let is_bare =
        plan.parts.is_empty() && table.variant == TableKind::Plain && table.columns.iter().all(|column| column.plain);
    let n = plan.change % 16;
    column_change(n, table, is_bare)
        .or_else(|| part_change(n, table, number))
        .unwrap_or_else(|| table_change(n, table, is_bare, number))
}

/// A change of the first column, or a new one.
fn column_change(n: usize, table: &Relation, is_bare: bool) -> Option<Change> {
    let alter = format!("alter table {}", within(&table.name));
    let first = &table.columns[0];
    let column = quote(&first.name);
    let parts = [table.name.as_str(), first.name.as_str()];
    let change = match n {
        0 => one(
            format!("{alter} add \"added it\" text"),
            "column-unexpected",
            &[&table.name, "added it"],
        ),
        2 if first.default.as_deref().is_some_and(|default| default != "null") => {
            one(format!("{alter} alter {column} drop default"), "column-default", &parts)
        }
        3 if is_bare && first.default.is_none() => {
            let other = first.known.and_then(|known| known.other)?;
            let sql = format!("{alter} alter {column} type {other} using null::{other}");
            one(sql, "column-type", &parts)
        }
        4 if first.plain && !table.has_key => {
            let change = if first.not_null { "drop" } else { "set" };
            let sql = format!("{alter} alter {column} {change} not null");
            one(sql, "column-nullable", &parts)
        }
        10 => one(
            format!("{alter} alter {column} set statistics 77"),
            "column-statistics",
            &parts,
        ),
        _ => return None,
    };
    Some(change)
}

/// A change of something that belongs to the table.
fn part_change(n: usize, table: &Relation, number: usize) -> Option<Change> {
    let on = within(&table.name);
    let name = table.name.as_str();
    let first = &table.columns[0];
    let change = match n {
        1 if first.sorts() => one(
            format!("create index \"added {number}\" on {on} ({})", quote(&first.name)),
            "index-unexpected",
            &[name, &format!("added {number}")],
        ),
        11 => {
            let (trigger, enabled) = table.triggers.first()?;
            let change = if *enabled { "disable" } else { "enable" };
            let sql = format!("alter table {on} {change} trigger {}", quote(trigger));
            one(sql, "trigger-enabled", &[name, trigger])
        }
        12 => {
            let check = table.checks.first()?;
            let sql = format!("alter table {on} drop constraint {}", quote(check));
            one(sql, "check-missing", &[name, check])
        }
        _ => return None,
    };
    Some(change)
}

/// A change of the table itself.
fn table_change(n: usize, table: &Relation, is_bare: bool, number: usize) -> Change {
    let on = within(&table.name);
    let alter = format!("alter table {on}");
    let name = table.name.as_str();
    match n {
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
        9 if table.variant != TableKind::Partitioned => {
            one(format!("{alter} set (fillfactor = 51)"), "table-options", &[name])
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
