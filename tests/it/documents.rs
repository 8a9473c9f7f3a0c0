//! What is written for people is true: the README's commands give the outputs that stand there, and what is generated
//! is up to date.

use std::fs;
use std::path::{Path, PathBuf};

#[cfg(feature = "embedded")]
use crate::run::run;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name} cannot be read: {e}"))
}

fn update() -> bool {
    std::env::var("UPDATE").is_ok_and(|update| update == "1")
}

/// Compares a file with what it must be; with `UPDATE=1`, writes it.
fn check(name: &str, expected: &str) {
    if update() {
        fs::write(root().join(name), expected).unwrap_or_else(|e| panic!("{name} cannot be written: {e}"));
        return;
    }
    let found = read(name);
    assert!(
        found == expected,
        "{name} is out of date; `UPDATE=1 cargo test documents` writes it\n{}",
        similar::TextDiff::from_lines(found.as_str(), expected).unified_diff()
    );
}

#[test]
fn the_reference_is_generated() {
    check("expectations/reference.md", &driftgate::reference::markdown());
}

#[test]
fn the_schema_is_generated_and_every_expectation_file_satisfies_it() {
    check("expectations/schema.json", &driftgate::json_schema::text());
    for entry in fs::read_dir(root().join("expectations")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|e| e == "yaml") {
            let text = fs::read_to_string(&path).expect("a text");
            satisfies_the_schema(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        }
    }
    for wrong in [
        "driftgate: 2",
        "driftgate: 1\ntabels: {}",
        "driftgate: 1\ntables: {t: {colums: {a: int}}}",
        "tables: {t: present}",
    ] {
        assert!(satisfies_the_schema(wrong).is_err(), "{wrong}");
    }
}

/// An editor tells what a key means when somebody points at it. `ci/editor.cjs` asks one.
#[test]
fn every_key_of_the_schema_is_described() {
    let schema = driftgate::json_schema::schema();
    let mut keys = 0;
    let mut bare = Vec::new();
    described(&schema, &schema, "", &mut keys, &mut bare);
    assert!(keys > 500, "only {keys} keys");
    assert!(bare.is_empty(), "{bare:#?}");
}

