//! An owner changes the database after driftgate has read it and before PostgreSQL plans. A lock on a relation in a text
//! delays driftgate at that point.

use std::time::Duration;

use super::{Trapped, counts};
use crate::run::Driftgate;

const SCHEMA: &str = "
create function gen_id() returns int language plpgsql volatile as $$ begin return ev.late('race'); end $$;
create table u (a int);
create table z (id int default gen_id() + 1);
create view a as select 1 as a;";

/// The view is compared before the table, and its text refers to the locked table.
const EXPECTED: &str = "driftgate: 1\nviews:\n  a: {definition: select a from u}\n\
                        tables:\n  z: {columns: {id: integer default gen_id()+2}}\n";

/// Holds the lock until another session waits for it, and then makes the function immutable.
const CHANGE: &str = "
begin;
lock table u;
do $$ begin
  for i in 1..1000 loop
    exit when exists (select from pg_locks where relation = 'u'::regclass and not granted);
    perform pg_sleep(0.005);
  end loop;
end $$;
alter function gen_id() immutable;
commit;";

const IS_LOCKED: &str = "select count(*) from pg_locks where relation = 'u'::regclass and mode = 'AccessExclusiveLock'";

#[test]
fn a_function_becomes_immutable_in_the_meantime() {
    for (more, sprung) in [(&[][..], false), (&["--trust-functions"], true)] {
        let trapped = Trapped::new(SCHEMA);
        let driftgate = Driftgate::new().file("x.yaml", EXPECTED);
        let run = std::thread::scope(|threads| {
            let changing = threads.spawn(|| trapped.as_owner(CHANGE));
            while trapped.database.value(IS_LOCKED) == "0" {
                std::thread::sleep(Duration::from_millis(2));
            }
            let arguments = [&["check", "x.yaml", "--url", "{url}", "--lock-timeout", "30s"], more].concat();
            let run = trapped.run(&driftgate, &arguments);
            changing.join().expect("the owner's transaction");
            run
        });
        // The schema has changed in the meantime, so it is read again.
        assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
        assert_eq!(counts(&run)[1..], [2, 0], "{}", run.stdout);
        assert_eq!(!trapped.sprung().is_empty(), sprung, "{more:?}");
    }
}
