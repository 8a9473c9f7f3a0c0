//! Checks while other transactions rename objects: a report shows a state that the database was in, or reports that the
//! schema was being changed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use crate::run::Driftgate;
use crate::server::{TestDb, server};

const SCHEMA: &str = "
create type mood as enum ('sad', 'happy');
create function f(int) returns int language sql immutable as 'select $1';
create table t (a int, m mood default 'sad', c int check (c > f(1)));
create view v as select a from t where a > 1;
create view w as select m from t where m = 'sad';
";

/// Renames the objects, and back.
const RENAME: &str =
    "begin; alter table t rename a to b; alter type mood rename to temper; alter function f(int) rename to g; commit";
const RENAME_BACK: &str =
    "begin; alter table t rename b to a; alter type temper rename to mood; alter function g(int) rename to f; commit";

/// The same without the table, which is locked while a transaction has printed a view of it.
const RENAME_TYPES: &str = "begin; alter type mood rename to temper; alter function f(int) rename to g; commit";
const RENAME_TYPES_BACK: &str = "begin; alter type temper rename to mood; alter function g(int) rename to f; commit";

/// Renames objects while `work` runs, at different speeds. Returns the number of renames.
fn during_renames(database: &TestDb, [rename, rename_back]: [&str; 2], work: impl Fn(usize)) -> usize {
    let (done, rounds) = (AtomicBool::new(false), AtomicUsize::new(0));
    let until_done = |script: &str| {
        // A deadlock with a reader is possible. The transaction is rolled back, and the state is unchanged.
        while let Err(error) = database.try_exec(script) {
            assert!(error.contains("deadlock") || error.contains("lock timeout"), "{error}");
        }
        let pause = rounds.fetch_add(1, Ordering::Relaxed) * 37 % 250;
        std::thread::sleep(Duration::from_millis(pause as u64));
    };
    std::thread::scope(|threads| {
        threads.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                until_done(rename);
                until_done(rename_back);
            }
        });
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for number in 0..24 {
                work(number);
            }
        }));
        done.store(true, Ordering::Relaxed);
        if let Err(panic) = result {
            std::panic::resume_unwind(panic);
        }
    });
    rounds.into_inner()
}

/// The output of `pull`, without its header.
fn body(text: &str) -> String {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn pull_writes_a_state_that_existed() {
    let database = server().database(SCHEMA);
    let pull = || Driftgate::new().run(["pull", "--url", &database.url()]);
    let one = body(&pull().stdout);
    database.exec(RENAME);
    let other = body(&pull().stdout);
    database.exec(RENAME_BACK);
    assert!(one != other && one.contains("mood") && other.contains("temper"));
    let (seen, failed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let rounds = during_renames(&database, [RENAME, RENAME_BACK], |number| {
        let jobs = if number % 4 == 0 { "2" } else { "1" };
        let run = Driftgate::new().run([
            "pull",
            "--url",
            &database.url(),
            "--jobs",
            jobs,
            "--statement-timeout",
            "3s",
        ]);
        if run.code == Some(3) {
            assert!(
                run.stderr.contains("is being changed") || run.stderr.contains("lock"),
                "{}",
                run.stderr
            );
            failed.fetch_add(1, Ordering::Relaxed);
            return;
        }
        assert_eq!(run.code, Some(0), "{}", run.stderr);
        seen.fetch_add(1, Ordering::Relaxed);
        let found = body(&run.stdout);
        assert!(
            found == one || found == other,
            "a state that never existed:\n{found}\n--- one\n{one}\n--- other\n{other}"
        );
    });
    assert!(
        rounds > 0 && seen.load(Ordering::Relaxed) > 0,
        "{rounds} rounds, {failed:?} failed"
    );
}

/// Texts are compared after the catalog has been read, so the catalog must be unchanged.
#[test]
fn check_reports_a_state_that_existed() {
    let database = server().database(SCHEMA);
    let file = "driftgate: 1
tables:
  t: {columns: {a: integer, m: mood default 'sad', c: integer}, checks: ['c>f(1)']}
views:
  v: {definition: select a from t where a>1}
  w: {definition: \"select m from t where m='sad'\"}
";
    let check = |jobs: &str| {
        Driftgate::new().file("x.yaml", file).run([
            "check",
            "x.yaml",
            "--format",
            "plain",
            "--url",
            &database.url(),
            "--jobs",
            jobs,
        ])
    };
    let one = check("1");
    assert_eq!(one.code, Some(0), "{}{}", one.stdout, one.stderr);
    database.exec(RENAME_TYPES);
    let other = check("1");
    database.exec(RENAME_TYPES_BACK);
    assert_eq!(other.code, Some(1), "{}{}", other.stdout, other.stderr);
    let seen = AtomicUsize::new(0);
    let rounds = during_renames(&database, [RENAME_TYPES, RENAME_TYPES_BACK], |number| {
        let run = check(if number % 4 == 0 { "2" } else { "1" });
        if run.code == Some(3) {
            let output = format!("{}{}", run.stdout, run.stderr);
            assert!(
                output.contains("being changed") || output.contains("lock") || output.contains("changed"),
                "{output}"
            );
            return;
        }
        seen.fetch_add(1, Ordering::Relaxed);
        assert!(
            run.stdout == one.stdout || run.stdout == other.stdout,
            "a state that never existed ({:?}):\n{}{}\n--- other\n{}",
            run.code,
            run.stdout,
            run.stderr,
            other.stdout
        );
    });
    assert!(rounds > 20 && seen.load(Ordering::Relaxed) > 0, "{rounds} rounds");
}
