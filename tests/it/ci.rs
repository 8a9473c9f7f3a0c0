//! The examples in `ci/` do what they say: their command lines are run against a real database, and the steps of the
//! action of GitHub in an environment like GitHub's. `ci/examples` asks the programs that the examples are for.

mod action;
mod commands;
mod files;
mod notify;
mod packages;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value as Json;

use crate::folder::Folder;
use crate::server::{TestDb, server};

/// The expectation file of the tests' database.
const EXPECTATIONS: &str = "driftgate: 1\ntables:\n  clients:\n    columns: {id: int}\n";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name} cannot be read: {e}"))
}

/// The documents of a YAML file.
fn documents(name: &str) -> Vec<Json> {
    read(name)
        .split("\n---\n")
        .map(|text| serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}")))
        .collect()
}

/// The one document of a YAML file.
fn document(name: &str) -> Json {
    let mut documents = documents(name);
    assert_eq!(documents.len(), 1, "{name}");
    documents.remove(0)
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// A folder with `expectations/` and a database for which they hold.
struct Project {
    folder: Folder,
    database: TestDb<'static>,
}

/// What came out of a script.
struct Ran {
    code: Option<i32>,
    said: String,
}

impl Project {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write("expectations/shop.yaml", EXPECTATIONS);
        // Where the runner of a service has its programs.
        folder.write("runner/bin/.keep", "");
        std::os::unix::fs::symlink(
            env!("CARGO_BIN_EXE_driftgate"),
            folder.path().join("runner/bin/driftgate"),
        )
        .expect("a link to the program");
        let database = server().database("create table clients (id int)");
        Self { folder, database }
    }

    /// Makes the database another.
    fn drift(&self) {
        self.database.exec("alter table clients alter id type bigint");
    }

    fn has(&self, name: &str) -> bool {
        self.folder.path().join(name).exists()
    }

    /// Runs a script with bash in the folder, with these variables and little else.
    fn bash(&self, script: &str, environment: &BTreeMap<String, String>) -> Ran {
        let path = format!(
            "{}:{}",
            self.folder.path().join("runner/bin").display(),
            std::env::var("PATH").unwrap_or_default()
        );
        // As GitHub runs it; the others have a shell that is no stricter.
        let output = Command::new("bash")
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.folder.path())
            .env("DATABASE_URL", self.database.url())
            .envs(environment)
            .stdin(Stdio::null())
            .output()
            .expect("bash");
        Ran {
            code: output.status.code(),
            said: format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            ),
        }
    }
}

/// All files of a folder and its subfolders, as paths below the project.
fn files_in(folder: &str) -> Vec<String> {
    let mut out = Vec::new();
    walk(&root().join(folder), &mut out);
    let mut names: Vec<String> = out
        .iter()
        .map(|path| {
            path.strip_prefix(root())
                .expect("below the project")
                .display()
                .to_string()
        })
        .collect();
    names.sort();
    names
}

fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, out);
        } else {
            out.push(path);
        }
    }
}
