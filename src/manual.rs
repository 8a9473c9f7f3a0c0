//! Generates the manual pages from the definition of the command line.

use clap::Command;
use clap_mangen::Man;
use roff::{Roff, bold, roman};

/// A manual page of section 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The file name, such as `driftgate-check.1`.
    pub file: String,
    /// The page in roff.
    pub text: String,
}

/// The environment variables, listed on the page of the program.
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "DATABASE_URL",
        "The URL of the database, unless an expectation file or an option names another one. This variable and \
         those that expectation files name are also read from .env.",
    ),
    (
        "PGHOST, PGPORT, PGUSER, PGPASSWORD, PGSSLMODE, …",
        "Have the same meaning as for psql. They apply to the settings that the URL does not contain.",
    ),
    (
        "NO_COLOR",
        "Disables colours if it is set and not empty, unless --color always is given.",
    ),
    (
        "GITHUB_STEP_SUMMARY",
        "The file to which --format github appends the job summary.",
    ),
];

/// The files that are read by default, listed on the page of the program.
const FILES: &[(&str, &str)] = &[
    (
        "expectations/",
        "The expectation files, if none are named on the command line.",
    ),
    (".env", "Variables that are not set in the environment."),
    ("~/.pgpass", "Passwords, as psql reads them."),
];

/// The page of the program, followed by the pages of its subcommands in the order of `--help`.
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
        // Writing to a vector cannot fail.
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
    // The title line has no date, so that the same program always writes the same page. It is written here because
    // clap_mangen omits an empty date, which moves the next field into its place.
    let title = concat!(r#"1 "" "driftgate "#, env!("CARGO_PKG_VERSION"), r#"" "User Commands""#);
    Page {
        file: format!("{name}.1"),
        text: format!(".TH \"{name}\" {title}\n{}", portable(&String::from_utf8_lossy(&text))),
    }
}

/// Adds the aliases of options to their help, because clap_mangen omits them.
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

/// Makes a page that every formatter reads without a warning: characters outside ASCII become escapes, and a double line
/// break becomes one empty line.
fn portable(text: &str) -> String {
    let text = text.replace("\n.br\n\n.br\n", "\n.sp\n").replace('…', "...");
    let escape = |c: char| match c {
        c if c.is_ascii() => String::from(c),
        c => format!("\\[u{:04X}]", u32::from(c)),
    };
    text.chars().map(escape).collect()
}

/// Converts the exit codes from the format of `--help`: an indented number and its meaning per line. A line with deeper
/// indentation continues the one before, and a line without indentation is a paragraph of its own.
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
