//! The URL form of a connection string, read as libpq reads it.
//!
//! Source: libpq documentation, "Connection URIs" (section 34.1.1.2).

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

use crate::error::Problem;

/// How to write the characters that would end a password.
const ENCODE: &str = "in a URL, write %23 for #, %2F for /, %3F for ?, %40 for @ and %25 for %";

/// The settings in a URL, with libpq's names (`host`, `port`, `user`, `password`, `dbname` and every
/// parameter after the `?`). Several hosts or ports are separated by commas.
///
/// # Errors
/// A problem that never quotes the URL, because the malformed part is usually the password.
pub(super) fn parse(url: &str) -> Result<BTreeMap<String, String>, Problem> {
    let url = url.trim();
    let rest = after_scheme(url)?;

    // A password may contain an unencoded `@`, so the last one before the path or the query ends the credentials. For
    // libpq, half a password could become the host. Therefore an unencoded `@` is refused in the host, the database name and
    // names of parameters: otherwise a message would print half of the password.
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    let (path, query) = match tail.split_once('?') {
        Some((path, query)) => (path, query),
        None => (tail, ""),
    };
    let at = authority.rfind('@');
    if path.contains('@') || (at.is_none() && path.is_empty() && query.contains('@')) {
        return Err(unencoded());
    }

    let mut settings = BTreeMap::new();
    let (credentials, hosts) = match at {
        Some(at) => (&authority[..at], &authority[at + 1..]),
        None => ("", authority),
    };
    if credentials.contains('#') {
        return Err(unencoded());
    }
    let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
    store(&mut settings, "user", decode(user, "the user name")?);
    store(&mut settings, "password", decode(password, "the password")?);
    let (hosts, ports) = host_list(hosts, at.is_some())?;
    store(&mut settings, "host", hosts);
    store(&mut settings, "port", ports);
    let dbname = path.strip_prefix('/').unwrap_or(path);
    store(&mut settings, "dbname", decode(dbname, "the database name")?);
    parameters(query, &mut settings)?;
    Ok(settings)
}

/// The form of a URL, as advice.
const FORM: &str = "write postgresql://user:password@host:5432/dbname";

/// The text after `postgresql://`, or a problem that explains what the text is instead.
fn after_scheme(url: &str) -> Result<&str, Problem> {
    if url.is_empty() {
        return Err(Problem::new("the database URL is empty").hint(FORM));
    }
    if url.starts_with(['"', '\'', '`']) || url.ends_with(['"', '\'', '`']) {
        return Err(Problem::new(
            "the database URL is wrapped in quotes that belong to the \
             shell or to the .env file",
        )
        .hint(
            "remove the quotes; CI variables and `docker --env-file` treat them as part \
             of the value",
        ));
    }
    let scheme_end = url.find("://");
    let scheme = scheme_end.map_or("", |end| &url[..end]).to_ascii_lowercase();
    // SQLAlchemy writes the driver of Python behind it, which does not matter here: postgresql+asyncpg://.
    let is_driver = |driver: &str| !driver.is_empty() && driver.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let name = match scheme.split_once('+') {
        Some((name, driver)) if is_driver(driver) => name,
        Some(_) | None => scheme.as_str(),
    };
    if let (Some(end), "postgres" | "postgresql") = (scheme_end, name) {
        return Ok(&url[end + 3..]);
    }
    not_a_command(url)?;
    Err(other_scheme(url, &scheme))
}

/// Refuses a command or an assignment around the URL.
fn not_a_command(url: &str) -> Result<(), Problem> {
    if url.starts_with("psql ") {
        return Err(Problem::new("this is a psql command, not a database URL")
            .hint("keep only the URL that follows `psql`, without its quotes"));
    }
    if let Some((name, _)) = url.split_once("=postgres")
        && !name.is_empty()
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b' ')
    {
        return Err(Problem::new("the database URL starts with the name of the variable")
            .hint("give only the text after the `=`"));
    }
    Ok(())
}

