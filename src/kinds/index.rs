//! Indexes.

use super::common::partitions::{ATTACHED_TO, PartitionIndex};
use super::index_key::{COLLATIONS, IndexKey, KeyFacts};
use super::spec::NEVER;
use super::unique::NULLS_NOT_DISTINCT;
use super::{
    Advice, CreationRank, CustomForm, FindingDetail, HintContext, Kind, KindSpec, ListForm, Matching, Reading,
    Shorthand, SqlAddress, Syntax, common, constraint, hint, probe,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Literal, Shape, Verdict};
use crate::error::Problem;
use crate::fix::{Fix, FixStep, RunMode};
use crate::hint::Hint;
use crate::object_id::LONGEST_NAME;
use crate::object_id::ObjectId;
use crate::snapshot::{COPY_OF, IN_PARTITIONS};
use crate::value::Value;
use crate::yaml::{Entry, Node, NodeValue};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "index",
    section: "indexes",
    parents: &[Kind::Table, Kind::MaterializedView],
    identity: &["schema", "relation", "name"],
    doc: "An index.",
    query: include_str!("index.sql"),
    attrs: &[
        Attr::new(
            "keys",
            Shape::List(&Shape::Sql),
            "Its keys in order: columns or expressions, each with collation, operator class, `desc`, `nulls first`.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Custom(same_keys))
        .refers_to(common::IN_KEYS)
        .identifies(),
        Attr::new("unique", Shape::Bool, "Whether it is unique.")
            .stored_in(CatalogRow::Own)
            .default(Literal::Bool(false)),
        NULLS_NOT_DISTINCT,
        Attr::new("method", Shape::Name, "The access method.")
            .compare(Compare::Folded)
            .default(Literal::Text("btree")),
        common::INCLUDE,
        Attr::new(
            "where",
            Shape::Sql,
            "The condition on the rows it covers; `null` for all rows.",
        )
        .stored_in(CatalogRow::Own)
        .compare(Compare::Expression)
        .default(Literal::Null),
        Attr::new(
            "valid",
            Shape::Bool,
            "Whether queries may use it; a failed CREATE INDEX CONCURRENTLY leaves `false`.",
        )
        .stored_in(CatalogRow::Own)
        .default(Literal::Bool(true))
        .always_checked("it is INVALID: no query uses it, and it may not guarantee what it should")
        .code_suffix("invalid")
        .holds_in_partitions(),
        common::OPTIONS,
        common::INDEX_TABLESPACE,
        Attr::new(
            "statistics",
            Shape::Map(&Shape::Integer),
            "The statistics targets of its keys, by the number of the key, where they are not the default: `{1: 500}`.",
        )
        .default(Literal::EmptyMap)
        .exceptional(),
        ATTACHED_TO,
        common::EXTENSIONS,
        common::COMMENT,
    ],
    syntax: Syntax {
        list: ListForm::ByMeaning,
        synonyms: &[("columns", "keys"), ("predicate", "where")],
        shorthand: Shorthand::Custom {
            form: CustomForm::TextList,
            expects: "a list of keys, for a plain index on them",
            expand,
            abbreviate: |attributes| match attributes {
                [("keys", keys)] => Some(keys.clone()),
                _ => None,
            },
        },
        ..Syntax::DEFAULT
    },
    matching: Matching {
        not_copied: &[
            ("comment", NEVER),
            (common::EXTENSIONS.name, NEVER),
            (ATTACHED_TO.name, NEVER),
        ],
        ..Matching::DEFAULT
    },
    reading: Reading {
        extra_columns: &["immediate", "operator_classes", COLLATIONS, COPY_OF, IN_PARTITIONS],
        ..Reading::DEFAULT
    },
    advice: Advice {
        address: SqlAddress::InSchema("INDEX"),
        hint: Some(hint),
        fix: Some(fix),
        rank: CreationRank::Key,
        probe: Some(&probe::INDEX),
        ..Advice::DEFAULT
    },
    drops_with_column: true,
    ..KindSpec::EMPTY
};

/// A list of keys means the index of `CREATE INDEX … (keys)`: not unique, without a predicate, with the default method.
#[expect(clippy::unnecessary_wraps, reason = "the table of kinds needs this signature")]
fn expand(node: &Node) -> Result<Option<Vec<Entry>>, Problem> {
    let NodeValue::List(_) = node.value else {
        return Ok(None);
    };
    let entry = |key: &str, value: Node| Entry::new(key, node.place, value);
    Ok(Some(vec![
        entry("keys", node.clone()),
        entry("unique", Node::bool(false, node.place)),
        entry("method", Node::text("btree", node.place)),
        entry("where", Node::null(node.place)),
    ]))
}

fn same_keys(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected.texts(), comparison.actual.texts());
    if expected.len() != actual.len() {
        return Verdict::Different;
    }
    expected
        .iter()
        .zip(actual)
        .enumerate()
        .fold(Verdict::Equal, |verdict, (i, (expected, actual))| {
            let actual = IndexKey::parse_catalog(actual);
            let facts = KeyFacts::of(comparison.object, i);
            verdict.and(IndexKey::parse_expected(expected, comparison).same(&actual, facts, comparison))
        })
}

