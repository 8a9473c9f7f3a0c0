//! The privileges that exist on each class of objects, and which of them the owner and PUBLIC have by default.

mod grantor;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Compare, Comparison, OLDEST_MAJOR, Verdict};
use crate::object_id::ObjectId;
use crate::snapshot::OWNER;
use crate::value::Value;
pub use grantor::{GRANTED_BY, split_grantor};
use grantor::{granted_by, merge_grantors, merge_options, split_option};

/// A class of objects on which the same privileges exist. Source: PostgreSQL's documentation, "Privileges".
#[derive(Debug, Clone, Copy)]
pub struct Class {
    /// Several objects of the class, for people.
    pub many: &'static str,
    /// The privileges, each with the first major version that has it.
    words: &'static [(&'static str, u32)],
    /// What PUBLIC has by default.
    public: &'static [&'static str],
    /// Whether the owner has every privilege by default.
    owner: bool,
}

/// The privileges that the value of an attribute can name.
#[derive(Debug, Clone, Copy)]
pub enum Privileges {
    /// Those of a class.
    Of(&'static Class),
    /// Those of the class that the name of the object says.
    ByName(fn(&str) -> Option<Class>),
}

const fn class(many: &'static str, words: &'static [(&'static str, u32)], public: &'static [&'static str]) -> Class {
    Class {
        many,
        words,
        public,
        owner: true,
    }
}

const ANY: u32 = OLDEST_MAJOR;

/// Tables, views and other relations with rows.
pub static TABLE: Class = class(
    "tables",
    &[
        ("select", ANY),
        ("insert", ANY),
        ("update", ANY),
        ("delete", ANY),
        ("truncate", ANY),
        ("references", ANY),
        ("trigger", ANY),
        ("maintain", 17),
    ],
    &[],
);

/// Columns. By default no role has a privilege on a column alone.
pub static COLUMN: Class = Class {
    owner: false,
    ..class(
        "columns",
        &[("select", ANY), ("insert", ANY), ("update", ANY), ("references", ANY)],
        &[],
    )
};

/// Sequences.
pub static SEQUENCE: Class = class("sequences", &[("usage", ANY), ("select", ANY), ("update", ANY)], &[]);

/// Functions, procedures and aggregates.
pub static FUNCTION: Class = class("functions", &[("execute", ANY)], &["execute"]);

/// Schemas.
pub static SCHEMA: Class = class("schemas", &[("usage", ANY), ("create", ANY)], &[]);

/// Types and domains.
pub static TYPE: Class = class("types", &[("usage", ANY)], &["usage"]);

/// Procedural languages.
pub static LANGUAGE: Class = class("languages", &[("usage", ANY)], &["usage"]);

/// Foreign-data wrappers and foreign servers.
pub static FOREIGN: Class = class("foreign servers", &[("usage", ANY)], &[]);

/// Large objects.
pub static LARGE_OBJECT: Class = class("large objects", &[("select", ANY), ("update", ANY)], &[]);

/// Databases.
pub static DATABASE: Class = class(
    "databases",
    &[("create", ANY), ("connect", ANY), ("temporary", ANY)],
    &["connect", "temporary"],
);

/// Every class.
const CLASSES: [&Class; 10] = [
    &TABLE,
    &COLUMN,
    &SEQUENCE,
    &FUNCTION,
    &SCHEMA,
    &TYPE,
    &LANGUAGE,
    &FOREIGN,
    &LARGE_OBJECT,
    &DATABASE,
];

/// Every privilege of the class.
const ALL: &str = "all";

/// No privilege.
const NONE: &str = "none";

/// The text after a privilege that its holder may grant.
pub const OPTION: &str = " with grant option";

/// The key of PUBLIC in a mapping.
const PUBLIC: &str = "public";

/// The privileges of each role, without `all` and `none`.
type Held = BTreeMap<String, BTreeSet<String>>;

impl Privileges {
    /// The class of an object.
    #[must_use]
    pub fn class(self, id: &ObjectId) -> Option<Class> {
        match self {
            Self::Of(class) => Some(*class),
            Self::ByName(find) => find(id.last()),
        }
    }

    /// The words that may be written: the privileges, `all` and `none`.
    #[must_use]
    pub fn words(self) -> Vec<&'static str> {
        let mut words: Vec<&str> = match self {
            Self::Of(class) => class.all().collect(),
            Self::ByName(_) => CLASSES.iter().flat_map(|class| class.all()).collect(),
        };
        let mut seen = BTreeSet::new();
        words.retain(|word| seen.insert(*word));
        words.extend([ALL, NONE]);
        words
    }

    /// What the privileges are on, for messages.
    #[must_use]
    pub fn many(self) -> &'static str {
        match self {
            Self::Of(class) => class.many,
            Self::ByName(_) => "objects",
        }
    }

    /// A privilege as files and the catalog write it: in lower case, with PostgreSQL's other spellings replaced. `None` if
    /// there is no such privilege.
    #[must_use]
    pub fn normalize(self, text: &str) -> Option<String> {
        normalize(text, &self.words())
    }

    /// Whether both values give the roles the same privileges.
    #[must_use]
    pub fn same(self, comparison: &Comparison<'_>) -> Verdict {
        let Some(class) = self.class(comparison.id) else {
            return Verdict::when(comparison.expected == comparison.actual);
        };
        let major = comparison.snapshot.server.major;
        let (Some(mut expected), Some(mut actual)) = (
            class.held(comparison.expected, comparison),
            class.held(comparison.actual, comparison),
        ) else {
            return Verdict::when(comparison.expected == comparison.actual);
        };
        if !comparison.exact {
            merge_grantors(&mut expected, &mut actual);
        }
        let is_newer = |privilege: &String| class.since(privilege) > major;
        let too_new = expected.values().flatten().any(is_newer);
        for privileges in expected.values_mut() {
            privileges.retain(|privilege| !is_newer(privilege));
        }
        expected.retain(|_, privileges| !privileges.is_empty());
        match expected == actual {
            true if too_new => Verdict::Unknown("this version of PostgreSQL does not have one of these privileges"),
            equal => Verdict::when(equal),
        }
    }

    /// Both values in full, for the statements that change one to the other: every privilege by its name, and what the
    /// owner and PUBLIC have by default where one of the values names them.
    #[must_use]
    pub fn in_full(self, comparison: &Comparison<'_>) -> Option<(Value, Value)> {
        let class = self.class(comparison.id)?;
        let major = comparison.snapshot.server.major;
        let full = |value| {
            let mut held = class.held(value, comparison)?;
            for privileges in held.values_mut() {
                privileges.retain(|privilege| class.since(privilege) <= major);
            }
            Some(held)
        };
        let (mut expected, mut actual) = (full(comparison.expected)?, full(comparison.actual)?);
        if !comparison.exact {
            merge_grantors(&mut expected, &mut actual);
        }
        Some((listed(&expected), listed(&actual)))
    }

    /// The actual value as reports show it: with what the owner and PUBLIC have by default where the expected value names
    /// them.
    #[must_use]
    pub fn shown(self, comparison: &Comparison<'_>) -> Value {
        let (Value::Map(expected), Value::Map(actual)) = (comparison.expected, comparison.actual) else {
            return comparison.actual.clone();
        };
        let Some(held) = self
            .class(comparison.id)
            .and_then(|class| class.held(comparison.actual, comparison))
        else {
            return comparison.actual.clone();
        };
        let mut shown = actual.clone();
        for role in expected.keys().filter(|role| !actual.contains_key(*role)) {
            if let Some(privileges) = held.get(role) {
                shown.insert(role.clone(), list(privileges));
            }
        }
        self.abbreviated(comparison.id, &Value::Map(shown), comparison.snapshot.server.major)
    }

    /// The value as `pull` writes it: `all` where the privileges depend on the version of the server.
    #[must_use]
    pub fn abbreviated(self, id: &ObjectId, value: &Value, major: u32) -> Value {
        let (Value::Map(roles), Some(class)) = (value, self.class(id)) else {
            return value.clone();
        };
        if class.words.iter().all(|(_, since)| *since == ANY) {
            return value.clone();
        }
        let abbreviate = |privileges: &Value| {
            for option in ["", OPTION] {
                let all: BTreeSet<String> = class.existing(major).map(|word| format!("{word}{option}")).collect();
                if all == privileges.texts().into_iter().map(str::to_owned).collect() {
                    return Value::List(vec![Value::Text(format!("{ALL}{option}"))]);
                }
            }
            privileges.clone()
        };
        Value::Map(
            roles
                .iter()
                .map(|(role, privileges)| (role.clone(), abbreviate(privileges)))
                .collect(),
        )
    }
}

impl Compare {
    /// The value as `pull` writes it.
    #[must_use]
    pub fn abbreviated(self, id: &ObjectId, value: &Value, major: u32) -> Value {
        if let Self::Grants(privileges) = self {
            return privileges.abbreviated(id, value, major);
        }
        value.clone()
    }

    /// The actual value as reports show it beside the expected one.
    #[must_use]
    pub fn shown(self, comparison: &Comparison<'_>) -> Value {
        if let Self::Grants(privileges) = self {
            return privileges.shown(comparison);
        }
        comparison.actual.clone()
    }

    /// Both values in full, where they leave something out.
    #[must_use]
    pub fn in_full(self, comparison: &Comparison<'_>) -> Option<(Value, Value)> {
        if let Self::Grants(privileges) = self {
            return privileges.in_full(comparison);
        }
        None
    }
}

impl Class {
    /// The class for grants in addition to others: no role has any by default.
    #[must_use]
    pub const fn additional(self) -> Self {
        Self {
            public: &[],
            owner: false,
            ..self
        }
    }

    /// A privilege of the class as files and the catalog write it; see [`Privileges::normalize`].
    #[must_use]
    pub fn normalize(&self, text: &str) -> Option<String> {
        normalize(text, &self.words_to_write())
    }

    /// The privileges, `all` and `none`.
    #[must_use]
    pub fn words_to_write(&self) -> Vec<&'static str> {
        self.all().chain([ALL, NONE]).collect()
    }

    /// The privileges of any version.
    fn all(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.words.iter().map(|(word, _)| *word)
    }

    /// The privileges of a version.
    fn existing(&self, major: u32) -> impl Iterator<Item = &'static str> + use<> {
        let words = self.words.iter().filter(move |(_, since)| *since <= major);
        words.map(|(word, _)| *word)
    }

