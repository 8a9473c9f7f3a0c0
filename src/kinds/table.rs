//! Tables.

use super::common::inherits;
use super::common::partitions::bound;
use super::{
    Advice, CreationRank, FindingDetail, HintContext, KeyForm, Kind, KindSpec, Partition, PartitionAttributes, Reading,
    Syntax, common, constraint, probe, stub,
};
use crate::attribute::{Attr, CatalogRow, Compare, Comparison, Form, Literal, Question, Shape, Verdict, Weight};
use crate::fix::{Fix, InList, Loss};
use crate::hint::Hint;
use crate::object_id::ObjectId;
use crate::snapshot::PARTITIONS;
use crate::sql_text::{TokenKind, quote_literal, split_commas, tokens};
use crate::value::Value;

/// The tablespace.
pub(super) const TABLESPACE: Attr = Attr::new(
    "tablespace",
    Shape::Name,
    "The tablespace; `null` for the default one of the database.",
)
.default(Literal::Null);

/// The index that CLUSTER uses.
pub(super) const REPLICA_IDENTITY: Attr = Attr::new(
    "replica_identity",
    Shape::Name,
    "What logical replication sends to identify an updated or deleted row: `default`, `full`, `nothing` or the name of an index.",
)
.default(Literal::Text("default"));

/// The index by which rows are sorted.
pub(super) const CLUSTER_ON: Attr = Attr::new(
    "cluster_on",
    Shape::Name,
    "The index that CLUSTER uses; `null` for none.",
)
.default(Literal::Null)
.exceptional();

/// The statement that chooses the index that CLUSTER uses.
pub(super) fn cluster_on(finding: &HintContext<'_>, keyword: &str, index: &Value) -> Hint {
    let table = common::sql_name(finding.id);
    match index.as_text() {
        Some(index) => index_must_exist(finding, index)
            .unwrap_or_else(|| Hint::sql(format!("ALTER {keyword} {table} CLUSTER ON {};", common::name(index)))),
        None => Hint::sql(format!("ALTER {keyword} {table} SET WITHOUT CLUSTER;")),
    }
}

/// The question whether the index exists that an attribute names.
pub(super) fn condition(finding: &HintContext<'_>) -> Option<Question> {
    let index = match &finding.detail {
        FindingDetail::Differs {
            attribute: "cluster_on",
            expected: Value::Text(index),
            ..
        } => index,
        FindingDetail::Differs {
            attribute: "replica_identity",
            expected: Value::Text(index),
            ..
        } if !["default", "full", "nothing"].contains(&index.as_str()) => index,
        _ => return None,
    };
    let index = ObjectId::new(vec![finding.id.schema(), index.as_str()]);
    let text = format!("{}::pg_catalog.regclass", quote_literal(&common::sql_name(&index)));
    Some(Question {
        form: Form::Columns,
        expected: format!("SELECT {text}"),
        actual: "SELECT".to_owned(),
    })
}

/// The advice on an attribute that names an index which the relation does not have.
fn index_must_exist(finding: &HintContext<'_>, index: &str) -> Option<Hint> {
    let id = finding.id.child(index);
    let kinds = [Kind::Index, Kind::PrimaryKey, Kind::Unique, Kind::Exclusion];
    let exists = kinds.iter().any(|kind| finding.snapshot.get(*kind, &id).is_some());
    ((finding.is_closed || finding.is_refused) && !exists).then(|| {
        Hint::advice(format!(
            "create the index {} first, then choose it",
            common::name(index)
        ))
    })
}

/// The table access method.
pub(super) const ACCESS_METHOD: Attr =
    Attr::new("access_method", Shape::Name, "The access method.").default(Literal::Text("heap"));

/// The partitioned table that a table is a partition of.
pub(super) const PARTITION_OF: Attr = Attr::new(
    "partition_of",
    Shape::QualifiedName,
    "The partitioned table that it is a partition of; `null` for none.",
)
.compare(Compare::Name)
.default(Literal::Null);

