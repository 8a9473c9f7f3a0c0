//! Formatted SQL.

use super::{ApplyMode, Conditions, File, Files, FolderMigration, Up, sections, sql, unless, version};

/// The first line of a SQL file that is a change log, after the words that make it one.
fn header(file: &File) -> Option<String> {
    let text = file.text();
    let first = text
        .lines()
        .find(|line| !line.trim().is_empty())
        .and_then(sections::comment)?;
    let words = "liquibase formatted sql";
    let is_header = first
        .get(..words.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(words));
    (file.ends(".sql") && is_header).then(|| first[words.len()..].to_owned())
}

/// Whether the first line of a SQL file makes it a change log.
pub(super) fn is_formatted(file: &File) -> bool {
    header(file).is_some()
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

/// The value of an attribute of a change set, which may be in double quotes.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let lower = attributes.to_ascii_lowercase();
    let key = format!("{}:", name.to_ascii_lowercase());
    let mut starts = lower.match_indices(&key).map(|(at, _)| at);
    let is_word = |at: &usize| attributes[..*at].ends_with(char::is_whitespace) || *at == 0;
    let value = &attributes[starts.find(is_word)? + key.len()..];
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().map(str::to_owned),
        None => value.split_whitespace().next().map(str::to_owned),
    }
}

/// Whether a list of databases has PostgreSQL. Source: `liquibase.database.DatabaseList`, `definitionMatches`.
pub(super) fn is_for_postgresql(dbms: &str) -> bool {
    let names: Vec<String> = dbms.split(',').map(|name| name.trim().to_ascii_lowercase()).collect();
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let all_negated = names.iter().all(|name| name.starts_with('!'));
    match (has("all"), has("none") || has("!postgresql")) {
        (true, _) => true,
        (false, true) => false,
        (false, false) => all_negated || has("postgresql"),
    }
}

/// The change sets of a file.
pub(super) fn changesets(all: &Files, file: &File) -> Vec<FolderMigration> {
    let text = file.text();
    let of_file = header(file).and_then(|rest| attribute(&rest, "logicalFilePath"));
    let mut out: Vec<FolderMigration> = Vec::new();
    let mut is_left_out = false;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        if let Some((author, id, attributes)) = changeset(line) {
            let is = |name: &str| attribute(&attributes, name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
            is_left_out = is("ignore") || attribute(&attributes, "dbms").is_some_and(|dbms| !is_for_postgresql(&dbms));
            if is_left_out {
                continue;
            }
            let path = attribute(&attributes, "logicalFilePath").or_else(|| of_file.clone());
            let path = path.as_deref().unwrap_or(&file.path);
            let mut migration = sql(all, file, format!("{author}:{id}"), version(path, &id, &author));
            migration.repeatable = is("runOnChange") || is("runAlways");
            let contexts = attribute(&attributes, "contextFilter").or_else(|| attribute(&attributes, "context"));
            migration.conditions = Conditions {
                contexts: contexts.into_iter().collect(),
                labels: attribute(&attributes, "labels").into_iter().collect(),
            };
            let outside = attribute(&attributes, "runInTransaction");
            let outside = outside.is_some_and(|value| value.eq_ignore_ascii_case("false"));
            migration.up = Up::Sql {
                text: String::new(),
                first_line: number + 1,
                mode: unless(outside, ApplyMode::Statements),
            };
            out.push(migration);
            continue;
        }
        // `--rollback` is one line; what follows belongs to the change set again.
        let comment = sections::comment(line).unwrap_or_default().to_ascii_lowercase();
        if let (Some(migration), false, false) = (out.last_mut(), comment.starts_with("rollback"), is_left_out)
            && let Up::Sql { text, .. } = &mut migration.up
        {
            text.push_str(line);
        }
    }
    for migration in &mut out {
        let up = std::mem::replace(&mut migration.up, Up::NotSql(String::new()));
        migration.up = filled_in(up);
    }
    out
}

/// The code, unless Liquibase replaces parameters in it.
pub(super) fn filled_in(up: Up) -> Up {
    if let Up::Sql { text, .. } = &up
        && let Some(start) = text.find("${")
    {
        let end = text[start..].find('}').map_or(text.len(), |end| start + end + 1);
        return Up::NotSql(format!(
            "Liquibase fills the parameter {} in, which driftgate does not: let Liquibase update an empty database, and give \
             the URL of that",
            &text[start..end]
        ));
    }
    up
}
