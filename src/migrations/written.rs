//! New migrations in the form of a tool.

use std::time::{Duration, SystemTime};

use super::FolderMigration;
use super::folder::Folder;
use crate::input;
use crate::sql_text::script::statements;

/// SQL that becomes a migration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationDraft {
    /// The statements, with comments.
    pub sql: String,
    /// Whether they can run in a transaction. If not, there is only one.
    pub in_transaction: bool,
}

/// A file that a migration consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// Its path below the folder of migrations.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// What the function of a tool makes files of.
#[derive(Debug)]
pub struct NextMigration<'a> {
    /// Its version, in the style of the folder.
    pub version: &'a str,
    /// Its name without the version.
    pub name: &'a str,
    /// The name or the revision of the migration before it.
    pub previous: &'a str,
    /// The file of the last migration of the folder.
    pub file_name: &'a str,
    /// What is in that file.
    pub file_text: &'a str,
    /// What it does.
    pub draft: &'a MigrationDraft,
}

/// The files of new migrations, in order. `None` if driftgate does not write migrations of the tool.
#[must_use]
pub fn write(folder: &Folder, name: &str, drafts: &[MigrationDraft], now: SystemTime) -> Option<Vec<WrittenFile>> {
    let write = folder.tool.write?;
    let last = folder.migrations.last()?;
    let file_text = input::read_text(&last.file).unwrap_or_default();
    let file_name = last.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut previous = last.name.clone();
    let mut files = Vec::new();
    for (number, draft) in drafts.iter().enumerate() {
        let version = version(&folder.migrations, now, u64::try_from(number).unwrap_or_default());
        let name = match drafts.len() {
            1 => name.to_owned(),
            _ => format!("{name}_{}", number + 1),
        };
        files.extend(write(&NextMigration {
            version: &version,
            name: &name,
            previous: &previous,
            file_name: &file_name,
            file_text: &file_text,
            draft,
        }));
        previous = match previous.rsplit_once('.') {
            // Django's have the name of the app.
            Some((app, _)) => format!("{app}.{version}_{name}"),
            None => version,
        };
    }
    Some(files)
}

/// The digits that the names of a migration begin with, behind the letter of Flyway.
fn digits(migration: &FolderMigration) -> Option<String> {
    let names = migration.file.iter().rev().filter_map(|part| part.to_str());
    let mut digits = names.take(2).map(|name| {
        let name = name.strip_prefix('V').unwrap_or(name);
        let stem = name.split(['_', '.']).next().unwrap_or_default();
        stem.chars().filter(char::is_ascii_digit).collect::<String>()
    });
    digits.find(|digits| !digits.is_empty())
}

/// The version of the next migration but `number`: a time if the last one is a time, or else the next number.
fn version(migrations: &[FolderMigration], now: SystemTime, number: u64) -> String {
    let all = migrations.iter().filter_map(digits);
    let last = all.max_by_key(|digits| digits.parse::<u64>().unwrap_or_default());
    let last = last.unwrap_or_default();
    let next = last.parse::<u64>().unwrap_or_default() + 1 + number;
    let at = now + Duration::from_secs(number);
    let unix = at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let time = match last.len() {
        14 => {
            let text = humantime::format_rfc3339_seconds(at).to_string();
            text.chars().filter(char::is_ascii_digit).collect()
        }
        13 => unix.as_millis().to_string(),
        10 => unix.as_secs().to_string(),
        width => return format!("{next:0width$}"),
    };
    // A version that is not later would never be applied.
    if time.parse::<u64>().is_ok_and(|time| time >= next) {
        time
    } else {
        format!("{next:0width$}", width = last.len())
    }
}

const NO_WAY_BACK: &str = "-- driftgate does not write how to undo this.\n";

fn one(path: String, text: String) -> Vec<WrittenFile> {
    vec![WrittenFile { path, text }]
}

pub(super) fn flyway(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let path = format!("V{}__{}.sql", next.version, next.name);
    let mut files = one(path.clone(), next.draft.sql.clone());
    if !next.draft.in_transaction {
        files.push(WrittenFile {
            path: format!("{path}.conf"),
            text: "executeInTransaction=false\n".to_owned(),
        });
    }
    files
}