/// The rows of a partition.
pub(super) const PARTITION_BOUND: Attr = Attr::new(
    "partition_bound",
    Shape::Sql,
    "The rows that it holds as a partition: `for values from ('2024-01-01') to ('2025-01-01')`; `null` if it is not a partition. \
     PostgreSQL decides whether two values mean the same.",
)
.compare(Compare::Custom(bound::same))
.default(Literal::Null);

/// The tables that a table inherits from.
pub(super) const INHERITS: Attr = Attr::new(
    "inherits",
    Shape::List(&Shape::QualifiedName),
    "The tables that it inherits from, in order. The table that it is a partition of is not included.",
)
.compare(Compare::Custom(same_names))
.default(Literal::EmptyList);

/// The columns that inserts set.
const INSERTS: Attr = Attr::new(
    "inserts",
    common::NAMES,
    "The columns that every insert of the application sets. Any other column must accept null or have a default, or the inserts \
     fail. It is compared only where it is written, and `pull --requirements` writes the columns that inserts must set.",
)
.compare(Compare::Custom(within))
.default(Literal::EmptyList)
.on_request()
.read_on_request();

/// Whether the application sets every column that inserts must set.
fn within(comparison: &Comparison<'_>) -> Verdict {
    let set = comparison.expected.texts();
    let needed = comparison.actual.texts();
    Verdict::when(needed.iter().all(|column| set.contains(column)))
}

/// The advice on columns that inserts must set, and that the application does not set.
fn not_set(expected: &Value, actual: &Value) -> Hint {
    let set = expected.texts();
    let others: Vec<&str> = actual
        .texts()
        .into_iter()
        .filter(|column| !set.contains(column))
        .collect();
    let (pronoun, subject) = if others.len() == 1 {
        ("it", "it")
    } else {
        ("them", "they")
    };
    Hint::advice(format!(
        "inserts that do not set {} fail: give {pronoun} a default, drop NOT NULL if {subject} may be null, or let the application set {pronoun}",
        others.join(", ")
    ))
}

/// The attributes of a partition.
pub(super) const PARTITION_ATTRIBUTES: PartitionAttributes = PartitionAttributes {
    parent: "partition_of",
    bound: "partition_bound",
    strategy: "partition_by",
    key: "bound",
    inherits: INHERITS.name,
};

pub(super) static SPEC: KindSpec = KindSpec {
    name: "table",
    section: "tables",
    identity: &["schema", "name"],
    doc: "A table, partitioned or not.",
    query: include_str!("table.sql"),
    attrs: &[
        Attr::new(
            "persistence",
            Shape::OneOf(&["permanent", "unlogged", "temporary"]),
            "Whether its rows survive a crash and a session.",
        ).stored_in(CatalogRow::Own)
        .default(Literal::Text("permanent")),
        Attr::new(
            "row_security",
            Shape::OneOf(&["enabled", "disabled"]),
            "Whether its policies are enforced.",
        ).stored_in(CatalogRow::Own)
        .default(Literal::Text("disabled"))
        .weight(Weight::Security),
        Attr::new(
            "row_security_forced",
            Shape::Bool,
            "Whether its policies also apply to its owner.",
        ).stored_in(CatalogRow::Own)
        .default(Literal::Bool(false))
        .weight(Weight::Security),
        Attr::new(
            "partition_by",
            Shape::Sql,
            "The strategy and the key of its partitions: `range (created_at)`; `null` if it is not partitioned.",
        )
        .compare(Compare::Custom(same_partition_key))
        .default(Literal::Null),
        PARTITION_OF,
        PARTITION_BOUND,
        INHERITS,
        REPLICA_IDENTITY,
        common::other("of_type", "The composite type that it is a table of; `null` for none.").exceptional(),
        CLUSTER_ON,
        Attr::new(
            "column_order",
            common::NAMES,
            "The names of its columns in their physical order, which `SELECT *` and `INSERT` without names follow. It is compared only \
             where it is written, and `pull` writes it with `--column-order`.",
        )
        .read_on_request(),
        INSERTS,
        common::OPTIONS,
        TABLESPACE,
        ACCESS_METHOD,
        common::OWNER,
        common::grants(&common::OF_TABLE),
        common::COMMENT,
    ],
    syntax: Syntax {
        key: KeyForm::Qualified,
        synonyms: &[("rls", "row_security"), ("row_level_security", "row_security")],
        ..Syntax::DEFAULT
    },
    partition: Some(&Partition {
        section: Some("partitions"),
        attributes: PARTITION_ATTRIBUTES,
        taken: &["tablespace", "access_method", "owner"],
        mark: None,
    }),
    reading: Reading {
        catalog_codes: &["r", "p"],
        extra_columns: &[PARTITIONS, bound::TYPES],
        ..Reading::DEFAULT
    },
    advice: Advice {
        default_grants: Some("tables"),
        alter_keyword: Some("TABLE"),
        hint: Some(hint),
        condition: Some(condition),
        set_later: &["row_security", "row_security_forced", REPLICA_IDENTITY.name, CLUSTER_ON.name],
        fix: Some(fix),
        drop_loses: Some(|id| Loss::Rows(id.clone())),
        rank: CreationRank::Relation,
        probe: Some(&probe::RELATION),
        ..Advice::DEFAULT
    },
    stub: Some(stub::relation),
    required: &["inserts"],
    ..KindSpec::EMPTY
};

