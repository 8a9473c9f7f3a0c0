//! The vocabulary that describes kinds of objects: attributes, the shapes of their values, how two values are compared,
//! and the questions that only the server can answer.

mod catalog_row;
mod lines;
mod literal;
mod question;
mod reference;
mod role_names;
mod weight;

pub use catalog_row::{CatalogRow, Precision};
pub use lines::{same_lines, same_text};
pub use literal::Literal;
pub use question::{Form, Question};
pub use reference::split_reference;
pub use role_names::RoleNames;
pub use weight::Weight;

use crate::kinds::Kind;
use crate::object_id::{ObjectId, split_name};
use crate::privileges::Privileges;
use crate::snapshot::{Object, Snapshot};
use crate::value::Value;

/// One attribute of a kind. Its name is at once YAML key, SQL column, JSON key and schema key.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing about the attribute")]
pub struct Attr {
    /// The name.
    pub name: &'static str,
    /// What values it takes.
    pub shape: Shape,
    /// What it means, as one sentence.
    pub doc: &'static str,
    /// When an expected and an actual value are equal.
    pub compare: Compare,
    /// The value it has if the statement that creates the object leaves it out; `None` if there is no such value.
    pub default: Option<Literal>,
    /// Set if it is checked against its default even in objects that do not write it, because an object that exists may
    /// still not work. The text is the message for another value: "it is INVALID".
    pub always_checked: Option<&'static str>,
    /// Whether it identifies the object where objects are matched by meaning.
    pub identifies: bool,
    /// The end of the code of a finding, if it is not the name.
    pub code_suffix: Option<&'static str>,
    /// Another key, which requires at least these items.
    pub subset_key: Option<&'static str>,
    /// The first major version of PostgreSQL that has it.
    pub since: u32,
    /// Whether its value is a mapping whose keys are roles.
    pub keyed_by_role: bool,
    /// Where its value names roles, besides the keys of [`Attr::keyed_by_role`].
    pub role_names: RoleNames,
    /// Whether it is read only where a file or an option asks for it.
    pub read_on_request: bool,
    /// Whether its value depends on the server, even if the same statements were run.
    pub server_dependent: bool,
    /// Whether it has its default only once something else has happened than the statements that create the schema: a
    /// materialized view was refreshed, a subscription was connected to its publisher.
    pub set_in_operation: bool,
    /// Whether it must have the same value in every partition, down to the leaves.
    pub holds_in_partitions: bool,
    /// Whether nearly every object has the default, so that a check which the file does not ask for is not counted if it
    /// passes.
    pub exceptional: bool,
    /// Whether it is only compared where a file writes it, and `pull` never writes it.
    pub on_request: bool,
    /// The kinds of object that its value names, if PostgreSQL has such objects of its own.
    pub refers_to: &'static [Kind],
    /// The row of the catalog that is written when it changes.
    pub stored_in: CatalogRow,
    /// How much a difference matters.
    pub weight: Weight,
}

/// The oldest major version of PostgreSQL that is supported.
pub const OLDEST_MAJOR: u32 = 13;

impl Attr {
    /// An attribute that has no default and is equal when its values are.
    #[must_use]
    pub const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self {
            name,
            shape,
            doc,
            compare: Compare::Equal,
            default: None,
            always_checked: None,
            identifies: false,
            code_suffix: None,
            subset_key: None,
            since: OLDEST_MAJOR,
            keyed_by_role: false,
            role_names: RoleNames::Nowhere,
            read_on_request: false,
            server_dependent: false,
            set_in_operation: false,
            holds_in_partitions: false,
            exceptional: false,
            on_request: false,
            refers_to: &[],
            stored_in: CatalogRow::Unknown,
            weight: Weight::Usual,
        }
    }

    /// Sets when two values are equal.
    #[must_use]
    pub const fn compare(mut self, compare: Compare) -> Self {
        self.compare = compare;
        self
    }

    /// Sets that it has its default only once the database is in operation.
    #[must_use]
    pub const fn set_in_operation(mut self) -> Self {
        self.set_in_operation = true;
        self
    }

    /// Sets the value it has if the statement that creates the object leaves it out.
    #[must_use]
    pub const fn default(mut self, default: Literal) -> Self {
        self.default = Some(default);
        self
    }

    /// Checks it against its default even in objects that do not write it. `words` say what another value means.
    #[must_use]
    pub const fn always_checked(mut self, words: &'static str) -> Self {
        self.always_checked = Some(words);
        self
    }

    /// Makes it identify the object where objects are matched by meaning.
    #[must_use]
    pub const fn identifies(mut self) -> Self {
        self.identifies = true;
        self
    }

    /// Sets the end of the code of a finding.
    #[must_use]
    pub const fn code_suffix(mut self, code: &'static str) -> Self {
        self.code_suffix = Some(code);
        self
    }

    /// Adds the key that requires at least these items.
    #[must_use]
    pub const fn subset_key(mut self, key: &'static str) -> Self {
        self.subset_key = Some(key);
        self
    }

    /// Declares that it is read only where a file or an option asks for it.
    #[must_use]
    pub const fn read_on_request(mut self) -> Self {
        self.read_on_request = true;
        self
    }

    /// Declares that its value depends on the server.
    #[must_use]
    pub const fn server_dependent(mut self) -> Self {
        self.server_dependent = true;
        self
    }

    /// Requires the same value in every partition. The query returns the others as [`crate::snapshot::IN_PARTITIONS`].
    #[must_use]
    pub const fn holds_in_partitions(mut self) -> Self {
        self.holds_in_partitions = true;
        self
    }

    /// Declares that nearly every object has the default.
    #[must_use]
    pub const fn exceptional(mut self) -> Self {
        self.exceptional = true;
        self
    }

    /// Declares that it is only compared where a file writes it.
    #[must_use]
    pub const fn on_request(mut self) -> Self {
        self.on_request = true;
        self
    }

    /// Sets the first major version that has it.
    #[must_use]
    pub const fn since(mut self, major: u32) -> Self {
        self.since = major;
        self
    }
}

