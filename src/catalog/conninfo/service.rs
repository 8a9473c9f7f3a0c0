//! The connection service file: named groups of settings. Source: libpq documentation, "The Connection Service File".

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::Problem;

/// The directories in which libpq builds of different distributions search if `PGSYSCONFDIR` is not set.
const SYSTEM_DIRECTORIES: [&str; 3] = ["/etc/postgresql-common", "/etc/sysconfig/pgsql", "/usr/local/pgsql/etc"];

/// The settings of a service, from `PGSERVICEFILE` or `~/.pg_service.conf`, or else from the system's `pg_service.conf`.
///
/// # Errors
/// No file contains the service, a file cannot be read, or a line is malformed.
pub(super) fn settings(name: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<BTreeMap<String, String>, Problem> {
    let set = |variable: &str| env(variable).filter(|value| !value.is_empty());
    let own = match set("PGSERVICEFILE") {
        Some(path) => {
            let path = PathBuf::from(path);
            if !path.exists() {
                return Err(Problem::new(format!(
                    "the service file {} (PGSERVICEFILE) does not exist",
                    path.display()
                )));
            }
            Some(path)
        }
        None => set("HOME").map(|home| Path::new(&home).join(".pg_service.conf")),
    };
    let system: Vec<PathBuf> = match set("PGSYSCONFDIR") {
        Some(directory) => vec![PathBuf::from(directory)],
        None => SYSTEM_DIRECTORIES.iter().map(PathBuf::from).collect(),
    };
    let system = system.into_iter().map(|directory| directory.join("pg_service.conf"));
    for path in own.into_iter().chain(system).filter(|path| path.exists()) {
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Problem::new(format!("the service file {} cannot be read: {error}", path.display())))?;
        if let Some(found) = parse(&text, name, &path)? {
            return Ok(found);
        }
    }
    Err(
        Problem::new(format!("there is no service `{name}` in any connection service file")).hint(
            "services are defined in the file PGSERVICEFILE, in ~/.pg_service.conf or in \
         PGSYSCONFDIR/pg_service.conf",
        ),
    )
}

/// The settings of one section; `None` if the file does not have it. The first value of a setting applies.
fn parse(text: &str, name: &str, path: &Path) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let mut found: Option<BTreeMap<String, String>> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        // A line may contain a password, so only its number is reported.
        let problem = |what: &str| {
            Problem::new(format!(
                "line {} of the service file {} {what}",
                number + 1,
                path.display()
            ))
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(section) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if section.split_once(']').is_some_and(|(section, _)| section == name) {
                found = Some(BTreeMap::new());
            }
            continue;
        }
        let Some(settings) = found.as_mut() else {
            continue;
        };
        if line.starts_with("ldap") {
            return Err(problem("refers to an LDAP server, which driftgate does not support"));
        }
        let Some((key, value)) = line.split_once('=') else {
            return Err(problem("has no `=`"));
        };
        if key == "service" {
            return Err(problem("names another service, which libpq does not allow"));
        }
        settings.entry(key.to_owned()).or_insert_with(|| value.to_owned());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# comment\n[a]\nhost=one\nport=1\n\n [b] \n  \
        host=two\nhost=three\npassword= p=q \n[c]\nnonsense\n[d]\nldap://x\n[e]\nservice=a\n";

    fn section(name: &str) -> Result<Option<BTreeMap<String, String>>, Problem> {
        parse(FILE, name, Path::new("/x/pg_service.conf"))
    }

    #[test]
    fn a_section_ends_at_the_next_header() {
        let b = section("b").unwrap().unwrap();
        assert_eq!(b["host"], "two");
        assert_eq!(b["password"], " p=q");
        assert!(!b.contains_key("port"));
        assert_eq!(section("z"), Ok(None));
    }

    #[test]
    fn invalid_lines_are_refused() {
        for (name, words) in [
            ("c", "line 11 of the service file /x/pg_service.conf has no `=`"),
            ("d", "LDAP"),
            ("e", "another service"),
        ] {
            assert!(section(name).unwrap_err().message.contains(words));
        }
    }
}
