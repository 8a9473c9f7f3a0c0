//! Looks up settings in the URL, then in the service file, then in the environment.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::{service, url};
use crate::error::Problem;

/// The settings that libpq reads from the environment, with the names of the variables.
/// Source: libpq documentation, "Environment Variables".
const VARIABLES: [(&str, &str); 27] = [
    ("host", "PGHOST"),
    ("hostaddr", "PGHOSTADDR"),
    ("port", "PGPORT"),
    ("dbname", "PGDATABASE"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("passfile", "PGPASSFILE"),
    ("require_auth", "PGREQUIREAUTH"),
    ("channel_binding", "PGCHANNELBINDING"),
    ("service", "PGSERVICE"),
    ("options", "PGOPTIONS"),
    ("application_name", "PGAPPNAME"),
    ("sslmode", "PGSSLMODE"),
    ("sslcert", "PGSSLCERT"),
    ("sslkey", "PGSSLKEY"),
    ("sslcertmode", "PGSSLCERTMODE"),
    ("sslrootcert", "PGSSLROOTCERT"),
    ("sslcrl", "PGSSLCRL"),
    ("sslcrldir", "PGSSLCRLDIR"),
    ("sslnegotiation", "PGSSLNEGOTIATION"),
    ("requirepeer", "PGREQUIREPEER"),
    ("ssl_min_protocol_version", "PGSSLMINPROTOCOLVERSION"),
    ("ssl_max_protocol_version", "PGSSLMAXPROTOCOLVERSION"),
    ("gssencmode", "PGGSSENCMODE"),
    ("connect_timeout", "PGCONNECT_TIMEOUT"),
    ("target_session_attrs", "PGTARGETSESSIONATTRS"),
    ("min_protocol_version", "PGMINPROTOCOLVERSION"),
];

/// All settings of the connection, in libpq's order of precedence.
pub(super) struct Settings<'a> {
    url: BTreeMap<String, String>,
    service: BTreeMap<String, String>,
    env: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Settings<'a> {
    /// Reads the URL and, if the URL or the environment names one, the service.
    pub(super) fn read(url: &str, env: &'a dyn Fn(&str) -> Option<String>) -> Result<Self, Problem> {
        let mut settings = Self {
            url: url::parse(url)?,
            service: BTreeMap::new(),
            env,
        };
        if let Some(name) = settings.get("service") {
            settings.service = service::settings(&name, env)?;
        }
        Ok(settings)
    }

    /// The value of a setting. An empty value counts as missing, and still overrides values of lower precedence.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.get_with_origin(name).map(|(value, _)| value)
    }

    /// The value of a setting, with a description of its source.
    pub(super) fn get_with_origin(&self, name: &str) -> Option<(String, &'static str)> {
        let find = |map: &BTreeMap<String, String>, origin| map.get(name).map(|value| (value.clone(), origin));
        find(&self.url, "the URL")
            .or_else(|| find(&self.service, "the service file"))
            .or_else(|| {
                let (_, variable) = VARIABLES.iter().find(|(known, _)| *known == name)?;
                (self.env)(variable).map(|value| (value, *variable))
            })
            .filter(|(value, _)| !value.is_empty())
    }

    /// The name of the operating system's user, from the environment.
    pub(super) fn system_user(&self) -> Option<String> {
        ["USER", "LOGNAME", "USERNAME"]
            .iter()
            .find_map(|variable| (self.env)(variable).filter(|name| !name.is_empty()))
    }

    /// The home directory, from `HOME` as in libpq since version 15.
    pub(super) fn home(&self) -> Option<PathBuf> {
        (self.env)("HOME").filter(|path| !path.is_empty()).map(PathBuf::from)
    }
}