/// The statements that set the statistics targets of keys.
fn set_statistics(index: &str, expected: &Value, actual: &Value) -> Option<Hint> {
    let (Value::Map(wanted), Value::Map(there)) = (expected, actual) else {
        return None;
    };
    let set = |key: &String, target: &Value| format!("ALTER INDEX {index} ALTER COLUMN {key} SET STATISTICS {target};");
    let changed = wanted.iter().filter(|(key, target)| there.get(*key) != Some(target));
    let mut statements: Vec<String> = changed.map(|(key, target)| set(key, target)).collect();
    let reset = there.keys().filter(|key| !wanted.contains_key(*key));
    statements.extend(reset.map(|key| set(key, &Value::Integer(-1))));
    common::join_statements(&statements)
}

/// The advice on an index that is not valid.
fn make_valid(finding: &HintContext<'_>) -> Option<Hint> {
    let create = |partition: &ObjectId, new: &str| create_on(finding, partition, Some(new), "");
    common::partitions::make_valid(
        finding,
        &PartitionIndex {
            name: finding.id.last(),
            create: &create,
            definition: &[
                "keys",
                "unique",
                NULLS_NOT_DISTINCT.name,
                "method",
                common::INCLUDE.name,
                "where",
            ],
        },
    )
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let (concurrently, outside) = concurrently(finding);
    let index = ObjectId::new(vec![finding.id.schema(), finding.id.last()]);
    let name = common::sql_name(&index);
    if let Some(hint) = common::partitions::attachment(finding, finding.id.last()) {
        return Some(hint);
    }
    match &finding.detail {
        FindingDetail::Missing(_) if finding.wanted_list("keys").is_empty() => {
            Some(Hint::advice("apply the migration that creates it"))
        }
        FindingDetail::Missing(_) => Some(create_missing(finding, outside, &name)),
        FindingDetail::Unexpected => Some(drop_index(outside, &format!("DROP INDEX {concurrently}{name};"))),
        FindingDetail::Differs { attribute, .. } if *attribute == "valid" => make_valid(finding),
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } if *attribute == "statistics" => set_statistics(&name, expected, actual),
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } if common::is_of_index(attribute) => common::alter_index(&name, attribute, expected, actual),
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } if *attribute == common::EXTENSIONS.name => {
            common::depend_on_extensions(&format!("ALTER INDEX {name}"), expected, actual)
        }
        FindingDetail::Differs {
            attribute,
            expected: Value::Bool(false),
            ..
        } if *attribute == "unique" => Some(unique_as_well(finding)),
        FindingDetail::Differs { attribute, .. } if is_of_constraint(finding) => Some(Hint::advice(format!(
            "it is the index of a constraint, which determines `{attribute}`: change the constraint"
        ))),
        FindingDetail::Differs { .. } => Some(Hint::advice_with_sql(
            if outside {
                "this drops the index and creates it as expected; run each statement outside of a transaction"
            } else {
                "this drops the index and those of the partitions, and creates them as expected"
            },
            constraint::with(
                format!("DROP INDEX {concurrently}{name}; {}", create(finding)),
                comment(finding, &name),
            ),
        )),
        FindingDetail::Unreadable { .. } => None,
    }
}

/// The statements of a script. Indexes are built and dropped without blocking writes; of partitioned tables PostgreSQL does
/// not offer that.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let is_created_again = match &finding.detail {
        FindingDetail::Differs { attribute, .. } => {
            let has_own_statement = ["valid", "statistics", "unique", common::EXTENSIONS.name].contains(attribute)
                && finding.wants("unique") == finding.object.is_some_and(|o| *o.get("unique") == Value::Bool(true));
            !has_own_statement
                && !common::is_of_index(attribute)
                && ![common::COMMENT.name, common::partitions::ATTACHED_TO.name].contains(attribute)
                && !is_of_constraint(finding)
        }
        FindingDetail::Missing(_) | FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => false,
    };
    if !concurrently(finding).1 {
        return None;
    }
    if is_created_again {
        return replace_concurrently(finding);
    }
    match &finding.detail {
        FindingDetail::Differs { attribute, .. } if *attribute != "valid" => None,
        _ => common::outside(hint(finding)),
    }
}

/// Builds the expected index under another name, and puts it in the place of the index that exists.
fn replace_concurrently(finding: &HintContext<'_>) -> Option<Fix> {
    let made = format!("{}_new", finding.id.last());
    if made.len() > LONGEST_NAME || finding.wanted_list("keys").is_empty() {
        return common::outside(hint(finding));
    }
    let in_schema = |name: &str| common::sql_name(&ObjectId::new(vec![finding.id.schema(), name]));
    let (there, new) = (in_schema(finding.id.last()), in_schema(&made));
    let create = create_on(finding, &finding.id.relation(), Some(&made), "CONCURRENTLY ");
    let swap = format!(
        "DROP INDEX {there}; ALTER INDEX {new} RENAME TO {};",
        common::name(finding.id.last())
    );
    Some(Fix::of_steps(vec![
        FixStep::new(
            format!("DROP INDEX CONCURRENTLY IF EXISTS {new}; {create}"),
            RunMode::Outside,
        ),
        FixStep::new(constraint::with(swap, comment(finding, &there)), RunMode::Together),
    ]))
}

