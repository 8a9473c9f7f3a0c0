//! A scratch server that is started from the PostgreSQL programs of this machine. It has a private folder and listens
//! only on a socket in it.
//!
//! A shell stops the server and removes the folder when its standard input is closed, which the operating system does
//! however this process ends. PostgreSQL does not run as root; if this process is root, another user runs the server.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::apply::ApplyError;
use super::roles::MissingRoles;
use super::{CopyTarget, Scratch, Script, apply, random};
use crate::catalog::conninfo::Conninfo;
use crate::catalog::{block_on, connect};
use crate::error::{Failure, io_message};
use crate::sql;
use crate::sql::Sql;

/// The variable that names the folder of the programs.
const BIN: &str = "DRIFTGATE_PG_BIN";

/// The programs that are needed.
const PROGRAMS: [&str; 3] = ["initdb", "pg_ctl", "postgres"];

/// A part of the socket's name; nothing listens on the network.
const PORT: u16 = 5432;

/// The settings of the server. Its data need not survive a crash.
const SETTINGS: &str = "
listen_addresses = ''
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 40
shared_buffers = 16MB
timezone = 'UTC'
log_timezone = 'UTC'
";

/// Stops the server and removes its folder. If this process was killed between two steps, a program may still be
/// writing, so the script tries again.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
cat >/dev/null
for try in 1 2 3 4 5 6 7 8 9 10; do
  "$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
  cd / && rm -rf "$2" 2>/dev/null
  [ -e "$2" ] || exit 0
  sleep 0.5
done
"#;

/// The superuser of the server. No SQL of the user runs as this role.
const ADMINISTRATOR: &str = "driftgate_administrator";

/// Drops the roles that the SQL created.
const DROP_ROLES: &str = "
DO $$
DECLARE role text;
BEGIN
  FOR role IN
    SELECT quote_ident(rolname) FROM pg_catalog.pg_roles
    WHERE rolname !~ '^pg_' AND rolname NOT IN ('postgres', 'driftgate_administrator')
  LOOP
    EXECUTE 'DROP ROLE ' || role;
  END LOOP;
END $$";

/// Starts a server, applies the SQL, calls `then` with the connection, and stops the server.
///
/// The SQL runs as an ordinary role that owns the database, because a superuser could run programs of this machine.
/// Only if it needs more privileges is it applied again, to a new database, as a superuser. A role that the SQL names and
/// does not create is created for it.
pub(super) fn with<T>(scripts: &[Script], then: impl FnOnce(&Conninfo) -> Result<T, Failure>) -> Result<T, Failure> {
    let server = LocalServer::start()?;
    let info = server.connection("postgres", "postgres")?;
    let (template, own) = (
        server.connection(ADMINISTRATOR, "template1")?,
        server.connection(ADMINISTRATOR, "postgres")?,
    );
    // Without scripts, the server compares texts, which needs a superuser to create a role.
    let privileges = if scripts.is_empty() { "SUPERUSER" } else { "NOSUPERUSER" };
    let roles = block_on(async {
        run(&template, &[sql!["CREATE ROLE postgres LOGIN ", privileges]]).await?;
        make_owner(&template, &own, "postgres").await?;
        apply_until_complete(&info, &template, &own, scripts).await
    })?;
    roles.report("the local PostgreSQL");
    then(&info)
}

/// Starts a server for a copy, calls `then` with the connection, and stops the server.
pub(super) fn with_copy<T>(
    target: &CopyTarget,
    then: impl FnOnce(&Conninfo) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let server = LocalServer::start()?;
    let template = server.connection(ADMINISTRATOR, "template1")?;
    // A database and a role of these names are there already.
    let database = if target.database == "template1" || target.database == "template0" {
        "postgres"
    } else {
        target.database.as_str()
    };
    block_on(async {
        let privileges = if target.is_trusted { "SUPERUSER" } else { "NOSUPERUSER" };
        run(
            &template,
            &[sql!["CREATE ROLE postgres LOGIN ", privileges, " CREATEROLE"]],
        )
        .await?;
        // A role that cannot be created is missing in the copy, which is seen.
        let mut client = connect::connect(&template).await?;
        for statement in &target.roles {
            let _ = client.script(statement, None).await;
        }
        if !target.is_trusted {
            for role in target.role_names.iter().filter(|role| *role != "postgres") {
                let _ = client.execute(&[sql!["GRANT ", sql::name(role), " TO postgres"]]).await;
            }
        }
        client.close().await;
        if database != "postgres" {
            run(
                &template,
                &[sql!["ALTER DATABASE postgres RENAME TO ", sql::name(database)]],
            )
            .await?;
        }
        Ok(())
    })?;
    let own = server.connection(ADMINISTRATOR, database)?;
    block_on(make_owner(&template, &own, database))?;
    then(&server.connection("postgres", database)?)
}

