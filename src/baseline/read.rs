//! Reading a baseline file.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Baseline, BaselineEntry, Day, FORMAT_VERSION};
use crate::error::Problem;
use crate::finding::mark::{Recorded, RecordedStatus};
use crate::source_map::{FileId, Place};
use crate::suggest;
use crate::yaml::{self, Document, Node, NodeValue, Places, ScalarType, shorten};

/// The keys of an entry. `code` and `object` repeat parts of the id for readers of the file.
pub const ENTRY_KEYS: &[&str] = &[
    "id", "database", "where", "status", "code", "object", "expected", "actual", "reason", "owner", "until",
];

/// The keys of the root.
const KEYS: &[&str] = &["baseline", "findings"];

/// Reads a baseline.
///
/// # Errors
/// All its problems, in the order of the file.
pub fn read(text: &str, file: FileId) -> Result<Baseline, Vec<Problem>> {
    let Document { root, problems } = yaml::parse(text, file, Places::OfUse).map_err(|problem| vec![problem])?;
    let mut reader = Reader { problems };
    let entries = reader.file(&root);
    if reader.problems.is_empty() {
        Ok(Baseline { file, entries })
    } else {
        reader.problems.sort_by_key(|problem| problem.place);
        Err(reader.problems)
    }
}

/// Collects the problems of a file.
struct Reader {
    problems: Vec<Problem>,
}

impl Reader {
    fn file(&mut self, root: &Node) -> Vec<BaselineEntry> {
        let begins =
            format!("a baseline begins with `baseline: {FORMAT_VERSION}`; `--write-baseline FILE` writes a baseline");
        let NodeValue::Map(keys) = &root.value else {
            self.problems.push(
                Problem::at(
                    root.place,
                    format!("a baseline is a mapping, but this is {}", root.describe()),
                )
                .hint(begins),
            );
            return Vec::new();
        };
        // In a file of another kind, nothing else is worth reporting.
        let Some(version) = keys
            .iter()
            .find(|entry| entry.key == "baseline")
            .map(|entry| &entry.value)
        else {
            self.problems = vec![Problem::at(root.place, "this is not a baseline").hint(begins)];
            return Vec::new();
        };
        if version.scalar().is_none_or(|s| s.text != FORMAT_VERSION) {
            let message = format!("unsupported baseline version {}", version.describe());
            let hint = format!("this driftgate reads version {FORMAT_VERSION}");
            self.problems = vec![Problem::at(version.place, message).hint(hint)];
            return Vec::new();
        }
        let mut entries = Vec::new();
        for entry in keys {
            match entry.key.as_str() {
                "baseline" => {}
                "findings" => entries = self.findings(&entry.value),
                key => self.unknown(key, entry.place, KEYS),
            }
        }
        if !keys.iter().any(|entry| entry.key == "findings") {
            self.problems.push(
                Problem::at(root.place, "the baseline has no `findings`")
                    .hint("write `findings: []` if no finding is accepted"),
            );
        }
        self.duplicates(&entries);
        entries
    }

    fn findings(&mut self, node: &Node) -> Vec<BaselineEntry> {
        match &node.value {
            NodeValue::List(items) => items.iter().filter_map(|item| self.entry(item)).collect(),
            NodeValue::Scalar(_) | NodeValue::Map(_) => {
                self.problems.push(Problem::at(
                    node.place,
                    format!("`findings` takes a list of entries, but this is {}", node.describe()),
                ));
                Vec::new()
            }
        }
    }

    fn entry(&mut self, node: &Node) -> Option<BaselineEntry> {
        let NodeValue::Map(keys) = &node.value else {
            self.problems.push(Problem::at(
                node.place,
                format!(
                    "an entry is a mapping with `id`, `expected` and `actual`, but this is {}",
                    node.describe()
                ),
            ));
            return None;
        };
        let (mut id, mut expected, mut actual) = (None, None, None);
        let mut status = RecordedStatus::Drift;
        let mut entry = BaselineEntry {
            id: String::new(),
            database: None,
            labels: BTreeMap::new(),
            object: None,
            was: Recorded {
                status,
                expected: Json::Null,
                actual: Json::Null,
            },
            reason: None,
            owner: None,
            until: None,
            place: node.place,
        };
        let before = self.problems.len();
        for key in keys {
            let value = &key.value;
            match key.key.as_str() {
                "id" => id = self.text(&key.key, value),
                "database" => entry.database = self.text(&key.key, value),
                "where" => entry.labels = self.labels(value),
                "object" => entry.object = self.text(&key.key, value),
                "code" => drop(self.text(&key.key, value)),
                "reason" => entry.reason = self.text(&key.key, value),
                "owner" => entry.owner = self.text(&key.key, value),
                "status" => status = self.status(value).unwrap_or(status),
                "until" => entry.until = self.until(value),
                "expected" => expected = Some(json(value)),
                "actual" => actual = Some(json(value)),
                name => self.unknown(name, key.place, ENTRY_KEYS),
            }
        }
        self.required(node.place, keys);
        if self.problems.len() > before {
            return None;
        }
        entry.id = id?;
        entry.was = Recorded {
            status,
            expected: expected?,
            actual: actual?,
        };
        Some(entry)
    }

