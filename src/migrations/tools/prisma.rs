//! Prisma Migrate. Source of the table and its meaning: `prisma-engines`,
//! `schema-engine/connectors/sql-schema-connector/src/flavour/postgres.rs`, and the guide "Migration histories"; of the
//! checksum: `schema-engine/connectors/schema-connector/src/checksum.rs`; of the folder:
//! `schema-engine/connectors/schema-connector/src/migrations_directory.rs`.

use super::{ApplyMode, BASE, Files, Fit, FolderContents, Tool, ToolVerification, apply, files, sort, sql, version};

pub(super) static TOOL: Tool = Tool {
    name: "prisma",
    title: "Prisma Migrate",
    table: "_prisma_migrations",
    telltale_columns: &["migration_name", "rolled_back_at"],
    // A migration that was rolled back and applied again has two rows; the last one counts.
    query: "SELECT migration_name AS name, migration_name AS version, \
                   CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back' \
                        WHEN finished_at IS NOT NULL THEN 'applied' ELSE 'failed' END AS state, checksum \
            FROM {table} ORDER BY started_at, migration_name",
    short_name: version::without_digits,
    apply: "npx prisma migrate deploy",
    resolve_hint: "npx prisma migrate resolve",
    layout: "one folder per migration: TIMESTAMP_name/migration.sql",
    checksum: "SHA-256 of the file",
    detect: |files| {
        let folders = files.folders();
        let has = |name: &str| folders.iter().any(|(_, in_it)| in_it.iter().any(|f| f.name() == name));
        match (has("migration.sql"), files.get("migration_lock.toml").is_some()) {
            (true, true) => Fit::Certain,
            // Drizzle has the same files, and a snapshot of the schema beside each.
            (true, false) if !has("snapshot.json") => Fit::Ambiguous,
            (true | false, _) => Fit::No,
        }
    },
    read,
    verified: ToolVerification::Run("schema engine 8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323"),
    ..BASE
};

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for (folder, in_it) in all.folders() {
        match in_it.iter().find(|file| file.name() == "migration.sql") {
            Some(file) => {
                let mut migration = sql(all, file, folder, folder);
                migration.checksum = Some(files::sha256(&file.bytes));
                // Source: `…/flavour/postgres/connector.rs`, `apply_migration_script`: one query without BEGIN.
                apply(&mut migration, ApplyMode::Message);
                out.migrations.push(migration);
            }
            None => out.ignored.extend(
                in_it
                    .iter()
                    .filter(|file| file.ends(".sql"))
                    .map(|file| file.path.clone()),
            ),
        }
    }
    let loose = all.top().filter(|file| file.ends(".sql"));
    out.ignored.extend(loose.map(|file| file.path.clone()));
    sort(&TOOL, &mut out.migrations);
    out
}
