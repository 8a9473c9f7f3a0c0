//! What `init` is going to write, and from where.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::ci_job;
use crate::catalog::capture::Scope;
use crate::cli::InitArgs;
use crate::commands::pull::file_header;
use crate::console::{print_failure, print_problems};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::expectation::DEFAULT_DATABASE;
use crate::expectation::load::DEFAULT_PATH;
use crate::finding::Exit;
use crate::json_schema;
use crate::migrations::Tool;
use crate::plural::plural;
use crate::project::{FoundMigrations, Project, ProjectDatabase};
use crate::pull::{PullOptions, WrittenHistory, main_schema, pull};
use crate::redact;
use crate::session::read_snapshot;
use crate::session::scratch_noise;
use crate::session::source::ResolvedSource;
use crate::session::tool_tables;
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// How long a database may take to answer, unless `--timeout` says more.
const ANSWER: Duration = Duration::from_secs(20);

/// The files to write.
pub(super) struct InitPlan {
    databases: Vec<PlannedDatabase>,
    others: Vec<PlannedFile>,
    /// What is left to do by hand in the CI.
    ci_step: Option<String>,
}

/// A file to write.
pub(super) struct PlannedFile {
    pub(super) path: PathBuf,
    /// What is in it. `None` if it exists already, or if there is nothing to write it from.
    pub(super) text: Option<String>,
    /// What it is.
    doc: String,
    exists: bool,
}

/// A database, and its expectation file.
struct PlannedDatabase {
    database: ProjectDatabase,
    file: PlannedFile,
    origin: Origin,
    /// Why the database did not answer.
    failure: Option<String>,
    /// Whether the variable is set.
    is_set: bool,
}

/// Where the expectations come from.
enum Origin {
    /// The database, which has answered.
    Database(Box<Snapshot>),
    /// A source that is applied to an empty database.
    Applied(Source),
    /// There is nothing.
    Nothing,
}

impl InitPlan {
    /// Asks the databases, and decides what to write.
    pub(super) fn make(args: &InitArgs, project: &Project, environment: &Environment, files: &mut SourceMap) -> Self {
        let databases: Vec<PlannedDatabase> = project
            .databases
            .iter()
            .map(|database| PlannedDatabase::make(database, args, environment, files))
            .collect();
        let schema = PlannedFile::new(
            Path::new(DEFAULT_PATH).join("schema.json"),
            "the JSON Schema, for completion in editors",
        )
        .with(json_schema::text());
        let mut variables: Vec<String> = databases
            .iter()
            .map(|planned| planned.database.variable.clone())
            .collect();
        variables.sort();
        variables.dedup();
        let job = project
            .ci
            .filter(|_| !args.no_ci)
            .map(|service| ci_job::job(service, &variables));
        let mut others = vec![schema];
        let mut ci_step = None;
        if let Some(job) = job {
            others.push(PlannedFile::new(job.path, job.doc).with(job.text));
            ci_step = Some(job.next);
        }
        Self {
            databases,
            others,
            ci_step,
        }
    }

    /// The files, those of databases first.
    pub(super) fn files(&self) -> impl Iterator<Item = &PlannedFile> {
        self.databases.iter().map(|planned| &planned.file).chain(&self.others)
    }

    pub(super) fn writes_nothing(&self) -> bool {
        self.files().all(|file| file.exists)
    }

    /// The expectation files of the databases that have answered.
    pub(super) fn files_to_check(&self) -> Vec<PathBuf> {
        self.databases
            .iter()
            .filter(|planned| planned.failure.is_none() && (planned.file.exists || planned.file.text.is_some()))
            .map(|planned| planned.file.path.clone())
            .collect()
    }

    /// The plan, for people.
    pub(super) fn shown(&self) -> String {
        let mut lines = vec!["plan".to_owned()];
        for planned in &self.databases {
            let origin = match &planned.origin {
                _ if planned.file.exists => "exists, and is left as it is".to_owned(),
                Origin::Database(snapshot) => format!(
                    "what is in the database {} now (env:{})",
                    snapshot.server.database, planned.database.variable
                ),
                Origin::Applied(source) => format!("what {} makes in an empty database", source.label()),
                Origin::Nothing => "not written: there is nothing to write it from".to_owned(),
            };
            lines.push(row(&redact::path(&planned.file.path), &origin));
            if let Some(failure) = &planned.failure {
                lines.push(row(
                    "",
                    &format!("env:{} cannot be read: {failure}", planned.database.variable),
                ));
            }
        }
        for file in &self.others {
            let doc = if file.exists {
                "exists, and is left as it is"
            } else {
                &file.doc
            };
            lines.push(row(&redact::path(&file.path), doc));
        }
        visible(&lines.join("\n")) + "\n\n"
    }

