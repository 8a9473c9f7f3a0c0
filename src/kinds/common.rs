//! What several kinds share.

mod constraint_terms;
mod grants;
pub(super) mod inherits;
pub(super) mod partitions;

pub(super) use constraint_terms::{DEFERRABLE, ENFORCED, INITIALLY, VALIDATED};
pub(super) use grants::{
    GrantChanges, OF_COLUMN, OF_DATABASE, OF_FOREIGN, OF_FUNCTION, OF_LANGUAGE, OF_SCHEMA, OF_SEQUENCE, OF_TABLE,
    OF_TYPE, check_grants, grant, grants,
};

use super::primary_key::VALID;
use super::spec::NEVER;
use super::storage_option::{same_option, same_options};
use super::{FindingDetail, HintContext, Kind};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Literal, RoleNames, Shape, Verdict, Weight};
use crate::fix::{Fix, FixStep, RunMode};
use crate::hint::Hint;
use crate::object_id::{ObjectId, split_name};
use crate::secret;
use crate::snapshot;
use crate::sql::Sql;
use crate::sql_text::quote_literal;
pub(super) use crate::sql_text::show_name as name;
use crate::value::Value;

/// A list of names in which order matters.
pub(super) const NAMES: Shape = Shape::List(&Shape::Name);

/// The comment.
pub(super) const COMMENT: Attr = Attr::new(
    "comment",
    Shape::Text,
    "The comment on it; `null` for none. Line ends at its end do not matter.",
)
.compare(Compare::Text)
.default(Literal::Null)
.stored_in(CatalogRow::Comment)
.weight(Weight::Minor);

/// The extensions that an object is dropped with.
pub(super) const EXTENSIONS: Attr = Attr::new(
    "depends_on_extensions",
    NAMES,
    "The extensions with which it is dropped, as DEPENDS ON EXTENSION says it.",
)
.compare(Compare::Unordered)
.default(Literal::EmptyList)
.exceptional();

/// The statements that change with which extensions an object is dropped. `alter` is the beginning of each.
pub(super) fn depend_on_extensions(alter: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (expected, actual) = (expected.texts(), actual.texts());
    let less = |of: &[&str], without: &[&str], no: &str| -> Vec<String> {
        let of = of.iter().filter(|extension| !without.contains(extension));
        of.map(|extension| format!("{alter} {no}DEPENDS ON EXTENSION {};", name(extension)))
            .collect()
    };
    let statements = [less(&expected, &actual, ""), less(&actual, &expected, "NO ")].concat();
    join_statements(&statements)
}

/// Whether a table declares what it inherits as well.
pub(super) const DECLARED: Attr = Attr::new(
    "declared",
    Shape::Bool,
    "Whether the table declares it itself although it also inherits it. It then stays when the parent drops it.",
)
.default(Literal::Bool(false))
.exceptional();

/// The column of a query that says whether a table inherits an object, so that it cannot drop it.
pub(super) const INHERITED: &str = "inherited";

/// The advice on an unlisted object that a table inherits.
pub(super) fn inherited(finding: &HintContext<'_>) -> Option<Hint> {
    let is_inherited = *finding.object?.get(INHERITED) == Value::Bool(true);
    is_inherited.then(|| Hint::advice("only its parent can drop it: list what is its own, or undo that"))
}

/// The advice on what a table declares or only inherits, and should not.
pub(super) fn declare(expected: &Value) -> Hint {
    Hint::advice(if *expected == Value::Bool(true) {
        "take the table from its parent with NO INHERIT, and give it back with INHERIT: it then declares all that it inherits"
    } else {
        "no statement undoes it while the table has its parent: write `declared: true`, or take the table from its parent"
    })
}

/// The owner.
pub(super) const OWNER: Attr = Attr::new(snapshot::OWNER, Shape::Name, "The role that owns it.")
    .role_names(RoleNames::Values)
    .stored_in(CatalogRow::Owner);

/// An attribute that names another object, such as a function or an operator.
pub(super) const fn other(name: &'static str, doc: &'static str) -> Attr {
    Attr::new(name, Shape::QualifiedName, doc)
        .compare(Compare::Name)
        .refers_to(ROUTINES)
        .default(Literal::Null)
}

