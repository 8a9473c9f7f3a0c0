//! Parses the command line without printing a password that was typed in the wrong place.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, CommandFactory as _, Error, FromArgMatches as _};

use super::Cli;
use crate::redact;

/// The arguments that take a database URL.
pub const SOURCES: [&str; 5] = ["against", "from", "first", "second", "scratch"];

/// The arguments that name an output file. A value that may only look like a password is refused here as well, because
/// the file name would keep it.
const OUTPUTS: [&str; 2] = ["output", "write_baseline"];

/// Parses the command line. The first argument is the name of the program.
///
/// # Errors
/// An error of clap that contains no password and can be printed. A connection string with a password in any argument
/// that is not one of [`SOURCES`] is an error as well.
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

/// Refuses a connection string with a password in an argument that is not a source. It would be treated as a name or a
/// path, and so end up in a message or on disk.
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
        // clap splits lists at commas, so the pieces are joined again.
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
            "\n\n  help: pass the database with {}, preferably as env:NAME",
            sources.join(" or ")
        )
    };
    Err(command.error(
        ErrorKind::ValueValidation,
        format!("'{argument}' does not take a connection string: '{shown}'{help}"),
    ))
}

/// Removes passwords from an error of clap.
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
    // The rest of the text, such as the message of a value parser, can contain the password as well.
    let text = error.render().to_string();
    let shown = redact::prose(&text);
    if shown == text || is_help(&error) {
        return error;
    }
    let shown = shown.strip_prefix("error: ").unwrap_or(&shown);
    Error::raw(error.kind(), shown).with_cmd(command)
}

/// Whether the "error" is output that the user asked for, such as `--help`.
fn is_help(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// Redacts a text that may be a piece of an argument: clap splits lists at commas, and a password can contain a comma.
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
