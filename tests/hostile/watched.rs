//! Runs driftgate against a fake server, and limits its memory and time.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::fake::Fake;
use crate::folder::Folder;

/// The deadline of a run, and how long the run may take on a busy machine.
pub const TIMEOUT: (&str, Duration) = ("--timeout=3s", Duration::from_secs(12));
/// The same with the deadline that follows from the statement timeout.
pub const STATEMENTS: (&str, Duration) = ("--statement-timeout=1s", Duration::from_secs(25));

/// The maximum memory of a run, in KiB.
const MAX_MEMORY: u64 = 200 * 1024;

/// Without an answer of the server, none of these may pass or drift.
const FILES: [(&str, &str); 3] = [
    ("absent.yaml", "driftgate: 1\ntables: {t: absent}\n"),
    ("exact.yaml", "driftgate: 1\nexact: true\n"),
    ("present.yaml", "driftgate: 1\ntables: {t: present}\n"),
];

/// Checks that no expectation passes or drifts with this server: the run reports once that it could not verify, with a
/// message that contains `words`, and stays within the limits of time and memory.
#[track_caller]
pub fn fails(what: &str, server: &Fake, parameters: &str, words: &str) {
    for (file, _) in FILES {
        fails_within(TIMEOUT, what, server, parameters, file, words);
    }
}

/// The same for one file and another deadline.
#[track_caller]
pub fn fails_within(
    (option, longest): (&str, Duration),
    what: &str,
    server: &Fake,
    parameters: &str,
    file: &str,
    words: &str,
) {
    let folder = Folder::new();
    for (name, text) in FILES {
        folder.write(name, text);
    }
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_driftgate"))
        .args(["check", "--url", &server.url(parameters), option, file])
        .current_dir(folder.path())
        .env_clear()
        .env("HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(fs::File::create(folder.path().join("stdout")).expect("a file"))
        .stderr(fs::File::create(folder.path().join("stderr")).expect("a file"))
        .spawn()
        .expect("driftgate");
    let mut memory = 0;
    let status = loop {
        memory = memory.max(peak(child.id()));
        if let Some(status) = child.try_wait().expect("driftgate") {
            break status;
        }
        if start.elapsed() > longest || memory > 4 * MAX_MEMORY {
            child.kill().and_then(|()| child.wait()).expect("to end driftgate");
            panic!("{what}, {file}: {:?} and {memory} KiB", start.elapsed());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let output = folder.read("stdout").expect("UTF-8") + &folder.read("stderr").expect("UTF-8");
    let context = format!("{what}, {file}: {status}\n{output}");
    assert_eq!(status.code(), Some(3), "{context}");
    assert_eq!(output.matches("could not verify").count(), 1, "{context}");
    assert!(output.contains("0 checks: 0 passed, 0 drift"), "{context}");
    assert!(output.contains(words), "`{words}`: {context}");
    assert!(output.len() < 6000, "{context}");
    for never in ["panicked", "has a bug", "secret", "\u{1b}"] {
        assert!(!output.contains(never), "{context}");
    }
    assert!(memory < MAX_MEMORY, "{memory} KiB: {context}");
}

/// The peak memory of a process, in KiB; 0 if it has ended, or if it has not started yet and is still a copy of this one.
fn peak(process: u32) -> u64 {
    let own = fs::read_link("/proc/self/exe").ok();
    if fs::read_link(format!("/proc/{process}/exe")).ok() == own {
        return 0;
    }
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Runs cases in parallel, because most of them wait for a deadline.
pub fn all(cases: Vec<Box<dyn FnOnce() + Send>>) {
    std::thread::scope(|scope| {
        let threads: Vec<_> = cases.into_iter().map(|case| scope.spawn(case)).collect();
        let failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
        assert_eq!(failed, 0, "number of failed cases");
    });
}
