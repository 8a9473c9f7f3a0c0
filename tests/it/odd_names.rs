//! Names as nobody should give them, and somebody does.

use std::collections::BTreeSet;

/// Names that mean something to SQL, to YAML or to expectation files, or have characters that do.
const NAMES: &[&str] = &[
    "plain",
    "HomeUsage",
    "select",
    "table",
    "user",
    "order by",
    "a.b",
    ".",
    "say \"hi\"",
    "\"",
    "it's",
    "été",
    "表",
    "😀 \u{200d}",
    " before",
    "behind ",
    "two  blanks",
    "tab\there",
    "line\nbreak",
    "back\\slash",
    "100%",
    "%s",
    "$1",
    "$$",
    "--",
    "/* x */",
    "a;b",
    "a,b",
    "(a)",
    "a(b)",
    "f(integer)",
    "*",
    "?",
    "[a]",
    "{a}",
    "{a: b}",
    "a: b",
    ":",
    "#",
    "a #b",
    "- a",
    "&a",
    "|",
    ">",
    "!x",
    "@",
    "`",
    "null",
    "~",
    "true",
    "no",
    "on",
    "0",
    "1.50",
    "012",
    "1e3",
    "0x1F",
    "2024-01-01",
    ".inf",
    "<<",
    "=",
    "present",
    "absent",
    "exact",
    "ignore",
    "columns",
    "desc",
    "a desc",
    "nulls last",
    "a collate \"C\"",
    "lower(a)",
    "a text_ops",
    "not null",
    "int not null default 1",
    "old",
    "new",
    "value",
    "driftgate",
    "public",
    "pg_catalog",
    "now",
    "integer",
    "ctid_",
    "éééééééééééééééééééééééééééééé",
];

/// How many names there are to choose from.
pub const COUNT: usize = NAMES.len();

/// The names that are taken in one room.
#[derive(Debug, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// The name of this number, or one like it that is not taken.
    pub fn take(&mut self, number: usize) -> String {
        self.take_like(NAMES[number % NAMES.len()])
    }

    /// This name, or one like it that is not taken.
    pub fn take_like(&mut self, name: &str) -> String {
        let mut free = name.to_owned();
        let mut i = 0;
        while !self.0.insert(free.clone()) {
            i += 1;
            free = format!("{name}{i}");
        }
        free
    }
}

/// A text of this number, for comments and labels.
pub fn text(number: usize) -> &'static str {
    NAMES[number % NAMES.len()]
}

/// A name as SQL writes it.
pub fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it.
pub fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
