//! Attacks in a session.

use std::io;

use super::fake::{Fake, Peer, announced, columns, complete, fields, message, row};
use super::watched::{STATEMENTS, all, fails, fails_within};

/// A case in which the server calls `answer` for each query.
fn answers(
    what: &'static str,
    words: &'static str,
    answer: impl Fn(&mut Peer, usize) -> io::Result<()> + Send + Sync + 'static,
) -> Box<dyn FnOnce() + Send> {
    Box::new(move || {
        let server = Fake::new(move |peer| {
            peer.welcome()?;
            loop {
                let statements = peer.query()?;
                answer(peer, statements)?;
            }
        });
        fails(what, &server, "sslmode=disable", words);
    })
}

/// A case in which the server answers each query with these bytes.
fn sends(what: &'static str, words: &'static str, bytes: Vec<u8>) -> Box<dyn FnOnce() + Send> {
    answers(what, words, move |peer, _| peer.raw(&bytes))
}

const BROKEN: &str = "violated the protocol";

#[test]
fn incomplete_answers_never_pass() {
    let rows = |statements: usize, each: Vec<u8>| each.repeat(statements);
    let nothing = || [columns(&["a"]), complete("SELECT 0")].concat();
    all(vec![
        sends("only ready", BROKEN, message(b'Z', b"I")),
        sends(
            "an empty query",
            BROKEN,
            [message(b'I', b""), message(b'Z', b"I")].concat(),
        ),
        answers("no rows", "", move |peer, statements| {
            peer.raw(&rows(statements, nothing()))?;
            peer.ready()
        }),
        answers("no columns", "", |peer, statements| {
            peer.raw(&complete("SELECT 0").repeat(statements))?;
            peer.ready()
        }),
        answers("results of other statements", "", |peer, statements| {
            peer.raw(&complete("SET").repeat(statements))?;
            peer.ready()
        }),
        answers("one result too few", BROKEN, move |peer, statements| {
            peer.raw(&rows(statements - 1, [columns(&["a"]), complete("SELECT 0")].concat()))?;
            peer.ready()
        }),
        answers("one result too many", BROKEN, move |peer, statements| {
            peer.raw(&rows(statements + 1, [columns(&["a"]), complete("SELECT 0")].concat()))?;
            peer.ready()
        }),
        answers("rows that it does not count", BROKEN, move |peer, statements| {
            let each = [columns(&["a"]), row(&["x"]), complete("SELECT 0")].concat();
            peer.raw(&rows(statements, each))?;
            peer.ready()
        }),
        answers("an empty object", "", move |peer, statements| {
            let each = [columns(&["a"]), row(&["{}"]), complete("SELECT 1")].concat();
            peer.raw(&rows(statements, each))?;
            peer.ready()
        }),
    ]);
}

#[test]
fn invalid_rows_are_refused() {
    let wide: Vec<&str> = vec!["c"; 65535];
    let one = || columns(&["a"]);
    let end = || [complete("SELECT 1"), message(b'Z', b"T")].concat();
    let case = |what, row: Vec<u8>| sends(what, BROKEN, [one(), row, end()].concat());
    all(vec![
        case("two cells for one column", row(&["x", "y"])),
        case("no cell for one column", row(&[])),
        case("a row that ends in a cell", message(b'D', b"\0\x01\0\0\0\x09x")),
        case("a row that ends in a length", message(b'D', b"\0\x01\0\0")),
        case("a negative length", message(b'D', b"\0\x01\xff\xff\xff\xfex")),
        case("more cells than bytes", message(b'D', b"\xff\xff\0\0\0\x01x")),
        case(
            "an announced 2 GB",
            announced(b'D', 0x7fff_ffff, b"\0\x01\x7f\xff\xff\xf0x"),
        ),
        case("an announced 4 GB", announced(b'D', u32::MAX, b"\0\x01")),
        case("length 3", announced(b'D', 3, b"")),
        case("an unknown tag", message(b'?', b"")),
        case("a message of the authentication", message(b'R', &[0, 0, 0, 0])),
        sends("a row without columns", BROKEN, [row(&["x"]), end()].concat()),
        sends(
            "65535 columns and one cell",
            BROKEN,
            [columns(&wide), row(&["x"]), end()].concat(),
        ),
        sends(
            "65535 missing columns",
            BROKEN,
            [message(b'T', b"\xff\xff"), end()].concat(),
        ),
        sends(
            "a column without an end",
            BROKEN,
            [message(b'T', b"\0\x01abc"), end()].concat(),
        ),
        sends("a tag without an end", BROKEN, message(b'C', b"SELECT 1")),
        sends("copy in", BROKEN, [message(b'G', b"\0\0\0"), end()].concat()),
        sends(
            "copy out",
            BROKEN,
            [message(b'H', b"\0\0\0"), message(b'd', b"x\n"), message(b'c', b"")].concat(),
        ),
    ]);
}