/// What values an attribute takes.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// Any text as written, or no value.
    Text,
    /// A piece of SQL, or no value.
    Sql,
    /// A name, qualified or not, exactly as the catalog has it.
    Name,
    /// A name as SQL writes it, qualified or not: `pg_catalog."C"`.
    QualifiedName,
    /// A table and columns of it: `billing.companies(id)`.
    Reference,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A privilege.
    Privilege(Privileges),
    /// Several values.
    List(&'static Shape),
    /// Values under names.
    Map(&'static Shape),
}

/// When an expected and an actual value are equal.
#[derive(Debug, Clone, Copy)]
pub enum Compare {
    /// When they are the same.
    Equal,
    /// When the expected word is the actual one, as it is or as SQL folds it to lower case.
    Folded,
    /// When they have the same items, in any order.
    Unordered,
    /// When they have the same items: in any order where the object is found by its meaning, in this order by name.
    OrderedByName,
    /// When the expected name, which without a schema is in that of the file or is PostgreSQL's own, is the actual one.
    Name,
    /// When they are the same except for the kind of line ends and those at the end.
    Text,
    /// When they are the same except for line ends, blanks at the end of a line and surrounding blank lines.
    Lines,
    /// When the server considers both the same type, with its modifiers.
    Type,
    /// When the server considers both the same type, whatever their modifiers.
    BaseType,
    /// When the server considers both the same expression over the columns of the relation.
    Expression,
    /// When the server considers both the same expression, cast to the type in this attribute of the same object. No
    /// value is the same as `NULL`.
    Default(&'static str),
    /// When the server considers both the same expression over the columns of the relation, cast to the type in this
    /// attribute of the same object.
    Computed(&'static str),
    /// When both give roles the same privileges. The values leave out what the owner and PUBLIC have by default.
    Grants(Privileges),
    /// When this function says so.
    Custom(fn(&Comparison<'_>) -> Verdict),
}

/// Two values and their context.
pub struct Comparison<'a> {
    /// The expected value.
    pub expected: &'a Value,
    /// The actual value.
    pub actual: &'a Value,
    /// The actual object.
    pub object: &'a Object,
    /// Its identity.
    pub id: &'a ObjectId,
    /// The rest of the database.
    pub snapshot: &'a Snapshot,
    /// The schema of names that the file does not qualify.
    pub schema: &'a str,
    /// The kinds of object that the values name.
    pub refers_to: &'static [Kind],
    /// The attributes that the file expects of the object, by name.
    pub written: &'a dyn Fn(&str) -> Option<&'a Value>,
    /// Whether the file says everything about the object.
    pub exact: bool,
}

/// The result of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Equal.
    Equal,
    /// Different.
    Different,
    /// Equal if the server considers the two texts of every question the same.
    Ask(Vec<Question>),
    /// Unknown, for this reason.
    Unknown(&'static str),
}

impl Verdict {
    /// Equal if the condition holds.
    #[must_use]
    pub fn when(equal: bool) -> Self {
        if equal { Self::Equal } else { Self::Different }
    }

    /// Equal only if both are.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Different, _) | (_, Self::Different) => Self::Different,
            (Self::Equal, verdict) | (verdict, Self::Equal) => verdict,
            (Self::Unknown(why), _) | (_, Self::Unknown(why)) => Self::Unknown(why),
            (Self::Ask(mut questions), Self::Ask(more)) => {
                questions.extend(more);
                Self::Ask(questions)
            }
        }
    }

    /// Equal if the texts are the same; otherwise the server decides.
    #[must_use]
    pub fn ask(form: Form, expected: &str, actual: &str) -> Self {
        if expected == actual {
            return Self::Equal;
        }
        Self::Ask(vec![Question {
            form,
            expected: expected.to_owned(),
            actual: actual.to_owned(),
        }])
    }
}

impl Compare {
    /// How objects that are found by their meaning are compared.
    #[must_use]
    pub fn by_meaning(self) -> Self {
        match self {
            Self::OrderedByName => Self::Unordered,
            other => other,
        }
    }

    /// Compares two values.
    #[must_use]
    pub fn compare(self, comparison: &Comparison<'_>) -> Verdict {
        let Comparison { expected, actual, .. } = comparison;
        match self {
            Self::Equal | Self::OrderedByName => Verdict::when(expected == actual),
            Self::Folded => Verdict::when(match (expected.as_text(), actual.as_text()) {
                (Some(expected), Some(actual)) => expected == actual || expected.to_lowercase() == actual,
                (None, _) | (_, None) => expected == actual,
            }),
            Self::Unordered => Verdict::when(sorted(expected) == sorted(actual)),
            Self::Name => Verdict::when(match (expected.as_text(), actual.as_text()) {
                (Some(expected), Some(actual)) => comparison.is_name(expected, actual),
                (None, _) | (_, None) => expected == actual,
            }),
            Self::Text => Verdict::when(match (expected.as_text(), actual.as_text()) {
                (Some(expected), Some(actual)) => same_text(expected, actual),
                (None, _) | (_, None) => expected == actual,
            }),
            Self::Lines => Verdict::when(match (expected.as_text(), actual.as_text()) {
                (Some(expected), Some(actual)) => same_lines(expected, actual),
                (None, _) | (_, None) => expected == actual,
            }),
            Self::Type => texts(Form::Type, expected, actual),
            Self::BaseType => texts(Form::BaseType, expected, actual),
            Self::Expression => texts(Form::Expression, expected, actual),
            Self::Default(attribute) => {
                let none = Value::from("NULL");
                let or_null = |value: &Value| if value.is_null() { none.clone() } else { value.clone() };
                match comparison.object.get(attribute).as_text() {
                    _ if expected == actual => Verdict::Equal,
                    Some(cast) => texts(Form::Value(cast.to_owned()), &or_null(expected), &or_null(actual)),
                    None => Verdict::Different,
                }
            }
            Self::Computed(attribute) => match comparison.object.get(attribute).as_text() {
                Some(cast) => texts(Form::Computed(cast.to_owned()), expected, actual),
                None => Verdict::when(expected == actual),
            },
            Self::Grants(privileges) => privileges.same(comparison),
            Self::Custom(compare) => compare(comparison),
        }
    }
}

/// Compares two values that are texts or nothing.
fn texts(form: Form, expected: &Value, actual: &Value) -> Verdict {
    match (expected.as_text(), actual.as_text()) {
        (Some(expected), Some(actual)) => Verdict::ask(form, expected, actual),
        (None, _) | (_, None) => Verdict::when(expected == actual),
    }
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => {
            let mut items = items.clone();
            items.sort();
            Value::List(items)
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_) | Value::Secret(_) | Value::Map(_) => {
            value.clone()
        }
    }
}

impl Comparison<'_> {
    /// Whether `expected` names the same object as `actual`, which is qualified.
    #[must_use]
    pub fn is_name(&self, expected: &str, actual: &str) -> bool {
        is_name(expected, actual, self.schema) && !self.is_hidden(expected, actual)
    }

    /// Whether a name without a schema means another object than the actual one, which is PostgreSQL's own: the schema of
    /// the file comes first.
    fn is_hidden(&self, expected: &str, actual: &str) -> bool {
        let (Some(expected), Some(actual)) = (split_name(expected), split_name(actual)) else {
            return false;
        };
        let [name] = expected.as_slice() else { return false };
        let own = ObjectId::new(vec![self.schema, name]);
        actual[0] == SYSTEM_SCHEMA
            && self.schema != SYSTEM_SCHEMA
            && self
                .refers_to
                .iter()
                .any(|kind| self.snapshot.children(*kind, &own).next().is_some())
    }
}

/// The schema of PostgreSQL's own objects.
pub const SYSTEM_SCHEMA: &str = "pg_catalog";

/// Whether `expected` names the same object as `actual`, which is qualified. A name without a schema is in `schema`, or
/// is PostgreSQL's own.
#[must_use]
pub fn is_name(expected: &str, actual: &str, schema: &str) -> bool {
    match (split_name(expected), split_name(actual)) {
        (Some(expected), Some(actual)) if expected.len() + 1 == actual.len() => {
            actual[1..] == *expected && (actual[0] == schema || actual[0] == SYSTEM_SCHEMA)
        }
        (Some(expected), Some(actual)) => expected == actual,
        (None, _) | (_, None) => expected == actual,
    }
}
