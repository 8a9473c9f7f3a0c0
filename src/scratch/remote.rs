//! A scratch database on a server that the user names.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Scratch, Script, apply, random};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::server_error::ServerError;
use crate::catalog::{block_on, connect};
use crate::error::Failure;
use crate::sql;
use crate::sql::Sql;
use crate::sql_text::quote_name;
use crate::undo::Undo;

/// Creates a database, applies the SQL, calls `then` with the connection, and drops the database.
pub(super) fn with<T>(
    server: &Conninfo,
    scripts: &[Script],
    then: impl FnOnce(&Conninfo) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let name = random::name();
    let may_exist = Arc::new(AtomicBool::new(false));
    let undo = {
        let (server, name, may_exist) = (server.clone(), name.clone(), Arc::clone(&may_exist));
        Undo::new(move || {
            if may_exist.load(Ordering::SeqCst) {
                drop_database(&server, &name);
            }
        })
    };
    block_on(create(server, &name, &may_exist))?;
    let info = server.with_database(&name);
    block_on(async {
        let mut client = connect::connect(&info).await?;
        let applied = apply::apply(&mut client, scripts, &Scratch::Server(Box::new(server.clone()))).await;
        client.close().await;
        applied.map_err(|error| error.failure)
    })?;
    let result = then(&info);
    drop(undo);
    result
}

/// Creates the database from `template0`, which contains only what PostgreSQL itself creates. An administrator may have
/// changed `template1`, and a session that uses it would block the statement.
///
/// `may_exist` is set before the statement is sent, and reset if the server rejects it.
async fn create(server: &Conninfo, name: &str, may_exist: &AtomicBool) -> Result<(), Failure> {
    let mut client = connect::connect(server).await?;
    may_exist.store(true, Ordering::SeqCst);
    let created = client
        .execute(&[sql!["CREATE DATABASE ", sql::name(name), " TEMPLATE template0"]])
        .await;
    client.close().await;
    created.map_err(|error| {
        // An error without a code means that the connection broke: the server may have created the database.
        may_exist.store(error.code.is_empty(), Ordering::SeqCst);
        let failure = Failure::new(
            format!("creating a database on the server of --scratch, {}", server.display()),
            error.message,
        );
        match error.code.as_str() {
            "42501" => failure.hint(format!(
                "--scratch needs a role that may create databases: ALTER ROLE {} CREATEDB; or --scratch local",
                quote_name(server.user())
            )),
            _ => failure,
        }
    })
}

/// The code of an error that says that something still uses an object.
const IN_USE: &str = "55006";

/// Drops the database, and the connections to it. It may not exist, because its creation may have failed.
fn drop_database(server: &Conninfo, name: &str) {
    let dropped = block_on(async {
        let statement = || sql!["DROP DATABASE IF EXISTS ", sql::name(name), " WITH (FORCE)"];
        let dropped = run(server, &[statement()]).await?;
        if !dropped.as_ref().is_err_and(|error| error.code == IN_USE) {
            return failed(dropped);
        }
        failed(run(&server.with_database(name), &drop_subscriptions()).await?)?;
        failed(run(server, &[statement()]).await?)
    });
    if let Err(failure) = dropped {
        // This does not change the result of the run, but the user must know what is left on the server.
        let _ = writeln!(
            std::io::stderr().lock(),
            "warning: the database {name} is left behind on {}: {failure}\n  help: DROP DATABASE {};",
            server.display(),
            quote_name(name)
        );
    }
}

/// Sends statements over a connection of their own. The outer error says that there is no connection.
async fn run(info: &Conninfo, statements: &[Sql]) -> Result<Result<(), ServerError>, Failure> {
    let mut client = connect::connect(info).await?;
    let done = client.execute(statements).await;
    client.close().await;
    Ok(done)
}

fn failed(done: Result<(), ServerError>) -> Result<(), Failure> {
    done.map_err(|error| Failure::new("dropping the database", error.message))
}

/// Drops the subscriptions of a database, without which PostgreSQL does not drop it. Nothing is sent to the publisher: the
/// subscriptions are separated from their replication slots first.
fn drop_subscriptions() -> [Sql; 2] {
    [
        sql!["SET default_transaction_read_only = off"],
        sql![
            "DO LANGUAGE plpgsql $$ DECLARE name text; BEGIN
               FOR name IN SELECT s.subname FROM pg_catalog.pg_subscription s
                 JOIN pg_catalog.pg_database d ON d.oid OPERATOR(pg_catalog.=) s.subdbid
                 WHERE d.datname OPERATOR(pg_catalog.=) pg_catalog.current_database()
               LOOP
                 EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I DISABLE', name);
                 EXECUTE pg_catalog.format('ALTER SUBSCRIPTION %I SET (slot_name = NONE)', name);
                 EXECUTE pg_catalog.format('DROP SUBSCRIPTION %I', name);
               END LOOP;
             END $$"
        ],
    ]
}
