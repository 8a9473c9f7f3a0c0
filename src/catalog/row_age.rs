//! Asks which transactions wrote the rows of the catalog behind findings, in the transaction in which they were read.

use std::collections::BTreeMap;

use super::client::{Cells, Client};
use super::in_savepoint;
use super::server_error::ServerError;
use crate::attribute::{CatalogRow, Precision};
use crate::error::Failure;
use crate::kinds::Kind;
use crate::migrations::RowAge;
use crate::object_id::ObjectId;
use crate::observed::{Anchors, RowAges, TracedRow};
use crate::sql;
use crate::sql::{Sql, literal};

/// The beginning of a query on a migration history `t`, with the age of each row as its first column.
pub(super) const OF_HISTORY: &str = "SELECT pg_catalog.json_build_array(t.xmin::pg_catalog.text, \
 CASE WHEN pg_catalog.age(t.xmin) BETWEEN 0 AND \
 (SELECT pg_catalog.age(c.relfrozenxid) FROM pg_catalog.pg_class AS c WHERE c.oid = t.tableoid) \
 THEN pg_catalog.age(t.xmin) END, \
 t.xmin = (SELECT a.xmin FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = t.tableoid AND a.attnum = -1))::pg_catalog.text";

/// Reads what [`OF_HISTORY`] returns.
pub(super) fn parse(text: &str) -> Option<RowAge> {
    let (transaction, age, with_table) = serde_json::from_str::<(String, Option<i64>, Option<bool>)>(text).ok()?;
    Some(RowAge {
        transaction,
        age,
        with_table: with_table.unwrap_or(true),
    })
}

/// The row of the catalog that holds something of an object.
pub type RowQuestion<'a> = (Kind, CatalogRow, &'a ObjectId);

/// Reads the ages of rows, in one statement. Rows that do not exist have none, and neither have rows so old that their
/// numbers may be those of other transactions. A server that refuses the query answers nothing.
///
/// # Errors
/// The connection breaks.
pub async fn read(
    client: &mut Client,
    questions: &[RowQuestion<'_>],
    anchors: Option<&Anchors>,
    with_identities: bool,
) -> Result<RowAges, Failure> {
    if !questions
        .iter()
        .any(|(kind, row, id)| kind.trace(*row, &[(0, id)], false).is_some())
    {
        return Ok(RowAges::default());
    }
    // On a standby, the setting does not say whether there are times: the primary decides.
    for with_times in [true, false] {
        let query = query(questions, anchors, with_times, with_identities);
        match in_savepoint(client, vec![query]).await {
            Ok(rows) => return parse_rows(&rows).map_err(|error| error.failure(DOING)),
            Err(error) if error.code.is_empty() => return Err(error.failure(DOING)),
            Err(_) => {}
        }
    }
    Ok(RowAges::default())
}

const DOING: &str = "reading when something changed";

/// The numbers of transactions are used again after 2^32 of them. From then on a row that is not young may have any age.
const EPOCH: &str = "pg_snapshot_xmax(pg_current_snapshot())::text::numeric >= 4294967296";

fn query(questions: &[RowQuestion<'_>], anchors: Option<&Anchors>, with_times: bool, with_identities: bool) -> Sql {
    let mut groups: BTreeMap<(Kind, CatalogRow), Vec<(usize, &ObjectId)>> = BTreeMap::new();
    for (number, (kind, row, id)) in questions.iter().enumerate() {
        groups.entry((*kind, *row)).or_default().push((number, id));
    }
    let traces = groups
        .iter()
        .filter_map(|((kind, row), objects)| kind.trace(*row, objects, with_identities));
    // The function fails where the setting is off.
    let time = if with_times {
        "CASE WHEN current_setting('track_commit_timestamp') = 'on' \
         THEN to_char(pg_xact_commit_timestamp(r.x) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') END"
    } else {
        "NULL::text"
    };
    // A savepoint has a number of its own, which is higher than that of its transaction, and the same time.
    let is_later = if let Some(anchors) = anchors.filter(|_| with_times) {
        sql![
            "CASE WHEN current_setting('track_commit_timestamp') = 'on' \
             THEN pg_xact_commit_timestamp(r.x) > pg_xact_commit_timestamp(",
            literal(&anchors.youngest),
            "::xid) END"
        ]
    } else {
        sql!["NULL::bool"]
    };
    let rows = sql![
        "SELECT r.number::int4 AS number, r.x::text AS transaction, age(r.x) AS age, r.precision::text AS precision, ",
        EPOCH,
        " AS wrapped, ",
        time,
        " AS time, ",
        is_later,
        " AS later, r.command::text AS command, r.identities FROM (",
        Sql::join(traces, " UNION ALL "),
        ") r JOIN pg_class c ON c.oid = r.t WHERE age(r.x) BETWEEN 0 AND age(c.relfrozenxid)"
    ];
    match anchors {
        Some(anchors) => sql![rows, " UNION ALL ", anchor(anchors)],
        None => rows,
    }
}

/// One row if the catalog shows that migrations ran in this database: a row of it was written in the transaction of a
/// migration, or between those of the last two. A restored database has the rows of the history, and neither.
fn anchor(anchors: &Anchors) -> Sql {
    let transactions = Sql::join(anchors.transactions.iter().map(|number| literal(number)), ", ");
    let catalogs = ["pg_class", "pg_constraint", "pg_proc"];
    let written = catalogs.map(|catalog| {
        sql![
            "EXISTS (SELECT FROM ",
            catalog,
            " WHERE oid >= 16384 AND xmin::text IN (",
            &transactions,
            "))"
        ]
    });
    let between = anchors.between.map(|(younger, older)| {
        sql![
            "EXISTS (SELECT FROM pg_class WHERE oid >= 16384 AND age(xmin) > ",
            younger,
            " AND age(xmin) < ",
            older,
            ")"
        ]
    });
    let by_transaction = written.into_iter().filter(|_| !anchors.transactions.is_empty());
    let conditions: Vec<Sql> = by_transaction.chain(between).collect();
    let condition = if conditions.is_empty() {
        sql!["false"]
    } else {
        Sql::join(conditions, " OR ")
    };
    sql![
        "SELECT -1, '', 0, '', ",
        EPOCH,
        ", NULL, NULL, NULL, NULL WHERE ",
        condition
    ]
}

fn parse_rows(rows: &[Cells]) -> Result<RowAges, ServerError> {
    let mut ages = RowAges::default();
    for row in rows {
        let text = |column: &str| Ok::<_, ServerError>(row.named(column)?.unwrap_or_default().to_owned());
        let number = text("number")?;
        ages.is_wrapped |= text("wrapped")? == "t";
        match (number.parse(), Precision::parse(&text("precision")?)) {
            (Ok(number), Some(precision)) => {
                let traced = TracedRow {
                    transaction: text("transaction")?,
                    age: text("age")?.parse().map_err(ServerError::broken)?,
                    precision,
                    is_later: row.named("later")?.map(|later| later == "t"),
                    time: row.named("time")?.map(str::to_owned),
                    command: row.named("command")?.and_then(|command| command.parse().ok()),
                    identities: row.named("identities")?.map(identities).unwrap_or_default(),
                };
                ages.rows.entry(number).or_insert(traced);
            }
            (Err(_), _) | (_, None) => ages.is_anchored = true,
        }
    }
    Ok(ages)
}

/// The names in a JSON array, without nulls.
fn identities(json: &str) -> Vec<String> {
    let names: Vec<Option<String>> = serde_json::from_str(json).unwrap_or_default();
    names.into_iter().flatten().collect()
}
