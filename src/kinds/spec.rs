//! The shape of the table that describes a kind, and what a new one needs.

use super::{Advice, KeyForm, Kind, ListForm, Masked, Partition, Shorthand, Stub};
use crate::attribute::{Attr, Verdict, Weight};
use crate::error::Problem;
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{COPY_OF, IN_PARTITIONS, Object, Snapshot};
use crate::sql::Sql;
use crate::value::Value;
use crate::yaml::Entry;

/// Everything there is to know about a kind of object.
///
/// # To add a kind
///
/// 1. Write `src/kinds/<kind>.rs` with a `SPEC`, and add a line to `kinds!` in `src/kinds.rs`.
/// 2. Write `src/kinds/<kind>.sql`: a comment that says what a row is, and one query. Its columns are:
///    - the columns of `identity`,
///    - one per attribute,
///    - those of `reading.extra_columns`,
///    - `implicit`: true for objects that no file needs to list, such as those of an extension.
///
///    A column has a type of `catalog::capture::rows`: `bool`, `int2`, `int4`, `int8`, `oid`, `text`, `name`, `"char"`,
///    `varchar`, `json`, `jsonb`, or an array of texts. Cast the others. A boolean attribute must not be `NULL`, because
///    expectation files that say `null` for it are refused.
/// 3. Read from one of the [`ScopeRelation`]s at most, besides `scope_schemas`. Catalogs without schemas are read whole.
///    `{grants acl owner}`, `{grants_beyond_public acl owner}`, `{options array}`, `{settings array}` and
///    `{setting name value}` become the columns that several kinds share, see `kinds/common`.
/// 4. One query serves every supported major version. Put a column that older versions lack into the subquery `absent`:
///
///    ```sql
///    FROM (SELECT NULL::boolean AS conenforced) absent,
///         LATERAL (SELECT c.*, conenforced AS enforced FROM pg_constraint c) c
///    ```
///
///    The unqualified name is the column of the catalog. If the catalog does not have the column, the name is the `NULL`
///    of `absent`. Give the attribute [`Attr::since`].
/// 5. Add the statement that resolves a difference to the function of `advice.hint`. An attribute that falls through to
///    `_ => None` has findings without a fix.
/// 6. Add an object to `tests/registry/schema.sql`, with a value other than the default for each attribute, a change of
///    each attribute to `tests/changes/found.sql`, and a scenario to `tests/cases/`. No test notices a missing change or
///    a missing hint.
/// 7. Run the tests with `UPDATE=1`, which rewrites `expectations/` (the reference and the JSON Schema) and the expected
///    outputs. Read the diff.
///
/// Without further tests, `registry` then checks that the query has these columns, that each attribute is compared in
/// both directions, and that checking what `pull` writes finds nothing; `ci/postgres-majors` repeats this on every
/// version. `documents` checks that the reference is up to date. `changes` knows only the changes that you add.
pub struct KindSpec {
    /// The name in reports and codes: `foreign_key`.
    pub name: &'static str,
    /// One of them, for people, where that is not the name with its article: `a unique constraint`.
    pub one: Option<&'static str>,
    /// The key of expectation files that holds objects of this kind: `foreign_keys`.
    pub section: &'static str,
    /// The kinds of object that can contain one of this kind; empty for top-level kinds.
    pub parents: &'static [Kind],
    /// The columns of the query that identify an object, outermost first.
    pub identity: &'static [&'static str],
    /// What the kind is, as one sentence.
    pub doc: &'static str,
    /// The query that reads the kind; see [`Kind::query`].
    pub query: &'static str,
    /// The attributes, in the order of the reference.
    pub attrs: &'static [Attr],
    /// What objects of this kind are to objects of other kinds.
    pub role: Role,
    /// How objects are written in expectation files.
    pub syntax: Syntax,
    /// How objects are partitions, and have them. `None` if they cannot be partitions.
    pub partition: Option<&'static Partition>,
    /// How objects are read from the catalog.
    pub reading: Reading,
    /// How expected objects are matched with actual ones.
    pub matching: Matching,
    /// What to do about findings.
    pub advice: Advice,
    /// The statement that creates an empty object of the same name and type, for servers that must parse texts and have
    /// none of the database's objects. `None` if no text can name an object of this kind.
    pub stub: Option<MakeStub>,
    /// Whether users add such objects to the relations of a hosting platform, which are not their own.
    pub users_add: UsersAdd,
    /// The kind of the object that the last part of the identity names, if an object of this kind says what another object
    /// has of its parent: the publication of a table.
    pub belongs_to: Option<Kind>,
    /// The attributes that an application relies on, which `pull --requirements` writes. Without any, it does not write
    /// objects of this kind.
    pub required: &'static [&'static str],
    /// The last part of the identity with the role that it names replaced by what the function returns; `None` if it names no
    /// role.
    pub rename_role: Option<RenameRole>,
    /// Whether PostgreSQL drops an object together with a column that it is on, as it does with indexes and constraints.
    pub drops_with_column: bool,
    /// How much it matters that an object is missing, is not expected, or has another attribute.
    pub weight: Weight,
}

