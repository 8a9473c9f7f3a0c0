//! The fuzz targets of tests/fuzz on stable, for a fixed number of inputs that are the same in every run.
//!
//! `DRIFTGATE_FUZZ=100000 cargo test --test it fuzz` tries so many of each target, and `DRIFTGATE_FUZZ_SEED=7` others. With a
//! nightly toolchain, `cargo +nightly fuzz run TARGET` in the folder tests/fuzz looks for inputs by what they reach.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[path = "../fuzz/targets.rs"]
mod targets;

/// How many inputs a target gets unless somebody wants more.
const INPUTS: u64 = 150;

/// The largest input.
const LARGEST: usize = 4096;

/// No input of this size takes as long, unless it takes time beyond proportion.
const LONGEST: Duration = Duration::from_secs(5);

/// What means something to one of the readers.
const WORDS: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    "\t",
    " ",
    "  ",
    "\0",
    "'",
    "\"",
    "`",
    "$",
    "$$",
    "$a$",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ".",
    ":",
    ": ",
    "- ",
    "? ",
    "; ",
    "--",
    "/*",
    "*/",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "| ",
    ">-\n",
    "---\n",
    "...\n",
    "%",
    "%00",
    "%zz",
    "#",
    " #",
    "##vso[",
    "::error::",
    "@",
    "/",
    "//",
    "://",
    "?",
    "=",
    "&",
    "\\",
    "\\u",
    "\\x",
    "E'",
    "U&'",
    "::",
    "~",
    "null",
    "true",
    "0",
    "-1",
    "1e999",
    "99999999999999999999",
    "not null",
    "default ",
    "check (",
    "begin atomic ",
    "end",
    "case ",
    "copy ",
    "from stdin",
    "as ",
    "collate ",
    "é",
    "\u{a0}",
    "\u{85}",
    "\u{200b}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{e0041}",
    "\u{d7ff}",
    "\u{e000}",
    "\u{10ffff}",
    "driftgate: 1\n",
    "baseline: 1\n",
    "tables: ",
    "exact: true\n",
    "\"report_version\": 1",
    "\"snapshot_version\": 1",
    "postgres",
    "password=",
    "sslmode=",
    "host=",
    "port=",
    "[::1]",
];

/// A generator of numbers that are the same in every run: xorshift64*.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 16).expect("48 bits") % end.max(1)
    }

    fn word(&mut self) -> &'static [u8] {
        WORDS[self.below(WORDS.len())].as_bytes()
    }

    /// A range of an input.
    fn range(&mut self, length: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        let most = if self.below(4) == 0 { length } else { 16 };
        start..(start + self.below(most + 1)).min(length)
    }

    /// An input like one of the corpus.
    fn mutated(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut data = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(8) {
            let at = self.below(data.len() + 1);
            match self.below(7) {
                0 if at < data.len() => data[at] ^= 1 << self.below(8),
                1 => drop(data.splice(at..at, self.word().iter().copied())),
                2 => drop(data.drain(self.range(data.len()))),
                3 => {
                    let piece = data[self.range(data.len())].to_vec();
                    drop(data.splice(at..at, piece));
                }
                4 => {
                    let other = &corpus[self.below(corpus.len())];
                    let piece = other[self.range(other.len())].to_vec();
                    drop(data.splice(at..at, piece));
                }
                5 => {
                    let piece = self.word().repeat(1 + self.below(200));
                    drop(data.splice(at..at, piece));
                }
                _ => {
                    let range = self.range(data.len());
                    drop(data.splice(range, self.word().iter().copied()));
                }
            }
            data.truncate(LARGEST);
        }
        data
    }

    /// An input of words alone.
    fn made(&mut self) -> Vec<u8> {
        let count = 1 + self.below(40);
        (0..count).flat_map(|_| self.word().iter().copied()).collect()
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is {text}, which is no number"))
    })
}

/// The inputs that are kept for a target, by name.
fn corpus(name: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fuzz/corpus")
        .join(name);
    let mut paths: Vec<PathBuf> = fs::read_dir(&folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no corpus for {name}");
    paths.iter().map(|path| fs::read(path).expect("a file")).collect()
}

/// Runs a target with an input; a panic or a run beyond measure keeps the input in a file.
fn try_one(name: &str, target: targets::Body, data: &[u8]) {
    let start = Instant::now();
    let ended = catch_unwind(AssertUnwindSafe(|| target(data)));
    let took = start.elapsed();
    if ended.is_ok() && took < LONGEST {
        return;
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}"));
    fs::write(&path, data).expect("the input can be kept");
    panic!(
        "the target {name} fails after {took:?} with {:?}; the input is in {}",
        String::from_utf8_lossy(data),
        path.display()
    );
}

fn run(name: &str) {
    let (_, target) = targets::TARGETS
        .into_iter()
        .find(|(other, _)| *other == name)
        .expect("a target of this name");
    let corpus = corpus(name);
    for data in &corpus {
        try_one(name, target, data);
    }
    let seed = number("DRIFTGATE_FUZZ_SEED", 1);
    let mut numbers = Numbers(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    for i in 0..number("DRIFTGATE_FUZZ", INPUTS) {
        let data = if i % 4 == 0 {
            numbers.made()
        } else {
            numbers.mutated(&corpus)
        };
        try_one(name, target, &data);
    }
}

#[test]
fn the_reader_of_yaml() {
    run("yaml");
}

#[test]
fn the_scanner_of_sql() {
    run("sql");
}

#[test]
fn urls_and_settings_of_connections() {
    run("urls");
}

#[test]
fn saved_snapshots() {
    run("snapshots");
}

#[test]
fn reports_and_baselines_that_are_read_back() {
    run("reports");
}

/// cargo-fuzz has a program for each target.
#[test]
fn every_target_is_one_of_cargo_fuzz() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz");
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
    for (name, _) in targets::TARGETS {
        let program = fs::read_to_string(folder.join(format!("fuzz_targets/{name}.rs"))).expect("a program");
        assert!(program.contains(&format!("targets::{name}(data)")), "{name}");
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), targets::TARGETS.len());
}
