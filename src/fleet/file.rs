//! Reads a fleet file.

use std::collections::BTreeSet;

use super::read::FleetReader;
use super::template::Template;
use super::{Connections, Fleet, Listing, NamePatterns, PasswordSource, TargetEntry, Url};
use crate::error::Problem;
use crate::expectation::FORMAT_VERSION;
use crate::program::CommandLine;
use crate::source_map::{FileId, Place};
use crate::yaml::{self, Document, Entry, Mapping, Node, NodeValue, Places};

/// The keys of the file.
pub const FILE_KEYS: [&str; 5] = ["driftgate", "expectations", "connections", "targets", "digest"];

/// The keys of an entry of `targets`.
pub const ENTRY_KEYS: [&str; 12] = [
    "name",
    "url",
    "database",
    "schema",
    "databases",
    "schemas",
    "query",
    "command",
    "password",
    "labels",
    "expectations",
    "at_least",
];

/// The keys of `connections`.
pub const CONNECTION_KEYS: [&str; 2] = ["total", "per_server"];

/// The keys of `query`.
pub const QUERY_KEYS: [&str; 2] = ["url", "sql"];

/// The keys of `password`: it takes one of them.
pub const PASSWORD_KEYS: [&str; 3] = ["file", "env", "command"];

/// Whether a text has a line that can begin with the key `targets`. Quick, because it parses nothing.
#[must_use]
pub fn may_be_fleet(text: &str) -> bool {
    let begins = |line: &str| {
        line.trim_start_matches(|c: char| !c.is_alphanumeric())
            .starts_with("targets")
    };
    text.trim_start().starts_with('{') || text.lines().any(begins)
}

/// Whether a text is that of a fleet file: its root has `targets`.
#[must_use]
pub fn is_fleet(text: &str, file: FileId) -> bool {
    let document = yaml::parse(text, file, Places::OfUse);
    let root = document.map(|document| document.root.value);
    matches!(root, Ok(NodeValue::Map(map)) if map.iter().any(|entry| entry.key == "targets"))
}

/// Reads a fleet file.
///
/// # Errors
/// All its problems, in the order of the file.
pub fn parse(text: &str, file: FileId) -> Result<Fleet, Vec<Problem>> {
    let Document { root, problems } = yaml::parse(text, file, Places::OfUse).map_err(|problem| vec![problem])?;
    let mut reader = FleetReader { problems };
    let fleet = read(&mut reader, &root);
    if reader.problems.is_empty() {
        Ok(fleet)
    } else {
        reader.problems.sort_by_key(|problem| problem.place);
        Err(reader.problems)
    }
}

fn read(reader: &mut FleetReader, root: &Node) -> Fleet {
    let mut fleet = Fleet::default();
    let NodeValue::Map(map) = &root.value else {
        let message = format!("a fleet file is a mapping, but this is {}", root.describe());
        reader.problem(root.place, message, "a fleet file begins with `driftgate: 1`");
        return fleet;
    };
    version(reader, root, map);
    for entry in map {
        match entry.key.as_str() {
            "expectations" => fleet.expectations = reader.texts("expectations", &entry.value),
            "connections" => fleet.connections = connections(reader, &entry.value),
            "targets" => fleet.entries = entries(reader, &entry.value),
            "driftgate" | "digest" => {}
            key if key.starts_with("x-") => {}
            _ => reader.unknown_key(entry, &FILE_KEYS),
        }
    }
    if !map.iter().any(|entry| entry.key == "targets") {
        reader.problem(
            root.place,
            "this fleet file names no targets",
            "write `targets: [{name: shop, url: env:SHOP_URL}]`",
        );
    }
    without_expectations(reader, &fleet);
    fleet
}

fn version(reader: &mut FleetReader, root: &Node, map: &Mapping) {
    let written = map.iter().find(|entry| entry.key == "driftgate");
    let is_known = |entry: &Entry| {
        let scalar = entry.value.scalar();
        scalar.is_some_and(|scalar| scalar.text == FORMAT_VERSION)
    };
    match written {
        Some(entry) if is_known(entry) => {}
        Some(entry) => reader.problem(
            entry.value.place,
            "this version of the format is not known",
            format!("write `driftgate: {FORMAT_VERSION}`"),
        ),
        None => reader.problem(
            root.place,
            "the version of the format is missing",
            format!("write `driftgate: {FORMAT_VERSION}` into the first line"),
        ),
    }
}

fn connections(reader: &mut FleetReader, node: &Node) -> Connections {
    let mut connections = Connections::default();
    let Some(map) = reader.map("connections", node, "{total: 64, per_server: 4}") else {
        return connections;
    };
    for entry in map {
        let into = match entry.key.as_str() {
            "total" => &mut connections.total,
            "per_server" => &mut connections.per_server,
            _ => {
                reader.unknown_key(entry, &CONNECTION_KEYS);
                continue;
            }
        };
        if let Some(number) = reader.number(&entry.key, &entry.value) {
            *into = number;
        }
    }
    connections
}