/// The problem of a URL with this scheme, which is not that of PostgreSQL; a text without a scheme has an empty one.
fn other_scheme(url: &str, scheme: &str) -> Problem {
    match scheme {
        "prisma" | "prisma+postgres" | "prisma+postgresql" => Problem::new(format!(
            "a `{scheme}://` URL is for Prisma Accelerate, which uses HTTP and not the \
             PostgreSQL protocol"
        ))
        .hint(
            "use the direct URL of the database (`directUrl` in schema.prisma), which begins \
             with postgres://",
        ),
        "jdbc:postgresql" | "jdbc:postgres" => Problem::new("this is a JDBC URL, which only Java drivers accept").hint(
            "remove `jdbc:` and write user and password as \
                 postgresql://user:password@host:5432/dbname",
        ),
        "mysql" | "mariadb" | "mysql2" | "sqlserver" | "mssql" | "sqlite" | "mongodb" | "mongodb+srv" | "redis"
        | "oracle" | "libsql" => Problem::new(format!(
            "a `{scheme}://` URL is not of a \
             PostgreSQL database"
        ))
        .hint(FORM),
        "http" | "https" => Problem::new("this is a web address, not a database URL").hint(format!(
            "use the connection string of the database, not the address of its web API; {FORM}"
        )),
        "" if is_keyword_form(url) => Problem::new(
            "the keyword form of a connection string (`host=… dbname=…`) is not \
             accepted",
        )
        .hint(FORM),
        "" => Problem::new(
            "this is not a database URL: it does not begin with \
             postgresql://",
        )
        .hint(FORM),
        _ => Problem::new(format!(
            "a database URL begins with postgresql:// or postgres://, not with `{}://`",
            nameable(scheme)
        ))
        .hint(FORM),
    }
}

/// The scheme if it may be printed. A long or unusual one could contain a secret.
fn nameable(scheme: &str) -> &str {
    let plain = scheme.len() <= 24
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    if plain { scheme } else { "***" }
}

fn is_keyword_form(text: &str) -> bool {
    text.split_once('=').is_some_and(|(key, _)| {
        let key = key.trim();
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
    })
}

/// `host[:port],host[:port]…` as two lists.
fn host_list(text: &str, has_credentials: bool) -> Result<(String, String), Problem> {
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for item in text.split(',') {
        let (host, port) = if let Some(inner) = item.strip_prefix('[') {
            let Some((address, after)) = inner.split_once(']') else {
                return Err(Problem::new("an IPv6 address in the database URL has no closing `]`"));
            };
            if address.is_empty() {
                return Err(Problem::new(
                    "the brackets of an IPv6 address in the database URL are empty",
                ));
            }
            match after.strip_prefix(':') {
                Some(port) => (address, port),
                None if after.is_empty() => (address, ""),
                None => {
                    return Err(Problem::new(
                        "the text after the `]` of an IPv6 address in the database URL is not a port",
                    ));
                }
            }
        } else {
            item.split_once(':').unwrap_or((item, ""))
        };
        if !port.bytes().all(|b| b.is_ascii_digit()) {
            // Without an `@`, the text before the colon may be a user, and the text after it a password.
            return Err(if !has_credentials {
                unencoded()
            } else if port.contains(':') {
                Problem::new("an IPv6 address in the database URL must be in brackets")
                    .hint("for example postgresql://user:password@[2001:db8::1]:5432/dbname")
            } else {
                Problem::new("what follows the host and the colon in the database URL is not a port number")
                    .hint(ENCODE)
            });
        }
        hosts.push(decode(host, "the host")?);
        ports.push(port);
    }
    let ports = if ports.iter().all(|port| port.is_empty()) {
        String::new()
    } else {
        ports.join(",")
    };
    Ok((hosts.join(","), ports))
}

