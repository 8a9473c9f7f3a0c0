//! `driftgate pull`: writes the expectation file of what is there.

mod split;
mod update;

use std::collections::BTreeSet;

use crate::atomic_file;
use crate::catalog::block_on;
use crate::catalog::capture::Scope;
use crate::cli::PullArgs;
use crate::console::{print, tell, tell_failure, tell_problems};
use crate::environment::Environment;
use crate::error::{Failure, Problem};
use crate::expectation::DEFAULT_DATABASE;
use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::pull::{PullOptions, is_wanted, main_schema, pull};
use crate::report::Exit;
use crate::saved;
use crate::session::source::Opened;
use crate::session::{self, scratch_noise};
use crate::snapshot::Snapshot;
use crate::source::Source;
use crate::source_map::SourceMap;
use crate::terminal::visible;

/// Runs the command.
#[must_use]
pub fn run(args: &PullArgs) -> Exit {
    if !args.update.is_empty() {
        return update::run(args);
    }
    let mut files = SourceMap::default();
    let prepared = split::kinds(&args.split).and_then(|kinds| Ok((kinds, open(args, &mut files)?)));
    let (kinds, opened) = match prepared {
        Ok(prepared) => prepared,
        Err(problem) => {
            tell_problems(&[problem], &files, args.color);
            return Exit::Usage;
        }
    };
    match write(args, &kinds, &opened) {
        Ok(exit) => exit,
        Err(failure) => {
            tell_failure(&failure);
            Exit::Failure
        }
    }
}

fn open(args: &PullArgs, files: &mut SourceMap) -> Result<Opened, Problem> {
    let source = match &args.from {
        Some(text) => Source::parse(text)?,
        None => Source::Env(DEFAULT_DATABASE.to_owned()),
    };
    let environment = Environment::read(!args.session.no_env_file);
    Opened::open(&source, None, &args.session, &environment, files)
}

/// Everything there is, as a snapshot. What platforms own is in it: whether it counts is said when it is looked at.
fn save(args: &PullArgs, opened: &Opened) -> Result<(), Failure> {
    let mut scope = Scope::whole(&[], true);
    scope.not_compared = true;
    let limits = opened.limits(args.session.limits());
    let snapshot = opened.with(|access| block_on(session::snapshot(access, &scope, limits)))?;
    put(args, &saved::write(&snapshot))
}

/// Writes a text to where it was asked for.
fn put(args: &PullArgs, text: &str) -> Result<(), Failure> {
    match &args.output {
        Some(path) => atomic_file::replace(path, text.as_bytes()),
        None => print(text).map_err(|e| Failure::new("writing to standard output", e.to_string())),
    }
}

fn write(args: &PullArgs, kinds: &BTreeSet<Kind>, opened: &Opened) -> Result<Exit, Failure> {
    if args.snapshot {
        return save(args, opened).map(|()| Exit::Passed);
    }
    let scope = Scope::whole(&args.schema, args.platform_schemas);
    let limits = opened.limits(args.session.limits());
    let mut snapshot = opened.with(|info| block_on(session::snapshot(info, &scope, limits)))?;
    if opened.tool().is_some() {
        scratch_noise::leave_owner_open(&mut snapshot);
    }
    let patterns = &args.only;
    let schema = main_schema(&snapshot, &args.schema);
    let wanted = |kind: Kind, id: &ObjectId| is_wanted(kind, id, patterns, &schema, &args.schema);
    let choice = PullOptions {
        schema: &schema,
        whole: patterns.is_empty(),
        schemas: &args.schema,
        tool: opened.tool().filter(|_| patterns.is_empty()).map(|tool| tool.name),
        wanted: &wanted,
    };
    if let (false, Some(folder)) = (kinds.is_empty(), &args.output) {
        let all = patterns.is_empty() && args.schema.is_empty();
        let written = split::write(&snapshot, &choice, kinds, folder, all, args.force)?;
        return Ok(written.unwrap_or_else(|| nothing(patterns)));
    }
    let Some(text) = pull(&snapshot, &choice) else {
        return Ok(nothing(patterns));
    };
    let text = format!("{}{text}", header(&snapshot, args, opened));
    put(args, &text).map(|()| Exit::Passed)
}

/// Nothing was there, or nothing that was asked for: that is no success.
fn nothing(patterns: &[glob::Pattern]) -> Exit {
    let what: Vec<&str> = patterns.iter().map(glob::Pattern::as_str).collect();
    tell(&match what.as_slice() {
        [] => "error: there is nothing to write: the database has no schema of its own\n".to_owned(),
        _ => format!("error: nothing in the database matches {}\n", what.join(", ")),
    });
    Exit::Usage
}

fn header(snapshot: &Snapshot, args: &PullArgs, opened: &Opened) -> String {
    let version = &snapshot.server.version;
    let what = match (opened, &args.from) {
        (Opened::Made(_), Some(source)) => format!("What {source} makes in PostgreSQL {version}"),
        (Opened::Database(_) | Opened::Saved(_) | Opened::Made(_), _) => {
            format!(
                "What was in the database {}, PostgreSQL {version}",
                snapshot.server.database
            )
        }
    };
    // A name may have several lines, and a comment has one.
    let what = visible(&what).replace('\n', "\\n");
    format!("# yaml-language-server: $schema=schema.json\n# {what}, when `driftgate pull` read it.\n")
}
