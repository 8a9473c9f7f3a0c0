//! Starts a PostgreSQL of the machine for the time of the test process.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::folder;

/// Part of the socket's name; nothing listens on the network. An unusual number, so that it can be told from others.
pub(super) const PORT: u16 = 58432;

/// The variable that names the folder with `initdb`, `pg_ctl` and `postgres`.
const BIN: &str = "DRIFTGATE_TEST_PG_BIN";

/// The variable that names the folder of a second server, of another major.
const OTHER_BIN: &str = "DRIFTGATE_TEST_OTHER_PG_BIN";

/// What tests want of a server: speed instead of durability, and a log in which every statement can be found.
const SETTINGS: &str = "
listen_addresses = ''
max_connections = 60
shared_buffers = 32MB
max_locks_per_transaction = 256
fsync = off
synchronous_commit = off
full_page_writes = off
max_wal_size = 128MB
autovacuum = off
timezone = 'UTC'
log_timezone = 'UTC'
log_statement = all
log_line_prefix = '%m [%p] db=%d user=%u app=%a '
";

/// Ends the server and removes its folder as soon as nobody holds the other end of its standard input, which the
/// system closes however the test process ends.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
cat >/dev/null
"$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
cd / && rm -rf "$2"
"#;

/// The same as soon as another process has ended.
const WATCHDOG_OF_PROCESS: &str = r#"
trap '' HUP INT TERM
while [ -d "/proc/$3" ] || ps -p "$3" >/dev/null 2>&1; do sleep 1; done
"$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
cd / && rm -rf "$2"
"#;

/// A server that lives as long as this value, at most as long as the process.
pub struct Launched {
    /// Where the socket is, and all files of the server.
    pub folder: PathBuf,
    /// The server's log.
    pub log: PathBuf,
    /// Where the server's programs are.
    bin: PathBuf,
    user: ServerUser,
    /// Keeps the server alive with its standard input, or as long as another process runs.
    _watchdog: Child,
}

/// `initdb` and start; about a second.
pub(super) fn launch() -> Result<Launched, String> {
    launch_from(find()?)
}

/// The same with the programs of a second server.
pub(super) fn launch_other() -> Result<Launched, String> {
    launch_from(named(OTHER_BIN)?.ok_or_else(|| format!("{OTHER_BIN} does not name the programs of a second server"))?)
}

/// A server that lives as long as another process; the folder of its files.
pub(super) fn launch_for(process: u32) -> Result<PathBuf, String> {
    let launched = launch_in(Launched::prepare_with(find()?, WATCHDOG_OF_PROCESS, process)?)?;
    Ok(launched.folder)
}

fn launch_from(bin: PathBuf) -> Result<Launched, String> {
    launch_in(Launched::prepare_from(bin)?)
}

fn launch_in(launched: Launched) -> Result<Launched, String> {
    launched.initdb()?;
    launched.configure(&format!(
        "{SETTINGS}port = {PORT}\nunix_socket_directories = '{}'\n",
        launched.folder.display()
    ))?;
    launched.start()?;
    Ok(launched)
}

impl Launched {
    /// A folder for a server, which will be stopped and removed with this value.
    pub fn prepare() -> Result<Self, String> {
        Self::prepare_from(find()?)
    }

    fn prepare_from(bin: PathBuf) -> Result<Self, String> {
        Self::prepare_with(bin, WATCHDOG, std::process::id())
    }

    /// With a script that ends the server, and the process that it may want to know of.
    fn prepare_with(bin: PathBuf, script: &str, process: u32) -> Result<Self, String> {
        let folder = folder::create_large()?;
        let user = ServerUser::of(&folder)?;
        let mut watchdog = user.command("sh", &folder);
        watchdog.args(["-c", script, "watchdog"]).args([&bin, &folder]);
        watchdog.arg(process.to_string());
        // A group of its own: an interrupt from the terminal ends the tests, and that ends the server.
        watchdog
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        let watchdog = watchdog
            .spawn()
            .map_err(|error| format!("cannot start sh, which ends the test server: {error}"))?;
        Ok(Self {
            log: folder.join("log"),
            folder,
            bin,
            user,
            _watchdog: watchdog,
        })
    }

