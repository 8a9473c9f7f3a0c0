//! Resolved sources: what the command line names, validated as far as possible without a connection.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{migration_scripts, source_options};
use crate::catalog::Limits;
use crate::catalog::capture::{SchemaSelection, Scope};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::equivalence::Trust;
use crate::cli::SessionArgs;
use crate::console::{clear_progress, note_once, show_progress};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::finding::Target;
use crate::input;
use crate::migrations::folder::Folder;
use crate::migrations::{ApplyMode, Tool};
use crate::models::{Model, ModelSql};
use crate::platform;
use crate::program::{CommandLine, Printed};
use crate::redact;
use crate::saved;
use crate::scratch::{self, Scratch, Script};
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::{Place, SourceMap};
use crate::terminal::visible;

/// A source that was validated without connecting to it.
pub(crate) enum ResolvedSource {
    /// `postgres://…` or `env:NAME`.
    Database(Box<LiveDatabase>),
    /// `sql:…`, `migrations:…` or `command:…`.
    Scratch(Box<ScratchDatabase>),
    /// `snapshot:…`.
    Snapshot(Box<SavedSnapshot>),
}

/// A database that exists before and after the run.
pub(crate) struct LiveDatabase {
    pub(crate) info: Conninfo,
    /// The server that compares texts that could run code of this database.
    pub(crate) scratch: Scratch,
    /// The functions that the planner may run.
    pub(crate) trust: Trust,
    /// The connection of assertions, if it is a separate one.
    pub(crate) assertions: Option<Conninfo>,
}

/// A temporary database, created for this run from SQL.
pub(crate) struct ScratchDatabase {
    /// Where it is created.
    pub(crate) scratch: Scratch,
    /// The SQL that is applied to it.
    pub(crate) scripts: Vec<Script>,
    /// The program that prints the SQL, in place of the scripts.
    pub(crate) printed_by: Option<SqlProgram>,
    /// The folder of migrations that the scripts come from, if any.
    pub(crate) folder: Option<Folder>,
    /// The migration tools that keep tables of their own beside those that the SQL creates.
    pub(crate) tools: Vec<&'static Tool>,
    /// Whether it is what the model of an application needs, so that it has no history of migrations.
    pub(crate) is_model: bool,
}

/// A program that prints SQL.
#[derive(Clone)]
pub(crate) struct SqlProgram {
    /// The source, as reports name it.
    label: String,
    /// The commands. Each is run if the program does not know an option of the one before it.
    commands: Vec<CommandLine>,
    /// How long it may run.
    limit: Duration,
}

/// A snapshot that `pull --snapshot` saved.
pub(crate) struct SavedSnapshot {
    pub(crate) snapshot: Snapshot,
    /// The migration tools whose tables it does not contain.
    pub(crate) tools: Vec<&'static Tool>,
    /// The server that compares texts that only a server can compare.
    pub(crate) scratch: Scratch,
}