pub(super) fn golang_migrate(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let stem = format!("{}_{}", next.version, next.name);
    let sql = &next.draft.sql;
    let up = if next.draft.in_transaction {
        format!("BEGIN;\n{sql}COMMIT;\n")
    } else {
        sql.clone()
    };
    let mut files = one(format!("{stem}.up.sql"), up);
    files.extend(one(format!("{stem}.down.sql"), NO_WAY_BACK.to_owned()));
    files
}

pub(super) fn goose(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let sql = &next.draft.sql;
    let text = if next.draft.in_transaction {
        // goose would end a statement at a semicolon inside of it.
        format!("-- +goose Up\n-- +goose StatementBegin\n{sql}-- +goose StatementEnd\n")
    } else {
        format!("-- +goose NO TRANSACTION\n-- +goose Up\n{sql}")
    };
    one(
        format!("{}_{}.sql", next.version, next.name),
        format!("{text}\n-- +goose Down\n{NO_WAY_BACK}"),
    )
}

pub(super) fn dbmate(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let option = if next.draft.in_transaction {
        ""
    } else {
        " transaction:false"
    };
    one(
        format!("{}_{}.sql", next.version, next.name),
        format!(
            "-- migrate:up{option}\n{}\n-- migrate:down\n{NO_WAY_BACK}",
            next.draft.sql
        ),
    )
}

pub(super) fn sqlx(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let mark = if next.draft.in_transaction {
        ""
    } else {
        "-- no-transaction\n"
    };
    let (version, name) = (next.version, next.name);
    let text = format!("{mark}{}", next.draft.sql);
    if !next.file_name.ends_with(".up.sql") {
        return one(format!("{version}_{name}.sql"), text);
    }
    let mut files = one(format!("{version}_{name}.up.sql"), text);
    files.extend(one(format!("{version}_{name}.down.sql"), NO_WAY_BACK.to_owned()));
    files
}

/// Prisma sends the file as one message, which is a transaction if it has several statements.
pub(super) fn prisma(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    one(
        format!("{}_{}/migration.sql", next.version, next.name),
        next.draft.sql.clone(),
    )
}

pub(super) fn diesel(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let folder = format!("{}_{}", next.version, next.name);
    let mut files = one(format!("{folder}/up.sql"), next.draft.sql.clone());
    files.extend(one(format!("{folder}/down.sql"), format!("{NO_WAY_BACK}SELECT 1;\n")));
    if !next.draft.in_transaction {
        files.extend(one(
            format!("{folder}/metadata.toml"),
            "run_in_transaction = false\n".to_owned(),
        ));
    }
    files
}

/// The statements, each as a text of a language.
fn each(next: &NextMigration<'_>, quote: impl Fn(&str) -> String) -> Vec<String> {
    let sql = &next.draft.sql;
    let all = statements(sql).into_iter();
    all.map(|range| quote(sql[range].trim())).collect()
}

/// The lines of comments before the first statement, in another language.
fn comments(next: &NextMigration<'_>, mark: &str) -> String {
    let lines = next.draft.sql.lines().filter_map(|line| line.strip_prefix("--"));
    let lines: Vec<String> = lines.map(|line| format!("{mark}{line}\n")).collect();
    lines.concat()
}

fn python_text(sql: &str) -> String {
    let text = sql.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"\"\"\n{text}\n\"\"\"")
}

pub(super) fn alembic(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let (indent, open) = if next.draft.in_transaction {
        ("    ", "")
    } else {
        ("        ", "    with op.get_context().autocommit_block():\n")
    };
    // Neither % nor : means anything in these texts.
    let run = |text: String| {
        format!("{indent}op.get_bind().exec_driver_sql({text}, execution_options={{\"no_parameters\": True}})\n")
    };
    let body = each(next, python_text)
        .into_iter()
        .map(run)
        .collect::<Vec<String>>()
        .concat();
    let text = format!(
        "\"\"\"{}\"\"\"\n\n{}\nfrom alembic import op\n\nrevision = \"{}\"\ndown_revision = \"{}\"\nbranch_labels = None\n\
         depends_on = None\n\n\ndef upgrade():\n{open}{body}\n\ndef downgrade():\n    raise NotImplementedError(\"driftgate does \
         not write how to undo this\")\n",
        next.name,
        comments(next, "#"),
        revision(next),
        next.previous
    );
    one(format!("{}_{}.py", revision(next), next.name), text)
}

