//! `driftgate pull`: writes an expectation file of a database.

mod split;
mod unmatched;
mod update;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::atomic_file;
use crate::catalog::capture::Scope;
use crate::cli::{PartitionsOption, PullArgs};
use crate::console::{eprint, print};
use crate::environment::Environment;
use crate::error::{CommandError, Failure, Problem};
use crate::expectation::{DEFAULT_DATABASE, pattern_text};
use crate::finding::Exit;
use crate::input;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::pull::{PullOptions, WrittenHistory, is_wanted, main_schema, pull};
use crate::redact;
use crate::role_map::RoleMap;
use crate::saved;
use crate::session::source::ResolvedSource;
use crate::session::{read_snapshot, scratch_noise, tool_tables};
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// Runs the command.
pub(super) fn run(args: &PullArgs, files: &mut SourceMap) -> Result<Exit, CommandError> {
    if !args.update.is_empty() {
        return update::run(args, files);
    }
    let kinds = split::kinds(&args.split)?;
    refuse_folder(args)?;
    let source = resolve(args, files)?;
    if args.snapshot {
        save(args, &source)?;
        return Ok(Exit::Passed);
    }
    Ok(write(args, &kinds, &source)?)
}

/// Refuses to write a file that is a folder, or whose name looks like that of a folder: only `--split` writes one.
fn refuse_folder(args: &PullArgs) -> Result<(), Problem> {
    let Some(path) = &args.output else {
        return Ok(());
    };
    let exists = fs::metadata(path).is_ok_and(|found| !found.is_dir());
    if args.snapshot || !args.split.is_empty() || path.extension().is_some() || exists {
        return Ok(());
    }
    let path = redact::path(path);
    Err(Problem::new(format!(
        "--output {path}: the name of a file needs an ending, such as .yaml"
    ))
    .hint(format!(
        "to write one file: --output {path}/expectations.yaml; to write a folder with a file for each table: --split \
             table --output {path}"
    )))
}

fn resolve(args: &PullArgs, files: &mut SourceMap) -> Result<ResolvedSource, Problem> {
    let source = match &args.from {
        Some(text) => Source::parse(text)?,
        None => Source::Env(DEFAULT_DATABASE.to_owned()),
    };
    let environment = Environment::read(!args.session.no_env_file);
    ResolvedSource::resolve(&source, None, &args.session, &environment, files)
}

/// Saves a snapshot of the whole database. It contains the objects of platforms, too: the run that reads the snapshot
/// decides whether they count.
fn save(args: &PullArgs, source: &ResolvedSource) -> Result<(), Failure> {
    let mut scope = Scope::whole(&[], true).with_roles(true);
    scope.not_compared = true;
    scope.on_request = true;
    let mut snapshot = read_snapshot(source, &scope, args.session.limits())?;
    snapshot.server.applied_without = source.applied_without();
    write_output(args, &saved::write(&snapshot))
}

/// Writes a text to `--output`, or to standard output.
fn write_output(args: &PullArgs, text: &str) -> Result<(), Failure> {
    match &args.output {
        Some(path) => atomic_file::write_with_folders(path, text.as_bytes()),
        None => print(text),
    }
}

