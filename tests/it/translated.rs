//! A server whose messages are not English: the same mistakes lead to the same findings.

use std::path::Path;

use serde_json::Value as Json;

use crate::run::Driftgate;
use crate::server::{Launched, Server, finish, server};

/// A language into which PostgreSQL's messages are translated.
const LOCALE: &str = "de_DE";

/// Mistakes that driftgate distinguishes although some of them have the same SQLSTATE.
const EXPECTED: &str = "
driftgate: 1
database: DATABASE_URL
tables:
  t:
    columns: {a: integer}
    checks: [a >> 0 >, a > 0]
assertions:
  not a query: {sql: 'delete from t', equals: 0}
  not a query after a comment: {sql: '/* select */ truncate t', equals: 0}
  several statements: {sql: 'select 1; select 2', equals: 1}
  writes in WITH: {sql: 'with gone as (delete from t returning a) select count(*) from gone', equals: 0}
  writes with RETURNING: {sql: 'insert into t values (1) returning a', equals: 1}
  parameter: {sql: 'select $1', equals: 1}
  syntax: {sql: 'select 1 from from', equals: 1}
  unknown table: {sql: 'select 1 from nowhere', equals: 1}
  division: {sql: 'select 1 / 0', equals: 1}
";

const SCHEMA: &str = "create table t (a int, check (a > 1))";

/// The object and the code of every finding.
fn findings(server: &Server) -> Vec<(String, String)> {
    let database = server.database(SCHEMA);
    let run = Driftgate::new()
        .file("expectations/x.yaml", EXPECTED)
        .env("DATABASE_URL", database.url())
        .run(["check", "--format", "json"]);
    let report = serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:?}"));
    let mut found = Vec::new();
    collect(&report, &mut found);
    found.sort();
    found
}

fn collect(json: &Json, found: &mut Vec<(String, String)>) {
    match json {
        Json::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Json::Object(fields) => {
            if let (Some(Json::String(code)), Some(Json::String(object))) = (fields.get("code"), fields.get("object")) {
                found.push((object.clone(), code.clone()));
            }
            fields.values().for_each(|item| collect(item, found));
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// A server whose messages are translated. The locale is compiled into the folder of the server, so that the machine
/// need not have it.
fn translated() -> Server {
    let messages = format!("/usr/share/locale/de/LC_MESSAGES/postgres-{}.mo", server().major());
    assert!(Path::new(&messages).exists(), "there is no {messages}");
    let launched = Launched::prepare().unwrap_or_else(|error| panic!("{error}"));
    launched.initdb().unwrap_or_else(|error| panic!("{error}"));
    let locales = launched.folder.join("locales");
    std::fs::create_dir(&locales).expect("a folder for locales");
    launched.give(&locales).unwrap_or_else(|error| panic!("{error}"));
    let locale = format!("{LOCALE}.UTF-8");
    let mut localedef = launched.command("localedef");
    localedef
        .args(["--no-archive", "-i", LOCALE, "-f", "UTF-8"])
        .arg(locales.join(&locale));
    finish(&mut localedef).unwrap_or_else(|error| panic!("{error}"));
    launched
        .configure(&format!(
            "listen_addresses = ''\nlc_messages = '{locale}'\nunix_socket_directories = '{}'\nport = 58432\n",
            launched.folder.display()
        ))
        .unwrap_or_else(|error| panic!("{error}"));
    let mut start = launched.command("pg_ctl");
    start
        .env("LOCPATH", &locales)
        .arg("-D")
        .arg(launched.data())
        .arg("-l")
        .arg(&launched.log)
        .args(["-w", "-t", "60", "start"]);
    finish(&mut start).unwrap_or_else(|error| panic!("{error}"));
    Server::of(launched).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
#[ignore = "not run: needs the German messages of PostgreSQL and localedef; see docs/development.md"]
fn a_translated_server_leads_to_the_same_findings() {
    let translated = translated();
    let english = findings(server());
    assert_eq!(english.len(), 11, "{english:#?}");
    assert_eq!(findings(&translated), english);
    let log = translated.log();
    assert!(
        log.contains("existiert nicht"),
        "the messages are not translated:\n{log}"
    );
}