/// A source that can be read now. A scratch database exists as long as its endpoint.
pub(crate) enum Endpoint<'a> {
    Database(&'a LiveDatabase),
    Scratch(&'a Conninfo, &'a ScratchDatabase),
    Snapshot(&'a SavedSnapshot),
}

/// Resolves the source of each job. `source` returns the source and the place that names it. All problems are found
/// before any connection is made.
///
/// # Errors
/// The problems of all sources.
pub(crate) fn resolve_all<J>(
    jobs: Vec<J>,
    source: impl Fn(&J) -> (&Source, Option<Place>),
    args: &SessionArgs,
    environment: &Environment,
    files: &mut SourceMap,
) -> Result<Vec<(J, ResolvedSource)>, Vec<Problem>> {
    let mut resolved = Vec::new();
    let mut problems = Vec::new();
    for job in jobs {
        let (named, place) = source(&job);
        match ResolvedSource::resolve(named, place, args, environment, files) {
            Ok(source) => resolved.push((job, source)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(resolved)
    } else {
        Err(problems)
    }
}

/// Where the SQL of a model comes from, seen from the working directory.
fn model_sql(model: &Model, path: Option<&str>, environment: &Environment) -> Result<ModelSql, Problem> {
    let virtual_env = environment.get("VIRTUAL_ENV").map(PathBuf::from);
    let folder = std::env::current_dir().unwrap_or_default();
    model.sql(path, &folder, virtual_env)
}

/// Commands that also get the variables of `.env`: not every configuration reads the file.
fn with_variables(commands: Vec<CommandLine>, environment: &Environment) -> Vec<CommandLine> {
    let variables = environment.of_file();
    let with_all = |command: CommandLine| {
        let variables = variables.iter();
        variables.fold(command, |command, (name, value)| command.with_variable(name, value))
    };
    commands.into_iter().map(with_all).collect()
}

/// A source that is the SQL in a file that the library of a model has written. Which file that is, is shown.
fn generated(
    source: &Source,
    path: &Path,
    tools: Vec<&'static Tool>,
    scratch: Scratch,
    files: &mut SourceMap,
) -> Result<ResolvedSource, Problem> {
    let scripts = scratch::read(path, files)?;
    if path.is_file() && input::read_text(path).is_ok_and(|text| !text.contains(';')) {
        let shown = redact::path(path);
        return Err(Problem::new(format!("no statement in {shown} ends with a semicolon"))
            .hint("for Hibernate, set hibernate.hbm2ddl.delimiter=;"));
    }
    if !source.label().ends_with(&redact::path(path)) {
        note_once(&format!("note: {} is {}\n", source.label(), redact::path(path)));
    }
    Ok(ResolvedSource::Scratch(Box::new(ScratchDatabase {
        scratch,
        scripts,
        printed_by: None,
        folder: None,
        tools,
        is_model: true,
    })))
}

/// A source that is the SQL of files, or of a folder of migrations.
fn applied(scratch: Scratch, scripts: Vec<Script>, folder: Option<Folder>) -> ResolvedSource {
    ResolvedSource::Scratch(Box::new(ScratchDatabase {
        scratch,
        scripts,
        printed_by: None,
        tools: folder.iter().map(|folder| folder.tool).collect(),
        folder,
        is_model: false,
    }))
}

/// A source that is the SQL that a program prints.
fn printed_by(
    source: &Source,
    commands: Vec<CommandLine>,
    tools: Vec<&'static Tool>,
    scratch: Scratch,
    args: &SessionArgs,
) -> ResolvedSource {
    ResolvedSource::Scratch(Box::new(ScratchDatabase {
        scratch,
        scripts: Vec::new(),
        printed_by: Some(SqlProgram {
            label: source.label(),
            commands,
            limit: args.command_timeout,
        }),
        folder: None,
        tools,
        is_model: matches!(source, Source::Model(..)),
    }))
}

impl ResolvedSource {
    /// Resolves a source that was named at a place in a file, or on the command line.
    ///
    /// # Errors
    /// Its files cannot be read, its URL is not valid, or a variable is not set.
    pub(crate) fn resolve(
        source: &Source,
        place: Option<Place>,
        args: &SessionArgs,
        environment: &Environment,
        files: &mut SourceMap,
    ) -> Result<Self, Problem> {
        let at = |mut problem: Problem| {
            problem.place = problem.place.or(place);
            problem
        };
        source_options::use_digest_key(args, environment)?;
        let scratch = || source_options::scratch(args, environment);
        let url = match source {
            Source::Url(url) => url.clone(),
            Source::Env(name) => environment.require(name).map_err(at)?,
            Source::Sql(path) => {
                let scripts = scratch::read(path, files).map_err(at)?;
                return Ok(applied(scratch()?, scripts, None));
            }
            Source::Migrations(tool, path) => {
                let folder = migration_scripts::folder(path, *tool, &args.folder).map_err(at)?;
                let scripts = migration_scripts::scripts(&folder, files).map_err(at)?;
                return Ok(applied(scratch()?, scripts, Some(folder)));
            }
            Source::Command(command) => {
                return Ok(printed_by(source, vec![command.clone()], Vec::new(), scratch()?, args));
            }
            Source::Model(model, path) => {
                let sql = model_sql(model, path.as_deref(), environment).map_err(at)?;
                let tools = model.tools.iter().filter_map(|name| Tool::named(name)).collect();
                return match sql {
                    ModelSql::Programs(commands) => {
                        let commands = with_variables(commands, environment);
                        Ok(printed_by(source, commands, tools, scratch()?, args))
                    }
                    ModelSql::File(path) => generated(source, &path, tools, scratch()?, files).map_err(at),
                };
            }
            Source::Snapshot(path) => {
                let file = input::read(path, files).map_err(at)?.file;
                let snapshot = saved::read(files.text(file), file)?;
                let tools = snapshot.server.applied_without.iter().flatten();
                return Ok(Self::Snapshot(Box::new(SavedSnapshot {
                    tools: tools.filter_map(|name| Tool::named(name)).collect(),
                    snapshot,
                    scratch: scratch()?,
                })));
            }
        };
        let info = source_options::conninfo(&url, environment).map_err(at)?;
        Self::live(info, scratch()?, args, environment)
    }

    /// The database of a connection that is known already.
    ///
    /// # Errors
    /// An option for it is wrong.
    pub(crate) fn of_connection(
        info: Conninfo,
        args: &SessionArgs,
        environment: &Environment,
    ) -> Result<Self, Problem> {
        source_options::use_digest_key(args, environment)?;
        Self::live(info, source_options::scratch(args, environment)?, args, environment)
    }

    /// A database that exists, and the options for it.
    fn live(info: Conninfo, scratch: Scratch, args: &SessionArgs, environment: &Environment) -> Result<Self, Problem> {
        Ok(Self::Database(Box::new(LiveDatabase {
            info,
            scratch,
            trust: if args.trust_functions {
                Trust::Everything
            } else {
                Trust::Compiled
            },
            assertions: source_options::assertions(args, environment)?,
        })))
    }

    /// The migration tool, if the source is a folder of migrations.
    pub(crate) fn tool(&self) -> Option<&'static Tool> {
        match self {
            Self::Scratch(database) => database.folder.as_ref().map(|folder| folder.tool),
            Self::Database(_) | Self::Snapshot(_) => None,
        }
    }

    /// The migration tools whose tables the source does not contain.
    pub(crate) fn tools(&self) -> &[&'static Tool] {
        match self {
            Self::Scratch(database) => &database.tools,
            Self::Snapshot(saved) => &saved.tools,
            Self::Database(_) => &[],
        }
    }

    /// The names of these tools, if SQL or migrations are applied to an empty database.
    pub(crate) fn applied_without(&self) -> Option<Vec<String>> {
        match self {
            Self::Scratch(database) => Some(database.tools.iter().map(|tool| tool.name.to_owned()).collect()),
            Self::Snapshot(saved) => saved.snapshot.server.applied_without.clone(),
            Self::Database(_) => None,
        }
    }

    /// Whether another read can give another result.
    pub(crate) fn can_change(&self) -> bool {
        match self {
            Self::Database(_) => true,
            Self::Scratch(_) | Self::Snapshot(_) => false,
        }
    }

    /// Writes the location of the database into the report, before any connection is made.
    pub(crate) fn describe(&self, target: &mut Target) {
        match self {
            Self::Database(live) => {
                let info = &live.info;
                if target.database.is_empty() {
                    target.database = info.display();
                }
                info.host().clone_into(&mut target.host);
                target.address = info.address();
                info.dbname().clone_into(&mut target.name);
            }
            Self::Scratch(database) => {
                database.scratch.host().clone_into(&mut target.host);
                target.address.clone_from(&target.host);
            }
            Self::Snapshot(saved) => {
                "snapshot".clone_into(&mut target.host);
                target.address.clone_from(&target.host);
                target.name.clone_from(&saved.snapshot.server.database);
            }
        }
    }

    /// The limits of a session with this source. Some servers accept only one connection.
    pub(crate) fn limits(&self, limits: Limits) -> Limits {
        match self {
            Self::Database(_) | Self::Snapshot(_) => limits,
            Self::Scratch(database) => Limits {
                jobs: limits.jobs.min(database.scratch.most_connections()),
                ..limits
            },
        }
    }

    /// Calls `then` with an endpoint. A scratch database is created before the call and removed after it.
    ///
    /// # Errors
    /// The scratch database cannot be created, or the error of `then`.
    pub(crate) fn with_endpoint<T>(
        &self,
        then: impl FnOnce(&Endpoint<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        match self {
            Self::Database(live) => then(&Endpoint::Database(live)),
            Self::Scratch(database) => {
                let printed = database.printed_by.as_ref().map(SqlProgram::scripts).transpose()?;
                let scripts = printed.as_deref().unwrap_or(&database.scripts);
                scratch::with(&database.scratch, scripts, |info| {
                    then(&Endpoint::Scratch(info, database))
                })
            }
            Self::Snapshot(saved) => then(&Endpoint::Snapshot(saved)),
        }
    }
}

impl SqlProgram {
    /// Runs the program and reads the SQL that it prints.
    fn scripts(&self) -> Result<Vec<Script>, Failure> {
        let text = self.output()?;
        // Errors name the place in what the program printed.
        let path = PathBuf::from(&self.label);
        let mut files = SourceMap::default();
        let file = files.add(path.clone(), text.clone());
        let scripts = scratch::scripts(&path, text, 1, ApplyMode::Psql, file, &mut files);
        scripts.map_err(|problem| {
            let place = problem
                .place
                .map_or_else(|| self.label.clone(), |place| files.locate(place));
            let failure = Failure::new(format!("reading {place}"), problem.message).lasting();
            match problem.hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        })
    }

    /// What the first command prints that the installed version of the program knows.
    fn output(&self) -> Result<String, Failure> {
        let mut last = None;
        for command in &self.commands {
            let shown = command.shown();
            show_progress(&format!("running {shown} …"));
            let output = command.output(self.limit);
            clear_progress();
            match output? {
                Printed::Text(text) => {
                    // The label of a command: source shows it already.
                    if !self.label.ends_with(&shown) {
                        note_once(&format!(
                            "note: {} is what this printed: {}\n",
                            self.label,
                            visible(&shown)
                        ));
                    }
                    return Ok(text);
                }
                Printed::UnknownOption(failure) => last = Some(failure),
            }
        }
        Err(last.unwrap_or_else(|| Failure::new(format!("reading {}", self.label), "there is no command")))
    }
}

impl SavedSnapshot {
    /// The part of the snapshot that a scope would have read from the database.
    pub(crate) fn read(&self, scope: &Scope) -> Snapshot {
        let mut snapshot = self.snapshot.clone();
        let is_of_schemas =
            scope.selection == SchemaSelection::Listed && scope.names.is_empty() && !scope.schemas.is_empty();
        if is_of_schemas {
            snapshot.retain(|_, id| !id.is_in_schema() || scope.schemas.contains(id.schema()));
        }
        snapshot.forget_requested(&scope.kinds, scope.on_request);
        if !scope.not_compared {
            snapshot.not_compared.clear();
        }
        if !scope.platform {
            let there = snapshot.server.platform_roles.clone();
            platform::leave_out(&mut snapshot, &there, &scope.named);
            snapshot.count_left_out(scope.not_compared);
        }
        snapshot
    }
}
