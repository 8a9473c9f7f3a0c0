//! The expectation files of five real migrations: a database as the guide leaves it passes, and every way in which the
//! guide could have gone half way is found, at the object that is wrong and nowhere else.
//!
//! A folder `tests/guides/<guide>` has the database as the guide leaves it, `good.sql`, and patches that are applied
//! after it. A patch begins with one line `-- expect: KIND OBJECT [ATTRIBUTE|missing|unexpected]` for each finding that
//! must come, or `-- expect: nothing`. Each is a test of the binary `scenarios`: `tests/guides/GUIDE/PATCH.sql` is
//! `guides::GUIDE::PATCH`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Completion, Trial};
use serde_json::Value;

use crate::cases::slug;
use crate::run::Driftgate;
use crate::server::{TestDb, server};
use crate::trial::{names_are_distinct, trial};

/// The variables that the files name.
const VARIABLES: [&str; 3] = ["DATABASE_URL", "USAGE_DATABASE_URL", "DIRECT_DATABASE_URL"];

/// A test for each guide and for each of its patches.
pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for guide in entries(&root().join("tests/guides")) {
        let name = guide.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "demo" {
            continue;
        }
        // Its folder of migrations has tests of its own.
        for file in entries(&guide).into_iter().filter(|path| path.is_file()) {
            let (guide, stem) = (
                name.clone(),
                file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
            );
            let name = format!("guides::{}::{}", slug(&guide), slug(&stem));
            trials.push(trial(name, move || {
                Ok(check(&guide, &file).map(|()| Completion::Completed)?)
            }));
        }
    }
    trials
}

#[test]
fn every_guide_has_patches() {
    let trials = trials();
    names_are_distinct(&trials);
    for guide in entries(&root().join("tests/guides")) {
        let name = slug(&guide.file_name().unwrap_or_default().to_string_lossy());
        let tests = trials
            .iter()
            .filter(|trial| trial.name().starts_with(&format!("guides::{name}::")));
        assert!(name == "demo" || tests.count() > 3, "{name} has hardly a patch");
    }
}

#[test]
fn all_guides_fit_into_one_database() {
    let db = server().database("");
    for guide in entries(&root().join("tests/guides")) {
        if guide.join("good.sql").exists() {
            db.exec(&read(&guide.join("good.sql")));
        }
    }
    let run = driftgate(&db).run(["check", &root().join("expectations").display().to_string()]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
}

/// Judges one database against the expectations of its guide.
fn check(guide: &str, file: &Path) -> Result<(), String> {
    let good = root().join("tests/guides").join(guide).join("good.sql");
    let db = server().database(&read(&good));
    let patch = read(file);
    let expected: BTreeSet<String> = patch
        .lines()
        .map_while(|line| line.strip_prefix("-- expect: "))
        .filter(|line| *line != "nothing")
        .map(str::to_owned)
        .collect();
    let is_good = file == good;
    if !is_good {
        if !patch.starts_with("-- expect: ") {
            return Err(format!("{} does not begin with `-- expect: `", file.display()));
        }
        db.exec(&patch);
    }
    let expectations = root().join("expectations").join(format!("{guide}.yaml"));
    let run = driftgate(&db).run(["check", &expectations.display().to_string(), "--format", "json"]);
    let report: Value = serde_json::from_str(&run.stdout)
        .map_err(|e| format!("{}: {e}: {}{}", file.display(), run.stdout, run.stderr))?;
    let found = findings(&report);
    let errors = report["summary"]["drift"].as_u64().unwrap_or_default();
    let code = i32::from(errors > 0);
    if found != expected
        || run.code != Some(code)
        || (!is_good && patch.contains("expect: nothing") != found.is_empty())
    {
        return Err(format!(
            "{}: exit code {:?}\n  expected {expected:#?}\n  found {found:#?}\n{}",
            file.display(),
            run.code,
            run.stderr
        ));
    }
    Ok(())
}

/// The findings of a report as the patches write them.
fn findings(report: &Value) -> BTreeSet<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    report["targets"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|target| target["findings"].as_array().cloned().unwrap_or_default())
        .map(|finding| {
            let (kind, object, code) = (text(&finding["kind"]), text(&finding["object"]), text(&finding["code"]));
            match kind.as_str() {
                "assertion" => format!("assertion \"{object}\""),
                "migration" => format!("migration {object}"),
                _ => {
                    let end = if code.ends_with("-missing") {
                        "missing".to_owned()
                    } else if code.ends_with("-unexpected") {
                        "unexpected".to_owned()
                    } else {
                        text(&finding["attribute"])
                    };
                    format!("{kind} {object} {end}")
                }
            }
        })
        .collect()
}

fn driftgate(db: &TestDb) -> Driftgate {
    VARIABLES
        .iter()
        .fold(Driftgate::new(), |driftgate, name| driftgate.env(name, db.url()))
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{} cannot be read: {e}", path.display()))
}

/// What is in a folder, sorted.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{} cannot be read: {e}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    entries.sort();
    entries
}
