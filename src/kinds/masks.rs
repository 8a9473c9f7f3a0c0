//! Which values of options and settings are shown, and how the others are sealed.
//!
//! A value is shown only if the name of its option is known to be harmless, and nothing in the value looks like a
//! secret. The query decides this for actual values: it returns the SHA-256 of every other value as a list of one text.
//! [`Masked::seal`] turns that, and the values that a file expects, into a [`Secret`].

use crate::kinds::Kind;
use crate::object_id::ObjectId;
use crate::redact;
use crate::secret::{Secret, is_digest, is_marker};
use crate::sql;
use crate::sql::{Sql, literal};
use crate::value::Value;

/// An attribute whose values may be secrets.
#[derive(Debug, Clone, Copy)]
pub struct Masked {
    /// The attribute.
    pub attribute: &'static str,
    /// What its values are.
    pub values: MaskedValues,
}

/// What kind of values a masked attribute has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaskedValues {
    /// Options of a foreign object, by name.
    Options,
    /// Settings, by name.
    Settings,
    /// A single setting: the object itself.
    Setting,
}

/// The options whose values are shown: those of postgres_fdw, dblink_fdw and file_fdw that hold no secret, and some
/// common options of other wrappers.
const HARMLESS_OPTIONS: &[&str] = &[
    // What to connect to, and how.
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "username",
    "servername",
    "server",
    "database",
    "dbserver",
    "schema",
    "connect_timeout",
    "client_encoding",
    "application_name",
    "fallback_application_name",
    "target_session_attrs",
    "load_balance_hosts",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
    "replication",
    "service",
    "passfile",
    "sslmode",
    "sslnegotiation",
    "sslcompression",
    "sslcert",
    "sslkey",
    "sslcertmode",
    "sslrootcert",
    "sslcrl",
    "sslcrldir",
    "sslsni",
    "requirepeer",
    "require_auth",
    "channel_binding",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "min_protocol_version",
    "max_protocol_version",
    "gssencmode",
    "krbsrvname",
    "gsslib",
    "gssdelegation",
    "password_required",
    "use_scram_passthrough",
    // How postgres_fdw works.
    "use_remote_estimate",
    "fdw_startup_cost",
    "fdw_tuple_cost",
    "extensions",
    "updatable",
    "truncatable",
    "async_capable",
    "batch_size",
    "fetch_size",
    "analyze_sampling",
    "keep_connections",
    "parallel_commit",
    "parallel_abort",
    "restore_stats",
    "schema_name",
    "table_name",
    "column_name",
    // What ALTER COLUMN … SET gives the planner.
    "n_distinct",
    "n_distinct_inherited",
    // file_fdw.
    "filename",
    "format",
    "header",
    "delimiter",
    "quote",
    "escape",
    "null",
    "default",
    "encoding",
    "force_not_null",
    "force_null",
    "on_error",
    "log_verbosity",
    "reject_limit",
    // Other wrappers.
    "table",
    "tables",
    "prefetch",
    "readonly",
    "reconnect",
    "character_set",
    "tds_version",
    "msg_handler",
    "row_estimate_method",
    "isolation_level",
    "driver",
    "dsn_name",
    "region",
    "location",
];

/// The prefixes of settings of common extensions, including PostgreSQL's own. None of these settings is a secret.
const HARMLESS_PREFIXES: &[&str] = &[
    "plpgsql",
    "plperl",
    "pltcl",
    "plpython3",
    "auto_explain",
    "pg_stat_statements",
    "pg_trgm",
    "pg_prewarm",
    "postgres_fdw",
    "isn",
    "auth_delay",
    "passwordcheck",
    "sepgsql",
    "pg_hint_plan",
    "pgaudit",
    "postgis",
    "citus",
    "timescaledb",
    "pg_partman_bgw",
    "hnsw",
    "ivfflat",
    "pg_plan_advice",
    "pg_stash_advice",
];

/// A pattern in the names of settings that hold a secret.
const SECRET_SETTING: &str = "password|passphrase|secret|token|key|conninfo|credential";

