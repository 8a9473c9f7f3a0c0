//! The registry: what kinds of objects there are, and everything that is special about each.
//!
//! A kind is a static table of attributes (`kinds/<kind>.rs`) and one query (`kinds/<kind>.sql`). Parsing,
//! capture, comparison, the JSON Schema and the reference each walk this registry; none of them names a kind.
//! A new kind is two files and a line here.

mod common;
mod index_key;
mod masks;
mod signature;

use crate::attribute::{Attr, Verdict};
use crate::error::Problem;
use crate::node::{Entry, Node};
use crate::object_id::ObjectId;
use crate::snapshot::{IMPLICIT, Object};
use crate::sql::{Sql, Statement};
use crate::value::Value;
pub use masks::{Masked, Of};

macro_rules! kinds {
    ($($kind:ident => $module:ident,)*) => {
        $(mod $module;)*

        /// A kind of object. Sorted as reports are.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $(
                #[doc = concat!("See `kinds/", stringify!($module), ".rs`.")]
                $kind,
            )*
        }

        impl Kind {
            /// Every kind, in the order of reports.
            pub const ALL: &[Kind] = &[$(Kind::$kind),*];

            /// What there is to know about the kind.
            #[must_use]
            pub fn spec(self) -> &'static KindSpec {
                match self {
                    $(Kind::$kind => &$module::SPEC,)*
                }
            }
        }
    };
}

kinds! {
    Schema => schema,
    Extension => extension,
    Language => language,
    AccessMethod => access_method,
    Enum => r#enum,
    Domain => domain,
    CompositeType => composite_type,
    RangeType => range_type,
    Collation => collation,
    Sequence => sequence,
    Table => table,
    View => view,
    MaterializedView => materialized_view,
    ForeignTable => foreign_table,
    DomainCheck => domain_check,
    Column => column,
    PrimaryKey => primary_key,
    Unique => unique,
    ForeignKey => foreign_key,
    Check => check,
    Exclusion => exclusion,
    Index => index,
    Trigger => trigger,
    Policy => policy,
    Rule => rule,
    Statistics => statistics,
    PublicationTable => publication_table,
    Function => function,
    Procedure => procedure,
    EventTrigger => event_trigger,
    ForeignDataWrapper => foreign_data_wrapper,
    ForeignServer => foreign_server,
    UserMapping => user_mapping,
    DefaultPrivileges => default_privileges,
    Aggregate => aggregate,
    Operator => operator,
    OperatorFamily => operator_family,
    OperatorClass => operator_class,
    Cast => cast,
    Transform => transform,
    Conversion => conversion,
    TextSearchParser => text_search_parser,
    TextSearchTemplate => text_search_template,
    TextSearchDictionary => text_search_dictionary,
    TextSearchConfiguration => text_search_configuration,
    Publication => publication,
    Subscription => subscription,
    DatabaseSetting => database_setting,
}

/// Everything there is to know about a kind of object.
pub struct KindSpec {
    /// Its name in reports.
    pub name: &'static str,
    /// The key of expectation files under which its objects stand.
    pub section: &'static str,
    /// The kinds of object that it can be in; none if it stands by itself.
    pub parents: &'static [Kind],
    /// The columns of its query that identify an object, outermost first.
    pub identity: &'static [&'static str],
    /// What it is, as one sentence.
    pub doc: &'static str,
    /// The query that reads it, over the relations that `catalog::capture` names `scope_…`; see [`Kind::query`].
    pub query: &'static str,
    /// A condition that holds wherever there is an object of the kind, and costs next to nothing, over
    /// `schemas(oid)`, `sorts_of_relations`, `sorts_of_types` and `sorts_of_routines`, which `catalog::capture` makes:
    /// where it does not hold the query is not even planned. `None` where nearly every database has objects of it.
    pub if_any: Option<&'static str>,
    /// Its attributes, in the order of the reference.
    pub attrs: &'static [Attr],
    /// Further columns of the query, for the functions of this table.
    pub facts: &'static [&'static str],
    /// The attribute whose values may be secrets.
    pub masked: Option<Masked>,
    /// How an object's key in an expectation file names it.
    pub key: KeyForm,
    /// What a section that is a list means.
    pub list: ListForm,
    /// What an object that is not written as a mapping of attributes stands for.
    pub shorthand: Shorthand,
    /// What the attributes of the object with this identity (of its parent, where it has no name) stand for, whatever
    /// form they were written in: for a spelling that is short for several attributes, such as `serial`.
    pub rewrite: fn(&ObjectId, Vec<Entry>) -> Result<Vec<Entry>, Problem>,
    /// Whether an expected and an actual identity are the same; for kinds whose identity has SQL in it.
    pub same: Option<fn(&ObjectId, &ObjectId) -> Verdict>,
    /// Objects of other kinds that give the same guarantee.
    pub stand_ins: &'static [StandIn],
    /// The attribute that is the type of the variable that an object of this kind is in the expressions of its
    /// relation: for columns.
    pub variable: Option<&'static str>,
    /// The attribute that is the type of the variable `VALUE` in the expressions of what is in an object of this kind:
    /// for domains.
    pub own_variable: Option<&'static str>,
    /// The value that an attribute without a default has when nobody says anything, where it follows from the
    /// identity: the name that PostgreSQL gives.
    pub derived: Option<fn(&ObjectId, &str) -> Option<Value>>,
    /// The reverse of a custom shorthand: the short form of these attributes, if they have one.
    pub compact: Option<Compact>,
    /// Whether an object of this kind is the outermost part of the identity of others: for schemas.
    pub namespace: bool,
    /// Whether what is installed with a server says which objects of this kind there can be.
    pub of_server: bool,
    /// The statement that makes an object which other texts can name as they name this one, on a server that judges
    /// texts and has nothing else; for kinds of which that cannot be told from the rest of this table.
    pub stub: fn(&ObjectId, &Object) -> Option<Stub>,
    /// What comes between ALTER and the name in the statement that sets the owner; `None` where there is no owner, or
    /// the name in it is not the identity.
    pub noun: Option<&'static str>,
    /// The SQL or the words that tell what to do about a finding; see [`Kind::hint`].
    pub hint: fn(&Finding<'_>) -> Option<String>,
}