    fn since(&self, privilege: &str) -> u32 {
        let (word, _) = split_option(split_grantor(privilege).0);
        let known = self.words.iter().find(|(known, _)| *known == word);
        known.map_or(ANY, |(_, since)| *since)
    }

    /// What each role may do, by a value that leaves out what the owner and PUBLIC have by default.
    fn held(&self, value: &Value, comparison: &Comparison<'_>) -> Option<Held> {
        let Value::Map(roles) = value else {
            return None;
        };
        let major = comparison.snapshot.server.major;
        let grantor = comparison.object.get(OWNER).as_text();
        let owner = grantor.filter(|_| self.owner);
        let mut held = Held::new();
        held.insert(
            PUBLIC.to_owned(),
            self.public.iter().map(|word| (*word).to_owned()).collect(),
        );
        if let Some(owner) = owner {
            held.insert(owner.to_owned(), self.existing(major).map(str::to_owned).collect());
        }
        for (role, privileges) in roles {
            let mut set = self.expand(privileges, major, grantor);
            if owner == Some(role) {
                // The owner may grant every privilege, whatever the catalog says.
                set = set
                    .into_iter()
                    .map(|p| p.strip_suffix(OPTION).map_or(p.clone(), str::to_owned))
                    .collect();
            }
            held.insert(role.clone(), set);
        }
        held.retain(|_, privileges| !privileges.is_empty());
        Some(held)
    }

