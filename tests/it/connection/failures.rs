//! What a connection that fails says, and how soon.

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use super::{Lab, Outcome, SECRET, free_port};
use crate::run;

#[test]
fn failed_connections_say_why() {
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

#[test]
fn a_wrong_password_is_not_retried() {
    let lab = Lab::shared();
    let url = format!("postgresql://pw:wrong@127.0.0.1:{}/app", lab.port);
    let arguments = ["check", "--url", &url, "t.yaml", "--wait", "60s"].map(str::to_owned);
    let run = run::run(&lab.home(), [("USER", "postgres")], &arguments);
    assert!(run.duration < Duration::from_secs(30), "{run:?}");
    assert!(!run.stderr.contains("wait"), "{run:?}");
    Outcome::new(&url, run).is(3, "password authentication failed");
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
fn a_dead_network_times_out() {
    let lab = Lab::shared();
    let at = |port: u16| format!("postgres://127.0.0.1:{port}/app?sslmode=disable&connect_timeout=2");
    lab.check(&at(dying_network(lab.port, usize::MAX)), &[]).is(0, "");
    // In the midst of the greeting, and of the catalog.
    lab.check(&at(dying_network(lab.port, 100)), &[])
        .is(3, "no answer within 2 s");
    let url = at(dying_network(lab.port, 1000));
    let arguments = ["check", "--url", &url, "--statement-timeout", "50ms", "all.yaml"].map(str::to_owned);
    Outcome::new(&url, run::run(&lab.home(), [("USER", "postgres")], &arguments))
        .is(3, "the connection is dead or the server is slow");
}
