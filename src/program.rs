//! Programs of the user's that print SQL: those of a `command:` source, and those that print the schema of a model.

use std::borrow::Cow;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Failure, Problem, io_message};
use crate::input;
use crate::redact;

/// How many lines of what a failing program wrote to standard error are shown: its last ones.
const SHOWN_LINES: usize = 15;

/// How often driftgate checks whether a program has ended.
const INTERVAL: Duration = Duration::from_millis(20);

/// What is shown of a script.
const SCRIPT: &str = "…";

/// A program and its arguments. No shell reads them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandLine {
    program: String,
    arguments: Vec<String>,
    /// The folder in which the program runs, if it is not the working directory: as it is shown, and as an absolute path.
    folder: Option<(String, PathBuf)>,
    /// Variables that the program gets beside those of driftgate.
    variables: Vec<(String, String)>,
    /// An argument that not every version of the program knows. One that does not names it in its error.
    option: Option<&'static str>,
    /// How the lines of the SQL begin, if the program prints other lines, too.
    prefix: Option<&'static str>,
    /// What to do if the program cannot be found.
    install_hint: &'static str,
}

/// What a program printed.
#[derive(Debug)]
pub enum Printed {
    /// The SQL.
    Text(String),
    /// This version of the program does not know an option, and failed.
    UnknownOption(Failure),
}

/// What to do if a program cannot be found.
const INSTALL: &str = "install the program, or write its path: no shell looks it up";

/// What a program did.
struct Ran {
    status: ExitStatus,
    out: Vec<u8>,
    err: Vec<u8>,
}

