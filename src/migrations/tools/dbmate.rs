//! dbmate. Source: `pkg/dbmate/migration.go` (the blocks), `pkg/dbmate/db.go`, `FindMigrations` (the files) and
//! `pkg/driver/postgres/postgres.go` (the table).

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, FolderProblem, Marker, RecordTime, Tool, ToolVerification, Up,
    section, sections, sort, sql, unless, version, written,
};
use crate::error::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "dbmate",
    title: "dbmate",
    table: "schema_migrations",
    telltale_columns: &["version character varying"],
    // Rails has the same table and a second one.
    sibling_table: Some("!ar_internal_metadata"),
    query: "SELECT version AS name, version, 'applied' AS state, NULL::text AS checksum FROM {table} ORDER BY version",
    version_in: version::digits,
    short_name: version::without_digits,
    caveat: "dbmate records only the digits that the file name begins with",
    recorded: RecordTime::InTransaction,
    apply: "dbmate migrate",
    layout: "N_name.sql with `-- migrate:up` and `-- migrate:down`",
    detect: |files| {
        if files.any(".sql", |file| section(file, mark).is_some()) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    write: Some(written::dbmate),
    verified: ToolVerification::Run("2.36.0"),
    ..BASE
};

fn mark(line: &str) -> Marker {
    let words = |word: &str| {
        let rest = line.strip_prefix("--")?.trim_start().strip_prefix(word)?;
        (rest.is_empty() || rest.starts_with(char::is_whitespace)).then(|| rest.trim().to_owned())
    };
    match (words("migrate:up"), words("migrate:down")) {
        (Some(options), _) => Marker::Up(options),
        (None, Some(_)) => Marker::Down,
        (None, None) => Marker::None,
    }
}

/// The statement before the first block, which dbmate refuses.
fn stray(file: &File) -> bool {
    let text = file.text();
    let mut before = text.lines().take_while(|line| matches!(mark(line), Marker::None));
    before.any(|line| !line.trim().is_empty() && sections::comment(line).is_none())
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for file in all.files.iter().filter(|file| file.ends(".sql")) {
        let Some(version) = version::digits(file.name()).filter(|_| file.folder().is_empty()) else {
            out.ignored.push(all.path(file));
            continue;
        };
        let path = all.path(file);
        let Some(up) = section(file, mark) else {
            let problem = Problem::new(format!("{} has no `-- migrate:up`", path.display()))
                .hint("dbmate refuses a file without this line: write it before the statements");
            out.problems.push(FolderProblem::refused(file.path.as_str(), problem));
            continue;
        };
        if stray(file) {
            let problem = Problem::new(format!("{} has a statement before `-- migrate:up`", path.display()))
                .hint("dbmate refuses such a file: move the statement below that line");
            out.problems.push(FolderProblem::refused(file.path.as_str(), problem));
        }
        let mut migration = sql(all, file, file.stem(), version);
        // Source: `pkg/dbmate/db.go`, `Migrate`: the block is one query, in a transaction or not.
        let outside = up
            .options
            .split_whitespace()
            .any(|option| option == "transaction:false");
        migration.up = Up::Sql {
            mode: unless(outside, ApplyMode::Message),
            text: up.text,
            first_line: up.first_line,
        };
        out.migrations.push(migration);
    }
    // Sorted by file name, not by number: 10 comes before 9.
    sort(&TOOL, &mut out.migrations);
    out
}
