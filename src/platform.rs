//! The schemas that hosting platforms make and own. They are no part of what the owners of a database write down, so
//! nothing that looks at a whole database looks at them unless it is asked to.

/// The schemas, by platform. Sources: the platforms' own documentation of what a new database holds.
pub const SCHEMAS: &[(&str, &[&str])] = &[
    (
        "Supabase",
        &[
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
    ),
    ("Neon", &["neon", "neon_auth"]),
    ("Google Cloud SQL", &["google_vacuum_mgmt"]),
    ("Amazon RDS", &["aws_commons", "aws_lambda", "aws_s3", "rdsadmin"]),
    ("Azure", &["azure_cron", "azure_maintenance", "azure_sys"]),
    (
        "Timescale",
        &[
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
    ),
];

/// All of them.
pub fn schemas() -> impl Iterator<Item = &'static str> {
    SCHEMAS.iter().flat_map(|(_, schemas)| schemas.iter().copied())
}
