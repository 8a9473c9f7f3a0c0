//! What the real migration tools leave in a database, against their folders. `tests/migrations/<tool>` is written by
//! `ci/migration-tools`, or from the documentation of the tool; `tool.txt` says which.
//!
//! For each tool four databases are told apart: complete, one migration behind, one whose migration failed, and one
//! whose file was edited afterwards.

use std::fs;
use std::path::{Path, PathBuf};

use driftgate::migrations::folder::read;
use driftgate::migrations::{RecordTime, TOOLS, Tool, ToolVerification};
use serde_json::Value;

use crate::run::Driftgate;
use crate::server::server;

fn fixture(tool: &Tool) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/migrations")
        .join(tool.name)
}

/// The files below a folder, with their paths from it.
fn files(folder: &Path) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(&next).unwrap_or_else(|error| panic!("{}: {error}", next.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below").display().to_string();
                out.push((name, fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    out.sort();
    out
}

/// What is checked.
struct Case<'a> {
    tool: &'static Tool,
    /// The history: `behind`, `complete` or `failed`.
    history: &'a str,
    /// Other folders that are laid over the migrations.
    over: &'a [&'a str],
    /// What is done to the files.
    edit: fn(&mut Vec<(String, String)>),
    /// What is written under `migrations` besides the directory.
    keys: &'a str,
}

impl Case<'_> {
    /// `code object` of each finding.
    fn findings(&self) -> Vec<String> {
        let from = fixture(self.tool);
        let mut all = files(&from.join("folder"));
        for over in self.over {
            let more = files(&from.join(over));
            all.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
            all.extend(more);
        }
        (self.edit)(&mut all);
        let sql = fs::read_to_string(from.join(format!("{}.sql", self.history))).expect("a history");
        let database = server().database(&sql);
        let driftgate = Driftgate::new().env("DATABASE_URL", database.url());
        for (name, text) in &all {
            driftgate.folder().write(&format!("folder/{name}"), text);
        }
        let expected = format!("driftgate: 1\nmigrations: {{directory: ../folder, {}}}\n", self.keys);
        driftgate.folder().write("expectations/e.yaml", &expected);
        let run = driftgate.run(["check", "--format", "json"]);
        let report: Value = serde_json::from_str(&run.stdout)
            .unwrap_or_else(|error| panic!("{}: {error}: {}{}", self.tool.name, run.stdout, run.stderr));
        let findings = report["targets"][0]["findings"].as_array().expect("findings");
        assert!(
            report["targets"][0]["summary"]["checks"].as_u64() >= Some(3),
            "{}: hardly a check was made: {report}",
            self.tool.name
        );
        findings
            .iter()
            .map(|finding| {
                format!(
                    "{} {}",
                    finding["code"].as_str().expect("a code"),
                    finding["object"].as_str().expect("an object")
                )
            })
            .collect()
    }
}