impl CommandLine {
    /// A program and its arguments.
    pub fn new(program: impl Into<String>, arguments: &[&str]) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            folder: None,
            variables: Vec::new(),
            option: None,
            prefix: None,
            install_hint: INSTALL,
        }
    }

    /// The command in a folder, which is shown as another path and is absolute.
    #[must_use]
    pub fn with_folder(mut self, shown: &Path, folder: PathBuf) -> Self {
        self.folder = Some((shown.to_string_lossy().into_owned(), folder));
        self
    }

    /// The command with a variable in its environment.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The command, of whose arguments one is an option that not every version of the program knows.
    #[must_use]
    pub fn with_option(mut self, option: &'static str) -> Self {
        self.option = Some(option);
        self
    }

    /// The command, of whose lines only those that begin so are SQL.
    #[must_use]
    pub fn with_prefix(mut self, prefix: &'static str) -> Self {
        self.prefix = Some(prefix);
        self
    }

    /// The command, with what to do if its program cannot be found.
    #[must_use]
    pub fn with_install_hint(mut self, hint: &'static str) -> Self {
        self.install_hint = hint;
        self
    }

    /// A program and its arguments as they are. `None` without a program.
    #[must_use]
    pub fn of_words(words: &[String]) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Some(Self::new(program, &arguments))
    }

    /// Splits a text into words as a shell does: quotes and backslashes keep a word together.
    ///
    /// # Errors
    /// A quote is not closed, or there is no word.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let Some(words) = shlex::split(text) else {
            return Err(Problem::new("a quote is not closed in the command after command:")
                .hint("write the command as for a shell: command:'pg_dump --schema-only shop'"));
        };
        let mut words = words.into_iter();
        match words.next() {
            Some(program) => Ok(Self {
                arguments: words.collect(),
                ..Self::new(program, &[])
            }),
            None => Err(Problem::new("the command is missing after command:")
                .hint("write a program that prints SQL, and its arguments: command:'pg_dump --schema-only shop'")),
        }
    }

    /// The command as a shell would read it, without its secrets. A script among the arguments is left out.
    #[must_use]
    pub fn shown(&self) -> String {
        let is_script = |word: &&str| word.contains('\n');
        // A program of the folder is seen from there.
        let inside = self
            .folder
            .as_ref()
            .and_then(|(_, folder)| Path::new(&self.program).strip_prefix(folder).ok());
        let program = inside.map_or(Cow::Borrowed(self.program.as_str()), Path::to_string_lossy);
        let words = std::iter::once(&*program).chain(self.arguments.iter().map(String::as_str));
        let words = words.map(|word| if is_script(&word) { SCRIPT } else { word });
        // No word has a zero byte, which no shell can quote: none can be given to a program.
        let mut text = shlex::try_join(words).unwrap_or_else(|_| self.program.clone());
        if let Some((folder, _)) = &self.folder {
            let folder = shlex::try_quote(folder).unwrap_or_default();
            text = format!("cd {folder} && {text}");
        }
        redact::prose(&text).into_owned()
    }

    /// Runs the program in the working directory and returns what it printed. It gets no input, and inherits the
    /// environment.
    ///
    /// # Errors
    /// It cannot be started, fails, prints nothing, too much or something else than text, or does not end in time.
    pub fn output(&self, limit: Duration) -> Result<Printed, Failure> {
        let ran = self.run(limit)?;
        if !ran.status.success() {
            let failure = Failure::new(format!("running {}", self.shown()), failed(&ran)).lasting();
            let is_unknown = |option: &str| {
                let of = |bytes: &[u8]| String::from_utf8_lossy(bytes).contains(option);
                of(&ran.out) || of(&ran.err)
            };
            return match self.option {
                Some(option) if is_unknown(option) => Ok(Printed::UnknownOption(failure)),
                Some(_) | None => Err(failure),
            };
        }
        self.sql(ran).map(Printed::Text)
    }

    /// The SQL in what the program printed.
    fn sql(&self, ran: Ran) -> Result<String, Failure> {
        let doing = || format!("running {}", self.shown());
        if ran.out.len() as u64 > input::limit() {
            return Err(Failure::new(doing(), "it printed more than a file may have")
                .hint("--max-file-size sets the limit, for instance --max-file-size 1GiB")
                .lasting());
        }
        let Ok(text) = String::from_utf8(ran.out) else {
            return Err(Failure::new(doing(), "what it printed is not text in UTF-8").lasting());
        };
        let text = match self.prefix {
            Some(prefix) => lines_with(&text, prefix),
            None => text,
        };
        if text.trim().is_empty() {
            return Err(Failure::new(doing(), "it printed nothing to standard output")
                .hint("the program must print the SQL that creates the schema")
                .lasting());
        }
        Ok(text)
    }

    fn run(&self, limit: Duration) -> Result<Ran, Failure> {
        let failure = |error: &io::Error| {
            let failure = Failure::new(format!("starting {}", self.shown()), io_message(error)).lasting();
            if error.kind() == io::ErrorKind::NotFound {
                return failure.hint(self.install_hint);
            }
            failure
        };
        let folder = self.folder.as_ref().map_or(Path::new("."), |(_, folder)| folder);
        let mut child = Command::new(&self.program)
            .current_dir(folder)
            .args(&self.arguments)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failure(&error))?;
        // One byte more than a file may have shows that it is too much.
        let (out, err) = (
            in_background(child.stdout.take(), input::limit() + 1),
            in_background(child.stderr.take(), input::DEFAULT_LIMIT),
        );
        let end = Instant::now() + limit;
        let status = wait(&mut child, end).map_err(|error| failure(&error))?;
        let too_late = || {
            Failure::new(
                format!("running {}", self.shown()),
                format!("it did not end within {} s", limit.as_secs_f64()),
            )
            .hint("--command-timeout sets how long it may take")
            .lasting()
        };
        let status = status.ok_or_else(too_late)?;
        // What it started may still hold its output open.
        let read =
            |from: mpsc::Receiver<Vec<u8>>| match from.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => Ok(bytes),
                Err(RecvTimeoutError::Timeout) => Err(too_late()),
                Err(RecvTimeoutError::Disconnected) => Ok(Vec::new()),
            };
        Ok(Ran {
            status,
            out: read(out)?,
            err: read(err)?,
        })
    }
}

/// The lines that begin with a prefix, without it.
fn lines_with(text: &str, prefix: &str) -> String {
    let lines = text.lines().filter_map(|line| line.strip_prefix(prefix));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Reads a stream to its end, up to a number of bytes. A program that prints more is not kept waiting.
fn in_background(stream: Option<impl Read + Send + 'static>, limit: u64) -> mpsc::Receiver<Vec<u8>> {
    let (to, from) = mpsc::channel();
    if let Some(mut stream) = stream {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = stream.by_ref().take(limit).read_to_end(&mut bytes);
            let _ = io::copy(&mut stream, &mut io::sink());
            let _ = to.send(bytes);
        });
    }
    from
}

