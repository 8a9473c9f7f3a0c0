//! What prints the schema of an application's model: the sources `model:KIND` and `model:KIND:PATH`.

use std::path::{Path, PathBuf};

use crate::error::Problem;
use crate::program::CommandLine;

/// A library whose models can be printed as SQL.
#[derive(Debug)]
pub struct Model {
    /// The name in sources: `django`.
    pub name: &'static str,
    /// What the path is, and what it is if none is given.
    pub doc: &'static str,
    /// Where the model is if no path is given: the first of these that exists. Without one, a path must be given.
    places: &'static [&'static str],
    /// The migration tools that keep their history in a database of the model. The model does not contain their tables.
    pub tools: &'static [&'static str],
    /// The commands that print the SQL. Each is tried if the one before it fails; they are for other versions.
    commands: fn(&ModelProject<'_>) -> Vec<CommandLine>,
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// All of them, by name.
pub static MODELS: [Model; 4] = [
    Model {
        name: "django",
        doc: "`manage.py`; the models of all apps in its settings, without their migrations and without a database",
        places: &["manage.py"],
        tools: &["django"],
        commands: |project| vec![project.python(include_str!("models/django.py"))],
    },
    Model {
        name: "drizzle",
        doc: "the configuration of Drizzle Kit: `drizzle.config.ts`, `.js` or `.json`",
        places: &[
            "drizzle.config.ts",
            "drizzle.config.js",
            "drizzle.config.json",
            "drizzle.config.mjs",
        ],
        tools: &["drizzle"],
        commands: |project| vec![project.node("drizzle-kit", &["export", &format!("--config={}", project.path)])],
    },
    Model {
        name: "prisma",
        doc: "the file or folder of the Prisma schema: `prisma/schema.prisma`, `prisma/schema` or `schema.prisma`",
        places: &["prisma/schema.prisma", "prisma/schema", "schema.prisma"],
        tools: &["prisma"],
        commands: |project| {
            // Prisma 7 has another name for the option.
            let diff = |option| {
                let arguments = ["migrate", "diff", "--from-empty", option, project.path, "--script"];
                project.node("prisma", &arguments)
            };
            vec![diff("--to-schema-datamodel"), diff("--to-schema")]
        },
    },
    Model {
        name: "sqlalchemy",
        doc: "the module and the declarative base or metadata in it: `app.models:Base`",
        places: &[],
        tools: &["alembic"],
        commands: |project| vec![project.python(include_str!("models/sqlalchemy.py"))],
    },
];

/// The folders in which a project of Python usually has its own interpreter.
const VIRTUAL: [&str; 2] = [".venv", "venv"];

/// The model of a project: where it is, and where the programs are.
struct ModelProject<'a> {
    path: &'a str,
    /// The working directory, and the folder that the environment says is the one of Python.
    folder: &'a Path,
    virtual_env: Option<PathBuf>,
}

impl Model {
    /// The model of a library.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.name == name)
    }

    /// The commands that print the SQL of a model in a folder, which is the working directory. `virtual_env` is the
    /// variable VIRTUAL_ENV. Each command is tried if the one before it fails.
    ///
    /// # Errors
    /// No path is given, and the model is at none of the usual places.
    pub fn commands(
        &self,
        path: Option<&str>,
        folder: &Path,
        virtual_env: Option<PathBuf>,
    ) -> Result<Vec<CommandLine>, Problem> {
        let usual = || self.places.iter().copied().find(|place| folder.join(place).exists());
        let Some(path) = path.or_else(usual) else {
            let problem = match self.places {
                [] => Problem::new(format!("model:{} needs the path of the model", self.name)),
                places => Problem::new(format!("there is no {}", places.join(", no "))),
            };
            return Err(problem.hint(format!("write model:{}:PATH; the path is {}", self.name, self.doc)));
        };
        Ok((self.commands)(&ModelProject {
            path,
            folder,
            virtual_env,
        }))
    }
}

impl ModelProject<'_> {
    /// A script in Python, which gets the path. The interpreter is the project's own, if there is one.
    fn python(&self, script: &str) -> CommandLine {
        let own = VIRTUAL.iter().map(|name| self.folder.join(name));
        let mut found = self.virtual_env.clone().into_iter().chain(own).flat_map(|env| {
            let at = |name: &str| env.join(name);
            [at("bin/python"), at("Scripts/python.exe")]
        });
        let program = found.find(|path| path.exists()).map_or_else(
            || if cfg!(windows) { "python" } else { "python3" }.to_owned(),
            |path| path.to_string_lossy().into_owned(),
        );
        CommandLine::new(program, &["-c", script, self.path])
    }

    /// A program of a package of npm, which must be installed in the project.
    fn node(&self, name: &str, arguments: &[&str]) -> CommandLine {
        let file = if cfg!(windows) {
            format!("{name}.cmd")
        } else {
            name.to_owned()
        };
        let mut above = self
            .folder
            .ancestors()
            .map(|folder| folder.join("node_modules/.bin").join(&file));
        match above.find(|path| path.exists()) {
            Some(path) => CommandLine::new(path.to_string_lossy(), arguments),
            None => CommandLine::new("npx", &[&["--no-install", name], arguments].concat()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::migrations::Tool;

    #[test]
    fn names_are_found_and_sorted() {
        let names: Vec<&str> = MODELS.iter().map(|model| model.name).collect();
        assert!(names.is_sorted());
        assert!(
            names
                .iter()
                .all(|name| Model::named(name).is_some_and(|model| model.name == *name))
        );
        assert!(Model::named("hibernate").is_none());
        let mut tools = MODELS.iter().flat_map(|model| model.tools);
        assert!(tools.all(|name| Tool::named(name).is_some()));
    }

    #[test]
    fn a_model_that_is_nowhere_is_a_problem() {
        let nowhere = Path::new("/nonexistent");
        for model in &MODELS {
            let problem = model.commands(None, nowhere, None).unwrap_err();
            assert!(problem.hint.unwrap().contains(&format!("model:{}:PATH", model.name)));
            assert!(!model.commands(Some("there"), nowhere, None).unwrap().is_empty());
        }
    }
}
