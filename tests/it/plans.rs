//! What a few expectations cost does not follow the size of the database: the plans of the queries say so.

use crate::server::server;
use driftgate::catalog::capture::{self, Scope};
use driftgate::kinds::Kind;

/// The catalogs that have rows for each table, column or function of a database.
const LARGE: [&str; 14] = [
    "pg_attrdef",
    "pg_attribute",
    "pg_class",
    "pg_constraint",
    "pg_depend",
    "pg_description",
    "pg_enum",
    "pg_index",
    "pg_inherits",
    "pg_proc",
    "pg_rewrite",
    "pg_sequence",
    "pg_trigger",
    "pg_type",
];

/// Enough of everything that the planner does not take a catalog for empty.
const MANY: &str = "
do $$ begin
  for i in 1..300 loop
    execute format('create table t%s (id serial primary key, a int check (a > 0) default 1 unique, b text)', i);
    execute format('create index on t%s (b)', i);
    execute format('create view v%s as select id from t%s', i, i);
    execute format('create type e%s as enum (%L, %L)', i, 'a', 'b');
    execute format('create domain d%s as int check (value > 0)', i);
    execute format('create function f%s() returns trigger language plpgsql as %L', i, 'begin return new; end');
    execute format('create trigger g before insert on t%s for each row execute function f%s()', i, i);
    execute format('comment on table t%s is %L', i, 'x');
    if i > 1 then execute format('alter table t%s add foreign key (a) references t%s (a)', i, i - 1); end if;
    execute format('create table c%s () inherits (t%s)', i, i);
  end loop;
end $$;
analyze;
";

/// The lines of a plan that look through a whole large catalog: a scan without a condition on an index.
fn whole_scans(plan: &[String]) -> Vec<&String> {
    let scans = plan.iter().enumerate().filter(|(i, line)| {
        let of_large = LARGE.iter().any(|name| {
            line.contains(&format!(" on {name} ")) || line.contains(&format!("using {name}_")) && line.contains(" on ")
        });
        let with_index = plan[i + 1..].iter().take(1).any(|next| next.contains("Index Cond:"));
        of_large && line.contains("Scan") && !line.contains("Bitmap Heap") && !with_index
    });
    scans.map(|(_, line)| line).collect()
}

/// Whether a line is the whole of a plan within a plan.
fn follows_subplan(plan: &[String], line: &String) -> bool {
    let before = plan.iter().zip(plan.iter().skip(1)).find(|(_, next)| *next == line);
    before.is_some_and(|(before, _)| before.trim_start().starts_with("SubPlan"))
}

#[test]
fn a_few_names_are_found_through_the_indexes_of_the_catalogs() {
    let db = server().database(MANY);
    let mut scope = Scope::default();
    scope.names.insert(("public".into(), "t".into()));
    let mut client = postgres::Client::connect(&db.url(), postgres::NoTls).expect("a connection");
    // In a small database the planner would look through everything. Without that, only what no index serves does.
    let set = "set enable_seqscan = off; set enable_mergejoin = off; set jit = off;\
                   set driftgate.scope_relations = '{}'; set driftgate.scope_types = '{}';\
                   set driftgate.scope_routines = '{}'; set driftgate.schemas = '{}'";
    client.batch_execute(set).expect("settings");
    for kind in Kind::ALL {
        let query = capture::query(*kind, &scope);
        let query = query.as_str();
        if !query.contains("WITH scope_") || query.contains("scope_schemas") {
            continue;
        }
        let rows = client.simple_query(&format!("EXPLAIN (COSTS OFF) {query}"));
        let rows = rows.unwrap_or_else(|e| panic!("the plan of {}: {e}", kind.words()));
        let plan: Vec<String> = rows
            .iter()
            .filter_map(|message| match message {
                postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            })
            .collect();
        let mut whole = whole_scans(&plan);
        if server().major() < 14 {
            // 13 decides between two plans of an EXISTS when it runs them, and shows the one for many rows, too.
            whole.retain(|line| !follows_subplan(&plan, line));
        }
        assert!(
            whole.is_empty(),
            "the query of {} looks through {whole:#?}:\n{}",
            kind.words(),
            plan.join("\n")
        );
    }
}

#[test]
fn a_scan_without_an_index_is_seen() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let found = |text: &str| whole_scans(&lines(text)).len();
    assert_eq!(found("Seq Scan on pg_class c\n  Filter: (relkind = 'r')"), 1);
    assert_eq!(
        found("->  Index Scan using pg_class_oid_index on pg_class c\n      Index Cond: (oid = 1)"),
        0
    );
    assert_eq!(
        found("->  Index Scan using pg_class_oid_index on pg_class c\n      Filter: (relkind = 'r')"),
        1
    );
}
