//! The hosts to try, in order, each with its port and password.

use std::fmt;
use std::net::IpAddr;
use std::path::Path;

use super::pgpass;
use super::settings::Settings;
use crate::error::Problem;

/// One host to try.
#[derive(Clone)]
pub(crate) struct Host {
    /// As the user named it: a host name, an address or a socket directory.
    pub(crate) name: String,
    /// Where to connect.
    pub(crate) address: Address,
    /// The TCP port, or the number in the socket's name.
    pub(crate) port: u16,
    /// The password for this host and a description of its source, if there is one.
    pub(crate) password: Option<(String, &'static str)>,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// A host name or an IP address.
    Tcp(String),
    /// The directory of a Unix-domain socket, or `@name` in the abstract namespace.
    Socket(String),
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("name", &self.name)
            .field("address", &self.address)
            .field("port", &self.port)
            .field(
                "password",
                &self.password.as_ref().map(|(_, origin)| format!("from {origin}")),
            )
            .finish()
    }
}

/// The hosts in order, by libpq's rules for lists: as many addresses and ports as hosts, or one port for all.
pub(super) fn resolve_hosts(settings: &Settings<'_>) -> Result<Vec<Host>, Problem> {
    let list = |name| {
        settings
            .get(name)
            .map(|text| text.split(',').map(str::to_owned).collect::<Vec<_>>())
    };
    let hosts = list("host");
    let addresses = list("hostaddr");
    let ports = list("port").unwrap_or_default();
    if let (Some(hosts), Some(addresses)) = (&hosts, &addresses)
        && hosts.len() != addresses.len()
    {
        return Err(Problem::new(format!(
            "could not match {} host names to {} hostaddr values",
            hosts.len(),
            addresses.len()
        )));
    }
    let count = hosts.as_ref().or(addresses.as_ref()).map_or(1, Vec::len);
    if ports.len() > 1 && ports.len() != count {
        return Err(Problem::new(format!(
            "could not match {} port numbers to {count} hosts",
            ports.len()
        )));
    }
    (0..count)
        .map(|index| {
            let port = match ports
                .get(if ports.len() == 1 { 0 } else { index })
                .map(|text| text.trim())
            {
                None | Some("") => 5432,
                Some(text) => text.parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(|| {
                    Problem::new("a port is not a number between 1 and 65535")
                        .hint("correct the port in the URL, the service file or PGPORT")
                })?,
            };
            let at = |list: &Option<Vec<String>>| {
                list.as_ref()
                    .and_then(|l| l.get(index))
                    .filter(|t| !t.is_empty())
                    .cloned()
            };
            resolve_host(at(&hosts), at(&addresses), port)
        })
        .collect()
}

fn resolve_host(host: Option<String>, address: Option<String>, port: u16) -> Result<Host, Problem> {
    if host.as_deref().is_some_and(|host| host.chars().any(char::is_control)) {
        return Err(Problem::new("a host of the database URL contains a control character"));
    }
    let (name, address) = match (host, address) {
        (host, Some(address)) => {
            if address.parse::<IpAddr>().is_err() {
                return Err(Problem::new("hostaddr is not a numeric IP address")
                    .hint("give the host name with `host`, or a numeric address with `hostaddr`"));
            }
            (host.unwrap_or_else(|| address.clone()), Address::Tcp(address))
        }
        (Some(host), None) => {
            let address = if host.starts_with(['/', '@']) {
                Address::Socket(host.clone())
            } else {
                Address::Tcp(host.clone())
            };
            (host, address)
        }
        (None, None) => {
            let directory = ["/var/run/postgresql", "/tmp", "/private/tmp"]
                .into_iter()
                .find(|directory| cfg!(unix) && Path::new(directory).join(format!(".s.PGSQL.{port}")).exists());
            match directory {
                Some(directory) => (directory.to_owned(), Address::Socket(directory.to_owned())),
                None => ("localhost".to_owned(), Address::Tcp("localhost".to_owned())),
            }
        }
    };
    Ok(Host {
        name,
        address,
        port,
        password: None,
    })
}

/// Sets the password of each host. A given password applies to all hosts; otherwise, the password file may have a line for
/// each host.
pub(super) fn find_passwords(
    settings: &Settings<'_>,
    hosts: &mut [Host],
    dbname: &str,
    user: &str,
    notes: &mut Vec<String>,
) {
    let given = settings.get_with_origin("password");
    let text = if given.is_some() {
        None
    } else {
        let path = settings
            .get("passfile")
            .map(Into::into)
            .or_else(|| settings.home().map(|home| home.join(".pgpass")));
        path.and_then(|path: std::path::PathBuf| {
            pgpass::read(&path).unwrap_or_else(|note| {
                notes.push(note);
                None
            })
        })
    };
    for host in hosts {
        host.password = given.clone().or_else(|| {
            let password = pgpass::find(text.as_deref()?, &host.name, host.port, dbname, user)?;
            Some((password, "the password file"))
        });
    }
}