/// What a name of a function or an operator can be.
pub(super) const ROUTINES: &[Kind] = &[Kind::Function, Kind::Aggregate, Kind::Operator];

/// What a name of a collation is.
pub(super) const COLLATIONS: &[Kind] = &[Kind::Collation];

/// What the names in the keys of indexes are.
pub(super) const IN_KEYS: &[Kind] = &[Kind::Collation, Kind::OperatorClass];

/// Columns that an index carries without being keys.
pub(super) const INCLUDE: Attr = Attr::new(
    "include",
    NAMES,
    "The columns that its index stores without using them as keys.",
)
.default(Literal::EmptyList);

/// The columns of a constraint, in order.
pub(super) const COLUMNS: Attr = Attr::new("columns", NAMES, "Its columns, in order.")
    .stored_in(CatalogRow::Own)
    .identifies();

/// Storage options.
pub(super) const OPTIONS: Attr = Attr::new(
    "options",
    Shape::Map(&Shape::Text),
    "Its storage options: everything that WITH (…) sets. Values are compared by the type of the option: `on` is `true`.",
)
.compare(Compare::Custom(same_options))
.default(Literal::EmptyMap);

/// Storage options of the index of a constraint.
pub(super) const INDEX_OPTIONS: Attr = Attr {
    doc: "The storage options of its index: everything that WITH (…) sets.",
    exceptional: true,
    ..OPTIONS
};

/// The tablespace of an index.
pub(super) const INDEX_TABLESPACE: Attr = Attr::new(
    "tablespace",
    Shape::Name,
    "The tablespace of the index; `null` for the default one of the database.",
)
.default(Literal::Null)
.exceptional();

/// The comment on the index of a constraint.
pub(super) const INDEX_COMMENT: Attr = Attr::new(
    "index_comment",
    Shape::Text,
    "The comment on its index; `null` for none.",
)
.default(Literal::Null)
.exceptional();

/// What the partitions do not get of a constraint with an index.
pub(super) const NOT_COPIED: &[(&str, u32)] = &[
    ("comment", NEVER),
    ("index_comment", NEVER),
    (partitions::ATTACHED_TO.name, NEVER),
];

/// Options of a foreign-data wrapper and what it serves.
pub(super) const FOREIGN_OPTIONS: Attr = Attr::new(
    "options",
    Shape::Map(&Shape::Text),
    "Its options: everything that OPTIONS (…) sets. The value of an option that may hold a secret is never printed: it is \
     compared with the value, or with the digest that `pull --digest-key` writes; for `***` only its presence is checked.",
)
.compare(Compare::Custom(same_masked))
.default(Literal::EmptyMap);

/// Compares options or settings, of which some may be secrets.
pub(super) fn same_masked(comparison: &Comparison<'_>) -> Verdict {
    secret::compare(comparison.expected, comparison.actual)
}

/// SQL that several queries of kinds share: the name of its placeholder, as in `{grants r c.relacl c.relowner}`, the words
/// in it that the words of the placeholder replace, and the SQL.
const SHARED_SQL: [(&str, &[&str], &str); 13] = [
    // The first word is the class of the objects, as `acldefault` has it.
    (
        "grants",
        &["$class", "$acl", "$owner"],
        include_str!("common/grants.sql"),
    ),
    (
        "column_grants",
        &["$class", "$acl", "$owner"],
        include_str!("common/column_grants.sql"),
    ),
    // [`snapshot::IN_PARTITIONS`] of an index.
    (
        "partition_indexes",
        &["$index"],
        include_str!("common/partition_indexes.sql"),
    ),
    // The types of the key of the table that a relation is a partition of. The type of an expression is null.
    ("bound_types", &["$relation"], include_str!("common/bound_types.sql")),
    // The qualified name of a function; null for none.
    ("routine", &["$oid"], include_str!("common/routine.sql")),
    // The objects of PostgreSQL and of extensions whose privileges were changed.
    ("changed_grants", &[], include_str!("common/changed_grants.sql")),
    (
        "storage_options",
        &["$options"],
        include_str!("common/storage_options.sql"),
    ),
    // The extensions that an object is dropped with, although it is not a part of them.
    (
        "extension_dependencies",
        &["$class", "$object"],
        include_str!("common/extension_dependencies.sql"),
    ),
    (
        "included_columns",
        &["$index"],
        include_str!("common/included_columns.sql"),
    ),
    // [`snapshot::COPY_OF`] of a constraint.
    (
        "copied_constraint",
        &["$constraint"],
        include_str!("common/copied_constraint.sql"),
    ),
    // [`partitions::ATTACHED_TO`] of a constraint with an index.
    (
        "attached_constraint",
        &["$constraint"],
        include_str!("common/attached_constraint.sql"),
    ),
    // A key of an index and its collation. `k` is what the index says of the key, `a` its column, `p` its column in the
    // index, `o` its operator class, `n` the schema of that, and `m` the access method.
    ("index_key", &["$index"], include_str!("common/index_key.sql")),
    ("key_collation", &[], include_str!("common/key_collation.sql")),
];