/// The advice on an index that does not exist. `outside` is whether the statement cannot run in a transaction.
fn create_missing(finding: &HintContext<'_>, outside: bool, name: &str) -> Hint {
    let own_name = common::named(finding.id);
    let comment = own_name.and_then(|_| comment(finding, name));
    let attach = own_name.and_then(|name| common::partitions::attach_index(finding, name));
    let words = match (outside, finding.wants("unique")) {
        (true, false) => "run it outside of a transaction",
        (true, true) => "no two rows may have the same keys, so correct those first; run it outside of a transaction",
        (false, _) => "this blocks writes to the table and its partitions while it runs",
    };
    Hint::advice_with_sql(
        words,
        constraint::with(constraint::with(create(finding), attach), comment),
    )
}

/// The advice on an index that must not exist. `outside` is whether the statement cannot run in a transaction.
fn drop_index(outside: bool, statement: &str) -> Hint {
    let words = if outside {
        "this drops the index, so queries that use it become slower; run it outside of a transaction; PostgreSQL refuses it if \
         a constraint needs the index"
    } else {
        "this drops the index and those of the partitions, so queries that use them become slower"
    };
    Hint::advice_with_sql(words, statement)
}

/// The advice on an index that is unique as well: the file probably means any index.
fn unique_as_well(finding: &HintContext<'_>) -> Hint {
    let keys = finding.wanted_list("keys").join(", ");
    Hint::advice(format!(
        "the index is unique, too: write `{{keys: [{keys}]}}` to allow that, or `unique: [[{keys}]]` to expect it"
    ))
}

/// The word for the index of a table that is not partitioned, and whether it is there: such a statement cannot run in a
/// transaction.
fn concurrently(finding: &HintContext<'_>) -> (&'static str, bool) {
    let table = finding.snapshot.get(Kind::Table, &finding.id.relation());
    let is_partitioned = table.is_some_and(|table| !table.get("partition_by").is_null());
    if is_partitioned {
        ("", false)
    } else {
        ("CONCURRENTLY ", true)
    }
}

/// Whether a constraint of the table has the name of the index, which is then its own.
fn is_of_constraint(finding: &HintContext<'_>) -> bool {
    let key = finding.snapshot.get(Kind::PrimaryKey, &finding.id.relation());
    let is_key = key.is_some_and(|key| key.get("name").as_text() == Some(finding.id.last()));
    is_key
        || [Kind::Unique, Kind::Exclusion]
            .iter()
            .any(|kind| finding.snapshot.get(*kind, finding.id).is_some())
}

/// The statement that creates the expected index.
fn create(finding: &HintContext<'_>) -> String {
    let (relation, named) = (finding.id.relation(), common::named(finding.id));
    create_on(finding, &relation, named, concurrently(finding).0)
}

/// The statement that creates the expected index on a relation. `concurrently` is the word before the name.
fn create_on(finding: &HintContext<'_>, relation: &ObjectId, named: Option<&str>, concurrently: &str) -> String {
    let keys: Vec<String> = finding
        .wanted_list("keys")
        .into_iter()
        .map(|key| IndexKey::to_sql(key, &|name| finding.reference(name)))
        .collect();
    let method = match finding.wanted_text("method") {
        Some("btree") | None => String::new(),
        Some(method) => format!("USING {} ", common::name(method)),
    };
    let include = match common::name_list(finding.wanted("include")) {
        columns if columns.is_empty() => columns,
        columns => format!(" INCLUDE ({columns})"),
    };
    let nulls = if finding.wants("nulls_not_distinct") {
        " NULLS NOT DISTINCT"
    } else {
        ""
    };
    let unique = if finding.wants("unique") { "UNIQUE " } else { "" };
    let (storage, space) = (
        constraint::storage(finding.wanted("options")),
        constraint::tablespace(finding, " TABLESPACE "),
    );
    let predicate = match finding.wanted_text("where") {
        Some(predicate) => format!(" WHERE {predicate}"),
        None => String::new(),
    };
    let named = named.map_or(String::new(), |name| format!("{} ", common::name(name)));
    format!(
        "CREATE {unique}INDEX {concurrently}{named}ON {} {method}({}){include}{nulls}{storage}{space}{predicate};",
        common::sql_name(relation),
        keys.join(", ")
    )
}

/// The statement that sets the comment that the index is to have.
fn comment(finding: &HintContext<'_>, name: &str) -> Option<String> {
    let text = finding.wanted(common::COMMENT.name);
    (!text.is_null()).then(|| hint::comment(&format!("INDEX {name}"), text).text().into_owned())
}