/// For each tool what the case finds must be what `expected` says of it.
fn check(
    case: impl Fn(&'static Tool) -> Option<Case<'static>>,
    expected: impl Fn(&'static Tool, &[String]) -> Vec<String>,
) {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for tool in TOOLS {
        let Some(case) = case(tool) else { continue };
        tried += 1;
        // The folder that no one has touched says how its migrations are called.
        let folder = read(&fixture(tool).join("folder"), Some(tool)).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(folder.problems.is_empty(), "{}: {:?}", tool.name, folder.problems);
        let names: Vec<String> = folder.migrations.iter().map(|m| m.name.clone()).collect();
        assert_eq!(names.len(), 2, "{}: {names:?}", tool.name);
        let mut found = case.findings();
        // The tool refuses some of the edited folders, which is another finding.
        found.retain(|finding| !finding.starts_with("migration-folder-unreadable"));
        let expected = expected(tool, &names);
        if found != expected {
            wrong.push(format!("{}: found {found:?}, not {expected:?}", tool.name));
        }
    }
    assert!(tried > 0, "no tool was tried");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A case of the tool, found by its table.
fn auto(tool: &'static Tool, history: &'static str) -> Case<'static> {
    Case {
        tool,
        history,
        over: &[],
        edit: |_| {},
        keys: "tool: auto",
    }
}

#[test]
fn a_complete_history_passes() {
    check(|tool| Some(auto(tool, "complete")), |_, _| Vec::new());
}

#[test]
fn a_history_that_is_one_behind_has_one_pending() {
    check(
        |tool| Some(auto(tool, "behind")),
        |_, names| vec![format!("migration-pending {}", names[1])],
    );
}

#[test]
fn an_edited_file_is_found_where_there_are_checksums() {
    check(
        |tool| {
            Some(Case {
                edit: |files| {
                    let first = files.iter_mut().find(|(name, _)| {
                        let name = name.to_lowercase();
                        (name.contains("clients") || name.contains("initial")) && !name.contains("meta")
                    });
                    first.expect("the first migration").1.push_str("\n\n");
                },
                ..auto(tool, "complete")
            })
        },
        |tool, names| match tool.name {
            // The sums of all that follows change with it. Flyway takes no notice of empty lines.
            "atlas" => names.iter().map(|name| format!("migration-changed {name}")).collect(),
            "flyway" => Vec::new(),
            _ if tool.checksum.is_empty() => Vec::new(),
            _ => vec![format!("migration-changed {}", names[0])],
        },
    );
}

#[test]
fn a_failed_migration_is_found_where_it_is_recorded() {
    check(
        |tool| {
            let failed = fixture(tool).join("failed").is_dir();
            failed.then(|| Case {
                over: &["failed"],
                ..auto(tool, "failed")
            })
        },
        |tool, _| {
            let table = format!("{}.{}", tool.schema.unwrap_or("public"), tool.table);
            vec![format!("migration-failed {table}")]
        },
    );
}

#[test]
fn a_migration_after_the_last_file_is_ahead() {
    check(
        |tool| {
            Some(Case {
                edit: |files| files.retain(|(name, _)| !name.to_lowercase().contains("order")),
                ..auto(tool, "complete")
            })
        },
        |tool, names| {
            let folder = read(&fixture(tool).join("folder"), Some(tool)).expect("a folder");
            // The history itself has only a version where it keeps no names.
            let version = &folder.migrations[1].version;
            let versions_alone = [
                "dbmate",
                "diesel",
                "drizzle",
                "ecto",
                "golang-migrate",
                "goose",
                "rails",
            ];
            let name = if versions_alone.contains(&tool.name) {
                version
            } else {
                &names[1]
            };
            vec![format!("migration-ahead {name}")]
        },
    );
}

#[test]
fn positions_by_version_and_by_name() {
    for last in [0, 1] {
        check(
            |tool| {
                let folder = read(&fixture(tool).join("folder"), Some(tool)).expect("a folder");
                let name: &'static str = folder.migrations[last].name.clone().leak();
                let other: &'static str = folder.migrations[0].version.clone().leak();
                let keys = format!(
                    "tool: {}, latest: '{name}', at_least: '{other}', applied: ['{other}']",
                    tool.name
                );
                Some(Case {
                    keys: keys.leak(),
                    ..auto(tool, "complete")
                })
            },
            |tool, _| {
                if last == 1 {
                    return Vec::new();
                }
                let table = format!("{}.{}", tool.schema.unwrap_or("public"), tool.table);
                vec![format!("migration-latest {table}")]
            },
        );
    }
}

#[test]
fn tools_are_verified_as_their_fixtures_were_made() {
    for tool in TOOLS {
        let made = fs::read_to_string(fixture(tool).join("tool.txt")).expect("tool.txt");
        let said = match tool.verified {
            ToolVerification::Run(version) => version,
            ToolVerification::Documentation => "documentation",
        };
        assert_eq!(
            said,
            made.trim(),
            "src/migrations/tools has another verification of {}",
            tool.name
        );
    }
}

#[test]
fn rows_are_written_when_the_tools_wrote_them() {
    let mut known = 0;
    for tool in TOOLS {
        let Ok(recorded) = fs::read_to_string(fixture(tool).join("recorded.txt")) else {
            continue;
        };
        known += 1;
        let possible: &[&str] = match tool.recorded {
            RecordTime::Unknown => continue,
            RecordTime::InTransaction | RecordTime::OneByOne => &["in the transaction", "afterwards"],
            RecordTime::Afterwards => &["afterwards"],
        };
        assert!(possible.contains(&recorded.trim()), "{}: {recorded}", tool.name);
    }
    assert!(known > 10, "only {known} tools were run");
}
