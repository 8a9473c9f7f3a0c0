//! Runs of `driftgate` against a fake server, with an eye on memory and time.

use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::fake::Fake;
use crate::folder::Folder;

/// What a run is given, and how long it may take with it on a busy machine.
pub const TIMEOUT: (&str, Duration) = ("--timeout=3s", Duration::from_secs(12));
/// The same without a deadline of its own: four statements and ten seconds.
pub const STATEMENTS: (&str, Duration) = ("--statement-timeout=1s", Duration::from_secs(25));

/// As much memory a run may take, in KiB.
const MOST_MEMORY: u64 = 200 * 1024;

/// What is expected must not be taken for found where a server says nothing.
const FILES: [(&str, &str); 3] = [
    ("absent.yaml", "driftgate: 1\ntables: {t: absent}\n"),
    ("exact.yaml", "driftgate: 1\nexact: true\n"),
    ("present.yaml", "driftgate: 1\ntables: {t: present}\n"),
];

/// Checks that no expectation passes or drifts, whatever this server does: the run could not verify, says so in one
/// sentence with these words, and takes neither long nor much memory.
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
        if start.elapsed() > longest || memory > 4 * MOST_MEMORY {
            child.kill().and_then(|()| child.wait()).expect("to end driftgate");
            panic!("{what}, {file}: {:?} and {memory} KiB", start.elapsed());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let said = folder.read("stdout").expect("UTF-8") + &folder.read("stderr").expect("UTF-8");
    let told = format!("{what}, {file}: {status}\n{said}");
    assert_eq!(status.code(), Some(3), "{told}");
    assert_eq!(said.matches("could not verify").count(), 1, "{told}");
    assert!(said.contains("0 checks: 0 passed, 0 drift"), "{told}");
    assert!(said.contains(words), "`{words}`: {told}");
    assert!(said.len() < 6000, "{told}");
    for never in ["panicked", "has a bug", "secret", "\u{1b}"] {
        assert!(!said.contains(never), "{told}");
    }
    assert!(memory < MOST_MEMORY, "{memory} KiB: {told}");
}

/// The most memory that a process has had at once, in KiB; 0 if it has ended, or has not begun: until then it is a
/// copy of this one.
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

/// Runs cases at the same time: most of them wait for a deadline.
pub fn all(cases: Vec<Box<dyn FnOnce() + Send>>) {
    std::thread::scope(|scope| {
        let threads: Vec<_> = cases.into_iter().map(|case| scope.spawn(case)).collect();
        let failed = threads.into_iter().filter_map(|thread| thread.join().err()).count();
        assert_eq!(failed, 0, "so many cases have failed");
    });
}