    /// Reads what the expectations come from, as far as that was not done for the plan. Reports what cannot be read, and
    /// returns the exit for it: the files of the other databases are written nevertheless.
    pub(super) fn read(&mut self, args: &InitArgs, environment: &Environment, files: &mut SourceMap) -> Option<Exit> {
        let mut failed = None;
        for planned in &mut self.databases {
            if planned.file.exists {
                continue;
            }
            match planned.text(args, environment, files) {
                Ok(text) => planned.file.text = text,
                Err(ReadFailure::Usage(problem)) => {
                    print_problems(&[problem], files, args.color);
                    failed = failed.or(Some(Exit::Usage));
                }
                Err(ReadFailure::Outside(failure)) => {
                    print_failure(&failure);
                    failed = failed.or(Some(Exit::Failure));
                }
            }
        }
        failed
    }

    /// What to do if the check of what was written is red.
    pub(super) fn after_drift(&self, written: &[PathBuf]) -> Option<String> {
        let is_as_now = |planned: &&PlannedDatabase| {
            matches!(planned.origin, Origin::Database(_)) && written.contains(&planned.file.path)
        };
        let paths = self
            .databases
            .iter()
            .filter(is_as_now)
            .map(|planned| redact::path(&planned.file.path));
        let paths: Vec<String> = paths.collect();
        (!paths.is_empty()).then(|| {
            let paths = paths.join(" ");
            visible(&format!(
                "note: the file has what the database contains now. Apply the migrations that are reported above, then: \
                 driftgate pull --update {paths}"
            )) + "\n"
        })
    }

    /// What was written, and what to do next.
    pub(super) fn next_steps(&self, project: &Project, written: &[PathBuf]) -> String {
        let mut lines: Vec<String> = written
            .iter()
            .map(|path| format!("wrote {}", redact::path(path)))
            .collect();
        let mut next: Vec<String> = self.databases.iter().filter_map(PlannedDatabase::next_step).collect();
        next.extend(
            self.ci_step
                .clone()
                .filter(|_| self.others.iter().any(|file| !file.exists)),
        );
        if project.ci.is_none() {
            next.push(
                "no CI service was found: run driftgate check --no-env-file --wait 60s after each deploy, with the \
                 variables of the databases"
                    .to_owned(),
            );
        }
        next.push(
            "delete from the files what you do not care about: what is not in an exact file is reported as unexpected"
                .to_owned(),
        );
        lines.push("next".to_owned());
        lines.extend(next.iter().map(|step| format!("  - {step}")));
        visible(&lines.join("\n")) + "\n"
    }
}

/// Why a source could not be read.
enum ReadFailure {
    Usage(Problem),
    Outside(Failure),
}

impl PlannedFile {
    fn new(path: PathBuf, doc: impl Into<String>) -> Self {
        Self {
            exists: path.exists(),
            path,
            text: None,
            doc: doc.into(),
        }
    }

    /// The file with this text, unless it exists.
    fn with(mut self, text: String) -> Self {
        self.text = Some(text).filter(|_| !self.exists);
        self
    }
}

impl PlannedDatabase {
    fn make(database: &ProjectDatabase, args: &InitArgs, environment: &Environment, files: &mut SourceMap) -> Self {
        let path = Path::new(DEFAULT_PATH).join(format!("{}.yaml", database.name));
        let (origin, failure) = match ask(&database.variable, args, environment, files) {
            Ok(snapshot) => (origin(database, snapshot), None),
            Err(failure) => (applied(database), Some(failure)),
        };
        Self {
            database: database.clone(),
            file: PlannedFile::new(path, ""),
            origin,
            failure,
            is_set: environment.get(&database.variable).is_some(),
        }
    }

    /// What to do until the database can be checked, and is as it should be.
    fn next_step(&self) -> Option<String> {
        let variable = &self.database.variable;
        let there = match (&self.failure, &self.origin) {
            (Some(_), _) if self.is_set => format!("start the database, or correct the URL in {variable}"),
            (Some(_), _) => format!("set {variable} to the URL of the database"),
            (None, Origin::Applied(_)) => {
                format!("apply the migrations to the database of {variable}, which has none of them yet")
            }
            (None, Origin::Database(_) | Origin::Nothing) => return None,
        };
        let is_there = self.file.exists || self.file.text.is_some();
        Some(if is_there {
            format!("{there}, then: driftgate check {}", redact::path(&self.file.path))
        } else {
            format!("{there}, then run driftgate init again")
        })
    }

    /// The text of the expectation file.
    fn text(
        &self,
        args: &InitArgs,
        environment: &Environment,
        files: &mut SourceMap,
    ) -> Result<Option<String>, ReadFailure> {
        match &self.origin {
            Origin::Nothing => Ok(None),
            Origin::Database(snapshot) => {
                let from = format!("What was in the database {}", snapshot.server.database);
                Ok(self.expectations(snapshot, &from, false))
            }
            Origin::Applied(source) => {
                let resolved = ResolvedSource::resolve(source, None, &args.session, environment, files)
                    .map_err(ReadFailure::Usage)?;
                let mut snapshot = read_snapshot(&resolved, &Scope::whole(&[], false), args.session.limits())
                    .map_err(ReadFailure::Outside)?;
                scratch_noise::clear(&resolved, &mut snapshot);
                let from = format!("What {} makes", source.label());
                Ok(self.expectations(&snapshot, &from, true))
            }
        }
    }

