//! The targets of a fleet: asks servers and programs for what a fleet file does not list itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;

use crate::catalog::conninfo::Conninfo;
use crate::catalog::{Limits, block_on, listing};
use crate::environment::{Environment, is_variable};
use crate::error::{CommandError, Failure, Problem, WhileDoing as _};
use crate::fleet::{Fleet, FleetTarget, Listing, Password, PasswordSource, TargetEntry, TargetRow, Template, Url};
use crate::plural::{plural, thousands};
use crate::program::{CommandLine, Printed};
use crate::redact;
use crate::terminal::visible;

/// What resolving needs beside the fleet file.
pub(crate) struct Resolver<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) limits: Limits,
    /// How long a program may run.
    pub(crate) program_limit: Duration,
}

impl Resolver<'_> {
    /// The targets of a fleet, in the order of the file. All mistakes of the file that need no server are found before the
    /// first one is asked.
    ///
    /// # Errors
    /// A server or a program does not list its targets, lists too few, or two targets have one name.
    pub(crate) fn targets(&self, fleet: &Fleet) -> Result<Vec<FleetTarget>, CommandError> {
        self.check_variables(fleet)?;
        let mut targets = Vec::new();
        for entry in &fleet.entries {
            let found = self.entry(entry)?;
            if found.len() < entry.at_least {
                let expected = plural(entry.at_least, "target is expected", "targets are expected");
                let why = format!("it names {}, and at least {expected}", thousands(found.len()));
                return Err(Failure::new(format!("listing {}", named(entry)), why)
                    .hint("`at_least` says how many there must be: a run of fewer targets must not be green")
                    .into());
            }
            targets.extend(found);
        }
        unique(&targets)?;
        Ok(targets)
    }

    /// Variables that are not set are mistakes that need no server to be found.
    fn check_variables(&self, fleet: &Fleet) -> Result<(), Vec<Problem>> {
        let urls = fleet.entries.iter().flat_map(|entry| {
            let asked = match &entry.listing {
                Listing::Query { url, .. } => Some(url),
                Listing::Named(_) | Listing::Command(_) => None,
            };
            asked.into_iter().chain(&entry.url)
        });
        let problems: Vec<Problem> = urls
            .filter_map(|url| match url {
                Url::Variable(name) => {
                    let missing = self.environment.require(&name.text).err();
                    missing.map(|problem| Problem {
                        place: Some(name.place),
                        ..problem
                    })
                }
                Url::Written(_) => None,
            })
            .collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn entry(&self, entry: &TargetEntry) -> Result<Vec<FleetTarget>, CommandError> {
        let mut targets = Vec::new();
        for row in self.rows(entry)? {
            let target = self.target(entry, &row)?;
            targets.extend(self.expand(entry, target)?);
        }
        Ok(targets)
    }

    /// What names the targets of an entry: one row for each.
    fn rows(&self, entry: &TargetEntry) -> Result<Vec<TargetRow>, CommandError> {
        match &entry.listing {
            Listing::Named(name) => {
                let values = BTreeMap::from([("name".to_owned(), Some(name.text.clone()))]);
                Ok(vec![TargetRow {
                    values,
                    labels: BTreeMap::new(),
                }])
            }
            Listing::Query { url, sql } => {
                let (url, _) = self.url(url, &TargetRow::default())?;
                let info = self.conninfo(&url, None)?;
                let rows = block_on(listing::rows(&info, self.limits, &sql.text))?;
                let rows = rows.into_iter().map(|values| TargetRow {
                    values: values.into_iter().collect(),
                    labels: BTreeMap::new(),
                });
                let rows: Vec<TargetRow> = rows.collect();
                if rows.first().is_some_and(|row| !row.values.contains_key("name")) {
                    return Err(Problem::at(sql.place, "the query has no column `name`")
                        .hint("name the targets: select slug as name, …")
                        .into());
                }
                Ok(rows)
            }
            Listing::Command(command) => self.printed(command),
        }
    }

    /// The targets that a program prints, a JSON object on each line.
    fn printed(&self, command: &CommandLine) -> Result<Vec<TargetRow>, CommandError> {
        let text = match command.output(self.program_limit)? {
            Printed::Text(text) => text,
            Printed::UnknownOption(failure) => return Err(failure.into()),
        };
        let mut rows = Vec::new();
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let row = row_of_line(line).map_err(|why| {
                let doing = format!("reading line {} of what {} printed", number + 1, command.shown());
                Failure::new(doing, why)
                    .hint(r#"each line is a JSON object: {"name": "acme", "url": "postgres://…", "labels": {"region": "eu"}}"#)
                    .lasting()
            })?;
            rows.push(row);
        }
        Ok(rows)
    }

    /// The target that an entry names with the values of a row, before its databases and schemas are listed.
    fn target(&self, entry: &TargetEntry, row: &TargetRow) -> Result<FleetTarget, CommandError> {
        let name = row.values.get("name").cloned().flatten().unwrap_or_default();
        if name.trim().is_empty() || name.chars().any(char::is_control) {
            let why = format!("`{}` is not the name of a target", visible(&name));
            let failure = Failure::new(format!("listing {}", named(entry)), why);
            return Err(failure
                .hint("a name is a text on one line that is not empty")
                .lasting()
                .into());
        }
        let (url, variable) = match &entry.url {
            Some(url) => self.url(url, row)?,
            None => (value(row, "url", &name)?, None),
        };
        let written = |template: &Option<Template>| template.as_ref().map(|text| text.with(&row.values)).transpose();
        let column = |key: &str| row.values.get(key).cloned().flatten().filter(|text| !text.is_empty());
        // A query may name the database for its URL alone.
        let is_printed = matches!(entry.listing, Listing::Command(_));
        let database = written(&entry.database)?.or_else(|| column("database").filter(|_| is_printed));
        let schema = written(&entry.schema)?.or_else(|| column("schema"));
        let password = entry.password.as_ref().map(|from| password_of(from, row)).transpose()?;
        let mut labels = row.labels.clone();
        for (label, template) in &entry.labels {
            labels.insert(label.clone(), template.with(&row.values)?);
        }
        let mut target = FleetTarget {
            name,
            url,
            variable,
            database,
            schema,
            password,
            shown: String::new(),
            server: String::new(),
            labels,
            expectations: entry.expectations.clone(),
        };
        let info = self.info_without_password(&target)?;
        (target.shown, target.server) = (info.display(), info.address());
        Ok(target)
    }

    /// The targets in place of a target with patterns: every database or schema that matches.
    fn expand(&self, entry: &TargetEntry, target: FleetTarget) -> Result<Vec<FleetTarget>, CommandError> {
        let mut targets = vec![target];
        if let Some(patterns) = &entry.databases {
            let [target] = targets.as_slice() else {
                return Ok(targets);
            };
            let found = block_on(listing::databases(&self.info(target)?, self.limits))?;
            let found = found.into_iter().filter(|name| patterns.matches(name));
            targets = found
                .map(|database| FleetTarget {
                    name: format!("{}/{database}", target.name),
                    database: Some(database),
                    ..target.clone()
                })
                .collect();
            for target in &mut targets {
                target.shown = self.info_without_password(target)?.display();
            }
        }
        let Some(patterns) = &entry.schemas else {
            return Ok(targets);
        };
        let mut expanded = Vec::new();
        for target in targets {
            let found = block_on(listing::schemas(&self.info(&target)?, self.limits))?;
            let found = found.into_iter().filter(|name| patterns.matches(name));
            expanded.extend(found.map(|schema| FleetTarget {
                name: format!("{}/{schema}", target.name),
                schema: Some(schema),
                ..target.clone()
            }));
        }
        Ok(expanded)
    }

    /// The URL with the values of a row, and the variable that it is in.
    fn url(&self, url: &Url, row: &TargetRow) -> Result<(String, Option<String>), Problem> {
        match url {
            Url::Variable(name) => Ok((self.environment.require(&name.text)?, Some(name.text.clone()))),
            Url::Written(template) => Ok((template.url(&row.values)?, None)),
        }
    }

    /// The connection of a target.
    ///
    /// # Errors
    /// The URL is not valid, or the password cannot be read.
    pub(crate) fn info(&self, target: &FleetTarget) -> Result<Conninfo, CommandError> {
        let password = target.password.as_ref().map(|from| self.password(from)).transpose()?;
        let info = self.conninfo(&target.url, password.as_deref())?;
        Ok(of_database(info, target))
    }

    fn info_without_password(&self, target: &FleetTarget) -> Result<Conninfo, Problem> {
        Ok(of_database(self.conninfo(&target.url, None)?, target))
    }

    fn conninfo(&self, url: &str, password: Option<&str>) -> Result<Conninfo, Problem> {
        Conninfo::resolve(url, &|name| match (name, password) {
            ("PGPASSWORD", Some(password)) => Some(password.to_owned()),
            _ => self.environment.get(name),
        })
    }

    fn password(&self, from: &Password) -> Result<String, CommandError> {
        let text = match from {
            Password::Variable(name) => self.environment.require(name)?,
            Password::File(path) => {
                let shown = redact::path(Path::new(path));
                fs::read_to_string(path).while_doing(|| format!("reading the password in {shown}"))?
            }
            Password::Command(words) => {
                let command = CommandLine::of_words(words).ok_or_else(|| Problem::new("the program is missing"))?;
                match command.output(self.program_limit)? {
                    Printed::Text(text) => text,
                    Printed::UnknownOption(failure) => return Err(failure.into()),
                }
            }
        };
        Ok(text.trim_end_matches(['\n', '\r']).to_owned())
    }
}

