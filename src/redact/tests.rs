use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// Texts in which `S3cr3tPw` is the secret, and what is printed of them.
const SECRETS: [(&str, &str); 42] = [
    ("postgres://u:S3cr3tPw@h/d", "postgres://***@h/d"),
    ("postgresql://u:S3cr3tPw@h:5432/d", "postgresql://***@h:5432/d"),
    ("prisma://h/?api_key=S3cr3tPw", "prisma://h/?api_key=***"),
    ("mysql://u:S3cr3tPw@h/d", "mysql://***@h/d"),
    ("redis://:S3cr3tPw@h", "redis://***@h"),
    (
        "jdbc:postgresql://h/d?user=u&password=S3cr3tPw",
        "jdbc:postgresql://h/d?user=***&password=***",
    ),
    ("https://S3cr3tPw@example.com/x", "https://***@example.com/x"),
    ("postgres://u:x@S3cr3tPw@h/d", "postgres://***@h/d"),
    ("postgres://u:x/S3cr3tPw@h/d", "postgres://***@h/d"),
    ("postgres://u:x#S3cr3tPw@h/d", "postgres://***@h/d"),
    ("postgres://u:x?S3cr3tPw@h/d", "postgres://***"),
    ("postgres://u:x:S3cr3tPw@h/d", "postgres://***@h/d"),
    ("postgres://u:a b S3cr3tPw@h/d", "postgres://***@h/d"),
    ("postgres://u%3AS3cr3tPw@h/d", "postgres://***@h/d"),
    ("postgres%3A%2F%2Fu%3AS3cr3tPw%40h", "postgres%3A%2F%2F***"),
    ("postgres://u:S3cr3tPw", "postgres://***"),
    ("postgres://u:S3cr3tPw/d", "postgres://***"),
    ("postgres://h/d?sslpassword=S3cr3tPw", "postgres://h/d?sslpassword=***"),
    ("postgres://h/d?token=S3cr3tPw&x", "postgres://h/d?token=***&***"),
    ("--unknown=postgres://u:S3cr3tPw@h/d", "--unknown=postgres://***@h/d"),
    ("sql:postgres://u:S3cr3tPw@h/d", "sql:postgres://***@h/d"),
    (
        "migrations:dbmate:postgres://u:S3cr3tPw@h/d",
        "migrations:dbmate:postgres://***@h/d",
    ),
    ("env:postgres://u:S3cr3tPw@h/d", "env:postgres://***@h/d"),
    ("json=postgres://u:S3cr3tPw@h/d", "json=postgres://***@h/d"),
    ("u:S3cr3tPw@h/d", "u:***@h/d"),
    ("migrations:u:S3cr3tPw@h/d", "migrations:u:***@h/d"),
    ("postgres:u:S3cr3tPw@h/d", "postgres:***@h/d"),
    ("host=h password=S3cr3tPw dbname=d", "host=h password=*** dbname=d"),
    ("host=h password=a S3cr3tPw dbname=d", "host=h password=*** dbname=d"),
    ("host=h password = S3cr3tPw", "host=h password = ***"),
    ("password='S3cr3tPw' host=h", "password=*** host=h"),
    (r"sslpassword='a b\'S3cr3tPw' host=h", "sslpassword=*** host=h"),
    ("password='a''S3cr3tPw' host=h", "password=*** host=h"),
    ("password='S3cr3tPw", "password=***"),
    ("password=\"S3cr3tPw\" host=h", "password=*** host=h"),
    ("PGPASSWORD=S3cr3tPw", "PGPASSWORD=***"),
    ("PGPASSWORD = 'S3cr3tPw'", "PGPASSWORD = ***"),
    ("app.jwt_secret=S3cr3tPw", "app.jwt_secret=***"),
    ("password: S3cr3tPw", "password: ***"),
    (
        "{\"password\": \"S3cr3tPw\", \"x\": 1}",
        "{\"password\": ***, \"x\": 1}",
    ),
    ("host=h passfile=f password=S3cr3tPw", "host=h passfile=f password=***"),
    ("oauth_client_secret=S3cr3tPw", "oauth_client_secret=***"),
];

