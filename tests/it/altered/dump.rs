//! What `pg_dump` writes of the schema of a database: the oracle of whether a change has changed anything.

use std::collections::BTreeSet;
use std::process::Command;

use crate::server::TestDb;

/// The variable that names the program; without it, the one on the path.
const PROGRAM: &str = "DRIFTGATE_TEST_PG_DUMP";

fn program() -> String {
    std::env::var(PROGRAM).unwrap_or_else(|_| "pg_dump".to_owned())
}

/// The major version of the program.
pub fn version() -> Option<u32> {
    let output = Command::new(program()).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let number = text.split_once("(PostgreSQL) ")?.1;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The entries of a dump, each with its heading. The columns of a table are in no order: attribute numbers are not
/// compared.
pub fn entries(db: &TestDb) -> Result<BTreeSet<String>, String> {
    let output = Command::new(program())
        .args(["--schema-only", "--dbname", &db.url()])
        .output()
        .map_err(|error| format!("cannot run pg_dump: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let entries = text.split("\n--\n-- Name: ").skip(1);
    Ok(entries.map(entry).collect())
}

/// One entry without what varies from run to run.
fn entry(text: &str) -> String {
    let is_table = text.lines().next().is_some_and(|line| line.contains("; Type: TABLE;"));
    let lines = text.lines();
    let mut lines: Vec<&str> = lines
        .filter(|line| {
            !line.is_empty()
                && !line.starts_with('\\')
                && !line.starts_with("SET default_")
                && *line != "--"
                && *line != "-- PostgreSQL database dump complete"
        })
        .map(|line| if is_table { line.trim_end_matches(',') } else { line })
        .collect();
    if is_table {
        lines[1..].sort_unstable();
    }
    lines
        .iter()
        .map(|line| options_in_order(line))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The options of a view in the order of their names.
fn options_in_order(line: &str) -> String {
    let parts = line
        .split_once(" WITH (")
        .and_then(|(view, rest)| Some((view, rest.split_once(") AS")?)));
    let Some((view, (options, rest))) = parts.filter(|(view, _)| view.starts_with("CREATE VIEW")) else {
        return line.to_owned();
    };
    let mut options: Vec<&str> = options.split(", ").collect();
    options.sort_unstable();
    format!("{view} WITH ({}) AS{rest}", options.join(", "))
}
