//! Connections, against real servers: what a URL may look like, what is said when it does not work, that TLS is never
//! laxer than libpq's, and that poolers and standbys are no obstacle.

use std::fs;
use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::run::{self, Run};
use crate::server::{Launched, Server, finish};

/// Stands in every password of these tests and must never be printed.
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
    /// One without TLS, for all tests that leave it as it is.
    fn shared() -> &'static Self {
        static LAB: OnceLock<Lab> = OnceLock::new();
        LAB.get_or_init(Self::start)
    }

    /// One with TLS, for all tests that leave it as it is.
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

    /// Starts the server, with these settings beside those that all of them have, and fills it.
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

    /// Through the socket, where nobody needs a password.
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

    /// Makes the server show another certificate.
    fn show(&self, certificate: &str) {
        let (crt, key) = (
            self.path(&format!("{certificate}.crt")),
            self.path(&format!("{certificate}.key")),
        );
        self.launched
            .configure(&format!("ssl_cert_file='{crt}'\nssl_key_file='{key}'\n"))
            .and_then(|()| self.launched.start())
            .expect("a server with another certificate");
    }

    /// Two authorities, and server certificates of the first: a good one and those with something wrong.
    fn make_certificates(&self) {
        const KEY: [&str; 5] = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        for name in ["ca", "other", "selfsigned"] {
            let (key, crt) = (self.path(&format!("{name}.key")), self.path(&format!("{name}.crt")));
            let mut command = Command::new("openssl");
            command.args(["req", "-x509", "-days", "30"]).args(KEY);
            command.args(["-keyout", &key, "-out", &crt, "-subj", &format!("/CN={name}")]);
            openssl(command.args(["-addext", "subjectAltName=DNS:localhost"]));
        }
        for (name, subject, names, days) in [
            (
                "good",
                "/CN=localhost",
                "subjectAltName=DNS:localhost,IP:127.0.0.1",
                "30",
            ),
            ("nosan", "/CN=localhost", "", "30"),
            ("wrong", "/CN=db.example.com", "subjectAltName=DNS:db.example.com", "30"),
            ("expired", "/CN=localhost", "subjectAltName=DNS:localhost", "-1"),
            ("client", "/CN=certuser", "", "30"),
        ] {
            let file = |kind: &str| self.path(&format!("{name}.{kind}"));
            fs::write(file("ext"), format!("basicConstraints=CA:FALSE\n{names}\n")).expect("a file");
            let mut command = Command::new("openssl");
            command.arg("req").args(KEY);
            openssl(command.args(["-subj", subject, "-keyout", &file("key"), "-out", &file("csr")]));
            let mut command = Command::new("openssl");
            command.args(["x509", "-req", "-CAcreateserial", "-days", days, "-in", &file("csr")]);
            command.args(["-CA", &self.path("ca.crt"), "-CAkey", &self.path("ca.key")]);
            openssl(command.args(["-extfile", &file("ext"), "-out", &file("crt")]));
        }
        self.make_revocation_lists();
        for name in ["good", "nosan", "wrong", "expired", "selfsigned", "client"] {
            let key = self.launched.folder.join(format!("{name}.key"));
            let text = fs::read_to_string(&key).expect("a key");
            self.launched
                .file(&format!("{name}.key"), &text)
                .expect("a key for the server alone");
        }
    }

    /// The list of the first authority before and after it has revoked the good certificate, and that of the second.
    fn make_revocation_lists(&self) {
        for authority in ["ca", "other"] {
            let (settings, database) = (
                self.path(&format!("{authority}.cnf")),
                self.path(&format!("{authority}.txt")),
            );
            fs::write(&database, "").expect("a file");
            fs::write(
                &settings,
                format!(
                    "[ca]\ndefault_ca=d\n[d]\ndatabase={database}\ncrlnumber={database}.number\ndefault_md=sha256\n\
                     default_crl_days=30\ncrl_extensions=e\n[e]\nauthorityKeyIdentifier=keyid\n"
                ),
            )
            .expect("a file");
            fs::write(format!("{database}.number"), "01\n").expect("a file");
            let ca = |arguments: &[&str]| {
                let mut command = Command::new("openssl");
                command.args(["ca", "-config", &settings]);
                command.args(["-cert", &self.path(&format!("{authority}.crt"))]);
                command.args(["-keyfile", &self.path(&format!("{authority}.key"))]);
                openssl(command.args(arguments));
            };
            ca(&["-gencrl", "-out", &self.path(&format!("{authority}.crl"))]);
            if authority == "ca" {
                ca(&["-revoke", &self.path("good.crt")]);
                ca(&["-gencrl", "-out", &self.path("revoked.crl")]);
            }
        }
    }

    /// Runs `driftgate check` with nothing in the environment but what is given.
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