/// Texts without a secret.
const HARMLESS: [&str; 23] = [
    "postgresql://user:password@host:5432/dbname",
    "",
    "public",
    "expectations/a.yaml",
    "expectations/a.yaml:3:5",
    "postgres://user@host/name",
    "postgres://h1:1,h2:2/db?sslmode=require",
    "postgres://[::1]:5432/db",
    "https://example.com:8080/a?b=c&d=e@f",
    "the database postgres://***@h/d is gone",
    "password authentication failed for user \"u\"",
    "host=h dbname=d passfile=/a/b sslmode=require",
    "json=report.json",
    "env:DATABASE_URL",
    "snapshot:app@1.2.json",
    "sql:releases/app@1.2",
    "migrations:dbmate:app@1",
    "C:\\a@b",
    "git@github.com:a/b",
    "password_required=false",
    "write PGPASSWORD=… or password=…",
    "at 12:30, c@d",
    "a::b@c == d",
];

#[test]
fn a_typed_secret_is_hidden() {
    for (text, shown) in SECRETS {
        assert_eq!(typed(text), shown, "{text}");
        assert_eq!(typed(shown), shown, "again: {text}");
    }
}

#[test]
fn a_text_without_a_secret_stays() {
    for text in HARMLESS {
        assert_eq!(typed(text), text, "typed");
        assert_eq!(prose(text), text, "prose");
        assert_eq!(line(text, Around::Other).text, text, "line");
        assert!(!is_secret(text), "{text}");
    }
}

#[test]
fn a_message_keeps_what_is_around_a_secret() {
    for (text, shown) in [
        (
            "`postgres://u:S3cr3tPw@h/d` is not a source",
            "`postgres://***@h/d` is not a source",
        ),
        (
            "invalid value 'postgres://u:S3cr3tPw@h/d' for",
            "invalid value 'postgres://***@h/d' for",
        ),
        (
            "reading postgres://u:S3cr3tPw@h/d: no such file",
            "reading postgres://***@h/d: no such file",
        ),
        ("(see postgres://u:S3cr3tPw@h/d).", "(see postgres://***@h/d)."),
        ("`password=S3cr3tPw` is not", "`password=***` is not"),
        ("the text \"u:S3cr3tPw@h\" is", "the text \"u:***@h\" is"),
        ("`postgres://u:a S3cr3tPw@h/d` is not", "`postgres://***@***"),
    ] {
        assert_eq!(prose(text), shown, "{text}");
        assert_eq!(prose(shown), shown, "again: {text}");
    }
}

#[test]
fn a_line_keeps_its_places() {
    for (text, shown, at, place) in [
        (
            "database: postgres://u:S3cr3tPw@h/d # x",
            "database: postgres://***@h/d # x",
            "# x",
            "# x",
        ),
        (
            "a: {password: S3cr3tPw, user: ü}",
            "a: {password: ***, user: ü}",
            "user",
            "user",
        ),
        (
            "a: {password: 'S3cr3tPw, x', user: ü}",
            "a: {password: ***, user: ü}",
            "user",
            "user",
        ),
        ("ü: {password: S3cr3tPw}", "ü: {password: ***}", "S3cr", "***"),
        (
            "  password: S3cr3tPw with blanks",
            "  password: ***",
            "password",
            "password",
        ),
        (
            "DATABASE_URL=postgres://u:S3cr3tPw@h/d",
            "DATABASE_URL=postgres://***@h/d",
            "postgres",
            "postgres",
        ),
        ("  \"password\" : \"S3cr3tPw\"", "  \"password\" : ***", "\"S3", "***"),
    ] {
        let line = line(text, Around::Options);
        assert_eq!(line.text, shown);
        let found = line.place(text.find(at).expect("it is there"));
        assert!(line.text[found..].starts_with(place), "{text}: {}", &line.text[found..]);
    }
    let hidden = Line::hidden("    S3cr3tPw");
    assert_eq!((&*hidden.text, hidden.place(4), hidden.place(6)), ("    ***", 4, 4));
}

