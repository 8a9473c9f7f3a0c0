//! Sqitch. Source: `App::Sqitch::Plan` (the plan), `App::Sqitch::Plan::Change` (`script_hash`) and
//! `lib/App/Sqitch/Engine/pg.sql` (the tables).

use sha1::{Digest as _, Sha1};

use super::{ApplyMode, BASE, Files, Fit, FolderContents, Tool, ToolVerification, apply, sql, version};
use crate::error::Problem;
use crate::hex::hex;

const PLAN: &str = "sqitch.plan";

pub(super) static TOOL: Tool = Tool {
    name: "sqitch",
    title: "Sqitch",
    table: "changes",
    schema: Some("sqitch"),
    telltale_columns: &["change_id", "script_hash", "change", "project"],
    // A reworked change has two rows with the same name.
    query: "SELECT change AS name, \
                   change || '#' || row_number() OVER (PARTITION BY project, change ORDER BY committed_at) AS version, \
                   'applied' AS state, script_hash AS checksum \
            FROM {table} ORDER BY committed_at",
    sort: version::only_the_folder,
    apply: "sqitch deploy",
    layout: "sqitch.plan, and deploy/name.sql for each change in it",
    checksum: "SHA-1 of the file",
    detect: |files| {
        if files.get(PLAN).is_some() {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    verified: ToolVerification::Run("v1.3.1"),
    ..BASE
};

/// The changes of a plan, each with the tag that came first after it.
fn changes(plan: &str) -> Vec<(String, Option<String>)> {
    let mut out: Vec<(String, Option<String>)> = Vec::new();
    let mut untagged = 0;
    for line in plan.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', '%']) {
            continue;
        }
        let word = line.split_whitespace().next().unwrap_or_default();
        if let Some(tag) = word.strip_prefix('@') {
            for (_, tagged) in out.iter_mut().skip(untagged) {
                *tagged = Some(tag.to_owned());
            }
            untagged = out.len();
        } else {
            out.push((word.trim_start_matches('+').to_owned(), None));
        }
    }
    out
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let Some(plan) = all.get(PLAN) else {
        return out;
    };
    let changes = changes(&plan.text());
    let mut used = Vec::new();
    for (i, (name, tag)) in changes.iter().enumerate() {
        let number = changes[..=i].iter().filter(|(other, _)| other == name).count();
        // The script of a change that was reworked later has the tag in its name.
        let reworked = changes[i + 1..].iter().any(|(other, _)| other == name);
        let script = match tag {
            Some(tag) if reworked => format!("deploy/{name}@{tag}.sql"),
            Some(_) | None => format!("deploy/{name}.sql"),
        };
        let Some(file) = all.get(&script) else {
            out.problems.push(
                Problem::new(format!(
                    "{} lists the change {name}, but {script} does not exist",
                    all.path(plan).display()
                ))
                .hint("Sqitch stops there: restore the script, or remove the change from the plan"),
            );
            continue;
        };
        used.push(script);
        let mut migration = sql(all, file, name, format!("{name}#{number}"));
        migration.checksum = Some(hex(&Sha1::digest(&file.bytes)));
        // The script has its own BEGIN and COMMIT, and psql runs it.
        apply(&mut migration, ApplyMode::Psql);
        out.migrations.push(migration);
    }
    let scripts = all
        .files
        .iter()
        .filter(|file| file.path.starts_with("deploy/") && file.ends(".sql"));
    out.ignored.extend(
        scripts
            .filter(|file| !used.contains(&file.path))
            .map(|file| file.path.clone()),
    );
    out
}
