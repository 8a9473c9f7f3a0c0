//! Models as sources, with the real libraries: what driftgate lets them print is what they create in a database.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::folder::Folder;
use crate::run::{Driftgate, Run};
use crate::server::{TestDb, server};

/// The packages of Python and npm.
const PYTHON: [&str; 3] = ["django>=5.2,<6", "sqlalchemy>=2,<3", "psycopg[binary]"];
const DRIZZLE: [&str; 3] = ["drizzle-kit@0.31", "drizzle-orm@0.45", "pg@8"];

/// The versions of Prisma, each with its schema engine as WebAssembly. 6 knows `--to-schema-datamodel`, 7 `--to-schema`.
const PRISMA: [(&str, &str); 2] = [
    ("6.19.3", "7.1.1-3.c2990dca591cba766e3b7ef5d9e8a84796e47ab7"),
    ("7.10.1", "8.1.0-2.59be4fda12412a79eeb9c2ae727b6aa723593323"),
];

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

/// Installs packages of npm without their scripts, which would download programs.
fn npm_install(project: &Path, packages: &[&str]) {
    let options = ["--silent", "--no-audit", "--no-fund", "--no-save", "--ignore-scripts"];
    done(
        Command::new("npm")
            .arg("install")
            .args(options)
            .args(packages)
            .current_dir(project),
    );
}

