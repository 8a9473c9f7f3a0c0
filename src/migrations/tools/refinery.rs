//! refinery. Source: `refinery_core/src/util.rs` (the names), `refinery_core/src/migration.rs` (the checksum) and
//! `refinery_core/src/traits/mod.rs` (the table).

use std::hash::{Hash as _, Hasher as _};

use siphasher::sip::SipHasher13;

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, Late, RecordTime, Tool, ToolVerification, apply, program, sort,
    sql, unless, version,
};

pub(super) static TOOL: Tool = Tool {
    name: "refinery",
    title: "refinery",
    table: "refinery_schema_history",
    telltale_columns: &["version", "applied_on", "checksum"],
    query: "SELECT 'V' || version::text || '__' || name AS name, version::text AS version, 'applied' AS state, checksum \
            FROM {table} ORDER BY {table}.version",
    sort: version::number,
    version_in: |name| version::digits(name.strip_prefix(['V', 'U'])?),
    short_name: |name| name.split_once("__").map(|(_, rest)| rest),
    recorded: RecordTime::InTransaction,
    apply: "refinery migrate",
    // Source: `refinery_core/src/traits/mod.rs`, `verify_migrations`.
    late: Late::Refuses("give it a later version, or begin its name with `U`, which refinery applies in any order"),
    layout: "VN__name.sql or UN__name.sql, also as .rs",
    checksum: "SipHash-1-3 of name, version and SQL",
    consecutive: true,
    detect: |files| {
        if files.files.iter().any(|file| named(file).is_some()) {
            Fit::Ambiguous
        } else {
            Fit::No
        }
    },
    read,
    verified: ToolVerification::Run("0.9.2"),
    ..BASE
};

/// Prefix, version and name: `V1__users.sql` is `V`, 1 and `users`.
fn named(file: &File) -> Option<(char, i64, &str)> {
    let stem = file
        .name()
        .strip_suffix(".sql")
        .or_else(|| file.name().strip_suffix(".rs"))?;
    let prefix = stem.chars().next().filter(|c| matches!(c, 'V' | 'U'))?;
    let (digits, name) = stem[1..].split_once("__")?;
    let word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    Some((prefix, digits.parse().ok()?, name)).filter(|_| word)
}

/// The hash of the name, the version and the text, in the form in which the standard library of Rust hashes them.
fn checksum(name: &str, version: i64, text: &str) -> String {
    let mut hasher = SipHasher13::new();
    name.hash(&mut hasher);
    match i32::try_from(version) {
        Ok(version) => version.hash(&mut hasher),
        Err(_) => version.hash(&mut hasher),
    }
    text.hash(&mut hasher);
    hasher.finish().to_string()
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for file in &all.files {
        let is_sql = file.ends(".sql");
        match named(file) {
            Some((_, version, name)) if is_sql => {
                let mut migration = sql(all, file, format!("V{version}__{name}"), version.to_string());
                let text = String::from_utf8_lossy(&file.bytes);
                migration.checksums = vec![checksum(name, version, &text)];
                // Source: `refinery_core/src/drivers/tokio_postgres.rs`: `batch_execute` of the whole file.
                let outside = text.lines().any(|line| {
                    line.trim_start_matches(['-', '/', '*', ' '])
                        .starts_with("refinery:noTransaction")
                });
                apply(&mut migration, unless(outside, ApplyMode::Message));
                out.migrations.push(migration);
            }
            Some((_, version, name)) => {
                let name = format!("V{version}__{name}");
                out.migrations
                    .push(program(all, file, name, version.to_string(), &TOOL));
            }
            None if is_sql => out.ignored.push(all.path(file)),
            None => {}
        }
    }
    sort(&TOOL, &mut out.migrations);
    out
}
