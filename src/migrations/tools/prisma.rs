//! Prisma Migrate. Source of the table and its meaning: `prisma-engines`,
//! `schema-engine/connectors/sql-schema-connector/src/flavour/postgres.rs`, and the guide "Migration histories"; of the
//! checksum: `schema-engine/connectors/schema-connector/src/checksum.rs`; of the folder:
//! `schema-engine/connectors/schema-connector/src/migrations_directory.rs`.

use super::{
    ApplyMode, BASE, Files, Fit, FolderContents, RecordTime, Tool, ToolVerification, apply, files, sort, sql, version,
    written,
};

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
    // It writes a row, applies the migration, and updates the row: seen in a run.
    recorded: RecordTime::Afterwards,
    apply: "npx prisma migrate deploy",
    resolve_hint: "npx prisma migrate resolve",
    record: "npx prisma migrate resolve --applied NAME",
    layout: "one folder per migration: TIMESTAMP_name/migration.sql",
    checksum: "SHA-256 of the file, with either type of line ends",
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
    write: Some(written::prisma),
    verified: ToolVerification::Run("schema engine 8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323"),
    ..BASE
};

/// The checksums that Prisma accepts: of the file, and of the file with other line ends, each also in the form of older
/// releases, which did not write the leading zeros of bytes. Source: `checksum.rs`, `script_matches_checksum`.
fn checksums(bytes: &[u8]) -> Vec<String> {
    let unix = replace(bytes, b"\r\n", b"\n");
    let windows = replace(bytes, b"\n", b"\r\n");
    let whole = [bytes, &unix, &windows].map(files::sha256);
    let old = whole.each_ref().map(|sum| without_zeros(sum));
    let mut all: Vec<String> = Vec::new();
    for sum in whole.into_iter().chain(old) {
        if !all.contains(&sum) {
            all.push(sum);
        }
    }
    all
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend(to);
            rest = after;
        } else {
            out.push(*first);
            rest = &rest[1..];
        }
    }
    out
}

/// Hexadecimal bytes without their leading zeros.
fn without_zeros(sum: &str) -> String {
    let digits: Vec<char> = sum.chars().collect();
    let bytes = digits.chunks(2);
    bytes
        .flat_map(|byte| byte.strip_prefix(&['0']).unwrap_or(byte))
        .collect()
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for (folder, in_it) in all.folders() {
        match in_it.iter().find(|file| file.name() == "migration.sql") {
            Some(file) => {
                let mut migration = sql(all, file, folder, folder);
                migration.checksums = checksums(&file.bytes);
                // Source: `…/flavour/postgres/connector.rs`, `apply_migration_script`: one query without BEGIN.
                apply(&mut migration, ApplyMode::Message);
                out.migrations.push(migration);
            }
            None => out
                .ignored
                .extend(in_it.iter().filter(|file| file.ends(".sql")).map(|file| all.path(file))),
        }
    }
    let loose = all.top().filter(|file| file.ends(".sql"));
    out.ignored.extend(loose.map(|file| all.path(file)));
    sort(&TOOL, &mut out.migrations);
    out
}
