//! Counting what no kind speaks of: one more statement of the batch.

use super::Scope;
use crate::not_compared::UNCOMPARED;
use crate::platform;

/// The statement: one row with one JSON object, the counts by name. The settings of the scope are there before it.
pub(super) fn statement(scope: &Scope) -> String {
    let schemas = if scope.schemas.is_empty() {
        "SELECT unnest(current_setting('driftgate.namespaces')::oid[]) AS oid"
    } else {
        "SELECT n.oid FROM pg_namespace n \
         WHERE n.nspname IN (SELECT w::name FROM jsonb_array_elements_text(current_setting('driftgate.whole')::jsonb) w)"
    };
    let roles = if scope.platform {
        "SELECT NULL::text AS name WHERE false".to_owned()
    } else {
        format!("SELECT r.name FROM ({}) r(name)", platform::roles_sql())
    };
    let counts: Vec<String> = UNCOMPARED
        .iter()
        .map(|what| format!("'{}', ({})", what.name, what.query))
        .collect();
    format!(
        "WITH closed_schemas AS MATERIALIZED ({schemas}), platform_roles AS MATERIALIZED ({roles})\n\
         SELECT json_build_object({})::text",
        counts.join(",\n")
    )
}
