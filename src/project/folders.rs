//! The folders of migrations of a project.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Unit, folder_of, is_manifest, unit, unit_folder};
use crate::input;
use crate::input::walk::Found;
use crate::migrations::{Tool, Up, folder};
use crate::redact;

/// Migrations of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundMigrations {
    /// The tool that they belong to.
    pub tool: &'static Tool,
    /// The folders; several if the tool reads several, such as those of the apps of Django.
    pub paths: Vec<PathBuf>,
    /// How many there are.
    pub count: usize,
    /// Whether an empty database can be migrated without the tool: every migration is SQL.
    pub is_sql: bool,
}

/// The names of folders in which tools keep migrations by default.
const NAMES: [&str; 10] = [
    "Migrations",
    "changelog",
    "changelogs",
    "drizzle",
    "migrate",
    "migration",
    "migrations",
    "schema_migrations",
    "sql_migrations",
    "versions",
];

/// Files that say that their own folder has migrations.
const MARKS: [&str; 2] = ["sqitch.plan", "atlas.sum"];

/// A file with the whole schema, as Rails and others write it.
const SCHEMA_FILE: &str = "structure.sql";

/// Whether a file says something about migrations.
pub(super) fn is_file(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    MARKS.contains(&&*name)
        || name == SCHEMA_FILE
        || path.parent().is_some_and(|folder| {
            folder
                .components()
                .any(|part| NAMES.iter().any(|name| part.as_os_str() == *name))
        })
}

/// Adds the folders of migrations to the units that they belong to.
pub(super) fn add(root: &Path, files: &[Found], units: &mut Vec<Unit>, notes: &mut Vec<String>) {
    let mut taken: Vec<String> = Vec::new();
    for candidate in candidates(files, units) {
        let is_inside = |folder: &String| candidate.starts_with(&format!("{folder}/"));
        if taken.iter().any(is_inside) {
            continue;
        }
        let path = root.strip_prefix(".").unwrap_or(root).join(&candidate);
        let fitting = folder::possible_tools(&path).unwrap_or_default();
        let tool = match fitting.as_slice() {
            [] => continue,
            [only] => Some(only),
            several => named_in_manifests(files, unit_folder(files, &candidate), several),
        };
        let Some(tool) = tool else {
            let names: Vec<&str> = fitting.iter().map(|tool| tool.name).collect();
            notes.push(format!(
                "{} has migrations of one of {}: write the right one as `tool` under `migrations`",
                redact::path(&path),
                names.join(", ")
            ));
            continue;
        };
        if let Ok(found) = folder::read(&path, Some(tool)) {
            taken.push(candidate.clone());
            place(files, units, notes, &candidate, &found);
        }
    }
    for file in files
        .iter()
        .filter(|file| file.below.rsplit('/').next() == Some(SCHEMA_FILE))
    {
        let folder = unit_folder(files, folder_of(&file.below));
        let unit = unit(units, folder);
        unit.schema_file
            .get_or_insert_with(|| file.path.strip_prefix(".").unwrap_or(&file.path).to_owned());
    }
}

/// The only one of several tools that a file of the project around the folder names, as `Cargo.toml` names sqlx.
fn named_in_manifests<'a>(files: &[Found], unit: &str, several: &'a [&'static Tool]) -> Option<&'a &'static Tool> {
    let manifests = files
        .iter()
        .filter(|file| folder_of(&file.below) == unit && is_manifest(&file.below));
    let text: String = manifests.filter_map(|file| input::read_text(&file.path).ok()).collect();
    let mut named = several.iter().filter(|tool| text.contains(tool.name));
    named.next().filter(|_| named.next().is_none())
}

/// The folders that may have migrations, outer ones first.
fn candidates(files: &[Found], units: &[Unit]) -> Vec<String> {
    let of_models = units.iter().filter_map(|unit| unit.model.as_ref());
    let named = of_models.flat_map(|model| &model.migrations);
    let mut all: BTreeSet<(usize, String)> = named
        .map(|folder| (folder.matches('/').count() + 1, folder.clone()))
        .collect();
    for file in files {
        let name = file.below.rsplit('/').next().unwrap_or_default();
        if MARKS.contains(&name) {
            all.insert((file.below.matches('/').count(), folder_of(&file.below).to_owned()));
        }
        for (end, _) in file.below.match_indices('/') {
            let folder = &file.below[..end];
            if NAMES.contains(&folder.rsplit('/').next().unwrap_or_default()) {
                all.insert((folder.matches('/').count() + 1, folder.to_owned()));
            }
        }
    }
    all.into_iter().map(|(_, folder)| folder).collect()
}

/// Gives a folder to the unit that has the model, or to that of the project around it.
fn place(files: &[Found], units: &mut Vec<Unit>, notes: &mut Vec<String>, candidate: &str, found: &folder::Folder) {
    let is_of_model = |unit: &&mut Unit| {
        let places = unit.model.as_ref().map(|model| &model.migrations);
        places.is_some_and(|places| places.iter().any(|place| place == candidate))
    };
    let migrations = FoundMigrations {
        tool: found.tool,
        paths: vec![found.path.clone()],
        count: found.migrations.len(),
        is_sql: found
            .migrations
            .iter()
            .all(|migration| matches!(migration.up, Up::Sql { .. })),
    };
    let owner = match units.iter_mut().find(is_of_model) {
        Some(unit) => unit,
        None => unit(units, unit_folder(files, candidate)),
    };
    match &mut owner.migrations {
        None => owner.migrations = Some(migrations),
        Some(first) if first.tool == migrations.tool && !first.tool.one_folder => {
            first.count += migrations.count;
            first.is_sql &= migrations.is_sql;
            first.paths.extend(migrations.paths);
        }
        Some(_) => notes.push(format!(
            "{} has migrations of {}, too: if they are those of the same database, add an entry for them under `migrations`",
            redact::path(&found.path),
            found.tool.title,
        )),
    }
}
