//! The password file. Source: libpq documentation, "The Password File".

use std::path::Path;

/// The default socket directories of libpq builds. For these, the file is searched for `localhost`.
const DEFAULT_SOCKET_DIRECTORIES: [&str; 4] = ["/var/run/postgresql", "/run/postgresql", "/tmp", "/private/tmp"];

/// The text of a password file, if it exists.
///
/// # Errors
/// A sentence for the user, if the file exists and libpq ignores it.
pub(super) fn read(path: &Path) -> Result<Option<String>, String> {
    let Ok(metadata) = std::fs::metadata(path) else {
        return Ok(None);
    };
    if !metadata.is_file() {
        return Err("the password file is not a plain file and is ignored, as libpq does".to_owned());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(
                "the password file can be read by group or world and is ignored, as libpq does; its permissions \
                        should be u=rw (chmod 600)"
                    .to_owned(),
            );
        }
    }
    match std::fs::read(path) {
        // A line that is not UTF-8 cannot match the parts of a URL.
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) => Err(format!(
            "the password file cannot be read ({}) and is ignored",
            error.kind()
        )),
    }
}

/// The password of the first line `hostname:port:database:username:password` that matches. An empty host or a default
/// socket directory matches `localhost`.
pub(super) fn find(text: &str, host: &str, port: u16, dbname: &str, user: &str) -> Option<String> {
    let local = host.is_empty() || DEFAULT_SOCKET_DIRECTORIES.contains(&host.trim_end_matches('/'));
    let port = port.to_string();
    text.lines()
        .find_map(|line| {
            let line = line.trim_end_matches('\r');
            if line.is_empty() || line.starts_with('#') {
                return None;
            }
            let rest = field(line, host).or_else(|| if local { field(line, "localhost") } else { None })?;
            let rest = field(field(field(rest, &port)?, dbname)?, user)?;
            Some(unescape(rest))
        })
        .filter(|password| !password.is_empty())
}

/// The rest of the line after its first field, if that field is `*` or equals the text once unescaped.
fn field<'a>(line: &'a str, expected: &str) -> Option<&'a str> {
    if let Some(rest) = line.strip_prefix("*:") {
        return Some(rest);
    }
    let mut expected = expected.chars();
    let mut chars = line.char_indices();
    while let Some((at, c)) = chars.next() {
        let c = match c {
            ':' => return expected.next().is_none().then(|| &line[at + 1..]),
            '\\' => chars.next()?.1,
            other => other,
        };
        if expected.next() != Some(c) {
            return None;
        }
    }
    None
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        // As in libpq, a backslash at the end is literal.
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# h:1:d:u:comment\n\
                        h:5432:d:u:first\n\
                        h:*:*:*:second\n\
                        localhost:5432:*:u:local\n\
                        /srv/sock:*:*:u:other\r\n\
                        fe80\\:\\:1:*:*:*:a\\:b\\\\c:d\n\
                        *:*:weird\\*db:*:star\n";

    #[test]
    fn the_first_matching_line_wins() {
        for (host, port, dbname, user, expected) in [
            ("h", 5432, "d", "u", Some("first")),
            ("h", 5433, "d", "u", Some("second")),
            ("H", 5432, "d", "u", None),
            ("localhost", 5432, "x", "u", Some("local")),
            ("/tmp", 5432, "x", "u", Some("local")),
            ("/var/run/postgresql", 5432, "x", "u", Some("local")),
            ("/srv/sock", 1, "x", "u", Some("other")),
            ("/srv/else", 5432, "x", "u", None),
            ("fe80::1", 1, "x", "u", Some("a:b\\c:d")),
            ("q", 1, "weird*db", "u", Some("star")),
            ("q", 1, "weirdxdb", "u", None),
        ] {
            assert_eq!(
                find(FILE, host, port, dbname, user).as_deref(),
                expected,
                "{host}:{port}:{dbname}:{user}"
            );
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_may_read_is_ignored() {
        use std::os::unix::fs::PermissionsExt;
        let path = std::env::temp_dir().join(format!("driftgate-pgpass-{}", std::process::id()));
        std::fs::write(&path, "*:*:*:*:p\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(read(&path).unwrap_err().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&path).unwrap().as_deref(), Some("*:*:*:*:p\n"));
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read(&path), Ok(None));
        assert!(read(&std::env::temp_dir()).unwrap_err().contains("plain file"));
    }
}
