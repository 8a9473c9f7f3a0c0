//! Scripts of `driftgate repair` for the pairs of schemas in `tests/repairs/pairs.sql`.
//!
//! A pair begins with `-- # what it is`. Then come the statements that make the schema, and below `-- changed` those that change
//! a copy. What `pull` writes of the schema is what is expected of the copy. After psql has run the script, the copy must
//! be the schema, as `pg_dump` prints both. Where the title begins with `left:`, the script must say that it leaves
//! something, and change nothing.
//!
//! Each pair is a test of the binary `scenarios`: `repair_pairs::view_one_that_reads_the_column`.

use std::collections::BTreeSet;

use libtest_mimic::{Completion, Failed, Trial};

use crate::altered::{difference, dump};
use crate::cases::slug;
use crate::repairs::psql;
use crate::run::Driftgate;
use crate::server::{TestDb, server};
use crate::trial::{names_are_distinct, trial};

const PAIRS: &str = include_str!("../repairs/pairs.sql");

/// A schema, and what changes it.
#[derive(Debug)]
struct Pair {
    /// Its place among the pairs.
    number: usize,
    title: &'static str,
    since: u32,
    schema: &'static str,
    change: &'static str,
}

fn pairs() -> Vec<Pair> {
    let texts = PAIRS.split("-- # ").filter(|text| !text.trim().is_empty());
    texts
        .enumerate()
        .map(|(number, text)| {
            let (title, sql) = text.split_once('\n').expect("a title");
            let (schema, change) = sql.split_once("-- changed\n").expect("a line `-- changed`");
            let since = schema.strip_prefix("-- needs ").and_then(|rest| rest.lines().next());
            Pair {
                number,
                title,
                since: since.map_or(0, |major| major.parse().expect("a major version")),
                schema,
                change,
            }
        })
        .collect()
}

/// A test for each pair.
pub fn trials() -> Vec<Trial> {
    let pairs = pairs().into_iter();
    pairs
        .map(|pair| {
            let name = format!("repair_pairs::{}", slug(pair.title));
            trial(name, move || run(&pair))
        })
        .collect()
}

fn run(pair: &Pair) -> Result<Completion, Failed> {
    if pair.since > server().major() {
        return Ok(Completion::ignored_with(
            "not run: another version of PostgreSQL knows it",
        ));
    }
    let schema = own_roles(pair.schema, pair.number);
    let original = server().database(&schema);
    let lines = schema.lines().filter(|line| !line.starts_with("create role "));
    let without_roles = lines.collect::<Vec<_>>().join("\n");
    let copy = server().database(&without_roles);
    copy.try_exec(&own_roles(pair.change, pair.number))?;
    repair_and_compare(&original, &copy, pair.title.starts_with("left:"))?;
    Ok(Completion::Completed)
}

/// Roles belong to the server, which other pairs use at the same time.
fn own_roles(sql: &str, number: usize) -> String {
    sql.replace("pair_", &format!("pair_{number}_"))
}

/// Runs the script for a copy, and compares the result with the original.
pub fn repair_and_compare(original: &TestDb<'_>, copy: &TestDb<'_>, is_left: bool) -> Result<(), String> {
    let driftgate = Driftgate::new().env("DATABASE_URL", original.url());
    let pulled = driftgate.run(["pull"]);
    if pulled.code != Some(0) {
        return Err(format!("cannot be pulled: {}", pulled.stderr));
    }
    let driftgate = Driftgate::new()
        .file("pulled.yaml", &pulled.stdout)
        .env("DATABASE_URL", copy.url());
    let before = dump(copy)?;
    let repair = driftgate.run(["repair", "pulled.yaml", "--with-losses"]);
    let script = repair.stdout.replace(original.name(), copy.name());
    let says = |what: &str| format!("{what}\n{script}\n{}", repair.stderr);
    psql(&copy.url(), &script).map_err(|error| says(&error))?;
    let after = dump(copy)?;
    if is_left {
        return if repair.code != Some(1) || !script.contains("-- Not repaired:") {
            Err(says("nothing is left"))
        } else if before == after {
            Ok(())
        } else {
            Err(says(&format!("it changes something:\n{}", difference(&before, &after))))
        };
    }
    let check = driftgate.run(["check", "pulled.yaml"]);
    if check.code != Some(0) {
        return Err(says(&format!("differs:\n{}{}", check.stdout, check.stderr)));
    }
    if repair.code != Some(0) {
        return Err(says(&format!("exit code {:?}", repair.code)));
    }
    let expected = dump(original)?;
    if expected == after {
        Ok(())
    } else {
        Err(says(&format!("another schema:\n{}", difference(&expected, &after))))
    }
}

/// What `pg_dump` prints of a schema. Nothing if there is none for this server.
fn dump(db: &TestDb<'_>) -> Result<BTreeSet<String>, String> {
    if dump::version().is_none_or(|version| version < server().major()) {
        return Ok(BTreeSet::new());
    }
    dump::entries(db)
}

#[test]
fn pairs_have_names_of_their_own() {
    names_are_distinct(&trials());
}
