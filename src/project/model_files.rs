//! The models of the application, by the files of the libraries.

use std::collections::BTreeMap;

use super::variables::is_postgres_url;
use super::{Unit, add_unit, folder_of, unit, unit_folder};
use crate::input;
use crate::input::walk::Found;

/// The model of an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundModel {
    /// The source, as it is written on the command line: `model:django`.
    pub source: String,
    /// The file that says so, below the folder of the project.
    pub file: String,
    /// The library, as its authors write it.
    pub title: &'static str,
    /// The folders that its migrations would be in, below the folder of the project.
    pub(super) migrations: Vec<String>,
}

/// Whether a file of this name may say where a model is.
pub(super) fn is_file(name: &str) -> bool {
    name == "manage.py"
        || name == "alembic.ini"
        || name == DATABASE_YML
        || is_rails_schema(name)
        || is_drizzle(name)
        || is_prisma_config(name)
        || [".prisma", ".py"].iter().any(|ending| name.ends_with(ending))
}

/// The configuration of the databases of Rails.
const DATABASE_YML: &str = "database.yml";

/// The schema of Rails. Each further database has one with its name in it.
fn is_rails_schema(name: &str) -> bool {
    name == "schema.rb" || name.ends_with("_schema.rb")
}

/// The configuration of Prisma, which has the URL since Prisma 7.
fn is_prisma_config(name: &str) -> bool {
    name.strip_prefix("prisma.config.")
        .is_some_and(|ending| ["ts", "js", "mts", "mjs"].contains(&ending))
}

fn is_drizzle(name: &str) -> bool {
    name.strip_prefix("drizzle.config.")
        .is_some_and(|ending| ["ts", "js", "mjs", "json"].contains(&ending))
}

/// Adds the models to the units that they belong to.
pub(super) fn add(files: &[Found], units: &mut Vec<Unit>, notes: &mut Vec<String>) {
    let schemas = PrismaFiles::read(files);
    for file in files {
        let name = file.below.rsplit('/').next().unwrap_or_default();
        if name.ends_with(".prisma") {
            prisma(files, &schemas, file, units, notes);
        } else if is_drizzle(name) {
            drizzle(files, file, units, notes);
        } else if name == "manage.py" {
            let model = found("django", "Django", file, &file.below, Vec::new());
            set(unit(units, folder_of(&file.below)), model, notes);
        } else if name == "alembic.ini" {
            sqlalchemy(files, file, units, notes);
        } else if is_rails_schema(name) {
            rails(files, file, units, notes);
        }
    }
}

fn found(kind: &str, title: &'static str, file: &Found, path: &str, migrations: Vec<String>) -> FoundModel {
    FoundModel {
        source: format!("model:{kind}:{path}"),
        file: file.below.clone(),
        title,
        migrations,
    }
}

fn set(unit: &mut Unit, model: FoundModel, notes: &mut Vec<String>) {
    match &unit.model {
        None => unit.model = Some(model),
        Some(first) => notes.push(format!(
            "{} is the model of {}, too: {} is used",
            model.file, model.title, first.file
        )),
    }
}

/// A datasource of Prisma says which variable has the URL. Each schema with a datasource is a database of its own. A schema
/// can be a folder of files, of which one has the datasource.
fn prisma(files: &[Found], schemas: &PrismaFiles, file: &Found, units: &mut Vec<Unit>, notes: &mut Vec<String>) {
    let Some(datasource) = schemas.datasources.get(&file.below) else {
        return;
    };
    let provider = setting(datasource, "provider").unwrap_or_default();
    if !provider.contains("postgres") && !provider.contains("cockroach") {
        notes.push(format!(
            "{} is the schema of a database of {provider}, which driftgate cannot check",
            file.below
        ));
        return;
    }
    let folder = folder_of(&file.below);
    let (same_schema, other_schemas) = schemas.siblings(&file.below);
    let is_folder = same_schema > 0 && other_schemas == 0 && !folder.is_empty();
    let path = if is_folder { folder } else { &file.below };
    let migrations = [
        format!("{folder}/migrations"),
        format!("{}/migrations", folder_of(folder)),
    ];
    let migrations = migrations.map(|path| path.trim_start_matches('/').to_owned()).to_vec();
    let model = found("prisma", "Prisma", file, path, migrations);
    let project = unit_folder(files, folder);
    let of_config = prisma_config(files, project);
    let owner = match name_of_schema(&file.below, other_schemas > 0) {
        None => unit(units, project),
        name => add_unit(units, project, name),
    };
    owner.variable = owner.variable.take().or_else(|| env_call(datasource)).or(of_config);
    set(owner, model, notes);
}

