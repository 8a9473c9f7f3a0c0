//! Ecto. Source: `ecto_sql`, `lib/ecto/migrator.ex` (files) and `lib/ecto/migration/schema_migration.ex` (the table).

use super::{BASE, Fit, RecordTime, Tool, ToolVerification, programs, version};

pub(super) static TOOL: Tool = Tool {
    name: "ecto",
    title: "Ecto",
    table: "schema_migrations",
    telltale_columns: &["version bigint", "inserted_at"],
    query: "SELECT version::text AS name, version::text AS version, 'applied' AS state, NULL::text AS checksum \
            FROM {table} ORDER BY {table}.version",
    sort: version::number,
    version_in: version::number_of,
    short_name: version::without_digits,
    caveat: "Ecto records only the number",
    // Source: `Ecto.Migrator`, `async_migrate_maybe_in_transaction`: behind the statements, in their transaction if they have one.
    recorded: RecordTime::InTransaction,
    apply: "mix ecto.migrate",
    layout: "TIMESTAMP_name.exs",
    detect: |files| {
        if files.any(".exs", |file| file.says("Ecto.Migration")) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read: |files| {
        programs(&TOOL, files, (&[".exs"], "Ecto.Migration"), |file| {
            // Every folder of Ecto migrations has `.formatter.exs`.
            let (digits, rest) = version::split_digits(file.stem());
            let number: u128 = digits.parse().ok()?;
            rest.starts_with('_')
                .then(|| (file.stem().to_owned(), number.to_string()))
        })
    },
    verified: ToolVerification::Documentation,
    ..BASE
};
