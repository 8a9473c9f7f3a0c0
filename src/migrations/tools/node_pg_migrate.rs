//! node-pg-migrate. Source: `src/runner.ts` (the table, the order), `src/migration.ts` (the names) and
//! `src/sqlMigration.ts` (the parts of a SQL file).

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, Late, Marker, RecordTime, Tool, ToolVerification, Up, program,
    section, sections, sort, sql, version, written,
};

pub(super) static TOOL: Tool = Tool {
    name: "node-pg-migrate",
    title: "node-pg-migrate",
    table: "pgmigrations",
    telltale_columns: &["name", "run_on"],
    query: "SELECT name, name AS version, 'applied' AS state, NULL::text AS checksum FROM {table} ORDER BY run_on, id",
    sort: version::leading_number,
    short_name: version::without_digits,
    recorded: RecordTime::InTransaction,
    apply: "npx node-pg-migrate up",
    // The source of node-pg-migrate 9.0 says "Not run migration … is preceding already run migration …".
    late: Late::Refuses("give it a later number, or apply it all the same with `--no-check-order`"),
    layout: "N_name.sql with `-- Up Migration` and `-- Down Migration`, or N_name.js",
    detect: |files| {
        let sql = files.any(".sql", |file| section(file, mark).is_some());
        let program = |file: &File| file.says("pgm") && (file.says("up"));
        let js = [".js", ".ts", ".mjs", ".cjs"]
            .iter()
            .any(|ending| files.any(ending, program));
        if sql || js { Fit::Certain } else { Fit::No }
    },
    read,
    write: Some(written::node_pg_migrate),
    verified: ToolVerification::Run("9.0.0"),
    ..BASE
};

fn mark(line: &str) -> Marker {
    let Some(words) = sections::comment(line) else {
        return Marker::None;
    };
    let words = words.trim_start_matches([' ', '-']).to_ascii_lowercase();
    let words: Vec<&str> = words.split_whitespace().take(2).collect();
    match words.as_slice() {
        ["up", "migration"] => Marker::Up(String::new()),
        ["down", "migration"] => Marker::Down,
        _ => Marker::None,
    }
}

/// The SQL that applies a file: the part under `-- Up Migration`, or without that line the part before
/// `-- Down Migration`.
fn up(file: &File) -> Up {
    let text = file.text();
    match section(file, mark) {
        Some(up) => Up::Sql {
            text: up.text,
            first_line: up.first_line,
            mode: ApplyMode::Transaction,
        },
        None => Up::Sql {
            text: text
                .split_inclusive('\n')
                .take_while(|line| mark(line.trim_end()) != Marker::Down)
                .collect(),
            first_line: 1,
            mode: ApplyMode::Transaction,
        },
    }
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for file in all.files.iter().filter(|file| !file.name().starts_with('.')) {
        let is_sql = file.ends(".sql");
        let is_js = [".js", ".ts", ".mjs", ".cjs"].iter().any(|ending| file.ends(ending));
        if !file.folder().is_empty() {
            if is_sql {
                out.ignored.push(all.path(file));
            }
        } else if is_sql && (file.ends(".up.sql") || file.ends(".down.sql")) {
            // Two files instead of two parts of one file.
            if let Some(name) = file.name().strip_suffix(".up.sql") {
                out.migrations.push(sql(all, file, name, name));
            }
        } else if is_sql {
            let mut migration = sql(all, file, file.stem(), file.stem());
            migration.up = up(file);
            out.migrations.push(migration);
        } else if is_js {
            out.migrations.push(program(all, file, file.stem(), file.stem(), &TOOL));
        }
    }
    sort(&TOOL, &mut out.migrations);
    out
}
