//! The harness is tested like everything else: a harness that is wrong makes every test worthless.

use std::process::Command;
use std::time::{Duration, Instant};

use super::{Address, launch::launch, server, statements};

#[test]
fn databases_can_be_created_at_the_same_time() {
    let names = std::thread::scope(|scope| {
        let create = |number: i32| {
            let database = server().database(&format!("create table t (n int); insert into t values ({number})"));
            assert_eq!(database.value("select n from t"), number.to_string());
            database.name().to_owned()
        };
        let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || create(number))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a thread that creates a database"))
            .collect::<Vec<_>>()
    });
    let left = format!(
        "select count(*) from pg_database where datname in ('{}')",
        names.join("', '")
    );
    assert_eq!(server().database("").value(&left), "0", "databases are dropped");
}

#[test]
fn the_role_without_privileges_may_connect_and_no_more() {
    let database = server().database("create table t (n int)");
    let url = database.url_as(server().role_without_privileges());
    assert_eq!(
        super::first_value(&url, "select current_user").as_deref(),
        Ok("driftgate_nobody")
    );
    let refused = super::execute(&url, "table t").expect_err("reading a table without the privilege");
    assert!(refused.contains("permission denied for table t"), "{refused}");
}

#[test]
fn a_sql_error_is_reported_with_its_line() {
    let database = server().database("");
    let error = database
        .try_exec("select 1;\nselect\n  nothing")
        .expect_err("a column that does not exist");
    assert_eq!(error, "line 3: column \"nothing\" does not exist [42703]");
}

#[test]
fn works_inside_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(async { assert_eq!(server().database("").value("select 1"), "1") });
}

#[test]
fn the_log_names_the_database_and_the_application() {
    let database = server().database("create table a ();\ncreate table b ()");
    database.exec("drop table b");
    let expected = ["create table a ();\ncreate table b ()", "drop table b"];
    assert_eq!(database.statements(Some("driftgate-tests")), expected);
    assert_eq!(database.statements(None), expected);
    assert!(database.statements(Some("driftgate")).is_empty());
}

#[test]
fn a_log_is_read_entry_by_entry() {
    let log = "\
2026-01-01 00:00:00.000 UTC [1] db=d user=u app=a LOG:  statement: select\n\t1\n\
2026-01-01 00:00:00.000 UTC [1] db=other user=u app=a LOG:  statement: select\n\t2\n\
2026-01-01 00:00:00.000 UTC [1] db=d user=u app=a ERROR:  relation \"x\" does not exist\n\
2026-01-01 00:00:00.000 UTC [1] db=d user=u app=a STATEMENT:  select\n\t3\n\
2026-01-01 00:00:00.000 UTC [1] db=d user=u app=b LOG:  execute <unnamed>: select ': '\n";
    assert_eq!(statements(log, "d", None), ["select\n1", "select ': '"]);
    assert_eq!(statements(log, "d", Some("b")), ["select ': '"]);
}

#[test]
fn an_address_is_taken_apart_and_put_together() {
    let address = Address::parse("postgresql://me:secret@%2Ftmp%2Fx:5433/shop?sslmode=disable").expect("a URL");
    assert_eq!(
        address.url(None, "other"),
        "postgresql://me:secret@%2Ftmp%2Fx:5433/other?sslmode=disable"
    );
    assert_eq!(
        address.url(Some(("o'b", false)), "d"),
        "postgresql://o%27b@%2Ftmp%2Fx:5433/d?sslmode=disable"
    );
    for malformed in [
        "",
        "mysql://u@h/d",
        "postgres://h/d",
        "postgres://u@h",
        "postgres://u@/d?host=/tmp",
    ] {
        assert!(Address::parse(malformed).is_err(), "{malformed}");
    }
}

#[test]
fn a_server_ends_with_its_last_holder() {
    let launched = launch().unwrap_or_else(|error| panic!("{error}"));
    let pid = std::fs::read_to_string(launched.folder.join("data/postmaster.pid")).expect("the server's process id");
    let pid = pid.lines().next().expect("a first line").to_owned();
    let folder = launched.folder.clone();
    drop(launched);
    let alive = || {
        Command::new("kill")
            .args(["-0", &pid])
            .stderr(std::process::Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
    };
    let start = Instant::now();
    while folder.exists() || alive() {
        assert!(start.elapsed() < Duration::from_secs(30), "the server is still there");
        std::thread::sleep(Duration::from_millis(20));
    }
}
