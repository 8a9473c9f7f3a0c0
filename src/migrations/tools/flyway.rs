//! Flyway. Source: `flyway-core`, `org.flywaydb.core.internal.resolver.ChecksumCalculator`,
//! `…resource.ResourceNameParser`, `…database.base.Schema`/`…postgresql.PostgreSQLDatabase` (the table), and the
//! documentation, "Migrations" and "Schema history table".

use super::{
    ApplyMode, BASE, File, Files, Fit, FolderContents, FolderMigration, FolderProblem, Late, RecordTime, Replacement,
    Tool, ToolVerification, Up, program, sort, sql, unless, version, written,
};
use crate::error::Problem;
use crate::sql_text::script::statements;
use crate::sql_text::words;

pub(super) static TOOL: Tool = Tool {
    name: "flyway",
    title: "Flyway",
    table: "flyway_schema_history",
    other_tables: &["schema_version"],
    telltale_columns: &["installed_rank", "script", "checksum", "success"],
    // An undone version has a later row for the undo. A version that was deleted from the folder and repaired has a later
    // row of type DELETE. These rows are not migrations, but they set the state of the version. The row for a schema
    // that Flyway created has no version and is not a migration. Flyway compares versions as numbers, and writes them as
    // in the name of the file, with zeros that do not count. Source: `org.flywaydb.core.api.MigrationVersion`.
    query: "SELECT script AS name, \
                   coalesce(regexp_replace(regexp_replace(replace(version, '_', '.'), '(^|\\.)0+(?=[0-9])', '\\1', 'g'), \
                            '(\\.0)+$', ''), \
                            'R__' || replace(description, ' ', '_')) AS version, \
                   CASE WHEN type LIKE 'UNDO%' OR type = 'DELETE' THEN 'rolled back' \
                        WHEN type LIKE '%BASELINE' THEN 'baseline' WHEN success THEN 'applied' ELSE 'failed' END AS state, \
                   CASE WHEN type = 'SQL' THEN checksum::text END AS checksum \
            FROM {table} WHERE type <> 'SCHEMA' ORDER BY installed_rank",
    sort: version::dotted,
    // People leave the extension out.
    version_in: |name| named(name).or_else(|| named(&format!("{name}.sql")))?.version,
    named_by: |expected, version| canonical(expected).is_some_and(|expected| expected == version),
    short_name: |name| name.split_once("__").map(|(_, rest)| rest.trim_end_matches(".sql")),
    // Source: `DbMigrate.doMigrateGroup` writes the row after the statements. Since release 9.1 it does so on another
    // connection, whose transaction lasts for all migrations with `-group=true`: then all rows have the number of the first.
    recorded: RecordTime::OneByOne,
    apply: "flyway migrate",
    // Source: the documentation, "Out Of Order": validation fails on an ignored migration.
    late: Late::Refuses("give it a later version, or apply it all the same with `-outOfOrder=true`"),
    replacement: Replacement::NewDatabases,
    resolve_hint: "flyway repair",
    layout: "V1__name.sql, V1_2__name.sql, R__name.sql, B1__name.sql; U1__name.sql rolls back",
    checksum: "CRC-32 of the lines",
    consecutive: true,
    detect: |files| {
        let mut fit = Fit::No;
        for named in files.files.iter().filter_map(|file| named(file.name())) {
            // refinery does not have these.
            let sure = matches!(named.prefix, 'R' | 'B') || named.version.is_some_and(|v| v.contains('.'));
            fit = fit.max(if sure { Fit::Certain } else { Fit::Ambiguous });
        }
        fit
    },
    read,
    write: Some(written::flyway),
    verified: ToolVerification::Documentation,
    ..BASE
};

struct VersionedName {
    prefix: char,
    version: Option<String>,
    description: String,
}

/// The type, version and name in a file name, if it is a migration.
fn named(name: &str) -> Option<VersionedName> {
    let stem = name.strip_suffix(".sql").or_else(|| name.strip_suffix(".java"))?;
    let prefix = stem.chars().next().filter(|c| matches!(c, 'V' | 'R' | 'B' | 'U'))?;
    let (version, description) = stem[1..].split_once("__")?;
    let version = match (prefix, version) {
        ('R', "") => None,
        ('R', _) | (_, "") => return None,
        _ => Some(canonical(version)?),
    };
    Some(VersionedName {
        prefix,
        version,
        description: description.to_owned(),
    })
}

/// `1_2` is the version 1.2. Zeros at the beginning of a number do not count, and neither do numbers at the end that are 0.
fn canonical(version: &str) -> Option<String> {
    let mut parts: Vec<u128> = Vec::new();
    for part in version.split(['.', '_']) {
        parts.push(part.parse().ok()?);
    }
    while parts.len() > 1 && parts.last() == Some(&0) {
        parts.pop();
    }
    let parts: Vec<String> = parts.iter().map(u128::to_string).collect();
    Some(parts.join("."))
}

