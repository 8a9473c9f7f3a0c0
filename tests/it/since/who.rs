//! Who changed something, as the event trigger of `docs/since-when.md` records it.

use super::{BEFORE, EXPECTED, since};
use crate::run::Driftgate;
use crate::server::{TestDb, server};

/// The SQL of the page that is to be run as it is.
fn trigger() -> String {
    let page = include_str!("../../../docs/since-when.md");
    let (_, who) = page.split_once("\n## Who\n").expect("a section");
    let (_, block) = who.split_once("\n```sql\n").expect("a block of SQL");
    block.split_once("\n```").expect("the end of the block").0.to_owned()
}

fn expected() -> String {
    format!("{EXPECTED}changes: {{table: audit.ddl}}\n")
}

/// A database with the trigger, in which two migrations ran.
pub fn audited() -> TestDb<'static> {
    let database = server().database("");
    let trigger = trigger();
    let statements: Vec<&str> = [trigger.as_str()].into_iter().chain(BEFORE).collect();
    database.try_each(&statements).expect("the statements run");
    database
}

/// The hints, with a word in place of the time.
fn hints(database: &TestDb<'_>, url: &str, expected: &str) -> Vec<String> {
    let mut hints = since(database, url, expected);
    for hint in &mut hints {
        if let Some((before, time)) = hint.rsplit_once(", at ") {
            assert!(time.ends_with(" UTC") && time.len() == 23, "{hint}");
            *hint = format!("{before}, at TIME");
        }
    }
    hints
}

const UNLESS: &str =
    "after the last migration (20260102), so probably by hand, unless a savepoint or an EXCEPTION block of it did it";

#[test]
fn the_trigger_of_the_page_names_who_it_was() {
    let database = audited();
    // One changes several objects in one transaction, with a name that must not be taken for another's.
    database.exec("set application_name = 'by \"hand\"'; comment on table a is 'other'; alter table a alter email set default 'z'; alter index a_email set (fillfactor = 90)");
    let found = hints(&database, &database.url(), &expected());
    let by = "by postgres (by \"hand\"), at TIME";
    assert_eq!(
        found,
        [
            format!("public.a comment: last set {UNLESS}: COMMENT {by}"),
            format!("public.a.email default: last set {UNLESS}: ALTER TABLE {by}"),
            "public.a.a_email -: created or last altered by migration 20260102: CREATE INDEX by postgres (driftgate-tests), at TIME".to_owned(),
        ]
    );
}

#[test]
fn each_change_has_its_own_author() {
    let database = audited();
    let role = format!("{}_alice", database.name());
    database.exec(&format!(
        "create role {role} superuser login; set session authorization {role}; comment on column a.n is 'hers'"
    ));
    database.exec("set application_name = 'ci'; alter table a add unique (n); alter table a disable trigger all");
    database.exec("create policy p on a; create function f(int) returns int language sql as 'select 1'; create domain d as int constraint positive check (value > 0)");
    let expected = "driftgate: 1\nmigrations: {tool: dbmate}\nchanges: {table: audit.ddl}\ntables:\n  a:\n    \
        columns: {n: {comment: ''}}\n    unique: {a_n_key: absent}\n    policies: {p: absent}\n\
        functions: {f(integer): absent}\ndomains: {d: {checks: {positive: absent}}}\n";
    let found = hints(&database, &database.url(), expected);
    database.exec(&format!("drop owned by {role}; drop role {role}"));
    let by = "by postgres (driftgate-tests), at TIME";
    assert_eq!(
        found,
        [
            format!("public.a.n comment: last set {UNLESS}: COMMENT by {role} (driftgate-tests), at TIME"),
            format!("public.a.a_n_key -: created or last altered {UNLESS}: ALTER TABLE by postgres (ci), at TIME"),
            format!("public.a.p -: created or last altered {UNLESS}: CREATE POLICY {by}"),
            format!("public.f(integer) -: created or last altered {UNLESS}: CREATE FUNCTION {by}"),
            format!("public.d.positive -: created or last altered {UNLESS}: CREATE DOMAIN {by}"),
        ]
    );
}

/// The hints of [`EXPECTED`] with `changes`, none of which may name anyone.
fn names_nobody(database: &TestDb<'_>) {
    let found = since(database, &database.url(), &expected());
    assert_eq!(found.len(), 3, "{found:?}");
    for hint in found {
        assert!(!hint.contains(" by postgres"), "{hint}");
    }
}

