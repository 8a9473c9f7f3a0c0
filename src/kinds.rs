//! The registry: the kinds of objects, and everything that is special about each of them.
//!
//! A kind is a static table of attributes (`kinds/<kind>.rs`) and one query (`kinds/<kind>.sql`). Parsing,
//! capture, comparison, the JSON Schema and the reference each walk this registry; none of them names a kind.
//! A new kind is two files and a line here: see "To add a kind" above [`KindSpec`].

mod address;
mod advice;
mod argument;
mod common;
mod constraint;
mod forms;
mod hint;
mod index_key;
mod masks;
mod more_probes;
mod partition;
mod probe;
mod rank;
mod routine;
mod setting;
mod signature;
mod spec;
mod storage_option;
mod stub;
mod trace;
mod type_name;
mod variable;

use crate::attribute::Attr;
use crate::object_id::{ObjectId, show_part};
use crate::snapshot::{IMPLICIT, OWNER};
use crate::sql::Sql;
use crate::value::Value;
pub use address::SqlAddress;
pub use advice::Advice;
pub use default_privileges::of_created;
pub use forms::{CustomForm, KeyForm, ListForm, Shorthand};
pub use hint::{FindingDetail, HintContext, in_writing_session, start_writing};
pub use masks::{Masked, MaskedValues};
pub use partition::{Partition, PartitionAttributes};
pub use probe::Probe;
pub use rank::CreationRank;
pub use spec::{
    Attributes, Implication, Implied, KindSpec, Matching, Parts, Reading, Role, ScopeRelation, StandIn, Syntax,
    UsersAdd, WrittenValue,
};
pub use stub::Stub;
pub use type_name::{folded_name, near_type_in, same_exact_type};
pub use variable::{Variable, variables};

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

            /// The table that describes the kind.
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
    BaseType => base_type,
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
    Database => database,
    SystemGrants => system_grants,
    SystemComment => system_comment,
    SecurityLabel => security_label,
    Role => role,
}

impl Kind {
    /// The query that reads the kind, with the placeholders of common columns replaced.
    #[must_use]
    pub fn query(self) -> Sql {
        masks::with_masks(common::with_shared_columns(self.spec().query))
    }

    /// The place of the kind in the order in which objects can be created.
    #[must_use]
    pub fn rank(self) -> CreationRank {
        self.spec().advice.rank
    }

    /// Whether the statement that creates an object leaves an attribute for later statements: the owner, the comment and
    /// the privileges.
    #[must_use]
    pub fn is_set_after_creation(self, attribute: &str) -> bool {
        let is_later = |attr: &Attr| attr.keyed_by_role || [OWNER, common::COMMENT.name].contains(&attr.name);
        self.attr(attribute).is_some_and(is_later) || self.spec().advice.set_later.contains(&attribute)
    }

    /// Turns values of an attribute that must not be shown into secrets, whether the server sent them or a file expects
    /// them.
    #[must_use]
    pub fn seal(self, id: &ObjectId, attribute: &str, value: Value) -> Value {
        match self.spec().reading.masked {
            Some(masked) if masked.attribute == attribute => masked.seal(self, id, value),
            Some(_) | None => value,
        }
    }

    /// The columns of the query, except those that identify an object.
    pub fn columns(self) -> impl Iterator<Item = &'static str> {
        let spec = self.spec();
        spec.attrs
            .iter()
            .map(|attr| attr.name)
            .chain(spec.reading.extra_columns.iter().copied())
            .chain([IMPLICIT])
    }

    /// The position of a column among [`Kind::columns`].
    #[must_use]
    pub fn position(self, name: &str) -> Option<usize> {
        // The name is nearly always the one in the table itself: comparing pointers is enough.
        let attrs = self.spec().attrs;
        attrs
            .iter()
            .position(|attr| std::ptr::eq(attr.name, name))
            .or_else(|| self.columns().position(|column| column == name))
    }

    /// The attribute with this name.
    #[must_use]
    pub fn attr(self, name: &str) -> Option<&'static Attr> {
        self.spec().attrs.iter().find(|attr| attr.name == name)
    }

    /// The kinds of objects that one of this kind can contain.
    pub fn children(self) -> impl Iterator<Item = Kind> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |kind| kind.spec().parents.contains(&self))
    }

    /// The kinds without parents.
    pub fn roots() -> impl Iterator<Item = Kind> {
        Self::ALL.iter().copied().filter(|kind| kind.spec().parents.is_empty())
    }

    /// The last part of the identity of a function that matches any arguments.
    #[must_use]
    pub fn any_arguments() -> &'static str {
        signature::ANY_ARGUMENTS
    }

    /// Whether an expected name is that of all objects of this name, whatever their arguments.
    #[must_use]
    pub fn is_any(self, id: &ObjectId) -> bool {
        self.spec().syntax.key == KeyForm::Signature && id.last() == Self::any_arguments()
    }

    /// The texts by which a pattern can match an object: with and without its schema if that is `schema`, and with and
    /// without its arguments.
    #[must_use]
    pub fn names(self, id: &ObjectId, schema: &str) -> Vec<String> {
        let mut names = vec![self.show(id)];
        if self.spec().syntax.key == KeyForm::Signature {
            names.push(id.relation().to_string());
        }
        let prefix = format!("{}.", show_part(schema));
        let short: Vec<String> = names
            .iter()
            .filter_map(|name| name.strip_prefix(&prefix).map(str::to_owned))
            .filter(|_| id.schema() == schema)
            .collect();
        names.extend(short);
        names
    }

    /// The name of an object alone, without what contains it and without its arguments.
    #[must_use]
    pub fn own_name(self, id: &ObjectId) -> &str {
        match (self.spec().syntax.key, id.parts()) {
            (KeyForm::Signature, [_, name, _]) => name,
            (KeyForm::Part | KeyForm::Text | KeyForm::Qualified | KeyForm::Signature | KeyForm::Only, _) => id.last(),
        }
    }

    /// The name for people: `materialized view`.
    #[must_use]
    pub fn words(self) -> String {
        self.spec().name.replace('_', " ")
    }

    /// The kind whose section a key means that is spelled otherwise: `foreign_servers` for `servers`.
    #[must_use]
    pub fn in_other_words(key: &str) -> Option<Self> {
        let words = key.to_lowercase().replace(['_', '-'], " ");
        let mut kinds = Self::ALL.iter().filter(|kind| !kind.spec().section.is_empty());
        kinds.find(|kind| [kind.words(), kind.many()].contains(&words)).copied()
    }

    /// Several of the kind, for people: `materialized views`.
    #[must_use]
    pub fn many(self) -> String {
        let words = self.words();
        let vowel = |c: char| "aeiou".contains(c);
        match words.strip_suffix('y') {
            Some(stem) if !stem.ends_with(vowel) => format!("{stem}ies"),
            Some(_) | None if words.ends_with("ss") || words.ends_with('x') => format!("{words}es"),
            // Names that are plural already.
            Some(_) | None if words.ends_with('s') => words,
            Some(_) | None => format!("{words}s"),
        }
    }

    /// The name for people with its article: `an index`.
    #[must_use]
    pub fn one(self) -> String {
        if let Some(one) = self.spec().one {
            return one.to_owned();
        }
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
        match self.spec().syntax.key {
            KeyForm::Part | KeyForm::Qualified | KeyForm::Only => id.to_string(),
            KeyForm::Text => id.last().to_owned(),
            KeyForm::Signature => signature::show(id),
        }
    }
}
