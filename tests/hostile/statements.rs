//! Checks all statements that driftgate sends, and all places in the source that create them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::run::Driftgate;
use crate::server::server;

/// The first statement of every session and of every transaction.
const PIN: &str = "SET LOCAL search_path = pg_catalog, pg_temp";

/// The messages of each session of driftgate with a database, in order, from the log of the server. The key is the process
/// ID.
fn sessions(database: &str) -> BTreeMap<String, Vec<String>> {
    let log = server().log();
    let of_database = format!(" db={database} ");
    let mut sessions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in log.lines() {
        if !line.contains(&of_database) || !line.contains(" app=driftgate LOG:  ") {
            continue;
        }
        let process = line
            .split('[')
            .nth(1)
            .and_then(|rest| rest.split(']').next())
            .unwrap_or_default();
        let Some((_, entry)) = line.split_once(" LOG:  ") else {
            continue;
        };
        let Some((what, statement)) = entry.split_once(": ") else {
            continue;
        };
        if what == "statement" || what.starts_with("execute ") || what.starts_with("parse ") {
            sessions
                .entry(process.to_owned())
                .or_default()
                .push(statement.to_owned());
        }
    }
    sessions
}

/// Every session and every transaction sets the search path first.
#[test]
fn the_search_path_is_always_set_first() {
    let database = server().database(
        "create table t (a int default 1 + 1, b text default lower('A'), c int check (c > 1));
         create view v as select a from t where a > 1;
         create function gen_id() returns int language plpgsql as 'begin return 1; end';
         alter table t add d int default gen_id();
         create table alembic_version (version_num varchar(32));
         insert into alembic_version values ('a1')",
    );
    let driftgate = Driftgate::new().file(
        "x.yaml",
        "driftgate: 1
tables:
  t: {columns: {a: \"integer default 1+1\", b: \"text default lower( 'A' )\", d: integer default (gen_id())}, checks: [c>1]}
views:
  v: {definition: select a from t where a>1}
migrations: {tool: alembic, applied: [a1]}
assertions:
  a: {sql: select count(*) from t, equals: 0}
  b: {sql: not a query, equals: 0}
",
    );
    let url = database.url();
    let reader_url = database.url_as(server().role_without_privileges());
    let runs = [
        &["check", "x.yaml", "--url", &url][..],
        &["check", "x.yaml", "--url", &url, "--jobs", "2"],
        &["check", "x.yaml", "--url", &reader_url, "--jobs", "3"],
        &["check", "x.yaml", "--url", &url, "--assertions-url", &reader_url],
        &["check", "x.yaml", "--url", &url, "--coverage"],
        &["pull", "--url", &url],
        &["pull", "--url", &url, "--snapshot", "-o", "saved.json"],
        &["pull", "--url", &url, "--update", "x.yaml", "--yes"],
        &["diff", &url, "snapshot:saved.json"],
        &["diff", &url, &url],
        &["check", "x.yaml", "--url", &url, "--wait", "1s"],
    ];
    for arguments in runs {
        let run = driftgate.run(arguments);
        assert!(
            matches!(run.code, Some(0 | 1 | 3)),
            "{arguments:?}\n{}{}",
            run.stdout,
            run.stderr
        );
    }
    let sessions = sessions(database.name());
    assert!(sessions.len() > runs.len(), "{} sessions", sessions.len());
    for (process, messages) in &sessions {
        assert_pinned(process, messages);
    }
}

/// The session's first statement sets the search path, and so does the first after the end of a transaction.
fn assert_pinned(process: &str, messages: &[String]) {
    assert!(
        messages[0].starts_with(&format!("{PIN};")),
        "{process} begins with {:?}",
        &messages[0]
    );
    // After a transaction, the next statement sets the search path, or the session ends.
    for pair in messages.windows(2) {
        if pair[0].trim_end_matches(';') == "ROLLBACK" {
            assert!(
                pair[1].starts_with(&format!("{PIN};")),
                "{process}: {:?} after ROLLBACK",
                pair[1]
            );
        }
    }
}

/// The Rust files of the program.
fn sources() -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a text");
                out.push((path, text));
            }
        }
    }
    out.sort();
    out
}

/// Other items with a forbidden name, by file.
const KNOWN: [(&str, &str); 2] = [("src/source.rs", "Sql("), ("src/hint.rs", "Sql(")];

#[test]
fn sql_consists_of_program_text_and_quoted_data() {
    // A `&'static str` that is created at run time would count as text of the program.
    let forbidden = [".leak()", "::leak(", "transmute", "Sql(", "Statement(", "unsafe "];
    for (path, text) in sources() {
        let name = path.display().to_string();
        if name.ends_with("src/sql.rs") {
            // The types have no public field and no conversion.
            assert!(text.contains("pub struct Sql(String);") && text.contains("pub struct Statement(String);"));
            for conversion in [
                "for Sql {\n    fn from",
                "From<",
                "pub String",
                "impl Piece for String",
                "impl Piece for &String",
            ] {
                assert!(!text.contains(conversion), "{conversion} in {name}");
            }
            let pieces = text.matches("impl Piece for ").count();
            assert_eq!(pieces, 4, "text of the program, SQL, a reference to it, and numbers");
            assert!(text.contains("impl Piece for &'static str"));
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            for word in forbidden {
                let is_known = KNOWN.iter().any(|(file, known)| name.ends_with(file) && *known == word);
                // `Outcome::Statement(` and `PgSql(` are other names with the same end.
                let is_match = code.match_indices(word).any(|(at, _)| {
                    !word.starts_with(['S', 'u', 't'])
                        || !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                });
                assert!(!is_match || is_known, "{name}:{}: {word} in {line}", number + 1);
            }
        }
    }
}