/// Whether the users of a hosting platform add objects of a kind to the platform's own relations.
#[derive(Debug, Clone, Copy)]
pub enum UsersAdd {
    /// They cannot, or they need not: only the owner of a relation can.
    Nothing,
    /// They do; the platform does not.
    All,
    /// They do, and so does the platform. Those of users call a function of theirs, which this attribute names.
    WithOwnFunction(&'static str),
}

impl std::fmt::Debug for KindSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("KindSpec").field(&self.name).finish()
    }
}

impl KindSpec {
    /// What most kinds have in common. A kind overrides what is special about it.
    pub(super) const EMPTY: Self = Self {
        name: "",
        one: None,
        section: "",
        parents: &[],
        identity: &[],
        doc: "",
        query: "",
        attrs: &[],
        role: Role::Ordinary,
        syntax: Syntax::DEFAULT,
        partition: None,
        reading: Reading::DEFAULT,
        matching: Matching::DEFAULT,
        advice: Advice::DEFAULT,
        stub: None,
        users_add: UsersAdd::Nothing,
        belongs_to: None,
        required: &[],
        rename_role: None,
        drops_with_column: false,
        weight: Weight::Usual,
    };
}

/// Replaces the role that a name contains.
pub type RenameRole = fn(&str, &dyn Fn(&str) -> String) -> Option<String>;

/// Makes the stub of an object, if it has what a stub needs.
pub type MakeStub = fn(&ObjectId, &Object, &Snapshot) -> Option<Stub>;

/// What objects of a kind are to objects of other kinds.
#[derive(Debug, Clone, Copy)]
pub enum Role {
    /// Nothing special.
    Ordinary,
    /// The first part of the identities of other objects: schemas.
    Namespace {
        /// The statement that creates one unless it exists.
        create: fn(&str) -> Sql,
    },
    /// A name in the expressions of the relation that contains it: columns.
    Column {
        /// The attribute that has its type.
        type_attribute: &'static str,
        /// The column of the query that has its place among the columns.
        position: &'static str,
    },
    /// A type whose expressions can mention its value: domains.
    Domain {
        /// The attribute that has the type of the value.
        type_attribute: &'static str,
        /// The name of the value in the expressions.
        variable: &'static str,
    },
    /// An object that can only exist where its files are installed on the server: extensions.
    Extension,
    /// A change of something that every database has: where none is found, there is nothing to check.
    Change,
    /// An object that is dropped together with a column: sequences.
    OwnedByColumn {
        /// The attribute that names the column.
        attribute: &'static str,
    },
}

/// How objects of a kind are written in expectation files.
pub struct Syntax {
    /// How the key of an object names it.
    pub key: KeyForm,
    /// Whether the key is a name, which PostgreSQL cuts if it is too long, and not a description such as `text as json`.
    pub key_is_name: bool,
    /// What a section that is a list means.
    pub list: ListForm,
    /// What an object means that is not written as a mapping of attributes.
    pub shorthand: Shorthand,
    /// Keys that people write for an attribute, and what to write instead.
    pub synonyms: &'static [(&'static str, &'static str)],
    /// Expands spellings that stand for several attributes, such as `serial`, in whatever form the object was written.
    /// The identity is that of the object, or that of its parent if the object has no name.
    pub rewrite: Option<Rewrite>,
}