/// What a run said.
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

fn openssl(command: &mut Command) {
    finish(command).unwrap_or_else(|error| panic!("this test makes certificates, for which it needs openssl: {error}"));
}

#[test]
fn urls_that_psql_accepts_are_accepted() {
    let lab = Lab::shared();
    let (port, socket) = (lab.port, lab.socket());
    let encoded_socket = socket.replace('/', "%2F");
    let closed = free_port();
    for url in [
        format!("postgres://pw:{ENCODED}@127.0.0.1:{port}/app"),
        format!("postgresql://pw:HUNTER@%23%2F%3F:%25@127.0.0.1:{port}/app"),
        format!("postgresql://127.0.0.1:{port}/app?user=pw&password={ENCODED}"),
        format!("postgresql:///app?host={socket}&port={port}"),
        format!("postgresql://postgres@/app?host={socket}&port={port}"),
        format!("postgresql://{encoded_socket}:{port}/app"),
        format!("postgresql://127.0.0.1:{closed},127.0.0.1:{port}/app"),
        format!("postgresql://nowhere.invalid,127.0.0.1/app?port={port}"),
        format!("postgresql://db.example.com:{port}/app?hostaddr=127.0.0.1"),
        format!(" postgres://127.0.0.1:{port}/app\n"),
        format!(
            "postgres://127.0.0.1:{port}/app?schema=public&pgbouncer=true&connection_limit=1&pool_timeout=0\
             &sslaccept=strict&statement_cache_size=0&channel_binding=prefer&connect_timeout=0&keepalives=1"
        ),
        format!("postgres://127.0.0.1:{port}/app?target_session_attrs=read-write"),
        format!("postgres://127.0.0.1:{port}/app?options=-c%20work_mem%3D7MB"),
    ] {
        lab.check(&url, &[]).is(0, "");
    }
    let text = port.to_string();
    lab.check("postgres:///app", &[("PGHOST", &socket), ("PGPORT", &text)])
        .is(0, "");
    lab.check(
        &format!("postgres://pw@127.0.0.1:{port}/app"),
        &[("PGPASSWORD", PASSWORD)],
    )
    .is(0, "");
    let service = lab.file(
        "service.conf",
        &format!("[lab]\nhost=127.0.0.1\nport={port}\nuser=pw\npassword={PASSWORD}\ndbname=app\n"),
    );
    lab.check("postgres:///?service=lab", &[("PGSERVICEFILE", &service)])
        .is(0, "");
    lab.check("postgres://", &[("PGSERVICEFILE", &service), ("PGSERVICE", "lab")])
        .is(0, "");
    let passfile = lab.file(
        ".pgpass",
        &format!("127.0.0.1:{port}:*:pw:{}\n", PASSWORD.replace(':', "\\:")),
    );
    lab.check(&format!("postgres://pw@127.0.0.1:{port}/app"), &[]).is(0, "");
    mode(Path::new(&passfile), 0o644);
    lab.check(&format!("postgres://pw@127.0.0.1:{port}/app"), &[])
        .is(3, "chmod 600");
}