fn write(args: &PullArgs, kinds: &BTreeSet<Kind>, source: &ResolvedSource) -> Result<Exit, Failure> {
    let mut scope = Scope::whole(&args.schema, args.platform_schemas).with_roles(args.roles);
    scope.on_request = args.physical_order || args.requirements;
    let mut snapshot = read_snapshot(source, &scope, args.session.limits())?;
    scratch_noise::clear(source, &mut snapshot);
    if snapshot.left_out > 0 {
        let of_platform = if snapshot.left_out == 1 { "object" } else { "objects" };
        eprint(&format!(
            "note: left out {} {of_platform} of the hosting platform; --platform-schemas includes them\n",
            snapshot.left_out
        ));
    }
    RoleMap::of(&args.choice.role)
        .reversed()
        .apply_to_snapshot(&mut snapshot);
    let patterns = &args.choice.patterns();
    let ignored = args.choice.ignored();
    let schema = main_schema(&snapshot, &args.schema);
    // An application does not use the tables in which its migration tool keeps the history.
    let is_of_tool = |id: &ObjectId| args.requirements && tool_tables::has_any(source.tools(), id);
    let wanted = |kind: Kind, id: &ObjectId| is_wanted(kind, id, patterns, &schema, &args.schema) && !is_of_tool(id);
    let choice = PullOptions {
        schema: &schema,
        whole: patterns.is_empty(),
        schemas: &args.schema,
        database: None,
        history: source
            .tool()
            .filter(|_| patterns.is_empty() && !args.requirements)
            .map(|tool| WrittenHistory { tool, directories: &[] }),
        any_partitions: args.partitions == PartitionsOption::Any,
        requirements: args.requirements,
        ignored: &ignored,
        wanted: &wanted,
    };
    if let (false, Some(folder)) = (kinds.is_empty(), &args.output) {
        let all = patterns.is_empty() && args.schema.is_empty();
        let written = split::write(&snapshot, &choice, kinds, folder, all, args.force)?;
        let Some(exit) = written else {
            return Ok(nothing(&snapshot, patterns, &schema, &args.schema));
        };
        eprint(&unmatched::warnings(&snapshot, patterns, &schema, &args.schema));
        return Ok(exit);
    }
    let Some(text) = pull(&snapshot, &choice) else {
        return Ok(nothing(&snapshot, patterns, &schema, &args.schema));
    };
    eprint(&unmatched::warnings(&snapshot, patterns, &schema, &args.schema));
    let text = format!("{}{text}", header(&snapshot, args, source));
    if let Some(path) = args.output.as_ref().filter(|path| !args.force && differs(path, &text)) {
        let path = redact::path(path);
        eprint(&format!(
            "error: nothing was written, because the file {path} exists and would change\n  help: --update {path} keeps what \
             people wrote in it; --force overwrites it\n"
        ));
        return Ok(Exit::Usage);
    }
    write_output(args, &text).map(|()| Exit::Passed)
}

/// Whether a file exists whose text is another one. What is no file, such as a pipe, is written to.
fn differs(path: &Path, text: &str) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file())
        && !matches!(input::read_bytes(path), Ok(found) if found == text.as_bytes())
}

/// Reports that there is nothing to write, which is an error.
fn nothing(snapshot: &Snapshot, patterns: &[glob::Pattern], schema: &str, schemas: &[String]) -> Exit {
    let what: Vec<String> = patterns.iter().map(pattern_text).collect();
    let missing = unmatched::missing_schemas(snapshot, schemas);
    eprint(&match what.as_slice() {
        [] if !missing.is_empty() => format!(
            "error: there is nothing to write: schema {} does not exist\n  help: --schema takes a name as the catalog has it, \
             without quotes\n",
            visible(&missing.join(", "))
        ),
        [] => "error: there is nothing to write: the database has no schemas of its own\n".to_owned(),
        _ => format!(
            "error: nothing in the database matches {}\n{}",
            what.join(", "),
            unmatched::help(snapshot, patterns, schema)
        ),
    });
    Exit::Usage
}

fn header(snapshot: &Snapshot, args: &PullArgs, source: &ResolvedSource) -> String {
    let version = &snapshot.server.version;
    let what = match (source, &args.from) {
        (ResolvedSource::Scratch(_), Some(from)) => format!("What {from} makes in PostgreSQL {version}"),
        (ResolvedSource::Database(_) | ResolvedSource::Snapshot(_) | ResolvedSource::Scratch(_), _) => {
            format!(
                "What was in the database {}, PostgreSQL {version}",
                snapshot.server.database
            )
        }
    };
    file_header(&what, "pull")
}

/// The comments at the beginning of a file: its schema for editors, and what it was written from by which subcommand.
pub(super) fn file_header(what: &str, command: &str) -> String {
    // A name may contain line breaks, which would end the comment.
    let what = visible(what).replace('\n', "\\n");
    format!("# yaml-language-server: $schema=schema.json\n# {what}, when `driftgate {command}` read it.\n")
}
