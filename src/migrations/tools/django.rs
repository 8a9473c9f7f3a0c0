//! Django. Source: `django/db/migrations/recorder.py` (the table), `loader.py` (the files, what replaces what).

use std::collections::BTreeMap;

use super::alembic::quoted;
use super::{
    BASE, File, Files, Fit, FolderContents, FolderMigration, FolderProblem, RecordTime, Tool, ToolVerification,
    program, version, written,
};
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
    recorded: RecordTime::InTransaction,
    apply: "python manage.py migrate",
    record: "python manage.py migrate --fake APP NAME",
    packages_have_migrations: true,
    layout: "APP/migrations/NNNN_name.py",
    detect: |files| {
        if files.any(".py", |file| file.says("migrations.Migration")) {
            Fit::Certain
        } else {
            Fit::No
        }
    },
    read,
    write: Some(written::django),
    verified: ToolVerification::Run("5.2.19"),
    ..BASE
};

/// The labels of the apps whose migrations the settings move to another module, each with the path of that module. It is
/// empty if the app has no migrations.
fn moved(all: &Files) -> Vec<(String, String)> {
    const SETTING: &str = "MIGRATION_MODULES";
    let mut out = Vec::new();
    for file in all.files.iter().filter(|file| file.ends(".py") && file.says(SETTING)) {
        let text = file.text();
        let Some((_, rest)) = text.split_once(SETTING) else {
            continue;
        };
        let body = rest.split_once('{').map_or("", |(_, body)| body);
        let body = &body[..body.find('}').unwrap_or(body.len())];
        for line in body.split(['\n', ',']) {
            let path = |module: &String| module.replace('.', "/");
            if let [label, module @ ..] = quoted(line).as_slice() {
                out.push((label.clone(), module.first().map(path).unwrap_or_default()));
            }
        }
    }
    out
}

/// The label of the app whose migrations the settings move to a folder.
fn moved_to<'a>(all: &Files, file: &File, moved: &'a [(String, String)]) -> Option<&'a str> {
    let root = all.roots.get(file.root)?;
    let whole = format!("{}/{}/{}", root.parent, root.name, file.folder());
    let whole = whole.trim_end_matches('/');
    let is_there = |module: &str| {
        let rest = whole.strip_suffix(module);
        !module.is_empty() && rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
    };
    let found = moved.iter().find(|(_, module)| is_there(module))?;
    Some(&found.0)
}

/// The label of the app that a file belongs to: that of its configuration, or the name of the folder above `migrations`. A
/// folder that was named and has another name is that of the app.
fn app(all: &Files, file: &File) -> Option<String> {
    let root = all.roots.get(file.root)?;
    let folder = file.folder();
    let (name, configuration) = match folder.rsplit_once('/') {
        Some((above, "migrations")) => {
            let name = above.rsplit('/').next().unwrap_or_default();
            (name, all.get_near(file, &format!("{above}/apps.py")))
        }
        None if folder == "migrations" => (root.name.as_str(), all.get_near(file, "apps.py")),
        None if folder.is_empty() && root.name != "migrations" => (root.name.as_str(), None),
        None if folder.is_empty() => (
            root.parent.as_str(),
            root.beside.iter().find(|file| file.path == "apps.py"),
        ),
        Some(_) | None => return None,
    };
    let label = configuration.and_then(|file| label(&file.text()));
    label.or_else(|| (!name.is_empty()).then(|| name.to_owned()))
}

/// A class in `apps.py`.
#[derive(Default)]
struct AppConfig {
    name: Option<String>,
    label: Option<String>,
    is_default: bool,
}

/// The label in `apps.py`. Source: `django/apps/config.py`, `AppConfig.create`: of several classes, the one with
/// `default = True` counts.
fn label(text: &str) -> Option<String> {
    let mut classes: Vec<AppConfig> = Vec::new();
    for line in text.lines() {
        if line.starts_with("class ") {
            classes.push(AppConfig::default());
        }
        let (Some(class), Some((key, value))) = (classes.last_mut(), line.split_once('=')) else {
            continue;
        };
        let word = || quoted(value).into_iter().next();
        match key.split(':').next().unwrap_or_default().trim() {
            "name" => class.name = word(),
            "label" => class.label = word(),
            "default" => class.is_default = value.trim().starts_with("True"),
            _ => {}
        }
    }
    classes.retain(|class| class.name.is_some());
    let class = match classes.len() {
        1 => classes.pop(),
        _ => classes.into_iter().find(|class| class.is_default),
    }?;
    let last = |name: String| name.rsplit('.').next().map(str::to_owned);
    class.label.or_else(|| class.name.and_then(last))
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
    let mut apps: BTreeMap<(usize, &str), Option<String>> = BTreeMap::new();
    let moved = moved(all);
    for file in all.files.iter().filter(|file| file.ends(".py")) {
        let is_one = file.says("class Migration");
        let app = apps.entry((file.root, file.folder())).or_insert_with(|| {
            moved_to(all, file, &moved).map_or_else(|| app(all, file), |label| Some(label.to_owned()))
        });
        match app {
            // Its migrations are elsewhere, or it has none.
            Some(app)
                if moved
                    .iter()
                    .any(|(label, _)| label == app && moved_to(all, file, &moved) != Some(label)) => {}
            // Django ignores these names.
            Some(app) if is_one && !file.name().starts_with(['_', '~']) => {
                let text = file.text();
                let name = format!("{app}.{}", file.stem());
                let mut migration = program(all, file, &*name, &*name, &TOOL);
                migration.after = pairs(&text, "dependencies");
                migration.replaces = pairs(&text, "replaces");
                out.migrations.push(migration);
            }
            Some(_) | None if is_one => out.ignored.push(all.path(file)),
            Some(_) | None => {}
        }
    }
    out.migrations.sort_by(|a, b| a.version.cmp(&b.version));
    out.problems = conflicts(&out.migrations);
    out
}

/// Django refuses an app with two last migrations.
fn conflicts(migrations: &[FolderMigration]) -> Vec<FolderProblem> {
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
            let problem = Problem::new(format!(
                "the app {app} has {} migrations that no other migration depends on: {}",
                leaves.len(),
                leaves.join(", ")
            ))
            .hint("Django refuses to choose between them: run `python manage.py makemigrations --merge`");
            FolderProblem::refused(app, problem)
        })
        .collect()
}
