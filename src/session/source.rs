//! Sources as far as they can be looked at without connecting: what they are, and how they are reached.

use super::migration_scripts;
use crate::catalog::Limits;
use crate::catalog::capture::{Reach, Scope};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::equivalence::Trust;
use crate::cli::SessionArgs;
use crate::console::tell;
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::input;
use crate::migrations::Tool;
use crate::migrations::folder::{self, Folder};
use crate::platform;
use crate::redact;
use crate::report::Target;
use crate::saved;
use crate::scratch::{self, Scratch, Script};
use crate::secret;
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::{Place, SourceMap};
use crate::terminal::visible;

/// A source about which nothing is wrong as far as can be seen without connecting.
pub(crate) enum Opened {
    Database(Box<Live>),
    Made(Box<Made>),
    Saved(Box<Saved>),
}

/// A live database, and how it is asked.
pub(crate) struct Live {
    pub(crate) info: Conninfo,
    /// Where texts are compared that could run code of the database.
    pub(crate) scratch: Scratch,
    /// Whose functions the planner may run.
    pub(crate) trust: Trust,
    /// How assertions connect, if not as everything else does.
    pub(crate) assertions: Option<Conninfo>,
}

/// A database that is made for the time of the run.
pub(crate) struct Made {
    pub(crate) scratch: Scratch,
    pub(crate) scripts: Vec<Script>,
    /// The folder of migrations that it is made of, if it is.
    pub(crate) folder: Option<Folder>,
}

/// A snapshot that somebody saved, and where texts are judged that only a server can judge.
pub(crate) struct Saved {
    pub(crate) snapshot: Snapshot,
    pub(crate) scratch: Scratch,
}

