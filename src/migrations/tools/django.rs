//! Django. Source: `django/db/migrations/recorder.py` (the table), `loader.py` (the files, what replaces what).

use std::collections::BTreeMap;

use super::alembic::quoted;
use super::{BASE, File, Files, Fit, FolderContents, FolderMigration, Tool, ToolVerification, program, version};
use crate::error::Problem;

pub(super) static TOOL: Tool = Tool {
    name: "django",
    title: "Django",
    table: "django_migrations",
    telltale_columns: &["app", "name", "applied"],
    query: "SELECT app || '.' || name AS name, app || '.' || name AS version, 'applied' AS state, \
                   NULL::text AS checksum \
            FROM {table} ORDER BY id",
    sort: version::only_the_folder,
    family: |version| version.split('.').next().unwrap_or_default(),
    short_name: |name| name.split_once('.').map(|(_, name)| name),
    apply: "python manage.py migrate",
    layout: "APP/migrations/NNNN_name.py",
    detect: |files| {
        if files.any(".py", |file| file.says("migrations.Migration")) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    verified: ToolVerification::Run("5.2.19"),
    ..BASE
};

/// The app that a file belongs to: the name of the folder above its folder `migrations`.
fn app(all: &Files, file: &File) -> Option<String> {
    let folders: Vec<&str> = file.folder().split('/').filter(|part| !part.is_empty()).collect();
    match folders.as_slice() {
        [.., app, "migrations"] => Some((*app).to_owned()),
        ["migrations"] => Some(all.name.clone()),
        [] => all.root.parent()?.file_name()?.to_str().map(str::to_owned),
        _ => None,
    }
}

/// The pairs `("app", "name")` in the list that is assigned to a name in the class.
fn pairs(text: &str, name: &str) -> Vec<String> {
    let Some(start) = text.find(&format!("    {name} = [")) else {
        return Vec::new();
    };
    let list = &text[start..];
    let list = &list[..list.find(']').unwrap_or(list.len())];
    list.split('(')
        .skip(1)
        .filter_map(|pair| match quoted(pair).as_slice() {
            [app, name, ..] => Some(format!("{app}.{name}")),
            _ => None,
        })
        .collect()
}

fn read(all: &Files) -> FolderContents {
    let mut out = FolderContents::default();
    for file in all.files.iter().filter(|file| file.ends(".py")) {
        let is_one = file.says("class Migration");
        match app(all, file) {
            // Django ignores these names.
            Some(app) if is_one && !file.name().starts_with(['_', '~']) => {
                let text = file.text();
                let name = format!("{app}.{}", file.stem());
                let mut migration = program(all, file, &*name, &*name, &TOOL, "Python");
                migration.after = pairs(&text, "dependencies");
                migration.replaces = pairs(&text, "replaces");
                out.migrations.push(migration);
            }
            Some(_) | None if is_one => out.ignored.push(file.path.clone()),
            Some(_) | None => {}
        }
    }
    out.migrations.sort_by(|a, b| a.version.cmp(&b.version));
    out.problems = conflicts(&out.migrations);
    out
}

/// Django refuses an app with two last migrations.
fn conflicts(migrations: &[FolderMigration]) -> Vec<Problem> {
    let mut leaves: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for migration in migrations {
        let family = (TOOL.family)(&migration.version);
        let of_app = |other: &&FolderMigration| (TOOL.family)(&other.version) == family;
        let mut others = migrations.iter().filter(of_app);
        if !others.any(|other| other.after.contains(&migration.version) || other.replaces.contains(&migration.version))
        {
            leaves.entry(family).or_default().push(&migration.name);
        }
    }
    leaves
        .into_iter()
        .filter(|(_, leaves)| leaves.len() > 1)
        .map(|(app, leaves)| {
            Problem::new(format!(
                "the app {app} has {} migrations that no other migration depends on: {}",
                leaves.len(),
                leaves.join(", ")
            ))
            .hint("Django refuses to choose between them: run `python manage.py makemigrations --merge`")
        })
        .collect()
}