/// The parameters after the `?`.
fn parameters(query: &str, settings: &mut BTreeMap<String, String>) -> Result<(), Problem> {
    let mut ssl = None;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let Some((name, value)) = pair.split_once('=') else {
            return Err(Problem::new("a parameter of the database URL has no `=`").hint(ENCODE));
        };
        if name.contains('@') {
            return Err(unencoded());
        }
        let name = decode(name, "the name of a parameter")?;
        let value = decode(value, "the value of a parameter")?;
        if name == "ssl" {
            // libpq accepts `ssl=true` for compatibility with JDBC; asyncpg uses a mode as the value.
            ssl = match value.as_str() {
                "true" | "1" => Some("require".to_owned()),
                "require" | "verify-ca" | "verify-full" => Some(value),
                _ => None,
            };
        } else {
            settings.insert(name, value);
        }
    }
    if let Some(mode) = ssl {
        settings.entry("sslmode".to_owned()).or_insert(mode);
    }
    Ok(())
}

/// Like libpq, skips the empty parts of a URL, so that the service file or the environment can supply them.
fn store(settings: &mut BTreeMap<String, String>, name: &str, value: String) {
    if !value.is_empty() {
        settings.insert(name.to_owned(), value);
    }
}

fn unencoded() -> Problem {
    Problem::new(
        "the database URL cannot be parsed: a #, / or ? in the user name or password, or an @ \
         after the host, is not percent-encoded",
    )
    .hint(ENCODE)
}

