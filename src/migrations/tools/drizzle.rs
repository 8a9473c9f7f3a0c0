//! Drizzle Kit. Source: `drizzle-orm/src/migrator.ts` (folder, checksum) and `drizzle-orm/src/pg-core/dialect.ts`,
//! `migrate` (the table: `hash` and `created_at`, the `when` of the journal; newer releases add `name`).

use serde_json::Value as Json;

use super::{
    BASE, Effect, Files, Fit, FolderContents, FolderProblem, Late, RecordTime, Tool, ToolVerification, files, sql,
    version,
};
use crate::error::Problem;
use crate::redact;

const JOURNAL: &str = "meta/_journal.json";

pub(super) static TOOL: Tool = Tool {
    name: "drizzle",
    title: "Drizzle Kit",
    table: "__drizzle_migrations",
    schema: Some("drizzle"),
    other_tables: &["__drizzle_migrations"],
    telltale_columns: &["hash", "created_at"],
    query: "SELECT coalesce(to_jsonb(t)->>'name', created_at::text) AS name, created_at::text AS version, \
                   'applied' AS state, hash AS checksum \
            FROM {table} AS t ORDER BY created_at, id",
    sort: version::number,
    caveat: "Drizzle records the time of a file in the journal, not its name: add `directory`",
    recorded: RecordTime::InTransaction,
    apply: "npx drizzle-kit migrate",
    // By the source of drizzle-orm 0.45, `migrate` succeeds without applying it.
    late: Late::Skips("generate it again, so that its time in the journal is later than that of the last applied one"),
    one_folder: true,
    layout: "meta/_journal.json and the files that it names, or one folder per migration with migration.sql and snapshot.json",
    checksum: "SHA-256 of the file",
    detect: |files| {
        let folders = files.folders();
        let pictured = folders
            .iter()
            .any(|(_, in_it)| in_it.iter().any(|f| f.name() == "snapshot.json"));
        if files.get(JOURNAL).is_some() || pictured {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    verified: ToolVerification::Run("0.31.11 with drizzle-orm 0.45.4"),
    ..BASE
};

fn read(all: &Files) -> FolderContents {
    match all.get(JOURNAL) {
        Some(journal) => by_journal(all, &journal.text()),
        None => by_folders(all),
    }
}

fn by_journal(all: &Files, journal: &str) -> FolderContents {
    let mut out = FolderContents::default();
    let root = all
        .roots
        .first()
        .map(|root| root.path.join(JOURNAL))
        .unwrap_or_default();
    let path = redact::path(&root);
    let mut tags = Vec::new();
    match serde_json::from_str::<Json>(journal) {
        Err(error) => {
            let problem = Problem::new(format!("{path} is not JSON: {error}"));
            out.problems.push(FolderProblem::refused(JOURNAL, problem));
        }
        Ok(journal) => {
            let entries = journal.get("entries").and_then(Json::as_array);
            if entries.is_none() {
                let problem = Problem::new(format!("{path} has no `entries`"));
                out.problems.push(FolderProblem::refused(JOURNAL, problem));
            }
            let mut last = None;
            for entry in entries.into_iter().flatten() {
                let tag = entry.get("tag").and_then(Json::as_str).unwrap_or_default();
                let when = entry.get("when").and_then(Json::as_u64).unwrap_or_default();
                let name = format!("{tag}.sql");
                tags.push(name.clone());
                let Some(file) = all.get(&name) else {
                    let problem = Problem::new(format!("{path} names {tag}, but {name} does not exist"))
                        .hint("Drizzle stops there: restore the file");
                    out.problems.push(FolderProblem::refused(tag, problem));
                    continue;
                };
                if last.is_some_and(|last| last >= when) {
                    let problem = Problem::new(format!("the time of {tag} in {path} is not later than the time before it"))
                        .hint("Drizzle skips migrations that are not newer than the last applied one: generate the migration again");
                    out.problems.push(FolderProblem {
                        name: tag.to_owned(),
                        effect: Effect::Suspect,
                        problem,
                    });
                }
                last = last.max(Some(when));
                let mut migration = sql(all, file, tag, when.to_string());
                migration.checksums = vec![files::sha256(&file.bytes)];
                out.migrations.push(migration);
            }
        }
    }
    let strangers = all
        .files
        .iter()
        .filter(|file| file.ends(".sql") && !tags.contains(&file.path));
    out.ignored.extend(strangers.map(|file| all.path(file)));
    out
}

fn by_folders(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for (folder, in_it) in all.folders() {
        if let Some(file) = in_it.iter().find(|file| file.name() == "migration.sql") {
            let when = version::digits(folder).and_then(|digits| millis(&digits));
            let mut migration = sql(
                all,
                file,
                folder,
                when.map_or_else(String::new, |when| when.to_string()),
            );
            migration.checksums = vec![files::sha256(&file.bytes)];
            out.migrations.push(migration);
        }
    }
    let loose = all.top().filter(|file| file.ends(".sql"));
    out.ignored.extend(loose.map(|file| all.path(file)));
    out
}

/// `20240101120000` in UTC as milliseconds since 1970.
fn millis(digits: &str) -> Option<i64> {
    let part = |from: usize, to: usize| digits.get(from..to).and_then(|text| text.parse::<i64>().ok());
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let seconds = (part(8, 10)? * 60 + part(10, 12)?) * 60 + part(12, 14)?;
    // Days from the civil date, with the year beginning in March.
    let (y, m) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    let days =
        365 * y + y.div_euclid(4) - y.div_euclid(100) + y.div_euclid(400) + (153 * m + 2) / 5 + day - 1 - 719_468;
    Some((days * 86_400 + seconds) * 1000)
}