/// The model of the project makes what is in the database, and a change of the database is drift.
fn is_in(source: &str, project: &Path, database: &TestDb<'_>, change: &str, drift: &str) {
    let diff = |second: &str| {
        run(Command::new(env!("CARGO_BIN_EXE_driftgate"))
            .args(["diff", source, second, "--no-env-file", "--scratch", "env:DATABASE_URL"])
            .current_dir(project)
            .env_remove("VIRTUAL_ENV")
            .envs(engine(project))
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

/// What lets Prisma use its schema engine as WebAssembly, because npm does not bring its programs along.
fn engine(project: &Path) -> [(&'static str, PathBuf); 2] {
    [
        (
            "PRISMA_SCHEMA_ENGINE_BINARY",
            root().join("tests/models/schema-engine.mjs"),
        ),
        // Prisma 6 would download it, too. It is not used.
        ("PRISMA_QUERY_ENGINE_LIBRARY", project.join("package.json")),
    ]
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
    npm_install(project.path(), &DRIZZLE);
    let database = server().database("");
    let mut push = Command::new(project.path().join("node_modules/.bin/drizzle-kit"));
    push.args(["push", "--force"]).current_dir(project.path());
    done(push.env("DATABASE_URL", database.url()));
    let change = "drop index clients_name";
    is_in("model:drizzle", project.path(), &database, change, "clients_name");
}

#[test]
#[ignore = "not run: needs npm and the network; see docs/development.md"]
fn models_of_prisma() {
    for (version, engine) in PRISMA {
        let project = project("prisma");
        project.write("package.json", "{}");
        let packages = [
            format!("prisma@{version}"),
            format!("@prisma/schema-engine-wasm@{engine}"),
            format!("@prisma/adapter-pg@{version}"),
            format!("@prisma/driver-adapter-utils@{version}"),
        ];
        npm_install(project.path(), &packages.each_ref().map(String::as_str));
        if version.starts_with('7') {
            let schema = project.read("prisma/schema.prisma").expect("a schema");
            let schema = schema.replace("  url        = env(\"DATABASE_URL\")\n", "");
            project.write("prisma/schema.prisma", &schema);
            the_example_prints_what_prisma_prints(project.path());
        }
        let database = server().database(&project.read("created.sql").expect("what Prisma creates"));
        let change = "alter table billing.clients alter status set default 'past due'";
        is_in("model:prisma", project.path(), &database, change, "past due");
        // What the schema does not say is told by Prisma, and not by what the other option leads to.
        project.write("prisma/schema.prisma", "model A { id Ink @id }\n");
        let wrong = run(Command::new(env!("CARGO_BIN_EXE_driftgate"))
            .args(["pull", "--from", "model:prisma", "--no-env-file"])
            .current_dir(project.path())
            .env("DATABASE_URL", database.url())
            .envs(self::engine(project.path())));
        assert_eq!(wrong.status.code(), Some(3), "{}", said(&wrong));
        let said = said(&wrong);
        assert!(said.contains("Ink") && !said.contains("Usage"), "{said}");
    }
}

/// The script in `docs/examples/billing`, which stands for Prisma in the tests of the documents.
fn the_example_prints_what_prisma_prints(project: &Path) {
    let example = root().join("docs/examples/billing");
    let schema = example.join("prisma/schema.prisma");
    let mut prisma = Command::new(project.join("node_modules/.bin/prisma"));
    prisma
        .args(["migrate", "diff", "--from-empty", "--script", "--to-schema"])
        .arg(schema);
    let database = server().database("");
    prisma
        .current_dir(project)
        .envs(engine(project))
        .env("DATABASE_URL", database.url());
    let printed = fs::read_to_string(example.join("node_modules/.bin/model.sql")).expect("what Prisma printed");
    assert_eq!(done(&mut prisma).trim(), printed.trim());
}

#[test]
#[ignore = "not run: needs Ruby with Active Record, railties and pg; see docs/development.md"]
fn models_of_rails() {
    let project = project("rails");
    let database = server().database("");
    let mut load = Command::new("rake");
    load.arg("db:schema:load").current_dir(project.path());
    done(load.env("DATABASE_URL", database.url()));
    let change = "alter table clients alter tags set default '{a}'";
    is_in("model:rails", project.path(), &database, change, "'{a}'");
    project.write(
        "db/schema.rb",
        "ActiveRecord::Schema.define do\n  create_tabel \"a\"\nend\n",
    );
    let wrong = run(Command::new(env!("CARGO_BIN_EXE_driftgate"))
        .args(["pull", "--from", "model:rails", "--no-env-file"])
        .current_dir(project.path()));
    let said = said(&wrong);
    assert_eq!(wrong.status.code(), Some(3), "{said}");
    assert!(
        said.contains("db/schema.rb:2") && said.contains("create_tabel"),
        "{said}"
    );
}

/// A program of the same interface as that of a library, in a folder of the project.
fn stand_in(driftgate: &Driftgate, name: &str, script: &str) {
    driftgate.folder().write(name, script);
    let path = driftgate.folder().path().join(name);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a program");
}

/// A project, whose programs are in `bin`.
fn with_programs(database: &TestDb<'_>) -> Driftgate {
    let driftgate = Driftgate::new().env("DATABASE_URL", database.url());
    let path = driftgate.folder().path().join("bin").to_string_lossy().into_owned();
    driftgate.env("PATH", format!("{path}:/usr/bin:/bin"))
}

fn pulled(driftgate: &Driftgate, source: &str) -> Run {
    driftgate.run([
        "pull",
        "--requirements",
        "--from",
        source,
        "--scratch",
        "env:DATABASE_URL",
    ])
}

/// What Prisma 6 and 7 do with the option that they do not know, and how long their usage is.
#[test]
fn both_spellings_of_the_option_of_prisma() {
    let database = server().database("");
    let driftgate = with_programs(&database).file("prisma/schema.prisma", "");
    let usage = "  a line of the usage\n".repeat(40);
    for (known, other) in [
        ("--to-schema", "--to-schema-datamodel"),
        ("--to-schema-datamodel", "--to-schema"),
    ] {
        let script = format!(
            "#!/bin/sh\ncase \"$*\" in\n'migrate diff --from-empty {known} prisma/schema.prisma --script')\n  echo 'create \
             table clients (id int primary key);';;\n*'{other} '*)\n  printf 'Error:\\nunknown or unexpected option: \
             {other}\\n{usage}' >&2; exit 1;;\nesac\n"
        );
        stand_in(&driftgate, "node_modules/.bin/prisma", &script);
        let run = pulled(&driftgate, "model:prisma");
        assert_eq!(run.code, Some(0), "{known}: {run:?}");
        assert!(run.stdout.contains("clients:"), "{run:?}");
        assert!(
            run.stderr.contains(&format!("{known} prisma/schema.prisma --script")),
            "{run:?}"
        );
    }
    // Another failure is not tried again.
    let script =
        "#!/bin/sh\necho \"$*\" >>calls\necho 'Error: Type \"Ink\" is neither a type nor a model' >&2\nexit 1\n";
    stand_in(&driftgate, "node_modules/.bin/prisma", script);
    let run = pulled(&driftgate, "model:prisma");
    assert!(run.code == Some(3) && run.stderr.contains("Ink"), "{run:?}");
    assert_eq!(driftgate.folder().read("calls").expect("calls").lines().count(), 1);
}

/// dotenv 17 prints a line to standard output, unless a variable says that it must not.
#[test]
fn what_dotenv_prints_is_not_sql() {
    let database = server().database("");
    let driftgate = with_programs(&database).file("drizzle.config.ts", "");
    let script = "#!/bin/sh\n[ \"$DOTENV_CONFIG_QUIET\" = true ] || echo '[dotenv@17.2.0] injecting env (1) from .env'\n\
                  echo 'create table clients (id int);'\n";
    stand_in(&driftgate, "node_modules/.bin/drizzle-kit", script);
    let run = pulled(&driftgate, "model:drizzle");
    assert!(run.code == Some(0) && run.stdout.contains("clients:"), "{run:?}");
}

/// Prisma 7 does not read .env by itself.
#[test]
fn the_program_gets_the_variables_of_the_env_file() {
    let database = server().database("");
    let driftgate = with_programs(&database)
        .file("prisma/schema.prisma", "")
        .file(".env", "SHOP_URL=postgres://a@b/c\nDATABASE_URL=not-this-one\n");
    let script =
        "#!/bin/sh\necho \"create table \\\"$SHOP_URL\\\" (id int);\"\n[ \"$DATABASE_URL\" != not-this-one ]\n";
    stand_in(&driftgate, "node_modules/.bin/prisma", script);
    let run = pulled(&driftgate, "model:prisma");
    assert!(
        run.code == Some(0) && run.stdout.contains("postgres://a@b/c"),
        "{run:?}"
    );
}

/// `dotnet ef` prints what it does beside the SQL.
#[test]
fn the_context_of_ef_core() {
    let database = server().database("");
    let driftgate = with_programs(&database);
    let script = "#!/bin/sh\n[ \"$*\" = 'ef dbcontext script --prefix-output --no-color --project src/Shop' ] || exit 9\n\
                  echo 'info:    Build started...'\necho 'info:    Build succeeded.'\n\
                  echo 'data:    CREATE TABLE \"Clients\" ('\n\
                  echo 'data:        \"Id\" integer GENERATED BY DEFAULT AS IDENTITY,'\n\
                  echo 'data:        CONSTRAINT \"PK_Clients\" PRIMARY KEY (\"Id\")'\necho 'data:    );'\n";
    stand_in(&driftgate, "bin/dotnet", script);
    let run = pulled(&driftgate, "model:efcore:src/Shop");
    assert!(run.code == Some(0) && run.stdout.contains("Clients:"), "{run:?}");
    let other = pulled(&driftgate, "model:efcore");
    assert!(
        other.code == Some(3) && other.stderr.contains("--project ."),
        "{other:?}"
    );
}

#[test]
fn what_is_not_installed_is_told_with_what_to_do() {
    let database = server().database("");
    let driftgate = Driftgate::new()
        .env("DATABASE_URL", database.url())
        .env("PATH", "/nonexistent")
        .file("db/schema.rb", "");
    let run = pulled(&driftgate, "model:rails");
    assert!(
        run.code == Some(3) && run.stderr.contains("db/structure.sql"),
        "{run:?}"
    );
    let run = pulled(&driftgate, "model:efcore");
    assert!(run.code == Some(3) && run.stderr.contains("install"), "{run:?}");
}