    /// The privileges of one role by their names, without the grantor where that is the owner.
    fn expand(&self, privileges: &Value, major: u32, owner: Option<&str>) -> BTreeSet<String> {
        let texts = match privileges {
            Value::Text(one) => vec![one.as_str()],
            other => other.texts(),
        };
        let mut set = BTreeSet::new();
        for text in texts {
            let (privilege, grantor) = split_grantor(text);
            let (word, option) = split_option(privilege);
            let end = format!(
                "{option}{}",
                granted_by(grantor.filter(|grantor| Some(*grantor) != owner))
            );
            match word {
                NONE => {}
                ALL => set.extend(self.existing(major).map(|word| format!("{word}{end}"))),
                word => {
                    set.insert(format!("{word}{end}"));
                }
            }
        }
        merge_options(&mut set);
        set
    }
}

fn normalize(text: &str, known: &[&str]) -> Option<String> {
    // The name of a role keeps its case.
    let at = text.to_ascii_lowercase().find(GRANTED_BY);
    let (text, grantor) = at.map_or((text, None), |at| {
        (&text[..at], Some(text[at + GRANTED_BY.len()..].trim()))
    });
    let words = text.to_lowercase();
    let words: Vec<&str> = words.split_whitespace().collect();
    let text = words.join(" ");
    let (word, option) = split_option(&text);
    let word = match word {
        "all privileges" => ALL,
        "temp" => "temporary",
        word => word,
    };
    let is_alone = option.is_empty() && grantor.is_none();
    let is_known = known.contains(&word) && (word != NONE || is_alone) && grantor != Some("");
    is_known.then(|| format!("{word}{option}{}", granted_by(grantor)))
}

fn listed(held: &Held) -> Value {
    Value::Map(held.iter().map(|(role, set)| (role.clone(), list(set))).collect())
}

fn list(privileges: &BTreeSet<String>) -> Value {
    Value::List(privileges.iter().cloned().map(Value::Text).collect())
}
