//! Stand-ins for extensions that the embedded PostgreSQL does not have. `CREATE EXTENSION` finds their files as those of
//! any extension, so that the catalog is what a real server shows. Only the bodies of their functions are others.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::{fs, io};

/// The extensions of which a note was written.
static REPORTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// The files of an extension.
struct ExtensionStandIn {
    name: &'static str,
    version: &'static str,
    comment: &'static str,
    /// The schema that the extension is always in.
    schema: Option<&'static str>,
    /// What creates its objects.
    sql: &'static str,
}

impl ExtensionStandIn {
    const fn new(name: &'static str, version: &'static str, comment: &'static str, sql: &'static str) -> Self {
        Self {
            name,
            version,
            comment,
            schema: None,
            sql,
        }
    }
}

/// The versions and comments are those of PostgreSQL 17. The last ones are for those who run a server: a schema does not
/// need their objects, so they have none.
const STAND_INS: &[ExtensionStandIn] = &[
    ExtensionStandIn::new(
        "pgcrypto",
        "1.3",
        "cryptographic functions",
        include_str!("stand_ins/pgcrypto--1.3.sql"),
    ),
    ExtensionStandIn::new(
        "uuid-ossp",
        "1.1",
        "generate universally unique identifiers (UUIDs)",
        include_str!("stand_ins/uuid-ossp--1.1.sql"),
    ),
    ExtensionStandIn::new(
        "moddatetime",
        "1.0",
        "functions for tracking last modification time",
        include_str!("stand_ins/moddatetime--1.0.sql"),
    ),
    ExtensionStandIn::new(
        "pg_stat_statements",
        "1.11",
        "track planning and execution statistics of all SQL statements executed",
        "",
    ),
    ExtensionStandIn::new("pg_prewarm", "1.2", "prewarm relation data", ""),
    ExtensionStandIn::new("pgstattuple", "1.5", "show tuple-level statistics", ""),
    ExtensionStandIn::new("pgaudit", "17.0", "provides auditing functionality", ""),
    ExtensionStandIn::new("hypopg", "1.4.1", "Hypothetical indexes for PostgreSQL", ""),
    ExtensionStandIn {
        schema: Some("pg_catalog"),
        ..ExtensionStandIn::new("pg_cron", "1.6", "Job scheduler for PostgreSQL", "")
    },
];

/// Whether an extension of the embedded PostgreSQL is a stand-in.
pub(super) fn is_stand_in(name: &str) -> bool {
    STAND_INS.iter().any(|stand_in| stand_in.name == name)
}

/// Writes the files into the folder of a server.
///
/// # Errors
/// They cannot be written.
pub(super) fn install(server: &Path) -> io::Result<()> {
    let folder = server.join("tmp/pglite/share/postgresql/extension");
    fs::create_dir_all(&folder)?;
    for stand_in in STAND_INS {
        let ExtensionStandIn {
            name,
            version,
            comment,
            schema,
            sql,
        } = stand_in;
        let place = schema.map_or("relocatable = true".to_owned(), |schema| {
            format!("relocatable = false\nschema = {schema}")
        });
        let control = format!("comment = '{comment}'\ndefault_version = '{version}'\n{place}\ntrusted = true\n");
        fs::write(folder.join(format!("{name}.control")), control)?;
        fs::write(folder.join(format!("{name}--{version}.sql")), sql)?;
    }
    Ok(())
}

/// Writes which of the extensions are stand-ins, each once in a run.
pub(super) fn report(extensions: &BTreeSet<String>) {
    let mut reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    let new: Vec<String> = STAND_INS
        .iter()
        .filter(|stand_in| extensions.contains(stand_in.name) && reported.insert(stand_in.name.to_owned()))
        .map(|ExtensionStandIn { name, sql, .. }| match *sql {
            "" => format!("{name} (without objects)"),
            _ => (*name).to_owned(),
        })
        .collect();
    if !new.is_empty() {
        let _ = writeln!(
            io::stderr().lock(),
            "note: the embedded PostgreSQL has only stand-ins for these extensions: {}; functions that a stand-in cannot \
             compute raise an error\n  help: --scratch local, or --scratch with the URL of a server, uses the extensions \
             themselves",
            new.join(", ")
        );
    }
}
