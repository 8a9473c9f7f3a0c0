//! Attacks by a role that owns a database, and is not a superuser, against a superuser who checks it.
//!
//! Every trap is a function that writes to the server's log, which also works in a read-only transaction. Every test also
//! proves that its traps work: with `--trust-functions`, the same check springs them.

mod histories;
mod names;
mod races;
mod texts;
mod types;

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::run::{Driftgate, Run};
use crate::server::{TestDb, server};

/// The role that sets the traps.
const OWNER: &str = "driftgate_mallory";

/// The functions of the traps. The argument is the text in the log.
const TRAPS: &str = "
create schema ev;
create function ev.now(w text) returns int language plpgsql immutable as
  $$ begin raise log 'CANARY %', w; return 1; end $$;
create function ev.soon(w text) returns int language plpgsql stable as
  $$ begin raise log 'CANARY %', w; return 1; end $$;
create function ev.late(w text) returns int language plpgsql volatile as
  $$ begin raise log 'CANARY %', w; return 1; end $$;
create function ev.inlined(w text) returns int language sql volatile as $$ select ev.now(w) $$;
";

/// A database with traps.
struct Trapped {
    database: TestDb<'static>,
    /// The number of log lines about traps that have been read.
    read: AtomicUsize,
}

/// Creates the role on the server of the tests.
fn owner() -> &'static str {
    static CREATED: OnceLock<()> = OnceLock::new();
    CREATED.get_or_init(|| {
        let database = server().database("");
        database.exec(&format!(
            "do $$ begin create role {OWNER} login password '{OWNER}'; \
             exception when duplicate_object or unique_violation then null; end $$"
        ));
    });
    OWNER
}

impl Trapped {
    /// Creates a database of the role, and runs these statements as the role.
    fn new(sql: &str) -> Self {
        let database = server().database("");
        database.exec(&format!("alter database {} owner to {}", database.name(), owner()));
        let trapped = Self {
            database,
            read: AtomicUsize::new(0),
        };
        trapped.as_owner(TRAPS);
        trapped.as_owner(&of_major(sql));
        trapped
    }

    /// Runs statements as the owner.
    fn as_owner(&self, sql: &str) {
        self.database
            .exec(&format!("set session authorization {};\n{sql}", owner()));
    }

    /// Runs driftgate as the superuser, with `{url}` in the arguments replaced by the URL of the database.
    fn run(&self, driftgate: &Driftgate, arguments: &[&str]) -> Run {
        let url = self.database.url();
        driftgate.run(arguments.iter().map(|argument| argument.replace("{url}", &url)))
    }

    /// The traps that driftgate has sprung since the last call.
    fn sprung(&self) -> BTreeSet<String> {
        let of_database = format!(" db={} ", self.database.name());
        let lines: Vec<String> = server()
            .log()
            .lines()
            .filter(|line| line.contains(&of_database) && line.contains(" app=driftgate LOG:  CANARY "))
            .filter_map(|line| Some(line.split_once(" LOG:  CANARY ")?.1.to_owned()))
            .collect();
        let new = lines.get(self.read.load(Ordering::Relaxed)..).unwrap_or_default();
        self.read.store(lines.len(), Ordering::Relaxed);
        // The server appends the position in the statement.
        let label = |line: &String| line.split(" at character ").next().unwrap_or_default().to_owned();
        new.iter().map(label).collect()
    }

    /// Fails if a trap has been sprung.
    fn nothing_sprang(&self, doing: &str, run: &Run) {
        let sprung = self.sprung();
        assert!(sprung.is_empty(), "{doing}: {sprung:?}\n{}{}", run.stdout, run.stderr);
    }
}

/// A database with traps, and an expectation file that spells the texts differently than the catalog. `{x}` after a text and
/// `{n}` after a number are the places at which the test makes the expectation wrong.
struct Attack<'a> {
    sql: &'a str,
    expected: &'a str,
    /// The traps that the same check springs with `--trust-functions`.
    traps: &'a [&'a str],
}

