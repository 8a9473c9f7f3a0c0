//! A text that can only be a connection string.

/// The parts of a malformed connection string that may be printed: the scheme, the host and the names of the parameters.
/// Everything between `://` and the last `@`, the values of the parameters, and whatever could be a part of a secret
/// become `***`.
#[must_use]
pub fn connection_string(text: &str) -> String {
    const HIDDEN: &str = "***";
    let text = text.trim();
    let Some((scheme, rest)) = text.split_once("://") else {
        return HIDDEN.to_owned();
    };
    if scheme.len() > 30
        || !scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-.:".contains(&b))
    {
        return HIDDEN.to_owned();
    }
    let (secret, tail) = match rest.rfind('@') {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => ("", rest),
    };
    // An `@` after the `?` belongs to the value of a parameter, and so does the text after it.
    if secret.contains('?') {
        return format!("{scheme}://{HIDDEN}");
    }
    let (place, query) = match tail.split_once('?') {
        Some((place, query)) => (place, Some(query)),
        None => (tail, None),
    };
    let mut out = format!("{scheme}://");
    if !secret.is_empty() {
        out.push_str(HIDDEN);
        out.push('@');
    }
    out.push_str(if is_plain_place(place) { place } else { HIDDEN });
    if let Some(query) = query {
        let names: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_parameter_name(name) => format!("{name}={HIDDEN}"),
                _ => HIDDEN.to_owned(),
            })
            .collect();
        out.push('?');
        out.push_str(&names.join("&"));
    }
    out
}

/// Whether a text can be nothing but hosts with ports and a database name.
pub(super) fn is_plain_place(place: &str) -> bool {
    let (hosts, dbname) = place.split_once('/').unwrap_or((place, ""));
    let plain = |text: &str| text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-%".contains(&b));
    let host_is_plain = |host: &str| match host.strip_prefix('[').and_then(|h| h.split_once(']')) {
        Some((address, port)) => {
            address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':' || b == b'.')
                && (port.is_empty() || port.strip_prefix(':').is_some_and(|p| p.parse::<u16>().is_ok()))
        }
        None => match host.split_once(':') {
            Some((name, port)) => plain(name) && (port.is_empty() || port.parse::<u16>().is_ok()),
            None => plain(host),
        },
    };
    hosts.split(',').all(host_is_plain) && plain(dbname)
}

fn is_parameter_name(name: &str) -> bool {
    !name.is_empty() && name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redaction_hides_when_in_doubt() {
        for (text, expected) in [
            (
                "postgres://u:p@h:5432/db?sslmode=require&password=x",
                "postgres://***@h:5432/db?sslmode=***&password=***",
            ),
            ("postgres://u:p@[::1]:5432/db", "postgres://***@[::1]:5432/db"),
            ("postgres://u:p@q@h/db", "postgres://***@h/db"),
            ("postgres://h/db?user=a@b", "postgres://***"),
            ("postgres://user:secret", "postgres://***"),
            ("postgres://h1:1,h2:2/db", "postgres://h1:1,h2:2/db"),
            (
                "jdbc:postgresql://h/db?password=x",
                "jdbc:postgresql://h/db?password=***",
            ),
            ("postgres://h/db?x", "postgres://h/db?***"),
            ("host=h password=p", "***"),
            ("secret", "***"),
            ("postgres://u:p@h/db#s3cret", "postgres://***@***"),
        ] {
            assert_eq!(connection_string(text), expected, "{text}");
        }
    }
}
