//! `check --wait`, with servers and databases that become what is expected while it waits, and some that never do.

use std::thread;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::run::{Driftgate, Run};
use crate::server::{Launched, server};

const EXPECTED: &str = "driftgate: 1\ntables: {t: present}\n";

/// Runs `check --wait` and, after a second, what makes the database as it is expected.
fn check_while(driftgate: &Driftgate, arguments: &[&str], change: impl FnOnce() + Send) -> Run {
    thread::scope(|scope| {
        scope.spawn(|| {
            thread::sleep(Duration::from_secs(1));
            change();
        });
        let all = ["check", "--wait", "90s"].iter().chain(arguments);
        driftgate.run(all)
    })
}

/// Waited for a change, and said so.
#[track_caller]
fn has_waited(run: &Run, said: &str) {
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stdout.contains("0 drift, 0 warnings, 0 unknown\n"), "{run:?}");
    assert!(run.stderr.contains(said), "{run:?}");
    assert!(
        run.stderr.contains("\nwaited for env:DATABASE_URL, which took "),
        "{run:?}"
    );
    assert!(!run.stderr.contains('\r'), "{run:?}");
    let seconds = run.duration.as_secs();
    assert!((1..60).contains(&seconds), "{run:?}");
}

#[test]
fn a_server_that_starts_late_is_waited_for() {
    let launched = Launched::prepare().expect("a folder and the programs of a server");
    launched.initdb().expect("initdb");
    let socket = launched.folder.display().to_string();
    launched
        .configure(&format!(
            "listen_addresses=''\nunix_socket_directories='{socket}'\nfsync=off\nshared_buffers=16MB\n"
        ))
        .expect("settings");
    let host = utf8_percent_encode(&socket, NON_ALPHANUMERIC);
    let driftgate = Driftgate::new()
        .file(
            "expectations/e.yaml",
            "driftgate: 1\nassertions: {it lives: {sql: select 1, equals: 1}}\n",
        )
        .env("DATABASE_URL", format!("postgresql://postgres@{host}/postgres"));
    let run = check_while(&driftgate, &[], || launched.start().expect("a server"));
    has_waited(&run, "waiting for env:DATABASE_URL: connecting to ");
}

#[test]
fn waits_for_a_migration() {
    let database = server().database("");
    let driftgate = Driftgate::new()
        .file("expectations/e.yaml", EXPECTED)
        .env("DATABASE_URL", database.url());
    let run = check_while(&driftgate, &[], || database.exec("create table t (id int)"));
    has_waited(&run, "waiting for env:DATABASE_URL: 1 drift\n");
    assert_eq!(
        run.stderr.lines().count(),
        2,
        "a line only when something changes: {run:?}"
    );
}

#[test]
fn a_permission_that_is_granted_is_waited_for() {
    let database = server().database("create table t (id int)");
    let role = server().role_without_privileges();
    let driftgate = Driftgate::new()
        .file(
            "expectations/e.yaml",
            "driftgate: 1\nassertions: {it is empty: {sql: select * from t, empty: true}}\n",
        )
        .env("DATABASE_URL", database.url_as(role));
    let grant = || database.exec(&format!("grant select on t to \"{role}\""));
    let run = check_while(&driftgate, &[], grant);
    has_waited(&run, "waiting for env:DATABASE_URL: 0 drift, 1 unknown\n");
}

#[test]
fn gives_up_at_the_deadline() {
    let database = server().database("");
    let driftgate = Driftgate::new()
        .file("expectations/e.yaml", EXPECTED)
        .env("DATABASE_URL", database.url());
    let run = driftgate.run(["check", "--wait", "2s"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("table public.t does not exist"), "{run:?}");
    assert!(
        run.stderr
            .contains("\ngave up waiting for env:DATABASE_URL, which took 2."),
        "{run:?}"
    );
    // The last check begins at the deadline, and takes as long as it needs.
    assert!(run.duration >= Duration::from_secs(2), "{run:?}");
    assert!(run.duration < Duration::from_secs(20), "{run:?}");
    // After half a second, after three quarters more, and at the end.
    let looks = database
        .statements(Some("driftgate"))
        .iter()
        .filter(|s| s.contains("BEGIN"))
        .count();
    assert!((2..=4).contains(&looks), "{looks} looks");
}

#[test]
fn several_databases_share_the_time() {
    let (one, other) = (server().database(""), server().database(""));
    let driftgate = Driftgate::new()
        .file("expectations/a.yaml", EXPECTED)
        .file("expectations/b.yaml", &format!("{EXPECTED}database: OTHER_URL\n"))
        .env("DATABASE_URL", one.url())
        .env("OTHER_URL", other.url());
    let run = driftgate.run(["check", "--wait", "2s"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("2 checks: 0 passed, 2 drift"), "{run:?}");
    assert!(run.duration >= Duration::from_secs(2), "{run:?}");
    assert!(run.duration < Duration::from_secs(20), "{run:?}");
}

#[test]
#[cfg_attr(not(feature = "embedded"), ignore = "not run: needs the feature embedded")]
fn permanent_failures_are_not_retried() {
    let driftgate = Driftgate::new()
        .file("expectations/e.yaml", EXPECTED)
        .file("schema.sql", "create table u (id int);");
    let run = driftgate.run(["check", "--against", "sql:schema.sql", "--wait", "100s"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(1), ""), "{run:?}");
    assert!(run.duration < Duration::from_mins(1), "{run:?}");
}
