//! Folders and files that somebody else made: nothing in them keeps the program busy for ever or takes its memory.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::run::{Driftgate, Run};

const EXPECTATION: &str = "driftgate: 1\nschema: public\ntables: {t: present}\n";

/// A run that reads only what it may takes a fraction of this.
const PATIENCE: Duration = Duration::from_secs(20);

fn make_pipe(path: &Path) {
    let made = Command::new("mkfifo").arg(path).status().expect("mkfifo runs");
    assert!(made.success(), "no pipe at {}", path.display());
}

fn check(run: &Run, code: i32, words: &[&str]) {
    assert_eq!(run.code, Some(code), "{run:?}");
    assert!(run.duration < PATIENCE, "{run:?}");
    for word in words {
        assert!(
            run.stdout.contains(word) || run.stderr.contains(word),
            "{word} is not in {run:?}"
        );
    }
}

#[test]
fn links_to_folders_above_are_followed_once() {
    let driftgate = Driftgate::new()
        .file("expectations/a.yaml", EXPECTATION)
        .file("db/migrations/1_a.up.sql", "create table a ();")
        .file("db/migrations/1_a.down.sql", "drop table a;");
    for folder in ["expectations", "db/migrations"] {
        for name in ["one", "two", "three"] {
            symlink(".", driftgate.folder().path().join(folder).join(name)).expect("a link");
        }
        symlink("..", driftgate.folder().path().join(folder).join("up")).expect("a link");
    }
    check(
        &driftgate.run(["lint", "expectations"]),
        0,
        &["1 expectation file without a mistake"],
    );
    check(
        &driftgate.run(["lint", "--migrations", "db/migrations", "--tool", "sqlx"]),
        0,
        &["1 migration of"],
    );
}

#[test]
fn devices_and_pipes_are_problems() {
    let driftgate = Driftgate::new()
        .file("expectations/a.yaml", EXPECTATION)
        .file("db/1_a.up.sql", "create table a ();")
        .file("sql/1.sql", "create table a ();")
        .file("history/1.json", "{}")
        .env("DATABASE_URL", "postgres://localhost:1/x");
    let root = driftgate.folder().path();
    for (folder, ending) in [
        ("expectations", "yaml"),
        ("db", "sql"),
        ("sql", "sql"),
        ("history", "json"),
    ] {
        symlink("/dev/zero", root.join(format!("{folder}/zero.{ending}"))).expect("a link");
        make_pipe(&root.join(format!("{folder}/pipe.{ending}")));
    }
    let words = ["is a device, not a regular file"];
    let both = ["is a device, not a regular file", "it is a pipe, not a regular file"];
    check(&driftgate.run(["lint", "expectations"]), 2, &both);
    check(&driftgate.run(["lint", "expectations/*.yaml"]), 2, &both);
    check(&driftgate.run(["lint", "--migrations", "db"]), 2, &both[1..]);
    check(&driftgate.run(["pull", "--from", "sql:sql"]), 2, &both[1..]);
    check(&driftgate.run(["pull", "--from", "migrations:db"]), 2, &both[1..]);
    let expectation = ["check", "expectations/a.yaml"];
    for option in ["--compare", "--baseline"] {
        let zero = [&expectation[..], &[option, "expectations/zero.yaml"]].concat();
        check(&driftgate.run(zero), 2, &words);
        let pipe = [&expectation[..], &[option, "expectations/pipe.yaml"]].concat();
        check(&driftgate.run(pipe), 2, &both[1..]);
    }
    let history = [&expectation[..], &["-o", "html=x.html", "--history", "history"]].concat();
    check(&driftgate.run(history), 2, &both);
}

#[test]
fn a_device_or_pipe_in_the_place_of_the_environment_file_is_a_problem() {
    let driftgate = Driftgate::new().file("expectations/a.yaml", EXPECTATION);
    let file = driftgate.folder().path().join(".env");
    symlink("/dev/zero", &file).expect("a link");
    check(&driftgate.run(["check"]), 2, &[".env", "it is a device"]);
    fs::remove_file(&file).expect("the link goes");
    make_pipe(&file);
    check(&driftgate.run(["check"]), 2, &[".env", "it is a pipe"]);
}

#[test]
fn a_file_is_read_up_to_the_limit_that_the_option_sets() {
    let driftgate = Driftgate::new().file("expectations/a.yaml", EXPECTATION).file(
        "db/1_a.up.sql",
        "create table a (); -- a comment, so that it is larger than the limit",
    );
    // A sparse file takes no room on the disk, but would in memory.
    let path = driftgate.folder().path().join("expectations/large.yaml");
    let large = fs::File::create(&path).expect("a file");
    large.set_len((64 << 20) + 1).expect("a size");
    check(
        &driftgate.run(["lint"]),
        2,
        &[
            "large.yaml cannot be read: it has 67108865 bytes, and the limit is 64 MiB",
            "--max-file-size",
        ],
    );
    fs::remove_file(path).expect("the file goes");
    check(
        &driftgate.run(["lint", "--max-file-size", "40"]),
        2,
        &["the limit is 40 bytes"],
    );
    check(&driftgate.run(["--max-file-size", "60", "lint"]), 0, &[]);
    check(
        &driftgate.run(["lint", "--migrations", "db", "--max-file-size", "40"]),
        2,
        &["the limit is 40 bytes"],
    );
    check(
        &driftgate.run(["lint", "--max-file-size", "50MB"]),
        2,
        &["write it as 500000, 64MiB or 1GiB"],
    );
}

#[test]
fn many_large_files_are_too_much() {
    let driftgate = Driftgate::new();
    for number in 0..17 {
        driftgate
            .folder()
            .write(&format!("expectations/{number}.yaml"), EXPECTATION);
    }
    let limit = EXPECTATION.len().to_string();
    check(
        &driftgate.run(["lint", "--max-file-size", &limit]),
        2,
        &["together they have", "--max-file-size"],
    );
    fs::remove_file(driftgate.folder().path().join("expectations/0.yaml")).expect("a file goes");
    check(&driftgate.run(["lint", "--max-file-size", &limit]), 0, &[]);
}

#[test]
fn pull_neither_reads_nor_waits_for_what_is_no_file() {
    let db = crate::server::server().database("create table t (id int)");
    let driftgate = Driftgate::new().env("DATABASE_URL", db.url());
    fs::create_dir_all(driftgate.folder().path().join("out/tables")).expect("a folder");
    make_pipe(&driftgate.folder().path().join("out/tables/gone.yaml"));
    let arguments = ["pull", "--split", "table", "-o", "out"];
    check(&driftgate.run(arguments), 0, &[]);
    make_pipe(&driftgate.folder().path().join("out/tables/u.yaml"));
    let db = crate::server::server().database("create table u (id int)");
    let driftgate = driftgate.env("DATABASE_URL", db.url());
    check(
        &driftgate.run(arguments),
        3,
        &["u.yaml", "it is a pipe, not a regular file"],
    );
}

#[test]
fn the_name_of_a_source_does_not_leave_the_comment_that_it_is_in() {
    let driftgate = Driftgate::new().file("a\nexact: no\u{202e}.sql", "create table t (id int);");
    let run = driftgate.run(["pull", "--from", "sql:a\nexact: no\u{202e}.sql"]);
    check(&run, 0, &["sql:a\\nexact: no\\u{202e}.sql"]);
    assert!(!run.stdout.contains("\nexact: no"), "{run:?}");
}
