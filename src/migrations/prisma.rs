//! Prisma Migrate. Source of the table and its meaning: `prisma-engines`,
//! `schema-engine/connectors/sql-schema-connector/src/flavour/postgres.rs`, and the guide "Migration histories".

use super::{Tool, exactly};

pub(super) static TOOL: Tool = Tool {
    name: "prisma",
    table: "_prisma_migrations",
    // A migration that was rolled back and applied again has two rows; the one that counts is the last.
    query: "SELECT migration_name AS name, \
                   CASE WHEN rolled_back_at IS NOT NULL THEN 'rolled back' \
                        WHEN finished_at IS NOT NULL THEN 'applied' ELSE 'failed' END AS state \
            FROM {table} ORDER BY started_at, migration_name",
    names: |expected, actual| exactly(expected, actual) || Some(expected) == without_timestamp(actual),
    limits: "",
    apply: "npx prisma migrate deploy",
};

/// `20241223101500_add_x` without the timestamp that Prisma puts in front.
fn without_timestamp(name: &str) -> Option<&str> {
    let (timestamp, rest) = name.split_once('_')?;
    (!timestamp.is_empty() && timestamp.bytes().all(|b| b.is_ascii_digit())).then_some(rest)
}