/// CRC-32 of the lines without their ends, as a signed number of 32 bits.
fn checksum(file: &File) -> String {
    let mut hasher = crc32fast::Hasher::new();
    for line in crate::source_map::lines(&file.text()) {
        hasher.update(line.as_bytes());
    }
    hasher.finalize().cast_signed().to_string()
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    let mut versioned = Vec::new();
    let mut baselines = Vec::new();
    let mut repeatable = Vec::new();
    for file in &all.files {
        let is_sql = file.ends(".sql");
        let Some(named) = named(file.name()) else {
            if is_sql && !is_callback(file.stem()) {
                out.ignored.push(all.path(file));
            }
            continue;
        };
        let version = named.version.unwrap_or_else(|| format!("R__{}", named.description));
        let mut migration = if is_sql {
            let mut migration = sql(all, file, &*file.path, version);
            migration.checksums = vec![checksum(file)];
            migration.up = up(file, all);
            migration
        } else {
            program(all, file, &*file.path, version, &TOOL)
        };
        match named.prefix {
            'V' => versioned.push(migration),
            'B' => baselines.push(migration),
            'R' => {
                migration.repeatable = true;
                repeatable.push(migration);
            }
            _ => {}
        }
    }
    sort(&TOOL, &mut versioned);
    sort(&TOOL, &mut baselines);
    repeatable.sort_by(|a, b| a.version.cmp(&b.version));
    if let Some(baseline) = baselines.pop() {
        versioned = after_baseline(baseline, versioned, &mut out);
    }
    if versioned.is_empty() && repeatable.is_empty() && !all.files.is_empty() && out.ignored.is_empty() {
        let problem = Problem::new(format!(
            "{} has no migration of Flyway except those that roll back",
            all.label()
        ));
        out.problems.push(FolderProblem::refused("no migration", problem));
    }
    out.migrations = versioned;
    out.migrations.extend(repeatable);
    out
}

/// On an empty database the last baseline replaces all migrations before it.
fn after_baseline(
    mut baseline: FolderMigration,
    versioned: Vec<FolderMigration>,
    out: &mut FolderContents,
) -> Vec<FolderMigration> {
    let upto = (TOOL.sort)(&baseline.version);
    let (before, mut after): (Vec<_>, Vec<_>) = versioned.into_iter().partition(|m| (TOOL.sort)(&m.version) <= upto);
    baseline.only_for_new = true;
    // It has the version of the last migration that it replaces, and that one's checksum in most histories.
    baseline.checksums = Vec::new();
    baseline.replaces = before.iter().map(|m| m.version.clone()).collect();
    out.replaced = before;
    after.insert(0, baseline);
    after
}

/// The code that applies a file: its text, unless Flyway replaces placeholders.
fn up(file: &File, all: &Files) -> Up {
    let text = file.text().into_owned();
    let configuration = all
        .get(&format!("{}.conf", file.path))
        .map(|file| file.text().replace(' ', ""));
    let says = |what: &str| configuration.as_ref().is_some_and(|text| text.contains(what));
    if let Some(start) = text.find("${")
        && !says("placeholderReplacement=false")
    {
        let end = text[start..].find('}').map_or(text.len(), |end| start + end + 1);
        return Up::NotSql(format!(
            "Flyway fills the placeholder {} in, which driftgate does not: let Flyway migrate an empty database, and give \
             the URL of that",
            &text[start..end]
        ));
    }
    Up::Sql {
        mode: unless(
            says("executeInTransaction=false") || !fits_transaction(&text),
            ApplyMode::Statements,
        ),
        text,
        first_line: 1,
    }
}

/// Whether every statement can run in a transaction. Where one cannot, Flyway uses none for the whole file. Source:
/// `org.flywaydb.database.postgresql.PostgreSQLParser`, `detectCanExecuteInTransaction`.
fn fits_transaction(text: &str) -> bool {
    let of =
        |words: &[String], begin: &[&str]| words.len() >= begin.len() && words.iter().zip(begin).all(|(a, b)| a == b);
    statements(text).into_iter().all(|range| {
        let mut words: Vec<String> = words(&text[range]).take(4).map(str::to_lowercase).collect();
        words.retain(|word| !matches!(word.as_str(), "unique" | "verbose"));
        let verb = words.first().map(String::as_str);
        let other: &[&[&str]] = match verb {
            Some("create" | "drop") => &[
                &["database"],
                &["tablespace"],
                &["subscription"],
                &["index", "concurrently"],
            ],
            Some("alter") => &[&["system"]],
            Some("reindex") => &[&["schema"], &["database"], &["system"]],
            Some("discard") => &[&["all"]],
            Some("vacuum") => &[&[]],
            _ => &[],
        };
        !other.iter().any(|begin| of(&words[1..], begin))
    })
}

/// Whether a file is a callback, which runs before or after migrations and is not one.
fn is_callback(stem: &str) -> bool {
    let event = stem.split("__").next().unwrap_or_default();
    ["before", "after", "createSchema"]
        .iter()
        .any(|word| event.starts_with(word))
}
