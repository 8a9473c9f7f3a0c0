//! Generated parts of pages: tables between `<!-- begin generated: NAME -->` and `<!-- end generated -->`, and blocks that
//! show a file, below `<!-- file: PATH -->`.

use clap::CommandFactory as _;
use driftgate::cli::Cli;
use driftgate::report::format::Format;

use super::{check, imports, page_lock, pages, read};

const BEGIN: &str = "\n<!-- begin generated: ";
const END: &str = "<!-- end generated -->";
const FILE: &str = "\n<!-- file: ";
const CLOSE: &str = " -->\n";

#[test]
fn generated_parts_are_up_to_date() {
    let _lock = page_lock();
    for page in pages() {
        check(&page, &with_files(&page, &with_tables(&page, &read(&page))));
    }
}

/// A page with its tables as they are now.
fn with_tables(page: &str, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(BEGIN) {
        let (name, after) = after.split_once(CLOSE).expect("the marker is closed");
        let (_, after) = after
            .split_once(END)
            .unwrap_or_else(|| panic!("{page}: {END:?} is missing"));
        let table = match name {
            "formats" => formats(),
            "subcommands" => subcommands(),
            "imports" => imports::table(),
            _ => panic!("{page}: no table is called {name:?}"),
        };
        out.extend([before, BEGIN, name, CLOSE, &table, END]);
        rest = after;
    }
    out + rest
}

/// A page with the files that it shows as they are now.
fn with_files(page: &str, text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(FILE) {
        let (name, after) = after.split_once(CLOSE).expect("the marker is closed");
        let fence = after
            .lines()
            .next()
            .filter(|line| line.starts_with("```"))
            .unwrap_or_else(|| panic!("{page}: no block follows the name {name}"));
        let (_, after) = after[fence.len()..]
            .split_once("\n```")
            .unwrap_or_else(|| panic!("{page}: the block of {name} is not closed"));
        out.extend([before, FILE, name, CLOSE, fence, "\n", &read(name), "```"]);
        rest = after;
    }
    out + rest
}

fn formats() -> String {
    let rows = Format::ALL
        .iter()
        .map(|format| format!("| `{}` | {} |\n", format.spec().name, format.spec().doc));
    format!("| format | what it is |\n|---|---|\n{}", rows.collect::<String>())
}

fn subcommands() -> String {
    let command = Cli::command();
    let rows = command.get_subcommands().map(|subcommand| {
        let about = subcommand.get_about().map(ToString::to_string).unwrap_or_default();
        format!("| `{}` | {about} |\n", subcommand.get_name())
    });
    format!("| command | what it does |\n|---|---|\n{}", rows.collect::<String>())
}
