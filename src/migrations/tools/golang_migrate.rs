//! golang-migrate. Source: `source/parse.go` (the names), `database/postgres/postgres.go` (the table: one row, the
//! version and whether it is dirty).

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, Keeps, Late, RecordTime, Tool, ToolVerification, apply, sort,
    sql, version, written,
};

pub(super) static TOOL: Tool = Tool {
    name: "golang-migrate",
    title: "golang-migrate",
    table: "schema_migrations",
    telltale_columns: &["version bigint", "dirty"],
    query: "SELECT version::text AS name, version::text AS version, \
                   CASE WHEN dirty THEN 'failed' ELSE 'applied' END AS state, NULL::text AS checksum \
            FROM {table} ORDER BY {table}.version",
    keeps: Keeps::Last,
    sort: version::number,
    version_in: version::number_of,
    short_name: version::without_digits,
    caveat: "golang-migrate keeps only the version that the database is at, not those before it: give the `directory`, \
             or `at_least`",
    apply: "migrate up",
    record: "migrate force NAME",
    // Source: `migrate.go`, `runMigrations`: after the migration, `SetVersion` writes the row again.
    recorded: RecordTime::Afterwards,
    // Source: `migrate.go`, `readUp`: it continues after the recorded version.
    late: Late::Skips("give it a later version"),
    resolve_hint: "migrate force VERSION",
    layout: "N_name.up.sql and N_name.down.sql",
    consecutive: true,
    detect: |files| {
        if files.top().any(|file| version_of(file).is_some()) {
            Fit::Ambiguous
        } else {
            Fit::No
        }
    },
    read,
    write: Some(written::golang_migrate),
    verified: ToolVerification::Documentation,
    ..BASE
};

fn version_of(file: &File) -> Option<String> {
    let (digits, _) = file.name().strip_suffix(".up.sql")?.split_once('_')?;
    let number: u64 = digits.parse().ok()?;
    Some(number.to_string())
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for file in all.files.iter().filter(|file| file.ends(".sql")) {
        match version_of(file).filter(|_| file.folder().is_empty()) {
            Some(version) => {
                let name = file.name().trim_end_matches(".up.sql");
                let mut migration = sql(all, file, name, version);
                // Source: `database/postgres/postgres.go`, `runStatement`: one query without BEGIN.
                apply(&mut migration, ApplyMode::Message);
                out.migrations.push(migration);
            }
            None if file.ends(".down.sql") => {}
            None => out.ignored.push(all.path(file)),
        }
    }
    sort(&TOOL, &mut out.migrations);
    out
}