#[test]
fn what_is_no_database_url_is_a_problem_of_the_users() {
    let lab = Lab::shared();
    for (url, words) in [
        ("", "empty"),
        ("mysql://u:HUNTER@h/db", "not of a PostgreSQL database"),
        ("prisma://accelerate.prisma-data.net/?api_key=HUNTER", "Accelerate"),
        ("jdbc:postgresql://h/db?password=HUNTER", "JDBC"),
        ("postgresql+psycopg2://u:HUNTER@h/db", "SQLAlchemy"),
        ("host=h password=HUNTER", "keyword form"),
        ("'postgres://u:HUNTER@h/db'", "quotes"),
        ("postgres://u:HUNTER#1@h/db", "%23"),
        ("postgres://u:HUNTER/1@h/db", "%2F"),
        ("postgres://u:HUNTER?1@h/db", "%3F"),
        ("postgres://u:HUNTER@h/db?sslmode=no-verify", "sslmode=require"),
        ("postgres://u:HUNTER@h/db?require_auth=scram-sha-256", "require_auth"),
        ("postgres://u:HUNTER@h/db?sslmode=verify-full", "sslrootcert=system"),
        (
            "postgres://u:HUNTER@h/db?sslmode=verify-full&sslrootcert=/nope.crt",
            "/nope.crt",
        ),
        (
            "postgres://u:HUNTER@h/db?sslmode=require&sslrootcert=system",
            "weak sslmode",
        ),
        ("postgres:///db?service=nope", "no service `nope`"),
    ] {
        lab.check(url, &[]).is(2, words);
    }
}

#[test]
fn a_connection_that_fails_says_why() {
    let lab = Lab::shared();
    let port = lab.port;
    let closed = free_port();
    for (url, words) in [
        (
            format!("postgres://pw:{SECRET}@127.0.0.1:{port}/app"),
            "password authentication failed for user \"pw\"",
        ),
        (format!("postgres://pw@127.0.0.1:{port}/app"), "no password supplied"),
        (
            format!("postgres://ghost@127.0.0.1:{port}/app"),
            "role \"ghost\" does not exist",
        ),
        (
            format!("postgres://127.0.0.1:{port}/nope"),
            "database \"nope\" does not exist",
        ),
        (
            format!("postgres://nobody@127.0.0.1:{port}/app"),
            "no pg_hba.conf entry",
        ),
        (
            format!("postgres://limited@127.0.0.1:{port}/app"),
            "too many connections",
        ),
        (
            format!("postgres://u:{SECRET}@127.0.0.1:{closed}/app"),
            "connection refused",
        ),
        (
            format!("postgres://u:{SECRET}@nowhere.invalid/app"),
            "the host name `nowhere.invalid` is unknown",
        ),
        ("postgres:///app?host=/nowhere".to_owned(), "the socket does not exist"),
        (
            format!("postgres://127.0.0.1:{port}/app?target_session_attrs=standby"),
            "not in hot standby mode",
        ),
    ] {
        lab.check(&url, &[]).is(3, words);
    }
    // A server that takes the connection and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent_port = silent.local_addr().expect("an address").port();
    lab.check(
        &format!("postgres://u@127.0.0.1:{silent_port}/app?connect_timeout=1"),
        &[],
    )
    .is(3, "no answer within 1 s");
}

/// Hands a connection on to a port until that many bytes have come back, and then nothing more: a network that dies.
fn dying_network(to: u16, bytes: usize) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    // The threads end with the connections, at the latest with the process.
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", to)).expect("a server");
            let (mut up, mut down) = (
                client.try_clone().expect("a socket"),
                server.try_clone().expect("a socket"),
            );
            std::thread::spawn(move || std::io::copy(&mut up, &mut down));
            std::thread::spawn(move || {
                let (mut server, mut client) = (server, client);
                let _ = std::io::copy(&mut server.by_ref().take(bytes as u64), &mut client);
                // Both ends stay open and hear nothing.
                std::thread::sleep(Duration::from_mins(2));
            });
        }
    });
    port
}

