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
    /// What to do if the model is at none of these places. Empty if there is nothing but to write the path.
    missing: &'static str,
    /// The migration tools that keep their history in a database of the model. The model does not contain their tables.
    pub tools: &'static [&'static str],
    /// Where the SQL comes from.
    sql: fn(&ModelProject<'_>) -> ModelSql,
}

/// Where the SQL of a model comes from.
#[derive(Debug, PartialEq, Eq)]
pub enum ModelSql {
    /// A file that the library has written.
    File(PathBuf),
    /// Programs that print it. The next one is for other versions, and is run if a version does not know an option.
    Programs(Vec<CommandLine>),
}

impl PartialEq for Model {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// All of them, by name.
pub static MODELS: [Model; 7] = [
    Model {
        name: "django",
        doc: "`manage.py`; the models of all apps in its settings, without their migrations and without a database",
        places: &["manage.py"],
        missing: "",
        tools: &["django"],
        sql: |project| one(project.python(include_str!("models/django.py"))),
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
        missing: "",
        tools: &["drizzle"],
        sql: |project| one(project.node("drizzle-kit", &["export", &format!("--config={}", project.path)])),
    },
    Model {
        name: "efcore",
        doc: "the project of EF Core: its folder, or its `.csproj` file",
        places: &["."],
        missing: "",
        tools: &["efcore"],
        sql: |project| {
            let arguments = [
                "ef",
                "dbcontext",
                "script",
                "--prefix-output",
                "--no-color",
                "--project",
                project.path,
            ];
            one(CommandLine::new("dotnet", &arguments).with_prefix("data:    "))
        },
    },
    Model {
        name: "hibernate",
        doc: "the script that Hibernate writes for `jakarta.persistence.schema-generation.scripts.create-target`",
        places: &[
            "target/create.sql",
            "target/schema.sql",
            "target/classes/create.sql",
            "build/create.sql",
            "build/schema.sql",
            "build/resources/main/create.sql",
            "create.sql",
        ],
        missing: "build the project with jakarta.persistence.schema-generation.scripts.action=create, \
                  jakarta.persistence.schema-generation.scripts.create-target=target/create.sql and \
                  hibernate.hbm2ddl.delimiter=;",
        tools: &["flyway", "liquibase"],
        sql: |project| ModelSql::File(project.path.into()),
    },
    Model {
        name: "prisma",
        doc: "the file or folder of the Prisma schema: `prisma/schema.prisma`, `prisma/schema` or `schema.prisma`",
        places: &["prisma/schema.prisma", "prisma/schema", "schema.prisma"],
        missing: "",
        tools: &["prisma"],
        sql: |project| {
            // The option has this name since Prisma 6.14, and only this one since Prisma 7.
            let diff = |option| {
                let arguments = ["migrate", "diff", "--from-empty", option, project.path, "--script"];
                project.node("prisma", &arguments)
            };
            ModelSql::Programs(vec![
                diff("--to-schema").with_option("--to-schema"),
                diff("--to-schema-datamodel"),
            ])
        },
    },
    Model {
        name: "rails",
        doc: "`db/structure.sql`, or `db/schema.rb`, which Active Record turns into SQL without a database",
        places: &["db/structure.sql", "db/schema.rb"],
        missing: "run driftgate in the folder of the Rails application, and bin/rails db:schema:dump if it has no such file",
        tools: &["rails"],
        sql: |project| {
            if Path::new(project.path).extension().is_some_and(|ending| ending == "rb") {
                let arguments = ["-e", include_str!("models/rails.rb"), project.path];
                let ruby = CommandLine::new("ruby", &arguments);
                return one(ruby.with_install_hint(
                    "install Ruby and the gems of the application, or let Rails write db/structure.sql: \
                     config.active_record.schema_format = :sql",
                ));
            }
            ModelSql::File(project.path.into())
        },
    },
    Model {
        name: "sqlalchemy",
        doc: "the module and the declarative base or metadata in it: `app.models:Base`",
        places: &[],
        missing: "",
        tools: &["alembic"],
        sql: |project| one(project.python(include_str!("models/sqlalchemy.py"))),
    },
];

/// The SQL that one program prints.
fn one(program: CommandLine) -> ModelSql {
    ModelSql::Programs(vec![program])
}

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

    /// Where the SQL of a model comes from, in a folder, which is the working directory. `virtual_env` is the variable
    /// VIRTUAL_ENV.
    ///
    /// # Errors
    /// No path is given, and the model is at none of the usual places.
    pub fn sql(&self, path: Option<&str>, folder: &Path, virtual_env: Option<PathBuf>) -> Result<ModelSql, Problem> {
        let usual = || self.places.iter().copied().find(|place| folder.join(place).exists());
        let Some(path) = path.or_else(usual) else {
            let problem = match self.places {
                [] => Problem::new(format!("model:{} needs the path of the model", self.name)),
                places => Problem::new(format!("there is no {}", places.join(", no "))),
            };
            let path = format!("write model:{}:PATH; the path is {}", self.name, self.doc);
            return Err(problem.hint(match self.missing {
                "" => path,
                missing => format!("{missing}\n        or {path}"),
            }));
        };
        Ok((self.sql)(&ModelProject {
            path,
            folder,
            virtual_env,
        }))
    }
}

impl ModelProject<'_> {
    /// A script in Python, which gets the path. The interpreter is the project's own, if there is one.
    fn python(&self, script: &str) -> CommandLine {
        let own = VIRTUAL.iter().map(PathBuf::from);
        let mut found = self.virtual_env.clone().into_iter().chain(own).flat_map(|env| {
            let at = |name: &str| env.join(name);
            [at("bin/python"), at("Scripts/python.exe")]
        });
        let program = found.find(|path| self.folder.join(path).exists()).map_or_else(
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
        let own = Path::new("node_modules/.bin").join(file);
        // In a monorepo, the packages may be those of a folder above.
        let mut above = self.folder.ancestors().skip(1).map(|folder| folder.join(&own));
        let found = if self.folder.join(&own).exists() {
            Some(own.clone())
        } else {
            above.find(|path| path.exists())
        };
        let command = match found {
            Some(path) => CommandLine::new(path.to_string_lossy(), arguments),
            None => CommandLine::new("npx", &[&["--no-install", name], arguments].concat()),
        };
        // The configuration often reads .env by dotenv, which would print a line about it to standard output.
        command.with_variable("DOTENV_CONFIG_QUIET", "true")
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
        assert!(Model::named("typeorm").is_none());
        let mut tools = MODELS.iter().flat_map(|model| model.tools);
        assert!(tools.all(|name| Tool::named(name).is_some()));
    }

    #[test]
    fn a_model_that_is_nowhere_is_a_problem() {
        let nowhere = Path::new("/nonexistent");
        for model in &MODELS {
            let problem = model.sql(None, nowhere, None).unwrap_err();
            assert!(problem.hint.unwrap().contains(&format!("model:{}:PATH", model.name)));
            match model.sql(Some("there"), nowhere, None).unwrap() {
                ModelSql::File(path) => assert_eq!(path, Path::new("there")),
                ModelSql::Programs(programs) => assert!(!programs.is_empty()),
            }
        }
    }
}