fn of_database(info: Conninfo, target: &FleetTarget) -> Conninfo {
    match &target.database {
        Some(database) => info.with_database(database),
        None => info,
    }
}

/// How messages name an entry.
fn named(entry: &TargetEntry) -> String {
    match &entry.listing {
        Listing::Named(name) => format!("the targets of `{}`", visible(&name.text)),
        Listing::Query { .. } => "the targets of a query".to_owned(),
        Listing::Command(command) => format!("the targets that {} prints", command.shown()),
    }
}

/// A value that the target of this name needs.
fn value(row: &TargetRow, key: &str, name: &str) -> Result<String, Failure> {
    let value = row.values.get(key).cloned().flatten().filter(|value| !value.is_empty());
    value.ok_or_else(|| {
        Failure::new(
            format!("listing the target `{}`", visible(name)),
            format!("it has no `{key}`"),
        )
        .hint("write `url` into the entry of the fleet file, or let the program print it")
        .lasting()
    })
}

/// Where the password of a target is. No value of a row becomes anything but a name in it.
fn password_of(from: &PasswordSource, row: &TargetRow) -> Result<Password, Problem> {
    Ok(match from {
        PasswordSource::File(template) => Password::File(template.path(&row.values)?),
        PasswordSource::Variable(template) => {
            let name = template.with(&row.values)?;
            if !is_variable(&name) {
                let message = format!("`{}` is not the name of a variable", visible(&name));
                return Err(Problem::at(template.place, message));
            }
            Password::Variable(name)
        }
        PasswordSource::Command(words) => {
            let word = |template: &Template| {
                let word = template.with(&row.values)?;
                if template.begins_with_value() && word.starts_with('-') {
                    let message = format!("`{}` would be an option of the program", visible(&word));
                    return Err(Problem::at(template.place, message));
                }
                Ok(word)
            };
            Password::Command(words.iter().map(word).collect::<Result<_, Problem>>()?)
        }
    })
}