impl Syntax {
    /// A mapping of attributes under the name of the object.
    pub(super) const DEFAULT: Self = Self {
        key: KeyForm::Part,
        key_is_name: true,
        list: ListForm::Refused,
        shorthand: Shorthand::None,
        synonyms: &[],
        rewrite: None,
    };
}

/// Replaces the attributes that were written by those that they stand for.
pub type Rewrite = fn(&ObjectId, Vec<Entry>) -> Result<Vec<Entry>, Problem>;

/// How objects of a kind are read from the catalog.
pub struct Reading {
    /// A condition that is true wherever an object of the kind exists, and that costs next to nothing. It can use
    /// `schemas(oids)`, `relation_kinds`, `type_kinds`, `routine_kinds` and `constraint_kinds`, which `catalog::capture` provides. Where the
    /// condition is false, the query is not even planned. `None` if nearly every database has objects of the kind.
    pub if_any: Option<&'static str>,
    /// The values of `pg_class.relkind` or `pg_type.typtype` that the objects of the kind have; empty if they are rows
    /// of another catalog. Rows with other values are not looked up.
    pub catalog_codes: &'static [&'static str],
    /// Columns of the query that are not attributes, for the functions of the kind.
    pub extra_columns: &'static [&'static str],
    /// Whether the objects belong to the server, so that they are read only where a file or an option asks for them.
    pub on_request: bool,
    /// Whether the objects belong to the database itself rather than to what is in it. Whoever creates the database sets
    /// them, and `pg_dump` leaves them out.
    pub of_database: bool,
    /// The attribute whose values may be secrets.
    pub masked: Option<Masked>,
}

impl Reading {
    /// The query always runs and reads the attributes alone.
    pub(super) const DEFAULT: Self = Self {
        if_any: None,
        catalog_codes: &[],
        extra_columns: &[],
        on_request: false,
        of_database: false,
        masked: None,
    };

    /// The query always runs, and partitions get the objects of the kind from their partitioned table.
    pub(super) const OF_PARTITIONS: Self = Self {
        extra_columns: &[COPY_OF, IN_PARTITIONS],
        ..Self::DEFAULT
    };
}

/// A relation that `catalog::capture` defines before the query of a kind, with the objects that a run asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScopeRelation {
    /// The schemas: `schema_oid`, `schema`.
    Schemas,
    /// The rows of `pg_class`, with `schema` and `name`.
    Relations,
    /// The rows of `pg_type`, with `schema` and `name`.
    Types,
    /// The rows of `pg_proc`, with `schema` and `name`.
    Routines,
}

impl ScopeRelation {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Schemas, Self::Relations, Self::Types, Self::Routines];

    /// Its name in queries.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Schemas => "scope_schemas",
            Self::Relations => "scope_relations",
            Self::Types => "scope_types",
            Self::Routines => "scope_routines",
        }
    }
}

/// No major version.
pub(super) const NEVER: u32 = u32::MAX;

/// How expected objects of a kind are matched with actual ones.
pub struct Matching {
    /// Whether an expected and an actual identity are the same. `None` if they are compared as texts.
    pub same_identity: Option<fn(&ObjectId, &ObjectId) -> Verdict>,
    /// An attribute that, where it is written, determines which objects of another kind are in the object, so that no
    /// file needs to list them: the definition of a view.
    pub settled_by: Option<(&'static str, Kind)>,
    /// Objects of other kinds that give the same guarantee.
    pub stand_ins: &'static [StandIn],
    /// The value that PostgreSQL gives an attribute if the statement that creates the object leaves it out, where the
    /// value follows from the identity.
    pub implied_default: Option<fn(&ObjectId, &str) -> Option<Value>>,
    /// The value that an attribute has because of something else that the file expects, such as the columns of a primary
    /// key, which are not null.
    pub implied: Option<fn(&Implication<'_>) -> Option<Implied>>,
    /// The objects that are parts of an actual object if it is as expected, so that a file does not have to list them.
    pub parts: Option<Parts>,
    /// The attributes that a copy in a partition does not have from the object that it is a copy of, and the first major
    /// version in which it has; see [`COPY_OF`].
    pub not_copied: &'static [(&'static str, u32)],
}

