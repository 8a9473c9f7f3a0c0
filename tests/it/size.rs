//! Large inputs: what they cost grows in proportion to them.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use driftgate::compare::{plan, resolve::resolve};
use driftgate::expectation::ExpectationFile;
use driftgate::expectation::parse::parse;
use driftgate::observed::Answers;
use driftgate::snapshot::Snapshot;
use driftgate::source_map::{FileId, SourceMap};

use crate::cpu_time::ThreadTime;
use crate::folder::Folder;
use crate::run::Driftgate;
use crate::server::server;

/// How much longer than in proportion a large input may take, because of the memory that it needs.
const SLACK: u32 = 2;

/// A table as files have it.
fn table(number: usize) -> String {
    format!(
        "  t_{number:06}:
    columns:
      id: uuid not null default gen_random_uuid()
      name: varchar(80) not null
      amount: numeric(12,2) not null default 0
    primary_key: [id]
    checks: {{t_{number:06}_amount_check: amount >= 0}}
    indexes:
      t_{number:06}_name: [name, amount desc]
"
    )
}

/// The time that it takes to read the texts of this many files and to compare them with an empty database.
fn time_of_files(count: usize) -> Duration {
    let mut files = SourceMap::default();
    let text = |number: usize| format!("driftgate: 1\ntables: {{t_{number:06}: {{columns: {{id: uuid}}}}}}\n");
    let ids = (0..count).map(|number| files.add(PathBuf::from(format!("{number}.yaml")), text(number)));
    let ids: Vec<FileId> = ids.collect();
    let start = ThreadTime::now();
    let read = ids
        .iter()
        .map(|file| parse(files.text(*file), *file).expect("no mistakes"));
    let expected: Vec<ExpectationFile> = read.collect();
    let snapshot = Snapshot::default();
    let plan = plan(&expected.iter().collect::<Vec<_>>(), &snapshot, false);
    let findings = resolve(plan, &Answers::new(), &snapshot).0.findings;
    assert_eq!(findings.len(), count);
    start.elapsed()
}

#[test]
fn many_files_take_time_in_proportion_to_their_number() {
    let (few, many) = (time_of_files(4_000), time_of_files(20_000));
    assert!(many < few * 5 * SLACK, "4,000 files take {few:?}, 20,000 take {many:?}");
}

#[test]
fn lint_does_not_keep_the_objects_of_a_large_file() {
    const BYTES: usize = 4_000_000;
    // In KiB: the text, and what the program needs for any file.
    const MEMORY: usize = BYTES / 1024 + 28 * 1024;
    let mut text = "driftgate: 1\ntables:\n".to_owned();
    for number in 0.. {
        text.push_str(&table(number));
        if text.len() > BYTES {
            break;
        }
    }
    let folder = Folder::new();
    folder.write("large.yaml", &text);
    let script = format!("ulimit -d {MEMORY} && exec \"$0\" lint large.yaml");
    let out = Command::new("sh")
        .args(["-c", &script, env!("CARGO_BIN_EXE_driftgate")])
        .current_dir(folder.path())
        .output()
        .expect("sh");
    assert!(out.status.success(), "{out:?}");
    let stdout = String::from_utf8_lossy(&out.stdout);
    assert_eq!(stdout, "1 expectation file without a mistake\n");
}

/// The time that it takes to read a file of one table with this many columns.
fn time_of_columns(count: usize) -> Duration {
    let mut text = "driftgate: 1\ntables:\n  t:\n    columns:\n".to_owned();
    for number in 0..count {
        let _ = writeln!(text, "      c_{number}: text not null default 'x'");
    }
    let file = SourceMap::default().add(PathBuf::from("test.yaml"), String::new());
    let start = ThreadTime::now();
    let parsed = parse(&text, file).expect("no mistakes");
    assert_eq!(parsed.objects.len(), count + 1);
    start.elapsed()
}

#[test]
fn the_columns_of_a_table_take_time_in_proportion_to_their_number() {
    let (few, many) = (time_of_columns(4_000), time_of_columns(20_000));
    assert!(
        many < few * 5 * SLACK,
        "4,000 columns take {few:?}, 20,000 take {many:?}"
    );
}

/// As many columns as PostgreSQL allows, with defaults, and the view of all of them; generated columns, and checks.
const WIDE: &str = "
do $$ begin
  execute (select 'create table wide (' || string_agg(format('c_%s integer not null default %s', i, i), ', ') || ')'
           from generate_series(1, 1600) i);
  execute (select 'create view every as select ' || string_agg(format('c_%s + 1 as v_%s', i, i), ', ') || ' from wide'
           from generate_series(1, 1600) i);
  execute (select 'create table generated (a integer, '
                  || string_agg(format('g_%s integer generated always as (a + %s) stored check (g_%s > %s)', i, i, i, i), ', ')
                  || ')' from generate_series(1, 200) i);
end $$;";

#[test]
fn the_widest_table_is_pulled_and_checked() {
    // Each expression is written in another way, so that the server has to compare all of them.
    let findings = findings_after(WIDE, |text| {
        text.replace(" default ", " default 0 + ")
            .replace("((a + ", "((1 + a - 1 + ")
    });
    let of_defaults = findings.iter().filter(|finding| finding["table"] == "public.wide");
    assert_eq!(of_defaults.count(), 0, "{findings:.2000?}");
}

/// Pulls a database, checks it with the file, and once more with another text in the file. Returns the findings.
fn findings_after(schema: &str, edit: impl Fn(&str) -> String) -> Vec<serde_json::Value> {
    let db = server().database(schema);
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    let run = driftgate.run(["pull", "-o", "pulled.yaml"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let run = driftgate.run(["check", "pulled.yaml"]);
    assert_eq!(run.code, Some(0), "{:.2000}", run.stdout);
    let text = std::fs::read_to_string(driftgate.folder().path().join("pulled.yaml")).expect("a file");
    let driftgate = driftgate.file("pulled.yaml", &edit(&text));
    let run = driftgate.run(["check", "pulled.yaml", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).expect("a report");
    report["targets"][0]["findings"].as_array().expect("findings").clone()
}

#[test]
fn an_enum_with_many_labels_is_pulled_and_checked() {
    let schema =
        "do $$ begin execute (select 'create type e as enum (' || string_agg(format('%L', 'label ' || i), ', ')
                  || ')' from generate_series(1, 100000) i); end $$";
    assert_eq!(
        findings_after(schema, |text| text.replace("label 7", "lapel 7")).len(),
        1
    );
}

#[test]
fn a_table_with_many_partitions_is_pulled_and_checked() {
    let schema = "create table events (id bigint check (id > 0), note text default 'x') partition by range (id);
                  create index on events (note);
                  do $$ begin
                    for i in 1..600 loop
                      execute format('create table p_%s partition of events for values from (%s) to (%s)', i, 2 * i, 2 * i + 1);
                      execute format('create index own_%s on p_%s (id)', i, i);
                    end loop;
                  end $$";
    let commented = "        comment: other\n        indexes:\n";
    let findings = findings_after(schema, |text| text.replace("        indexes:\n", commented));
    assert_eq!(findings.len(), 600);
}
