//! Atlas. Source: `ariga/atlas`, `sql/migrate/dir.go` (files, `atlas.sum`), `sql/migrate/migrate.go` and
//! `cmd/atlas/internal/migrate/ent/schema/revision.go` (the table).

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, FolderProblem, Late, Replacement, Tool, ToolVerification, apply,
    sections, sql, unless, version,
};
use crate::error::Problem;
use crate::redact;

const SUM: &str = "atlas.sum";

pub(super) static TOOL: Tool = Tool {
    name: "atlas",
    title: "Atlas",
    table: "atlas_schema_revisions",
    schema: Some("atlas_schema_revisions"),
    other_tables: &["atlas_schema_revisions"],
    telltale_columns: &["version", "hash", "operator_version"],
    // Rows whose version begins with a dot are internal to Atlas.
    query: "SELECT CASE WHEN description = '' THEN version ELSE version || '_' || description END AS name, version, \
                   CASE WHEN coalesce(error, '') <> '' OR applied < total THEN 'failed' \
                        WHEN type = 1 THEN 'baseline' ELSE 'applied' END AS state, \
                   nullif(hash, '') AS checksum \
            FROM {table} WHERE version NOT LIKE '.%' ORDER BY version",
    version_in: |name| name.split_once('_').map(|(version, _)| version.to_owned()),
    short_name: version::without_digits,
    apply: "atlas migrate apply",
    record: "atlas migrate set NAME",
    // Source: `sql/migrate/migrate.go`, `ExecOrder`: linear is the default.
    late: Late::Refuses(
        "rename it with `atlas migrate rebase`, or apply it all the same with `--exec-order non-linear`",
    ),
    // Source: `sql/migrate/dir.go`, `SkipCheckpointFiles`.
    replacement: Replacement::NewDatabases,
    one_folder: true,
    resolve_hint: "atlas migrate set VERSION",
    layout: "VERSION_name.sql and atlas.sum",
    checksum: "the line of the file in atlas.sum: SHA-256 of the files up to it, in base64",
    detect: |files| {
        if files.get(SUM).is_some() {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    verified: ToolVerification::Documentation,
    ..BASE
};

/// The text after `atlas:WORD` in one of the comments at the top of a file.
fn directive(file: &File, word: &str) -> Option<String> {
    file.text()
        .lines()
        .map_while(sections::comment)
        .find_map(|line| Some(line.strip_prefix("atlas:")?.strip_prefix(word)?.trim().to_owned()))
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let files: Vec<&File> = all.top().filter(|file| file.ends(".sql")).collect();
    // Atlas ignores subfolders.
    let below = all
        .files
        .iter()
        .filter(|file| file.path.contains('/') && file.ends(".sql"));
    out.ignored.extend(below.map(|file| all.path(file)));
    let sums = sums(&files);
    for (file, sum) in files.iter().zip(&sums) {
        let version = file.stem().split('_').next().unwrap_or_default();
        let mut migration = sql(all, file, file.stem(), version);
        migration.checksums = sum.iter().cloned().collect();
        // Source: `sql/migrate/migrate.go`, `Executor.Execute`: it sends each statement by itself.
        let outside = directive(file, "txmode").is_some_and(|mode| mode == "none");
        apply(&mut migration, unless(outside, ApplyMode::Statements));
        // On an empty database the last checkpoint replaces all migrations before it.
        if directive(file, "checkpoint").is_some() {
            migration.only_for_new = true;
            out.replaced.append(&mut out.migrations);
            migration.replaces = out.replaced.iter().map(|m| m.version.clone()).collect();
        }
        out.migrations.push(migration);
    }
    if let Some(file) = all.get(SUM) {
        out.problems = edited(all, all.path(file).as_path(), &files, &sums, &file.text());
    }
    out
}

/// The hashes that Atlas writes into `atlas.sum`: for each file that of the names and texts up to it. A file with
/// `atlas:sum ignore` has none.
fn sums(files: &[&File]) -> Vec<Option<String>> {
    let mut hasher = Sha256::new();
    let mut out = Vec::new();
    for file in files {
        hasher.update(file.name());
        if directive(file, "sum").is_some_and(|mode| mode == "ignore") {
            out.push(None);
            continue;
        }
        hasher.update(&file.bytes);
        out.push(Some(STANDARD.encode(hasher.clone().finalize())));
    }
    out
}

/// The difference between the files and `atlas.sum`. An edited file changes the hashes of all files after it, so only
/// the first is reported.
fn edited(all: &Files, sum: &Path, files: &[&File], sums: &[Option<String>], text: &str) -> Vec<FolderProblem> {
    let path = redact::path(sum);
    let recorded: Vec<(&str, &str)> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.rsplit_once(" h1:"))
        .map(|(name, sum)| (name.trim(), sum.trim()))
        .collect();
    let hint = "Atlas refuses the folder: revert the change, or accept it with `atlas migrate hash`";
    let problem = |name: &str, what: String| vec![FolderProblem::refused(name, Problem::new(what).hint(hint))];
    let names: Vec<&str> = files
        .iter()
        .zip(sums)
        .filter(|(_, sum)| sum.is_some())
        .map(|(file, _)| file.name())
        .collect();
    if let Some((name, _)) = recorded.iter().find(|(name, _)| !names.contains(name)) {
        return problem(name, format!("{path} lists {name}, but the file does not exist"));
    }
    for (file, sum) in files.iter().zip(sums) {
        let Some(sum) = sum else { continue };
        match recorded.iter().find(|(name, _)| *name == file.name()) {
            None => {
                let file_path = redact::path(&all.path(file));
                return problem(
                    file.name(),
                    format!("{file_path} is not listed in {path}: it was added by hand"),
                );
            }
            Some((_, recorded)) if recorded != sum => {
                let file_path = redact::path(&all.path(file));
                return problem(file.name(), format!("{file_path} has changed since {path} was written"));
            }
            Some(_) => {}
        }
    }
    Vec::new()
}
