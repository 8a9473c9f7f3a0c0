use super::*;

fn info(url: &str) -> Conninfo {
    Conninfo::resolve(url, &|name| (name == "USER").then(|| "me".to_owned())).unwrap()
}

fn run(url: &str) -> Failure {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(connect(&info(url))).err().unwrap()
}

#[test]
fn places_read_like_addresses() {
    let labels = |url: &str| info(url).hosts().iter().map(label).collect::<Vec<_>>().join(" ");
    assert_eq!(
        labels("postgres://h,[::1]:6,%2Fdir:7/d"),
        "h:5432 [::1]:6 /dir/.s.PGSQL.7"
    );
    assert_eq!(labels("postgres://h/d?hostaddr=::1"), "h (::1):5432");
}

#[test]
fn a_refused_connection_fails_at_once() {
    // A port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let failure = run(&format!("postgres://u:HUNTER@127.0.0.1:{port}/d"));
    assert_eq!(failure.doing, format!("connecting to 127.0.0.1:{port}"));
    assert_eq!(
        failure.why,
        "connection refused; no server listens on that host and port"
    );
    assert!(!format!("{failure:?}").contains("HUNTER"));
}

#[test]
fn a_silent_server_reaches_the_timeout() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let failure = run(&format!("postgres://u@127.0.0.1:{port}/d?connect_timeout=1"));
    assert_eq!(failure.why, "no answer within 1 s");
}

#[cfg(unix)]
#[test]
fn a_missing_socket_is_named() {
    let failure = run("postgres:///d?host=/nowhere&port=7");
    assert_eq!(failure.doing, "connecting to /nowhere/.s.PGSQL.7");
    assert_eq!(failure.why, "the socket does not exist; no server listens there");
}

#[test]
fn another_protocol_is_detected() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let answering = std::thread::spawn(move || {
        use std::io::{Read, Write};
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 64]);
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let failure = run(&format!("postgres://u@127.0.0.1:{port}/d"));
    assert_eq!(failure.why, "the server does not speak the PostgreSQL protocol");
    answering.join().unwrap();
}
