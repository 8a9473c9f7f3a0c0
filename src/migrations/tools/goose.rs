//! goose. Source: `internal/sqlparser/parser.go` (the annotations), `collect_migration.go` and `migrate.go` (the files),
//! `database/dialect/postgres.go` (the table).

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, FolderProblem, Late, Marker, RecordTime, Tool, ToolVerification,
    Up, program, section, sections, sort, sql, unless, version, written,
};
use crate::error::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "goose",
    title: "goose",
    table: "goose_db_version",
    telltale_columns: &["version_id", "is_applied"],
    // Older releases wrote a second row when a migration was rolled back; the last row of a version counts. Version 0
    // is the empty database.
    query: "SELECT version_id::text AS name, version_id::text AS version, \
                   CASE WHEN is_applied THEN 'applied' ELSE 'rolled back' END AS state, NULL::text AS checksum \
            FROM {table} WHERE version_id <> 0 ORDER BY id",
    sort: version::number,
    version_in: version::number_of,
    short_name: version::without_digits,
    caveat: "goose records only the number",
    // Source: `runSQLMigration` inserts the version behind the statements, in their transaction if they have one.
    recorded: RecordTime::InTransaction,
    apply: "goose up",
    // Source: `internal/gooseutil/resolve.go`, "found missing migrations".
    late: Late::Refuses("apply it all the same with `goose -allow-missing up`, or run `goose fix` before it is shared"),
    layout: "N_name.sql with `-- +goose Up` and `-- +goose Down`, or N_name.go",
    consecutive: true,
    detect: |files| {
        if files.any(".sql", |file| section(file, mark).is_some()) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    write: Some(written::goose),
    verified: ToolVerification::Documentation,
    ..BASE
};

fn annotation(line: &str) -> Option<String> {
    let rest = sections::comment(line)?.strip_prefix("+goose")?;
    Some(rest.trim().to_ascii_uppercase())
}

fn mark(line: &str) -> Marker {
    match annotation(line).as_deref() {
        Some("UP") => Marker::Up(String::new()),
        Some("DOWN") => Marker::Down,
        Some(_) | None => Marker::None,
    }
}

fn version_of(file: &File) -> Option<String> {
    let (digits, _) = file.name().split_once('_')?;
    let number: i64 = digits.parse().ok()?;
    (number > 0).then(|| number.to_string())
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let seen = |file: &&File| file.ends(".sql") || (file.ends(".go") && !file.ends("_test.go"));
    for file in all.files.iter().filter(seen) {
        let is_sql = file.ends(".sql");
        let Some(version) = version_of(file).filter(|_| file.folder().is_empty()) else {
            if is_sql {
                out.ignored.push(all.path(file));
            }
            continue;
        };
        if !is_sql {
            out.migrations.push(program(all, file, file.stem(), version, &TOOL));
            continue;
        }
        let Some(up) = section(file, mark) else {
            let problem = Problem::new(format!("{} has no `-- +goose Up`", all.path(file).display()))
                .hint("goose refuses a file without this line: write it before the statements");
            out.problems.push(FolderProblem::refused(file.path.as_str(), problem));
            continue;
        };
        let text = file.text();
        let says = |what: &str| text.lines().any(|line| annotation(line).as_deref() == Some(what));
        let mut migration = sql(all, file, file.stem(), version);
        migration.up = if says("ENVSUB ON") {
            Up::NotSql(
                "goose replaces environment variables here (`-- +goose ENVSUB ON`), which driftgate does not".into(),
            )
        } else {
            Up::Sql {
                text: up.text,
                first_line: up.first_line,
                // Source: `migration_sql.go`: each statement is executed by itself.
                mode: unless(says("NO TRANSACTION"), ApplyMode::Statements),
            }
        };
        out.migrations.push(migration);
    }
    sort(&TOOL, &mut out.migrations);
    out
}
