//! The manual pages, made of what the command line says of itself.

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

/// A page of section 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The name of its file, such as `driftgate-check.1`.
    pub file: String,
    /// Its text, for `man`.
    pub text: String,
}

/// What the environment says, on the page of the program.
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "DATABASE_URL",
        "The database, where neither an expectation file nor an option names another. It and the others that \
         expectation files name are looked for in .env, too.",
    ),
    (
        "PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSSLMODE, …",
        "Mean what they mean to psql, for what the URL leaves open.",
    ),
    (
        "NO_COLOR",
        "Nothing is coloured, unless --color always is given, if it is not empty.",
    ),
    (
        "GITHUB_STEP_SUMMARY",
        "The file to which --format github adds the summary of the job.",
    ),
];

/// The files that are looked at without being named, on the page of the program.
const FILES: &[(&str, &str)] = &[
    (
        "expectations/",
        "The expectation files, where none are named on the command line.",
    ),
    (".env", "Variables that the environment does not have."),
    ("~/.pgpass", "Passwords, as psql reads them."),
];

/// The page of the program and then those of its subcommands, in the order of `--help`.
#[must_use]
pub fn pages(command: Command) -> Vec<Page> {
    let mut command = command.disable_help_subcommand(true);
    command.build();
    let mut pages = vec![page(&command, true)];
    pages.extend(command.get_subcommands().map(|sub| page(sub, false)));
    pages
}

fn page(command: &Command, is_main: bool) -> Page {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name());
    let man = Man::new(with_aliases(command.clone()));
    let mut text = Vec::new();
    let add = |result: std::io::Result<()>| {
        // A vector takes all that is written.
        let _ = result;
    };
    add(man.render_name_section(&mut text));
    add(man.render_synopsis_section(&mut text));
    add(man.render_description_section(&mut text));
    add(man.render_options_section(&mut text));
    if is_main {
        add(man.render_subcommands_section(&mut text));
    }
    let mut roff = Roff::new();
    if let Some(codes) = command.get_after_help() {
        exit_status(&mut roff, &codes.to_string());
    }
    if is_main {
        terms(&mut roff, "ENVIRONMENT", ENVIRONMENT);
        terms(&mut roff, "FILES", FILES);
    } else {
        roff.control("SH", ["SEE ALSO"]);
        roff.text([bold("driftgate"), roman("(1)")]);
    }
    add(roff.to_writer(&mut text));
    // No date: the same program writes the same page. The library leaves an empty one out, so that what follows takes
    // its place.
    let title = concat!(r#"1 "" "driftgate "#, env!("CARGO_PKG_VERSION"), r#"" "User Commands""#);
    Page {
        file: format!("{name}.1"),
        text: format!(".TH \"{name}\" {title}\n{}", portable(&String::from_utf8_lossy(&text))),
    }
}

/// The command with the other names of its options in their help, which the library does not tell.
fn with_aliases(command: Command) -> Command {
    command.mut_args(|arg| {
        let names = arg.get_visible_aliases().unwrap_or_default();
        let names: Vec<String> = names.iter().map(|name| format!("--{name}")).collect();
        match (names.as_slice(), arg.get_help()) {
            ([], _) | (_, None) => arg,
            (_, Some(help)) => {
                let help = format!("{help} [aliases: {}]", names.join(", "));
                arg.help(help)
            }
        }
    })
}

/// A page that every reader takes without a warning: what is not ASCII as an escape, and one empty line where the
/// library breaks three.
fn portable(text: &str) -> String {
    let text = text.replace("\n.br\n\n.br\n", "\n.sp\n").replace('…', "...");
    let escape = |c: char| match c {
        c if c.is_ascii() => String::from(c),
        c => format!("\\[u{:04X}]", u32::from(c)),
    };
    text.chars().map(escape).collect()
}

/// The exit codes as `--help` writes them: a number and what it means, indented; a line that is indented further
/// continues the one before; what is not indented is a sentence of its own.
fn exit_status(roff: &mut Roff, help: &str) {
    roff.control("SH", ["EXIT STATUS"]);
    for line in help.lines().skip(1) {
        match line.strip_prefix("  ") {
            Some(item) if item.starts_with(|c: char| c.is_ascii_digit()) => {
                let (code, meaning) = item.split_once("  ").unwrap_or((item, ""));
                roff.control("TP", []);
                roff.text([bold(code)]);
                roff.text([roman(meaning)]);
            }
            Some(more) => {
                roff.text([roman(more.trim_start())]);
            }
            None => {
                roff.control("PP", []);
                roff.text([roman(line)]);
            }
        }
    }
}

fn terms(roff: &mut Roff, heading: &str, terms: &[(&str, &str)]) {
    roff.control("SH", [heading]);
    for (term, meaning) in terms {
        roff.control("TP", []);
        roff.text([bold(*term)]);
        roff.text([roman(*meaning)]);
    }
}
