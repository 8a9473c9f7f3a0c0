//! The embedded PostgreSQL: 17.5 as WebAssembly, in the program itself. It accepts one connection at a time.

use std::path::PathBuf;

use pglite_oxide::PgliteServer;
use pglite_oxide::extensions::{Extension, by_sql_name};

use super::apply::ApplyError;
use super::roles::MissingRoles;
use super::{CopyTarget, Scratch, Script, apply, stand_ins};
use crate::catalog::connect::connect;
use crate::catalog::conninfo::Conninfo;
use crate::catalog::{block_on, installed_extensions};
use crate::error::{Failure, io_message};
use crate::sql;
use crate::sql::name;
use crate::sql_text::{TokenKind, tokens, unquote_name};
use crate::undo::Undo;

/// Whether the embedded PostgreSQL has an extension.
pub(super) fn has_extension(name: &str) -> bool {
    by_sql_name(name).is_some()
}

/// Starts a new database, applies the SQL, calls `then` with the connection, and removes the database. If the SQL names
/// roles that it does not create, it is applied again to a database of a server that has them.
pub(super) fn with<T>(scripts: &[Script], then: impl FnOnce(&Conninfo) -> Result<T, Failure>) -> Result<T, Failure> {
    let extensions = extensions(scripts);
    let mut roles = MissingRoles::default();
    let database = loop {
        let database = Embedded::start(&extensions)?;
        match block_on(prepare(&database.info, scripts, &extensions, &roles))? {
            Ok(()) => break database,
            Err(error) => roles.add(error)?,
        }
        database.stop();
    };
    roles.report("the embedded PostgreSQL");
    let result = then(&database.info);
    database.stop();
    result
}

/// Starts a new database for a copy, calls `then` with the connection, and removes the database. It is a machine of its
/// own, so its superuser reaches nothing.
pub(super) fn with_copy<T>(
    target: &CopyTarget,
    then: impl FnOnce(&Conninfo) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let extensions: Vec<Extension> = target.extensions.iter().filter_map(|name| by_sql_name(name)).collect();
    let database = Embedded::start(&extensions)?;
    block_on(async {
        let mut client = connect(&database.info).await?;
        for extension in &extensions {
            let drop = sql!["DROP EXTENSION IF EXISTS ", name(extension.sql_name()), " CASCADE"];
            let _ = client.execute(&[drop]).await;
        }
        let _ = client.execute(&[sql!["COMMENT ON DATABASE postgres IS NULL"]]).await;
        // A role that cannot be created is missing in the copy, which is seen.
        for statement in &target.roles {
            let _ = client.script(statement, None).await;
        }
        client.close().await;
        Ok(())
    })?;
    let result = then(&database.info);
    database.stop();
    result
}

/// A running server.
struct Embedded {
    server: PgliteServer,
    info: Conninfo,
    undo: Undo,
}

impl Embedded {
    fn start(extensions: &[Extension]) -> Result<Self, Failure> {
        let doing = "starting the embedded PostgreSQL";
        let server = PgliteServer::builder()
            .temporary()
            .database("postgres")
            .relaxed_durability(true)
            .extensions(extensions.iter().copied())
            .start()
            .map_err(|e| {
                Failure::new(doing, format!("{e:#}"))
                    .hint("give --scratch local, or --scratch with the URL of a server")
            })?;
        // The server removes its folder when it is dropped, but not when a signal ends the process.
        let folder: PathBuf = server.root().to_owned();
        let undo = Undo::new(move || {
            let _ = std::fs::remove_dir_all(folder);
        });
        stand_ins::install(server.root()).map_err(|e| {
            Failure::new(
                "writing the files of extensions of the embedded PostgreSQL",
                io_message(&e),
            )
        })?;
        // On a busy machine it may answer late, but it always answers, because it runs in this process.
        let url = server.database_url();
        let patience = if url.contains('?') {
            "&connect_timeout=60"
        } else {
            "?connect_timeout=60"
        };
        let info = Conninfo::resolve(&format!("{url}{patience}"), &|_| None)
            .map_err(|p| Failure::new("connecting to the embedded PostgreSQL", p.message))?;
        Ok(Self { server, info, undo })
    }

    fn stop(self) {
        // The results are already read, so an error here does not matter: the database is removed anyway.
        let _ = self.server.shutdown();
        drop(self.undo);
    }
}

/// The extensions of the embedded PostgreSQL that the SQL creates. Their files must be installed before the start.
fn extensions(scripts: &[Script]) -> Vec<Extension> {
    let mut found: Vec<Extension> = Vec::new();
    for script in scripts {
        let words: Vec<String> = tokens(&script.text)
            .into_iter()
            .filter_map(|token| {
                let text = &script.text[token.range];
                match token.kind {
                    TokenKind::Word => Some(text.to_lowercase()),
                    TokenKind::QuotedName => unquote_name(text),
                    TokenKind::QuotedText | TokenKind::Group | TokenKind::Comma | TokenKind::Symbol => None,
                }
            })
            .collect();
        for (i, pair) in words.windows(2).enumerate() {
            if pair == ["create", "extension"] {
                let skip = if words[i + 2..].starts_with(&["if".into(), "not".into(), "exists".into()]) {
                    3
                } else {
                    0
                };
                if let Some(extension) = words.get(i + 2 + skip).and_then(|name| by_sql_name(name))
                    && !found.contains(&extension)
                {
                    found.push(extension);
                }
            }
        }
    }
    found
}

async fn prepare(
    info: &Conninfo,
    scripts: &[Script],
    extensions: &[Extension],
    roles: &MissingRoles,
) -> Result<Result<(), ApplyError>, Failure> {
    let mut client = connect(info).await?;
    for extension in extensions {
        // The extension is already created; the SQL creates it again.
        let drop = sql!["DROP EXTENSION IF EXISTS ", name(extension.sql_name()), " CASCADE"];
        let _ = client.execute(&[drop]).await;
    }
    // The comment that initdb writes is that of one database only.
    let mut statements = vec![sql!["COMMENT ON DATABASE postgres IS NULL"]];
    statements.extend(roles.statements());
    let prepared = client.execute(&statements).await;
    prepared.map_err(|error| error.failure("preparing the embedded PostgreSQL"))?;
    let applied = apply::apply(&mut client, scripts, &Scratch::Embedded).await;
    if applied.is_ok() {
        stand_ins::report(&installed_extensions(&mut client).await?);
    }
    client.close().await;
    Ok(applied)
}