#[test]
fn a_network_that_dies_is_not_waited_for() {
    let lab = Lab::shared();
    let at = |port: u16| format!("postgres://127.0.0.1:{port}/app?sslmode=disable&connect_timeout=2");
    lab.check(&at(dying_network(lab.port, usize::MAX)), &[]).is(0, "");
    // In the midst of the greeting, and of the catalog.
    lab.check(&at(dying_network(lab.port, 100)), &[])
        .is(3, "no answer within 2 s");
    let url = at(dying_network(lab.port, 1000));
    let arguments = ["check", "--url", &url, "--statement-timeout", "50ms", "all.yaml"].map(str::to_owned);
    Outcome::new(&url, run::run(&lab.home(), [("USER", "postgres")], &arguments))
        .is(3, "the connection is dead, or the server is slow");
}

const UNTRUSTED: &str = "signed by an authority that is not trusted";

fn at(lab: &Lab, user: &str, parameters: &str) -> String {
    format!("postgres://{user}@localhost:{}/app?{parameters}", lab.port)
}

#[test]
#[ignore = "not run: needs openssl; see docs/development.md"]
fn tls_is_never_laxer_than_that_of_libpq() {
    let lab = Lab::shared_with_tls();
    let at = |user: &str, parameters: &str| at(lab, user, parameters);
    let (ca, other) = (lab.path("ca.crt"), lab.path("other.crt"));
    let pw = format!("pw:{ENCODED}");
    // user, parameters, exit code, words
    for (user, parameters, code, words) in [
        ("tlsonly", "sslmode=disable", 3, "pg_hba.conf"),
        ("tlsonly", "sslmode=allow", 0, ""),
        ("tlsonly", "sslmode=prefer", 0, ""),
        ("tlsonly", "sslmode=require", 0, ""),
        (&pw, "sslmode=require", 0, ""),
        (&pw, "sslmode=require&channel_binding=disable", 0, ""),
        (&pw, "sslmode=require&channel_binding=require", 0, ""),
        (
            &pw,
            "sslmode=disable&channel_binding=require",
            3,
            "channel_binding=require",
        ),
        (
            "tlsonly",
            "sslmode=require&channel_binding=require",
            3,
            "channel_binding=require",
        ),
        ("plainonly", "sslmode=disable", 0, ""),
        ("plainonly", "sslmode=allow", 0, ""),
        ("plainonly", "sslmode=prefer", 0, ""),
        ("plainonly", "sslmode=require", 3, "pg_hba.conf"),
        (
            "plainonly",
            &format!("sslmode=verify-full&sslrootcert={ca}"),
            3,
            "pg_hba.conf",
        ),
        ("tlsonly", &format!("sslmode=require&sslrootcert={ca}"), 0, ""),
        ("tlsonly", &format!("sslmode=verify-ca&sslrootcert={ca}"), 0, ""),
        ("tlsonly", &format!("sslmode=verify-full&sslrootcert={ca}"), 0, ""),
        ("tlsonly", &format!("sslmode=prefer&sslrootcert={other}"), 3, UNTRUSTED),
        ("tlsonly", &format!("sslmode=require&sslrootcert={other}"), 3, UNTRUSTED),
        (
            "tlsonly",
            &format!("sslmode=verify-ca&sslrootcert={other}"),
            3,
            UNTRUSTED,
        ),
        (
            "tlsonly",
            &format!("sslmode=verify-full&sslrootcert={other}"),
            3,
            UNTRUSTED,
        ),
        (
            "tlsonly",
            &format!("sslmode=verify-full&sslrootcert={ca}&hostaddr=127.0.0.1"),
            0,
            "",
        ),
        ("tlsonly", "sslmode=require&ssl_min_protocol_version=TLSv1.3", 0, ""),
        ("tlsonly", "sslmode=require&ssl_max_protocol_version=TLSv1.2", 0, ""),
        ("certuser", "sslmode=require", 3, "client certificate"),
        (
            "certuser",
            &format!(
                "sslmode=require&sslcert={}&sslkey={}",
                lab.path("client.crt"),
                lab.path("client.key")
            ),
            0,
            "",
        ),
    ] {
        lab.check(&at(user, parameters), &[]).is(code, words);
        assert_eq!(lab.psql(&at(user, parameters)), code == 0, "psql and {parameters}");
    }

    for (list, code, words) in [
        ("ca.crl", 0, ""),
        ("revoked.crl", 3, "has been revoked"),
        ("other.crl", 3, "does not cover the authority"),
    ] {
        let url = at(
            "tlsonly",
            &format!("sslmode=verify-full&sslrootcert={ca}&sslcrl={}", lab.path(list)),
        );
        lab.check(&url, &[]).is(code, words);
        assert_eq!(lab.psql(&url), code == 0, "psql and {list}");
    }

    // The name is verified, not the address to which it leads.
    let elsewhere = format!(
        "postgres://tlsonly@db.example.com:{}/app?sslmode=verify-full&sslrootcert={ca}&hostaddr=127.0.0.1",
        lab.port
    );
    lab.check(&elsewhere, &[]).is(
        3,
        "not valid for the host `db.example.com`, only for localhost, 127.0.0.1",
    );
    assert!(!lab.psql(&elsewhere));
}

