//! Counts the objects that belong to no kind, in one more statement of the batch.

use super::Scope;
use crate::not_compared::UNCOMPARED;
use crate::platform;
use crate::sql;
use crate::sql::{Sql, literal};

/// Returns one row with one JSON object, the counts by name. It uses the settings that [`super::find::statements`] sets.
pub(super) fn statement(scope: &Scope) -> Sql {
    let schemas = if !scope.schemas.is_empty() {
        sql![
            "SELECT n.oid FROM pg_namespace n \
             WHERE n.nspname IN (SELECT w::name FROM jsonb_array_elements_text(current_setting('driftgate.whole')::jsonb) w)"
        ]
    } else if scope.platform {
        sql!["SELECT unnest(current_setting('driftgate.namespaces')::oid[]) AS oid"]
    } else {
        sql![
            "SELECT n.oid FROM pg_namespace n WHERE n.oid = ANY (current_setting('driftgate.namespaces')::oid[]) \
             AND NOT (n.nspname IN (",
            platform::schemas_sql(),
            ") AND pg_get_userbyid(n.nspowner)::text IN (",
            platform::roles_sql(),
            "))"
        ]
    };
    let counts = UNCOMPARED
        .iter()
        .map(|what| sql![literal(what.name), ", (", what.query, ")"]);
    sql![
        "WITH closed_schemas AS MATERIALIZED (",
        schemas,
        ")\nSELECT json_build_object(",
        Sql::join(counts, ",\n"),
        ")::text",
    ]
}
