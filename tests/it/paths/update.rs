//! Files that `pull` writes of the changed database, and those that it updates.

use serde_json::Value;

use super::Paths;
use crate::run::Run;

/// A text without the header, which names the database.
fn body(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

impl Paths {
    /// What is pulled of the changed database is what it has, and the same as what is pulled of its snapshot.
    pub(super) fn pulled(&mut self) -> Result<(), String> {
        let live = self.run(&["pull", "-o", "after.yaml"]);
        self.succeeds("pull", &live);
        let saved = self.run(&["pull", "--from", "snapshot:changed.json", "-o", "saved.yaml"]);
        self.succeeds("pull of a snapshot", &saved);
        let after = self.driftgate.folder().read("after.yaml")?;
        if body(&after) != body(&self.driftgate.folder().read("saved.yaml")?) {
            self.problems
                .push("pull of a snapshot differs from pull of its database".to_owned());
        }
        let run = self.check("after.yaml", &["--coverage"]);
        self.complete("check after pull", &run)?;
        let run = self.check("after.yaml", &["--against", "snapshot:changed.json"]);
        self.clean("check of the snapshot after pull", &run)
    }

    /// What is updated from the changed database is what it has, and stays so.
    pub(super) fn updated(&mut self) -> Result<(), String> {
        let pulled = self.driftgate.folder().read("pulled.yaml")?;
        let open = pulled.replace("exact: true\n", "");
        for (file, text, is_exact) in [("updated.yaml", pulled, true), ("open.yaml", open, false)] {
            self.driftgate.folder().write(file, &text);
            let update = ["pull", "--update", file, "--yes"];
            let first = self.run(&update);
            self.succeeds(&format!("pull --update of {file}"), &first);
            let once = self.driftgate.folder().read(file)?;
            let again = self.run(&update);
            self.succeeds(&format!("a second pull --update of {file}"), &again);
            if self.driftgate.folder().read(file)? != once {
                self.problems
                    .push(format!("a second pull --update changes {file}: {}", again.stdout));
            }
            let run = self.check(file, &["--coverage"]);
            if is_exact {
                self.complete("check after pull --update", &run)?;
            } else {
                self.clean("check after pull --update of an open file", &run)?;
            }
        }
        Ok(())
    }

    /// A check without a finding, whose file mentions all objects.
    fn complete(&mut self, path: &str, run: &Run) -> Result<(), String> {
        self.clean(path, run)?;
        let report: Value = serde_json::from_str(&run.stdout).map_err(|error| format!("{path}: {error}"))?;
        let unmentioned = &report["targets"][0]["coverage"]["unmentioned"];
        if unmentioned.as_array().is_none_or(|objects| !objects.is_empty()) {
            self.problems
                .push(format!("{path}: no expectation mentions {unmentioned}"));
        }
        Ok(())
    }
}
