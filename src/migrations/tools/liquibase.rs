//! Liquibase. Source: `liquibase-standard`, `liquibase.parser.core.formattedsql` (formatted SQL),
//! `liquibase.changelog.StandardChangeLogHistoryService` (the table), and the documentation, "DATABASECHANGELOG table".

use std::collections::BTreeSet;

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, FolderMigration, Tool, ToolVerification, Up, sections, sql,
    unless, version,
};

pub(super) static TOOL: Tool = Tool {
    name: "liquibase",
    title: "Liquibase",
    table: "databasechangelog",
    bookkeeping_tables: &["databasechangeloglock"],
    telltale_columns: &["orderexecuted", "exectype", "md5sum"],
    query: "SELECT author || ':' || id AS name, author || ':' || id AS version, \
                   CASE WHEN exectype = 'FAILED' THEN 'failed' WHEN exectype = 'SKIPPED' THEN 'rolled back' \
                        ELSE 'applied' END AS state, NULL::text AS checksum \
            FROM {table} ORDER BY orderexecuted, dateexecuted",
    sort: version::only_the_folder,
    short_name: |name| name.split_once(':').map(|(_, id)| id),
    caveat: "a change set is named author:id",
    apply: "liquibase update",
    layout: "SQL files that begin with `--liquibase formatted sql`, in the order of their names or as a change log of XML, YAML or JSON includes them",
    detect: |files| {
        let is_log = |file: &File| LOGS.iter().any(|ending| file.ends(ending)) && file.says("databaseChangeLog");
        if files.files.iter().any(|file| is_formatted(file) || is_log(file)) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    verified: ToolVerification::Run("4.28.1"),
    ..BASE
};

/// Whether the first line of a SQL file makes it a change log.
fn is_formatted(file: &File) -> bool {
    let text = file.text();
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .and_then(sections::comment);
    file.ends(".sql") && first.is_some_and(|words| words.to_ascii_lowercase().starts_with("liquibase formatted sql"))
}

/// `--changeset author:id key:value` as author, id and the rest.
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

/// The text before a character, which may be in double quotes, and the text after it.
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
                attribute(&attributes, attribute_name).is_some_and(|actual| actual.eq_ignore_ascii_case(value))
            };
            migration.repeatable = is("runOnChange", "true") || is("runAlways", "true");
            migration.up = match attribute(&attributes, "dbms") {
                Some(dbms)
                    if !dbms
                        .split(',')
                        .any(|name| name.trim().eq_ignore_ascii_case("postgresql")) =>
                {
                    // For another database: Liquibase skips it.
                    taking_back = true;
                    continue;
                }
                Some(_) | None => Up::Sql {
                    text: String::new(),
                    first_line: number + 1,
                    mode: unless(is("runInTransaction", "false"), ApplyMode::Statements),
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

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let logs: Vec<(&File, Vec<ChangelogEntry>)> = all
        .files
        .iter()
        .filter(|file| LOGS.iter().any(|ending| file.ends(ending)) && file.says("databaseChangeLog"))
        .map(|file| (file, entries(file)))
        .collect();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    // Liquibase begins with the log that no other log includes. Without one it reads all files, in the order of names.
    let included = |file: &File| {
        let mut all_entries = logs.iter().flat_map(|(_, entries)| entries);
        all_entries.any(|entry| match entry {
            ChangelogEntry::Include(path) => same(path, &file.path),
            ChangelogEntry::IncludeAll(path) => same(path.trim_end_matches('/'), file.folder()),
            ChangelogEntry::ChangeSet(..) => false,
        })
    };
    for (log, _) in logs.iter().filter(|(file, _)| !included(file)) {
        follow(all, &logs, log, &mut seen, &mut out);
    }
    for file in all
        .files
        .iter()
        .filter(|file| file.ends(".sql") && !seen.contains(&*file.path))
    {
        if logs.is_empty() && is_formatted(file) {
            out.migrations.extend(changesets(all, file));
        } else if logs.is_empty() || is_formatted(file) {
            // A log may name an unformatted file in a change of its own.
            out.ignored.push(file.path.clone());
        }
    }
    out
}

/// The extensions of change logs that are not SQL.
const LOGS: &[&str] = &[".xml", ".yaml", ".yml", ".json"];

/// An item of a change log.
enum ChangelogEntry {
    /// A change set: author and id.
    ChangeSet(String, String),
    /// Another file.
    Include(String),
    /// The files of a folder, in the order of their names.
    IncludeAll(String),
}

/// Whether a path in a change log, relative to any folder, means this file or folder.
fn same(path: &str, below: &str) -> bool {
    let path = path.trim_start_matches("./").trim_start_matches("classpath:");
    let ends = |long: &str, short: &str| {
        long.strip_suffix(short)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    ends(below, path) || ends(path, below)
}

/// Adds the change sets of a file and of the files that it includes. A file is read once.
fn follow<'a>(
    all: &'a Files,
    logs: &[(&'a File, Vec<ChangelogEntry>)],
    file: &'a File,
    seen: &mut BTreeSet<&'a str>,
    out: &mut FolderContents,
) {
    if !seen.insert(&file.path) {
        return;
    }
    let Some((_, entries)) = logs.iter().find(|(log, _)| log.path == file.path) else {
        if is_formatted(file) {
            out.migrations.extend(changesets(all, file));
        }
        return;
    };
    for entry in entries {
        match entry {
            ChangelogEntry::ChangeSet(author, id) => {
                let name = format!("{author}:{id}");
                let mut migration = sql(all, file, &*name, &*name);
                migration.up = Up::NotSql(
                    "it is a change set that only Liquibase can turn into SQL: let it update an empty database (liquibase update), \
                     and give the URL of that"
                        .into(),
                );
                out.migrations.push(migration);
            }
            ChangelogEntry::Include(path) => {
                for file in all.files.iter().filter(|other| same(path, &other.path)) {
                    follow(all, logs, file, seen, out);
                }
            }
            ChangelogEntry::IncludeAll(path) => {
                let path = path.trim_end_matches('/');
                let inside =
                    |other: &&File| other.path != file.path && (same(path, other.folder()) || path == all.name);
                for file in all.files.iter().filter(inside) {
                    follow(all, logs, file, seen, out);
                }
            }
        }
    }
}

/// The items of a change log in XML, YAML or JSON, in order.
fn entries(file: &File) -> Vec<ChangelogEntry> {
    let text = file.text();
    if file.ends(".xml") {
        of_xml(&text)
    } else {
        of_lines(&text)
    }
}

fn of_xml(text: &str) -> Vec<ChangelogEntry> {
    let mut out = Vec::new();
    for tag in text.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        let value = |name: &str| {
            let start = tag
                .find(&format!(" {name}="))
                .or_else(|| tag.find(&format!("\n{name}=")))?
                + name.len()
                + 2;
            let quote = tag[start..].chars().next()?;
            tag[start + 1..].split(quote).next().map(str::to_owned)
        };
        let entry = match tag.split_whitespace().next() {
            Some("changeSet") => value("author")
                .zip(value("id"))
                .map(|(author, id)| ChangelogEntry::ChangeSet(author, id)),
            Some("include") => value("file").map(ChangelogEntry::Include),
            Some("includeAll") => value("path").map(ChangelogEntry::IncludeAll),
            Some(_) | None => None,
        };
        out.extend(entry);
    }
    out
}

/// YAML and JSON have one key per line, as Liquibase and people write them.
fn of_lines(text: &str) -> Vec<ChangelogEntry> {
    let mut out = Vec::new();
    let mut section = "";
    let (mut author, mut id) = (None, None);
    for line in text.lines() {
        let line = line.trim_matches([' ', '\t', '-', '{', '}', '[', ']', ',']);
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let quotes = ['"', '\'', ' ', '{', '['];
        let value = value.trim_matches(quotes);
        match (key.trim_matches(quotes), section) {
            ("changeSet", _) => {
                section = "changeSet";
                (author, id) = (None, None);
            }
            ("include", _) => section = "include",
            ("includeAll", _) => section = "includeAll",
            ("changes", _) => section = "",
            ("author", "changeSet") => author = Some(value.to_owned()),
            ("id", "changeSet") => id = Some(value.to_owned()),
            ("file", "include") => out.push(ChangelogEntry::Include(value.to_owned())),
            ("path", "includeAll") => out.push(ChangelogEntry::IncludeAll(value.to_owned())),
            _ => {}
        }
        if let (Some(author), Some(id)) = (&author, &id) {
            out.push(ChangelogEntry::ChangeSet(author.clone(), id.clone()));
            section = "";
        }
        if section.is_empty() {
            (author, id) = (None, None);
        }
    }
    out
}