/// The variable of the URL in the configuration of Prisma of a project.
fn prisma_config(files: &[Found], project: &str) -> Option<String> {
    let is_config = |file: &&Found| {
        folder_of(&file.below) == project && is_prisma_config(file.below.rsplit('/').next().unwrap_or_default())
    };
    let text = input::read_text(&files.iter().find(is_config)?.path).ok()?;
    let url = text.lines().find(|line| line.trim_start().starts_with("url"))?;
    env_call(url).or_else(|| process_env(url))
}

/// The schema of a Rails application, which is in its folder `db`.
fn rails(files: &[Found], file: &Found, units: &mut Vec<Unit>, notes: &mut Vec<String>) {
    let folder = folder_of(&file.below);
    let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
    if name != "db" {
        return;
    }
    if !file.below.ends_with("db/schema.rb") {
        notes.push(format!(
            "{} is the schema of another database: driftgate pull --from model:rails:{} writes its expectations",
            file.below, file.below
        ));
        return;
    }
    let owner = unit(units, unit_folder(files, above));
    owner.variable = owner.variable.take().or_else(|| database_yml(files, above));
    let model = found("rails", "Rails", file, &file.below, vec![format!("{folder}/migrate")]);
    set(owner, model, notes);
}

/// The variable of the URL in `config/database.yml` of a folder.
fn database_yml(files: &[Found], folder: &str) -> Option<String> {
    let path = format!("{folder}/config/{DATABASE_YML}");
    let file = files.iter().find(|file| file.below == path.trim_start_matches('/'))?;
    let text = input::read_text(&file.path).ok()?;
    let url = text.lines().find(|line| line.trim_start().starts_with("url:"))?;
    let (_, name) = url.split_once("ENV")?;
    let name = name.trim_start_matches(".fetch").trim_start_matches(['(', '[', ' ']);
    word(name.trim_start_matches(['"', '\'']))
}

/// The files of Prisma, each of which is read once.
struct PrismaFiles {
    /// The datasources, by the path of the file.
    datasources: BTreeMap<String, String>,
    /// How many files each folder has, with and without a datasource.
    folders: BTreeMap<String, usize>,
    /// How many files with a datasource each folder has.
    schemas: BTreeMap<String, usize>,
}

impl PrismaFiles {
    fn read(files: &[Found]) -> Self {
        let mut all = Self {
            datasources: BTreeMap::new(),
            folders: BTreeMap::new(),
            schemas: BTreeMap::new(),
        };
        for file in files.iter().filter(|file| file.below.ends_with(".prisma")) {
            let folder = folder_of(&file.below);
            *all.folders.entry(folder.to_owned()).or_default() += 1;
            let text = input::read_text(&file.path).unwrap_or_default();
            if let Some(datasource) = block(&text, "datasource") {
                *all.schemas.entry(folder.to_owned()).or_default() += 1;
                all.datasources.insert(file.below.clone(), datasource.to_owned());
            }
        }
        all
    }

    /// How many other files in the folder of a schema belong to it, and how many are schemas of their own.
    fn siblings(&self, below: &str) -> (usize, usize) {
        let folder = folder_of(below);
        let of = |counts: &BTreeMap<String, usize>| counts.get(folder).copied().unwrap_or_default();
        let schemas = of(&self.schemas);
        (of(&self.folders).saturating_sub(schemas), schemas.saturating_sub(1))
    }
}

/// The name of a schema of Prisma, if its file or its folder has a name of its own.
fn name_of_schema(below: &str, has_others: bool) -> Option<&str> {
    let own = folder_of(below).rsplit('/').next().unwrap_or_default();
    let file = below.rsplit('/').next().unwrap_or_default();
    match (file.trim_end_matches(".prisma"), own) {
        ("schema", "" | "prisma" | "schema") => None,
        ("schema", own) => Some(own),
        (stem, _) if has_others => Some(stem),
        (_, _) => None,
    }
}

/// The configuration of Drizzle Kit says which dialect and which folder.
fn drizzle(files: &[Found], file: &Found, units: &mut Vec<Unit>, notes: &mut Vec<String>) {
    let text = input::read_text(&file.path).unwrap_or_default();
    let dialect = setting(&text, "dialect").unwrap_or_default();
    if !dialect.is_empty() && dialect != "postgresql" {
        notes.push(format!(
            "{} is for a database of {dialect}, which driftgate cannot check",
            file.below
        ));
        return;
    }
    let folder = folder_of(&file.below);
    let out = setting(&text, "out").unwrap_or("drizzle").trim_start_matches("./");
    let migrations = if folder.is_empty() {
        out.to_owned()
    } else {
        format!("{folder}/{out}")
    };
    let owner = unit(units, unit_folder(files, folder));
    owner.variable = owner.variable.take().or_else(|| process_env(&text));
    set(
        owner,
        found("drizzle", "Drizzle", file, &file.below, vec![migrations]),
        notes,
    );
}

