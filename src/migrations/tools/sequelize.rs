//! Sequelize CLI. Source: `sequelize-cli`, `src/core/migrator.js`, and `umzug`, `src/storage/sequelize.ts` (the table).

use super::{BASE, COMPILED, File, Fit, RecordTime, Tool, ToolVerification, programs, version};

const ENDINGS: &[&str] = &[".js", ".cjs", ".mjs", ".ts", ".cts", ".mts"];

pub(super) static TOOL: Tool = Tool {
    name: "sequelize",
    title: "Sequelize CLI",
    table: "SequelizeMeta",
    related: Some(COMPILED),
    telltale_columns: &["name"],
    query: "SELECT name, name AS version, 'applied' AS state, NULL::text AS checksum FROM {table} ORDER BY name",
    short_name: |name| {
        version::without_digits(name)
            .and_then(|rest| rest.rsplit_once('.'))
            .map(|(stem, _)| stem)
    },
    // umzug calls `logMigration` when the migration has ended: seen in a run.
    recorded: RecordTime::Afterwards,
    apply: "npx sequelize-cli db:migrate",
    layout: "TIMESTAMP-name.js or .ts; both extensions count as the same migration",
    detect: |files| {
        let is = |file: &File| file.says("queryInterface") || file.says("QueryInterface");
        if ENDINGS.iter().any(|ending| files.any(ending, is)) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read: |files| {
        programs(&TOOL, files, (ENDINGS, "queryInterface"), |file| {
            let is = file.folder().is_empty() && !file.ends(".d.ts");
            is.then(|| (file.name().to_owned(), file.name().to_owned()))
        })
    },
    verified: ToolVerification::Run("6.6.5 with umzug 3.8.3"),
    ..BASE
};