    /// Where the data is.
    pub fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Creates the data.
    pub fn initdb(&self) -> Result<(), String> {
        let initdb = |locale: &str| {
            let mut command = self.command("initdb");
            command
                .arg("-D")
                .arg(self.data())
                .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]);
            finish(command.args([&format!("--locale={locale}"), "--lc-messages=C"]))
        };
        // Not every system knows C.UTF-8.
        initdb("C.UTF-8").or_else(|_| initdb("C")).map(drop)
    }

    /// Adds to the settings.
    pub fn configure(&self, settings: &str) -> Result<(), String> {
        fs::OpenOptions::new()
            .append(true)
            .open(self.data().join("postgresql.conf"))
            .and_then(|mut file| file.write_all(settings.as_bytes()))
            .map_err(|error| format!("cannot configure the test server: {error}"))
    }

    /// Starts the server, or starts it anew.
    pub fn start(&self) -> Result<(), String> {
        let running = self.data().join("postmaster.pid").exists();
        let mut start = self.command("pg_ctl");
        start.arg("-D").arg(self.data()).arg("-l").arg(&self.log).args([
            "-w",
            "-t",
            "60",
            if running { "restart" } else { "start" },
        ]);
        finish(&mut start).map(drop).map_err(|error| {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            format!("{error}\n{log}")
        })
    }

    /// A program of the server's, or another one, run as the user who runs the server.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let own = self.bin.join(&program);
        let program = if own.is_file() {
            own
        } else {
            program.as_ref().to_owned()
        };
        self.user.command(program, &self.folder)
    }

    /// Writes a file into the folder that the server's user may read, and nobody else.
    pub fn file(&self, name: &str, text: &str) -> Result<String, String> {
        let path = self.folder.join(name);
        fs::write(&path, text)
            .and_then(|()| fs::set_permissions(&path, fs::Permissions::from_mode(0o600)))
            .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
        self.give(&path)?;
        Ok(path.display().to_string())
    }

    /// Gives a file to the user who runs the server.
    pub fn give(&self, path: &Path) -> Result<(), String> {
        match self.user.0 {
            Some((uid, gid)) => chown(path, Some(uid), Some(gid))
                .map_err(|error| format!("cannot give away {}: {error}", path.display())),
            None => Ok(()),
        }
    }
}

/// Who runs the server: PostgreSQL refuses to run as root.
struct ServerUser(Option<(u32, u32)>);

impl ServerUser {
    /// This user; or, when that is root, one without rights, to whom the folder is given.
    fn of(folder: &Path) -> Result<Self, String> {
        let owner = fs::metadata(folder).map_err(|error| format!("cannot look at {}: {error}", folder.display()))?;
        if owner.uid() != 0 {
            return Ok(Self(None));
        }
        let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
        let (uid, gid) = ["postgres", "nobody"]
            .iter()
            .find_map(|name| id_of(&users, name))
            .ok_or(
                "PostgreSQL refuses to run as root, and there is neither a user postgres nor a user nobody to run it",
            )?;
        chown(folder, Some(uid), Some(gid))
            .map_err(|error| format!("cannot give away {}: {error}", folder.display()))?;
        Ok(Self(Some((uid, gid))))
    }

    /// A command of this user's, with an environment in which no setting of the caller's can do anything.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .stdin(Stdio::null())
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

/// The user's and the group's number, from the text of `/etc/passwd`.
fn id_of(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = users
        .lines()
        .map(|line| line.split(':'))
        .find(|fields| fields.clone().next() == Some(name))?
        .skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// Runs to the end; what it said is the error.
pub fn finish(command: &mut Command) -> Result<Output, String> {
    let program = command.get_program().display().to_string();
    let output = command
        .output()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    if output.status.success() {
        return Ok(output);
    }
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    Err(format!("{program}: {}\n{said}{complained}", output.status))
}

/// Whether a folder has the programs of a PostgreSQL server.
fn is_complete(folder: &Path) -> bool {
    ["initdb", "pg_ctl", "postgres"]
        .iter()
        .all(|name| folder.join(name).is_file())
}

/// The folder with the programs of a PostgreSQL server that a variable names.
fn named(variable: &str) -> Result<Option<PathBuf>, String> {
    let Some(folder) = std::env::var_os(variable).filter(|folder| !folder.is_empty()) else {
        return Ok(None);
    };
    let folder = fs::canonicalize(&folder).unwrap_or(folder.into());
    if is_complete(&folder) {
        Ok(Some(folder))
    } else {
        Err(format!(
            "{variable} is {}, where initdb, pg_ctl and postgres are not all to be found",
            folder.display()
        ))
    }
}

/// The folder with the programs of a PostgreSQL server.
fn find() -> Result<PathBuf, String> {
    if let Some(folder) = named(BIN)? {
        return Ok(folder);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let asked = Command::new("pg_config").arg("--bindir").output().ok();
    let asked = asked.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    std::env::split_paths(&path)
        .chain(asked)
        .chain(newest_first("/usr/lib/postgresql", ""))
        .chain(newest_first("/usr", "pgsql-"))
        .chain(newest_first("/opt/homebrew/opt", "postgresql@"))
        .chain(newest_first("/usr/local/opt", "postgresql@"))
        .find(|folder| is_complete(folder))
        .ok_or_else(|| {
            format!(
                "no PostgreSQL server to test with: neither is TEST_DATABASE_URL set nor are initdb, pg_ctl and postgres \
                 to be found (install a PostgreSQL server, or name the folder of its programs in {BIN})"
            )
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
