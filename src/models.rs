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
    sql: fn(&ModelProject) -> ModelSql,
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
        sql: |project| {
            let project = project.at(project.file().parent());
            one(project.python(include_str!("models/django.py")))
        },
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
        sql: |project| {
            // Its paths are relative to the folder in which it runs.
            let project = project.at_mark("package.json");
            one(project.node("drizzle-kit", &["export", &format!("--config={}", project.path)]))
        },
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
                &project.path,
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
        sql: |project| ModelSql::File(PathBuf::from(&project.path)),
    },
    Model {
        name: "prisma",
        doc: "the file or folder of the Prisma schema: `prisma/schema.prisma`, `prisma/schema` or `schema.prisma`",
        places: &["prisma/schema.prisma", "prisma/schema", "schema.prisma"],
        missing: "",
        tools: &["prisma"],
        sql: |project| {
            let project = project.at_mark("package.json");
            // The option has this name since Prisma 6.14, and only this one since Prisma 7.
            let diff = |option| {
                let arguments = ["migrate", "diff", "--from-empty", option, &project.path, "--script"];
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
            if Path::new(&project.path)
                .extension()
                .is_some_and(|ending| ending == "rb")
            {
                let project = project.at_mark("config/application.rb");
                let arguments = ["-e", include_str!("models/rails.rb"), &project.path];
                let ruby = project.command("ruby".to_owned(), &arguments);
                return one(ruby.with_install_hint(
                    "install Ruby and the gems of the application, or let Rails write db/structure.sql: \
                     config.active_record.schema_format = :sql",
                ));
            }
            ModelSql::File(PathBuf::from(&project.path))
        },
    },
    Model {
        name: "sqlalchemy",
        doc: "the module and the declarative base or metadata in it, `app.models:Base`, or `backend/app.models:Base` if it is in \
              a project in a folder",
        places: &[],
        missing: "",
        tools: &["alembic"],
        sql: |project| {
            let project = project.at_module();
            one(project.python(include_str!("models/sqlalchemy.py")))
        },
    },
];

/// The SQL that one program prints.
fn one(program: CommandLine) -> ModelSql {
    ModelSql::Programs(vec![program])
}

/// The folders in which a project of Python usually has its own interpreter.
const VIRTUAL: [&str; 2] = [".venv", "venv"];

/// The model of a project: where it is, and where the programs are.
struct ModelProject {
    /// Where the model is, relative to the folder.
    path: String,
    /// The folder in which the programs run, as an absolute path.
    folder: PathBuf,
    /// The working directory of driftgate.
    working: PathBuf,
    /// The folder that the environment says is the one of Python.
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
            path: path.to_owned(),
            folder: folder.to_owned(),
            working: folder.to_owned(),
            virtual_env,
        }))
    }
}

impl ModelProject {
    /// The file or the folder of the model.
    fn file(&self) -> PathBuf {
        self.folder.join(&self.path)
    }

    /// The project with another folder for its programs.
    fn at(&self, folder: Option<&Path>) -> Self {
        let folder = folder.unwrap_or(&self.folder);
        let file = self.file();
        let path = file.strip_prefix(folder).unwrap_or(&file);
        Self {
            path: path.to_string_lossy().into_owned(),
            folder: folder.to_owned(),
            working: self.working.clone(),
            virtual_env: self.virtual_env.clone(),
        }
    }

    /// The project whose programs run in the innermost folder around the model that has a file of this name.
    fn at_mark(&self, name: &str) -> Self {
        let file = self.file();
        let mut around = file
            .ancestors()
            .skip(1)
            .filter(|folder| folder.starts_with(&self.folder));
        self.at(around.find(|folder| folder.join(name).exists()))
    }

    /// The project of a module of Python, before which a folder can be named.
    fn at_module(&self) -> Self {
        match self.path.rsplit_once('/') {
            Some((folder, _)) => self.at(Some(&self.folder.join(folder))),
            None => self.at(None),
        }
    }

