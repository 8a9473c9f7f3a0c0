use std::collections::BTreeMap;
use std::path::PathBuf;

use super::*;

/// A directory that goes away with the test.
struct Home(PathBuf);

impl Home {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("driftgate-conninfo-{name}-{}", std::process::id()));
        std::fs::create_dir_all(path.join(".postgresql")).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        path.display().to_string()
    }

    fn env(&self) -> (&'static str, String) {
        ("HOME", self.0.display().to_string())
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const PEM: &str = "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n";
const KEY: &str = "-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n";

fn resolve(url: &str, env: &[(&str, String)]) -> Result<Conninfo, Problem> {
    let mut map: BTreeMap<&str, String> = BTreeMap::from([("USER", "me".to_owned())]);
    map.extend(env.iter().cloned());
    Conninfo::resolve(url, &|name| map.get(name).cloned())
}

fn ok(url: &str, env: &[(&str, &str)]) -> Conninfo {
    let env: Vec<_> = env.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
    resolve(url, &env).unwrap_or_else(|problem| panic!("{url}: {problem}"))
}

fn refused(url: &str, env: &[(&str, &str)]) -> String {
    let env: Vec<_> = env.iter().map(|(k, v)| (*k, (*v).to_owned())).collect();
    match resolve(url, &env) {
        Ok(info) => panic!("{url} resolved to {info:?}"),
        Err(problem) => format!("{} | {}", problem.message, problem.hint.unwrap_or_default()),
    }
}

fn password(info: &Conninfo, index: usize) -> Option<&str> {
    info.hosts()[index]
        .password
        .as_ref()
        .map(|(password, _)| password.as_str())
}

#[test]
fn defaults_are_those_of_libpq() {
    let info = ok("postgres://h", &[]);
    assert_eq!((info.user(), info.dbname(), info.host()), ("me", "me", "h"));
    assert_eq!(info.display(), "postgresql://h:5432/me");
    assert_eq!(info.connect_timeout(), Some(Duration::from_secs(10)));
    assert_eq!(
        (info.session(), info.application_name(), info.options()),
        (SessionAttrs::Any, "driftgate", None)
    );
    assert_eq!(
        info.tls(),
        &Tls {
            mode: SslMode::Prefer,
            roots: Roots::Unverified,
            client: None,
            versions: TlsVersions::Any,
            revoked: None,
        }
    );
    assert_eq!(ok("postgres://boss@h", &[]).dbname(), "boss");
    assert!(refused("postgres://h", &[("USER", "")]).contains("no user name"));
    assert!(info.notes().is_empty());
    // Port 1 has no socket anywhere.
    assert_eq!(ok("postgres://?port=1", &[]).display(), "postgresql://localhost:1/me");
}

#[test]
fn the_url_wins_over_the_service_and_the_service_over_the_environment() {
    let home = Home::new("precedence");
    home.file(
        ".pg_service.conf",
        "[prod]\nhost=service-host\nport=6000\ndbname=service-db\napplication_name=svc\n",
    );
    let env = [
        home.env(),
        ("PGHOST", "env-host".to_owned()),
        ("PGPORT", "7000".to_owned()),
        ("PGUSER", "env-user".to_owned()),
        ("PGDATABASE", "env-db".to_owned()),
        ("PGPASSWORD", "env-password".to_owned()),
        ("PGCONNECT_TIMEOUT", "3".to_owned()),
    ];
    let info = resolve("postgres:///url-db?service=prod", &env).unwrap();
    assert_eq!(info.display(), "postgresql://service-host:6000/url-db");
    assert_eq!((info.user(), info.application_name()), ("env-user", "svc"));
    assert_eq!(password(&info, 0), Some("env-password"));
    assert_eq!(info.connect_timeout(), Some(Duration::from_secs(3)));
    let info = resolve("postgres://u:url-password@url-host", &env).unwrap();
    assert_eq!(info.display(), "postgresql://url-host:7000/env-db");
    assert_eq!((info.user(), password(&info, 0)), ("u", Some("url-password")));
    let missing = resolve("postgres:///x?service=nope", &env).unwrap_err();
    assert!(missing.message.contains("no service `nope`"));
    let mut by_variable = env.to_vec();
    by_variable.push(("PGSERVICE", "prod".to_owned()));
    assert_eq!(
        resolve("postgres://", &by_variable).unwrap().display(),
        "postgresql://service-host:6000/service-db"
    );
    by_variable.push(("PGSERVICEFILE", "/nowhere/service.conf".to_owned()));
    assert!(
        resolve("postgres://", &by_variable)
            .unwrap_err()
            .message
            .contains("/nowhere/service.conf")
    );
}

#[test]
fn lists_of_hosts() {
    let hosts = |url: &str| ok(url, &[]).display();
    assert_eq!(
        hosts("postgres://a,b:6,[::1]/d"),
        "postgresql://a:5432,b:6,[::1]:5432/d"
    );
    assert_eq!(hosts("postgres:///d?host=a,b&port=7"), "postgresql://a:7,b:7/d");
    assert_eq!(
        hosts("postgres:///d?host=a,/run&port=7,8"),
        "postgresql://a:7,%2Frun:8/d"
    );
    assert!(refused("postgres:///d?host=a,b,c&port=7,8", &[]).contains("2 port numbers to 3 hosts"));
    assert!(refused("postgres:///d?host=a,b&hostaddr=::1", &[]).contains("2 host names to 1 hostaddr"));
    assert!(refused("postgres:///d?hostaddr=a", &[]).contains("numeric IP address"));
    for port in ["0", "65536", "x", "-1"] {
        assert!(refused(&format!("postgres:///d?host=a&port={port}"), &[]).contains("between 1 and 65535"));
    }
    let info = ok("postgres:///d?host=db.example.com&hostaddr=127.0.0.1", &[]);
    assert_eq!(info.hosts()[0].address, Address::Tcp("127.0.0.1".to_owned()));
    assert_eq!(info.host(), "db.example.com");
}

#[test]
fn the_password_file_fills_in_per_host() {
    let home = Home::new("pgpass");
    let path = home.file(".pgpass", "a:*:*:*:for-a\nb:6:d:u:for-b\n");
    let info = resolve("postgres://u@a,b:6,c/d", &[home.env()]).unwrap();
    assert_eq!(
        [password(&info, 0), password(&info, 1), password(&info, 2)],
        [Some("for-a"), Some("for-b"), None]
    );
    assert!(info.notes().is_empty());
    assert_eq!(
        password(&ok("postgres://u@a/d", &[("PGPASSFILE", &path)]), 0),
        Some("for-a")
    );
    assert_eq!(
        password(&ok(&format!("postgres://u@a/d?passfile={path}"), &[]), 0),
        Some("for-a")
    );
    assert_eq!(
        password(&ok("postgres://u:x@a/d", &[("PGPASSFILE", &path)]), 0),
        Some("x")
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let info = resolve("postgres://u@a/d", &[home.env()]).unwrap();
        assert_eq!(password(&info, 0), None);
        assert!(info.notes()[0].contains("chmod 600"));
    }
}

#[test]
fn parameters_of_orms_are_ignored() {
    let info = ok(
        "postgres://u:p@h/d?schema=public&pgbouncer=true&connection_limit=1&pool_timeout=0&socket_timeout=5\
         &statement_cache_size=0&sslaccept=strict&pool=x&pooler=y&api_key=K&keepalives=1&keepalives_idle=3\
         &tcp_user_timeout=1&krbsrvname=x&gssencmode=prefer&client_encoding=utf8&ssl_min_protocol_version=TLSv1.2",
        &[],
    );
    assert!(info.notes().is_empty());
    assert_eq!(info.options(), None);
    // As in libpq, the options of the URL take the place of those of the environment.
    let info = ok(
        "postgres://h/d?options=endpoint%3Dep-x%20-c%20a%3Db",
        &[("PGOPTIONS", "-c b=c")],
    );
    assert_eq!(info.options(), Some("endpoint=ep-x -c a=b"));
    assert!(info.notes().is_empty());
}

#[test]
fn demands_that_cannot_be_enforced_are_refused() {
    for (parameters, words) in [
        ("require_auth=scram-sha-256", "require_auth"),
        ("gssencmode=require", "GSSAPI"),
        ("sslcrl=/x", "without root certificates"),
        ("sslcrldir=/x", "sslcrldir"),
        (
            "ssl_min_protocol_version=TLSv1.4",
            "valid values are TLSv1, TLSv1.1, TLSv1.2 and TLSv1.3",
        ),
        ("ssl_max_protocol_version=TLSv1.1", "rules out TLS 1.2"),
        (
            "ssl_min_protocol_version=TLSv1.3&ssl_max_protocol_version=TLSv1.2",
            "is greater than",
        ),
        ("sslmode=no-verify", "sslmode=require means the same"),
        (
            "sslmode=verify",
            "disable, allow, prefer, require, verify-ca and verify-full",
        ),
        ("sslcertmode=require", "sslcertmode"),
        ("connect_timeout=soon", "whole number"),
        ("target_session_attrs=leader", "prefer-standby"),
        ("min_protocol_version=3.2", "3.0"),
    ] {
        let problem = refused(&format!("postgres://u:HUNTER@h/d?{parameters}"), &[]);
        assert!(problem.contains(words), "{parameters}: {problem}");
        assert!(!problem.contains("HUNTER"));
    }
    assert!(refused("postgres:///d?host=/run&requirepeer=postgres", &[]).contains("requirepeer"));
    assert!(refused("postgres://h/d", &[("PGREQUIREAUTH", "md5")]).contains("require_auth"));
    // Without TLS, they have no effect.
    ok(
        "postgres://h/d?sslmode=disable&sslcrl=/x&ssl_min_protocol_version=TLSv1.3&sslcert=/nope",
        &[],
    );
    ok("postgres:///d?host=/run&sslmode=verify-full", &[]);
    for (parameters, versions) in [
        ("ssl_min_protocol_version=TLSv1", TlsVersions::Any),
        ("ssl_min_protocol_version=tlsv1.3", TlsVersions::Only13),
        ("ssl_max_protocol_version=TLSv1.2", TlsVersions::Only12),
    ] {
        assert_eq!(
            ok(&format!("postgres://h/d?{parameters}"), &[]).tls().versions,
            versions
        );
    }
    for (parameters, binding) in [
        ("", ChannelBinding::Prefer),
        ("channel_binding=disable", ChannelBinding::Disable),
        ("channel_binding=require", ChannelBinding::Require),
    ] {
        let info = ok(&format!("postgres://h/d?{parameters}"), &[]);
        assert_eq!(info.channel_binding(), binding);
        assert!(info.notes().is_empty());
    }
    assert!(refused("postgres://h/d", &[("PGCHANNELBINDING", "yes")]).contains("disable, prefer and require"));
}

#[test]
fn timeouts() {
    for (text, expected) in [("0", None), ("-1", None), ("7", Some(7))] {
        let info = ok(&format!("postgres://h/d?connect_timeout={text}"), &[]);
        assert_eq!(info.connect_timeout(), expected.map(Duration::from_secs));
    }
}

/// The settings of these parameters, with the files of a home.
fn in_home(home: &Home, parameters: &str) -> Result<Conninfo, Problem> {
    resolve(&format!("postgres://h/d?{parameters}"), &[home.env()])
}

/// The mode and the file of the trusted roots.
fn trust(home: &Home, parameters: &str) -> (SslMode, Option<String>) {
    let info = in_home(home, parameters).unwrap_or_else(|problem| panic!("{parameters}: {problem}"));
    let file = match &info.tls().roots {
        Roots::File(path) => Some(path.display().to_string()),
        Roots::System | Roots::Unverified => None,
    };
    (info.tls().mode, file)
}

#[test]
fn roots_are_those_of_libpq() {
    let home = Home::new("roots");
    let named = home.file("ca.pem", PEM);
    let empty = home.file("empty.pem", "nothing\n");
    let try_with = |parameters: &str| in_home(&home, parameters);
    let trust = |parameters: &str| trust(&home, parameters);
    // No file, no verification; verify-* insists.
    assert_eq!(trust("sslmode=require"), (SslMode::Require, None));
    for mode in ["verify-ca", "verify-full"] {
        let problem = try_with(&format!("sslmode={mode}")).unwrap_err();
        assert!(problem.message.contains("root.crt\" does not exist"), "{problem}");
        assert!(problem.hint.unwrap().contains("sslrootcert=system"));
        let problem = try_with(&format!("sslmode={mode}&sslrootcert=/nope/ca.pem")).unwrap_err();
        assert!(problem.message.contains("\"/nope/ca.pem\""), "{problem}");
        assert_eq!(
            trust(&format!("sslmode={mode}&sslrootcert={named}")).1,
            Some(named.clone())
        );
    }
    assert!(try_with("sslmode=require&sslrootcert=/nope").unwrap().notes()[0].contains("not verified"));
    assert!(
        try_with(&format!("sslmode=require&sslrootcert={empty}"))
            .unwrap_err()
            .message
            .contains("no certificate")
    );
    // The default file turns require, and even prefer, into verify-ca.
    let own = home.file(".postgresql/root.crt", PEM);
    assert_eq!(trust("sslmode=require"), (SslMode::Require, Some(own.clone())));
    assert_eq!(trust("").1, Some(own.clone()));
    assert_eq!(trust("sslmode=disable").1, None);
    assert_eq!(trust("sslmode=verify-full").1, Some(own));
}

#[test]
fn roots_of_the_system() {
    let home = Home::new("system-roots");
    let try_with = |parameters: &str| in_home(&home, parameters);
    let info = try_with("sslrootcert=system").unwrap();
    assert_eq!(
        (info.tls().mode, &info.tls().roots),
        (SslMode::VerifyFull, &Roots::System)
    );
    assert!(
        try_with("sslrootcert=system&sslmode=require")
            .unwrap_err()
            .message
            .contains("weak sslmode")
    );
    // hostaddr
    assert!(try_with("sslrootcert=system&hostaddr=127.0.0.1").is_ok());
    let problem = resolve("postgres:///d?hostaddr=127.0.0.1&sslrootcert=system", &[home.env()]).unwrap_err();
    assert!(problem.message.contains("host name must be specified"));
}

#[test]
fn revocation_lists_are_those_of_libpq() {
    let home = Home::new("revocation");
    let named = home.file("ca.pem", PEM);
    home.file(".postgresql/root.crt", PEM);
    let own_list = home.file(".postgresql/root.crl", "");
    let list = |parameters: &str| {
        let info = in_home(&home, parameters).map_err(|problem| problem.message)?;
        Ok::<_, String>(info.tls().revoked.as_ref().map(|path| path.display().to_string()))
    };
    assert_eq!(list("sslmode=verify-full"), Ok(Some(own_list)));
    assert_eq!(list(&format!("sslmode=verify-full&sslcrl={named}")), Ok(Some(named)));
    assert!(
        list("sslmode=verify-full&sslcrl=/nope")
            .unwrap_err()
            .contains("\"/nope\" does not exist")
    );
}

#[test]
fn client_certificates() {
    let home = Home::new("client");
    let try_with = |parameters: &str| resolve(&format!("postgres://h/d?{parameters}"), &[home.env()]);
    let client = |parameters: &str| try_with(parameters).map(|info| info.tls().client.clone());
    assert_eq!(client(""), Ok(None));
    assert!(
        client("sslcert=/nope.crt")
            .unwrap_err()
            .message
            .contains("\"/nope.crt\" does not exist")
    );
    let certificate = home.file(".postgresql/postgresql.crt", PEM);
    assert!(client("").unwrap_err().message.contains("private key file does not"));
    assert_eq!(client("sslcertmode=disable"), Ok(None));
    let key = home.file(".postgresql/postgresql.key", KEY);
    assert_eq!(client(""), Ok(Some((certificate.into(), key.clone().into()))));
    home.file(".postgresql/postgresql.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\n");
    assert!(client("").unwrap_err().message.contains("encrypted"));
    assert!(client("sslkey=engine:x").unwrap_err().message.contains("engine"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        home.file(".postgresql/postgresql.key", KEY);
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(client("").unwrap_err().message.contains("group or world access"));
    }
    // Like libpq, ignore a key without a certificate.
    assert_eq!(ok("postgres://h/d", &[("PGSSLKEY", "/k")]).tls().client, None);
}

#[test]
fn nothing_prints_the_password() {
    let info = ok(
        "postgres://u:HUNTER@h/d?options=-c%20x%3DHUNTER",
        &[("PGPASSWORD", "HUNTER")],
    );
    let printed = format!("{info:?} {:?} {} {:?}", info.hosts(), info.display(), info.notes());
    assert!(!printed.contains("HUNTER"), "{printed}");
    assert!(printed.contains("from the URL"));
}

#[test]
fn no_text_makes_it_panic() {
    const PIECES: [&str; 20] = [
        "postgres://",
        "postgresql://",
        "@",
        ":",
        "/",
        "?",
        "&",
        "=",
        "#",
        "%",
        "%2",
        "%41",
        "[",
        "]",
        ",",
        "é",
        "5432",
        "host",
        "sslmode",
        "\0",
    ];
    let mut state = 12345_usize;
    for _ in 0..20_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            text.push_str(PIECES[(state >> 33) % PIECES.len()]);
        }
        let _ = resolve(&text, &[]).map(|info| info.display());
        let _ = resolve(&format!("postgres://{text}"), &[]).map(|info| info.display());
        let _ = redact(&text);
    }
}
