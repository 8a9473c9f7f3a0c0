//! sqlx. Source: `sqlx-core/src/migrate/source.rs` (files, `-- no-transaction`), `migration.rs` (checksum) and
//! `sqlx-postgres/src/migrate.rs` (the table).

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, RecordTime, Tool, ToolVerification, apply, files, sort, sql,
    unless, version, written,
};

pub(super) static TOOL: Tool = Tool {
    name: "sqlx",
    title: "sqlx",
    table: "_sqlx_migrations",
    telltale_columns: &["version", "description", "success", "checksum"],
    query: "SELECT version::text || '_' || replace(description, ' ', '_') AS name, version::text AS version, \
                   CASE WHEN success THEN 'applied' ELSE 'failed' END AS state, encode(checksum, 'hex') AS checksum \
            FROM {table} ORDER BY {table}.version",
    sort: version::number,
    version_in: version::number_of,
    short_name: version::without_digits,
    // Source: `sqlx-postgres/src/migrate.rs`, `apply`: it updates `execution_time` when the transaction has ended.
    recorded: RecordTime::Afterwards,
    apply: "sqlx migrate run",
    layout: "N_name.sql, or N_name.up.sql and N_name.down.sql",
    checksum: "SHA-384 of the file",
    consecutive: true,
    detect: |files| {
        if files.top().any(|file| version_of(file).is_some()) {
            Fit::Ambiguous
        } else {
            Fit::No
        }
    },
    read,
    write: Some(written::sqlx),
    verified: ToolVerification::Run("0.9.0"),
    ..BASE
};

fn version_of(file: &File) -> Option<String> {
    let (digits, _) = file.name().split_once('_')?;
    let number: i64 = digits.parse().ok()?;
    (file.ends(".sql") && !file.ends(".down.sql")).then(|| number.to_string())
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for file in all.files.iter().filter(|file| file.ends(".sql")) {
        match version_of(file) {
            Some(version) if file.folder().is_empty() => {
                let (_, rest) = file.name().split_once('_').unwrap_or_default();
                let rest = rest.strip_suffix(".up.sql").or_else(|| rest.strip_suffix(".sql"));
                let name = format!("{version}_{}", rest.unwrap_or_default());
                let mut migration = sql(all, file, name, version);
                migration.checksums = vec![files::sha384(&file.bytes)];
                // Source: `sqlx-postgres/src/migrate.rs`, `apply`: the whole file is one query.
                let outside = file.text().starts_with("-- no-transaction");
                apply(&mut migration, unless(outside, ApplyMode::Message));
                out.migrations.push(migration);
            }
            Some(_) | None => {
                if !file.ends(".down.sql") {
                    out.ignored.push(all.path(file));
                }
            }
        }
    }
    sort(&TOOL, &mut out.migrations);
    out
}
