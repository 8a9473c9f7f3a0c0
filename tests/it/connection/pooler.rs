//! A check through PgBouncer in transaction mode.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{EXPECTED, Lab, Outcome, PASSWORD, SECRET, free_port};
use crate::run;

/// PgBouncer in transaction mode, before the database `app` of a laboratory, with two connections of its own.
struct Pooler {
    child: Child,
    port: u16,
    log: String,
}

impl Pooler {
    fn start(lab: &Lab) -> Self {
        let port = free_port();
        let launched = &lab.launched;
        let users = launched
            .file(&format!("users-{port}.txt"), "\"pw\" \"HUNTER2\"\n")
            .expect("a file");
        let log = launched.file(&format!("pgbouncer-{port}.log"), "").expect("a file");
        let settings = format!(
            "[databases]\napp = host=127.0.0.1 port={} dbname=app user=pw password='{PASSWORD}' pool_size=2\n\
             [pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\nunix_socket_dir=\nauth_type=plain\n\
             auth_file={users}\npool_mode=transaction\nlogfile={log}\n",
            lab.port,
        );
        let ini = launched
            .file(&format!("pgbouncer-{port}.ini"), &settings)
            .expect("a file");
        let program = ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
            .iter()
            .map(|folder| Path::new(folder).join("pgbouncer"))
            .find(|path| path.exists())
            .expect("this test needs pgbouncer: apt-get install pgbouncer");
        let child = launched
            .command(program)
            .args(["-q", &ini])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pgbouncer");
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "pgbouncer does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, port, log }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("pgbouncer's log")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // Best effort: what has ended by itself need not be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
#[ignore = "not run: needs pgbouncer; see docs/development.md"]
fn checks_pass_through_a_transaction_pooler() {
    let lab = Lab::shared();
    let pooler = Pooler::start(lab);
    let at = |password: &str, rest: &str| format!("postgres://pw:{password}@127.0.0.1:{}/{rest}", pooler.port);
    for (url, code, words) in [
        (at("HUNTER2", "app"), 0, ""),
        (at("HUNTER2", "app?pgbouncer=true&target_session_attrs=primary"), 0, ""),
        (at(SECRET, "app"), 3, "password authentication failed"),
        (at("HUNTER2", "nope"), 3, "no such database"),
        (
            at("HUNTER2", "app?options=-c%20work_mem%3D1MB"),
            3,
            "unsupported startup parameter",
        ),
        (at("HUNTER2", "app?sslmode=require"), 3, "does not support TLS"),
    ] {
        lab.check(&url, &[]).is(code, words);
    }
}

#[test]
#[ignore = "not run: needs pgbouncer; see docs/development.md"]
fn a_pooler_with_too_few_connections_is_read_through_one() {
    let lab = Lab::shared();
    let pooler = Pooler::start(lab);
    let url = format!("postgres://pw:HUNTER2@127.0.0.1:{}/app", pooler.port);
    for (jobs, longest) in [("2", 30), ("5", 60)] {
        let start = Instant::now();
        let arguments = ["check", "--url", &url, "--jobs", jobs, "--lock-timeout", "1s", "t.yaml"].map(str::to_owned);
        let run = run::run(&lab.home(), [("USER", "postgres")], &arguments);
        Outcome::new(&url, run).is(0, "");
        assert!(
            start.elapsed() < Duration::from_secs(longest),
            "{jobs} connections of two"
        );
    }
}

#[test]
#[ignore = "not run: needs pgbouncer; see docs/development.md"]
fn concurrent_runs_do_not_mix_in_a_transaction_pooler() {
    let lab = Lab::shared();
    let pooler = Pooler::start(lab);
    lab.write(
        "drift.yaml",
        &EXPECTED
            .replace("price >= 0", "price > 0")
            .replace("equals: 0", "equals: 7"),
    );
    let url = format!("postgres://pw:HUNTER2@127.0.0.1:{}/app", pooler.port);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|number| {
                let url = &url;
                scope.spawn(move || {
                    for _ in 0..4 {
                        if number % 2 == 0 {
                            lab.check_file("all.yaml", url, &[])
                                .is(0, " passed, 0 drift, 0 warnings, 0 unknown");
                        } else {
                            let outcome = lab.check_file("drift.yaml", url, &[]);
                            outcome.is(1, " 2 drift, 0 warnings, 0 unknown");
                            outcome.is(1, "found     0");
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("a thread that checks");
        }
    });
    // A transaction that is left open costs the pooler its connection.
    let log = pooler.log();
    assert!(!log.contains("unclean") && !log.contains("not ready"), "{log}");
}