    /// A command that runs in the folder.
    fn command(&self, program: String, arguments: &[&str]) -> CommandLine {
        let command = CommandLine::new(program, arguments);
        match self.folder.strip_prefix(&self.working) {
            Ok(inside) if inside.as_os_str().is_empty() => command,
            Ok(inside) => command.with_folder(inside, self.folder.clone()),
            Err(_) => command.with_folder(&self.folder, self.folder.clone()),
        }
    }

    /// The path of a program of the project, which is in one of these folders or in one above it.
    fn own_program(&self, names: &[PathBuf]) -> Option<String> {
        let around = self.folder.ancestors();
        let mut paths = around.flat_map(|folder| names.iter().map(move |name| folder.join(name)));
        let found = paths.find(|path| path.exists())?;
        // A path below the working directory is shorter. Elsewhere, it is relative to another folder.
        let short = found.strip_prefix(&self.working).ok();
        let short = short.filter(|_| self.folder == self.working);
        Some(short.unwrap_or(&found).to_string_lossy().into_owned())
    }

    /// A script in Python, which gets the path. The interpreter is the project's own, if there is one.
    fn python(&self, script: &str) -> CommandLine {
        let at = |env: &Path| [env.join("bin/python"), env.join("Scripts/python.exe")];
        let active = self.virtual_env.iter().flat_map(|env| at(env));
        let active = active.into_iter().find(|path| path.exists());
        let own: Vec<PathBuf> = VIRTUAL.iter().flat_map(|name| at(Path::new(name))).collect();
        let program = active
            .map(|path| path.to_string_lossy().into_owned())
            .or_else(|| self.own_program(&own))
            .unwrap_or_else(|| if cfg!(windows) { "python" } else { "python3" }.to_owned());
        self.command(program, &["-c", script, &self.path])
    }

    /// A program of a package of npm, which must be installed in the project, or above it in a monorepo.
    fn node(&self, name: &str, arguments: &[&str]) -> CommandLine {
        let file = if cfg!(windows) {
            format!("{name}.cmd")
        } else {
            name.to_owned()
        };
        let command = match self.own_program(&[Path::new("node_modules/.bin").join(file)]) {
            Some(path) => self.command(path, arguments),
            None => self.command("npx".to_owned(), &[&["--no-install", name], arguments].concat()),
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
        // The help of check --against lists them.
        let listed = include_str!("cli.rs").split_once("KIND is").unwrap().1;
        let (listed, _) = listed.split_once(", and model:KIND:PATH").unwrap();
        let listed: Vec<&str> = listed
            .split([',', ' ', '\n'])
            .filter(|word| !["", "or"].contains(word))
            .collect();
        assert_eq!(listed, names);
        let mut tools = MODELS.iter().flat_map(|model| model.tools);
        assert!(tools.all(|name| Tool::named(name).is_some()));
    }

    #[test]
    fn programs_run_in_the_project_of_the_model() {
        let working = Path::new("/work");
        let shown = |name: &str, path: &str| {
            let sql = Model::named(name).unwrap().sql(Some(path), working, None).unwrap();
            match sql {
                ModelSql::File(path) => path.to_string_lossy().into_owned(),
                ModelSql::Programs(programs) => programs[0].shown(),
            }
        };
        assert_eq!(shown("django", "manage.py"), "python3 -c '…' manage.py");
        assert_eq!(
            shown("django", "backend/manage.py"),
            "cd backend && python3 -c '…' manage.py"
        );
        assert_eq!(
            shown("sqlalchemy", "backend/app.models:Base"),
            "cd backend && python3 -c '…' app.models:Base"
        );
        assert_eq!(shown("rails", "shop/db/structure.sql"), "shop/db/structure.sql");
    }

    #[test]
    fn a_model_that_is_nowhere_is_a_problem() {
        let nowhere = Path::new("/nonexistent/folder");
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