/// What a line of a program says of a target.
fn row_of_line(line: &str) -> Result<TargetRow, String> {
    let parsed: Json = serde_json::from_str(line).map_err(|error| format!("it is not JSON: {error}"))?;
    let Json::Object(object) = parsed else {
        return Err("it is not a JSON object".to_owned());
    };
    let mut row = TargetRow::default();
    for (key, value) in object {
        if key == "labels" {
            let Json::Object(labels) = value else {
                return Err("`labels` is not an object".to_owned());
            };
            for (label, value) in labels {
                let text = scalar(&value, &label)?;
                row.labels.insert(label, text.unwrap_or_default());
            }
            continue;
        }
        let text = scalar(&value, &key)?;
        row.values.insert(key, text);
    }
    if !row.values.contains_key("name") {
        return Err("it has no `name`".to_owned());
    }
    Ok(row)
}

/// The text of a JSON value, `None` for null.
fn scalar(value: &Json, name: &str) -> Result<Option<String>, String> {
    match value {
        Json::Null => Ok(None),
        Json::String(text) => Ok(Some(text.clone())),
        Json::Bool(_) | Json::Number(_) => Ok(Some(value.to_string())),
        Json::Array(_) | Json::Object(_) => Err(format!("`{}` is not a text", visible(name))),
    }
}

/// Reports tell targets apart by their names.
fn unique(targets: &[FleetTarget]) -> Result<(), Failure> {
    let mut names = BTreeSet::new();
    match targets.iter().find(|target| !names.insert(target.name.as_str())) {
        Some(twice) => Err(Failure::new(
            "listing the targets",
            format!("two of them are named `{}`", visible(&twice.name)),
        )
        .hint("reports tell targets apart by their names: let the query or the program make them unique")
        .lasting()),
        None => Ok(()),
    }
}
