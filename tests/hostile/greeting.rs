//! Attacks before the session begins.

use std::io;

use super::fake::{Fake, Peer, announced, fields, message};
use super::watched::{all, fails};

const FOREIGN: &str = "does not speak the PostgreSQL protocol";
const GARBLED: &str = "the server's answer cannot be parsed";
const CLOSED: &str = "the server closed the connection unexpectedly";
const SILENT: &str = "no answer within 2 s";
const NOT_MUTUAL: &str = "does not prove that it knows the password";

/// A case in which the server calls `serve` after it has read the start-up message.
fn after_startup(
    what: &'static str,
    words: &'static str,
    serve: impl Fn(&mut Peer) -> io::Result<()> + Send + Sync + 'static,
) -> Box<dyn FnOnce() + Send> {
    Box::new(move || {
        let server = Fake::new(move |peer| {
            peer.startup()?;
            serve(peer)
        });
        fails(what, &server, "", words);
    })
}

/// A case in which the server sends these bytes and keeps the connection open.
fn sends(what: &'static str, words: &'static str, bytes: Vec<u8>) -> Box<dyn FnOnce() + Send> {
    after_startup(what, words, move |peer| {
        peer.raw(&bytes)?;
        peer.silent()
    })
}

#[test]
fn other_protocols_are_detected() {
    all(vec![
        sends("HTTP", FOREIGN, b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()),
        sends("SSH", FOREIGN, b"SSH-2.0-OpenSSH_9.2p1\r\n".to_vec()),
        sends("zeros", FOREIGN, vec![0; 64]),
        sends("MySQL", FOREIGN, b"\x4a\0\0\0\x0a8.0.35\0\x08\0\0\0".to_vec()),
        sends("noise", FOREIGN, (0..=255).rev().collect()),
    ]);
}

#[test]
fn invalid_lengths_are_refused() {
    let in_row = |length| [message(b'R', &[0, 0, 0, 0]), announced(b'D', length, b"\0\x01")].concat();
    all(vec![
        sends("length 0", FOREIGN, announced(b'R', 0, b"")),
        sends("length 3", FOREIGN, announced(b'R', 3, b"")),
        sends("short", FOREIGN, announced(b'R', 4, b"")),
        sends("shorter", FOREIGN, announced(b'R', 6, b"\0\0")),
        sends("65 KB", FOREIGN, announced(b'R', 65 * 1024, b"\0\0\0\0")),
        sends("2 GB", FOREIGN, announced(b'R', 0x7fff_ffff, b"\0\0\0\0")),
        sends("4 GB", FOREIGN, announced(b'R', u32::MAX, b"\0\0\0\0")),
        sends("an error of 2 GB", FOREIGN, announced(b'E', 0x7fff_ffff, b"SFATAL\0")),
        sends("2 GB in a row", GARBLED, in_row(0x7fff_ffff)),
        sends("4 GB in a row", GARBLED, in_row(u32::MAX)),
    ]);
}

#[test]
fn invalid_messages_are_refused() {
    let ok = message(b'R', &[0, 0, 0, 0]);
    let then = |bytes: Vec<u8>| [ok.clone(), bytes].concat();
    all(vec![
        sends("no salt", FOREIGN, message(b'R', &[0, 0, 0, 5])),
        sends("half a salt", FOREIGN, message(b'R', &[0, 0, 0, 5, 1, 2])),
        sends("unknown authentication", FOREIGN, message(b'R', &[0, 0, 0, 99])),
        sends("unknown tag", FOREIGN, message(b'?', &[0, 0, 0, 0])),
        sends("a row first", GARBLED, message(b'D', &[0, 0])),
        sends("ready first", GARBLED, message(b'Z', b"I")),
        sends("two acceptances", GARBLED, then(ok.clone())),
        sends("accepted, then a password", GARBLED, then(message(b'R', &[0, 0, 0, 3]))),
        sends("accepted, then a row", GARBLED, then(message(b'D', &[0, 0]))),
        sends("a setting without an end", GARBLED, then(message(b'S', b"name"))),
        sends(
            "a setting that is not UTF-8",
            GARBLED,
            then(message(b'S', b"\xff\0\xff\0")),
        ),
        sends("an error without an end", "", message(b'E', b"SFATAL")),
        sends("an error without a field", "", message(b'E', b"\0")),
        sends("GSSAPI", "an authentication method", message(b'R', &[0, 0, 0, 7])),
        sends(
            "an unknown mechanism",
            "an authentication method",
            message(b'R', b"\0\0\0\x0aNOPE\0\0"),
        ),
        sends(
            "no mechanism",
            "an authentication method",
            message(b'R', b"\0\0\0\x0a\0"),
        ),
        sends(
            "a list of mechanisms without an end",
            GARBLED,
            message(b'R', b"\0\0\0\x0aSCRAM"),
        ),
    ]);
}

#[test]
fn endless_messages_before_the_session_are_stopped() {
    let ok = message(b'R', &[0, 0, 0, 0]);
    let notice = fields(b'N', &[(b'S', "NOTICE"), (b'M', "notice")]);
    let flood = |what, bytes: Vec<u8>| {
        let ok = ok.clone();
        after_startup(what, "", move |peer| {
            peer.raw(&ok)?;
            peer.endless(&bytes)
        })
    };
    all(vec![
        after_startup("notices", GARBLED, move |peer| peer.endless(&notice)),
        after_startup("passwords", GARBLED, |peer| peer.endless(&message(b'R', &[0, 0, 0, 3]))),
        flood("settings", message(b'S', b"name\0value\0")),
        flood("keys", message(b'K', &[0; 8])),
        flood("notifications", message(b'A', b"\0\0\0\0channel\0payload\0")),
    ]);
}

