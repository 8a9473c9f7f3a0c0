//! Liquibase. Source: `liquibase-standard`, `liquibase.parser.core.formattedsql` (formatted SQL),
//! `liquibase.changelog.DatabaseChangeLog` (`include`, `includeAll`), `liquibase.changelog.StandardChangeLogHistoryService`
//! (the table), and the documentation, "DATABASECHANGELOG table": a change set is identified by its id, its author and the
//! path of its file.

mod changelog;
mod formatted;
mod include;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ApplyMode, BASE, Conditions, File, Files, Fit, FolderContents, FolderMigration, FolderProblem, RecordTime, Related,
    Tool, ToolVerification, Up, sections, sql, unless, version,
};
use crate::error::Problem;
use crate::redact;
use changelog::{ChangelogEntry, EntryDetail, entries};
use formatted::{changesets, is_formatted};
use include::Includes;

/// The extensions of change logs that are not SQL.
const LOGS: &[&str] = &[".xml", ".yaml", ".yml", ".json"];

pub(super) static TOOL: Tool = Tool {
    name: "liquibase",
    title: "Liquibase",
    table: "databasechangelog",
    bookkeeping_tables: &["databasechangeloglock"],
    telltale_columns: &["orderexecuted", "exectype", "md5sum"],
    query: "SELECT CASE WHEN count(*) OVER (PARTITION BY author, id) > count(*) OVER (PARTITION BY author, id, filename) \
                        THEN filename || '::' || id || '::' || author ELSE author || ':' || id END AS name, \
                   filename || '::' || id || '::' || author AS version, \
                   CASE WHEN exectype = 'FAILED' THEN 'failed' WHEN exectype = 'SKIPPED' THEN 'rolled back' \
                        ELSE 'applied' END AS state, NULL::text AS checksum \
            FROM {table} ORDER BY orderexecuted, dateexecuted",
    sort: version::only_the_folder,
    related: Some(Related {
        key: |version| version.split_once("::").map_or(version, |(_, rest)| rest),
        difference: prefix,
    }),
    named_by,
    caveat: "a change set is named author:id, or path::id::author",
    // Each changeset is committed before its row is written: seen in a run.
    recorded: RecordTime::Afterwards,
    apply: "liquibase update",
    record: "liquibase changelog-sync",
    has_contexts: true,
    layout: "SQL files that begin with `--liquibase formatted sql`, in the order of their names or as a change log of XML, YAML or JSON includes them",
    detect: |files| {
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

fn is_log(file: &File) -> bool {
    LOGS.iter().any(|ending| file.ends(ending)) && file.says("databaseChangeLog")
}

/// The text by which Liquibase names a change set: `path::id::author`.
fn version(path: &str, id: &str, author: &str) -> String {
    format!("{path}::{id}::{author}")
}

/// The folders by which two paths differ, if one of them is the other one seen from a folder above.
fn prefix<'a>(row: &'a str, folder: &'a str) -> Option<&'a str> {
    let path = |version: &'a str| version.split_once("::").map_or(version, |(path, _)| path);
    let (row, folder) = (path(row), path(folder));
    let above = |long: &'a str, short: &str| {
        let rest = long.strip_suffix(short)?;
        (rest.is_empty() || rest.ends_with('/')).then_some(rest)
    };
    above(row, folder).or_else(|| above(folder, row))
}

/// Whether `author:id`, the id, or the end of the path with `::id::author` names a change set.
fn named_by(expected: &str, version: &str) -> bool {
    let Some((_, rest)) = version.split_once("::") else {
        return false;
    };
    let Some((id, author)) = rest.rsplit_once("::") else {
        return false;
    };
    let is_pair = expected
        .strip_prefix(author)
        .and_then(|rest| rest.strip_prefix(':'))
        .is_some_and(|rest| rest == id);
    let ends = version
        .strip_suffix(expected)
        .is_some_and(|before| before.ends_with('/'));
    expected == id || is_pair || ends
}

/// What is read of a folder.
struct ChangelogReader<'a> {
    all: &'a Files,
    logs: BTreeMap<&'a str, Vec<ChangelogEntry>>,
    includes: Includes,
    seen: BTreeSet<&'a str>,
    out: FolderContents,
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let mut logs = BTreeMap::new();
    for file in all.files.iter().filter(|file| is_log(file)) {
        match entries(file) {
            Ok(entries) => {
                logs.insert(&*file.path, entries);
            }
            Err(why) => {
                let problem = Problem::new(format!("{} cannot be read: {why}", redact::path(&all.path(file))));
                out.problems.push(FolderProblem::refused(&*file.path, problem));
            }
        }
    }
    let includes = Includes::new(
        all,
        logs.iter()
            .flat_map(|(path, entries)| entries.iter().map(|entry| (*path, entry))),
    );
    let has_logs = !logs.is_empty() || !out.problems.is_empty();
    let mut reading = ChangelogReader {
        all,
        logs,
        includes,
        seen: BTreeSet::new(),
        out,
    };
    reading.follow_logs();
    for file in all.files.iter().filter(|file| file.ends(".sql")) {
        if reading.seen.contains(&*file.path) {
            continue;
        }
        if !has_logs && is_formatted(file) {
            reading.add(changesets(all, file), &Conditions::default());
        } else if !has_logs || is_formatted(file) {
            // A log may name an unformatted file in a change of its own.
            reading.out.ignored.push(all.path(file));
        }
    }
    give_names(&mut reading.out.migrations);
    reading.out
}

