//! A signal that ends a run also cancels what the server does for it.

use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::folder::Folder;
use crate::server::server;

/// How long the server may take to begin and to notice.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a run may take to end.
const ENDING: Duration = Duration::from_secs(1);

/// Signals a run whose assertion takes a minute, and checks that it ends by the signal and that its query ends with it.
fn check_ended_by(signal: &str, number: i32) {
    let db = server().database("SELECT 1");
    let folder = Folder::new();
    let text = "driftgate: 1\nassertions:\n  slow: {sql: SELECT pg_sleep(60), empty: false}\n";
    folder.write("x.yaml", text);
    let mut child = Command::new(env!("CARGO_BIN_EXE_driftgate"))
        .args(["check", "x.yaml", "--statement-timeout", "90", "--no-env-file"])
        .current_dir(folder.path())
        .env("DATABASE_URL", db.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let active = || {
        db.value(
            "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
             AND wait_event = 'PgSleep'",
        )
    };
    wait("the query begins", || active() == "1");
    let status = Command::new("kill")
        .args(["-s", signal, &child.id().to_string()])
        .status();
    assert!(status.expect("kill runs").success());
    let start = Instant::now();
    let ended = end_of(&mut child);
    assert!(start.elapsed() < ENDING, "it took {:?}", start.elapsed());
    assert_eq!(ended.signal(), Some(number));
    wait("the query ends", || active() == "0");
    assert!(
        start.elapsed() < ENDING * 2,
        "the query ended after {:?}",
        start.elapsed()
    );
}

fn end_of(child: &mut Child) -> std::process::ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return status;
        }
        assert!(start.elapsed() < PATIENCE, "the run does not end");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn an_interrupt_cancels_the_query_on_the_server() {
    check_ended_by("INT", 2);
}

#[test]
fn a_request_to_end_cancels_the_query_on_the_server() {
    check_ended_by("TERM", 15);
}
