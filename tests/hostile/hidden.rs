//! What a role cannot see, what a server cannot compute and what a database cannot spell is unknown, and not passed.

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
    let nobody = server().role_without_privileges();
    let database = server().database(GUARDED);
    database.exec(&format!("grant select on guarded, over_guarded to {nobody}"));
    let file = "driftgate: 1
assertions:
  counted: {sql: select count(*) from guarded, equals: 0}
  empty: {sql: select id from guarded, empty: true}
  in a query: {sql: 'select exists (select from guarded)', equals: false}
";
    let run = check(&database.url_as(nobody), file);
    let text = text(&run);
    assert_eq!(run.code, Some(3), "{text}");
    assert_eq!(text.matches("unknown  ").count(), 3, "{text}");
    assert!(
        text.contains("guarded") && text.contains("BYPASSRLS") && text.contains("--assertions-url"),
        "{text}"
    );
    // Whom no policy filters sees the rows.
    let run = check(&database.url(), file);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
}

#[test]
fn a_failed_migration_that_a_policy_hides_is_unknown() {
    let nobody = server().role_without_privileges();
    let database = server().database(&format!(
        "create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
           migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
           started_at timestamptz not null default now(), applied_steps_count integer not null default 0);
         insert into _prisma_migrations (id, checksum, migration_name, finished_at) values ('1', 'x', '1_a', now());
         insert into _prisma_migrations (id, checksum, migration_name) values ('2', 'x', '2_b');
         alter table _prisma_migrations enable row level security;
         create policy p on _prisma_migrations using (finished_at is not null);
         grant select on _prisma_migrations to {nobody}"
    ));
    let file = "driftgate: 1\nmigrations: {tool: prisma, applied: [1_a]}\n";
    let run = check(&database.url_as(nobody), file);
    assert_eq!(run.code, Some(3), "{}", text(&run));
    assert!(
        run.stdout.contains("_prisma_migrations") && run.stdout.contains("BYPASSRLS"),
        "{}",
        text(&run)
    );
    let run = check(&database.url(), file);
    assert_eq!(run.code, Some(1), "{}", text(&run));
}

/// A text that is nested deeper than the server's stack says nothing about the text.
#[test]
fn what_a_server_cannot_compute_is_unknown() {
    let database = server().database("create table t (a int default 1 + 1);");
    for (text, why) in [
        // Deeper than the parser goes, and deeper than what comes after it.
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
        assert!(!run.stdout.contains("fix ") && !run.stdout.contains("mend "), "{head}");
    }
    // A function that calls itself without end, while an assertion runs.
    database.exec("create function f(int) returns int language plpgsql as 'begin return f($1 + 1); end'");
    let file = "driftgate: 1\nassertions:\n  a: {sql: select f(1), equals: 0}\n";
    let run = check(&database.url(), file);
    assert_eq!(run.code, Some(3), "{}", text(&run));
    // More memory than there is for one text.
    let file = "driftgate: 1\ntables:\n  t: {columns: {a: \"integer default length(repeat('x', 2000000000))\"}}\n";
    let run = check(&database.url(), file);
    assert!(!run.stdout.contains("fix "), "{}", text(&run));
}

/// One character that the database cannot have costs one finding.
#[test]
fn a_character_that_a_database_lacks_costs_one_finding() {
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
