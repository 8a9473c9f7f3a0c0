//! A real PostgreSQL for the tests: the one that `TEST_DATABASE_URL` names, or else one started from the programs
//! that the machine has. Where neither can be had the tests fail; they never pass for want of a server.

mod launch;
mod many;
mod shared;
#[cfg(test)]
mod tests;

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use postgres::error::ErrorPosition;
use postgres::{Client, Config, NoTls, SimpleQueryMessage};

pub use launch::{Launched, finish};
use launch::{PORT, launch, launch_for, launch_other};
pub use shared::once_per_run;

/// The role that may do nothing but connect.
const NOBODY: &str = "driftgate_nobody";

/// Drops the subscriptions of a database, whose slots nobody has made.
const DROP_SUBSCRIPTIONS: &str = "set transaction_read_only = off; do $$ declare name text; begin
  for name in select subname from pg_subscription s join pg_database d on d.oid = subdbid where datname = current_database() loop
    execute format('alter subscription %I disable', name);
    execute format('alter subscription %I set (slot_name = none)', name);
    execute format('drop subscription %I', name);
  end loop;
end $$";

/// All that has to be written as `%XX` in the name of a role or the path of a socket.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.');

/// The server that all tests of the process share, and all processes of one run of nextest.
///
/// It is started when first asked for, and ends with the process or with nextest.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Result<Server, String>> = OnceLock::new();
    let server = SERVER.get_or_init(|| match std::env::var("TEST_DATABASE_URL") {
        Ok(url) if !url.is_empty() => Server::at(&url).map_err(|error| format!("TEST_DATABASE_URL: {error}")),
        _ if shared::is_shared() => Server::of_run(),
        _ => launch().and_then(Server::of),
    });
    server.as_ref().unwrap_or_else(|error| panic!("{error}"))
}

/// A PostgreSQL server in which tests may create databases and roles.
pub struct Server {
    address: Address,
    version: String,
    version_number: u32,
    /// Its log, if the tests have started it.
    log: Option<PathBuf>,
    /// Keeps it alive.
    _launched: Option<Launched>,
}

impl Server {
    /// A second one of our own, with the programs in the folder that `DRIFTGATE_TEST_OTHER_PG_BIN` names.
    pub fn other() -> Self {
        launch_other()
            .and_then(Self::of)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// One of our own.
    pub fn of(launched: Launched) -> Result<Self, String> {
        let server = Self::in_folder(&launched.folder)?;
        Ok(Self {
            _launched: Some(launched),
            ..server
        })
    }

    /// The one that the processes of a run of nextest share.
    fn of_run() -> Result<Self, String> {
        let folder = once_per_run("server", || {
            launch_for(std::os::unix::process::parent_id()).map(|folder| folder.display().to_string())
        })?;
        Self::in_folder(Path::new(&folder))
    }

    /// The one whose files are in this folder.
    fn in_folder(folder: &Path) -> Result<Self, String> {
        let host = utf8_percent_encode(&folder.display().to_string(), RESERVED).to_string();
        let server = Self::at(&format!("postgresql://postgres@{host}:{PORT}/postgres"))?;
        Ok(Self {
            log: Some(folder.join("log")),
            ..server
        })
    }

    /// The one at this URL, as a role that may do everything.
    pub fn at(url: &str) -> Result<Self, String> {
        let address = Address::parse(url)?;
        let value = |sql| first_value(&address.url(None, &address.database), sql);
        let version = value("show server_version")?;
        let number = value("show server_version_num")?;
        let version_number = number
            .parse()
            .map_err(|_| format!("the server's version is {number}, which is not a number"))?;
        Ok(Self {
            address,
            version,
            version_number,
            log: None,
            _launched: None,
        })
    }

    /// The connection URL of a database, as the role that may do everything.
    pub fn url(&self, database: &str) -> String {
        self.address.url(None, database)
    }

    /// The connection URL of a database, as a role.
    ///
    /// A server of our own trusts everybody; elsewhere the URL says that the role's password is its name.
    pub fn url_as(&self, role: &str, database: &str) -> String {
        self.address.url(Some((role, !self.is_ours())), database)
    }

    /// Whether the tests have started it: its log can be read, and no one else uses it.
    pub fn is_ours(&self) -> bool {
        self.log.is_some()
    }

    /// Whether other processes use it, too, and it ends after all of them.
    pub fn is_shared(&self) -> bool {
        self.is_ours() && shared::is_shared()
    }

    /// Where the server listens, as a person writes it: a host, or the folder of the socket.
    pub fn host(&self) -> String {
        let host = self
            .address
            .host
            .rsplit_once(':')
            .map_or(self.address.host.as_str(), |(host, _)| host);
        percent_decode_str(host).decode_utf8_lossy().into_owned()
    }

    /// The port on which it listens.
    pub fn port(&self) -> &str {
        self.address.host.rsplit_once(':').map_or("5432", |(_, port)| port)
    }

    /// The version in full, such as `15.18 (Debian 15.18-0+deb12u1)`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The major version, such as 15.
    pub fn major(&self) -> u32 {
        self.version_number / 10_000
    }

    /// A fresh database, prepared by the statements. They are sent as one message, hence one transaction.
    ///
    /// Any number of tests may do so at the same time.
    pub fn database(&self, sql: &str) -> TestDb<'_> {
        // template0: the one template to which nobody can be connected, which would forbid to copy it.
        let database = self.create("template0");
        if !sql.trim().is_empty() {
            database.exec(sql);
        }
        database
    }

