//! Sqitch. Source: `App::Sqitch::Plan` (the plan), `App::Sqitch::Plan::Change` (`script_hash`) and
//! `lib/App/Sqitch/Engine/pg.sql` (the tables).

use std::collections::BTreeMap;

use sha1::{Digest as _, Sha1};

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, FolderProblem, Late, RecordTime, Tool, ToolVerification, apply,
    sql, version,
};
use crate::error::Problem;
use crate::hex::hex;
use crate::redact;

const CONFIGURATION: &str = "sqitch.conf";

/// Where a project has its files. Source: `App::Sqitch::Target`.
struct SqitchLayout {
    plan: String,
    deploy: String,
    /// Where the scripts of changes are that are reworked later. Older releases have them beside the others.
    reworked: Vec<String>,
    extension: String,
}

impl SqitchLayout {
    /// What the configuration says, or the defaults. The section of the target of the engine comes before that of the engine, and that
    /// before the one of the core.
    fn of(files: &Files) -> Self {
        let text = files.get(CONFIGURATION).map(|file| file.text().into_owned());
        let text = text.unwrap_or_default();
        let of_engine = |key: &str| setting(&text, "[engine \"pg\"]", key);
        let of_core = |key: &str| setting(&text, "[core]", key);
        let target = of_engine("target").or_else(|| of_core("target"));
        let target = target.map(|name| format!("[target \"{name}\"]"));
        let setting = |key: &str| {
            let of_target = target.as_deref().and_then(|section| setting(&text, section, key));
            of_target.or_else(|| of_engine(key)).or_else(|| of_core(key))
        };
        let path = |path: &str| {
            let parts = path.split('/').filter(|part| !part.is_empty() && *part != ".");
            parts.collect::<Vec<_>>().join("/")
        };
        let top = setting("top_dir").unwrap_or(".");
        let deploy = path(setting("deploy_dir").unwrap_or(&format!("{top}/deploy")));
        let in_reworked = |dir: &str| path(&format!("{dir}/deploy"));
        let reworked = setting("reworked_deploy_dir").map(path);
        let reworked = reworked.unwrap_or_else(|| in_reworked(setting("reworked_dir").unwrap_or(top)));
        Self {
            plan: path(setting("plan_file").unwrap_or(&format!("{top}/sqitch.plan"))),
            reworked: vec![reworked, deploy.clone()],
            deploy,
            extension: setting("extension").unwrap_or("sql").to_owned(),
        }
    }
}

/// The last value of a key in the sections with this head.
fn setting<'a>(text: &'a str, section: &str, key: &str) -> Option<&'a str> {
    let mut is_inside = false;
    let mut found = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            is_inside = line == section;
        } else if is_inside
            && let Some((name, value)) = line.split_once('=')
            && name.trim().eq_ignore_ascii_case(key)
        {
            found = Some(value.trim().trim_matches('"'));
        }
    }
    found
}

pub(super) static TOOL: Tool = Tool {
    name: "sqitch",
    title: "Sqitch",
    table: "changes",
    schema: Some("sqitch"),
    telltale_columns: &["change_id", "script_hash", "change", "project"],
    // A reworked change has two rows with the same name. One registry may have the changes of several projects.
    query: "SELECT CASE WHEN min(project) OVER () <> max(project) OVER () THEN project || ':' ELSE '' END || change AS name, \
                   project || ':' || change || '#' || row_number() OVER (PARTITION BY project, change ORDER BY committed_at) AS version, \
                   'applied' AS state, script_hash AS checksum \
            FROM {table} ORDER BY committed_at",
    sort: version::only_the_folder,
    family: |version| version.split_once(':').map_or("", |(project, _)| project),
    short_name: |name| name.split_once(':').map(|(_, change)| change),
    apply: "sqitch deploy",
    record: "sqitch deploy --log-only",
    // Source: `App::Sqitch::Engine`, `deploy_change`: psql has run the script when `log_deploy_change` writes the row.
    recorded: RecordTime::Afterwards,
    // Source: `App::Sqitch::Engine`, `_sync_plan`: the ID of a change depends on the changes before it.
    late: Late::Refuses("move it to the end of sqitch.plan"),
    one_folder: true,
    layout: "sqitch.plan, and deploy/name.sql for each change in it, or what sqitch.conf says",
    checksum: "SHA-1 of the file",
    detect: |files| {
        if files.get(&SqitchLayout::of(files).plan).is_some() {
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
    layout: &SqitchLayout,
) -> Result<&'a File, String> {
    let SqitchLayout {
        deploy,
        reworked: folders,
        extension,
        ..
    } = layout;
    let name = change.name;
    let between = reworked.map_or(&[][..], |next| &tags[change.tags_before..next.tags_before]);
    let in_folder = |folder: &String| {
        let path = move |tag: &&str| format!("{folder}/{name}@{tag}.{extension}");
        between.iter().map(path).collect::<Vec<String>>()
    };
    let mut paths = folders.iter().flat_map(in_folder).peekable();
    let first = paths
        .peek()
        .cloned()
        .unwrap_or_else(|| format!("{deploy}/{name}.{extension}"));
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

/// The name of the project in a plan, which distinguishes its changes in the registry.
fn project(plan: &str) -> &str {
    let pragmas = plan.lines().filter_map(|line| line.trim().strip_prefix('%'));
    let mut settings = pragmas.filter_map(|pragma| pragma.split_once('='));
    let found = settings.find(|(name, _)| name.trim() == "project");
    found.map_or("", |(_, project)| project.trim())
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let layout = SqitchLayout::of(all);
    let Some(plan) = all.get(&layout.plan) else {
        return out;
    };
    let text = plan.text();
    let project = project(&text);
    let (changes, tags) = changes(&text);
    let mut used = Vec::new();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, change) in changes.iter().enumerate() {
        let name = change.name;
        let number = times.entry(name).and_modify(|number| *number += 1).or_insert(1);
        let reworked = changes[i + 1..].iter().find(|other| other.name == name);
        let file = match script(all, change, reworked, &tags, &layout) {
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
        let mut migration = sql(all, file, name, format!("{project}:{name}#{number}"));
        migration.checksums = vec![hex(&Sha1::digest(&file.bytes))];
        // The script has its own BEGIN and COMMIT, and psql runs it.
        apply(&mut migration, ApplyMode::Psql);
        out.migrations.push(migration);
    }
    let scripts = all.files.iter().filter(|file| {
        let is_inside = |folder: &str| file.path.starts_with(&format!("{folder}/"));
        layout.reworked.iter().any(|folder| is_inside(folder)) && file.ends(&format!(".{}", layout.extension))
    });
    out.ignored.extend(
        scripts
            .filter(|file| !used.contains(&&*file.path))
            .map(|file| all.path(file)),
    );
    out
}
