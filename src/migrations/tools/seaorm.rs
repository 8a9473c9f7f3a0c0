//! SeaORM. Source: `sea-orm-migration/src/seaql_migrations.rs` (the table) and `sea-orm-migration/src/migrator.rs`. The
//! order is that of the list in `lib.rs`, which is sorted by name.

use super::{BASE, Fit, RecordTime, Tool, ToolVerification, programs, version};

pub(super) static TOOL: Tool = Tool {
    name: "seaorm",
    title: "SeaORM",
    table: "seaql_migrations",
    telltale_columns: &["version", "applied_at"],
    query: "SELECT version AS name, version, 'applied' AS state, NULL::text AS checksum FROM {table} ORDER BY version",
    short_name: |name| version::without_digits(name.strip_prefix('m')?).and_then(version::without_digits),
    recorded: RecordTime::InTransaction,
    apply: "sea-orm-cli migrate up",
    layout: "src/mYYYYMMDD_NNNNNN_name.rs",
    detect: |files| {
        if files.any(".rs", |file| file.says("MigrationTrait")) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read: |files| {
        programs(&TOOL, files, (&[".rs"], "MigrationTrait for"), |file| {
            file.says("MigrationTrait for")
                .then(|| (file.stem().to_owned(), file.stem().to_owned()))
        })
    },
    verified: ToolVerification::Run("1.1.20"),
    ..BASE
};