    /// A copy of a database to which nobody is connected.
    pub fn copy_of(&self, original: &TestDb<'_>) -> TestDb<'_> {
        self.create(&original.name)
    }

    fn create(&self, template: &str) -> TestDb<'_> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        // Always of one length, so that output which is padded around the name does not vary from run to run.
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("driftgate_{:07}_{number:05}", std::process::id());
        self.admin(&format!("create database {name} template {template}"));
        TestDb {
            server: self,
            name,
            is_kept: false,
        }
    }

    /// A database that exists, and that nobody drops before the server ends.
    pub fn kept(&self, name: &str) -> TestDb<'_> {
        TestDb {
            server: self,
            name: name.to_owned(),
            is_kept: true,
        }
    }

    /// The name of a role that may log in and has been granted nothing.
    pub fn role_without_privileges(&self) -> &str {
        static CREATED: OnceLock<()> = OnceLock::new();
        CREATED.get_or_init(|| {
            // Another process may be creating it in the same server at this moment.
            self.admin(&format!(
                "do $$ begin create role {NOBODY} login password '{NOBODY}'; \
                 exception when duplicate_object or unique_violation then null; end $$"
            ));
        });
        NOBODY
    }

    /// All that the server has logged since it was started: every statement, with database, user and application.
    pub fn log(&self) -> String {
        let Some(log) = &self.log else {
            panic!("this test reads the server's log, which TEST_DATABASE_URL gives no access to")
        };
        let bytes = fs::read(log).unwrap_or_else(|error| panic!("cannot read {}: {error}", log.display()));
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// The statements that were sent to a database, by anybody or by one application only, in order. What was sent
    /// as one message is one text, however many statements it has.
    pub fn statements(&self, database: &str, application: Option<&str>) -> Vec<String> {
        statements(&self.log(), database, application)
    }

    /// Runs statements in a database, as one message; the test fails where they do.
    pub fn execute(&self, database: &str, sql: &str) {
        execute(&self.url(database), sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Runs statements as the role that may do everything, outside the tests' databases.
    fn admin(&self, sql: &str) {
        let url = self.address.url(None, &self.address.database);
        execute(&url, sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }
}

/// A database of a test's own, dropped with this value.
pub struct TestDb<'server> {
    server: &'server Server,
    name: String,
    is_kept: bool,
}

impl TestDb<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Keeps it for other processes, until the server ends.
    pub fn keep(mut self) -> String {
        self.is_kept = true;
        self.name.clone()
    }

    /// The URL to connect to it, as the role that may do everything.
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    /// The URL to connect to it as a role.
    pub fn url_as(&self, role: &str) -> String {
        self.server.url_as(role, &self.name)
    }

    /// Runs statements, as one message; the test fails where they do.
    pub fn exec(&self, sql: &str) {
        self.try_exec(sql).unwrap_or_else(|error| panic!("{error}"));
    }

    /// Runs statements, as one message. The error is a sentence, with the line where the server gives a position.
    pub fn try_exec(&self, sql: &str) -> Result<(), String> {
        execute(&self.url(), sql)
    }

    /// Runs statements one after the other, each as a message of its own.
    pub fn try_each(&self, statements: &[&str]) -> Result<(), String> {
        with_client(&self.url(), |client| {
            statements.iter().try_for_each(|sql| {
                let done = client.batch_execute(sql);
                done.map_err(|error| format!("{sql} fails: {}", explain(&error, sql)))
            })
        })
    }

    /// The first column of the first row of a query, as text; nothing at all and NULL are the empty text.
    pub fn value(&self, sql: &str) -> String {
        first_value(&self.url(), sql).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The statements that one application, or anybody, has sent to it.
    pub fn statements(&self, application: Option<&str>) -> Vec<String> {
        self.server.statements(&self.name, application)
    }
}

impl Drop for TestDb<'_> {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        let url = self.server.url(&self.server.address.database);
        let drop = || execute(&url, &format!("drop database if exists {} with (force)", self.name));
        // Nothing but its subscriptions keeps a database from being dropped.
        let dropped = drop().or_else(|_| self.try_exec(DROP_SUBSCRIPTIONS).and_then(|()| drop()));
        // Best effort: a database left behind must not hide why a test failed.
        if let Err(error) = dropped {
            eprintln!("cannot drop {}: {error}", self.name);
        }
    }
}

