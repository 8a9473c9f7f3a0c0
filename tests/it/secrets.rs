//! A password that somebody typed appears nowhere, wherever it was put.

use clap::{Arg, ArgAction, Command, CommandFactory as _};
use driftgate::cli::{Cli, SOURCES};
use driftgate::kinds::Kind;

use crate::run::{Driftgate, Run};
use crate::server::server;

/// What nothing may print.
const SECRET: &str = "S3cr3tPw";

/// It once more where it has been percent-decoded.
const DECODED: &str = "S3cr3t@Pw";

/// Values with the secret in them. No server listens where they lead.
const VALUES: [&str; 11] = [
    "postgres://u:S3cr3tPw@127.0.0.1:1/d",
    "postgres://u:S3cr3t%40Pw@127.0.0.1:1/d",
    "mysql://u:a/b#c?S3cr3tPw@127.0.0.1:1/d",
    "postgres://u:a,S3cr3tPw@127.0.0.1:1/d",
    "jdbc:postgresql://127.0.0.1:1/d?user=u&password=S3cr3tPw",
    "prisma://127.0.0.1:1/?api_key=S3cr3tPw",
    "host=127.0.0.1 port=1 password=S3cr3tPw",
    "host=127.0.0.1 port=1 sslpassword='a \\'S3cr3tPw'",
    "PGPASSWORD=S3cr3tPw",
    "u:S3cr3tPw@127.0.0.1:1/d",
    "env:postgres://u:S3cr3tPw@127.0.0.1:1/d",
];

/// A folder in which every command finds what it needs.
fn folder() -> Driftgate {
    Driftgate::new()
        .env("DATABASE_URL", "postgres://u@127.0.0.1:1/d")
        .file("expectations/a.yaml", "driftgate: 1\ntables:\n  a: present\n")
        .file("migrations/1.sql", "select 1;\n")
}

/// Nothing has the secret: no stream, no file, no name of a file.
fn check(driftgate: &Driftgate, arguments: &[String], run: &Run) {
    let case = arguments.join(" ");
    let mut found = vec![run.stdout.clone(), run.stderr.clone()];
    collect(driftgate.folder().path(), &mut found);
    for text in &found {
        assert!(!text.contains(SECRET) && !text.contains(DECODED), "{case}\n{text}");
        assert!(!text.contains("S3cr3t%40Pw"), "{case}\n{text}");
    }
    assert!(!run.stderr.contains("panicked"), "{case}\n{}", run.stderr);
    assert!(run.code.is_some_and(|code| code <= 4), "{case}: {:?}", run.code);
}

/// The names and texts of all files.
fn collect(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        found.push(path.display().to_string());
        if path.is_dir() {
            collect(&path, found);
        } else {
            found.push(String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned());
        }
    }
}

/// Whether an argument takes a value.
fn takes_value(argument: &Arg) -> bool {
    matches!(argument.get_action(), ArgAction::Set | ArgAction::Append)
}