#[test]
#[ignore = "not run: needs openssl; see docs/development.md"]
fn roots_are_those_that_are_named() {
    let lab = Lab::start_with_tls();
    let at = |user: &str, parameters: &str| at(&lab, user, parameters);
    let (ca, other) = (lab.path("ca.crt"), lab.path("other.crt"));
    // The roots that are named replace those of the machine, and nothing in the environment adds to them.
    let strict = at("tlsonly", &format!("sslmode=verify-full&sslrootcert={other}"));
    lab.check(&at("tlsonly", "sslrootcert=system"), &[("SSL_CERT_FILE", &ca)])
        .is(0, "");
    lab.check(&at("tlsonly", "sslrootcert=system"), &[("PGSSLROOTCERT", &ca)])
        .is(3, UNTRUSTED);
    lab.check(&strict, &[("SSL_CERT_FILE", &ca)]).is(3, UNTRUSTED);
    lab.check(&strict, &[("PGSSLROOTCERT", &ca)]).is(3, UNTRUSTED);
    lab.check(&at("tlsonly", "sslmode=require"), &[("PGSSLKEY", "/nope")])
        .is(0, "");
    lab.write("store/ca.crt", &fs::read_to_string(&ca).expect("a certificate"));
    lab.check(
        &strict,
        &[("SSL_CERT_DIR", &lab.home().join("store").display().to_string())],
    )
    .is(3, UNTRUSTED);
    // The default root file turns `require` into `verify-ca`.
    lab.write(
        ".postgresql/root.crt",
        &fs::read_to_string(&other).expect("a certificate"),
    );
    lab.check(&at("tlsonly", "sslmode=require"), &[]).is(3, UNTRUSTED);
    fs::remove_dir_all(lab.home().join(".postgresql")).expect("to remove the default root file");
}

#[test]
#[ignore = "not run: needs openssl; see docs/development.md"]
fn certificates_are_verified_as_libpq_does() {
    let lab = Lab::start_with_tls();
    let at = |user: &str, parameters: &str| at(&lab, user, parameters);
    let (ca, selfsigned) = (lab.path("ca.crt"), lab.path("selfsigned.crt"));
    // certificate, root, exit codes of verify-ca and verify-full, words
    for (certificate, root, verify_ca, verify_full, words) in [
        (
            "wrong",
            &ca,
            0,
            3,
            "not valid for the host `localhost`, only for db.example.com",
        ),
        ("nosan", &ca, 0, 3, "no subject alternative name"),
        ("expired", &ca, 3, 3, "expired"),
        // The very certificate that the file names; another of its kind is none of it.
        ("selfsigned", &selfsigned, 0, 0, ""),
        ("selfsigned", &ca, 3, 3, "CA:TRUE"),
    ] {
        lab.show(certificate);
        lab.check(&at("tlsonly", "sslmode=require"), &[]).is(0, "");
        for (mode, code) in [("verify-ca", verify_ca), ("verify-full", verify_full)] {
            let url = at("tlsonly", &format!("sslmode={mode}&sslrootcert={root}"));
            lab.check(&url, &[]).is(code, if code == 0 { "" } else { words });
            // libpq takes the common name where there is no other.
            if certificate != "nosan" {
                assert_eq!(lab.psql(&url), code == 0, "psql and {url}");
            }
        }
    }
}