fn entries(reader: &mut FleetReader, node: &Node) -> Vec<TargetEntry> {
    let NodeValue::List(items) = &node.value else {
        let message = format!("`targets` takes a list, but this is {}", node.describe());
        reader.problem(node.place, message, "begin each target with a dash: `- name: shop`");
        return Vec::new();
    };
    if items.is_empty() {
        let hint = "an empty list would be green without looking at anything";
        reader.problem(node.place, "the list `targets` is empty", hint);
    }
    let entries: Vec<TargetEntry> = items.iter().filter_map(|item| entry(reader, item)).collect();
    let mut names = BTreeSet::new();
    for entry in &entries {
        if let Listing::Named(name) = &entry.listing
            && !names.insert(name.text.as_str())
        {
            let message = format!("a second target is named `{}`", name.text);
            reader.problem(
                name.place,
                message,
                "give it a name of its own: reports tell targets apart by it",
            );
        }
    }
    entries
}

fn entry(reader: &mut FleetReader, node: &Node) -> Option<TargetEntry> {
    let NodeValue::Map(map) = &node.value else {
        let message = format!("a target is a mapping, but this is {}", node.describe());
        reader.problem(node.place, message, "write `- {name: shop, url: env:SHOP_URL}`");
        return None;
    };
    let before = reader.problems.len();
    let listing = listing(reader, node.place, map);
    let mut out = TargetEntry {
        place: node.place,
        listing: listing?,
        url: None,
        database: None,
        schema: None,
        databases: None,
        schemas: None,
        password: None,
        labels: Vec::new(),
        expectations: Vec::new(),
        at_least: 1,
    };
    for entry in map {
        set(reader, &mut out, entry);
    }
    if reader.problems.len() == before {
        together(reader, &out);
    }
    Some(out)
}

/// What names the targets: exactly one of three keys.
fn listing(reader: &mut FleetReader, place: Place, map: &Mapping) -> Option<Listing> {
    let named: Vec<&Entry> = map
        .iter()
        .filter(|entry| matches!(entry.key.as_str(), "name" | "query" | "command"))
        .collect();
    let [only] = named.as_slice() else {
        let message = if named.is_empty() {
            "nothing names the targets of this entry"
        } else {
            "an entry takes one of `name`, `query` and `command`"
        };
        let hint = "write `name: NAME` for one target; a query or a command gives the names of its targets";
        reader.problem(named.get(1).map_or(place, |entry| entry.place), message, hint);
        return None;
    };
    match only.key.as_str() {
        "name" => reader.text("name", &only.value).map(Listing::Named),
        "query" => query(reader, &only.value),
        _ => {
            let words = reader.texts("command", &only.value);
            let words: Vec<String> = words.into_iter().map(|word| word.text).collect();
            CommandLine::of_words(&words).map(Listing::Command)
        }
    }
}

fn query(reader: &mut FleetReader, node: &Node) -> Option<Listing> {
    let map = reader.map("query", node, "{url: env:CONTROL_URL, sql: select …}")?;
    let (mut url, mut sql) = (None, None);
    for entry in map {
        match entry.key.as_str() {
            "url" => url = reader.url(&entry.value),
            "sql" => sql = reader.text("sql", &entry.value),
            _ => reader.unknown_key(entry, &QUERY_KEYS),
        }
    }
    for key in QUERY_KEYS {
        if !map.iter().any(|entry| entry.key == key) {
            let message = format!("`query` lacks `{key}`");
            reader.problem(
                node.place,
                message,
                "a query has the url of a database and the sql that lists the targets",
            );
        }
    }
    if let Some(Url::Written(template)) = &url
        && !template.is_text()
    {
        let hint = "the query is what gives the values";
        reader.problem(template.place, "the database that is asked has no values yet", hint);
    }
    Some(Listing::Query { url: url?, sql: sql? })
}

fn set(reader: &mut FleetReader, out: &mut TargetEntry, entry: &Entry) {
    let node = &entry.value;
    match entry.key.as_str() {
        "name" | "query" | "command" => {}
        "url" => out.url = reader.url(node),
        "database" => out.database = reader.template("database", node),
        "schema" => out.schema = reader.template("schema", node),
        "databases" => out.databases = patterns(reader, "databases", node),
        "schemas" => out.schemas = patterns(reader, "schemas", node),
        "password" => out.password = password(reader, node),
        "labels" => out.labels = labels(reader, node),
        "expectations" => out.expectations = reader.texts("expectations", node),
        "at_least" => out.at_least = reader.number("at_least", node).unwrap_or(1),
        _ => reader.unknown_key(entry, &ENTRY_KEYS),
    }
}