/// The name and the value of an expected attribute.
pub type WrittenValue<'a> = (&'static str, &'a Value);

/// The objects that are parts of an object that has these values.
pub type Parts = fn(&[WrittenValue<'_>], &Object) -> Vec<(Kind, ObjectId)>;

/// A value that follows from something else in the file.
pub struct Implied {
    /// The value.
    pub value: Value,
    /// Why, as a sentence for messages: "an identity column is never null".
    pub because: &'static str,
}

/// What a file expects of an object and of those beside it.
pub struct Implication<'a> {
    /// The object.
    pub id: &'a ObjectId,
    /// The attribute whose value may be implied.
    pub attribute: &'a str,
    /// The attributes that the file writes for the object, by name.
    pub own: &'a dyn Fn(&str) -> Option<&'a Value>,
    /// An attribute of the object of a kind that the file expects in the same parent; of a kind of which it has only one.
    pub beside: &'a dyn Fn(Kind, &str) -> Option<&'a Value>,
}

impl Matching {
    /// Objects are matched by their identities.
    pub(super) const DEFAULT: Self = Self {
        same_identity: None,
        settled_by: None,
        stand_ins: &[],
        implied_default: None,
        implied: None,
        parts: None,
        not_copied: &[("comment", NEVER), ("depends_on_extensions", NEVER)],
    };
}

/// A kind of object that can give the guarantee of another kind.
pub struct StandIn {
    /// The other kind.
    pub kind: Kind,
    /// The attributes that the object has as one of the kind that it replaces, or why it cannot replace one.
    pub attributes: fn(&Object) -> Result<Attributes, &'static str>,
}

/// Attributes and their values.
pub type Attributes = Vec<(&'static str, Value)>;

impl Kind {
    /// Whether objects of other kinds are in objects of this one by their names: schemas.
    #[must_use]
    pub fn is_namespace(self) -> bool {
        matches!(self.spec().role, Role::Namespace { .. })
    }

    /// Whether the objects are names in the expressions of their relation: columns.
    #[must_use]
    pub fn is_column(self) -> bool {
        matches!(self.spec().role, Role::Column { .. })
    }

    /// Whether the objects are changes of something that every database has.
    #[must_use]
    pub fn is_change(self) -> bool {
        matches!(self.spec().role, Role::Change)
    }

    /// Whether an object is nothing but what its attributes say, so that without them it does not matter whether it exists:
    /// an entry of privileges.
    #[must_use]
    pub fn is_only_attributes(self) -> bool {
        let attrs = self.spec().attrs;
        !attrs.is_empty() && (self.is_change() || attrs.iter().all(|attr| attr.keyed_by_role))
    }

    /// Whether the objects are read only where a file or an option asks for them: roles.
    #[must_use]
    pub fn is_on_request(self) -> bool {
        self.spec().reading.on_request
    }

    /// Whether the objects can only exist where their files are installed on the server: extensions.
    #[must_use]
    pub fn is_extension(self) -> bool {
        matches!(self.spec().role, Role::Extension)
    }

    /// Whether the objects are in no schema and in no other object.
    #[must_use]
    pub fn is_of_database(self) -> bool {
        self.spec().identity.len() == 1
    }

    /// The column that an object is dropped with, as `[schema, relation, column]`.
    #[must_use]
    pub fn owning_column(self, object: &Object) -> Option<Vec<String>> {
        match self.spec().role {
            Role::OwnedByColumn { attribute } => object.get(attribute).as_text().and_then(split_name),
            Role::Ordinary
            | Role::Namespace { .. }
            | Role::Column { .. }
            | Role::Domain { .. }
            | Role::Extension
            | Role::Change => None,
        }
    }

    /// Whether the query of this kind reads from a relation that `catalog::capture` defines.
    #[must_use]
    pub fn reads(self, relation: ScopeRelation) -> bool {
        self.spec().query.contains(relation.name())
    }
}
