//! The expectation files of five real migrations: a database as the guide leaves it passes, and every way in which the
//! guide could have gone half way is found, at the object that is wrong and nowhere else.
//!
//! A folder `tests/guides/<guide>` has the database as the guide leaves it, `good.sql`, and patches that are applied
//! after it. A patch begins with one line `-- expect: KIND OBJECT [ATTRIBUTE|missing|unexpected]` for each finding that
//! must come, or `-- expect: nothing`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde_json::Value;

use crate::run::Driftgate;
use crate::server::{TestDb, server};

/// The variables that the files name.
const VARIABLES: [&str; 3] = ["DATABASE_URL", "USAGE_DATABASE_URL", "DIRECT_DATABASE_URL"];

/// How many databases are judged at the same time.
const THREADS: usize = 4;

#[test]
fn guides() {
    let mut patches = Vec::new();
    for guide in entries(&root().join("tests/guides")) {
        let name = guide.file_name().expect("a name").to_string_lossy().into_owned();
        if name == "demo" {
            continue;
        }
        // Its folder of migrations is judged elsewhere.
        let files: Vec<PathBuf> = entries(&guide).into_iter().filter(|path| path.is_file()).collect();
        assert!(files.len() > 3, "{name} has hardly a patch");
        patches.extend(files.into_iter().map(|file| (name.clone(), file)));
    }
    let work = Mutex::new(patches);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let Some((guide, file)) = work.lock().expect("not poisoned").pop() else {
                        return;
                    };
                    if let Err(failure) = check(&guide, &file) {
                        failures.lock().expect("not poisoned").push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().expect("not poisoned");
    failures.sort();
    assert!(
        failures.is_empty(),
        "{} guides are judged wrongly\n{}",
        failures.len(),
        failures.join("\n")
    );
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
