//! Which URLs are accepted, and where else parts of them can come from.

use std::path::Path;

use super::{ENCODED, Lab, PASSWORD, free_port, mode};

#[test]
fn urls_that_psql_accepts_are_accepted() {
    let lab = Lab::shared();
    let (port, socket) = (lab.port, lab.socket());
    let encoded_socket = socket.replace('/', "%2F");
    let closed = free_port();
    for url in [
        format!("postgres://pw:{ENCODED}@127.0.0.1:{port}/app"),
        format!("postgresql://pw:HUNTER@%23%2F%3F:%25@127.0.0.1:{port}/app"),
        format!("postgresql://127.0.0.1:{port}/app?user=pw&password={ENCODED}"),
        format!("postgresql:///app?host={socket}&port={port}"),
        format!("postgresql://postgres@/app?host={socket}&port={port}"),
        format!("postgresql://{encoded_socket}:{port}/app"),
        format!("postgresql://127.0.0.1:{closed},127.0.0.1:{port}/app"),
        format!("postgresql://nowhere.invalid,127.0.0.1/app?port={port}"),
        format!("postgresql://db.example.com:{port}/app?hostaddr=127.0.0.1"),
        format!(" postgres://127.0.0.1:{port}/app\n"),
        format!(
            "postgres://127.0.0.1:{port}/app?schema=public&pgbouncer=true&connection_limit=1&pool_timeout=0\
             &sslaccept=strict&statement_cache_size=0&channel_binding=prefer&connect_timeout=0&keepalives=1"
        ),
        format!("postgres://127.0.0.1:{port}/app?target_session_attrs=read-write"),
        format!("postgres://127.0.0.1:{port}/app?options=-c%20work_mem%3D7MB"),
    ] {
        lab.check(&url, &[]).is(0, "");
    }
    let text = port.to_string();
    lab.check("postgres:///app", &[("PGHOST", &socket), ("PGPORT", &text)])
        .is(0, "");
    lab.check(
        &format!("postgres://pw@127.0.0.1:{port}/app"),
        &[("PGPASSWORD", PASSWORD)],
    )
    .is(0, "");
    let service = lab.file(
        "service.conf",
        &format!("[lab]\nhost=127.0.0.1\nport={port}\nuser=pw\npassword={PASSWORD}\ndbname=app\n"),
    );
    lab.check("postgres:///?service=lab", &[("PGSERVICEFILE", &service)])
        .is(0, "");
    lab.check("postgres://", &[("PGSERVICEFILE", &service), ("PGSERVICE", "lab")])
        .is(0, "");
    let passfile = lab.file(
        ".pgpass",
        &format!("127.0.0.1:{port}:*:pw:{}\n", PASSWORD.replace(':', "\\:")),
    );
    lab.check(&format!("postgres://pw@127.0.0.1:{port}/app"), &[]).is(0, "");
    mode(Path::new(&passfile), 0o644);
    lab.check(&format!("postgres://pw@127.0.0.1:{port}/app"), &[])
        .is(3, "chmod 600");
}

#[test]
fn invalid_urls_are_usage_errors() {
    let lab = Lab::shared();
    for (url, words) in [
        ("", "empty"),
        ("mysql://u:HUNTER@h/db", "not of a PostgreSQL database"),
        ("prisma://accelerate.prisma-data.net/?api_key=HUNTER", "Accelerate"),
        ("jdbc:postgresql://h/db?password=HUNTER", "JDBC"),
        ("mysql+pymysql://u:HUNTER@h/db", "postgresql://"),
        ("host=h password=HUNTER", "keyword form"),
        ("'postgres://u:HUNTER@h/db'", "quotes"),
        ("postgres://u:HUNTER#1@h/db", "%23"),
        ("postgres://u:HUNTER/1@h/db", "%2F"),
        ("postgres://u:HUNTER?1@h/db", "%3F"),
        ("postgres://u:HUNTER@h/db?sslmode=no-verify", "sslmode=require"),
        ("postgres://u:HUNTER@h/db?require_auth=scram-sha-256", "require_auth"),
        ("postgres://u:HUNTER@h/db?sslmode=verify-full", "sslrootcert=system"),
        (
            "postgres://u:HUNTER@h/db?sslmode=verify-full&sslrootcert=/nope.crt",
            "/nope.crt",
        ),
        (
            "postgres://u:HUNTER@h/db?sslmode=require&sslrootcert=system",
            "weak sslmode",
        ),
        ("postgres:///db?service=nope", "no service `nope`"),
    ] {
        lab.check(url, &[]).is(2, words);
    }
}