/// A revision of Alembic is any name that is not used yet.
fn revision<'a>(next: &NextMigration<'a>) -> &'a str {
    next.version
}

pub(super) fn django(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let (app, name) = next.previous.split_once('.').unwrap_or(("", next.previous));
    let atomic = if next.draft.in_transaction {
        ""
    } else {
        "    atomic = False\n"
    };
    let texts = each(next, |sql| format!("            {},\n", python_text(sql))).concat();
    let text = format!(
        "{}\nfrom django.db import migrations\n\n\nclass Migration(migrations.Migration):\n{atomic}    dependencies = \
         [(\"{app}\", \"{name}\")]\n    operations = [\n        migrations.RunSQL([\n{texts}        ]),\n    ]\n",
        comments(next, "#"),
    );
    one(format!("{}_{}.py", next.version, next.name), text)
}

pub(super) fn rails(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let release = next
        .file_text
        .split_once("ActiveRecord::Migration[")
        .map(|(_, rest)| rest);
    let release = release.and_then(|rest| rest.split(']').next()).unwrap_or("7.0");
    let class: String = next
        .name
        .split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters.next().map_or_else(String::new, |first| {
                format!("{}{}", first.to_ascii_uppercase(), letters.as_str())
            })
        })
        .collect();
    let outside = if next.draft.in_transaction {
        ""
    } else {
        "  disable_ddl_transaction!\n\n"
    };
    let body: String = each(next, |sql| {
        format!("    execute <<'DRIFTGATE_SQL'\n{sql}\nDRIFTGATE_SQL\n")
    })
    .concat();
    let text = format!(
        "{}class {class} < ActiveRecord::Migration[{release}]\n{outside}  def up\n{body}  end\n\n  def down\n    raise \
         ActiveRecord::IrreversibleMigration\n  end\nend\n",
        comments(next, "#")
    );
    one(format!("{}_{}.rb", next.version, next.name), text)
}

fn script_text(sql: &str) -> String {
    let text = sql.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${");
    format!("`\n{text}\n`")
}

/// The ending of the last migration, and how it exports: `export const x` or `exports.x`.
fn of_script<'a>(next: &NextMigration<'a>) -> (&'a str, &'static str) {
    let ending = next.file_name.rsplit_once('.').map_or("js", |(_, ending)| ending);
    let ending = if ending == "sql" { "js" } else { ending };
    let is_module = next.file_text.lines().any(|line| line.starts_with("export "));
    (ending, if is_module { "export const " } else { "exports." })
}

pub(super) fn knex(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let (ending, export) = of_script(next);
    let any = if ending.ends_with("ts") { ": any" } else { "" };
    let body: String = each(next, |sql| format!("  await knex.raw({});\n", script_text(sql))).concat();
    let config = if next.draft.in_transaction {
        String::new()
    } else {
        format!("\n{export}config = {{ transaction: false }};\n")
    };
    let text = format!(
        "{}{export}up = async (knex{any}) => {{\n{body}}};\n\n{export}down = async (){any} => {{\n  throw new Error('driftgate does \
         not write how to undo this');\n}};\n{config}",
        comments(next, "//")
    );
    one(format!("{}_{}.{ending}", next.version, next.name), text)
}

pub(super) fn node_pg_migrate(next: &NextMigration<'_>) -> Vec<WrittenFile> {
    let (ending, export) = of_script(next);
    let any = if ending.ends_with("ts") { ": any" } else { "" };
    let outside = if next.draft.in_transaction {
        ""
    } else {
        "  pgm.noTransaction();\n"
    };
    let body: String = each(next, |sql| format!("  pgm.sql({});\n", script_text(sql))).concat();
    let text = format!(
        "{}{export}up = (pgm{any}) => {{\n{outside}{body}}};\n\n{export}down = false;\n",
        comments(next, "//")
    );
    one(format!("{}_{}.{ending}", next.version, next.name), text)
}

#[cfg(test)]
mod tests;
