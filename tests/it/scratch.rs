//! Databases for the time of a run: whatever ends the run, nothing is left of them.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::folder::Folder;
use crate::server::{TestDb, server};

/// Nothing takes longer than this.
const PATIENCE: Duration = Duration::from_mins(1);

/// SQL that does not end by itself.
const ENDLESS: &str = "create table a (id int); select pg_sleep(600);";

/// A run of `driftgate pull` on a file of SQL, with a folder for temporary files that nobody else uses.
struct Pull {
    folder: Folder,
    child: Child,
}

/// What a run left in its folder for temporary files, and the processes that know this folder.
#[derive(Debug, Default, PartialEq, Eq)]
struct Left {
    files: Vec<String>,
    processes: Vec<String>,
}

impl Pull {
    fn start(sql: &str, scratch: &str, user: Option<u32>) -> Self {
        let folder = Folder::new();
        folder.write("schema.sql", sql);
        fs::create_dir(folder.path().join("tmp")).expect("a folder");
        for path in [folder.path().to_owned(), folder.path().join("tmp")] {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).expect("a folder of ours");
        }
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftgate"));
        command
            .args(["pull", "--from", "sql:schema.sql", "--scratch", scratch])
            .current_dir(folder.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("TMPDIR", folder.path().join("tmp"))
            .env("HOME", folder.path())
            .env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some(bin) = std::env::var_os("DRIFTGATE_TEST_PG_BIN") {
            command.env("DRIFTGATE_PG_BIN", bin);
        }
        if let Some(user) = user {
            command.uid(user).gid(user);
        }
        let child = command.spawn().expect("driftgate runs");
        Self { folder, child }
    }

    /// The folder for temporary files.
    fn temporary(&self) -> std::path::PathBuf {
        self.folder.path().join("tmp")
    }

    fn left(&self) -> Left {
        let temporary = self.temporary();
        let names = fs::read_dir(&temporary).expect("a folder").flatten();
        Left {
            files: names
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect(),
            processes: processes(&temporary.display().to_string()),
        }
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args(["-s", name, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(status.success());
    }
}

/// The command lines that have a text in them, but for the program under test itself.
fn processes(text: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter_map(|entry| fs::read(entry.path().join("cmdline")).ok())
        .map(|line| String::from_utf8_lossy(&line).replace('\0', " "))
        .filter(|line| line.contains(text))
        .collect()
}

fn wait(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Whom a run without rights belongs to: the user `nobody` if the tests run as root, or else whoever runs the tests.
fn without_rights() -> Option<u32> {
    let is_root = fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
    is_root.then(|| {
        let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd");
        let line = users.lines().find(|line| line.starts_with("nobody:"));
        let id = line.and_then(|line| line.split(':').nth(2)?.parse().ok());
        id.expect("a user nobody")
    })
}

fn local_serves(user: Option<u32>) {
    let run = Pull::start("create table a (id int primary key);", "local", user);
    let (temporary, folder) = (run.temporary(), run.folder);
    let output = run.child.wait_with_output().expect("it ends");
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert_eq!((output.status.code(), err.as_ref()), (Some(0), ""), "{out}");
    assert!(out.contains("primary_key: [id]"), "{out}");
    assert_eq!(fs::read_dir(&temporary).expect("a folder").count(), 0);
    assert_eq!(processes(&temporary.display().to_string()), Vec::<String>::new());
    drop(folder);
}

#[test]
fn a_local_server_is_started_and_removed() {
    local_serves(None);
}

#[test]
fn a_local_server_runs_for_an_unprivileged_user() {
    local_serves(without_rights());
}

/// SQL is applied by an ordinary role that owns the database, and by a superuser only if it needs one.
#[test]
fn a_local_server_has_an_ordinary_owner() {
    let ordinary = "do $$ begin if (select rolsuper from pg_roles where rolname = current_user) then
         raise exception 'a superuser'; end if; end $$;
         create table mine (a int); create schema extra;";
    let needs_more = "create table mine (a int); copy mine from '/dev/null'; create schema extra;";
    for sql in [ordinary, needs_more] {
        let run =
            crate::run::Driftgate::new()
                .file("x.sql", sql)
                .run(["pull", "--from", "sql:x.sql", "--scratch", "local"]);
        assert_eq!(run.code, Some(0), "{}{}", run.stdout, run.stderr);
        assert!(
            run.stdout.contains("mine:") && run.stdout.contains("extra:"),
            "{}",
            run.stdout
        );
    }
}

/// Ends a run by a signal once `is_ready` says so. Nothing is left of it soon after.
fn local_goes(signal: &str, is_ready: fn(&Path) -> bool) {
    let mut run = Pull::start(ENDLESS, "local", None);
    let temporary = run.temporary();
    let is_there = || {
        let folders = fs::read_dir(&temporary).expect("a folder").flatten();
        folders.map(|entry| entry.path()).any(|folder| is_ready(&folder))
    };
    wait("the server starts", is_there);
    run.signal(signal);
    let status = run.child.wait().expect("it ends");
    assert!(status.code().is_none(), "{status}");
    wait("everything goes", || run.left() == Left::default());
}

#[test]
fn a_local_server_is_removed_after_a_signal() {
    for signal in ["TERM", "INT", "KILL"] {
        local_goes(signal, |folder| {
            fs::read_to_string(folder.join("data/postmaster.pid")).is_ok_and(|text| text.contains("ready"))
        });
    }
}

#[test]
fn a_local_server_is_removed_after_a_signal_during_its_start() {
    local_goes("KILL", |folder| folder.join("data/base").is_dir());
    local_goes("TERM", |folder| folder.join("data/PG_VERSION").is_file());
}

#[test]
#[cfg_attr(not(feature = "embedded"), ignore = "not run: needs the feature embedded")]
fn the_embedded_server_is_removed_after_a_signal() {
    for signal in ["TERM", "INT"] {
        let mut run = Pull::start(ENDLESS, "embedded", None);
        let temporary = run.temporary();
        wait("it starts", || fs::read_dir(&temporary).expect("a folder").count() > 0);
        // Before SQL is applied, the library has the folder to itself.
        std::thread::sleep(Duration::from_secs(3));
        assert_eq!(run.child.try_wait().expect("a child"), None);
        run.signal(signal);
        assert!(run.child.wait().expect("it ends").code().is_none());
        assert_eq!(run.left(), Left::default());
    }
}

/// A role of its own, by whose databases those of one test can be told from others.
fn role(db: &TestDb<'_>, name: &str, may: &str) -> String {
    let name = format!("{name}_{}", std::process::id());
    db.exec(&format!("create role {name} login password '{name}' {may}"));
    name
}

fn databases(db: &TestDb<'_>, role: &str) -> String {
    db.value(&format!(
        "select count(*) from pg_database d join pg_roles r on r.oid = d.datdba where r.rolname = '{role}' and datname ~ '^driftgate_scratch_'"
    ))
}

#[test]
fn a_database_on_a_given_server_is_dropped() {
    let db = server().database("");
    let role = role(&db, "scratch_creates", "createdb");
    let url = db.url_as(&role);
    let run = Pull::start("create table a (id int primary key);", &url, None);
    let output = run.child.wait_with_output().expect("it ends");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), err.as_ref()), (Some(0), ""));
    assert_eq!(databases(&db, &role), "0");
    for signal in ["TERM", "INT", "HUP"] {
        let mut run = Pull::start(ENDLESS, &url, None);
        let asleep = format!("select count(*) from pg_stat_activity where usename = '{role}' and query ~ 'pg_sleep'");
        wait("the SQL is applied", || db.value(&asleep) == "1");
        assert_eq!(databases(&db, &role), "1");
        run.signal(signal);
        assert!(run.child.wait().expect("it ends").code().is_none());
        assert_eq!(databases(&db, &role), "0", "after {signal}");
    }
    // A statement that fails is no reason to leave a database behind.
    let run = Pull::start("create table a (id int);\nselect 1/0;", &url, None);
    let output = run.child.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()),
        (Some(3), "error: applying schema.sql:2:1: division by zero\n")
    );
    assert_eq!(databases(&db, &role), "0");
    db.exec(&format!("drop role {role}"));
}

