//! Objects that hosting platforms create and own. The owners of a database do not describe them, so everything that
//! reads a whole database leaves them out unless it is asked for them.

use std::collections::BTreeSet;

use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::snapshot::{IMPLICIT, OWNER, Snapshot};
use crate::sql;
use crate::sql::{Sql, literal};
use crate::value::Value;

/// A hosting platform.
#[derive(Debug)]
pub struct Platform {
    /// Its name.
    pub name: &'static str,
    /// The schemas that it creates. A name such as `auth` is not enough: a schema is the platform's if the server also has
    /// one of its roles.
    pub schemas: &'static [&'static str],
    /// The roles that it creates; none if the names of its schemas are enough.
    pub roles: &'static [&'static str],
}

/// The platforms. Sources: their documentation of the contents of a new database.
pub const PLATFORMS: &[Platform] = &[
    Platform {
        name: "Supabase",
        schemas: &[
            "_analytics",
            "_realtime",
            "auth",
            "extensions",
            "graphql",
            "graphql_public",
            "net",
            "pgbouncer",
            "pgsodium",
            "pgsodium_masks",
            "realtime",
            "storage",
            "supabase_functions",
            "supabase_migrations",
            "vault",
        ],
        roles: &[
            "authenticator",
            "dashboard_user",
            "pgbouncer",
            "pgsodium_keyholder",
            "pgsodium_keyiduser",
            "pgsodium_keymaker",
            "supabase_admin",
            "supabase_auth_admin",
            "supabase_etl_admin",
            "supabase_functions_admin",
            "supabase_read_only_user",
            "supabase_realtime_admin",
            "supabase_replication_admin",
            "supabase_storage_admin",
        ],
    },
    Platform {
        name: "Neon",
        schemas: &["neon", "neon_auth"],
        roles: &["cloud_admin", "neon_service", "neon_superuser"],
    },
    Platform {
        name: "Google Cloud SQL",
        schemas: &["google_vacuum_mgmt"],
        roles: &[
            "cloudsqladmin",
            "cloudsqlagent",
            "cloudsqliamserviceaccount",
            "cloudsqliamuser",
            "cloudsqlimportexport",
            "cloudsqlreplica",
            "cloudsqlsuperuser",
        ],
    },
    Platform {
        name: "Amazon RDS",
        schemas: &["aws_commons", "aws_lambda", "aws_s3", "rdsadmin"],
        roles: &[
            "rds_ad",
            "rds_extension",
            "rds_iam",
            "rds_password",
            "rds_replication",
            "rds_reserved",
            "rds_superuser",
            "rdsadmin",
            "rdsproxyadmin",
            "rdsrepladmin",
            "rdstopmgr",
        ],
    },
    Platform {
        name: "Azure",
        schemas: &["azure_cron", "azure_maintenance", "azure_sys"],
        roles: &["azure_pg_admin", "azure_superuser", "azuresu"],
    },
    Platform {
        name: "Timescale",
        schemas: &[
            "_timescaledb_cache",
            "_timescaledb_catalog",
            "_timescaledb_config",
            "_timescaledb_debug",
            "_timescaledb_functions",
            "_timescaledb_internal",
            "timescaledb_experimental",
            "timescaledb_information",
            "toolkit_experimental",
        ],
        roles: &[],
    },
];

/// Roles that other software may create, too: they alone do not identify the platform.
const COMMON_ROLES: &[&str] = &["authenticator", "pgbouncer"];

/// Whether a schema is PostgreSQL's own.
#[must_use]
pub fn is_postgres(schema: &str) -> bool {
    schema.starts_with("pg_") || schema == "information_schema"
}

/// The schemas of the platforms of this server, as a list in SQL.
#[must_use]
pub fn schemas_sql() -> Sql {
    let rows = PLATFORMS.iter().map(|platform| {
        let mut row = sql![
            "SELECT pg_catalog.unnest(ARRAY[",
            list(platform.schemas.iter().copied()),
            "])"
        ];
        if signs(platform).next().is_some() {
            row.push(" WHERE EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname IN (");
            row.push(list(signs(platform)));
            row.push("))");
        }
        row
    });
    Sql::join(rows, " UNION ALL ")
}

/// The roles of platforms that this server has, as a list in SQL.
#[must_use]
pub fn roles_sql() -> Sql {
    let roles = PLATFORMS.iter().flat_map(|platform| platform.roles.iter().copied());
    sql![
        "SELECT rolname::text FROM pg_catalog.pg_roles WHERE rolname IN (",
        list(roles),
        ")"
    ]
}

fn list(words: impl Iterator<Item = &'static str>) -> Sql {
    Sql::join(words.map(literal), ", ")
}

/// Removes from a snapshot what belongs to platforms: objects in their schemas, objects that their roles own, and grants to
/// their roles. A role in `named` is compared like any other.
///
/// `there` are the roles of platforms that the server has.
pub fn leave_out(snapshot: &mut Snapshot, there: &BTreeSet<String>, named: &BTreeSet<String>) {
    let platforms: Vec<&Platform> = PLATFORMS
        .iter()
        .filter(|platform| platform.roles.is_empty() || signs(platform).any(|role| there.contains(role)))
        .collect();
    if platforms.is_empty() {
        return;
    }
    let theirs = |role: &str| !named.contains(role) && platforms.iter().any(|platform| platform.roles.contains(&role));
    let schemas: BTreeSet<&str> = platforms.iter().flat_map(|p| p.schemas.iter().copied()).collect();
    for kind in Kind::ALL {
        let spec = kind.spec();
        for (id, object) in snapshot.of_kind_mut(*kind) {
            let mut is_theirs = spec.parents.is_empty() && is_in(*kind, id, &schemas);
            // Users may have objects in a schema that a platform created for them.
            is_theirs |= !kind.is_namespace() && object.get(OWNER).as_text().is_some_and(theirs);
            for attr in spec.attrs.iter().filter(|attr| attr.keyed_by_role) {
                let Value::Map(grants) = object.get(attr.name) else {
                    continue;
                };
                if !grants.keys().any(|role| theirs(role)) {
                    continue;
                }
                let mut grants = grants.clone();
                grants.retain(|role, _| !theirs(role));
                // Without a default the attribute would have no value if nothing is left.
                is_theirs |= attr.default.is_none() && grants.is_empty();
                object.set(attr.name, Value::Map(grants));
            }
            if is_theirs {
                object.set(IMPLICIT, Value::Bool(true));
            }
        }
    }
}

/// The roles that identify the platform.
fn signs(platform: &Platform) -> impl Iterator<Item = &'static str> {
    platform
        .roles
        .iter()
        .copied()
        .filter(|role| !COMMON_ROLES.contains(role))
}

/// Whether an object is one of these schemas or is in one.
fn is_in(kind: Kind, id: &ObjectId, schemas: &BTreeSet<&str>) -> bool {
    (kind.is_namespace() || id.is_in_schema()) && schemas.contains(id.schema())
}
