//! Checks are unknown, and never pass, if the role cannot see the rows, the server cannot compute the result, or the
//! encoding of the database lacks a character.

use crate::run::{Driftgate, Run};
use crate::server::server;

fn check(url: &str, file: &str) -> Run {
    let driftgate = Driftgate::new().file("x.yaml", file);
    driftgate.run(["check", "x.yaml", "--url", url])
}

fn text(run: &Run) -> String {
    format!("{}{}", run.stdout, run.stderr)
}

const GUARDED: &str = "
create table guarded (id int);
insert into guarded values (1);
alter table guarded enable row level security;
create view over_guarded as select id from guarded;
";

#[test]
fn rows_that_a_policy_hides_are_unknown() {
    let reader = server().role_without_privileges();
    let database = server().database(GUARDED);
    database.exec(&format!("grant select on guarded, over_guarded to {reader}"));
    let file = "driftgate: 1
assertions:
  counted: {sql: select count(*) from guarded, equals: 0}
  empty: {sql: select id from guarded, empty: true}
  in a query: {sql: 'select exists (select from guarded)', equals: false}
";
    let run = check(&database.url_as(reader), file);
    let text = text(&run);
    assert_eq!(run.code, Some(3), "{text}");
    assert_eq!(
        text.matches(" could not be verified: query would be affected").count(),
        3,
        "{text}"
    );
    assert!(
        text.contains("guarded") && text.contains("BYPASSRLS") && text.contains("--assertions-url"),
        "{text}"
    );
    // The superuser sees the rows.
    let run = check(&database.url(), file);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_failed_migration_that_a_policy_hides_is_unknown() {
    let reader = server().role_without_privileges();
    let database = server().database(&format!(
        "create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
           migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
           started_at timestamptz not null default now(), applied_steps_count integer not null default 0);
         insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('1', 'x', '1_a', now());
         insert into _prisma_migrations (id, checksum, migration_name) values ('2', 'x', '2_b');
         alter table _prisma_migrations enable row level security;
         create policy p on _prisma_migrations using (finished_at is not null);
         grant select on _prisma_migrations to {reader}"
    ));
    let file = "driftgate: 1\nmigrations: {tool: prisma, applied: [1_a]}\n";
    let run = check(&database.url_as(reader), file);
    assert_eq!(run.code, Some(3), "{}", text(&run));
    assert!(
        run.stdout.contains("_prisma_migrations") && run.stdout.contains("BYPASSRLS"),
        "{}",
        text(&run)
    );
    let run = check(&database.url(), file);
    assert_eq!(run.code, Some(1), "{}", text(&run));
}

/// A text that exceeds the limits of the server is unknown, and not wrong.
#[test]
fn expressions_beyond_the_limits_of_the_server_are_unknown() {
    let database = server().database("create table t (a int default 1 + 1);");
    for (text, why) in [
        // Too deep for the parser, and too deep for the stages after it.
        (
            format!("{}1{}", "(1+".repeat(30_000), ")".repeat(30_000)),
            "memory exhausted",
        ),
        (format!("1{}", "+1".repeat(60_000)), "stack depth limit exceeded"),
    ] {
        let file = format!("driftgate: 1\ntables:\n  t: {{columns: {{a: \"integer default {text}\"}}}}\n");
        let run = check(&database.url(), &file);
        let head: String = run.stdout.chars().filter(|c| !"(1+)".contains(*c)).take(2000).collect();
        assert_eq!(run.code, Some(3), "{head}{}", run.stderr);
        assert!(run.stdout.contains(why), "{head}");
        assert!(!run.stdout.contains("fix "), "{head}");
    }
    // An assertion with infinite recursion.
    database.exec("create function f(int) returns int language plpgsql as 'begin return f($1 + 1); end'");
    let file = "driftgate: 1\nassertions:\n  a: {sql: select f(1), equals: 0}\n";
    let run = check(&database.url(), file);
    assert_eq!(run.code, Some(3), "{}", text(&run));
    // A text that is longer than PostgreSQL allows.
    let file = "driftgate: 1\ntables:\n  t: {columns: {a: \"integer default length(repeat('x', 2000000000))\"}}\n";
    let run = check(&database.url(), file);
    assert!(!run.stdout.contains("fix "), "{}", text(&run));
}

/// A character that the encoding lacks affects only one finding.
#[test]
fn a_character_outside_the_encoding_affects_one_finding() {
    for (encoding, stray) in [("LATIN1", ""), ("SQL_ASCII", "comment on column t.b is E'\\xe9';")] {
        let name = format!("{}_{}", server().database("").name(), encoding.to_lowercase());
        let maintenance = server().database("");
        maintenance.exec(&format!(
            "create database {name} encoding {encoding} template template0 locale 'C'"
        ));
        server().execute(
            &name,
            &format!("create table t (a text default 'x', b int check (b > 1)); {stray}"),
        );
        let file = "driftgate: 1
tables:
  t:
    columns: {a: \"text default '日本'\", b: integer}
    checks: [b>1]
  日本: absent
";
        let run = check(&server().url(&name), file);
        let exact = check(
            &server().url(&name),
            "driftgate: 1\nexact: true\ntables: {t: {columns: {a: text}}}\n",
        );
        maintenance.exec(&format!("drop database {name}"));
        let text = text(&run);
        assert_eq!(run.code, Some(1), "{encoding}: {text}");
        assert_eq!(text.matches("column public.t.a").count(), 1, "{encoding}: {text}");
        assert!(text.contains(" 1 drift, 0 warnings, 0 unknown"), "{encoding}: {text}");
        assert!(
            matches!(exact.code, Some(0 | 1)),
            "{encoding}: {}{}",
            exact.stdout,
            exact.stderr
        );
    }
}
