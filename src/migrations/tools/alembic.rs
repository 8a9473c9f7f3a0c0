//! Alembic. Source of the table: `alembic.runtime.migration.MigrationContext`, and the documentation, "Working with
//! Branches": one row for each head that the database is at; of the files: `alembic.script.base`, `Script`.

use std::collections::BTreeSet;

use super::{
    BASE, File, Files, Fit, FolderContents, FolderMigration, FolderProblem, Keeps, RecordTime, Tool, ToolVerification,
    program, version, written,
};
use crate::error::Problem;
use crate::redact;

pub(super) static TOOL: Tool = Tool {
    name: "alembic",
    title: "Alembic",
    table: "alembic_version",
    telltale_columns: &["version_num"],
    query: "SELECT version_num AS name, version_num AS version, 'applied' AS state, NULL::text AS checksum \
            FROM {table} ORDER BY version_num",
    keeps: Keeps::Last,
    sort: version::only_the_folder,
    version_in: |_| None,
    caveat: "Alembic keeps only the revisions that the database is at, not those before them: if a later one has \
             been applied since, expect that one",
    recorded: RecordTime::InTransaction,
    apply: "alembic upgrade head",
    record: "alembic stamp NAME",
    layout: "versions/*.py with `revision` and `down_revision`",
    detect: |files| {
        if files.any(".py", |file| file.says("down_revision")) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    write: Some(written::alembic),
    verified: ToolVerification::Run("1.20.1"),
    ..BASE
};

/// The quoted texts in the value that a line assigns to a name, including further lines in brackets.
fn assigned(text: &str, name: &str) -> Option<Vec<String>> {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(rest) = line.strip_prefix(name) else { continue };
        // `revision: str = "…"` has a type annotation.
        let Some((before, value)) = rest.split_once('=') else {
            continue;
        };
        if !(before.trim().is_empty() || before.trim_start().starts_with(':')) {
            continue;
        }
        let mut value = value.to_owned();
        while value.contains('(') && !value.contains(')') {
            value.push_str(lines.next()?);
        }
        return Some(quoted(&value));
    }
    None
}

/// The texts in single or double quotes.
pub(super) fn quoted(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(['"', '\'', '#']) {
        let quote = &rest[start..=start];
        if quote == "#" {
            break;
        }
        let Some(length) = rest[start + 1..].find(quote) else {
            break;
        };
        out.push(rest[start + 1..start + 1 + length].to_owned());
        rest = &rest[start + length + 2..];
    }
    out
}

/// The message of a revision: the first line of the text at the beginning of the file.
fn message(text: &str) -> Option<String> {
    let text = text.trim_start();
    let text = text.strip_prefix("\"\"\"").or_else(|| text.strip_prefix("'''"))?;
    let line = text.lines().next()?.trim_end_matches(['"', '\'']).trim();
    (!line.is_empty()).then(|| line.to_owned())
}

fn migration(all: &Files, file: &File) -> Option<FolderMigration> {
    let text = file.text();
    let revision = assigned(&text, "revision")?.into_iter().next()?;
    let mut migration = program(all, file, &*revision, &*revision, &TOOL);
    migration.title = message(&text);
    migration.after = assigned(&text, "down_revision")?;
    migration
        .after
        .extend(assigned(&text, "depends_on").unwrap_or_default());
    Some(migration)
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let mut left = Vec::new();
    for file in all.files.iter().filter(|file| file.ends(".py")) {
        match migration(all, file) {
            Some(migration) => left.push(migration),
            None if file.says("def upgrade") => out.ignored.push(all.path(file)),
            None => {}
        }
    }
    let known: BTreeSet<String> = left.iter().map(|m| m.version.clone()).collect();
    for migration in &left {
        for missing in migration.after.iter().filter(|version| !known.contains(*version)) {
            let file = redact::path(&migration.file);
            let problem = Problem::new(format!("{file} depends on the revision {missing}, which no file has"))
                .hint("Alembic cannot read such a folder: restore the file, or name another `down_revision`");
            out.problems.push(FolderProblem::refused(missing.as_str(), problem));
        }
    }
    out.problems.extend(heads(all, &left));
    in_order(left, &known, &mut out);
    out
}

/// The problem that no single revision is the last one.
fn heads(all: &Files, migrations: &[FolderMigration]) -> Option<FolderProblem> {
    let followed: BTreeSet<&str> = migrations.iter().flat_map(|m| &m.after).map(String::as_str).collect();
    let versions = migrations.iter().map(|m| m.version.as_str());
    let heads: Vec<&str> = versions.filter(|version| !followed.contains(version)).collect();
    if heads.len() < 2 {
        return None;
    }
    let names = heads.join(", ");
    let problem = Problem::new(format!("{} has {} heads: {names}", all.label(), heads.len()))
        .hint("`alembic upgrade head` refuses to choose between them: run `alembic merge heads`");
    Some(FolderProblem::refused("heads", problem))
}

/// Each migration after those that it depends on.
fn in_order(mut left: Vec<FolderMigration>, known: &BTreeSet<String>, out: &mut FolderContents) {
    left.sort_by(|a, b| a.file.cmp(&b.file));
    let mut done = BTreeSet::new();
    while let Some(next) = left.iter().position(|m| {
        m.after
            .iter()
            .all(|version| done.contains(version) || !known.contains(version))
    }) {
        let migration = left.remove(next);
        done.insert(migration.version.clone());
        out.migrations.push(migration);
    }
    if let Some(first) = left.first() {
        let file = redact::path(&first.file);
        let problem = Problem::new(format!("{file} and the migrations that it depends on form a circle"));
        out.problems
            .push(FolderProblem::refused(first.version.as_str(), problem));
        out.migrations.extend(left);
    }
}