/// Replaces the placeholders of shared SQL in the query of a kind.
pub(super) fn with_shared_columns(query: &'static str) -> Sql {
    Sql::template(query, |place| {
        let mut words = place.split(' ');
        let name = words.next()?;
        let (_, places, sql) = SHARED_SQL.iter().find(|(known, ..)| *known == name)?;
        let words: Vec<&'static str> = words.collect();
        let pairs: Vec<_> = places.iter().copied().zip(words.iter().copied()).collect();
        (words.len() == places.len()).then(|| Sql::replaced(sql.trim_end(), &pairs))
    })
}

/// The statement that sets the owner of an object. `keyword` is the text between ALTER and the name.
pub(super) fn set_owner(keyword: &str, id: &ObjectId, owner: &str) -> Hint {
    Hint::sql(format!("ALTER {keyword} {} OWNER TO {};", sql_name(id), name(owner)))
}

/// Options as statements write them: `fillfactor = '70'`; none if there are none.
pub(super) fn option_list(options: &Value) -> Option<String> {
    let Value::Map(options) = options else {
        return None;
    };
    let list: Vec<String> = options
        .iter()
        .map(|(option, value)| format!("{option} = {}", quote_literal(&value.to_string())))
        .collect();
    (!list.is_empty()).then(|| list.join(", "))
}

/// The statement that changes storage options to the expected ones. `alter` is the text before SET.
pub(super) fn set_options(alter: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(expected), Value::Map(actual)) = (expected, actual) else {
        return None;
    };
    let set: Vec<String> = expected
        .iter()
        .filter(|(option, value)| {
            actual
                .get(*option)
                .is_none_or(|found| !same_option(option, value, found))
        })
        .map(|(option, value)| format!("{option} = {}", quote_literal(&value.to_string())))
        .collect();
    let reset: Vec<&str> = actual
        .keys()
        .filter(|option| !expected.contains_key(*option))
        .map(String::as_str)
        .collect();
    let statement = |word: &str, options: &str| format!("{alter} {word} ({options});");
    let mut statements = Vec::new();
    if !set.is_empty() {
        statements.push(statement("SET", &set.join(", ")));
    }
    if !reset.is_empty() {
        statements.push(statement("RESET", &reset.join(", ")));
    }
    join_statements(&statements)
}

/// Settings whose value is a list of names, which statements write without quotes around the whole.
/// Source: `variable_is_guc_list_quote` in PostgreSQL's `src/bin/pg_dump/dumputils.c`.
const LISTS_OF_NAMES: [&str; 5] = [
    "local_preload_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
];

/// The value of a setting as statements write it. None if it is hidden, because it may be a secret.
pub(super) fn setting_value(setting: &str, value: &str) -> Option<String> {
    let is_hidden = secret::is_marker(value) || secret::is_digest(value);
    (!is_hidden).then(|| match value {
        _ if !LISTS_OF_NAMES.contains(&setting.to_lowercase().as_str()) => quote_literal(value),
        "" | "\"\"" => "''".to_owned(),
        list => list.to_owned(),
    })
}

