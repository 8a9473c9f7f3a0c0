//! Knex. Source: `lib/migrations/migrate/Migrator.js` (the table, the order) and `sources/fs-migrations.js` (the files).

use super::{BASE, COMPILED, File, Fit, RecordTime, Tool, ToolVerification, programs, version, written};

const ENDINGS: &[&str] = &[".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"];

pub(super) static TOOL: Tool = Tool {
    name: "knex",
    title: "Knex",
    table: "knex_migrations",
    bookkeeping_tables: &["knex_migrations_lock"],
    related: Some(COMPILED),
    telltale_columns: &["name", "batch", "migration_time"],
    query: "SELECT name, name AS version, 'applied' AS state, NULL::text AS checksum FROM {table} ORDER BY id",
    short_name: |name| {
        version::without_digits(name)
            .and_then(|rest| rest.rsplit_once('.'))
            .map(|(stem, _)| stem)
    },
    recorded: RecordTime::InTransaction,
    apply: "npx knex migrate:latest",
    layout: "TIMESTAMP_name.js or .ts; both extensions count as the same migration",
    detect: |files| {
        let is = |file: &File| file.says("knex") && file.says("up");
        if ENDINGS.iter().any(|ending| files.any(ending, is)) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read: |files| {
        programs(&TOOL, files, (ENDINGS, "knex"), |file| {
            let is = file.folder().is_empty() && file.says("up") && !file.ends(".d.ts");
            is.then(|| (file.name().to_owned(), file.name().to_owned()))
        })
    },
    write: Some(written::knex),
    verified: ToolVerification::Run("3.3.0"),
    ..BASE
};