/// A connection URL in parts; all but the user and the database as it was written.
struct Address {
    scheme: String,
    user: String,
    host: String,
    database: String,
    query: String,
}

impl Address {
    fn parse(url: &str) -> Result<Self, String> {
        let malformed = || "expected postgresql://ROLE:PASSWORD@HOST:PORT/DATABASE".to_owned();
        let (scheme, rest) = url.split_once("://").ok_or_else(malformed)?;
        let (rest, query) = rest
            .split_once('?')
            .map_or((rest, String::new()), |(rest, query)| (rest, format!("?{query}")));
        let (authority, database) = rest.split_once('/').ok_or_else(malformed)?;
        let (user, host) = authority.rsplit_once('@').ok_or_else(malformed)?;
        if host.is_empty() || database.is_empty() || !["postgres", "postgresql"].contains(&scheme) {
            return Err(malformed());
        }
        Ok(Self {
            scheme: scheme.into(),
            user: user.into(),
            host: host.into(),
            database: database.into(),
            query,
        })
    }

    /// The URL for another database and, if given, another role, whose password may be its name.
    fn url(&self, role: Option<(&str, bool)>, database: &str) -> String {
        let Self {
            scheme, host, query, ..
        } = self;
        let user = match role {
            None => self.user.clone(),
            Some((role, password)) => {
                let role = utf8_percent_encode(role, RESERVED).to_string();
                if password { format!("{role}:{role}") } else { role }
            }
        };
        format!("{scheme}://{user}@{host}/{database}{query}")
    }
}

/// Runs statements in a connection of their own.
fn execute(url: &str, sql: &str) -> Result<(), String> {
    with_client(url, |client| {
        client.batch_execute(sql).map_err(|error| explain(&error, sql))
    })
}

/// The first column of the first row, as text.
fn first_value(url: &str, sql: &str) -> Result<String, String> {
    with_client(url, |client| {
        let messages = client.simple_query(sql).map_err(|error| explain(&error, sql))?;
        let first = messages.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some(row.get(0).unwrap_or_default().to_owned()),
            _ => None,
        });
        Ok(first.unwrap_or_default())
    })
}

/// Connects, does the work and disconnects, on a thread of its own: the caller's may already belong to a runtime.
fn with_client<T: Send>(url: &str, work: impl FnOnce(&mut Client) -> Result<T, String> + Send) -> Result<T, String> {
    let run = || {
        let mut config = Config::from_str(url).map_err(|error| error.to_string())?;
        let client = config.application_name("driftgate-tests").connect(NoTls);
        let mut client = client.map_err(|error| explain(&error, ""))?;
        let result = work(&mut client);
        // The server has the last word on when a session has ended; a failure here changes nothing.
        let _ = client.close();
        result
    };
    std::thread::scope(|scope| scope.spawn(run).join()).unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// An error in words, with the line of the statements in which it is.
fn explain(error: &postgres::Error, sql: &str) -> String {
    let Some(error) = error.as_db_error() else {
        return error.to_string();
    };
    let place = match error.position() {
        Some(ErrorPosition::Original(position)) => {
            let position = usize::try_from(*position).unwrap_or_default();
            let line = sql
                .chars()
                .take(position.saturating_sub(1))
                .filter(|&c| c == '\n')
                .count()
                + 1;
            format!("line {line}: ")
        }
        Some(ErrorPosition::Internal { .. }) | None => String::new(),
    };
    let detail = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
    format!("{place}{}{detail} [{}]", error.message(), error.code().code())
}

/// Picks the statements sent to a database, and by an application, from a log.
fn statements(log: &str, database: &str, application: Option<&str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut inside = false;
    for line in log.lines() {
        // An entry's further lines are indented by a tab.
        if let Some(more) = line.strip_prefix('\t') {
            if let Some(last) = found.last_mut().filter(|_| inside) {
                last.push('\n');
                last.push_str(more);
            }
            continue;
        }
        let statement = statement_of(line, database, application);
        inside = statement.is_some();
        found.extend(statement);
    }
    found
}

/// The statement of a log entry, if it has one and was sent to this database by this application.
fn statement_of(line: &str, database: &str, application: Option<&str>) -> Option<String> {
    let (prefix, entry) = line.split_once(" LOG:  ")?;
    let (_, prefix) = prefix.split_once(" db=")?;
    let (in_database, prefix) = prefix.split_once(" user=")?;
    let (_, by) = prefix.split_once(" app=")?;
    if in_database != database || application.is_some_and(|application| application != by) {
        return None;
    }
    let (what, statement) = entry.split_once(": ")?;
    (what == "statement" || what.starts_with("execute ")).then(|| statement.to_owned())
}