fn same_names(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected.texts(), comparison.actual.texts());
    Verdict::when(
        expected.len() == actual.len()
            && expected
                .iter()
                .zip(actual)
                .all(|(expected, actual)| comparison.is_name(expected, actual)),
    )
}

/// The same strategy in any case, and keys that the server considers equal.
fn same_partition_key(comparison: &Comparison<'_>) -> Verdict {
    let (Value::Text(expected), Value::Text(actual)) = (comparison.expected, comparison.actual) else {
        return Verdict::when(comparison.expected == comparison.actual);
    };
    let (Some((strategy, keys)), Some((actual_strategy, actual_keys))) =
        (partition_key(expected), partition_key(actual))
    else {
        return Verdict::Different;
    };
    if !strategy.eq_ignore_ascii_case(actual_strategy) || keys.len() != actual_keys.len() {
        return Verdict::Different;
    }
    keys.into_iter()
        .zip(actual_keys)
        .fold(Verdict::Equal, |verdict, (expected, actual)| {
            verdict.and(Verdict::ask(Form::Expression, expected, actual))
        })
}

/// The strategy and the keys of `range (a, lower(b))`.
fn partition_key(text: &str) -> Option<(&str, Vec<&str>)> {
    let tokens = tokens(text);
    match tokens.as_slice() {
        [strategy, keys] if strategy.kind == TokenKind::Word && keys.kind == TokenKind::Group => {
            let inside = text[keys.range.clone()].strip_prefix('(')?.strip_suffix(')')?;
            Some((&text[strategy.range.clone()], split_commas(inside)))
        }
        _ => None,
    }
}