/// PgBouncer in transaction mode, before the database `app` of a laboratory, with two connections of its own.
struct Pooler {
    child: Child,
    port: u16,
    log: String,
}

impl Pooler {
    fn start(lab: &Lab) -> Self {
        let port = free_port();
        let launched = &lab.launched;
        let users = launched
            .file(&format!("users-{port}.txt"), "\"pw\" \"HUNTER2\"\n")
            .expect("a file");
        let log = launched.file(&format!("pgbouncer-{port}.log"), "").expect("a file");
        let settings = format!(
            "[databases]\napp = host=127.0.0.1 port={} dbname=app user=pw password='{PASSWORD}' pool_size=2\n\
             [pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\nunix_socket_dir=\nauth_type=plain\n\
             auth_file={users}\npool_mode=transaction\nlogfile={log}\n",
            lab.port,
        );
        let ini = launched
            .file(&format!("pgbouncer-{port}.ini"), &settings)
            .expect("a file");
        let program = ["/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"]
            .iter()
            .map(|folder| Path::new(folder).join("pgbouncer"))
            .find(|path| path.exists())
            .expect("this test needs pgbouncer: apt-get install pgbouncer");
        let child = launched
            .command(program)
            .args(["-q", &ini])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pgbouncer");
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(start.elapsed() < Duration::from_secs(30), "pgbouncer does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, port, log }
    }

    fn log(&self) -> String {
        fs::read_to_string(&self.log).expect("pgbouncer's log")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // Best effort: what has ended by itself need not be ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_wrong_password_is_not_tried_again() {
    let lab = Lab::shared();
    let url = format!("postgresql://pw:wrong@127.0.0.1:{}/app", lab.port);
    let arguments = ["check", "--url", &url, "t.yaml", "--wait", "60s"].map(str::to_owned);
    let run = run::run(&lab.home(), [("USER", "postgres")], &arguments);
    assert!(run.duration < Duration::from_secs(30), "{run:?}");
    assert!(!run.stderr.contains("wait"), "{run:?}");
    Outcome::new(&url, run).is(3, "password authentication failed");
}

#[test]
#[ignore = "not run: needs pgbouncer; see docs/development.md"]
fn a_transaction_pooler_is_no_obstacle() {
    let lab = Lab::shared();
    let pooler = Pooler::start(lab);
    let at = |password: &str, rest: &str| format!("postgres://pw:{password}@127.0.0.1:{}/{rest}", pooler.port);
    for (url, code, words) in [
        (at("HUNTER2", "app"), 0, ""),
        (at("HUNTER2", "app?pgbouncer=true&target_session_attrs=primary"), 0, ""),
        (at(SECRET, "app"), 3, "password authentication failed"),
        (at("HUNTER2", "nope"), 3, "no such database"),
        (
            at("HUNTER2", "app?options=-c%20work_mem%3D1MB"),
            3,
            "unsupported startup parameter",
        ),
        (at("HUNTER2", "app?sslmode=require"), 3, "does not support TLS"),
    ] {
        lab.check(&url, &[]).is(code, words);
    }
}

#[test]
#[ignore = "not run: needs pgbouncer; see docs/development.md"]
fn a_pooler_with_too_few_connections_is_read_through_one() {
    let lab = Lab::shared();
    let pooler = Pooler::start(lab);
    let url = format!("postgres://pw:HUNTER2@127.0.0.1:{}/app", pooler.port);
    for (jobs, longest) in [("2", 30), ("5", 60)] {
        let start = Instant::now();
        let arguments = ["check", "--url", &url, "--jobs", jobs, "--lock-timeout", "1s", "t.yaml"].map(str::to_owned);
        let run = run::run(&lab.home(), [("USER", "postgres")], &arguments);
        Outcome::new(&url, run).is(0, "");
        assert!(
            start.elapsed() < Duration::from_secs(longest),
            "{jobs} connections of two"
        );
    }
}

#[test]
#[ignore = "not run: needs pgbouncer; see docs/development.md"]
fn runs_at_the_same_time_do_not_meet_in_a_transaction_pooler() {
    let lab = Lab::shared();
    let pooler = Pooler::start(lab);
    lab.write(
        "drift.yaml",
        &EXPECTED
            .replace("price >= 0", "price > 0")
            .replace("equals: 0", "equals: 7"),
    );
    let url = format!("postgres://pw:HUNTER2@127.0.0.1:{}/app", pooler.port);
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|number| {
                let url = &url;
                scope.spawn(move || {
                    for _ in 0..4 {
                        if number % 2 == 0 {
                            lab.check_file("all.yaml", url, &[])
                                .is(0, " passed, 0 drift, 0 warnings, 0 unknown");
                        } else {
                            let outcome = lab.check_file("drift.yaml", url, &[]);
                            outcome.is(1, " 2 drift, 0 warnings, 0 unknown");
                            outcome.is(1, "found     0");
                        }
                    }
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("a thread that checks");
        }
    });
    // A transaction that is left open costs the pooler its connection.
    let log = pooler.log();
    assert!(!log.contains("unclean") && !log.contains("not ready"), "{log}");
}

#[test]
fn a_hot_standby_is_checked_like_a_primary() {
    let lab = Lab::start();
    let standby = Launched::prepare().expect("a folder");
    let mut backup = standby.command("pg_basebackup");
    backup.args(["-h", &lab.socket(), "-p", &lab.port.to_string(), "-U", "postgres"]);
    backup
        .args(["-R", "-X", "stream", "-c", "fast", "-D"])
        .arg(standby.data());
    finish(&mut backup).expect("pg_basebackup");
    let port = free_port();
    standby
        .configure(&format!(
            "port={port}\nhot_standby=on\nssl=off\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{}'\n",
            standby.folder.display()
        ))
        .and_then(|()| standby.start())
        .expect("a standby");
    let at = |parameters: &str| format!("postgres://127.0.0.1:{port}/app?{parameters}");
    lab.check_file("all.yaml", &at(""), &[])
        .is(0, " passed, 0 drift, 0 warnings, 0 unknown");
    lab.check(&at("target_session_attrs=standby"), &[]).is(0, "");
    lab.check(&at("target_session_attrs=read-write"), &[])
        .is(3, "session is read-only");
    let both = |attrs: &str| {
        format!(
            "postgres://127.0.0.1:{},127.0.0.1:{port}/app?target_session_attrs={attrs}",
            lab.port
        )
    };
    for attrs in ["standby", "primary", "read-only", "read-write", "prefer-standby", "any"] {
        lab.check_file("all.yaml", &both(attrs), &[]).is(0, " passed, 0 drift");
    }
    lab.write("differs.yaml", &EXPECTED.replace("price >= 0", "price > 0"));
    lab.check_file("differs.yaml", &at(""), &[])
        .is(1, " 1 drift, 0 warnings, 0 unknown");

    // One that lags behind is waited for.
    let host = utf8_percent_encode(&standby.folder.display().to_string(), NON_ALPHANUMERIC).to_string();
    let behind = Server::at(&format!("postgresql://postgres@{host}:{port}/postgres")).expect("the standby");
    behind.execute("app", "select pg_wal_replay_pause()");
    lab.server().execute("app", "create table late (id int)");
    lab.write("late.yaml", "driftgate: 1\ntables: {late: present}\n");
    let arguments = ["check", "--url", &at(""), "late.yaml", "--wait", "60s"].map(str::to_owned);
    let run = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(1));
            behind.execute("app", "select pg_wal_replay_resume()");
        });
        run::run(&lab.home(), [("USER", "postgres")], &arguments)
    });
    assert!(run.stderr.contains(": 1 drift\n"), "{run:?}");
    Outcome::new(&at(""), run).is(0, " passed, 0 drift");
}