/// What else must be given for an argument to be read at all.
fn beside(command: &str, argument: &str) -> Vec<String> {
    let words: &[&str] = match (command, argument) {
        ("pull", "split") => &["--output", "out"],
        ("lint", "tool") => &["--migrations", "migrations"],
        ("diff", "first") => &["sql:migrations"],
        ("diff", _) if argument != "second" => &["snapshot:none", "snapshot:none"],
        _ => &[],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Every way of giving a value to an argument.
fn ways(command: &Command, argument: &Arg, value: &str) -> Vec<Vec<String>> {
    let (name, id) = (command.get_name(), argument.get_id().as_str());
    let mut given: Vec<Vec<String>> = Vec::new();
    if argument.is_positional() {
        given.push(if id == "second" {
            vec!["snapshot:none".into(), value.to_owned()]
        } else {
            vec![value.to_owned()]
        });
    }
    if let Some(long) = argument.get_long() {
        given.push(vec![format!("--{long}={value}")]);
        given.push(vec![format!("--{long}"), value.to_owned()]);
    }
    if let Some(short) = argument.get_short() {
        given.push(vec![format!("-{short}{value}")]);
    }
    for way in &mut given {
        way.insert(0, name.to_owned());
        way.extend(beside(name, id));
    }
    given
}

#[test]
fn no_argument_prints_a_password() {
    let driftgate = folder();
    let (mut tried, mut flags) = (0, 0);
    for command in Cli::command().get_subcommands() {
        for argument in command.get_arguments() {
            for value in VALUES {
                let ways = ways(command, argument, value);
                // Values that are refused alike are tried in each way once.
                let ways = if value == VALUES[0] || value == VALUES[3] {
                    &ways[..]
                } else {
                    &ways[..ways.len().min(1)]
                };
                for arguments in ways {
                    tried += 1;
                    check(&driftgate, arguments, &driftgate.run(arguments));
                }
            }
            flags += usize::from(!takes_value(argument));
        }
    }
    assert!(tried > 300 && flags > 10, "only {tried} runs, {flags} flags");
}

#[test]
fn no_formatted_value_prints_a_password() {
    let driftgate = folder();
    for prefix in [
        "json=",
        "html=",
        "none=",
        "sql:",
        "snapshot:",
        "migrations:",
        "migrations:dbmate:",
        "env:",
    ] {
        for value in VALUES {
            let value = format!("{prefix}{value}");
            for arguments in [
                vec!["check", "--output", &value],
                vec!["check", "--against", &value, "--format", "json"],
                vec!["pull", "--from", &value, "--output", "out.yaml"],
                vec!["diff", &value, "snapshot:none"],
                vec!["check", "--against", "sql:migrations", "--scratch", &value],
            ] {
                let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
                check(&driftgate, &arguments, &driftgate.run(&arguments));
            }
        }
    }
}

#[test]
fn unknown_arguments_print_no_password() {
    let driftgate = folder();
    for value in VALUES {
        for arguments in [
            vec![value.to_owned()],
            vec![format!("--unknown={value}")],
            vec!["check".into(), format!("--unknown={value}")],
            vec!["check".into(), "--unknown".into(), value.to_owned()],
            vec!["check".into(), format!("--exit-zero={value}")],
            vec!["schema".into(), value.to_owned()],
            vec!["man".into(), value.to_owned()],
            vec!["completions".into(), "bash".into(), value.to_owned()],
            vec!["diff".into(), "a".into(), "b".into(), value.to_owned()],
            vec!["help".into(), value.to_owned()],
            vec!["check".into(), format!("-{value}")],
            vec!["check".into(), format!("--{value}")],
        ] {
            let run = driftgate.run(&arguments);
            check(&driftgate, &arguments, &run);
            // `-host=…` asks for help.
            let is_help = arguments.last().is_some_and(|last| last.starts_with("-h"));
            assert_eq!(run.code, Some(if is_help { 0 } else { 2 }), "{arguments:?}");
        }
    }
}

#[test]
fn every_format_is_without_a_password_where_the_database_is_not_there() {
    let driftgate = folder();
    for format in driftgate::cli::Format::ALL {
        for value in VALUES {
            let arguments: Vec<String> = [
                "check",
                "--against",
                value,
                "--format",
                format.spec().name,
                "--wait",
                "10ms",
            ]
            .map(str::to_owned)
            .into();
            check(&driftgate, &arguments, &driftgate.run(&arguments));
        }
    }
}

#[test]
fn no_file_prints_a_password() {
    for value in VALUES {
        for text in [
            format!("driftgate: 1\ndatabase: {value}\n"),
            format!("driftgate: 1\ndatabase: \"{value}\"\ntables: {{a: 1}}\n"),
            format!("driftgate: 1\n{value:?}: x\n"),
            format!("driftgate: 1\nschema: {value}\nexact: {value}\n"),
            format!("driftgate: 1\ntables: {{a: {{columns: {{b: {value}}}, x: 1}}}}\n"),
            format!("driftgate: 1\nhistory: {value}\n"),
            format!("driftgate: 1\nassertions:\n  - {value}\n"),
            format!("driftgate: {value}\n"),
            "driftgate: 1\nservers:\n  s: {options: {password: [S3cr3tPw]}}\n".to_owned(),
            "driftgate: 1\nservers:\n  s:\n    options:\n      password:\n        S3cr3tPw: 1\n".to_owned(),
            "driftgate: 1\nservers:\n  s:\n    options:\n      password: |\n        a\n        S3cr3tPw\n      ! x\n"
                .to_owned(),
        ] {
            let driftgate = Driftgate::new().file("expectations/a.yaml", &text);
            for command in ["lint", "check"] {
                let run = driftgate.run([command, "expectations", "--color", "always"]);
                for text in [&run.stdout, &run.stderr] {
                    assert!(!text.contains(SECRET) && !text.contains(DECODED), "{text}");
                }
                assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
            }
        }
    }
}

#[test]
fn no_file_of_variables_prints_a_password() {
    for value in VALUES {
        for text in [
            format!("A B={value}\n"),
            format!("'{value}\n"),
            format!("DATABASE_URL={value}\n"),
        ] {
            let driftgate = Driftgate::new()
                .file(".env", &text)
                .file("expectations/a.yaml", "driftgate: 1\ntables:\n  a: present\n");
            let run = driftgate.run(["check"]);
            for text in [&run.stdout, &run.stderr] {
                assert!(!text.contains(SECRET) && !text.contains(DECODED), "{text}");
            }
        }
    }
}

#[test]
fn every_argument_with_a_source_is_listed() {
    let commands = Cli::command();
    for source in SOURCES {
        let known = commands
            .get_subcommands()
            .any(|command| command.get_arguments().any(|argument| argument.get_id() == source));
        assert!(known, "{source}");
    }
}

#[test]
fn a_connection_string_in_the_wrong_place_is_explained() {
    let driftgate = folder();
    for (arguments, shown) in [
        (
            ["pull", "--schema", "postgres://u:a,S3cr3tPw@h/d"],
            "error: '--schema <NAME>' does not take a connection string: 'postgres://***@h/d'\n\n  \
             help: pass the database with '--from <SOURCE>' or '--scratch <WHERE>', preferably as env:NAME",
        ),
        (
            ["check", "--jobs", "postgres://u:S3cr3tPw@h/d"],
            "error: invalid value 'postgres://***@h/d' for '--jobs <N>': invalid digit found in string\n",
        ),
        (
            ["check", "--against", "sql:postgres://u:S3cr3tPw@h/d"],
            "error: sql: takes a path, not a connection string: postgres://***@h/d\n",
        ),
    ] {
        let run = driftgate.run(arguments);
        assert!(run.stderr.starts_with(shown), "{}", run.stderr);
        assert_eq!(run.code, Some(2));
    }
}

/// A database with a secret in every place of a catalog that may hold one.
fn catalog(secret: &str) -> String {
    format!(
        "create foreign data wrapper w options (token '{secret}');
         create server s foreign data wrapper w options (host 'h', apikey '{secret}');
         create user mapping for pg_monitor server s options (\"user\" 'u', password '{secret}');
         create foreign table t (a int options (secret '{secret}')) server s options (uri 'postgres://u:{secret}@h');
         create function f() returns int language sql set app.jwt_secret = '{secret}' as 'select 1';
         create procedure p() language sql set app.jwt_secret = '{secret}' as 'select 1';
         do $$ begin execute format('alter database %I set app.jwt_secret = ''{secret}''', current_database()); end $$;"
    )
}

/// The SHA-256 of the secret.
const SHA256: &str = "150a6f6d51e538808484d83f2ef8e7687c224ff868d368ba6f6dd7fb28eb762c";

/// How many values of it are secret.
const SECRETS: usize = 8;

#[test]
fn no_secret_of_a_catalog_is_printed() {
    let db = server().database(&catalog(SECRET));
    let driftgate = Driftgate::new()
        .env("DATABASE_URL", db.url())
        .env("KEY", "0123456789abcdef")
        .file("wrong.yaml", "driftgate: 1\nexact: true\n");
    let mut all = String::new();
    for arguments in [
        "pull",
        "pull --digest-key env:KEY",
        "pull --snapshot",
        "pull --snapshot --digest-key env:KEY",
        "check wrong.yaml --format json",
        "check wrong.yaml --format html --coverage",
        "check wrong.yaml --write-baseline baseline.yaml",
        "diff env:DATABASE_URL env:DATABASE_URL",
    ] {
        let arguments: Vec<String> = arguments.split(' ').map(str::to_owned).collect();
        let run = driftgate.run(&arguments);
        check(&driftgate, &arguments, &run);
        all.push_str(&run.stdout);
    }
    assert!(all.contains("***") && all.contains("hmac-sha256:"), "{all}");
    let pulled = driftgate.run(["pull"]).stdout;
    assert_eq!(pulled.matches("***").count(), SECRETS, "{pulled}");
}

#[test]
fn no_secret_of_a_catalog_leaves_the_server() {
    let db = server().database(&catalog(SECRET));
    let mut hashes = 0;
    let masked = Kind::ALL.iter().filter(|kind| kind.spec().reading.masked.is_some());
    for kind in masked {
        let query = kind.query();
        let query = query.as_str();
        assert!(query.contains("encode(sha256("), "{}: {query}", kind.words());
        // The same column stands in the queries that read a part of the catalog alone.
        if query.contains("scope_") {
            continue;
        }
        // What the server would send, as one text.
        let text = db.value(&format!(
            "SELECT coalesce(string_agg(to_jsonb(q)::text, ''), '') FROM ({query}) q"
        ));
        assert!(!text.contains(SECRET), "{}: {text}", kind.words());
        hashes += text.matches(SHA256).count();
    }
    assert_eq!(hashes, 4);
}

#[test]
fn databases_whose_secrets_differ_are_not_equal() {
    let (one, same, other) = (
        server().database(&catalog(SECRET)),
        server().database(&catalog(SECRET)),
        server().database(&catalog("0therPw")),
    );
    let driftgate = Driftgate::new()
        .env("ONE", one.url())
        .env("SAME", same.url())
        .env("OTHER", other.url())
        .env("KEY", "0123456789abcdef");
    let run = driftgate.run(["diff", "env:ONE", "env:SAME"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{}", run.stdout);
    let run = driftgate.run(["diff", "env:ONE", "env:OTHER"]);
    assert_eq!(run.code, Some(1), "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stdout.matches("another value").count(), SECRETS, "{}", run.stdout);
    assert!(
        !run.stdout.contains(SECRET) && !run.stdout.contains("0therPw"),
        "{}",
        run.stdout
    );

    // A snapshot with digests tells them apart, too; one without cannot tell.
    for (key, snapshot) in [(true, "keyed.json"), (false, "plain.json")] {
        let with_key = |words: &[&str]| {
            let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            if key {
                words.extend(["--digest-key".to_owned(), "env:KEY".to_owned()]);
            }
            driftgate.run(words)
        };
        let saved = with_key(&["pull", "--from", "env:ONE", "--snapshot", "--output", snapshot]);
        assert_eq!(saved.code, Some(0), "{}", saved.stderr);
        let snapshot = format!("snapshot:{snapshot}");
        let found = |run: &Run| (run.code, run.stderr.matches("unknown: ").count());
        let (same, other) = (
            with_key(&["diff", &snapshot, "env:SAME"]),
            with_key(&["diff", &snapshot, "env:OTHER"]),
        );
        let expected = if key {
            ((Some(0), 0), (Some(1), 0))
        } else {
            ((Some(0), 8), (Some(0), 8))
        };
        assert_eq!(
            (found(&same), found(&other)),
            expected,
            "{}{}",
            same.stderr,
            other.stdout
        );
    }
}
