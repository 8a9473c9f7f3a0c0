//! Counts the objects that belong to no kind, in one more statement of the batch.

use std::collections::BTreeSet;

use super::Scope;
use crate::not_compared::UNCOMPARED;
use crate::platform;
use crate::sql;
use crate::sql::{Sql, literal};

/// Returns one row with one JSON object, the counts by name, without the schemas that these roles of platforms own. It uses
/// the settings that [`super::find::statements`] sets.
pub(super) fn statement(scope: &Scope, platform_roles: &BTreeSet<String>) -> Sql {
    let schemas = if !scope.schemas.is_empty() {
        sql![
            "SELECT n.oid FROM pg_namespace n \
             WHERE n.nspname IN (SELECT w::name FROM jsonb_array_elements_text(current_setting('driftgate.whole')::jsonb) w)"
        ]
    } else if scope.platform || platform_roles.is_empty() {
        sql!["SELECT unnest(current_setting('driftgate.namespaces')::oid[]) AS oid"]
    } else {
        sql![
            "SELECT n.oid FROM pg_namespace n WHERE n.oid = ANY (current_setting('driftgate.namespaces')::oid[]) \
             AND NOT (n.nspname IN (",
            platform::schemas_sql(),
            ") AND pg_get_userbyid(n.nspowner)::text IN (",
            Sql::join(platform_roles.iter().map(|role| literal(role)), ", "),
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