fn hint(finding: &HintContext<'_>) -> Option<Hint> {
    let name = common::sql_name(finding.id);
    match finding.detail {
        FindingDetail::Missing(attributes) => {
            Some(common::partitions::create(&name, attributes).unwrap_or_else(|| {
                Hint::advice("apply the migration that creates it, or check that this is the right database")
            }))
        }
        FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => None,
        FindingDetail::Differs {
            attribute,
            expected,
            actual,
        } => match (attribute, expected.as_text()) {
            ("row_security", Some("enabled")) => Some(Hint::advice_with_sql(
                "this hides every row that no policy allows from all roles but the owner",
                format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"),
            )),
            ("row_security", Some("disabled")) => Some(Hint::advice_with_sql(
                "the policies of the table are then not applied: roles that may read it see all rows",
                format!("ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;"),
            )),
            ("row_security_forced", _) => {
                let no = if *expected == Value::Bool(true) { "" } else { "NO " };
                Some(Hint::sql(format!("ALTER TABLE {name} {no}FORCE ROW LEVEL SECURITY;")))
            }
            ("persistence", Some("permanent")) => Some(Hint::sql(format!("ALTER TABLE {name} SET LOGGED;"))),
            ("persistence", Some("unlogged")) => Some(Hint::sql(format!("ALTER TABLE {name} SET UNLOGGED;"))),
            ("replica_identity", Some(identity)) => Some(replica_identity(finding, identity)),
            ("partition_by", _) => Some(Hint::advice(
                "the partitioning of a table cannot be altered: create a table as expected and move the rows",
            )),
            ("partition_of" | "partition_bound", _) => common::partitions::attach(finding),
            ("inherits", _) => inherits::change(finding, expected, actual),
            ("of_type", Some(of)) => Some(Hint::sql(format!("ALTER TABLE {name} OF {};", common::sql_names(of)))),
            ("of_type", None) => Some(Hint::sql(format!("ALTER TABLE {name} NOT OF;"))),
            ("cluster_on", _) => Some(cluster_on(finding, "TABLE", expected)),
            ("column_order", _) => Some(Hint::advice(
                "the order of columns cannot be altered: name the columns in statements, or create the table again",
            )),
            ("inserts", _) => Some(not_set(expected, actual)),
            ("options", _) => common::set_options(&format!("ALTER TABLE {name}"), expected, actual),
            ("grants", _) => common::grant(&name, expected, actual),
            _ => None,
        },
    }
}

/// The statement that creates a table, whose columns come from other findings. Only a file that closes the schema says all
/// of them.
fn fix(finding: &HintContext<'_>) -> Option<Fix> {
    let attributes = match finding.detail {
        FindingDetail::Missing(attributes) => attributes,
        FindingDetail::Differs { attribute, .. } if attribute == INHERITS.name => {
            let change = hint(finding)?.statements().map(Fix::of)?;
            return Some(change.leaves(
                "the columns that the table has stay its own: PostgreSQL does not make them those of the parent",
            ));
        }
        FindingDetail::Differs { .. } | FindingDetail::Unexpected | FindingDetail::Unreadable { .. } => return None,
    };
    let has = |name: &str| {
        common::expected(attributes, name).is_some_and(|value| !value.is_null() && *value != Value::List(Vec::new()))
    };
    if !finding.is_closed || ["partition_of", "inherits", "of_type"].iter().any(|name| has(name)) {
        return None;
    }
    let unlogged = match finding.wanted_text("persistence") {
        None | Some("permanent") => "",
        Some("unlogged") => "UNLOGGED ",
        Some(_) => return None,
    };
    let head = format!("CREATE {unlogged}TABLE {} (", common::sql_name(finding.id));
    let key = finding
        .wanted_text("partition_by")
        .map_or(String::new(), |key| format!(" PARTITION BY {key}"));
    let method = finding.wanted_text("access_method").filter(|method| *method != "heap");
    let method = method.map_or(String::new(), |method| format!(" USING {}", common::name(method)));
    let options = constraint::storage(finding.wanted("options"));
    let tablespace = constraint::tablespace(finding, " TABLESPACE ");
    let list = InList::Holds(head.len());
    Some(Fix::of(format!("{head}){key}{method}{options}{tablespace};")).list(list))
}

/// The statement that sets what identifies a row for logical replication.
pub(super) fn replica_identity(finding: &HintContext<'_>, identity: &str) -> Hint {
    let name = common::sql_name(finding.id);
    match identity {
        "default" | "full" | "nothing" => Hint::sql(format!(
            "ALTER TABLE {name} REPLICA IDENTITY {};",
            identity.to_uppercase()
        )),
        index => index_must_exist(finding, index).unwrap_or_else(|| {
            Hint::advice_with_sql(
                "PostgreSQL refuses it unless the index is unique, not partial, and on columns that are not null",
                format!(
                    "ALTER TABLE {name} REPLICA IDENTITY USING INDEX {};",
                    common::name(index)
                ),
            )
        }),
    }
}
