//! `driftgate init` in projects of every migration tool, with a real database.

use std::path::{Path, PathBuf};

use driftgate::migrations::{TOOLS, Tool};

use crate::cases::in_parallel;
use crate::folder::Folder;
use crate::run::{self, Run};
use crate::server::server;

/// A project in a folder of a given name, which names its expectation file.
struct Project {
    folder: Folder,
    url: String,
}

impl Project {
    fn new(url: String) -> Self {
        Self {
            folder: Folder::new(),
            url,
        }
    }

    fn file(self, name: &str, text: &str) -> Self {
        self.folder.write(&format!("shop/{name}"), text);
        self
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("shop")
    }

    fn run(&self, arguments: &[&str]) -> Run {
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        run::run(&self.path(), [("DATABASE_URL", self.url.as_str())], &arguments)
    }

    fn read(&self, name: &str) -> String {
        self.folder
            .read(&format!("shop/{name}"))
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn exists(&self, name: &str) -> bool {
        self.path().join(name).exists()
    }
}

/// What the run printed.
fn said(run: &Run) -> String {
    format!("{}{}", run.stdout, run.stderr)
}

fn copy(from: &Path, project: &Folder, to: &str) {
    for entry in std::fs::read_dir(from)
        .expect("a folder")
        .map(|entry| entry.expect("an entry"))
    {
        let name = format!("{to}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            copy(&entry.path(), project, &name);
        } else {
            let bytes = std::fs::read(entry.path()).expect("a file");
            project.write(&name, &String::from_utf8_lossy(&bytes));
        }
    }
}

/// A project with the migrations that the tool itself has written, and its database.
fn of_tool(tool: &Tool) -> Result<(), String> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/migrations")
        .join(tool.name);
    let history = std::fs::read_to_string(fixture.join("complete.sql")).map_err(|error| error.to_string())?;
    let database = server().database(&history);
    // The manifest of the project tells tools apart whose files look alike.
    let project = Project::new(database.url()).file(
        "package.json",
        &format!("{{\"devDependencies\": {{\"{}\": \"1\"}}}}", tool.name),
    );
    let folder = format!("{}/migrations", tool.name);
    copy(&fixture.join("folder"), &project.folder, &format!("shop/{folder}"));
    let first = project.run(&["init", "--yes"]);
    let text = std::fs::read_to_string(project.path().join("expectations/shop.yaml")).unwrap_or_default();
    if first.code != Some(0)
        || !text.contains(&format!("tool: {}", tool.name))
        || !text.contains(&format!("directory: ../{folder}"))
    {
        return Err(format!("{}: {:?}\n{}\n{text}", tool.name, first.code, said(&first)));
    }
    database.exec("create table by_hand (a int)");
    let second = project.run(&["check"]);
    if second.code != Some(1) || !second.stdout.contains("by_hand") {
        return Err(format!("{}: after a change: {}", tool.name, said(&second)));
    }
    Ok(())
}

#[test]
fn a_project_of_each_tool_gets_a_check_that_passes_and_finds_a_change() {
    let failed: Vec<String> = in_parallel(TOOLS, |tool| of_tool(tool))
        .into_iter()
        .filter_map(Result::err)
        .collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}

#[test]
fn nothing_is_written_without_consent_and_nothing_is_overwritten() {
    let database = server().database("create table orders (id int primary key)");
    let project = Project::new(database.url())
        .file(".github/workflows/test.yml", "on: push\n")
        .file("expectations/schema.json", "mine");
    let asked = project.run(&["init"]);
    assert_eq!(asked.code, Some(1), "{}", said(&asked));
    assert!(asked.stderr.contains("--yes writes the files"), "{}", said(&asked));
    assert!(!project.exists("expectations/shop.yaml"));
    let written = project.run(&["init", "--yes"]);
    assert_eq!(written.code, Some(0), "{}", said(&written));
    assert_eq!(project.read("expectations/schema.json"), "mine");
    assert!(
        project
            .read(".github/workflows/driftgate.yml")
            .contains("secrets.DATABASE_URL")
    );
    let file = project.read("expectations/shop.yaml");
    database.exec("alter table orders add column by_hand int");
    let again = project.run(&["init", "--yes"]);
    assert_eq!(again.code, Some(1), "{}", said(&again));
    assert!(again.stdout.contains("by_hand"), "{}", said(&again));
    assert_eq!(project.read("expectations/shop.yaml"), file);
}

#[test]
fn without_a_database_the_migrations_say_what_is_expected() {
    let project = Project::new(String::new())
        .file(
            "prisma/schema.prisma",
            "datasource db {\n  provider = \"postgresql\"\n  url = env(\"SHOP_URL\")\n}\n",
        )
        .file("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n")
        .file(
            "prisma/migrations/20250101000000_a/migration.sql",
            "create table orders (id int primary key);",
        );
    let scratch = server().database("");
    let run = project.run(&["init", "--yes", "--scratch", &scratch.url()]);
    assert_eq!(run.code, Some(0), "{}", said(&run));
    assert!(run.stdout.contains("set SHOP_URL"), "{}", said(&run));
    let file = project.read("expectations/shop.yaml");
    assert!(
        file.contains("database: SHOP_URL") && file.contains("orders:") && file.contains("tool: prisma"),
        "{file}"
    );
    assert!(!project.exists(".github"), "no CI service is used");
    let lint = project.run(&["lint"]);
    assert_eq!(lint.code, Some(0), "{}", said(&lint));
}

#[test]
fn a_database_without_the_migrations_is_not_what_is_expected() {
    let database = server().database("");
    let project = Project::new(database.url()).file("package.json", "{}").file(
        "migrations/20250101000000_a.sql",
        "-- +goose Up\ncreate table orders (id int primary key);\n",
    );
    let scratch = server().database("");
    let run = project.run(&["init", "--yes", "--scratch", &scratch.url()]);
    assert_eq!(run.code, Some(1), "{}", said(&run));
    let file = project.read("expectations/shop.yaml");
    assert!(file.contains("orders:") && file.contains("tool: goose"), "{file}");
    assert!(run.stdout.contains("migration"), "{}", said(&run));
}

#[test]
fn a_folder_without_a_database_is_a_mistake() {
    let project = Project::new(String::new()).file("README.md", "");
    let run = project.run(&["init", "--yes"]);
    assert_eq!(run.code, Some(2), "{}", said(&run));
    assert!(
        run.stderr.contains("no database was found") && run.stderr.contains("DATABASE_URL"),
        "{}",
        said(&run)
    );
}