    /// The labels of the targets of a fleet in which the finding is accepted.
    fn labels(&mut self, node: &Node) -> BTreeMap<String, String> {
        let NodeValue::Map(keys) = &node.value else {
            let message = format!("`where` takes the labels of targets, but this is {}", node.describe());
            self.problems
                .push(Problem::at(node.place, message).hint("write `where: {region: eu}`"));
            return BTreeMap::new();
        };
        if keys.is_empty() {
            self.problems
                .push(Problem::at(node.place, "`where` is empty").hint("write `where: {region: eu}`, or remove it"));
        }
        let labels = keys.iter();
        labels
            .filter_map(|entry| Some((entry.key.clone(), self.text(&entry.key, &entry.value)?)))
            .collect()
    }

    /// Reports the keys that an entry needs and does not have.
    fn required(&mut self, place: Place, keys: &yaml::Mapping) {
        let has = |name: &str| keys.iter().any(|key| key.key == name);
        for name in ["id", "expected", "actual"].into_iter().filter(|name| !has(name)) {
            self.problems.push(
                Problem::at(place, format!("the entry has no `{name}`")).hint(
                    "`id`, `expected` and `actual` identify the accepted finding; `--write-baseline` writes them",
                ),
            );
        }
    }

    /// Reports entries for the same finding.
    fn duplicates(&mut self, entries: &[BaselineEntry]) {
        let mut first = BTreeMap::new();
        for entry in entries {
            let key = (entry.database.as_deref(), &entry.labels, entry.id.as_str());
            let known: Option<&Place> = first.get(&key);
            if let Some(place) = known {
                self.problems.push(
                    Problem::at(
                        entry.place,
                        format!(
                            "duplicate entry: line {} already has an entry for this finding",
                            place.line
                        ),
                    )
                    .hint("remove one of them"),
                );
            } else {
                first.insert(key, entry.place);
            }
        }
    }

    fn text(&mut self, key: &str, node: &Node) -> Option<String> {
        match node.scalar() {
            Some(scalar) if scalar.scalar_type != ScalarType::Null && !scalar.text.trim().is_empty() => {
                Some(scalar.text.clone())
            }
            Some(_) | None => {
                self.problems.push(
                    Problem::at(
                        node.place,
                        format!("`{key}` takes a text, but this is {}", node.describe()),
                    )
                    .hint("remove the key, or write a text"),
                );
                None
            }
        }
    }

    fn status(&mut self, node: &Node) -> Option<RecordedStatus> {
        let word = node.scalar().map_or("", |s| s.text.as_str());
        if let Some(status) = RecordedStatus::ALL.iter().find(|status| status.word() == word) {
            return Some(*status);
        }
        let words: Vec<&str> = RecordedStatus::ALL.iter().map(|status| status.word()).collect();
        self.problems.push(
            Problem::at(node.place, format!("`status` cannot be {}", node.describe()))
                .hint(suggest::hint(word, &words)),
        );
        None
    }

    fn until(&mut self, node: &Node) -> Option<Day> {
        let day = node.scalar().and_then(|s| Day::parse(&s.text));
        if day.is_none() {
            self.problems.push(
                Problem::at(
                    node.place,
                    format!("`until` takes a day, but this is {}", node.describe()),
                )
                .hint("write the last day on which it is accepted as YYYY-MM-DD, for instance 2030-01-31"),
            );
        }
        day
    }

    fn unknown(&mut self, key: &str, place: Place, known: &[&str]) {
        self.problems
            .push(Problem::at(place, format!("unknown key `{}`", shorten(key))).hint(suggest::hint(key, known)));
    }
}

/// A value as reports contain it.
fn json(node: &Node) -> Json {
    match &node.value {
        NodeValue::Scalar(scalar) => match scalar.scalar_type {
            ScalarType::Text => Json::from(scalar.text.as_str()),
            ScalarType::Bool(value) => Json::from(value),
            ScalarType::Number => {
                serde_json::from_str(&scalar.text).unwrap_or_else(|_| Json::from(scalar.text.as_str()))
            }
            ScalarType::Null => Json::Null,
        },
        NodeValue::List(items) => items.iter().map(json).collect(),
        NodeValue::Map(entries) => entries
            .iter()
            .map(|entry| (entry.key.clone(), json(&entry.value)))
            .collect(),
    }
}