/// The numbers of passed, drift and unknown checks in a report.
fn counts(run: &Run) -> [usize; 3] {
    let last = run.stdout.lines().last().unwrap_or_default();
    ["passed", "drift", "unknown"].map(|what| {
        let before = last.split(what).next().unwrap_or_default();
        let number = before.split([' ', ':']).rfind(|word| !word.is_empty());
        number
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("no number of {what}:\n{}{}", run.stdout, run.stderr))
    })
}

/// Whether the server has statistics on expressions, which need PostgreSQL 14.
fn has_statistics() -> bool {
    server().major() >= 14
}

/// The lines that the server supports.
fn of_major(text: &str) -> String {
    let is_statistics = |line: &str| {
        ["create statistics", "statistics:"]
            .iter()
            .any(|word| line.trim_start().starts_with(word))
    };
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| has_statistics() || !is_statistics(line))
        .collect();
    lines.join("\n")
}

/// Runs all commands that read a database on this one.
fn attack(attack: &Attack) -> Trapped {
    let trapped = Trapped::new(attack.sql);
    let expected = of_major(attack.expected);
    let equal = expected.replace("{x}", "").replace("{n}", "");
    let different = expected.replace("{x}", "!").replace("{n}", "7");
    let driftgate = Driftgate::new()
        .file("equal.yaml", &equal)
        .file("different.yaml", &different)
        .file("update.yaml", &different);
    let check = |file: &str, more: &[&str]| {
        let arguments = [&["check", file, "--url", "{url}"], more].concat();
        let run = trapped.run(&driftgate, &arguments);
        (counts(&run), run)
    };
    let ([_, drift, unknown], run) = check("equal.yaml", &["--coverage"]);
    trapped.nothing_sprang("check without drift", &run);
    assert_eq!(
        (drift, unknown, run.code),
        (0, 0, Some(0)),
        "{}{}",
        run.stdout,
        run.stderr
    );
    let ([_, drift, unknown], run) = check("different.yaml", &["--jobs", "2"]);
    trapped.nothing_sprang("check with drift", &run);
    let differences = expected.matches("{x}").count() + expected.matches("{n}").count();
    assert_eq!(
        (drift, unknown, run.code),
        (differences, 0, Some(1)),
        "{}{}",
        run.stdout,
        run.stderr
    );
    run_other_commands(&trapped, &driftgate);
    // The traps work.
    let (_, run) = check("equal.yaml", &["--trust-functions"]);
    assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
    let sprung = trapped.sprung();
    for trap in attack
        .traps
        .iter()
        .filter(|trap| has_statistics() || **trap != "statistics")
    {
        assert!(sprung.contains(*trap), "the trap `{trap}` does not work: {sprung:?}");
    }
    trapped
}

/// Runs the commands other than `check`.
fn run_other_commands(trapped: &Trapped, driftgate: &Driftgate) {
    let pulled = trapped.run(driftgate, &["pull", "--url", "{url}"]);
    assert_eq!(pulled.code, Some(0), "{}", pulled.stderr);
    driftgate.folder().write("pulled.yaml", &pulled.stdout);
    for arguments in [
        &["pull", "--url", "{url}", "--snapshot", "-o", "saved.json"][..],
        &["pull", "--url", "{url}", "--update", "update.yaml", "--yes"],
        &["check", "update.yaml", "--url", "{url}"],
        &["check", "pulled.yaml", "--url", "{url}"],
        &["diff", "{url}", "snapshot:saved.json"],
        &["diff", "snapshot:saved.json", "{url}"],
        &["diff", "{url}", "{url}"],
    ] {
        let run = trapped.run(driftgate, arguments);
        trapped.nothing_sprang(&arguments.join(" "), &run);
        assert_eq!(run.code, Some(0), "{arguments:?}\n{}{}", run.stdout, run.stderr);
    }
}
