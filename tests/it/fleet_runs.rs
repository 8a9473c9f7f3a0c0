//! Fleets whose runs are killed and interrupted, and whose servers are dead, silent or refuse: nothing is green that was not
//! checked, and nothing waits for long.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use crate::folder::Folder;
use crate::run::Driftgate;
use crate::server::{TestDb, server};

/// How long something may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// A database with so many schemas, each with the table that is expected.
fn tenants(count: usize) -> TestDb<'static> {
    server().database(&format!(
        "do $$ begin for i in 1..{count} loop execute format('create schema t_%s', i); \
         execute format('create table t_%s.orders (id int)', i); end loop; end $$"
    ))
}

/// Expectations that hold, and take this many seconds.
fn lasting(seconds: f64) -> String {
    format!(
        "driftgate: 1\ntables: {{orders: {{columns: {{id: int}}}}}}\nassertions:\n  slow: {{sql: SELECT pg_sleep({seconds}), empty: false}}\n"
    )
}

/// A fleet file with these entries.
fn fleet_file(connections: &str, entries: &[String]) -> String {
    let entries: Vec<String> = entries.iter().map(|entry| format!("  - {entry}\n")).collect();
    format!(
        "driftgate: 1\nexpectations: [core.yaml]\nconnections: {connections}\ntargets:\n{}",
        entries.concat()
    )
}

fn tenants_entry() -> String {
    "{name: shared, url: env:DATABASE_URL, schemas: ['t_*']}".to_owned()
}

fn json(folder: &Folder, name: &str) -> Json {
    let text = folder.read(name).expect("a report");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The statuses of the targets of a report, by name.
fn statuses(report: &Json) -> Vec<(String, String)> {
    let text = |value: &Json| value.as_str().expect("a text").to_owned();
    let targets = report["targets"].as_array().expect("targets").iter();
    targets
        .map(|target| (text(&target["name"]), text(&target["status"])))
        .collect()
}

fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Starts a run of the fleet in this folder.
fn start(folder: &Folder, db: &TestDb<'_>, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_driftgate"))
        .args(["check", "--fleet", "fleet.yaml", "--no-env-file"])
        .args(arguments)
        .current_dir(folder.path())
        .env("DATABASE_URL", db.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

/// How many targets have a line.
fn lines(folder: &Folder) -> usize {
    let text = fs::read_to_string(folder.path().join("lines.jsonl")).unwrap_or_default();
    text.lines()
        .filter(|line| line.contains("\"type\":\"target\"") && line.ends_with('}'))
        .count()
}

#[test]
fn a_run_that_is_killed_goes_on() {
    let db = tenants(12);
    let driftgate = Driftgate::new()
        .file("core.yaml", &lasting(0.2))
        .file("fleet.yaml", &fleet_file("{total: 2}", &[tenants_entry()]))
        .env("DATABASE_URL", db.url());
    let folder = driftgate.folder();
    let mut child = start(folder, &db, &["-o", "jsonl=lines.jsonl"]);
    wait("some targets end", || lines(folder) >= 4);
    child.kill().expect("the run is killed");
    assert_eq!(child.wait().expect("a child").signal(), Some(9));
    let done = lines(folder);
    assert!((4..12).contains(&done), "{done}");
    // The last line may be cut.
    let mut text = folder.read("lines.jsonl").expect("lines");
    text.push_str("{\"report_version\":2,\"type\":\"target\",\"name\":\"shared/t_1");
    folder.write("lines.jsonl", &text);
    let rest = [
        "check",
        "--fleet",
        "fleet.yaml",
        "--again",
        "lines.jsonl",
        "-o",
        "json=rest.json",
        "--format",
        "plain",
    ];
    let run = driftgate.run(rest);
    assert_eq!(run.code, Some(0), "{run:?}");
    let rest = statuses(&json(folder, "rest.json"));
    assert_eq!(rest.len(), 12 - done, "{rest:?}");
    for (name, status) in rest {
        assert_eq!(status, "passed", "{name}");
        assert!(
            !text.contains(&format!("\"name\":\"{name}\"")),
            "{name} was checked before"
        );
    }
}

#[test]
fn an_interrupted_run_reports_what_is_known() {
    let db = tenants(3);
    let driftgate = Driftgate::new()
        .file("core.yaml", &lasting(0.0))
        .file("slow.yaml", &lasting(60.0))
        .file(
            "fleet.yaml",
            &fleet_file(
                "{per_server: 4}",
                &[
                    tenants_entry(),
                    "{name: slow, url: env:DATABASE_URL, schema: t_1, expectations: [slow.yaml]}".to_owned(),
                ],
            ),
        );
    let folder = driftgate.folder();
    let outputs = [
        "-o",
        "jsonl=lines.jsonl",
        "-o",
        "json=known.json",
        "--statement-timeout",
        "90",
    ];
    let mut child = start(folder, &db, &outputs);
    wait("the quick targets end", || lines(folder) >= 3);
    let signalled = Command::new("kill")
        .args(["-s", "INT", &child.id().to_string()])
        .status();
    assert!(signalled.expect("kill runs").success());
    let start = Instant::now();
    let ended = child.wait().expect("a child");
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
    assert_eq!(ended.signal(), Some(2), "{ended:?}");
    let mut text = String::new();
    child
        .stdout
        .take()
        .expect("a pipe")
        .read_to_string(&mut text)
        .expect("a report");
    assert!(text.contains("      3  passed\n      1  unreached"), "{text}");
    let known = json(folder, "known.json");
    assert_eq!(known["exit_code"], 3, "{known}");
    assert_eq!(known["summary"]["passed"], 3, "{known}");
}

/// A server that answers every connection with this error of PostgreSQL, or says nothing; and how many connections it had.
fn fake_server(code: Option<&'static str>) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    std::thread::spawn(move || {
        let mut kept: Vec<TcpStream> = Vec::new();
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            counter.fetch_add(1, Ordering::SeqCst);
            if let Some(code) = code {
                let mut message = [0; 1024];
                let _ = stream.read(&mut message);
                let fields = format!("SFATAL\0VFATAL\0C{code}\0Mrefused by the test\0\0");
                let length = u32::try_from(fields.len() + 4).expect("short").to_be_bytes();
                let _ = stream.write_all(&[b"E", &length[..], fields.as_bytes()].concat());
            } else {
                kept.push(stream);
            }
        }
    });
    (port, count)
}