/// A pattern in values that hold a secret, or that look like a masked value. PostgreSQL and Rust read it alike.
const SECRET_VALUE: &str = "://[^[:space:]]*@|passw|passphrase|pwd|secret|token|api_?key|^[*]+$|^hmac-sha256:";

impl Masked {
    /// Options.
    pub(super) const OPTIONS: Option<Self> = Some(Self {
        attribute: "options",
        values: MaskedValues::Options,
    });
    /// The settings of a routine.
    pub(super) const SETTINGS: Option<Self> = Some(Self {
        attribute: "settings",
        values: MaskedValues::Settings,
    });
    /// A setting.
    pub(super) const SETTING: Option<Self> = Some(Self {
        attribute: "value",
        values: MaskedValues::Setting,
    });

    /// Whether the name alone allows the value to be shown.
    fn is_harmless(self, name: &str) -> bool {
        let name = name.to_lowercase();
        match self.values {
            MaskedValues::Options => HARMLESS_OPTIONS.contains(&&*name),
            MaskedValues::Settings | MaskedValues::Setting => {
                let of_postgres = match name.split_once('.') {
                    Some((prefix, _)) => HARMLESS_PREFIXES.contains(&prefix),
                    None => true,
                };
                of_postgres && !SECRET_SETTING.split('|').any(|word| name.contains(word))
            }
        }
    }

    /// Turns the values of this attribute that must not be shown into secrets.
    #[must_use]
    pub fn seal(self, kind: Kind, id: &ObjectId, value: Value) -> Value {
        match (self.values, value) {
            (MaskedValues::Setting, value) => {
                // `name for role`
                let name = id.last().split(" for ").next().unwrap_or_default();
                self.seal_one(kind, id, name, value)
            }
            (MaskedValues::Options | MaskedValues::Settings, Value::Map(map)) => Value::Map(
                map.into_iter()
                    .map(|(name, value)| {
                        let value = self.seal_one(kind, id, &name, value);
                        (name, value)
                    })
                    .collect(),
            ),
            (MaskedValues::Options | MaskedValues::Settings, value) => value,
        }
    }

    fn seal_one(self, kind: Kind, id: &ObjectId, name: &str, value: Value) -> Value {
        let secret = match &value {
            Value::List(items) => match items.as_slice() {
                [Value::Text(digits)] => Secret::of_hex(digits),
                _ => None,
            },
            Value::Text(text) if is_marker(text) || is_digest(text) => None,
            Value::Text(text) if self.is_harmless(name) && !has_secret(text) => None,
            Value::Text(text) => Some(Secret::of(text)),
            Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Secret(_) | Value::Map(_) => None,
        };
        secret.map_or(value, |secret| {
            Value::Secret(secret.at(kind.spec().name, &kind.show(id), name))
        })
    }
}

/// Whether a value that a file expects holds a secret.
fn has_secret(text: &str) -> bool {
    let lower = text.to_lowercase();
    redact::typed(text) != text
        || lower.contains("://") && lower.contains('@')
        || ["passw", "passphrase", "pwd", "secret", "token", "apikey", "api_key"]
            .iter()
            .any(|word| lower.contains(word))
}

/// Replaces the placeholders of options and settings in the query of a kind: `{options v.srvoptions}` for an array of
/// options, `{settings p.proconfig}` for an array of settings, `{setting s.name s.value}` for a single setting.
pub(super) fn with_masks(mut sql: Sql) -> Sql {
    for (name, column) in [
        ("options", include_str!("common/options.sql")),
        ("settings", include_str!("common/settings.sql")),
        ("setting", "{masked_setting $1 $2}"),
        ("masked_option", include_str!("common/masked_option.sql")),
        ("masked_setting", include_str!("common/masked_setting.sql")),
    ] {
        sql = sql.with_column(name, column);
    }
    let list = |names: &[&'static str]| Sql::join(names.iter().map(|name| literal(name)), ", ");
    sql.with("$harmless_options", &list(HARMLESS_OPTIONS))
        .with("$harmless_prefixes", &list(HARMLESS_PREFIXES))
        .with("$secret_setting", &sql![SECRET_SETTING])
        .with("$secret_value", &sql![SECRET_VALUE])
}
