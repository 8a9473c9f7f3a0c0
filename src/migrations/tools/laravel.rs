//! Laravel. Source: `Illuminate\Database\Migrations\DatabaseMigrationRepository` (the table) and `Migrator` (the files).

use super::{BASE, Fit, RecordTime, Tool, ToolVerification, programs};

pub(super) static TOOL: Tool = Tool {
    name: "laravel",
    title: "Laravel",
    table: "migrations",
    telltale_columns: &["migration", "batch"],
    query: "SELECT migration AS name, migration AS version, 'applied' AS state, NULL::text AS checksum FROM {table} \
            ORDER BY batch, migration",
    short_name: |name| {
        let rest = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
        (rest.len() < name.len() && !rest.is_empty()).then_some(rest)
    },
    // Source: `Migrator::runUp` ends the transaction of the migration, and calls `DatabaseMigrationRepository::log`.
    recorded: RecordTime::Afterwards,
    apply: "php artisan migrate",
    packages_have_migrations: true,
    layout: "YYYY_MM_DD_HHMMSS_name.php",
    detect: |files| {
        if files.any(".php", |file| file.says("Illuminate\\Database\\Migrations")) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read: |files| {
        programs(&TOOL, files, (&[".php"], "Illuminate\\Database\\Migrations"), |file| {
            let is = file.folder().is_empty() && file.name().contains('_');
            is.then(|| (file.stem().to_owned(), file.stem().to_owned()))
        })
    },
    verified: ToolVerification::Run("8.83.26"),
    ..BASE
};
