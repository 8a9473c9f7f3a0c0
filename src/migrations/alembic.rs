//! Alembic. Source of the table: `alembic.runtime.migration.MigrationContext`, and the documentation, "Working
//! with Branches": one row for each head that the database is at.

use super::{Tool, exactly};

pub(super) static TOOL: Tool = Tool {
    name: "alembic",
    table: "alembic_version",
    query: "SELECT version_num AS name, 'applied' AS state FROM {table} ORDER BY version_num",
    names: exactly,
    limits: "Alembic keeps only the revisions that the database is at, not those before them: if a later one has \
             been applied since, expect that one",
    apply: "alembic upgrade head",
};
