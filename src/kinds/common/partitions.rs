//! Advice on what partitions lack.

pub(in crate::kinds) mod bound;

use super::{name, sql_name, sql_names};
use crate::attribute::{Attr, Compare, Comparison, Literal, Shape, Verdict};
use crate::hint::Hint;
use crate::kinds::{FindingDetail, HintContext, Kind};
use crate::object_id::{ObjectId, split_name};
use crate::snapshot::{COPY_OF, IN_PARTITIONS, PARTITIONS};
use crate::value::Value;

/// What the index of a partition is attached to while not every partition has one.
pub(in crate::kinds) const ATTACHED_TO: Attr = Attr::new(
    "attached_to",
    Shape::Name,
    "What it is attached to in the partitioned table, where the index there is not valid because partitions lack one, as \
     after `CREATE INDEX … ON ONLY`; `null` otherwise. Where the index is valid, every partition has one that is attached.",
)
.compare(Compare::Custom(same_attachment))
.default(Literal::Null)
.exceptional();

/// A name is that of the original, whether its index is valid or not.
fn same_attachment(comparison: &Comparison<'_>) -> Verdict {
    let (expected, actual) = (comparison.expected, comparison.actual);
    Verdict::when(expected == actual || !expected.is_null() && expected == comparison.object.get(COPY_OF))
}

/// The statement that attaches an index of this name to the one that it must be attached to.
pub(in crate::kinds) fn attach_index(finding: &HintContext<'_>, index: &str) -> Option<String> {
    let table = finding.id.prefix(2);
    let mut objects = crate::kinds::Kind::of_partitions();
    let parent = objects.find_map(|(kind, partition)| {
        let object = finding.snapshot.get(kind, &table)?;
        object.get(partition.attributes.parent).as_text().and_then(split_name)
    })?;
    let whole = ObjectId::new(vec![
        parent.first()?.clone(),
        finding.wanted_text(ATTACHED_TO.name)?.to_owned(),
    ]);
    let index = ObjectId::new(vec![finding.id.schema(), index]);
    Some(format!(
        "ALTER INDEX {} ATTACH PARTITION {};",
        sql_name(&whole),
        sql_name(&index)
    ))
}

/// The advice on an index that is attached to another one than it must be.
pub(in crate::kinds) fn attachment(finding: &HintContext<'_>, index: &str) -> Option<Hint> {
    match &finding.detail {
        FindingDetail::Differs { attribute, actual, .. } if *attribute == ATTACHED_TO.name => {
            Some(match (actual, attach_index(finding, index)) {
                (Value::Null, Some(statement)) => Hint::sql(statement),
                _ => Hint::advice(
                    "an index cannot be detached alone: list it as it is, or drop the index of the partitioned table and create \
                     it again",
                ),
            })
        }
        FindingDetail::Differs { .. }
        | FindingDetail::Missing(_)
        | FindingDetail::Unexpected
        | FindingDetail::Unreadable { .. } => None,
    }
}

/// A statement for each partition in which an attribute differs, as one text.
pub(in crate::kinds) fn for_each_partition(
    finding: &HintContext<'_>,
    statement: impl Fn(&ObjectId) -> String,
) -> String {
    let mut partitions: Vec<ObjectId> = finding.partitions.iter().map(ObjectId::relation).collect();
    partitions.dedup();
    partitions.iter().map(statement).collect::<Vec<_>>().join(" ")
}

/// When a partition cannot be created or attached.
const HELD: &str = "PostgreSQL refuses it while another partition holds such rows";

