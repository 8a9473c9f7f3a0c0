//! Sqitch. Source: `App::Sqitch::Plan` (the plan), `App::Sqitch::Plan::Change` (`script_hash`) and
//! `lib/App/Sqitch/Engine/pg.sql` (the tables).

use std::collections::BTreeMap;

use sha1::{Digest as _, Sha1};

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, FolderProblem, Late, Tool, ToolVerification, apply, sql, version,
};
use crate::error::Problem;
use crate::hex::hex;
use crate::redact;

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
    record: "sqitch deploy --log-only",
    // Source: `App::Sqitch::Engine`, `_sync_plan`: the ID of a change depends on the changes before it.
    late: Late::Refuses("move it to the end of sqitch.plan"),
    one_folder: true,
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

/// A change of a plan: its name, and the number of tags before it.
struct PlannedChange<'a> {
    name: &'a str,
    tags_before: usize,
}

/// The changes and the tags of a plan, in order.
fn changes(plan: &str) -> (Vec<PlannedChange<'_>>, Vec<&str>) {
    let (mut changes, mut tags) = (Vec::new(), Vec::new());
    for line in plan.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', '%']) {
            continue;
        }
        let word = line.split_whitespace().next().unwrap_or_default();
        match word.strip_prefix('@') {
            Some(tag) => tags.push(tag),
            None => changes.push(PlannedChange {
                name: word.trim_start_matches('+'),
                tags_before: tags.len(),
            }),
        }
    }
    (changes, tags)
}

/// The script of a change. That of a change that is reworked later has the name of a tag between the two: of those tags,
/// the first one for which there is a script. Source: `App::Sqitch::Plan::Change`, `path_segments`.
fn script<'a>(
    all: &'a Files,
    change: &PlannedChange<'_>,
    reworked: Option<&PlannedChange<'_>>,
    tags: &[&str],
) -> Result<&'a File, String> {
    let name = change.name;
    let between = reworked.map_or(&[][..], |next| &tags[change.tags_before..next.tags_before]);
    let mut paths = between.iter().map(|tag| format!("deploy/{name}@{tag}.sql")).peekable();
    let first = paths.peek().cloned().unwrap_or_else(|| format!("deploy/{name}.sql"));
    if reworked.is_some()
        && let Some(file) = paths.find_map(|path| all.get(&path))
    {
        return Ok(file);
    }
    match all.get(&first) {
        Some(file) => Ok(file),
        None => Err(first),
    }
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let Some(plan) = all.get(PLAN) else {
        return out;
    };
    let text = plan.text();
    let (changes, tags) = changes(&text);
    let mut used = Vec::new();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, change) in changes.iter().enumerate() {
        let name = change.name;
        let number = times.entry(name).and_modify(|number| *number += 1).or_insert(1);
        let reworked = changes[i + 1..].iter().find(|other| other.name == name);
        let file = match script(all, change, reworked, &tags) {
            Ok(file) => file,
            Err(script) => {
                let plan = redact::path(&all.path(plan));
                let problem = Problem::new(format!("{plan} lists the change {name}, but {script} does not exist"))
                    .hint("Sqitch stops there: restore the script, or remove the change from the plan");
                out.problems.push(FolderProblem::refused(name, problem));
                continue;
            }
        };
        used.push(&*file.path);
        let mut migration = sql(all, file, name, format!("{name}#{number}"));
        migration.checksums = vec![hex(&Sha1::digest(&file.bytes))];
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
            .filter(|file| !used.contains(&&*file.path))
            .map(|file| all.path(file)),
    );
    out
}
