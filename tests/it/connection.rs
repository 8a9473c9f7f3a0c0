//! Connections to real servers: which URLs are accepted, what a failure says, that TLS is never laxer than libpq's, and
//! that poolers and standbys can be checked.

mod certificates;
mod failures;
mod pooler;
mod standby;
mod tls;
mod urls;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::run::{self, Run};
use crate::server::{Launched, Server, finish};

/// A part of every password of these tests, which must never be printed.
const SECRET: &str = "HUNTER";

/// The password of the role `pw`, with every character that a URL treats as its own; `ENCODED` is its URL form.
const PASSWORD: &str = "HUNTER@#/?:%";

const ENCODED: &str = "HUNTER%40%23%2F%3F%3A%25";

const HBA: &str = "\
local all all trust
local replication all trust
hostssl all certuser 127.0.0.1/32 cert
hostssl all tlsonly 127.0.0.1/32 trust
hostnossl all plainonly 127.0.0.1/32 trust
host all pw 127.0.0.1/32 scram-sha-256
host all postgres,ghost,limited 127.0.0.1/32 trust
";

const EXPECTED: &str = "\
driftgate: 1
tables:
  t: {columns: {price: 'numeric(10,2) not null default 0'}, checks: [price >= 0]}
assertions:
  it is empty: {sql: select count(*) from t, equals: 0}
migrations: {tool: alembic, applied: [a1]}
";

/// A server of its own, on 127.0.0.1 and on a socket, with or without TLS by a certificate authority of its own.
struct Lab {
    launched: Launched,
    port: u16,
}

impl Lab {
    /// A laboratory without TLS, shared by all tests that do not change it.
    fn shared() -> &'static Self {
        static LAB: OnceLock<Lab> = OnceLock::new();
        LAB.get_or_init(Self::start)
    }

    /// A laboratory with TLS, shared by all tests that do not change it.
    fn shared_with_tls() -> &'static Self {
        static LAB: OnceLock<Lab> = OnceLock::new();
        LAB.get_or_init(Self::start_with_tls)
    }

    fn start() -> Self {
        let lab = Self::prepare();
        lab.begin("");
        lab
    }

    fn start_with_tls() -> Self {
        let lab = Self::prepare();
        lab.make_certificates();
        lab.begin(&format!(
            "ssl=on\nssl_cert_file='{}'\nssl_key_file='{}'\nssl_ca_file='{}'\n",
            lab.path("good.crt"),
            lab.path("good.key"),
            lab.path("ca.crt"),
        ));
        lab
    }

    fn prepare() -> Self {
        Self {
            launched: Launched::prepare().expect("a folder and the programs of a server"),
            port: free_port(),
        }
    }

    /// Starts the server with these settings in addition to the common ones, and fills it.
    fn begin(&self, settings: &str) {
        let lab = self;
        lab.launched.initdb().expect("initdb");
        let settings = format!(
            "port={}\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{}'\nfsync=off\nshared_buffers=16MB\n{settings}",
            lab.port,
            lab.socket(),
        );
        lab.launched.configure(&settings).expect("settings");
        fs::write(lab.launched.data().join("pg_hba.conf"), HBA).expect("pg_hba.conf");
        lab.launched.start().expect("a server");
        lab.server().execute(
            "postgres",
            &format!(
                "set password_encryption = 'scram-sha-256'; create role pw login password '{PASSWORD}'; create role certuser login; create role tlsonly login; \
                 create role plainonly login; create role limited login connection limit 0"
            ),
        );
        lab.server().execute("postgres", "create database app");
        lab.server().execute(
            "app",
            "create table t (price numeric(10, 2) not null default 0 check (price >= 0)); \
             create table alembic_version (version_num varchar(32) primary key); \
             insert into alembic_version values ('a1'); grant select on t, alembic_version to pw, tlsonly",
        );
        lab.write("t.yaml", "driftgate: 1\ntables:\n  t: present\n");
        lab.write("all.yaml", EXPECTED);
    }

    /// Through the socket, which needs no password.
    fn server(&self) -> Server {
        let host = utf8_percent_encode(&self.socket(), NON_ALPHANUMERIC).to_string();
        Server::at(&format!("postgresql://postgres@{host}:{}/postgres", self.port)).expect("a server")
    }

    fn socket(&self) -> String {
        self.launched.folder.display().to_string()
    }

    fn path(&self, name: &str) -> String {
        self.launched.folder.join(name).display().to_string()
    }

    /// The home of those who connect, and their working directory.
    fn home(&self) -> PathBuf {
        self.launched.folder.join("home")
    }

    /// Writes a file there. The folders belong to the user who runs the server, and who removes everything.
    fn write(&self, name: &str, text: &str) {
        let path = self.home().join(name);
        for folder in path
            .ancestors()
            .skip(1)
            .take_while(|folder| *folder != self.launched.folder)
        {
            fs::create_dir_all(folder)
                .map_err(|error| error.to_string())
                .and_then(|()| self.launched.give(folder))
                .expect("a folder");
        }
        fs::write(&path, text).expect("a file");
    }

    /// Runs `driftgate check` with only this environment.
    fn check(&self, url: &str, env: &[(&str, &str)]) -> Outcome {
        self.check_file("t.yaml", url, env)
    }

    fn check_file(&self, file: &str, url: &str, env: &[(&str, &str)]) -> Outcome {
        let arguments = ["check", "--url", url, file].map(str::to_owned);
        let env = [("USER", "postgres")].into_iter().chain(env.iter().copied());
        Outcome::new(url, run::run(&self.home(), env, &arguments))
    }

    /// Whether `psql` can connect.
    fn psql(&self, url: &str) -> bool {
        let mut command = self.launched.command("psql");
        command.args(["-XAtc", "select 1", url]).env("HOME", self.home());
        finish(&mut command).is_ok()
    }

    /// Writes a file for those who connect.
    fn file(&self, name: &str, text: &str) -> String {
        self.write(name, text);
        let path = self.home().join(name);
        mode(&path, 0o600);
        path.display().to_string()
    }
}

/// The exit code and the output of a run.
struct Outcome {
    url: String,
    code: Option<i32>,
    said: String,
}

impl Outcome {
    fn new(url: &str, run: Run) -> Self {
        let said = run.stdout + &run.stderr;
        assert!(!said.contains(SECRET), "{url}: {said}");
        Self {
            url: url.to_owned(),
            code: run.code,
            said,
        }
    }

    #[track_caller]
    fn is(&self, code: i32, words: &str) {
        assert!(
            self.code == Some(code) && self.said.contains(words),
            "{}: {:?}, expected {code} with `{words}`:\n{}",
            self.url,
            self.code,
            self.said
        );
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
}
