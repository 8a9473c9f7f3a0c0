//! The reference of expectation files, generated from the registry.

use std::fmt::Write as _;

use crate::attribute::{Attr, Compare, Literal, OLDEST_MAJOR, Shape};
use crate::expectation::{AssertionKey, ChangeColumn, ChangesKey, FileKey, HistoryKey, ObjectKey};
use crate::finding::codes;
use crate::kinds::{KeyForm, Kind, KindSpec, ListForm, Shorthand};
use crate::migrations::{Keeps, TOOLS, ToolVerification};
use crate::not_compared::UNCOMPARED;
use crate::platform::PLATFORMS;

/// The whole reference, as Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut out = String::from(
        "# Reference\n\nEvery kind of object that an expectation file can describe, and every attribute. Generated from the \
         registry (`src/kinds`) by `UPDATE=1 cargo test reference`; do not edit.\n\n\
         An attribute that is not written is not checked, except for the *implied* ones: they are checked for every object in \
         the file, because an object that exists may still not work. With `exact: true`, an attribute that is left out must \
         have its default.\n",
    );
    for kind in Kind::ALL {
        describe(&mut out, *kind);
    }
    let files = FileKey::ALL.iter().map(|key| (key.name(), key.description()));
    keys(&mut out, "Keys of a file", files);
    let objects = ObjectKey::ALL.iter().map(|key| (key.name(), key.description()));
    keys(&mut out, "Keys of every object", objects);
    let histories = HistoryKey::ALL.iter().map(|key| (key.name(), key.description()));
    keys(&mut out, "Keys of `migrations`", histories);
    let changes = ChangesKey::ALL.iter().map(|key| (key.name(), key.description()));
    keys(&mut out, "Keys of `changes`", changes);
    let columns = ChangeColumn::ALL.iter().map(|key| (key.name(), key.description()));
    keys(&mut out, "Columns of `changes`", columns);
    let assertions = AssertionKey::ALL.iter().map(|key| (key.name(), key.description()));
    keys(&mut out, "Keys of an assertion", assertions);
    not_compared(&mut out);
    platforms(&mut out);
    migration_tools(&mut out);
    let _ = writeln!(out, "\n## Codes of findings\n\n| code | meaning |\n|---|---|");
    for (code, meaning) in codes() {
        let _ = writeln!(out, "| `{code}` | {} |", cell(&meaning));
    }
    out
}

/// A table of keys that are not attributes.
fn keys(out: &mut String, title: &str, keys: impl Iterator<Item = (&'static str, &'static str)>) {
    let _ = writeln!(out, "\n## {title}\n\n| key | meaning |\n|---|---|");
    for (key, meaning) in keys {
        let _ = writeln!(out, "| `{key}` | {} |", cell(meaning));
    }
}

/// The migration tools: their histories and their folders.
fn migration_tools(out: &mut String) {
    let _ = writeln!(
        out,
        "\n## Migration tools\n\nUnder `migrations`, with `tool`; `auto` finds the tool by its table. The table is in the schema of \
         the file unless this list names another one; set `table` and `schema` to use different ones. If the history has only the \
         last migration, `directory` supplies the ones before it. A file that was edited after it was applied is found if the tool \
         keeps a checksum that driftgate can compute. *Run* means that this release of the tool was run against a real server and \
         that the tests read the history that it wrote (`ci/migration-tools`); the others are known from their sources and \
         documentation.\n\n\
         | tool | table | history | files | checksum | known from |\n|---|---|---|---|---|---|"
    );
    for tool in TOOLS {
        let table = match tool.schema {
            Some(schema) => format!("{schema}.{}", tool.table),
            None => tool.table.to_owned(),
        };
        let others = tool.other_tables.iter().map(|other| format!(", or `{other}`"));
        let history = match tool.keeps {
            Keeps::All => "every migration",
            Keeps::Last => "the last one",
        };
        let checksum = if tool.checksum.is_empty() {
            "none"
        } else {
            tool.checksum
        };
        let known = match tool.verified {
            ToolVerification::Run(release) => format!("run: {release}"),
            ToolVerification::Documentation => "documentation".to_owned(),
        };
        let _ = writeln!(
            out,
            "| `{}` | `{table}`{} | {history} | {} | {} | {} |",
            tool.name,
            others.collect::<String>(),
            cell(tool.layout),
            cell(checksum),
            cell(&known),
        );
    }
}

/// Objects that no kind describes.
fn not_compared(out: &mut String) {
    let _ = writeln!(
        out,
        "\n## What is not compared\n\nNo expectation can describe these. With `exact: true` and in `driftgate diff` they are \
         counted, and the report shows the numbers: `not_compared` of a database in JSON. They never fail a run. \
         The encoding and locale of the database itself, its tablespace, and whether it is a template or accepts connections are \
         not compared. Neither are tablespaces, which belong to the server and \
         not to a database. Nor is what `pg_dump` does not keep either, so that a restored database has lost it: comments on the \
         type of a table's rows, on array and multirange types, on the rule `_RETURN` of a view and on the constraint of a \
         constraint trigger; the owner of a multirange type; the names of an index's columns; ENABLE ALWAYS on the internal \
         triggers of a foreign key; and which objects `ALTER EXTENSION … ADD` has made members of an extension. Roles are compared where a file lists them, and the physical order of the columns of a table where \
         a file has `column_order`.\n\n\
         | name | what it is |\n|---|---|"
    );
    for what in UNCOMPARED {
        let _ = writeln!(out, "| `{}` | {} |", what.name, cell(what.doc));
    }
}

