//! Diesel. Source: `diesel/src/migration/mod.rs` (the version), `diesel_migrations/migrations_internals/src/lib.rs`
//! (the folder, `metadata.toml`) and `diesel/src/migration/mod.rs`, `setup_database` (the table).

use super::{
    ApplyMode, BASE, Files, Fit, FolderContents, RecordTime, Tool, ToolVerification, apply, sort, sql, unless, version,
    written,
};

pub(super) static TOOL: Tool = Tool {
    name: "diesel",
    title: "Diesel",
    table: "__diesel_schema_migrations",
    telltale_columns: &["version", "run_on"],
    query: "SELECT version AS name, version, 'applied' AS state, NULL::text AS checksum FROM {table} ORDER BY version",
    version_in: |name| Some(version_of(name)),
    short_name: |_| None,
    sort: version::text,
    caveat: "Diesel records only the version: the part before the first `_`, without hyphens",
    recorded: RecordTime::InTransaction,
    apply: "diesel migration run",
    layout: "one folder per migration: VERSION_name/up.sql and down.sql",
    detect: |files| {
        let folders = files.folders();
        if folders
            .iter()
            .any(|(_, in_it)| in_it.iter().any(|f| f.name() == "up.sql"))
        {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    write: Some(written::diesel),
    verified: ToolVerification::Run("2.3.2"),
    ..BASE
};

/// `2024-01-01-000000_create_users` is recorded as `20240101000000`.
fn version_of(name: &str) -> String {
    name.split('_').next().unwrap_or_default().replace('-', "")
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for (folder, in_it) in all.folders() {
        match in_it.iter().find(|file| file.name() == "up.sql") {
            Some(file) => {
                let metadata = in_it.iter().find(|file| file.name() == "metadata.toml");
                let outside = metadata.is_some_and(|file| {
                    file.text().lines().any(|line| {
                        line.split_once('=').is_some_and(|(key, value)| {
                            key.trim() == "run_in_transaction" && value.trim().starts_with("false")
                        })
                    })
                });
                let mut migration = sql(all, file, folder, version_of(folder));
                // Source: `diesel_migrations/src/file_based_migrations.rs`: `batch_execute` of the whole file.
                apply(&mut migration, unless(outside, ApplyMode::Message));
                out.migrations.push(migration);
            }
            None => out.ignored.extend(
                in_it
                    .iter()
                    .filter(|file| file.ends(".sql") && file.name() != "down.sql")
                    .map(|file| all.path(file)),
            ),
        }
    }
    let loose = all.top().filter(|file| file.ends(".sql"));
    out.ignored.extend(loose.map(|file| all.path(file)));
    sort(&TOOL, &mut out.migrations);
    out
}