/// The statement that creates a partition, if these attributes make it one.
pub(in crate::kinds) fn create(partition: &str, attributes: &[(&'static str, Value)]) -> Option<Hint> {
    let text = |name: &str| super::expected(attributes, name).and_then(Value::as_text);
    let (parent, bound) = (sql_names(text("partition_of")?), text("partition_bound")?);
    let key = text("partition_by").map_or_else(String::new, |key| format!(" PARTITION BY {key}"));
    Some(Hint::advice_with_sql(
        HELD,
        format!("CREATE TABLE {partition} PARTITION OF {parent} {bound}{key};"),
    ))
}

/// The statements that make a table the partition that is expected.
pub(in crate::kinds) fn attach(finding: &HintContext<'_>) -> Option<Hint> {
    let expected = |name: &str| (finding.written)(name);
    let partition = sql_name(finding.id);
    let actual = finding.object?.get("partition_of").as_text().map(sql_names);
    let detach = actual
        .as_ref()
        .map(|parent| format!("ALTER TABLE {parent} DETACH PARTITION {partition};"));
    let parent = match expected("partition_of") {
        Some(Value::Text(parent)) => finding.reference(parent),
        Some(_) => return detach.map(Hint::sql),
        None => actual.clone()?,
    };
    let bound = expected("partition_bound")?.as_text()?;
    if let Some(hint) = exchange(finding, bound) {
        return Some(hint);
    }
    let attach = format!("ALTER TABLE {parent} ATTACH PARTITION {partition} {bound};");
    let statements: Vec<String> = detach.into_iter().chain([attach]).collect();
    let words = if actual.is_some() {
        "detach it and attach it as expected, in one transaction"
    } else {
        "it was, or should be, a partition: attach it"
    };
    Some(Hint::advice_with_sql(format!("{words}; {HELD}"), statements.join(" ")))
}

/// The advice on a partition whose expected rows other partitions of the same table may hold: all are detached before one
/// is attached.
fn exchange(finding: &HintContext<'_>, bound: &str) -> Option<Hint> {
    let parent = finding.object?.get("partition_of").as_text().and_then(split_name)?;
    let parent = ObjectId::new(parent);
    let Value::Map(partitions) = finding.snapshot.get(Kind::Table, &parent)?.get(PARTITIONS) else {
        return None;
    };
    let attributes = super::super::table::PARTITION_ATTRIBUTES;
    let mut exchanged: Vec<(ObjectId, String)> = Vec::new();
    for id in partitions.keys().filter_map(|name| split_name(name)).map(ObjectId::new) {
        let kinds = [Kind::Table, Kind::ForeignTable].into_iter();
        let mut found = kinds.filter_map(|kind| Some((kind, finding.snapshot.get(kind, &id)?)));
        let Some((kind, object)) = found.next().filter(|_| id != *finding.id) else {
            continue;
        };
        let Some(there) = object.get(attributes.bound).as_text() else {
            continue;
        };
        let wanted = (finding.written_elsewhere)(kind, &id, attributes.bound).and_then(Value::as_text);
        match wanted {
            Some(wanted) if !bound::is_written_alike(wanted, there) => exchanged.push((id, wanted.to_owned())),
            Some(_) | None if bound::is_written_alike(bound, there) => {
                return Some(Hint::advice(format!(
                    "the partition {id} holds these rows: detach it first, or correct the bound here"
                )));
            }
            Some(_) | None => {}
        }
    }
    if exchanged.is_empty() {
        return None;
    }
    exchanged.push((finding.id.clone(), bound.to_owned()));
    exchanged.sort();
    let parent = sql_name(&parent);
    let detach = exchanged
        .iter()
        .map(|(id, _)| format!("ALTER TABLE {parent} DETACH PARTITION {};", sql_name(id)));
    let attach = exchanged
        .iter()
        .map(|(id, bound)| format!("ALTER TABLE {parent} ATTACH PARTITION {} {bound};", sql_name(id)));
    Some(Hint::advice_with_sql(
        "detach all partitions whose bounds change before one is attached as expected, in one transaction",
        detach.chain(attach).collect::<Vec<_>>().join(" "),
    ))
}

/// How the index of a constraint, or an index alone, is created in a partition.
pub(in crate::kinds) struct PartitionIndex<'a> {
    /// The index of the partitioned table.
    pub(in crate::kinds) name: &'a str,
    /// The statement that creates an index of this name in a partition.
    pub(in crate::kinds) create: &'a dyn Fn(&ObjectId, &str) -> String,
    /// The attributes that PostgreSQL compares before it attaches one.
    pub(in crate::kinds) definition: &'a [&'static str],
}