/// Objects of hosting platforms.
fn platforms(out: &mut String) {
    let _ = writeln!(
        out,
        "\n## Hosting platforms\n\nThe objects of a platform are left out of `exact`, `driftgate pull`, `driftgate diff` and \
         `--coverage`, unless `--platform-schemas` is given. They are the objects in its schemas, the objects that its roles own, and \
         the grants to its roles; the report shows how many. What users add to them is compared: policies, triggers that call a \
         function of theirs, grants, and objects of theirs in its schemas.\n\n\
         A platform is recognised by two of its roles, or by a schema of it that one of its roles owns: on other servers `auth` is \
         a schema like any other. An object that a file names is always compared, and so are a role that it names under \
         `grants` and a schema that it names in `exact`, under `schemas` or as `schema`.\n\n\
         | platform | schemas | roles |\n|---|---|---|"
    );
    let list = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for platform in PLATFORMS {
        let _ = writeln!(
            out,
            "| {} | {} | {} |",
            platform.name,
            list(&[platform.schemas, platform.own_schemas].concat()),
            list(platform.roles)
        );
    }
}

fn describe(out: &mut String, kind: Kind) {
    let spec = kind.spec();
    let mut words = kind.words();
    if let Some(first) = words.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    let _ = writeln!(out, "\n## {words}\n\n{}\n\n{}\n", spec.doc, place(spec));
    let _ = writeln!(out, "| attribute | values | default | meaning |\n|---|---|---|---|");
    for attr in spec.attrs {
        let name = match attr.subset_key {
            Some(includes) => format!("`{}`, or `{includes}` for at least these", attr.name),
            None => format!("`{}`", attr.name),
        };
        let _ = writeln!(
            out,
            "| {name} | {} | {} | {} |",
            cell(&values(attr)),
            default(attr),
            cell(&meaning(attr))
        );
    }
    if let Some(section) = kind.partition_section() {
        let bound = spec.partition.map_or("", |partition| partition.attributes.key);
        let _ = writeln!(
            out,
            "| `{section}` | a mapping of names, or `any` | | Its partitions: each is its bound, or a mapping with `{bound}` and what \
             it has of its own. With `any`, they need not be listed. |"
        );
    }
}

/// Where its objects are written, and how.
fn place(spec: &KindSpec) -> String {
    let parents: Vec<String> = spec
        .parents
        .iter()
        .map(|parent| format!("`{}`", parent.spec().section))
        .collect();
    let under = if parents.is_empty() {
        format!("Under `{}`", spec.section)
    } else {
        format!("Under `{}` of an object of {}", spec.section, parents.join(", "))
    };
    let key = match spec.syntax.key {
        KeyForm::Part | KeyForm::Text => ", by name",
        KeyForm::Qualified => ", by name, which may be qualified with its schema",
        KeyForm::Signature => ", by name and the types of its arguments, or by name alone",
        KeyForm::Only => "",
    };
    let list = match spec.syntax.list {
        ListForm::ByMeaning => "; in a list, by meaning, whatever its name",
        ListForm::Refused => "",
    };
    let short = match spec.syntax.shorthand {
        Shorthand::None => String::new(),
        Shorthand::OtherName => {
            " A text is the name that it has in the database: see `docs/exact-and-ignore.md`.".to_owned()
        }
        Shorthand::List(attribute) => format!(" A list sets its `{attribute}`."),
        Shorthand::Scalar(attribute) => format!(" A text sets its `{attribute}`."),
        Shorthand::Custom { expects, .. } => format!(" It may be written as {expects}."),
    };
    format!("{under}{key}{list}.{short}")
}

fn values(attr: &Attr) -> String {
    fn words_of(shape: Shape) -> String {
        match shape {
            Shape::Bool => "`true`, `false`".into(),
            Shape::Integer => "a whole number".into(),
            Shape::Text => "a text".into(),
            Shape::Sql => "SQL".into(),
            Shape::Name | Shape::QualifiedName => "a name".into(),
            Shape::Reference => "a table and its columns".into(),
            Shape::OneOf(words) => words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", "),
            Shape::List(item) => format!("a list: {}", words_of(*item)),
            Shape::Privilege(privileges) => {
                let words = privileges.words();
                words.iter().map(|w| format!("`{w}`")).collect::<Vec<_>>().join(", ")
            }
            Shape::Map(item) => format!("a mapping to {}", words_of(*item)),
        }
    }
    words_of(attr.shape)
}

fn default(attr: &Attr) -> String {
    let value = match attr.default {
        None => return String::new(),
        Some(Literal::Bool(value)) => format!("`{value}`"),
        Some(Literal::Integer(value)) => format!("`{value}`"),
        Some(Literal::Text(text)) => format!("`{text}`"),
        Some(Literal::Null | Literal::EmptyList | Literal::EmptyMap) => "none".to_owned(),
    };
    if attr.always_checked.is_some() {
        format!("{value}, *implied*")
    } else {
        value
    }
}

fn meaning(attr: &Attr) -> String {
    let judged = match attr.compare {
        Compare::Type | Compare::BaseType | Compare::Expression | Compare::Default(_) | Compare::Computed(_) => {
            " PostgreSQL decides whether it means the same."
        }
        Compare::Unordered => " In any order.",
        Compare::OrderedByName => " In any order, if it is in a list.",
        Compare::Equal
        | Compare::Name
        | Compare::Text
        | Compare::Folded
        | Compare::Lines
        | Compare::Grants(_)
        | Compare::Custom(_) => "",
    };
    let since = if attr.since > OLDEST_MAJOR {
        format!(" From PostgreSQL {}.", attr.since)
    } else {
        String::new()
    };
    format!("{}{judged}{since}", attr.doc)
}

/// A text that is one cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