/// Percent-decoding that refuses what libpq refuses: `%` without two digits, and `%00`.
fn decode(text: &str, what: &str) -> Result<String, Problem> {
    let bytes = text.as_bytes();
    for (at, _) in text.match_indices('%') {
        let digits = bytes.get(at + 1..at + 3).unwrap_or_default();
        if digits.len() != 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return Err(Problem::new(format!(
                "a % in {what} of the database URL is not followed by two hexadecimal digits"
            ))
            .hint(ENCODE));
        }
        if digits == b"00" {
            return Err(Problem::new(format!(
                "{what} of the database URL contains %00, which PostgreSQL cannot take"
            )));
        }
    }
    match percent_decode_str(text).decode_utf8() {
        Ok(decoded) => Ok(decoded.into_owned()),
        Err(_) => Err(
            Problem::new(format!("{what} of the database URL is not UTF-8 once decoded"))
                .hint("percent-encode each byte of the character's UTF-8 form, for example %C3%A9 for é"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::conninfo::redact;

    fn read(url: &str) -> String {
        match parse(url) {
            Ok(settings) => settings
                .iter()
                .map(|(k, v)| format!("{k}={v}"))
                .collect::<Vec<_>>()
                .join(" "),
            Err(problem) => format!("! {} | {}", problem.message, problem.hint.unwrap_or_default()),
        }
    }

    /// URLs that libpq accepts, with the settings that they contain.
    const FORMS: [(&str, &str); 28] = [
        ("postgresql+psycopg2://u:p@h/db", "dbname=db host=h password=p user=u"),
        (
            "postgresql+asyncpg://u@h/db?ssl=require",
            "dbname=db host=h sslmode=require user=u",
        ),
        ("postgresql://", ""),
        ("postgres://localhost", "host=localhost"),
        ("postgresql://localhost:5433", "host=localhost port=5433"),
        ("postgresql://localhost/mydb", "dbname=mydb host=localhost"),
        ("postgresql://user@localhost", "host=localhost user=user"),
        (
            "postgresql://user:secret@localhost",
            "host=localhost password=secret user=user",
        ),
        (
            "postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp",
            "application_name=myapp connect_timeout=10 dbname=otherdb host=localhost user=other",
        ),
        (
            "postgresql://host1:123,host2:456/somedb?target_session_attrs=any",
            "dbname=somedb host=host1,host2 port=123,456 target_session_attrs=any",
        ),
        ("postgresql://h1,h2/db", "dbname=db host=h1,h2"),
        ("postgresql://h1:1,h2/db", "dbname=db host=h1,h2 port=1,"),
        (
            "postgresql:///mydb?host=localhost&port=5433",
            "dbname=mydb host=localhost port=5433",
        ),
        ("postgresql://user@/db?host=/sock", "dbname=db host=/sock user=user"),
        (
            "postgresql://[2001:db8::1234]/database",
            "dbname=database host=2001:db8::1234",
        ),
        ("postgresql://[::1]:5433,[::2]/d", "dbname=d host=::1,::2 port=5433,"),
        (
            "postgresql:///dbname?host=/var/lib/postgresql",
            "dbname=dbname host=/var/lib/postgresql",
        ),
        (
            "postgresql://%2Fvar%2Flib%2Fpostgresql/dbname",
            "dbname=dbname host=/var/lib/postgresql",
        ),
        (
            "postgresql://u:p%40%23%2F%3F%25@h/d%20b",
            "dbname=d b host=h password=p@#/?% user=u",
        ),
        ("postgresql://u:p@ss@h/db", "dbname=db host=h password=p@ss user=u"),
        ("postgresql://u:a:b@h/db", "dbname=db host=h password=a:b user=u"),
        (
            "postgres://h/db?user=me@server&password=x@y",
            "dbname=db host=h password=x@y user=me@server",
        ),
        ("postgres://h?ssl=true", "host=h sslmode=require"),
        (
            "postgres://h?ssl=true&sslmode=verify-full",
            "host=h sslmode=verify-full",
        ),
        ("postgres://h?ssl=false", "host=h"),
        (
            "postgres://h/db?options=endpoint%3Dep-x",
            "dbname=db host=h options=endpoint=ep-x",
        ),
        (" postgres://h/db\n", "dbname=db host=h"),
        ("POSTGRES://h/db", "dbname=db host=h"),
    ];

    #[test]
    fn forms_of_libpq() {
        for (url, expected) in FORMS {
            assert_eq!(read(url), expected, "{url}");
        }
    }

    #[test]
    fn a_password_that_breaks_the_url_is_never_printed() {
        for url in [
            "postgres://user:HUNT#ER@host/db",
            "postgres://user:HUNT/ER@host/db",
            "postgres://user:HUNT?ER@host/db",
            "postgres://user:123/HUNT@host/db",
            "postgres://user:HUNT@ER/X@host",
            "postgres://user:123?HUNT=ER@host/db",
            "postgres://user:HUNT%ER@host/db",
            "postgres://user:HUNTER",
            "postgres://user:HUNT@host:HUNT/db",
            "HUNTER",
            "postgres:HUNTER",
            "'postgres://user:HUNTER@host/db'",
            "host=x password=HUNTER",
            "HUNT+ER$://x",
        ] {
            let problem = read(url);
            assert!(problem.starts_with("! "), "{url}: {problem}");
            assert!(
                !problem.contains("HUNT") && !problem.contains("ER@"),
                "{url}: {problem}"
            );
            assert!(!redact(url).contains("HUNT"), "{url}: {}", redact(url));
        }
        assert!(read("postgres://user:a#b@host/db").contains("%23 for #, %2F for /, %3F for ?"));
    }

    #[test]
    fn other_schemes_get_specific_messages() {
        for (url, words) in [
            ("", "empty"),
            ("prisma://accelerate.prisma-data.net/?api_key=K", "Accelerate"),
            ("prisma+postgres://accelerate.prisma-data.net/?api_key=K", "Accelerate"),
            ("jdbc:postgresql://h/db", "JDBC"),
            ("mysql://u:p@h/db", "`mysql://`"),
            ("host=localhost dbname=x", "keyword form"),
            ("\"postgres://h/db\"", "quotes"),
            ("postgresql+://u:p@h/db", "not with `postgresql+://`"),
            ("mysql+pymysql://u:p@h/db", "not with `mysql+pymysql://`"),
            ("psql 'postgres://h/db", "psql command"),
            ("DATABASE_URL=postgres://h/db", "name of the variable"),
            ("https://x.supabase.co", "web address"),
            ("postgres:h", "does not begin with"),
            ("postgres://h:x:y/db", "cannot be parsed"),
            ("postgres://u@::1/db", "in brackets"),
            ("postgres://[::1/db", "closing"),
            ("postgres://h/db?sslmode", "no `=`"),
            ("postgres://u:%00@h/db", "%00"),
            ("postgres://u:%FF@h/db", "UTF-8"),
        ] {
            assert!(
                read(url).starts_with("! ") && read(url).contains(words),
                "{url}: {}",
                read(url)
            );
        }
    }
}
