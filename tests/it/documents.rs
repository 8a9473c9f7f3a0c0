//! The documents are true: the commands in the README and in `docs` print the outputs that are shown, links lead
//! somewhere, and generated files and tables are up to date. `UPDATE=1 cargo test documents` rewrites all of them.

mod console;
mod generated;
mod imports;
mod links;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use driftgate::source_map::SourceMap;

/// The most lines that the README may have.
const README_LINES: usize = 150;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|e| panic!("{name} cannot be read: {e}"))
}

fn update() -> bool {
    std::env::var("UPDATE").is_ok_and(|update| update == "1")
}

/// The README and all pages of `docs`, as paths below the project.
pub fn pages() -> Vec<String> {
    let entries = fs::read_dir(root().join("docs")).expect("docs can be read");
    let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut pages: Vec<String> = names
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    pages.push("README.md".to_owned());
    pages.sort();
    assert!(pages.len() > 20, "only {} pages were found", pages.len());
    pages
}

/// Held by a test while it reads a page and writes it again, because several tests rewrite parts of the same page.
fn page_lock() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Compares a file with its expected text. With `UPDATE=1`, writes the expected text instead.
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
    check("expectations/fleet.schema.json", &driftgate::fleet::schema::text());
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

/// Editors show the description of the key under the cursor. `ci/editor.cjs` asks an editor's language server.
#[test]
fn every_key_of_the_schema_is_described() {
    let schema = driftgate::json_schema::schema();
    let mut keys = 0;
    let mut bare = Vec::new();
    described(&schema, &schema, "", &mut keys, &mut bare);
    assert!(keys > 500, "only {keys} keys");
    assert!(bare.is_empty(), "{bare:#?}");
}

/// Finds the keys in a part of a schema that have no description.
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

/// Checks an expectation file against the JSON Schema.
pub fn satisfies_the_schema(text: &str) -> Result<(), String> {
    let instance: serde_json::Value = serde_saphyr::from_str(text).map_err(|e| e.to_string())?;
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

#[test]
fn the_readme_is_short() {
    let lines = read("README.md").lines().count();
    assert!(
        lines <= README_LINES,
        "README.md has {lines} lines, more than {README_LINES}"
    );
}

#[test]
fn the_test_command_of_the_readme_is_the_one_that_ci_runs() {
    assert!(read("README.md").contains("\n$ cargo test\n"));
    assert!(read(".ci/run").contains("cargo test\n"));
}

/// A YAML example that is a whole expectation file satisfies the JSON Schema.
#[test]
fn every_expectation_file_in_the_documents_is_valid() {
    let mut examples = 0;
    for page in pages() {
        let text = read(&page);
        let blocks = text.split("```yaml\n").skip(1);
        for block in blocks.filter_map(|rest| rest.split_once("```")).map(|(block, _)| block) {
            if block.lines().any(|line| line.starts_with("targets:")) {
                let mut files = SourceMap::default();
                let file = files.add(page.clone().into(), block.to_owned());
                driftgate::fleet::file::parse(block, file).unwrap_or_else(|e| panic!("{page}: {e:?}\n{block}"));
            } else if block.lines().any(|line| line.starts_with("driftgate: 1")) {
                examples += 1;
                satisfies_the_schema(block).unwrap_or_else(|e| panic!("{page}: {e}\n{block}"));
            }
        }
    }
    assert!(examples >= 3, "only {examples} examples were found");
}

#[test]
fn nothing_of_this_machine_is_in_the_documents() {
    let more = ["CHANGELOG.md", "SECURITY.md", "expectations/reference.md"].map(str::to_owned);
    for name in pages().into_iter().chain(more) {
        assert!(
            !read(&name).contains(env!("CARGO_MANIFEST_DIR")),
            "{name} contains a path of this machine"
        );
    }
}

/// The roles of docs/security.md can be created as shown, and can do what the page says.
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
    // Roles belong to the whole server, so each run needs names of its own.
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