/// Finds the keys in a part of a schema that no description stands for.
fn described(
    schema: &serde_json::Value,
    part: &serde_json::Value,
    path: &str,
    keys: &mut usize,
    bare: &mut Vec<String>,
) {
    if let Some(properties) = part["properties"].as_object() {
        for (name, property) in properties {
            *keys += 1;
            let definition = property["$ref"]
                .as_str()
                .and_then(|reference| schema.pointer(reference.trim_start_matches('#')));
            let texts = [Some(property), definition].map(|at| at.and_then(|at| at["description"].as_str()));
            if !texts.into_iter().flatten().any(|text| !text.is_empty()) {
                bare.push(format!("{path}/{name}"));
            }
        }
    }
    let children: Vec<(String, &serde_json::Value)> = match part {
        serde_json::Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), value)).collect(),
        serde_json::Value::Array(list) => list
            .iter()
            .enumerate()
            .map(|(i, value)| (i.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (key, child) in children {
        described(schema, child, &format!("{path}/{key}"), keys, bare);
    }
}

#[test]
fn what_pull_writes_names_the_schema_that_is_written_beside_it() {
    let db = crate::server::server().database("create table clients (id int)");
    let driftgate = crate::run::Driftgate::new().env("DATABASE_URL", db.url());
    for arguments in [
        ["schema", "--output", "expectations/schema.json"].as_slice(),
        &["pull", "--output", "expectations/shop.yaml"],
        &["pull", "--split", "table", "--output", "expectations/split"],
        &["schema", "--output", "expectations/split/schema.json"],
    ] {
        assert_eq!(driftgate.run(arguments).code, Some(0), "{arguments:?}");
    }
    for name in ["shop.yaml", "split/database.yaml", "split/tables/clients.yaml"] {
        let path = format!("expectations/{name}");
        let text = driftgate.folder().read(&path).expect("a file");
        let schema = text
            .lines()
            .next()
            .and_then(|line| line.strip_prefix("# yaml-language-server: $schema="))
            .unwrap_or_else(|| panic!("{name} has no modeline"));
        let folder = Path::new(&path).parent().expect("a folder");
        let schema = driftgate.folder().read(&folder.join(schema).display().to_string());
        assert_eq!(schema.as_deref(), Ok(driftgate::json_schema::text().as_str()), "{name}");
        satisfies_the_schema(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
}

/// Whether an expectation file is one by its JSON Schema.
pub fn satisfies_the_schema(text: &str) -> Result<(), String> {
    let instance: serde_json::Value = serde_yaml::from_str(text).map_err(|e| e.to_string())?;
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler
        .add_resource("schema.json", driftgate::json_schema::schema())
        .map_err(|e| e.to_string())?;
    let schema = compiler
        .compile("schema.json", &mut schemas)
        .map_err(|e| e.to_string())?;
    schemas.validate(&instance, schema).map_err(|e| e.to_string())
}

/// Every `console` block of the README is a command behind `$ ` and what it prints; it is run in the project's folder.
#[test]
#[cfg(feature = "embedded")]
fn the_readme_is_true() {
    let readme = with_formats(&read("README.md"));
    let mut out = String::new();
    let mut rest = readme.as_str();
    let mut commands = 0;
    while let Some(start) = rest.find("```console\n") {
        let body = start + "```console\n".len();
        out.push_str(&rest[..body]);
        rest = &rest[body..];
        let end = rest.find("```").expect("the block ends");
        let block = &rest[..end];
        rest = &rest[end..];
        let first = block.lines().next().unwrap_or_default();
        let command = first
            .strip_prefix("$ ")
            .unwrap_or_else(|| panic!("a block begins with {first:?}, not with a command"));
        out.extend([first, "\n", &output(command, block)]);
        commands += 1;
    }
    out.push_str(rest);
    assert!(commands >= 4, "the README has only {commands} commands");
    check("README.md", &out);
}

/// The README with the table of formats as it is.
#[cfg(feature = "embedded")]
fn with_formats(readme: &str) -> String {
    const HEAD: &str = "| format | what it is |\n|---|---|\n";
    let (before, rest) = readme.split_once(HEAD).expect("a table of formats");
    let (_, after) = rest.split_once("\n\n").expect("its end");
    let rows: Vec<String> = driftgate::report::format::Format::ALL
        .iter()
        .map(|format| format!("| `{}` | {} |", format.spec().name, format.spec().doc))
        .collect();
    format!("{before}{HEAD}{}\n\n{after}", rows.join("\n"))
}

/// What a command prints, as the README shows it.
#[cfg(feature = "embedded")]
fn output(command: &str, block: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    let arguments: &[&str] = match words.as_slice() {
        ["driftgate", arguments @ ..] | ["cargo", "run", "--release", "--", arguments @ ..] => arguments,
        // Cargo's own words are not the project's: the README shows the command alone.
        ["cargo", "test"] => {
            return block
                .split_once('\n')
                .map_or(String::new(), |(_, rest)| rest.to_owned());
        }
        _ => panic!("the README has the command {command:?}, which no test can run"),
    };
    let arguments: Vec<String> = arguments.iter().map(|a| (*a).to_owned()).collect();
    let run = run(&root(), [], &arguments);
    format!("{}{}exit code: {}\n", run.stdout, run.stderr, run.code.unwrap_or(-1))
}

#[test]
fn the_test_command_of_the_readme_is_the_one_that_ci_runs() {
    assert!(read("README.md").contains("\n$ cargo test\n"));
    assert!(read(".ci/run").contains("cargo test\n"));
}

#[test]
fn nothing_of_this_machine_is_in_the_documents() {
    for name in ["README.md", "CHANGELOG.md", "expectations/reference.md"] {
        let text = read(name);
        assert!(
            !text.contains(env!("CARGO_MANIFEST_DIR")),
            "{name} names a folder of this machine"
        );
    }
    assert!(Path::new("Cargo.toml").exists());
}

/// The roles of docs/security.md are made as it says, and can do what it says they can.
#[test]
fn the_least_privilege_is_enough() {
    let database = crate::server::server().database(
        "create table t (a int default 1 check (a > 0)); insert into t values (1); create view v as select a from t",
    );
    let document = read("docs/security.md");
    let blocks: Vec<&str> = document
        .split("```sql\n")
        .skip(1)
        .filter_map(|rest| rest.split_once("```").map(|(block, _)| block))
        .collect();
    assert_eq!(blocks.len(), 2);
    let name = database.name();
    let roles = [format!("{name}_assertions"), name.to_owned()];
    // Roles are those of the whole server: each run has its own.
    let of_run = |text: &str| {
        text.replace("driftgate", name)
            .replace(":database", &format!("\"{name}\""))
    };
    database.exec(&of_run(&blocks.concat()));
    let result = std::panic::catch_unwind(|| {
        let run = crate::run::Driftgate::new()
            .file(
                "x.yaml",
                "driftgate: 1\ntables: {t: {columns: {a: {type: int4, default: '(1)'}}, checks: [a>0]}}\n\
                 assertions: {a: {sql: select count(*) from t, equals: 1}}\n",
            )
            .run(
                ["check", "x.yaml", "--against", &database.url_as(&roles[1])]
                    .into_iter()
                    .chain(["--assertions-url", &database.url_as(&roles[0])]),
            );
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (Some(0), ""),
            "{}{}",
            run.stdout,
            run.stderr
        );
    });
    for role in roles {
        database.exec(&format!("drop owned by {role}; drop role {role}"));
    }
    result.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
}