#[test]
fn nobody_is_named_where_it_is_not_certain() {
    // The rows were written again: by a copy, by a restore of the table, by an update.
    for statement in [
        "create table copy as select * from audit.ddl; truncate audit.ddl; insert into audit.ddl select * from copy",
        "update audit.ddl set application = ''",
        "vacuum freeze audit.ddl",
        "vacuum freeze pg_class, pg_attribute, pg_attrdef, pg_description, pg_index",
        "truncate audit.ddl",
        // Those of another object.
        "alter event trigger log_ddl disable; update audit.ddl set object_identity = 'public.b'",
    ] {
        let database = audited();
        database.exec(statement);
        names_nobody(&database);
    }
    // Rows of several users in one transaction are none of an event trigger.
    let database = audited();
    database.exec(
        "comment on table a is 'other'; alter table a alter email set default 'z'; drop index a_email; \
         create index a_email on a (email); insert into audit.ddl values ('public.a', 'table', 'ALTER TABLE', 'someone')",
    );
    names_nobody(&database);
}

#[test]
fn a_table_row_does_not_say_who_changed_an_attribute() {
    let database = audited();
    database.exec("alter table a enable row level security; grant select on a to public");
    let expected = "driftgate: 1\nmigrations: {tool: dbmate}\nchanges: {table: audit.ddl}\ntables: {a: {row_security: disabled}}\n";
    assert_eq!(
        since(&database, &database.url(), expected),
        ["public.a row_security: -"]
    );
}

#[test]
fn columns_can_have_other_names_and_the_table_partitions() {
    let database = server().database("");
    let other = "create table ddl (what name, who name default session_user, logged timestamp default '2026-01-02 09:30') \
        partition by list (who); create table ddl_all partition of ddl default; \
        create function log() returns event_trigger language plpgsql as $$begin \
        insert into public.ddl (what) select object_identity from pg_event_trigger_ddl_commands(); end$$; \
        create event trigger log on ddl_command_end execute function log()";
    let statements: Vec<&str> = [other].into_iter().chain(BEFORE).collect();
    database.try_each(&statements).expect("the statements run");
    let expected = format!("{EXPECTED}changes: {{table: ddl, columns: {{object: what, user: who, time: logged}}}}\n");
    let found = since(&database, &database.url(), &expected);
    assert_eq!(
        found[0],
        "public.a comment: last set by migration 20260102: by postgres, at 2026-01-02 09:30:00"
    );
}

/// What is said on standard error, for a role.
fn note(database: &TestDb<'_>, url: &str, changes: &str) -> String {
    let run = Driftgate::new()
        .env("DATABASE_URL", url)
        .file("expectations/e.yaml", &format!("{EXPECTED}changes: {changes}\n"))
        .run(["check", "--format", "json"]);
    assert_eq!(run.code, Some(1), "{}: {}{}", database.name(), run.stdout, run.stderr);
    run.stderr
}

#[test]
fn what_cannot_be_read_is_said() {
    const NOTE: &str = "note: who changed objects is not known: ";
    let database = audited();
    let role = server().role_without_privileges();
    let table = "{table: audit.ddl}";
    let by_role = |changes: &str| note(&database, &database.url_as(role), changes);
    database.exec(&format!("grant select on schema_migrations to {role}"));
    assert_eq!(
        by_role(table),
        format!(
            "{NOTE}audit.ddl: permission denied for schema audit\n  \
             help: GRANT USAGE ON SCHEMA \"audit\" TO \"{role}\"; GRANT SELECT ON \"audit\".\"ddl\" TO \"{role}\";\n"
        )
    );
    database.exec(&format!(
        "grant usage on schema audit to {role}; grant select on audit.ddl to {role}"
    ));
    assert_eq!(by_role(table), "");
    database.exec("alter table audit.ddl enable row level security");
    let hidden = by_role(table);
    assert!(hidden.contains("row-level security"), "{hidden}");
    database.exec("alter table audit.ddl disable row level security");
    let owner = format!("{}_audit", database.name());
    database.exec(&format!("create role {owner}; alter table audit.ddl owner to {owner}"));
    let foreign = by_role(table);
    database.exec(&format!("alter table audit.ddl owner to postgres; drop role {owner}"));
    assert_eq!(
        foreign,
        format!(
            "{NOTE}audit.ddl: its owner {owner} cannot act as {role}, and reading it could run code of its owner\n  \
             help: GRANT \"{role}\" TO \"{owner}\";\n"
        )
    );
    for (changes, why) in [
        ("{table: audit.none}", "audit.none: it does not exist"),
        (
            "{table: audit.ddl, columns: {user: who}}",
            "audit.ddl: audit.ddl has no column \"who\" (user of `changes`)",
        ),
        (
            "{table: a}",
            "public.a: public.a has no column \"object_identity\" (object of `changes`)",
        ),
    ] {
        assert_eq!(note(&database, &database.url(), changes), format!("{NOTE}{why}\n"));
    }
    database.exec("create view audit.v as select * from audit.ddl");
    assert_eq!(
        note(&database, &database.url(), "{table: audit.v}"),
        format!("{NOTE}audit.v: audit.v is not an ordinary table; reading it could run code of its owner\n")
    );
}