/// Change sets of several files with the same author and id get their full names.
fn give_names(migrations: &mut [FolderMigration]) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for migration in migrations.iter() {
        *times.entry(migration.name.clone()).or_default() += 1;
    }
    for migration in migrations {
        if times.get(&migration.name).is_some_and(|times| *times > 1) {
            migration.name.clone_from(&migration.version);
        }
    }
}

impl<'a> ChangelogReader<'a> {
    /// Liquibase begins with the log that no other log includes.
    fn follow_logs(&mut self) {
        let all = self.all;
        let mut included: BTreeSet<&str> = BTreeSet::new();
        for (path, entries) in &self.logs {
            for entry in entries {
                let files = self.includes.files(all, path, entry);
                included.extend(files.iter().map(|file| &*file.path).filter(|other| other != path));
            }
        }
        let first = all.files.iter().filter(|file| self.logs.contains_key(&*file.path));
        let first: Vec<&File> = first.filter(|file| !included.contains(&*file.path)).collect();
        for log in first {
            self.follow(log, &Conditions::default());
        }
    }

    /// Adds the change sets of a file and of the files that it includes. A file is read once.
    fn follow(&mut self, file: &'a File, conditions: &Conditions) {
        if !self.seen.insert(&file.path) {
            return;
        }
        if let Some(entries) = self.logs.remove(&*file.path) {
            for entry in &entries {
                self.follow_entry(file, entry, conditions);
            }
        } else if is_formatted(file) {
            self.add(changesets(self.all, file), conditions);
        } else if file.ends(".sql") {
            // Source: `liquibase.parser.core.sql.SqlChangeLogParser`.
            let mut raw = sql(
                self.all,
                file,
                "includeAll:raw",
                version(&file.path, "raw", "includeAll"),
            );
            raw.up = formatted::filled_in(raw.up);
            self.add(vec![raw], conditions);
        }
    }

    fn follow_entry(&mut self, log: &'a File, entry: &ChangelogEntry, conditions: &Conditions) {
        let mut inner = conditions.clone();
        inner.contexts.extend(entry.conditions.contexts.iter().cloned());
        inner.labels.extend(entry.conditions.labels.iter().cloned());
        match &entry.detail {
            EntryDetail::ChangeSet {
                author,
                id,
                logical_path,
                repeatable,
            } => {
                let path = logical_path.as_deref().unwrap_or(&log.path);
                let mut migration = sql(self.all, log, format!("{author}:{id}"), version(path, id, author));
                migration.up = Up::NotSql(
                    "it is a change set that only Liquibase can turn into SQL: let it update an empty database (liquibase update), \
                     and give the URL of that"
                        .into(),
                );
                migration.repeatable = *repeatable;
                self.add(vec![migration], &inner);
            }
            EntryDetail::Include { path, .. } | EntryDetail::IncludeAll { path, .. } => {
                let files = self.includes.files(self.all, &log.path, entry);
                if files.is_empty() {
                    self.out.problems.push(self.not_found(log, path));
                }
                for file in files {
                    self.follow(file, &inner);
                }
            }
        }
    }

    fn add(&mut self, migrations: Vec<FolderMigration>, conditions: &Conditions) {
        self.out.migrations.extend(migrations.into_iter().map(|mut migration| {
            migration
                .conditions
                .contexts
                .extend(conditions.contexts.iter().cloned());
            migration.conditions.labels.extend(conditions.labels.iter().cloned());
            migration
        }));
    }

    fn not_found(&self, log: &File, path: &str) -> FolderProblem {
        let (log, folder) = (redact::path(&self.all.path(log)), self.all.label());
        let problem = Problem::new(format!("{log} includes {path}, which is not in {folder}")).hint(
            "Liquibase stops if it does not exist: restore it; if it is elsewhere, name the folder that contains both",
        );
        FolderProblem::refused(path, problem)
    }
}
