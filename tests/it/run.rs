//! Runs the built program as a user would, in a folder and an environment of its own.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::folder::Folder;

/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// The key by whose digests hidden values are compared.
pub const KEY: &str = "0123456789abcdef";

/// The arguments of a check of what was pulled.
pub const CHECK: [&str; 8] = [
    "check",
    "pulled.yaml",
    "--format",
    "json",
    "--fail-on",
    "unknown",
    "--digest-key",
    "env:KEY",
];

/// The built program, about to be run.
pub struct Driftgate {
    folder: Folder,
    environment: Vec<(String, String)>,
}

impl Driftgate {
    /// In an empty folder, which is also the home, and with an environment in which nothing of the caller's is left.
    pub fn new() -> Self {
        Self {
            folder: Folder::new(),
            environment: Vec::new(),
        }
    }

    /// The working directory of the runs; gone with this value.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Writes a file into the working directory, with the folders that its name needs.
    #[must_use]
    pub fn file(self, name: &str, contents: &str) -> Self {
        self.folder.write(name, contents);
        self
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<String>) -> Self {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    /// Runs `driftgate` to its end. The same value may run several times.
    pub fn run<A: AsRef<str>>(&self, arguments: impl IntoIterator<Item = A>) -> Run {
        let arguments: Vec<String> = arguments
            .into_iter()
            .map(|argument| argument.as_ref().to_owned())
            .collect();
        let environment = self
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        run(self.folder.path(), environment, &arguments)
    }
}

/// What came out of a run.
#[derive(Debug)]
pub struct Run {
    /// All of the standard output.
    pub stdout: String,
    /// All of the standard error.
    pub stderr: String,
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// How long it took.
    pub duration: Duration,
}

/// Runs `driftgate` in a folder, with these variables and little else in its environment.
pub fn run<'a>(folder: &Path, environment: impl IntoIterator<Item = (&'a str, &'a str)>, arguments: &[String]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_driftgate"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(kept())
        .env("HOME", folder);
    // What the embedded PostgreSQL unpacks is large and always the same.
    command.env("XDG_CACHE_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache"));
    command.envs(environment);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let start = Instant::now();
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("cannot run driftgate: {error}"));
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        let (stdout, stderr) = (scope.spawn(|| read(stdout)), scope.spawn(|| read(stderr)));
        let code = wait(&mut child, start);
        let duration = start.elapsed();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output in UTF-8");
        let stdout = text(stdout.join().expect("the thread that reads stdout"));
        let stderr = text(stderr.join().expect("the thread that reads stderr"));
        let Some(code) = code else {
            panic!("driftgate {arguments:?} has not ended within {PATIENCE:?}\n{stdout}{stderr}");
        };
        Run {
            stdout,
            stderr,
            code: code.code(),
            duration,
        }
    })
}

/// The few variables that a program needs to run at all, and those that measure coverage.
fn kept() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| name == "PATH" || name == "LLVM_PROFILE_FILE")
}

/// The exit status, or none after the program had to be killed.
fn wait(child: &mut Child, start: Instant) -> Option<std::process::ExitStatus> {
    loop {
        if let Some(status) = child
            .try_wait()
            .unwrap_or_else(|error| panic!("cannot wait for driftgate: {error}"))
        {
            return Some(status);
        }
        if start.elapsed() > PATIENCE {
            child
                .kill()
                .and_then(|()| child.wait())
                .unwrap_or_else(|error| panic!("cannot end driftgate: {error}"));
            return None;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// All that a pipe has to say.
fn read(pipe: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let read = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
    read.transpose()
        .unwrap_or_else(|error| panic!("cannot read what driftgate says: {error}"));
    bytes
}

#[test]
fn runs_in_an_environment_of_its_own() {
    let driftgate = Driftgate::new()
        .file("expectations/a.yaml", "driftgate: 1\n")
        .env("DATABASE_URL", "");
    assert_eq!(
        driftgate.folder().read("expectations/a.yaml").as_deref(),
        Ok("driftgate: 1\n")
    );
    let Run {
        stdout,
        stderr,
        code,
        duration,
    } = driftgate.run(["--version"]);
    assert_eq!(
        (stdout.as_str(), stderr.as_str(), code),
        (concat!("driftgate ", env!("CARGO_PKG_VERSION"), "\n"), "", Some(0))
    );
    assert!(duration < PATIENCE);
}
