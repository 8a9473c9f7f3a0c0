//! Fleets at random: what is found of a schema that is checked together with others is what is found of it alone.
//!
//! The same fleets in every run. `DRIFTGATE_RANDOM=200 cargo test fleets` makes so many, and `DRIFTGATE_SEED=7` others.

mod parts;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::run::Driftgate;
use crate::server::server;
use parts::{BASE, CHANGES, NAMES, OUTSIDE};

/// How many fleets are made unless somebody wants more.
const FLEETS: u32 = 3;

/// Numbers that look random, and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

fn number(variable: &str) -> Option<u32> {
    std::env::var(variable).ok()?.parse().ok()
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

/// A schema with the base, and some changes.
fn tenant(name: &str, numbers: &mut Numbers) -> Vec<String> {
    let mut statements: Vec<String> = BASE.iter().map(|sql| (*sql).to_owned()).collect();
    if !numbers.chance(3) {
        for _ in 0..=numbers.below(2) {
            statements.push(CHANGES[numbers.below(CHANGES.len())].to_owned());
        }
    }
    let filled = statements.iter().map(|sql| fill(sql, name));
    filled.collect()
}

fn fill(sql: &str, name: &str) -> String {
    sql.replace("{s}", &quoted(name)).replace("{name}", name)
}

/// Makes a database with schemas, and compares what is found together and alone. Returns the kinds of findings, and
/// what differs.
fn check(seed: u64) -> (BTreeSet<String>, Vec<String>) {
    let mut numbers = Numbers(seed.wrapping_mul(7919).wrapping_add(1));
    for _ in 0..8 {
        numbers.below(2);
    }
    let db = server().database("");
    let mut made = vec!["create table public.plans (id int primary key)".to_owned()];
    made.extend(BASE.iter().map(|sql| fill(sql, "base")));
    let names: Vec<&str> = NAMES.iter().copied().filter(|_| !numbers.chance(4)).collect();
    let mut tried = Vec::new();
    for name in &names {
        let statements = tenant(name, &mut numbers);
        made.extend(statements[..BASE.len()].iter().cloned());
        tried.extend(statements[BASE.len()..].iter().cloned());
    }
    for _ in 0..=numbers.below(2) {
        let outside = OUTSIDE[numbers.below(OUTSIDE.len())];
        tried.push(fill(outside, names[numbers.below(names.len())]));
    }
    for statement in &made {
        db.exec(statement);
    }
    // Some changes exclude each other.
    let done: Vec<String> = tried.into_iter().filter(|sql| db.try_exec(sql).is_ok()).collect();
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    let pulled = driftgate.run(["pull", "--schema", "base", "-o", "exact.yaml"]);
    assert_eq!(pulled.code, Some(0), "{}", pulled.stderr);
    driftgate.folder().write("loose.yaml", parts::LOOSE);
    let mut kinds = BTreeSet::new();
    let mut differences = Vec::new();
    for file in ["exact.yaml", "loose.yaml"] {
        let together = findings(&driftgate, file, &names, &db.url(), false);
        let alone = findings(&driftgate, file, &names, &db.url(), true);
        kinds.extend(
            alone
                .iter()
                .filter_map(|line| line.split(' ').nth(1).map(str::to_owned)),
        );
        let only = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|line| !other.contains(line)).cloned().collect()
        };
        if together != alone {
            let (more, fewer) = (only(&together, &alone), only(&alone, &together));
            differences.push(format!(
                "{file}: only together: {more:#?}\nonly alone: {fewer:#?}\nof {done:#?}"
            ));
        }
    }
    (kinds, differences)
}

/// The findings, sorted: a line for each, with the names of the schema. Schemas of databases with different URLs are checked
/// alone.
fn findings(driftgate: &Driftgate, file: &str, names: &[&str], url: &str, alone: bool) -> Vec<String> {
    let mut fleet = format!("driftgate: 1\nexpectations: [{file}]\ntargets:\n");
    let separator = if url.contains('?') { '&' } else { '?' };
    for name in names {
        let own = if alone {
            format!("{separator}options=-cgeqo_seed%3D0.{}", fleet.len())
        } else {
            String::new()
        };
        let _ = writeln!(fleet, "  - {{name: {name}, url: '{url}{own}', schema: '{name}'}}");
    }
    driftgate.folder().write("fleet.yaml", &fleet);
    let scratch = server().url("postgres");
    let options = ["--format", "plain", "--trust-functions", "--scratch", &scratch];
    let run = driftgate.run(["check", "--fleet", "fleet.yaml"].iter().chain(&options));
    assert!(matches!(run.code, Some(0 | 1)), "{}{}", run.stdout, run.stderr);
    let mut lines: Vec<String> = run.stdout.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
fn what_is_found_together_is_found_alone() {
    let first = u64::from(number("DRIFTGATE_SEED").unwrap_or(1));
    let fleets = u64::from(number("DRIFTGATE_RANDOM").unwrap_or(FLEETS));
    let mut most = BTreeSet::new();
    let mut differences = Vec::new();
    for seed in first..first + fleets {
        let (kinds, found) = check(seed);
        most.extend(kinds);
        differences.extend(found.into_iter().map(|difference| format!("seed {seed}: {difference}")));
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    // That all is well is worth something only where much has been tried.
    assert!(most.len() > 15, "only these were tried: {most:?}");
}

/// Of schemas with the same contents one is compared, in one session.
#[test]
fn equal_schemas_are_compared_once() {
    let db = server().database("create table public.plans (id int primary key)");
    for number in 1..=30 {
        let name = format!("tenant_{number}");
        for statement in BASE {
            db.exec(&fill(statement, &name));
        }
    }
    db.exec("drop index tenant_7.orders_state_idx; drop index tenant_9.orders_state_idx");
    let fleet = "driftgate: 1\nexpectations: [loose.yaml]\ntargets:\n  - {name: shared, url: env:DATABASE_URL, schemas: ['tenant_*']}\n";
    let driftgate = Driftgate::new()
        .env("DATABASE_URL", db.url())
        .file("loose.yaml", parts::LOOSE)
        .file("fleet.yaml", fleet);
    let run = driftgate.run([
        "check",
        "--fleet",
        "fleet.yaml",
        "--format",
        "plain",
        "--trust-functions",
    ]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let is_whole = matches!(lines.as_slice(), [only] if only.contains("2 targets") && only.ends_with(" in shared/tenant_7, shared/tenant_9"));
    assert!(is_whole, "{}{}", run.stdout, run.stderr);
    let statements = db.statements(Some("driftgate"));
    let sessions = statements.iter().filter(|sql| sql.contains("BEGIN ISOLATION")).count();
    let compared = statements.iter().filter(|sql| sql.contains("upper(state)")).count();
    // One session lists the schemas.
    assert_eq!(sessions, 2, "{statements:#?}");
    assert!(compared < 10, "{compared}: {statements:#?}");
}