/// The longest name of PostgreSQL, in bytes.
const LONGEST_NAME: usize = 63;

/// The advice on an index that is not valid. That of a partitioned table is valid when every partition has one that is
/// attached to it.
pub(in crate::kinds) fn make_valid(finding: &HintContext<'_>, index: &PartitionIndex<'_>) -> Option<Hint> {
    let schema = finding.id.schema();
    let in_schema = |schema: &str, index: &str| sql_name(&ObjectId::new(vec![schema.to_owned(), index.to_owned()]));
    let whole = in_schema(schema, index.name);
    let object = finding.object?;
    if !matches!(object.get(IN_PARTITIONS), Value::Map(_)) {
        return Some(Hint::advice_with_sql(
            "this builds the index again; run it outside of a transaction",
            format!("REINDEX INDEX CONCURRENTLY {whole};"),
        ));
    }
    let (lacking, invalid): (Vec<&ObjectId>, Vec<&ObjectId>) =
        finding.partitions.iter().partition(|id| id.parts().len() == 2);
    let is_as_wanted = |attribute: &&'static str| finding.wanted(attribute) == object.get(attribute);
    if !lacking.is_empty() && !index.definition.iter().all(is_as_wanted) {
        return Some(Hint::advice(
            "it differs otherwise, too: created again as expected, it is valid, because every partition then has one",
        ));
    }
    let mut statements = Vec::new();
    for partition in &lacking {
        let new = shortened(&format!("{}_{}", partition.last(), index.name));
        statements.push((index.create)(partition, &new));
        statements.push(format!(
            "ALTER INDEX {whole} ATTACH PARTITION {};",
            in_schema(partition.schema(), &new)
        ));
    }
    if !lacking.is_empty() {
        let names: Vec<String> = lacking.iter().map(ToString::to_string).collect();
        let words = format!("create the index that {} lacks, and attach it", names.join(", "));
        return Some(Hint::advice_with_sql(words, statements.join(" ")));
    }
    if let [only] = invalid.as_slice() {
        let index = in_schema(only.schema(), only.last());
        return Some(Hint::advice(format!(
            "rebuild the index of the partition with REINDEX INDEX CONCURRENTLY {index}; if the index {} stays INVALID, drop \
             it and create it again",
            name(finding.id.last())
        )));
    }
    Some(Hint::advice(
        "every partition has such an index: drop this index and create it again, or attach the indexes of the partitions again",
    ))
}

/// The advice on a constraint whose index is not valid. `what` is the words before its columns.
pub(in crate::kinds) fn make_constraint_valid(finding: &HintContext<'_>, index: &str, what: &str) -> Option<Hint> {
    let object = finding.object?;
    let list = |attribute: &str| super::name_list(object.get(attribute));
    let (columns, include) = (list(super::COLUMNS.name), list(super::INCLUDE.name));
    let include = if include.is_empty() {
        include
    } else {
        format!(" INCLUDE ({include})")
    };
    let create = |partition: &ObjectId, new: &str| {
        let (on, new) = (sql_name(partition), name(new));
        format!("ALTER TABLE {on} ADD CONSTRAINT {new} {what} ({columns}){include};")
    };
    make_valid(
        finding,
        &PartitionIndex {
            name: index,
            create: &create,
            definition: &[super::COLUMNS.name, super::INCLUDE.name],
        },
    )
}

/// A name as PostgreSQL cuts it.
fn shortened(name: &str) -> String {
    let mut end = name.len().min(LONGEST_NAME);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    name[..end].to_owned()
}