#[test]
fn endless_answers_are_stopped() {
    let endless = |what: &'static str, head: Vec<u8>, bytes: Vec<u8>| {
        answers(what, "", move |peer, _| {
            peer.raw(&head)?;
            peer.endless(&bytes)
        })
    };
    all(vec![
        endless("rows", columns(&["a"]), row(&["x"])),
        endless("results", Vec::new(), complete("SELECT 0")),
        endless("descriptions", Vec::new(), columns(&["a", "b"])),
        endless("empty queries", Vec::new(), message(b'I', b"")),
        endless(
            "notices",
            Vec::new(),
            fields(b'N', &[(b'S', "NOTICE"), (b'M', "m"), (b'D', &"d".repeat(4000))]),
        ),
        endless("settings", Vec::new(), message(b'S', b"name\0value\0")),
        endless(
            "notifications",
            Vec::new(),
            message(b'A', b"\0\0\0\0channel\0payload\0"),
        ),
        endless(
            "errors",
            Vec::new(),
            fields(b'E', &[(b'S', "ERROR"), (b'C', "XX000"), (b'M', &"m".repeat(4000))]),
        ),
        endless("requests for rows", Vec::new(), message(b'G', b"\0\0\0")),
        endless("readiness", Vec::new(), message(b'Z', b"I")),
        answers("settings with new names", "", |peer, _| {
            for number in 0_u64.. {
                peer.message(b'S', format!("name{number}\0{}\0", "v".repeat(900)).as_bytes())?;
            }
            Ok(())
        }),
    ]);
}

#[test]
fn silence_and_disconnects_in_a_session_are_reported() {
    const SILENT: &str = "no answer within 3 s";
    const CLOSED: &str = "the server closed the connection";
    let mut cases: Vec<Box<dyn FnOnce() + Send>> = Vec::new();
    for (what, bytes) in [
        ("at once", Vec::new()),
        ("within a header", b"T\0".to_vec()),
        ("before the rows", columns(&["a"])),
        ("within a row", [columns(&["a"]), row(&["xyz"])[..9].to_vec()].concat()),
        ("after a result", complete("SET")),
    ] {
        let again = bytes.clone();
        cases.push(answers(what, SILENT, move |peer, _| {
            peer.raw(&bytes)?;
            peer.silent()
        }));
        cases.push(answers(what, CLOSED, move |peer, _| {
            peer.raw(&again)?;
            Err(io::ErrorKind::ConnectionAborted.into())
        }));
    }
    all(cases);
}

#[test]
fn long_errors_of_statements_are_shortened() {
    let long = "m\u{1b}[31m".repeat(100_000);
    let error = fields(
        b'E',
        &[
            (b'S', "ERROR"),
            (b'C', "42501"),
            (b'M', &long),
            (b'D', &long),
            (b'H', &long),
        ],
    );
    let fatal = fields(
        b'E',
        &[
            (b'S', "FATAL"),
            (b'V', "FATAL"),
            (b'C', "57P01"),
            (b'M', "terminating connection"),
        ],
    );
    all(vec![
        sends("a long error", "", [error, message(b'Z', b"E")].concat()),
        sends("a fatal error", "terminating connection", fatal),
        sends(
            "an error without a field",
            "",
            [message(b'E', b"\0"), message(b'Z', b"E")].concat(),
        ),
    ]);
}

#[test]
fn the_statement_timeout_limits_the_run() {
    let server = Fake::new(|peer| {
        peer.welcome()?;
        peer.silent()
    });
    let words = "no answer within 9 s";
    fails_within(STATEMENTS, "silence", &server, "", "absent.yaml", words);
}
