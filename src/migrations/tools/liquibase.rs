//! Liquibase. Source: `liquibase-standard`, `liquibase.parser.core.formattedsql` (formatted SQL),
//! `liquibase.changelog.StandardChangeLogHistoryService` (the table), and the documentation, "DATABASECHANGELOG table".

use super::{BASE, File, Files, Fit, FolderMigration, Reading, Tool, Up, Verified, sections, sql, version};

pub(super) static TOOL: Tool = Tool {
    name: "liquibase",
    title: "Liquibase",
    table: "databasechangelog",
    columns: &["orderexecuted", "exectype", "md5sum"],
    query: "SELECT author || ':' || id AS name, author || ':' || id AS version, \
                   CASE WHEN exectype = 'FAILED' THEN 'failed' WHEN exectype = 'SKIPPED' THEN 'rolled back' \
                        ELSE 'applied' END AS state, NULL::text AS checksum \
            FROM {table} ORDER BY orderexecuted, dateexecuted",
    sort: version::only_the_folder,
    short: |name| name.split_once(':').map(|(_, id)| id),
    limits: "a change set is named author:id",
    apply: "liquibase update",
    layout: "SQL files that begin with `--liquibase formatted sql`, in the order of their names",
    fits: |files| {
        if files.files.iter().any(is_formatted) {
            Fit::Sure
        } else {
            Fit::No
        }
    },
    read,
    verified: Verified::Run("4.28.1"),
    ..BASE
};

/// Whether a file of SQL has the first line that makes it a change log.
fn is_formatted(file: &File) -> bool {
    let text = file.text();
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .and_then(sections::comment);
    file.ends(".sql") && first.is_some_and(|words| words.to_ascii_lowercase().starts_with("liquibase formatted sql"))
}

/// `--changeset author:id key:value` as author, id and what is behind them.
fn changeset(line: &str) -> Option<(String, String, String)> {
    let rest = sections::comment(line)?;
    let rest = rest
        .get(..9)
        .filter(|word| word.eq_ignore_ascii_case("changeset"))
        .map(|_| rest[9..].trim())?;
    let (author, rest) = part(rest, ':')?;
    let (id, attributes) = part(rest, ' ').unwrap_or((rest.to_owned(), ""));
    Some((author, id, attributes.to_owned()))
}

/// What is before a character, which may be in double quotes, and what is behind it.
fn part(text: &str, end: char) -> Option<(String, &str)> {
    let (word, rest) = match text.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => text.split_at(text.find(end).unwrap_or(text.len())),
    };
    Some((word.to_owned(), rest.strip_prefix(end).unwrap_or(rest)))
}

/// The value of an attribute of a change set.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    attributes.split_whitespace().find_map(|pair| {
        pair.split_once(':')
            .filter(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    })
}

/// The change sets of a file.
fn changesets(all: &Files, file: &File) -> Vec<FolderMigration> {
    let text = file.text();
    let mut out: Vec<FolderMigration> = Vec::new();
    let mut taking_back = false;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if let Some((author, id, attributes)) = changeset(line) {
            let name = format!("{author}:{id}");
            let mut migration = sql(all, file, &*name, &*name);
            let is = |attribute_name: &str, value: &str| {
                attribute(&attributes, attribute_name).is_some_and(|told| told.eq_ignore_ascii_case(value))
            };
            migration.repeatable = is("runOnChange", "true") || is("runAlways", "true");
            migration.up = match attribute(&attributes, "dbms") {
                Some(dbms)
                    if !dbms
                        .split(',')
                        .any(|name| name.trim().eq_ignore_ascii_case("postgresql")) =>
                {
                    // For another database: Liquibase leaves it out.
                    taking_back = true;
                    continue;
                }
                Some(_) | None => Up::Sql {
                    text: String::new(),
                    first_line: number + 1,
                    transaction: !is("runInTransaction", "false"),
                },
            };
            out.push(migration);
            taking_back = false;
            continue;
        }
        let comment = sections::comment(line).unwrap_or_default().to_ascii_lowercase();
        taking_back |= comment.starts_with("rollback");
        if let (Some(migration), false) = (out.last_mut(), comment.starts_with("rollback"))
            && let Up::Sql { text, .. } = &mut migration.up
            && !taking_back
        {
            text.push_str(line);
        }
        // `--rollback` is one line; what follows belongs to the change set again.
        if comment.starts_with("rollback") {
            taking_back = false;
        }
    }
    for migration in &mut out {
        if let Up::Sql { text, .. } = &migration.up
            && let Some(start) = text.find("${")
        {
            let end = text[start..].find('}').map_or(text.len(), |end| start + end + 1);
            migration.up = Up::NotSql(format!(
                "Liquibase fills the parameter {} in, which driftgate does not: let Liquibase update an empty database, and give \
                 the URL of that",
                &text[start..end]
            ));
        }
    }
    out
}

fn read(all: &Files) -> Reading {
    let mut out = Reading::default();
    for file in &all.files {
        if is_formatted(file) {
            out.migrations.extend(changesets(all, file));
        } else if file.ends(".sql") {
            out.unseen.push(file.path.clone());
        }
    }
    out
}