fn patterns(reader: &mut FleetReader, name: &str, node: &Node) -> Option<NamePatterns> {
    let texts = reader.texts(name, node);
    if texts.is_empty() {
        return None;
    }
    NamePatterns::parse(&texts)
        .map_err(|problems| reader.problems.extend(problems))
        .ok()
}

fn labels(reader: &mut FleetReader, node: &Node) -> Vec<(String, Template)> {
    let Some(map) = reader.map("labels", node, "{region: eu}") else {
        return Vec::new();
    };
    let mut labels = Vec::new();
    for entry in map {
        if let Some(template) = reader.template(&entry.key, &entry.value) {
            labels.push((entry.key.clone(), template));
        }
    }
    labels
}

fn password(reader: &mut FleetReader, node: &Node) -> Option<PasswordSource> {
    if let Some(name) = node.scalar().and_then(|scalar| scalar.text.strip_prefix("env:")) {
        let template = reader.keep(Template::parse(name, node.place))?;
        return Some(PasswordSource::Variable(template));
    }
    let NodeValue::Map(map) = &node.value else {
        // The text may be the password itself: it is not repeated.
        let hint = "write `password: {env: NAME}`, `password: {file: PATH}` or `password: {command: [PROGRAM]}`";
        reader.problem(
            node.place,
            "`password` says where the password is, and not what it is",
            hint,
        );
        return None;
    };
    let entries: Vec<&Entry> = map.iter().collect();
    let [entry] = entries.as_slice() else {
        let hint = "write `password: {file: /run/secrets/pg}`";
        reader.problem(node.place, "`password` takes one of `file`, `env` and `command`", hint);
        return None;
    };
    match entry.key.as_str() {
        "file" => reader.template("file", &entry.value).map(PasswordSource::File),
        "env" => reader.template("env", &entry.value).map(PasswordSource::Variable),
        "command" => {
            let words = reader.texts("command", &entry.value).into_iter();
            let words: Vec<Template> = words
                .filter_map(|word| reader.keep(Template::parse(&word.text, word.place)))
                .collect();
            let program = words.first()?;
            if !program.is_text() {
                let hint = "the values of targets are arguments of it";
                reader.problem(program.place, "the program is the same for all targets", hint);
                return None;
            }
            Some(PasswordSource::Command(words))
        }
        _ => {
            reader.unknown_key(entry, &PASSWORD_KEYS);
            None
        }
    }
}

/// Problems of keys that do not go together.
fn together(reader: &mut FleetReader, entry: &TargetEntry) {
    let place = entry.place;
    let has_rows = !matches!(entry.listing, Listing::Named(_));
    if entry.url.is_none() && !matches!(entry.listing, Listing::Command(_)) {
        reader.problem(
            place,
            "this entry has no `url`",
            "write `url: env:NAME`, or postgres://role@host/database",
        );
    }
    if entry.database.is_some() && entry.databases.is_some() {
        reader.problem(
            place,
            "`database` is one database and `databases` are all that match",
            "keep one of them",
        );
    }
    if entry.schema.is_some() && entry.schemas.is_some() {
        reader.problem(
            place,
            "`schema` is one schema and `schemas` are all that match",
            "keep one of them",
        );
    }
    if has_rows {
        return;
    }
    let written = entry.url.iter().filter_map(|url| match url {
        Url::Written(template) => Some(template),
        Url::Variable(_) => None,
    });
    let labels = entry.labels.iter().map(|(_, template)| template);
    let others = written.chain(&entry.database).chain(&entry.schema).chain(labels);
    let names: Vec<(Place, String)> = others
        .flat_map(|template| template.names().map(|name| (template.place, name.to_owned())))
        .collect();
    for (place, name) in names {
        let hint = "only a query and a command give their targets values";
        reader.problem(place, format!("`{{{name}}}` has no value here"), hint);
    }
}

/// Targets that nothing is expected of.
fn without_expectations(reader: &mut FleetReader, fleet: &Fleet) {
    if !fleet.expectations.is_empty() {
        return;
    }
    let bare: Vec<Place> = fleet
        .entries
        .iter()
        .filter(|entry| entry.expectations.is_empty())
        .map(|entry| entry.place)
        .collect();
    if let (Some(first), true) = (
        bare.first(),
        fleet.entries.iter().any(|entry| !entry.expectations.is_empty()),
    ) {
        let hint = "write `expectations: [FILE]` at the top of the file for all targets, or into this entry";
        reader.problem(*first, "nothing is expected of these targets", hint);
    }
}