/// The statement that changes settings of an object to the expected ones. `alter` is the text before SET.
pub(super) fn set_settings(alter: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(expected), Value::Map(actual)) = (expected, actual) else {
        return None;
    };
    let changed = expected
        .iter()
        .filter(|(setting, value)| actual.get(*setting) != Some(value));
    let set: Option<Vec<String>> = changed
        .map(|(setting, value)| {
            Some(format!(
                " SET {setting} TO {}",
                setting_value(setting, value.as_text()?)?
            ))
        })
        .collect();
    let reset = actual
        .keys()
        .filter(|setting| !expected.contains_key(*setting))
        .map(|setting| format!(" RESET {setting}"));
    let clauses: String = set?.into_iter().chain(reset).collect();
    (!clauses.is_empty()).then(|| Hint::sql(format!("{alter}{clauses};")))
}

/// Whether an attribute of a constraint is one of its index.
pub(super) fn is_of_index(attribute: &str) -> bool {
    [INDEX_OPTIONS.name, INDEX_TABLESPACE.name, INDEX_COMMENT.name].contains(&attribute)
}

/// The name of an index or of the index of a constraint as statements in hints write it.
pub(super) fn index_name(id: &ObjectId) -> String {
    sql_name(&ObjectId::new(vec![id.schema(), id.last()]))
}

/// The statement that changes an attribute of an index.
pub(super) fn alter_index(index: &str, attribute: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    match (attribute, expected) {
        ("options", _) => set_options(&format!("ALTER INDEX {index}"), expected, actual),
        ("tablespace", Value::Text(tablespace)) => Some(Hint::sql(format!(
            "ALTER INDEX {index} SET TABLESPACE {};",
            name(tablespace)
        ))),
        ("tablespace", Value::Null) => Some(Hint::advice(
            "move the index to the default tablespace of the database with ALTER INDEX",
        )),
        ("index_comment", Value::Text(comment)) => Some(Hint::sql(format!(
            "COMMENT ON INDEX {index} IS {};",
            quote_literal(comment)
        ))),
        ("index_comment", Value::Null) => Some(Hint::sql(format!("COMMENT ON INDEX {index} IS NULL;"))),
        _ => None,
    }
}

/// The statements of a hint, which cannot run in a transaction.
pub(super) fn outside(hint: Option<Hint>) -> Option<Fix> {
    let sql = hint?.statements()?.to_owned();
    Some(Fix::of_steps(vec![FixStep::new(sql, RunMode::Outside)]))
}

/// The statements that make the index of a constraint valid, which cannot run in a transaction.
pub(super) fn make_valid_outside(finding: &HintContext<'_>, hint: Option<Hint>) -> Option<Fix> {
    let is_invalid = matches!(&finding.detail, FindingDetail::Differs { attribute, .. } if *attribute == VALID.name);
    outside(hint.filter(|_| is_invalid))
}

/// Statements as one hint; none if there are none.
pub(super) fn join_statements(statements: &[String]) -> Option<Hint> {
    (!statements.is_empty()).then(|| Hint::sql(statements.join(" ")))
}

/// A name as statements in hints write it: quoted only where SQL needs it.
pub(super) fn sql_name(id: &ObjectId) -> String {
    id.parts().iter().map(|p| name(p)).collect::<Vec<_>>().join(".")
}

/// A dotted name of an expectation file or the catalog as statements in hints write it.
pub(super) fn sql_names(text: &str) -> String {
    split_name(text).map_or_else(|| text.to_owned(), |parts| sql_name(&ObjectId::new(parts)))
}

/// A list of names as statements in hints write it: `a, "B"`.
pub(super) fn name_list(value: &Value) -> String {
    value.texts().iter().map(|n| name(n)).collect::<Vec<_>>().join(", ")
}

/// The name of a constraint that is expected by name, not by meaning.
pub(super) fn named(id: &ObjectId) -> Option<&str> {
    id.parts().get(2).map(|part| &**part)
}

/// The value of an expected attribute.
pub(super) fn expected<'a>(attributes: &'a [(&'static str, Value)], name: &str) -> Option<&'a Value> {
    attributes.iter().find(|(n, _)| *n == name).map(|(_, value)| value)
}
