//! `pull --update` over a database with objects of every kind: what was pulled from one database and is updated from
//! another expects what is in the other.

use crate::run::Driftgate;
use crate::server::server;

/// A schema with objects of every kind.
const SCHEMA: &str = include_str!("../registry/schema.sql");

/// Another one, which has little in common with it.
const OTHER: &str = "create schema billing;
    create type billing.status as enum ('late', 'none');
    create table billing.customers (id int primary key, email varchar(9), added jsonb default '{}', unique (email));
    create index customers_name on billing.customers (email desc);
    create table billing.\"Zoo.1\" (id int);
    create view billing.rich as select 1 as id, 'a'::varchar as email;
    create function billing.touch() returns int language sql as $$ select 1 $$;
    create domain billing.short as text check (length(value) < 9);";

/// Everything but the header, which names the database.
fn body(text: &str) -> String {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .fold(String::new(), |text, line| text + line + "\n")
}

fn run(driftgate: &Driftgate, url: &str, arguments: &[&str]) -> String {
    let run = driftgate.run(arguments.iter().copied().chain(["--url", url]));
    assert_eq!(run.code, Some(0), "{arguments:?}\n{}{}", run.stdout, run.stderr);
    run.stdout
}

#[test]
fn a_file_of_one_database_becomes_that_of_another() {
    let (every, other) = (server().database(SCHEMA), server().database(OTHER));
    let driftgate = Driftgate::new();
    for (from, to, is_same) in [(other.url(), every.url(), true), (every.url(), other.url(), false)] {
        let pulled = run(&driftgate, &from, &["pull"]);
        let wanted = run(&driftgate, &to, &["pull"]);
        // Also where the lines end otherwise, and the last one does not.
        for text in [
            pulled.clone(),
            pulled.trim_end().to_owned(),
            pulled.replace('\n', "\r\n"),
        ] {
            driftgate.folder().write("file.yaml", &text);
            run(&driftgate, &to, &["pull", "--update", "file.yaml", "--yes"]);
            let found = driftgate.folder().read("file.yaml").expect("the file is there");
            assert_eq!(found.ends_with('\n'), text.ends_with('\n'));
            assert_eq!(found.contains("\r\n"), text.contains("\r\n"));
            run(&driftgate, &to, &["check", "file.yaml"]);
            let (found, wanted) = (body(&found), body(&wanted));
            // What was written attribute by attribute stays so, where `pull` would now write less.
            assert!(
                !is_same || found == wanted,
                "{}",
                similar::TextDiff::from_lines(&found, &wanted).unified_diff()
            );
        }
        // Where the world is open, it becomes true all the same.
        driftgate
            .folder()
            .write("open.yaml", &pulled.replace("exact: true\n", ""));
        run(&driftgate, &to, &["pull", "--update", "open.yaml", "--yes"]);
        run(&driftgate, &to, &["check", "open.yaml"]);
        assert_eq!(run(&driftgate, &to, &["pull", "--update", "open.yaml"]), "");
    }
}