/// Applies the SQL, and again to a new database for as long as it lacks privileges, or roles that can be created.
async fn apply_until_complete(
    info: &Conninfo,
    template: &Conninfo,
    own: &Conninfo,
    scripts: &[Script],
) -> Result<MissingRoles, Failure> {
    let mut roles = MissingRoles::default();
    let mut is_superuser = false;
    while let Err(error) = apply_as_owner(info, scripts).await {
        if error.lacks_privilege && !is_superuser {
            is_superuser = true;
        } else {
            roles.add(error)?;
        }
        run(template, &[sql!["DROP DATABASE postgres WITH (FORCE)"]]).await?;
        run(template, &[sql!["CREATE DATABASE postgres TEMPLATE template0"]]).await?;
        run(template, &[sql![DROP_ROLES]]).await?;
        if is_superuser {
            run(template, &[sql!["ALTER ROLE postgres SUPERUSER"]]).await?;
        }
        run(template, &roles.statements()).await?;
        make_owner(template, own, "postgres").await?;
    }
    Ok(roles)
}

/// Makes the role that applies the SQL the owner of the database, and of the schema `public`, which the owner of the
/// database owns only from PostgreSQL 15 on.
async fn make_owner(template: &Conninfo, own: &Conninfo, database: &str) -> Result<(), Failure> {
    let name = || sql::name(database);
    run(template, &[sql!["ALTER DATABASE ", name(), " OWNER TO postgres"]]).await?;
    // The comment that initdb writes is that of one database only.
    run(template, &[sql!["COMMENT ON DATABASE ", name(), " IS NULL"]]).await?;
    let mut client = connect::connect(own).await?;
    let version = client.parameter("server_version").unwrap_or_default().to_owned();
    let major: u32 = version
        .split(['.', ' '])
        .next()
        .and_then(|major| major.parse().ok())
        .unwrap_or_default();
    let owned = if major < 15 {
        client.execute(&[sql!["ALTER SCHEMA public OWNER TO postgres"]]).await
    } else {
        Ok(())
    };
    client.close().await;
    owned.map_err(|error| error.failure(DOING))
}

async fn run(info: &Conninfo, statements: &[Sql]) -> Result<(), Failure> {
    let mut client = connect::connect(info).await?;
    let ran = client.execute(statements).await;
    client.close().await;
    ran.map_err(|error| error.failure(DOING))
}

async fn apply_as_owner(info: &Conninfo, scripts: &[Script]) -> Result<(), ApplyError> {
    let mut client = connect::connect(info).await?;
    let applied = apply::apply(&mut client, scripts, &Scratch::Local).await;
    client.close().await;
    applied
}

const DOING: &str = "starting a local PostgreSQL server";

/// A server that runs as long as this value exists, and at most as long as the process.
struct LocalServer {
    folder: PathBuf,
    bin: PathBuf,
    user: User,
    watchdog: Child,
}

impl Drop for LocalServer {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // The shell ends after it has removed the folder.
        let _ = self.watchdog.wait();
    }
}

impl LocalServer {
    fn start() -> Result<Self, Failure> {
        let bin = find()?;
        let folder =
            random::folder().map_err(|e| Failure::new("creating a folder for a PostgreSQL server", io_message(&e)))?;
        let prepared = User::of(&folder).and_then(|user| {
            let mut watchdog = user.command("sh", &folder);
            // In a separate process group, it does not receive an interrupt of the terminal, which ends this process
            // first.
            watchdog
                .args([OsStr::new("-c"), OsStr::new(WATCHDOG), OsStr::new("driftgate")])
                .args([&bin, &folder])
                .stdin(Stdio::piped())
                .process_group(0);
            let watchdog = watchdog
                .spawn()
                .map_err(|e| Failure::new(DOING, format!("cannot run sh, which stops it: {}", io_message(&e))))?;
            Ok((user, watchdog))
        });
        let (user, watchdog) = prepared.inspect_err(|_| {
            let _ = fs::remove_dir_all(&folder);
        })?;
        let server = Self {
            folder,
            bin,
            user,
            watchdog,
        };
        server.initdb()?;
        server.configure().map_err(|e| Failure::new(DOING, io_message(&e)))?;
        let data = server.folder.join("data");
        let log = server.folder.join("log");
        let mut start = server.command("pg_ctl");
        start
            .arg("-D")
            .arg(&data)
            .arg("-l")
            .arg(&log)
            .args(["-w", "-t", "60", "start"]);
        Self::finish(&mut start).map_err(|failure| {
            let log = fs::read_to_string(&log).unwrap_or_default();
            let last = log
                .lines()
                .rev()
                .find(|line| line.contains("FATAL") || line.contains("ERROR"));
            Failure {
                why: last.map_or(failure.why.clone(), str::to_owned),
                ..failure
            }
        })?;
        Ok(server)
    }

    /// How a role connects to a database.
    fn connection(&self, user: &str, database: &str) -> Result<Conninfo, Failure> {
        let encode =
            |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
        let folder = encode(&self.folder.to_string_lossy());
        let database = encode(database);
        let url = format!("postgresql:///{database}?host={folder}&port={PORT}&user={user}");
        Conninfo::resolve(&url, &|_| None).map_err(|p| Failure::new(DOING, p.message))
    }

