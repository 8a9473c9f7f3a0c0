//! The options that control how a source is read: `--digest-key`, `--scratch`, `--assertions-url`.

use crate::catalog::conninfo::Conninfo;
use crate::cli::SessionArgs;
use crate::console::note_once;
use crate::environment::{Environment, is_variable};
use crate::error::Problem;
use crate::redact;
use crate::scratch::Scratch;
use crate::secret;
use crate::source::Source;
use crate::terminal::visible;

/// Uses the key of `--digest-key` for the digests of this run.
///
/// # Errors
/// The option does not name a variable, or the key is too short.
pub(super) fn use_digest_key(args: &SessionArgs, environment: &Environment) -> Result<(), Problem> {
    let Some(text) = &args.digest_key else {
        return Ok(());
    };
    // If the text is not a variable, it may be the key itself, so the message does not repeat it.
    let Some(name) = text.strip_prefix("env:").filter(|name| is_variable(name)) else {
        return Err(
            Problem::new("--digest-key takes env:NAME, the name of an environment variable")
                .hint("put the key into a variable: other users can read a command line"),
        );
    };
    let Some(key) = environment.get(name) else {
        return Err(
            Problem::new(format!("--digest-key: the environment variable {name} is not set"))
                .hint("set it to a random secret, for instance the output of `openssl rand -hex 32`"),
        );
    };
    if key.chars().count() < secret::SHORTEST_KEY {
        return Err(Problem::new(format!(
            "--digest-key: the key in {name} has fewer than {} characters",
            secret::SHORTEST_KEY
        ))
        .hint("use a random secret, for instance the output of `openssl rand -hex 32`"));
    }
    secret::use_key(&key);
    Ok(())
}

/// Parses a connection string and prints the notes about it.
///
/// # Errors
/// It is not a valid connection string.
pub(super) fn conninfo(url: &str, environment: &Environment) -> Result<Conninfo, Problem> {
    let info = Conninfo::resolve(url, &|name| environment.get(name))?;
    for said in info.notes() {
        note_once(&format!("note: {}\n", visible(said)));
    }
    Ok(info)
}

/// The connection of `--assertions-url`, if it was given.
///
/// # Errors
/// It is not a URL, or the variable is not set.
pub(super) fn assertions(args: &SessionArgs, environment: &Environment) -> Result<Option<Conninfo>, Problem> {
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
        Ok(Source::Sql(_) | Source::Migrations(..) | Source::Snapshot(_) | Source::Command(_) | Source::Model(..))
        | Err(_) => {
            return Err(Problem::new("--assertions-url takes postgres://… or env:NAME")
                .hint("it is the URL of the same database with another role, which runs only the assertions"));
        }
    };
    conninfo(&url, environment).map(Some).map_err(at)
}

/// The server of `--scratch`, or the default one.
///
/// # Errors
/// `--scratch` is neither one of its words nor a URL.
pub(crate) fn scratch(args: &SessionArgs, environment: &Environment) -> Result<Scratch, Problem> {
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
                Ok(
                    Source::Sql(_)
                    | Source::Migrations(..)
                    | Source::Snapshot(_)
                    | Source::Command(_)
                    | Source::Model(..),
                )
                | Err(_) => {
                    // A text that looks like a URL may contain a password.
                    let shown = if text.contains(['/', '@', '=']) {
                        redact::connection_string(text)
                    } else {
                        text.to_owned()
                    };
                    return Err(Problem::new(format!("--scratch: `{shown}` is not a server")).hint(
                        "give embedded, local, or the URL of a server where the role can create databases: postgres://… or env:NAME",
                    ));
                }
            };
            conninfo(&url, environment)
                .map(|info| Scratch::Server(Box::new(info)))
                .map_err(at)
        }
    }
}