#[test]
fn long_errors_are_shortened_and_escaped() {
    let long = "a\u{1b}[31m".repeat(10_000);
    let error = fields(b'E', &[(b'S', "FATAL"), (b'C', "53300"), (b'M', &long)]);
    all(vec![sends("a long error", "all connections", error)]);
}

#[test]
fn silence_and_disconnects_before_the_session_are_reported() {
    let ok = message(b'R', &[0, 0, 0, 0]);
    let password = message(b'R', &[0, 0, 0, 3]);
    let mut cases: Vec<Box<dyn FnOnce() + Send>> = vec![
        Box::new(|| fails("mute", &Fake::new(Peer::silent), "", SILENT)),
        Box::new(|| fails("gone", &Fake::new(|_| Ok(())), "", CLOSED)),
    ];
    for (what, bytes) in [
        ("at once", Vec::new()),
        ("in a header", ok[..3].to_vec()),
        ("in a message", ok[..7].to_vec()),
        ("after a password", password.clone()),
        ("after the authentication", ok.clone()),
        (
            "in a setting",
            [ok.as_slice(), &message(b'S', b"name\0value\0")[..8]].concat(),
        ),
    ] {
        let again = bytes.clone();
        cases.push(sends(what, SILENT, bytes));
        cases.push(after_startup(what, CLOSED, move |peer| {
            peer.raw(&again)?;
            // Without unread bytes, the connection is closed and not reset.
            if again.starts_with(b"R\0\0\0\x08\0\0\0\x03") {
                peer.read()?;
            }
            Ok(())
        }));
    }
    all(cases);
}

/// An unencrypted session directly after the S: CVE-2021-23222.
const SMUGGLED: &[u8] = b"SR\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";

#[test]
fn garbage_instead_of_tls_is_refused() {
    let tls = |what: &'static str, words: &'static str, answer: &'static [u8]| -> Box<dyn FnOnce() + Send> {
        Box::new(move || {
            let server = Fake::new(move |peer| {
                peer.tls_request()?;
                peer.raw(answer)?;
                peer.silent()
            });
            fails(what, &server, "sslmode=require", words);
        })
    };
    all(vec![
        tls("garbage", "the server's answer is not TLS", b"Sgarbage instead of TLS"),
        tls("smuggled", "the server's answer is not TLS", SMUGGLED),
        tls("no TLS", "the server does not support TLS", b"N"),
        tls("an error", "the server does not support TLS", b"E\0\0\0\x08nope"),
        tls("HTTP", FOREIGN, b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        tls("nothing", SILENT, b""),
        tls("only S", SILENT, b"S"),
        tls("an alert", "TLS", b"S\x15\x03\x03\0\x02\x02\x28"),
        tls("half an alert", SILENT, b"S\x15\x03\x03\0\x02\x02"),
    ]);
}

/// A case in which the server offers SCRAM, answers the client's nonce with `first`, and then sends `last`.
fn scram(
    what: &'static str,
    words: &'static str,
    first: impl Fn(&str) -> String + Send + Sync + 'static,
    last: &'static [u8],
) -> Box<dyn FnOnce() + Send> {
    after_startup(what, words, move |peer| {
        peer.message(b'R', b"\0\0\0\x0aSCRAM-SHA-256\0\0")?;
        let (_, body) = peer.read()?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let nonce = body.split_once("r=").map_or("", |(_, nonce)| nonce);
        peer.message(b'R', &[b"\0\0\0\x0b", first(nonce).as_bytes()].concat())?;
        peer.read()?;
        peer.raw(last)?;
        peer.raw(&message(b'R', &[0, 0, 0, 0]))?;
        peer.ready()?;
        peer.silent()
    })
}

#[test]
fn invalid_scram_exchanges_are_refused() {
    // One round: many take long in a build without optimisation, and the time to connect is limited.
    let good = |nonce: &str| format!("r={nonce}x,s=c2FsdA==,i=1");
    all(vec![
        scram("no equals sign", GARBLED, |_| "r".to_owned(), b""),
        scram("nothing", GARBLED, |_| String::new(), b""),
        scram("no salt", GARBLED, |nonce| format!("r={nonce}x,i=4096"), b""),
        scram("no base64", GARBLED, |nonce| format!("r={nonce}x,s=*,i=4096"), b""),
        scram(
            "another nonce",
            GARBLED,
            |_| "r=other,s=c2FsdA==,i=4096".to_owned(),
            b"",
        ),
        scram("no count", GARBLED, |nonce| format!("r={nonce}x,s=c2FsdA==,i="), b""),
        scram(
            "many rounds",
            GARBLED,
            |nonce| format!("r={nonce}x,s=c2FsdA==,i=4294967295"),
            b"",
        ),
        scram(
            "too many rounds",
            GARBLED,
            |nonce| format!("r={nonce}x,s=c2FsdA==,i=99999999999"),
            b"",
        ),
        scram("escapes", GARBLED, |_| "\u{1b}[31m".to_owned(), b""),
        scram("no proof", NOT_MUTUAL, good, b""),
        scram("a wrong proof", NOT_MUTUAL, good, b"R\0\0\0\x0e\0\0\0\x0cv=AAAA"),
        scram("a proof that is none", NOT_MUTUAL, good, b"R\0\0\0\x09\0\0\0\x0cv"),
        scram("an error for a proof", NOT_MUTUAL, good, b"R\0\0\0\x0e\0\0\0\x0ce=nope"),
        sends("the end first", GARBLED, message(b'R', b"\0\0\0\x0cv=AAAA")),
        sends(
            "the middle first",
            GARBLED,
            message(b'R', b"\0\0\0\x0br=x,s=c2FsdA==,i=1"),
        ),
    ]);
}