#[test]
fn a_role_without_createdb_gets_a_hint() {
    let db = server().database("");
    let role = role(&db, "scratch_creates_not", "");
    let run = Pull::start("select 1", &db.url_as(&role), None);
    let output = run.child.wait_with_output().expect("it ends");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        err.contains("permission denied to create database")
            && err.contains(&format!("ALTER ROLE \"{role}\" CREATEDB; or --scratch local")),
        "{err}"
    );
    assert!(!err.contains("left behind"), "{err}");
    db.exec(&format!("drop role {role}"));
}

#[test]
fn a_database_that_was_never_created_is_not_left_behind() {
    let run = Pull::start("select 1", "postgres://u@127.0.0.1:1/postgres", None);
    let output = run.child.wait_with_output().expect("it ends");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(err.starts_with("error: connecting to 127.0.0.1:1"), "{err}");
    assert!(!err.contains("left behind"), "{err}");
}

#[test]
fn a_database_that_may_have_been_created_is_left_behind() {
    // A server that is gone as soon as it has been asked to create the database.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        drop(listener);
        let mut bytes = [0; 4096];
        let mut seen = Vec::new();
        let welcome = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";
        while let Ok(read @ 1..) = stream.read(&mut bytes) {
            let first = seen.is_empty();
            seen.extend_from_slice(&bytes[..read]);
            if String::from_utf8_lossy(&seen).contains("CREATE DATABASE") {
                return;
            }
            // Any other question is answered as SET is.
            let answer: &[u8] = if first {
                welcome
            } else {
                b"C\0\0\0\x08SET\0Z\0\0\0\x05I"
            };
            if stream.write_all(answer).is_err() {
                return;
            }
        }
    });
    let run = Pull::start(
        "select 1",
        &format!("postgres://u@127.0.0.1:{port}/postgres?sslmode=disable"),
        None,
    );
    let output = run.child.wait_with_output().expect("it ends");
    server.join().expect("the server ends");
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3));
    assert!(
        err.contains("warning: the database driftgate_scratch_") && err.contains("is left behind"),
        "{err}"
    );
}