fn dead_entries(port: u16, count: usize) -> Vec<String> {
    let entry = |number| {
        format!(
            "{{name: dead-{number}, url: 'postgres://reader@127.0.0.1:{port}/x{number}?sslmode=disable&connect_timeout=1'}}"
        )
    };
    (1..=count).map(entry).collect()
}

#[test]
fn silent_servers_cost_their_own_targets_a_timeout() {
    let db = tenants(3);
    let (port, asked) = fake_server(None);
    let mut entries = dead_entries(port, 40);
    entries.push(tenants_entry());
    let driftgate = Driftgate::new()
        .file("core.yaml", &lasting(0.0))
        .file("fleet.yaml", &fleet_file("{total: 8, per_server: 4}", &entries))
        .env("DATABASE_URL", db.url());
    let run = driftgate.run(["check", "--fleet", "fleet.yaml", "-o", "json=report.json"]);
    assert_eq!(run.code, Some(3), "{run:?}");
    let report = json(driftgate.folder(), "report.json");
    assert_eq!(report["summary"]["passed"], 3, "{run:?}");
    assert_eq!(report["summary"]["unreached"], 40, "{run:?}");
    // A timeout for each round, and not for each target.
    assert!(run.duration < Duration::from_secs(12), "{:?}", run.duration);
    assert!(asked.load(Ordering::SeqCst) < 20, "{asked:?}");
    assert!(run.stdout.lines().count() < 20, "{}", run.stdout);
}

#[test]
fn a_refused_password_is_not_tried_twice_and_too_many_connections_are() {
    for (code, expected) in [("28P01", 1), ("53300", 2)] {
        let (port, asked) = fake_server(Some(code));
        let driftgate = Driftgate::new()
            .file("core.yaml", &lasting(0.0))
            .file("fleet.yaml", &fleet_file("{total: 8}", &dead_entries(port, 1)));
        let run = driftgate.run(["check", "--fleet", "fleet.yaml"]);
        assert_eq!(run.code, Some(3), "{run:?}");
        assert!(run.stdout.contains("1  unreached"), "{run:?}");
        assert_eq!(asked.load(Ordering::SeqCst), expected, "{code}: {run:?}");
    }
}

#[test]
fn the_bounds_of_connections_hold() {
    let db = tenants(12);
    let only_assertion = "driftgate: 1\nassertions:\n  slow: {sql: SELECT pg_sleep(0.3), empty: false}\n";
    let entries: Vec<String> = (0..12)
        .map(|number| format!("{{name: t{number}, url: env:DATABASE_URL}}"))
        .collect();
    let driftgate = Driftgate::new()
        .file("core.yaml", only_assertion)
        .file("fleet.yaml", &fleet_file("{total: 8, per_server: 3}", &entries));
    let mut child = start(driftgate.folder(), &db, &[]);
    let count =
        "SELECT count(*)::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    let mut most = 0;
    while child.try_wait().expect("a child").is_none() {
        most = most.max(db.value(count).parse::<usize>().expect("a number"));
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!((2..=3).contains(&most), "{most} connections at the same time");
    assert!(child.wait().expect("a child").success());
}

#[test]
fn a_connection_that_is_lost_in_the_middle_is_no_drift() {
    let (db, other) = (tenants(1), tenants(1));
    let driftgate = Driftgate::new()
        .file("core.yaml", &lasting(0.0))
        .file("slow.yaml", &lasting(30.0))
        .file(
            "fleet.yaml",
            &fleet_file(
                "{per_server: 4}",
                &[
                    tenants_entry(),
                    format!(
                        "{{name: lost, url: env:DATABASE_URL, database: {}, schema: t_1, expectations: [slow.yaml]}}",
                        other.name()
                    ),
                ],
            ),
        );
    let mut child = start(
        driftgate.folder(),
        &db,
        &["-o", "json=report.json", "--statement-timeout", "60"],
    );
    let sleeping = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'";
    wait("the query begins", || {
        other.value(&format!("SELECT count(*)::text {sleeping}")) == "1"
    });
    other.value(&format!("SELECT pg_terminate_backend(pid)::text {sleeping}"));
    assert_eq!(child.wait().expect("a child").code(), Some(3));
    let report = json(driftgate.folder(), "report.json");
    let expected = [("shared/t_1", "passed"), ("lost", "failed")];
    let expected = expected.map(|(name, status)| (name.to_owned(), status.to_owned()));
    assert_eq!(statuses(&report), expected, "{report}");
}