    /// The expectation file of a snapshot. `has_history` if the snapshot need not show that migrations are recorded.
    fn expectations(&self, snapshot: &Snapshot, from: &str, has_history: bool) -> Option<String> {
        let found = self.database.migrations.as_ref();
        let directories: Vec<String> = found.map_or_else(Vec::new, directories);
        let history = found
            .filter(|found| has_history || tool_tables::has_history(snapshot, found.tool))
            .map(|found| WrittenHistory {
                tool: found.tool,
                directories: &directories,
            });
        let schema = main_schema(snapshot, &[]);
        let text = pull(
            snapshot,
            &PullOptions {
                schema: &schema,
                whole: true,
                schemas: &[],
                database: Some(self.database.variable.as_str()).filter(|name| *name != DEFAULT_DATABASE),
                history,
                any_partitions: false,
                requirements: false,
                ignored: &[],
                wanted: &|_, _| true,
            },
        )?;
        let what = format!("{from}, PostgreSQL {}", snapshot.server.version);
        Some(file_header(&what, "init") + &text)
    }
}

/// Reads the database, if it answers; otherwise why it does not.
fn ask(variable: &str, args: &InitArgs, environment: &Environment, files: &mut SourceMap) -> Result<Snapshot, String> {
    if environment.get(variable).is_none() {
        return Err("the variable is not set".to_owned());
    }
    let source = Source::Env(variable.to_owned());
    let resolved =
        ResolvedSource::resolve(&source, None, &args.session, environment, files).map_err(|problem| problem.message)?;
    let mut limits = args.session.limits();
    limits.total = limits.total.or(Some(ANSWER));
    read_snapshot(&resolved, &Scope::whole(&[], false), limits).map_err(|failure| failure.to_string())
}

/// What a database has, unless its migrations have never been applied to it: then it is not what the project expects.
fn origin(database: &ProjectDatabase, snapshot: Snapshot) -> Origin {
    let is_without = |found: &FoundMigrations| !tool_tables::has_history(&snapshot, found.tool);
    if database.migrations.as_ref().is_some_and(is_without)
        && let applied @ Origin::Applied(_) = applied(database)
    {
        return applied;
    }
    Origin::Database(Box::new(snapshot))
}

/// What can be applied to an empty database: migrations in SQL, the schema in one file, or the model.
fn applied(database: &ProjectDatabase) -> Origin {
    let migrations = database.migrations.as_ref().filter(|found| found.is_sql);
    if let Some(FoundMigrations { tool, paths, .. }) = migrations
        && let [only] = paths.as_slice()
    {
        return Origin::Applied(Source::Migrations(Some(*tool), only.clone()));
    }
    if let Some(path) = &database.schema_file {
        return Origin::Applied(Source::Sql(path.clone()));
    }
    let model = database
        .model
        .as_ref()
        .and_then(|model| Source::parse(&model.source).ok());
    model.map_or(Origin::Nothing, Origin::Applied)
}

/// The folders, relative to the expectation file.
fn directories(found: &FoundMigrations) -> Vec<String> {
    let relative = |path: &PathBuf| {
        let path = path.to_string_lossy().replace('\\', "/");
        format!("../{}", path.trim_start_matches("./"))
    };
    found.paths.iter().map(relative).collect()
}

/// What was found, for people.
pub(super) fn found(project: &Project) -> String {
    let mut lines = vec!["found".to_owned()];
    for database in &project.databases {
        if let Some(model) = &database.model {
            lines.push(row(&model.file, &format!("the model of {}", model.title)));
        }
        if let Some(found) = &database.migrations {
            for path in &found.paths {
                lines.push(row(&redact::path(path), &migrations(found.tool, found.count)));
            }
        }
        if let Some(path) = &database.schema_file {
            lines.push(row(&redact::path(path), "the schema in SQL"));
        }
    }
    for variable in &project.variables {
        let place = variable.file.as_deref().unwrap_or("environment");
        lines.push(row(place, &format!("{} has the URL of a database", variable.name)));
    }
    lines.extend(project.ci.map(|service| row("CI", service.title())));
    lines.extend(project.notes.iter().map(|note| format!("note: {note}")));
    visible(&lines.join("\n")) + "\n\n"
}

fn migrations(tool: &Tool, count: usize) -> String {
    format!("{} of {}", plural(count, "migration", "migrations"), tool.title)
}

/// A line of a list.
fn row(first: &str, second: &str) -> String {
    format!("  {first:<34}  {second}")
}
