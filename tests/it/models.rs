//! Models as sources, with the real libraries: what driftgate lets them print is what they create in a database.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::folder::Folder;
use crate::server::{TestDb, server};

/// The packages of Python and npm.
const PYTHON: [&str; 3] = ["django>=5.2,<6", "sqlalchemy>=2,<3", "psycopg[binary]"];
const NPM: [&str; 3] = ["drizzle-kit@0.31", "drizzle-orm@0.45", "pg@8"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// A program's end, which must be a success; what it printed.
fn done(command: &mut Command) -> String {
    let output = run(command);
    assert!(output.status.success(), "{command:?}: {}", said(&output));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn run(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().expect("the program starts")
}

fn said(output: &Output) -> String {
    format!(
        "{}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A copy of a project in tests/models.
fn project(name: &str) -> Folder {
    let folder = Folder::new();
    let from = root().join("tests/models").join(name).join(".");
    done(Command::new("cp").arg("-R").arg(from).arg(folder.path()));
    folder
}

/// A folder of Python with the libraries.
fn virtual_env(project: &Path) -> PathBuf {
    let folder = project.join(".venv");
    done(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    done(
        Command::new(folder.join("bin/pip"))
            .args(["install", "--quiet"])
            .args(PYTHON),
    );
    folder
}

/// The model of the project makes what is in the database, and a change of the database is drift.
fn is_in(source: &str, project: &Path, database: &TestDb<'_>, change: &str, drift: &str) {
    let diff = |second: &str| {
        run(Command::new(env!("CARGO_BIN_EXE_driftgate"))
            .args(["diff", source, second, "--no-env-file", "--scratch", "env:DATABASE_URL"])
            .current_dir(project)
            .env_remove("VIRTUAL_ENV")
            .env("DATABASE_URL", database.url()))
    };
    let same = diff("env:DATABASE_URL");
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));
    assert!(said(&same).contains("note: model:"), "{}", said(&same));
    database.exec(change);
    let changed = diff("env:DATABASE_URL");
    assert_eq!(changed.status.code(), Some(1), "{}", said(&changed));
    assert!(said(&changed).contains(drift), "{}", said(&changed));
}

/// `PGHOST` and the other variables of a database.
fn with_variables<'a>(command: &'a mut Command, database: &TestDb<'_>) -> &'a mut Command {
    command
        .env("PGHOST", server().host())
        .env("PGPORT", server().port())
        .env("PGUSER", "postgres")
        .env("PGDATABASE", database.name())
}

#[test]
#[ignore = "not run: needs python3 with venv and the network; see docs/development.md"]
fn models_of_django() {
    let project = project("django");
    let python = virtual_env(project.path()).join("bin/python");
    let database = server().database("");
    for arguments in [&["makemigrations", "billing"][..], &["migrate"]] {
        let mut command = Command::new(&python);
        command.arg("manage.py").args(arguments).current_dir(project.path());
        done(with_variables(&mut command, &database));
    }
    let change = "alter table billing_client alter status type varchar(9)";
    is_in(
        "model:django",
        project.path(),
        &database,
        change,
        "character varying(9)",
    );
}

#[test]
#[ignore = "not run: needs python3 with venv and the network; see docs/development.md"]
fn models_of_sqlalchemy() {
    let project = project("sqlalchemy");
    let python = virtual_env(project.path()).join("bin/python");
    let database = server().database("");
    let mut command = Command::new(&python);
    command.arg("create.py").current_dir(project.path());
    done(command.env("DATABASE_URL", database.url()));
    let change = "alter type status add value 'gone'";
    is_in("model:sqlalchemy:shop:Base", project.path(), &database, change, "gone");
}

#[test]
#[ignore = "not run: needs npm and the network; see docs/development.md"]
fn models_of_drizzle() {
    let project = project("drizzle");
    done(
        Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--no-save"])
            .args(NPM)
            .current_dir(project.path()),
    );
    let database = server().database("");
    let mut push = Command::new(project.path().join("node_modules/.bin/drizzle-kit"));
    push.args(["push", "--force"]).current_dir(project.path());
    done(push.env("DATABASE_URL", database.url()));
    let change = "drop index clients_name";
    is_in("model:drizzle", project.path(), &database, change, "clients_name");
}
