use super::*;
use crate::migrations::files::{File, Files, Root};
use crate::migrations::{ApplyMode, TOOLS, Tool, Up};

/// A folder of this tool with one migration.
fn first(tool: &Tool) -> (&'static str, &'static str) {
    match tool.name {
        "flyway" => ("V009__a.sql", "SELECT 1;"),
        "golang-migrate" => ("000009_a.up.sql", "SELECT 1;"),
        "goose" => ("00009_a.sql", "-- +goose Up\nSELECT 1;"),
        "dbmate" => ("20260101000000_a.sql", "-- migrate:up\nSELECT 1;\n-- migrate:down\n"),
        "diesel" => ("2026-01-01-000000_a/up.sql", "SELECT 1;"),
        "prisma" => ("20260101000000_a/migration.sql", "SELECT 1;"),
        "alembic" => (
            "0009_a.py",
            "revision = \"0009\"\ndown_revision = None\ndef upgrade(): pass",
        ),
        "django" => (
            "migrations/0009_a.py",
            "class Migration(migrations.Migration): dependencies = []",
        ),
        "rails" => ("20260101000000_a.rb", "class A < ActiveRecord::Migration[6.1]\nend"),
        "knex" => ("20260101000000_a.js", "exports.up = (knex) => knex.raw('SELECT 1')"),
        "node-pg-migrate" => ("1760000000000_a.js", "exports.up = (pgm) => pgm.sql('SELECT 1')"),
        _ => ("20260101000000_a.sql", "SELECT 1;"),
    }
}

fn files(all: &[(String, String)]) -> Files {
    let file = |(path, text): &(String, String)| File {
        root: 0,
        path: path.clone(),
        bytes: text.clone().into_bytes(),
    };
    let mut files: Vec<File> = all.iter().map(file).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Files {
        roots: vec![Root {
            name: "shop".to_owned(),
            ..Root::default()
        }],
        files,
        skipped: Vec::new(),
    }
}

#[test]
fn what_is_written_is_read_in_its_order() {
    let drafts = [true, false, true].map(|in_transaction| MigrationDraft {
        sql: format!("-- {in_transaction}\nSELECT '`${{x}}\\ \"\"\" % :a';\n"),
        in_transaction,
    });
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let mut tools = 0;
    for tool in TOOLS.iter().filter(|tool| tool.write.is_some()) {
        let (path, text) = first(tool);
        let mut all = vec![(path.to_owned(), text.to_owned())];
        let folder = crate::migrations::folder::interpret(&files(&all), Some(tool)).unwrap();
        let folder_of_app = path.strip_suffix("0009_a.py").unwrap_or_default();
        let written = write(&folder, "repair", &drafts, now).unwrap();
        all.extend(
            written
                .into_iter()
                .map(|file| (format!("{folder_of_app}{}", file.path), file.text)),
        );
        let again = crate::migrations::folder::interpret(&files(&all), Some(tool)).unwrap();
        let problems: Vec<&str> = again.problems.iter().map(|p| p.problem.message.as_str()).collect();
        assert!(problems.is_empty(), "{}: {problems:?}", tool.name);
        let names: Vec<&str> = again.migrations.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names.len(), 4, "{}: {names:?}", tool.name);
        if let Up::Sql { text, mode, .. } = &again.migrations[2].up {
            assert!(*mode != ApplyMode::Transaction, "{}", tool.name);
            assert_eq!(statements(text).len(), 1, "{}", tool.name);
        }
        tools += 1;
    }
    assert!(tools >= 12, "{tools} tools");
}

#[test]
fn versions_continue_the_style_of_the_folder() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_790_000_000);
    let next = |path: &str| {
        let all = files(&[(path.to_owned(), "SELECT 1;".to_owned())]);
        let tool = if path.starts_with('V') { "flyway" } else { "sqlx" };
        let folder = crate::migrations::folder::interpret(&all, Tool::named(tool)).unwrap();
        [0, 1].map(|number| version(&folder.migrations, now, number))
    };
    assert_eq!(next("V9__a.sql"), ["10", "11"]);
    assert_eq!(next("V007__a.sql"), ["008", "009"]);
    assert_eq!(next("20260101000000_a.sql"), ["20260921141320", "20260921141321"]);
    // A version of the future.
    assert_eq!(next("20990101000000_a.sql"), ["20990101000001", "20990101000002"]);
    assert_eq!(next("1760000000000_a.sql"), ["1790000000000", "1790000001000"]);
}
