//! A private folder that goes when it is dropped.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// A fresh folder under `/tmp`, for this user alone, removed on drop.
///
/// Its path is short (a socket's path may have no more than some 100 bytes) and always of one length, so that
/// output which is padded around it does not vary from run to run.
pub struct Folder(PathBuf);

impl Folder {
    /// Creates one.
    pub fn new() -> Self {
        Self(create().unwrap_or_else(|error| panic!("{error}")))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file below it, with the folders that the name needs.
    pub fn write(&self, name: &str, contents: &str) {
        let path = self.0.join(name);
        let parent = path.parent().unwrap_or(&self.0);
        fs::create_dir_all(parent)
            .and_then(|()| fs::write(&path, contents))
            .unwrap_or_else(|error| panic!("cannot write {}: {error}", path.display()));
    }

    /// The text of a file below it.
    pub fn read(&self, name: &str) -> Result<String, String> {
        fs::read_to_string(self.0.join(name)).map_err(|error| format!("cannot read {name}: {error}"))
    }

    /// The names of what is in a folder below it, a line each.
    pub fn list(&self, name: &str) -> Result<String, String> {
        let cannot = |error: std::io::Error| format!("cannot list {name}: {error}");
        let entries = fs::read_dir(self.0.join(name)).map_err(cannot)?;
        let mut names = entries
            .map(|entry| Ok(entry.map_err(cannot)?.file_name().to_string_lossy().into_owned()))
            .collect::<Result<Vec<String>, String>>()?;
        names.sort();
        Ok(names.into_iter().flat_map(|name| [name, "\n".to_owned()]).collect())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Best effort: a folder left behind must not hide why a test failed.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Creates a folder that nobody removes.
pub fn create() -> Result<PathBuf, String> {
    let base = Path::new("/tmp");
    if base.is_dir() {
        create_in(base)
    } else {
        create_in(&std::env::temp_dir())
    }
}

/// Creates a folder for many files that nobody removes: in memory, where there is plenty of it. A database has some
/// 300 files, and to create a file takes long on some file systems.
pub fn create_large() -> Result<PathBuf, String> {
    let memory = Path::new("/dev/shm");
    if free_kilobytes(memory).is_some_and(|free| free > 1_500_000) {
        create_in(memory)
    } else {
        create()
    }
}

/// How much room a file system has, as `df` tells.
fn free_kilobytes(path: &Path) -> Option<u64> {
    let output = Command::new("df")
        .arg("-Pk")
        .arg(path)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

fn create_in(base: &Path) -> Result<PathBuf, String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    // A folder of the same name can only be one that a killed run with the same process id has left.
    for _ in 0..1000 {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = base.join(format!("driftgate-{:07}-{number:05}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&path) {
            Ok(()) => {
                return fs::canonicalize(&path).map_err(|error| format!("cannot resolve {}: {error}", path.display()));
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("cannot create {}: {error}", path.display())),
        }
    }
    Err(format!("cannot find a free name for a folder in {}", base.display()))
}
