//! Reading the command line without repeating a password that was put in the wrong place.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, CommandFactory as _, Error, FromArgMatches as _};

use super::Cli;
use crate::redact;

/// The arguments that take the URL of a database.
pub const SOURCES: [&str; 5] = ["against", "from", "first", "second", "scratch"];

/// The arguments that name a file to be written: what only looks like a password is refused here, too, for it would stay.
const OUTPUTS: [&str; 2] = ["output", "write_baseline"];

/// Reads the command line, the name of the program first.
///
/// # Errors
/// The error of clap, which can be printed: it repeats no password. It is one, too, if another argument than those of
/// [`SOURCES`] holds a connection string with a password.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Cli, Error> {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let typed: Vec<String> = arguments.iter().map(|a| a.to_string_lossy().into_owned()).collect();
    let mut command = Cli::command();
    let matches = command
        .try_get_matches_from_mut(arguments)
        .map_err(|error| without_secrets(error, &typed, &command))?;
    refuse_secrets(&matches, &mut command)?;
    Cli::from_arg_matches(&matches).map_err(|error| without_secrets(error, &typed, &command))
}

/// Refuses a connection string with a password wherever no source is expected: it would be taken for a name or a path,
/// and printed or written as such.
fn refuse_secrets(matches: &ArgMatches, command: &mut Command) -> Result<(), Error> {
    let Some((name, matches)) = matches.subcommand() else {
        return Ok(());
    };
    let Some(command) = command.find_subcommand_mut(name) else {
        return Ok(());
    };
    let found = command.get_arguments().find_map(|argument| {
        let id = argument.get_id().as_str();
        if SOURCES.contains(&id) {
            return None;
        }
        let occurrences = matches.try_get_raw_occurrences(id).ok()??;
        // clap has split lists at their commas.
        let mut values = occurrences.map(|values| {
            let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
            values.join(",")
        });
        let is_output = OUTPUTS.contains(&id);
        let value = values.find(|value| redact::is_secret(value) || is_output && redact::typed(value) != **value)?;
        Some((argument.to_string(), redact::typed(&value).into_owned()))
    });
    let Some((argument, shown)) = found else {
        return Ok(());
    };
    let sources: Vec<String> = command
        .get_arguments()
        .filter(|argument| SOURCES.contains(&argument.get_id().as_str()))
        .map(|argument| format!("'{argument}'"))
        .collect();
    let help = if sources.is_empty() {
        String::new()
    } else {
        format!(
            "\n\n  help: a database is named by {}, best as env:NAME",
            sources.join(" or ")
        )
    };
    Err(command.error(
        ErrorKind::ValueValidation,
        format!("'{argument}' does not take a connection string: '{shown}'{help}"),
    ))
}

/// An error of clap that repeats no password.
fn without_secrets(mut error: Error, typed: &[String], command: &Command) -> Error {
    let shown: Vec<(ContextKind, ContextValue)> = error
        .context()
        .filter_map(|(kind, value)| {
            let shown = match value {
                ContextValue::String(text) => ContextValue::String(shown(text, typed)),
                ContextValue::Strings(texts) => {
                    ContextValue::Strings(texts.iter().map(|text| shown(text, typed)).collect())
                }
                _ => return None,
            };
            Some((kind, shown))
        })
        .collect();
    for (kind, value) in shown {
        error.insert(kind, value);
    }
    // Whatever else is in the text, such as the words of a parser: it must be as if it had been hidden there, too.
    let text = error.render().to_string();
    let shown = redact::prose(&text);
    if shown == text || is_help(&error) {
        return error;
    }
    let shown = shown.strip_prefix("error: ").unwrap_or(&shown);
    Error::raw(error.kind(), shown).with_cmd(command)
}

/// Whether what is printed is what was asked for.
fn is_help(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// What is shown of a text that an argument may have been cut to: a list is split at its commas, and a password may have
/// one.
fn shown(text: &str, typed: &[String]) -> String {
    let shown = redact::typed(text);
    let is_piece = |argument: &&String| argument.contains(text) && argument.as_str() != text;
    let whole = typed
        .iter()
        .filter(is_piece)
        .find(|argument| redact::is_secret(argument));
    match whole {
        Some(argument) if shown == text && !redact::typed(argument).contains(text) => redact::HIDDEN.to_owned(),
        Some(_) | None => shown.into_owned(),
    }
}