impl std::fmt::Debug for KindSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KindSpec").field(&self.name).finish()
    }
}

impl KindSpec {
    /// What most kinds are: no facts, named by a key, no shorthand, nothing to advise.
    const EMPTY: Self = Self {
        name: "",
        section: "",
        parents: &[],
        identity: &[],
        doc: "",
        query: "",
        if_any: None,
        attrs: &[],
        facts: &[],
        masked: None,
        key: KeyForm::Part,
        list: ListForm::Refused,
        shorthand: Shorthand::None,
        rewrite: |_, entries| Ok(entries),
        same: None,
        stand_ins: &[],
        variable: None,
        own_variable: None,
        derived: None,
        compact: None,
        namespace: false,
        of_server: false,
        stub: |_, _| None,
        noun: None,
        hint: |_| None,
    };
}

/// The statement that makes an object which has the name of another and nothing in it.
#[derive(Debug, Clone)]
pub struct Stub {
    /// The statement.
    pub statement: Statement,
    /// The texts in it that must each be one type, or it is not run.
    pub types: Vec<String>,
}

impl Stub {
    /// A stub of a statement that has no type in it.
    #[must_use]
    pub fn of(statement: impl crate::sql::Piece) -> Self {
        Self {
            statement: Statement::new(statement),
            types: Vec::new(),
        }
    }

    /// Appends text of the program.
    #[must_use]
    pub fn then(mut self, sql: impl crate::sql::Piece) -> Self {
        self.statement = self.statement.then(sql);
        self
    }

    /// Appends the name of an operator, of which nothing can be quoted.
    #[must_use]
    pub fn then_operator(mut self, operator: &str) -> Self {
        self.statement = self.statement.then_text(operator);
        self
    }

    /// Appends a type as the catalog has it.
    #[must_use]
    pub fn then_type(mut self, sql_type: &str) -> Self {
        self.statement = self.statement.then_text(sql_type);
        self.types.push(sql_type.to_owned());
        self
    }
}

/// How an object's key in an expectation file names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyForm {
    /// One name, whole; that of an object in its parent or of one that is in no schema.
    Part,
    /// A name that may be qualified with its schema.
    Qualified,
    /// A name that may be qualified, and the types of the arguments: `f(text, integer)`. Without parentheses
    /// any arguments will do.
    Signature,
    /// There is no key: the parent has one object of this kind, which stands under the section itself.
    Only,
}

/// What a section that is a list means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListForm {
    /// A mistake.
    Refused,
    /// Objects that are there by meaning, whatever their names.
    ByMeaning,
}