/// A way to a source while it is there.
pub(crate) enum Access<'a> {
    /// A database.
    Server(&'a Live),
    /// A database that was made for the time of the run.
    Made(&'a Conninfo, &'a Made),
    /// What somebody saved of one.
    Saved(&'a Saved),
}

/// Opens the source of each job, which `source` tells with the place that names it. Every mistake is told before
/// anything is connected to. With each job comes its number.
///
/// # Errors
/// What is wrong with the sources, all of it.
pub(crate) fn open_all<J>(
    jobs: Vec<J>,
    source: impl Fn(&J) -> (&Source, Option<Place>),
    args: &SessionArgs,
    environment: &Environment,
    files: &mut SourceMap,
) -> Result<Vec<(usize, J, Opened)>, Vec<Problem>> {
    let mut ready = Vec::new();
    let mut problems = Vec::new();
    for (number, job) in jobs.into_iter().enumerate() {
        let (named, place) = source(&job);
        match Opened::open(named, place, args, environment, files) {
            Ok(opened) => ready.push((number, job, opened)),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(ready)
}

impl Opened {
    /// Opens a source that was named at a place in a file, or on the command line.
    ///
    /// # Errors
    /// The source cannot be read as one, or a variable is not set.
    pub(crate) fn open(
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
        use_digest_key(args, environment)?;
        let url = match source {
            Source::Url(url) => url.clone(),
            Source::Env(name) => environment.require(name).map_err(at)?,
            Source::Sql(path) => {
                return Ok(Self::Made(Box::new(Made {
                    scratch: scratch_of(args, environment)?,
                    scripts: scratch::read(path, files)?,
                    folder: None,
                })));
            }
            Source::Migrations(tool, path) => {
                let folder =
                    folder::read(path, *tool).map_err(|problem| at(migration_scripts::with_tool(problem, path)))?;
                return Ok(Self::Made(Box::new(Made {
                    scratch: scratch_of(args, environment)?,
                    scripts: migration_scripts::scripts(&folder, files).map_err(at)?,
                    folder: Some(folder),
                })));
            }
            Source::Snapshot(path) => {
                let file = input::read(path, files)?.file;
                let snapshot = saved::read(files.text(file), file)?;
                let scratch = scratch_of(args, environment)?;
                return Ok(Self::Saved(Box::new(Saved { snapshot, scratch })));
            }
        };
        Ok(Self::Database(Box::new(Live {
            info: resolve(&url, environment).map_err(at)?,
            scratch: scratch_of(args, environment)?,
            trust: if args.trust_functions {
                Trust::Everything
            } else {
                Trust::Compiled
            },
            assertions: assertions_of(args, environment)?,
        })))
    }

    /// The tool of the folder of migrations that this is, if it is one.
    pub(crate) fn tool(&self) -> Option<&'static Tool> {
        match self {
            Self::Made(made) => made.folder.as_ref().map(|folder| folder.tool),
            Self::Database(_) | Self::Saved(_) => None,
        }
    }

    /// Whether another look may find something else.
    pub(crate) fn can_change(&self) -> bool {
        match self {
            Self::Database(_) => true,
            Self::Made(_) | Self::Saved(_) => false,
        }
    }

    /// Says in the report where the database is, before anybody has been there.
    pub(crate) fn name(&self, target: &mut Target) {
        match self {
            Self::Database(live) => {
                let info = &live.info;
                if target.database.is_empty() {
                    target.database = info.display();
                }
                info.host().clone_into(&mut target.host);
                info.dbname().clone_into(&mut target.name);
            }
            Self::Made(made) => made.scratch.host().clone_into(&mut target.host),
            Self::Saved(saved) => {
                "snapshot".clone_into(&mut target.host);
                target.name.clone_from(&saved.snapshot.server.database);
            }
        }
    }

    /// The limits of a session with this source, which may take only one connection.
    pub(crate) fn limits(&self, limits: Limits) -> Limits {
        match self {
            Self::Database(_) | Self::Saved(_) => limits,
            Self::Made(made) => Limits {
                jobs: limits.jobs.min(made.scratch.most_connections()),
                ..limits
            },
        }
    }

    /// Hands over the way to the source, while it is there.
    ///
    /// # Errors
    /// The source cannot be made, or what `then` says.
    pub(crate) fn with<T>(&self, then: impl FnOnce(&Access<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        match self {
            Self::Database(live) => then(&Access::Server(live)),
            Self::Made(made) => scratch::with(&made.scratch, &made.scripts, |info| then(&Access::Made(info, made))),
            Self::Saved(saved) => then(&Access::Saved(saved)),
        }
    }
}

/// Has the digests of this run made with the key of `--digest-key`.
///
/// # Errors
/// It names no variable, or the key is too short.
fn use_digest_key(args: &SessionArgs, environment: &Environment) -> Result<(), Problem> {
    let Some(text) = &args.digest_key else {
        return Ok(());
    };
    // What is no name may be the key itself: it is not repeated.
    let Some(name) = text.strip_prefix("env:").filter(|name| is_variable(name)) else {
        return Err(
            Problem::new("--digest-key takes env:NAME, the name of an environment variable")
                .hint("put the key into a variable: on a command line, others can read it"),
        );
    };
    let Some(key) = environment.get(name) else {
        return Err(
            Problem::new(format!("--digest-key: the environment variable {name} is not set"))
                .hint("set it to a random text that is kept secret, such as `openssl rand -hex 32` prints"),
        );
    };
    if key.chars().count() < secret::SHORTEST_KEY {
        return Err(Problem::new(format!(
            "--digest-key: the key in {name} has fewer than {} characters",
            secret::SHORTEST_KEY
        ))
        .hint("take a random text that is kept secret, such as `openssl rand -hex 32` prints"));
    }
    secret::use_key(&key);
    Ok(())
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// What a URL means, with what there is to say about it.
///
/// # Errors
/// It cannot be read as one.
fn resolve(url: &str, environment: &Environment) -> Result<Conninfo, Problem> {
    let info = Conninfo::resolve(url, &|name| environment.get(name))?;
    for note in info.notes() {
        tell(&format!("note: {}\n", visible(note)));
    }
    Ok(info)
}

/// How assertions connect, where `--assertions-url` says so.
///
/// # Errors
/// It is no URL, or the variable is not set.
fn assertions_of(args: &SessionArgs, environment: &Environment) -> Result<Option<Conninfo>, Problem> {
    let Some(text) = &args.assertions_url else {
        return Ok(None);
    };
    let at = |problem: Problem| Problem {
        message: format!("--assertions-url: {}", problem.message),
        ..problem
    };
    let url = match Source::parse(text) {
        Ok(Source::Url(url)) => url,
        Ok(Source::Env(name)) => environment.require(&name).map_err(at)?,
        Ok(Source::Sql(_) | Source::Migrations(..) | Source::Snapshot(_)) | Err(_) => {
            return Err(Problem::new("--assertions-url takes postgres://… or env:NAME")
                .hint("it is the same database as another role, which runs the assertions and nothing else"));
        }
    };
    resolve(&url, environment).map(Some).map_err(at)
}

/// Where a source that is no live database gets one.
///
/// # Errors
/// `--scratch` is none of its words and no URL.
fn scratch_of(args: &SessionArgs, environment: &Environment) -> Result<Scratch, Problem> {
    let Some(text) = &args.scratch else {
        return Ok(Scratch::standard());
    };
    let at = |problem: Problem| Problem {
        message: format!("--scratch: {}", problem.message),
        ..problem
    };
    match text.as_str() {
        "embedded" if cfg!(feature = "embedded") => Ok(Scratch::Embedded),
        "embedded" => Err(Problem::new("--scratch embedded: this driftgate was built without it")
            .hint("give --scratch local, or --scratch with the URL of a server")),
        "local" => Ok(Scratch::Local),
        text => {
            let url = match Source::parse(text) {
                Ok(Source::Url(url)) => url,
                Ok(Source::Env(name)) => environment.require(&name).map_err(at)?,
                Ok(Source::Sql(_) | Source::Migrations(..) | Source::Snapshot(_)) | Err(_) => {
                    // What looks like a URL may have a password in it.
                    let shown = if text.contains(['/', '@', '=']) {
                        redact::connection_string(text)
                    } else {
                        text.to_owned()
                    };
                    return Err(Problem::new(format!("--scratch: `{shown}` is not known")).hint(
                        "it is embedded, local, or the URL of a server on which databases may be created: postgres://… or env:NAME",
                    ));
                }
            };
            resolve(&url, environment)
                .map(|info| Scratch::Server(Box::new(info)))
                .map_err(at)
        }
    }
}

impl Saved {
    /// What a scope would have read.
    pub(crate) fn of(&self, scope: &Scope) -> Snapshot {
        let mut snapshot = self.snapshot.clone();
        let is_of_schemas = scope.reach == Reach::Named && scope.names.is_empty() && !scope.schemas.is_empty();
        if is_of_schemas {
            snapshot.retain(|_, id| !id.is_in_schema() || scope.schemas.contains(id.schema()));
        }
        if !scope.not_compared {
            snapshot.not_compared.clear();
        }
        if !scope.platform {
            let there = snapshot.server.platform_roles.clone();
            platform::leave_out(&mut snapshot, &there, &scope.roles);
        }
        snapshot
    }
}