/// Waits for the end of a program. `None` if it did not end in time; it is then killed.
fn wait(child: &mut Child, end: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= end {
            let _ = child.kill();
            let _ = child.wait();
            return Ok(None);
        }
        thread::sleep(INTERVAL);
    }
}

/// How a program failed: its exit code, and the end of what it said.
fn failed(ran: &Ran) -> String {
    // Some programs report errors on standard output.
    let said = if ran.err.trim_ascii().is_empty() {
        &ran.out
    } else {
        &ran.err
    };
    let said = String::from_utf8_lossy(said);
    let lines: Vec<&str> = said.trim().lines().collect();
    let shown = &lines[lines.len().saturating_sub(SHOWN_LINES)..];
    let end = match ran.status.code() {
        Some(code) => format!("it ended with exit code {code}"),
        None => "a signal ended it".to_owned(),
    };
    if shown.is_empty() {
        return format!("{end} and said nothing");
    }
    format!("{end} and said:\n{}", shown.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_a_shell() {
        let line = CommandLine::parse("pg_dump -s 'my shop' \"a b\"\\ c").unwrap();
        assert_eq!(line, CommandLine::new("pg_dump", &["-s", "my shop", "a b c"]));
        assert_eq!(line.shown(), "pg_dump -s 'my shop' 'a b c'");
        assert!(
            CommandLine::parse("pg_dump 'shop")
                .unwrap_err()
                .message
                .contains("quote")
        );
        assert!(CommandLine::parse("  ").unwrap_err().message.contains("missing"));
    }

    #[test]
    fn a_secret_is_not_shown() {
        let line = CommandLine::parse("pg_dump postgres://shop:s3cret@db/shop").unwrap();
        assert!(!line.shown().contains("s3cret"), "{}", line.shown());
    }

    #[cfg(unix)]
    #[test]
    fn a_failing_program_is_described() {
        let run = |script: &str, limit: Duration| match CommandLine::new("sh", &["-c", script]).output(limit) {
            Ok(Printed::Text(text)) => Ok(text),
            Ok(Printed::UnknownOption(failure)) | Err(failure) => Err(failure),
        };
        let long = Duration::from_mins(1);
        assert_eq!(run("echo 'select 1'", long).unwrap(), "select 1\n");
        let failure = run("echo x; echo broken >&2; exit 7", long).unwrap_err();
        assert!(
            failure.why.contains("exit code 7") && failure.why.ends_with("broken"),
            "{failure:?}"
        );
        let failure = run("echo only this; exit 1", long).unwrap_err();
        assert!(failure.why.ends_with("only this"), "{failure:?}");
        let failure = run("kill -9 $$", long).unwrap_err();
        assert!(
            failure.why.contains("a signal ended it and said nothing"),
            "{failure:?}"
        );
        let failure = run("true", long).unwrap_err();
        assert!(failure.why.contains("printed nothing"), "{failure:?}");
        let failure = run("sleep 60", Duration::from_millis(50)).unwrap_err();
        assert!(failure.why.contains("did not end within"), "{failure:?}");
        let failure = run("printf '\\377'", long).unwrap_err();
        assert!(failure.why.contains("UTF-8"), "{failure:?}");
        let failure = CommandLine::new("no-such-program-anywhere", &[])
            .output(long)
            .unwrap_err();
        assert!(failure.hint.unwrap().contains("install the program"));
    }

    #[cfg(unix)]
    #[test]
    fn only_a_version_that_names_the_option_does_not_know_it() {
        let run = |script: &str| {
            let command = CommandLine::new("sh", &["-c", script]).with_option("--new");
            command.output(Duration::from_mins(1))
        };
        assert!(matches!(
            run("echo unknown option: --new; exit 1"),
            Ok(Printed::UnknownOption(_))
        ));
        assert!(matches!(
            run("echo unknown option: --new >&2; exit 1"),
            Ok(Printed::UnknownOption(_))
        ));
        assert!(matches!(run("echo --new"), Ok(Printed::Text(_))));
        assert!(run("echo the schema is wrong >&2; exit 1").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn other_lines_and_variables() {
        let script = "echo info: built; echo \"data: select '$MORE'\"";
        let command = CommandLine::new("sh", &["-c", script])
            .with_prefix("data: ")
            .with_variable("MORE", "more");
        let printed = command.output(Duration::from_mins(1)).unwrap();
        assert!(matches!(printed, Printed::Text(text) if text == "select 'more'\n"));
    }
}
