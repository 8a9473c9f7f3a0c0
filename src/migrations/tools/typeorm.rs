//! TypeORM. Source: `src/migration/MigrationExecutor.ts` (the table; the timestamp is the last 13 characters of the
//! name, the name that of the class unless it has one of its own).

use super::{BASE, File, Fit, RecordTime, Tool, ToolVerification, programs, version};

const ENDINGS: &[&str] = &[".ts", ".js", ".mts", ".cjs", ".mjs"];

pub(super) static TOOL: Tool = Tool {
    name: "typeorm",
    title: "TypeORM",
    table: "migrations",
    bookkeeping_tables: &["typeorm_metadata"],
    telltale_columns: &["timestamp", "name"],
    query: "SELECT name, name AS version, 'applied' AS state, NULL::text AS checksum FROM {table} ORDER BY timestamp, id",
    sort: version::trailing_number,
    short_name: |name| Some(name.trim_end_matches(|c: char| c.is_ascii_digit())),
    recorded: RecordTime::InTransaction,
    apply: "npx typeorm migration:run",
    layout: "TIMESTAMP-Name.ts with a class NameTIMESTAMP",
    detect: |files| {
        let is = |file: &File| class(file).is_some();
        if ENDINGS.iter().any(|ending| files.any(ending, is)) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read: |files| {
        programs(&TOOL, files, (ENDINGS, "MigrationInterface"), |file| {
            let name = class(file).filter(|_| !file.ends(".d.ts"))?;
            Some((name.clone(), name))
        })
    },
    verified: ToolVerification::Run("1.1.1"),
    ..BASE
};

/// The name of the class in a file, which ends with a timestamp in milliseconds, or its explicit `name`.
fn class(file: &File) -> Option<String> {
    let text = file.text();
    let stamped = |name: &str| {
        let start = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        name.len() - start >= 13
    };
    let own = text.split("name = ").skip(1).find_map(|rest| {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let name = rest[1..].split(quote).next()?;
        stamped(name).then(|| name.to_owned())
    });
    let of_class = || {
        text.split("class ").skip(1).find_map(|rest| {
            let name: &str = rest
                .split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '$'))
                .next()?;
            stamped(name).then(|| name.to_owned())
        })
    };
    own.or_else(of_class)
}
