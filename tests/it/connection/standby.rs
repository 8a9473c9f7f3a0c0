//! A check of a hot standby.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{EXPECTED, Lab, Outcome, free_port};
use crate::run;
use crate::server::{Launched, Server, finish};

#[test]
fn a_hot_standby_is_checked_like_a_primary() {
    let lab = Lab::start();
    let standby = Launched::prepare().expect("a folder");
    let mut backup = standby.command("pg_basebackup");
    backup.args(["-h", &lab.socket(), "-p", &lab.port.to_string(), "-U", "postgres"]);
    backup
        .args(["-R", "-X", "stream", "-c", "fast", "-D"])
        .arg(standby.data());
    finish(&mut backup).expect("pg_basebackup");
    let port = free_port();
    standby
        .configure(&format!(
            "port={port}\nhot_standby=on\nssl=off\nlisten_addresses='127.0.0.1'\nunix_socket_directories='{}'\n",
            standby.folder.display()
        ))
        .and_then(|()| standby.start())
        .expect("a standby");
    let at = |parameters: &str| format!("postgres://127.0.0.1:{port}/app?{parameters}");
    lab.check_file("all.yaml", &at(""), &[])
        .is(0, " passed, 0 drift, 0 warnings, 0 unknown");
    lab.check(&at("target_session_attrs=standby"), &[]).is(0, "");
    lab.check(&at("target_session_attrs=read-write"), &[])
        .is(3, "session is read-only");
    let both = |attrs: &str| {
        format!(
            "postgres://127.0.0.1:{},127.0.0.1:{port}/app?target_session_attrs={attrs}",
            lab.port
        )
    };
    for attrs in ["standby", "primary", "read-only", "read-write", "prefer-standby", "any"] {
        lab.check_file("all.yaml", &both(attrs), &[]).is(0, " passed, 0 drift");
    }
    lab.write("differs.yaml", &EXPECTED.replace("price >= 0", "price > 0"));
    lab.check_file("differs.yaml", &at(""), &[])
        .is(1, " 1 drift, 0 warnings, 0 unknown");

    // One that lags behind is waited for.
    let host = utf8_percent_encode(&standby.folder.display().to_string(), NON_ALPHANUMERIC).to_string();
    let behind = Server::at(&format!("postgresql://postgres@{host}:{port}/postgres")).expect("the standby");
    behind.execute("app", "select pg_wal_replay_pause()");
    lab.server().execute("app", "create table late (id int)");
    lab.write("late.yaml", "driftgate: 1\ntables: {late: present}\n");
    let arguments = ["check", "--url", &at(""), "late.yaml", "--wait", "60s"].map(str::to_owned);
    let run = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_secs(1));
            behind.execute("app", "select pg_wal_replay_resume()");
        });
        run::run(&lab.home(), [("USER", "postgres")], &arguments)
    });
    assert!(run.stderr.contains(": 1 drift\n"), "{run:?}");
    Outcome::new(&at(""), run).is(0, " passed, 0 drift");
}