    fn initdb(&self) -> Result<(), Failure> {
        let run = |locale: &str| {
            let mut initdb = self.command("initdb");
            initdb
                .arg("-D")
                .arg(self.folder.join("data"))
                .args(["-U", ADMINISTRATOR, "-A", "trust", "-E", "UTF8", "--no-sync"])
                .args([&format!("--locale={locale}"), "--lc-messages=C"]);
            Self::finish(&mut initdb)
        };
        // Some systems do not have the locale C.UTF-8.
        run("C.UTF-8").or_else(|_| run("C"))
    }

    fn configure(&self) -> io::Result<()> {
        let mut file = fs::OpenOptions::new()
            .append(true)
            .open(self.folder.join("data/postgresql.conf"))?;
        write!(
            file,
            "{SETTINGS}port = {PORT}\nunix_socket_directories = '{}'\n",
            self.folder.display().to_string().replace('\'', "''")
        )
    }

    fn command(&self, program: &str) -> Command {
        self.user.command(self.bin.join(program), &self.folder)
    }

    /// Runs a program to its end. If it fails, the last line that it wrote says why.
    fn finish(command: &mut Command) -> Result<(), Failure> {
        let program = command.get_program().display().to_string();
        let failure = |why: String| {
            Failure::new(DOING, format!("{program}: {why}")).hint(format!(
                "set {BIN} to a folder with other PostgreSQL programs, or give --scratch with the URL of a server"
            ))
        };
        let output = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .map_err(|e| failure(io_message(&e)))?;
        if output.status.success() {
            return Ok(());
        }
        let written = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = written.lines().rev().find(|line| !line.trim().is_empty());
        Err(failure(last.map_or_else(|| output.status.to_string(), str::to_owned)))
    }
}

/// The user who runs the server, if it is not the user of this process.
struct User(Option<(u32, u32)>);

impl User {
    /// The user of this process. If that is root, an unprivileged user, who becomes the owner of the folder.
    fn of(folder: &Path) -> Result<Self, Failure> {
        let failure = |e: io::Error| Failure::new(DOING, format!("{}: {}", folder.display(), io_message(&e)));
        if fs::metadata(folder).map_err(failure)?.uid() != 0 {
            return Ok(Self(None));
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (uid, gid) = ["postgres", "nobody"]
            .iter()
            .find_map(|name| id_of(&users, name))
            .ok_or_else(|| {
                Failure::new(
                    DOING,
                    "PostgreSQL does not run as root, and neither the user `postgres` nor the user `nobody` exists",
                )
                .hint("run driftgate as another user, or give --scratch with the URL of a server")
            })?;
        chown(folder, Some(uid), Some(gid)).map_err(failure)?;
        Ok(Self(Some((uid, gid))))
    }

    /// A command of this user, with an environment in which no setting of the caller has an effect.
    fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .env_clear()
            .env("LC_ALL", "C")
            .env("HOME", folder);
        for name in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        if let Some((uid, gid)) = self.0 {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// The numbers of the user and its group, from the text of `/etc/passwd`.
fn id_of(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = users
        .lines()
        .map(|line| line.split(':'))
        .find(|fields| fields.clone().next() == Some(name))?
        .skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// The folder with the programs of a PostgreSQL server: the one that the variable names, or the first usual place that
/// has them.
fn find() -> Result<PathBuf, Failure> {
    let is_complete = |folder: &PathBuf| PROGRAMS.iter().all(|name| folder.join(name).is_file());
    let doing = "searching for the programs of a PostgreSQL server";
    let programs = PROGRAMS.join(", ");
    if let Some(folder) = std::env::var_os(BIN).filter(|folder| !folder.is_empty()) {
        let folder = fs::canonicalize(&folder).unwrap_or_else(|_| folder.into());
        return Some(folder.clone()).filter(is_complete).ok_or_else(|| {
            Failure::new(
                doing,
                format!(
                    "{BIN} is {}, which does not contain all of {programs}",
                    folder.display()
                ),
            )
        });
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let asked = Command::new("pg_config")
        .arg("--bindir")
        .stderr(Stdio::null())
        .output()
        .ok();
    let asked = asked.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    std::env::split_paths(&path)
        .chain(asked)
        .chain(newest_first("/usr/lib/postgresql", ""))
        .chain(newest_first("/usr", "pgsql-"))
        .chain(newest_first("/opt/homebrew/opt", "postgresql@"))
        .chain(newest_first("/usr/local/opt", "postgresql@"))
        .find(is_complete)
        .ok_or_else(|| {
            Failure::new(doing, format!("{programs} are neither in PATH nor in a usual folder")).hint(format!(
                "install a PostgreSQL server, set {BIN} to the folder of its programs, or give --scratch with the URL of a \
                 server"
            ))
        })
}

/// The `bin` folders of the versions installed in a folder, the newest first.
fn newest_first(folder: &str, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let major = entry.file_name().to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((major, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    found.into_iter().rev().map(|(_, path)| path).collect()
}
