//! Databases that were restored, and servers that keep the times of transactions.

use std::process::Command;

use super::who::audited;
use super::{BEFORE, EXPECTED, after, since};
use crate::server::{Launched, Server, TestDb, server};

/// A server that keeps the times of transactions.
fn with_times() -> Server {
    let launched = Launched::prepare().expect("a folder");
    launched.initdb().expect("a cluster");
    let folder = launched.folder.display();
    let settings = format!(
        "track_commit_timestamp = on\nfsync = off\ntimezone = 'UTC'\nlisten_addresses = ''\nport = 58432\nunix_socket_directories = '{folder}'\n"
    );
    launched.configure(&settings).expect("settings");
    launched.start().expect("a server");
    Server::of(launched).expect("a server")
}

/// The hints, with a word in place of each time.
fn without_times(database: &TestDb<'_>) -> Vec<String> {
    let hints = since(database, &database.url(), EXPECTED);
    let hint = |hint: String| match hint.split_once(", at 20") {
        Some((before, time)) => {
            assert!(time.ends_with(" UTC") && time.len() == 21, "{hint}");
            format!("{before}, at TIME")
        }
        None => hint,
    };
    hints.into_iter().map(hint).collect()
}

#[test]
fn a_server_that_keeps_times_says_them_and_the_order() {
    let server = with_times();
    let database = server.database("");
    database.try_each(&BEFORE).expect("the statements run");
    assert_eq!(
        without_times(&database),
        [
            "public.a comment: last set by migration 20260102, at TIME",
            "public.a.email default: last set by migration 20260102, at TIME",
            "public.a.a_email -: created or last altered by migration 20260102, at TIME",
        ]
    );
    let database = server.database("");
    // A savepoint of the migration has its time, so that it is not taken for a change by hand.
    let block = "do $$begin comment on table a is 'old'; exception when others then raise; end$$; \
                 insert into schema_migrations values ('20260103')";
    let statements = after(&[block, "alter table a alter email set default 'z'"]);
    database.try_each(&statements).expect("the statements run");
    let hints = without_times(&database);
    assert!(hints[0].starts_with("public.a comment: last set at "), "{hints:?}");
    assert_eq!(
        hints[1..],
        [
            "public.a.email default: last set after the last migration (20260103), so probably by hand, at TIME",
            "public.a.a_email -: created or last altered by migration 20260102, at TIME",
        ]
    );
}

/// Runs a program of PostgreSQL.
fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().expect(program);
    assert!(
        output.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
#[ignore = "not run: needs pg_dump and pg_restore of the server's version; see docs/development.md"]
fn a_database_that_pg_restore_made_says_nothing() {
    let database = audited();
    database.exec("alter table a alter email set default 'z'");
    let folder = crate::folder::Folder::new();
    let dump = folder.path().join("dump").display().to_string();
    run("pg_dump", &["-Fc", "-f", &dump, "-d", &database.url()]);
    // The trigger itself would record the restore.
    let without_trigger = |restored: &TestDb<'_>| restored.exec("alter event trigger log_ddl disable");
    for ways in [
        &[&[][..]][..],
        &[&["--single-transaction"]],
        &[&["-j", "2"]],
        &[
            &["--section=pre-data"],
            &["--section=data", "--section=post-data", "--single-transaction"],
        ],
        &[
            &["--section=pre-data", "--section=data", "--single-transaction"],
            &["--section=post-data"],
        ],
    ] {
        let restored = server().database("");
        let url = restored.url();
        for options in ways {
            run("pg_restore", &[options, &["-d", &url, &dump][..]].concat());
        }
        without_trigger(&restored);
        let expected = format!("{EXPECTED}changes: {{table: audit.ddl}}\n");
        let hints = since(&restored, &url, &expected);
        assert_eq!(
            hints,
            [
                "public.a comment: -",
                "public.a.email default: -",
                "public.a.a_email -: -",
            ],
            "{ways:?}"
        );
    }
}