#[test]
fn a_column_is_no_secret() {
    let text = "\
tables:
  token: present
  users:
    columns:
      password: text not null
    options: {password: 'S3cr3tPw', x: y}
servers:
  s:
    options:
      password: S3cr3tPw
  columns: {password: text}
secret: S3cr3tPw
";
    let shown = text.replace("'S3cr3tPw'", "***").replace("S3cr3tPw", "***");
    assert_eq!(yaml(text), shown);
}

#[test]
fn only_what_is_certain_refuses_a_name() {
    for (text, secret) in [
        ("postgres://u:S3cr3tPw@h/d", true),
        ("host=h password=x", true),
        ("u:p@h", false),
        ("password: x", false),
        ("a=b.yaml", false),
    ] {
        assert_eq!(is_secret(text), secret, "{text}");
    }
}

#[test]
fn the_time_is_linear() {
    for unit in [
        "://",
        "a:",
        "u:p@",
        "password=",
        "=",
        "password='",
        "%3A%2F%2F",
        "a://b:c ",
        "x = ",
        "@:",
        "{:",
    ] {
        let text = unit.repeat(500_000 / unit.len());
        for redacted in [typed, prose] {
            let start = Instant::now();
            let _ = redacted(&text);
            assert!(
                start.elapsed() < Duration::from_secs(5),
                "{unit}: {:?}",
                start.elapsed()
            );
        }
        let start = Instant::now();
        let _ = line(&text, Around::Options);
        let _ = yaml(&text);
        assert!(
            start.elapsed() < Duration::from_secs(5),
            "{unit}: {:?}",
            start.elapsed()
        );
    }
}

/// Pieces of texts in which something may stand that looks like a secret.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[a-z:@/?#&='\" .%{}\\\\ü*]{0,6}",
        Just("://".to_owned()),
        Just("postgres://".to_owned()),
        Just("password=".to_owned()),
        Just("password: '".to_owned()),
        Just("token=".to_owned()),
        Just("u:p@h".to_owned()),
        Just("%3A%2F%2F".to_owned()),
        Just("***".to_owned()),
    ];
    proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hiding_twice_is_hiding_once(text in pieces()) {
        for redacted in [typed, prose] {
            let once = redacted(&text).into_owned();
            prop_assert_eq!(redacted(&once), once.as_str());
        }
        let shown = line(&text, Around::Options);
        for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
            prop_assert!(shown.text.is_char_boundary(shown.place(at)));
        }
    }

    #[test]
    fn a_password_never_appears(
        around in "[a-z0-9@/#:!$*%-]{0,5}",
        user in "[a-z]{1,8}",
        before in "(|--x=|sql:|`|json=|see )",
        after in "(|/d|/d\\?sslmode=require)",
    ) {
        let secret = "S3cr3tPw";
        for text in [
            format!("{before}postgres://{user}:{around}{secret}{around}@h{after}"),
            format!("{before}mysql://{user}:{secret}@h{after}"),
            format!("{before}host=h password={around}{secret}{around} user={user}"),
            format!("{before}host=h password = '{around} {secret}{around}' user={user}"),
        ] {
            for shown in [typed(&text), prose(&text), line(&text, Around::Other).text] {
                prop_assert!(!shown.contains(secret), "{}: {}", text, shown);
            }
        }
    }
}

#[test]
fn a_password_that_begins_like_a_hidden_one_is_hidden() {
    for text in [
        "host=h password=***@S3cr3tPw***@ user=a",
        "password=***-S3cr3tPw",
        "password='***/S3cr3tPw'",
    ] {
        for shown in [typed(text), prose(text), line(text, Around::Other).text] {
            assert!(!shown.contains("S3cr3tPw"), "{text}: {shown}");
        }
    }
}

#[test]
fn the_names_of_migration_tools_are_those_of_the_registry() {
    let mut names: Vec<&str> = crate::migrations::TOOLS.iter().map(|tool| tool.name).collect();
    names.sort_unstable();
    assert_eq!(names, super::scan::MIGRATION_TOOLS);
}