/// What an object that is not written as a mapping of attributes stands for.
#[derive(Clone, Copy)]
pub enum Shorthand {
    /// Nothing: it must be a mapping.
    None,
    /// A list is the value of this attribute.
    List(&'static str),
    /// A scalar is the value of this attribute.
    Scalar(&'static str),
    /// What this says, with `expects` for messages.
    Custom {
        /// What may be written, for messages: "a list of keys".
        expects: &'static str,
        /// Turns it into attributes; `None` if it is not of the form.
        expand: fn(&Node) -> Result<Option<Vec<Entry>>, Problem>,
    },
}

/// A kind of object that can give the guarantee of another kind.
pub struct StandIn {
    /// The other kind.
    pub kind: Kind,
    /// The attributes that the object has as one of the kind it stands in for, or why it cannot.
    pub attributes: fn(&Object) -> Result<Attributes, &'static str>,
}

/// The short form of these attributes, if they have one.
pub type Compact = fn(&[(&'static str, Value)]) -> Option<Value>;

/// Attributes and their values.
pub type Attributes = Vec<(&'static str, Value)>;

/// A finding, for the function that knows what to do about it.
#[derive(Debug)]
pub struct Finding<'a> {
    /// The object.
    pub id: &'a ObjectId,
    /// The kind of the object it is in.
    pub parent: Option<Kind>,
    /// What was found.
    pub sort: FindingSort<'a>,
}

/// What was found about an object.
#[derive(Debug)]
pub enum FindingSort<'a> {
    /// It is not there. The attributes are those that were expected.
    Missing(&'a [(&'static str, Value)]),
    /// It is there and must not be.
    Unexpected,
    /// An attribute differs.
    Differs {
        /// The attribute.
        attribute: &'static str,
        /// What was expected.
        expected: &'a Value,
        /// What is there.
        actual: &'a Value,
    },
    /// An attribute differs, and PostgreSQL cannot read what was expected.
    Unreadable {
        /// The attribute.
        attribute: &'static str,
        /// What was expected.
        expected: &'a Value,
        /// What is there.
        actual: &'a Value,
    },
}

impl Kind {
    /// The query that reads the kind, with what all kinds write alike.
    #[must_use]
    pub fn query(self) -> Sql {
        masks::with_masks(common::with_grants(self.spec().query))
    }

    /// The SQL or the words that tell what to do about a finding. Shown, never executed.
    #[must_use]
    pub fn hint(self, finding: &Finding<'_>) -> Option<String> {
        let spec = self.spec();
        if let (
            Some(noun),
            FindingSort::Differs {
                attribute, expected, ..
            },
        ) = (spec.noun, &finding.sort)
            && *attribute == common::OWNER.name
            && let Value::Text(owner) = expected
        {
            return Some(common::set_owner(noun, finding.id, owner));
        }
        (spec.hint)(finding)
    }

    /// Makes secrets of the values of an attribute that must not be shown; what the server sends of them, or what a
    /// file expects.
    #[must_use]
    pub fn seal(self, id: &ObjectId, attribute: &str, value: Value) -> Value {
        match self.spec().masked {
            Some(masked) if masked.attribute == attribute => masked.seal(self, id, value),
            Some(_) | None => value,
        }
    }

    /// The columns of the kind's query but for those that identify an object.
    pub fn columns(self) -> impl Iterator<Item = &'static str> {
        let spec = self.spec();
        spec.attrs
            .iter()
            .map(|attr| attr.name)
            .chain(spec.facts.iter().copied())
            .chain([IMPLICIT])
    }

    /// Where a column stands among [`Kind::columns`].
    #[must_use]
    pub fn position(self, name: &str) -> Option<usize> {
        // The name is nearly always the one in the table itself, which is found without reading it.
        let attrs = self.spec().attrs;
        attrs
            .iter()
            .position(|attr| std::ptr::eq(attr.name, name))
            .or_else(|| self.columns().position(|column| column == name))
    }

    /// The attribute of this name.
    #[must_use]
    pub fn attr(self, name: &str) -> Option<&'static Attr> {
        self.spec().attrs.iter().find(|attr| attr.name == name)
    }

    /// The kinds of object that can be in one of this kind.
    pub fn children(self) -> impl Iterator<Item = Kind> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |kind| kind.spec().parents.contains(&self))
    }

    /// The kinds that stand by themselves.
    pub fn roots() -> impl Iterator<Item = Kind> {
        Self::ALL.iter().copied().filter(|kind| kind.spec().parents.is_empty())
    }

    /// The last part of the identity of a function that any arguments satisfy.
    #[must_use]
    pub fn any_arguments() -> &'static str {
        signature::ANY_ARGUMENTS
    }

    /// The name for people: `materialized view`.
    #[must_use]
    pub fn words(self) -> String {
        self.spec().name.replace('_', " ")
    }

    /// Several of the kind, for people: `materialized views`.
    #[must_use]
    pub fn many(self) -> String {
        let words = self.words();
        let vowel = |c: char| "aeiou".contains(c);
        match words.strip_suffix('y') {
            Some(stem) if !stem.ends_with(vowel) => format!("{stem}ies"),
            Some(_) | None if words.ends_with("ss") || words.ends_with('x') => format!("{words}es"),
            // Those that are many by their name.
            Some(_) | None if words.ends_with('s') => words,
            Some(_) | None => format!("{words}s"),
        }
    }

    /// The name for people with its article: `an index`.
    #[must_use]
    pub fn one(self) -> String {
        let words = self.words();
        let article = if words.starts_with(['a', 'e', 'i', 'o']) {
            "an"
        } else {
            "a"
        };
        format!("{article} {words}")
    }

    /// An object of this kind as reports name it.
    #[must_use]
    pub fn show(self, id: &ObjectId) -> String {
        match self.spec().key {
            KeyForm::Part | KeyForm::Qualified | KeyForm::Only => id.to_string(),
            KeyForm::Signature => signature::show(id),
        }
    }
}
