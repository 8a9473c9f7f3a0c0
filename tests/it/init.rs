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

const PRISMA: &str = "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n";

/// A project of Prisma with migrations of these names.
fn prisma(url: String, migrations: &[&str]) -> Project {
    let project = Project::new(url)
        .file("prisma/schema.prisma", PRISMA)
        .file("prisma/migrations/migration_lock.toml", "provider = \"postgresql\"\n");
    migrations.iter().fold(project, |project, name| {
        let table = name.rsplit('_').next().unwrap_or_default();
        project.file(
            &format!("prisma/migrations/{name}/migration.sql"),
            &format!("create table {table} (id int primary key);"),
        )
    })
}

/// What Prisma keeps its history in.
const HISTORY: &str = "create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at \
    timestamptz, migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz not null \
    default now(), applied_steps_count int not null default 0);";

#[test]
fn the_next_step_is_what_is_left_to_do() {
    let scratch = server().database("");
    let init = |project: &Project| project.run(&["init", "--yes", "--scratch", &scratch.url()]);
    // The variable is set, and no server answers.
    let project = prisma("postgres://a@127.0.0.1:1/b".to_owned(), &["20250101000000_orders"]);
    let run = init(&project);
    assert_eq!(run.code, Some(0), "{}", said(&run));
    let step = "start the database, or correct the URL in DATABASE_URL, then: driftgate check expectations/shop.yaml";
    assert!(run.stdout.contains(step), "{}", said(&run));
    // The database is empty.
    let empty = server().database("");
    let run = init(&prisma(empty.url(), &["20250101000000_orders"]));
    assert_eq!(run.code, Some(1), "{}", said(&run));
    let step =
        "apply the migrations to the database of DATABASE_URL, which has none of them yet, then: driftgate check";
    assert!(run.stdout.contains(step), "{}", said(&run));
    // The database is behind by one migration.
    let behind = server().database(HISTORY);
    behind.exec("create table orders (id int primary key)");
    behind.exec(
        "insert into _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count) values \
         ('1', encode(sha256('create table orders (id int primary key);'), 'hex'), now(), '20250101000000_orders', 1)",
    );
    let run = init(&prisma(
        behind.url(),
        &["20250101000000_orders", "20250102000000_clients"],
    ));
    assert_eq!(run.code, Some(1), "{}", said(&run));
    assert!(
        run.stdout
            .contains("20250102000000_clients is in the folder and not applied")
            && run
                .stdout
                .ends_with("then: driftgate pull --update expectations/shop.yaml\n"),
        "{}",
        said(&run)
    );
}

#[test]
fn what_cannot_be_read_does_not_keep_the_others() {
    let database = server().database("create table orders (id int primary key)");
    let project = Project::new(String::new())
        .file("api/manage.py", "raise SystemExit('the settings are wrong')\n")
        .file("jobs/package.json", "{}")
        .file(".env", &format!("JOBS_DATABASE_URL={}\n", database.url()))
        .file(
            "jobs/prisma/schema.prisma",
            "datasource db {\n  provider = \"postgresql\"\n}\n",
        );
    let run = project.run(&["init", "--yes", "--scratch", "env:JOBS_DATABASE_URL"]);
    assert_eq!(run.code, Some(3), "{}", said(&run));
    assert!(
        run.stderr.contains("cd api && ")
            && run
                .stdout
                .contains("set API_DATABASE_URL to the URL of the database, then run driftgate init again"),
        "{}",
        said(&run)
    );
    assert!(
        run.stdout.contains("$ driftgate check expectations/jobs.yaml\n"),
        "{}",
        said(&run)
    );
    assert!(!project.exists("expectations/api.yaml") && project.exists("expectations/schema.json"));
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