/// A declarative base of SQLAlchemy, in a module below the folder of `alembic.ini`.
fn sqlalchemy(files: &[Found], file: &Found, units: &mut Vec<Unit>, notes: &mut Vec<String>) {
    let folder = folder_of(&file.below);
    let start = if folder.is_empty() {
        String::new()
    } else {
        format!("{folder}/")
    };
    notes.extend(note_of_url(file));
    let bases = files.iter().filter_map(|python| {
        let module = python.below.strip_prefix(&start)?.strip_suffix(".py")?;
        let text = input::read_text(&python.path).ok()?;
        let base = text.lines().find_map(declarative_base)?.to_owned();
        let module = module.strip_prefix("src/").unwrap_or(module);
        let module = module.strip_suffix("/__init__").unwrap_or(module).replace('/', ".");
        Some(format!("{module}:{base}"))
    });
    // A project in a folder is named with its folder: backend/app.models:Base.
    let bases: Vec<String> = bases.map(|base| format!("{start}{base}")).collect();
    let owner = unit(units, folder);
    match bases.as_slice() {
        [] => {}
        [base] => set(owner, found("sqlalchemy", "SQLAlchemy", file, base, Vec::new()), notes),
        [first, ..] => {
            notes.push(format!(
                "several modules have a declarative base of SQLAlchemy, {}: the first is used",
                bases.join(", ")
            ));
            set(owner, found("sqlalchemy", "SQLAlchemy", file, first, Vec::new()), notes);
        }
    }
}

/// A note about the URL in `alembic.ini`, in which `%` is written twice. No part of it is shown.
fn note_of_url(file: &Found) -> Option<String> {
    let text = input::read_text(&file.path).ok()?;
    let line = text.lines().find(|line| line.starts_with("sqlalchemy.url"))?;
    let (_, url) = line.split_once('=')?;
    is_postgres_url(url.trim()).then(|| {
        let percent = if url.contains("%%") { ", with % for each %%" } else { "" };
        format!(
            "{} has the URL of a database in sqlalchemy.url; driftgate reads it from an environment variable, so copy it \
             there{percent}",
            file.below
        )
    })
}

/// The name of a declarative base that a line of Python defines.
fn declarative_base(line: &str) -> Option<&str> {
    if let Some(class) = line.strip_prefix("class ") {
        let (name, bases) = class.split_once('(')?;
        let is_base = bases.split([',', ')']).any(|base| {
            ["DeclarativeBase", "DeclarativeBaseNoMeta", "SQLModel"]
                .contains(&base.trim().rsplit('.').next().unwrap_or_default())
        });
        return is_base.then_some(name.trim());
    }
    let (name, value) = line.split_once('=')?;
    let is_call = value.trim().trim_end().ends_with("declarative_base()");
    (is_call && !name.starts_with(char::is_whitespace)).then_some(name.trim())
}

/// What is between the braces of the first block of this name, which begins a line.
fn block<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with(name) {
            let (_, inside) = text[at..].split_once('{')?;
            return inside.split('}').next();
        }
        at += line.len();
    }
    None
}

/// The quoted value after a name and `=` or `:`. Comments of whole lines do not count.
fn setting<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| values(line, name)).next()
}

fn values<'a>(line: &'a str, name: &str) -> Vec<&'a str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let at_word = line
        .match_indices(name)
        .filter(|(at, _)| !line[..*at].ends_with(is_word));
    let after = at_word.map(|(at, name)| line[at + name.len()..].trim_start_matches(['"', '\'']).trim_start());
    after
        .filter_map(|rest| {
            let value = rest.strip_prefix(['=', ':'])?.trim_start();
            let quote = value.chars().next().filter(|c| "\"'`".contains(*c))?;
            value[1..].split(quote).next()
        })
        .collect()
}

/// The variable of `env("NAME")`.
fn env_call(text: &str) -> Option<String> {
    let url = text
        .lines()
        .find(|line| line.trim().starts_with("url") && line.contains("env("))?;
    let inside = url.split_once("env(")?.1.split(')').next()?;
    Some(inside.trim_matches(['"', '\'', ' ']).to_owned())
}

/// The variable of `process.env.NAME` in the line of the URL.
fn process_env(text: &str) -> Option<String> {
    let after = text.split_once("process.env")?.1;
    word(after.trim_start_matches(['.', '[', '"', '\'', '!', '?']))
}

/// The name at the beginning of a text.
fn word(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    Some(name).filter(|name| !name.is_empty())
}
