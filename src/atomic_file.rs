//! Writing files atomically: a reader sees the old file or the new one, never a part.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::error::{Failure, WhileDoing as _};
use crate::random::number;
use crate::redact;

/// Why a file is not written that its owner has protected.
const READ_ONLY: &str = "the file is read-only";

/// How many names are tried for the temporary file.
const ATTEMPTS: usize = 16;

/// Writes a file atomically, as [`write()`] does, and creates the folders that it needs.
///
/// # Errors
/// The file cannot be written; an old file is unchanged.
pub(crate) fn write_with_folders(path: &Path, text: &[u8]) -> Result<(), Failure> {
    let doing = || format!("writing {}", redact::path(path));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).while_doing(doing)?;
    }
    write(path, text).while_doing(doing)
}

/// Makes the folders that a file needs, and finds out whether the file can be written, without changing it.
///
/// # Errors
/// It cannot be written.
pub(crate) fn prepare(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::create_dir_all(folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists | io::ErrorKind::NotADirectory => {
                io::Error::other("a part of its path is a file")
            }
            _ => error,
        })?;
    }
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    match fs::metadata(&target) {
        Ok(found) if found.is_dir() => return Err(io::Error::other("it is a folder")),
        Ok(found) if found.is_file() && found.permissions().readonly() => {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, READ_ONLY));
        }
        // A device or a pipe is written to as it is.
        Ok(found) if !found.is_file() => return Ok(()),
        Ok(_) | Err(_) => {}
    }
    let probe = target.with_file_name(format!(".driftgate-{:016x}.tmp", number()));
    fs::OpenOptions::new().write(true).create_new(true).open(&probe)?;
    fs::remove_file(&probe)
}

/// Writes a file atomically. It keeps the permissions of a file that it replaces. If the path is a link, the file that
/// the link points to is replaced.
///
/// # Errors
/// The file cannot be written; an old file is unchanged.
pub(crate) fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // A device or a pipe cannot be replaced by a rename.
    if fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
        return fs::write(&target, text);
    }
    write_and_rename(&target, text, || format!(".driftgate-{:016x}.tmp", number()))
}

/// Writes a temporary file in the same folder, and so on the same file system, and renames it. If a file of the
/// temporary name exists, it belongs to another program: it is left alone, and the next of `names` is tried.
fn write_and_rename(target: &Path, text: &[u8], mut names: impl FnMut() -> String) -> io::Result<()> {
    let mut attempts = 0;
    let (temporary, file) = loop {
        let temporary = target.with_file_name(names());
        match fs::OpenOptions::new().write(true).create_new(true).open(&temporary) {
            Ok(file) => break (temporary, file),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempts < ATTEMPTS => attempts += 1,
            Err(e) => return Err(e),
        }
    };
    let written = write_like(file, target, text).and_then(|()| fs::rename(&temporary, target));
    written.inspect_err(|_| {
        let _ = fs::remove_file(&temporary);
    })
}

fn write_like(mut file: fs::File, model: &Path, text: &[u8]) -> io::Result<()> {
    if let Ok(metadata) = fs::metadata(model) {
        // A rename would replace a read-only file, which the user does not expect.
        if metadata.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, READ_ONLY));
        }
        file.set_permissions(metadata.permissions())?;
    }
    file.write_all(text)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// A folder that is removed when it is dropped.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("driftgate-file-{name}-{}", std::process::id()));
            fs::create_dir_all(&path).unwrap();
            Self(path)
        }

        fn files(&self) -> Vec<(String, String)> {
            let entries = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap());
            let mut files: Vec<(String, String)> = entries
                .map(|entry| {
                    let name = entry.file_name().into_string().unwrap();
                    (name, fs::read_to_string(entry.path()).unwrap())
                })
                .collect();
            files.sort();
            files
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn file(name: &str, text: &str) -> (String, String) {
        (name.to_owned(), text.to_owned())
    }

    #[test]
    fn a_temporary_file_of_a_killed_run_is_left_alone() {
        let folder = Folder::new("left");
        let left = format!(".a.json.{}.tmp", std::process::id());
        fs::write(folder.0.join(&left), "left").unwrap();
        write(&folder.0.join("a.json"), b"one").unwrap();
        write(&folder.0.join("a.json"), b"two").unwrap();
        assert_eq!(folder.files(), [file(&left, "left"), file("a.json", "two")]);
    }

    #[test]
    fn a_temporary_name_that_exists_is_not_overwritten() {
        let folder = Folder::new("taken");
        fs::write(folder.0.join("x"), "others").unwrap();
        let mut names = ["x", "x", "y"].into_iter();
        write_and_rename(&folder.0.join("a"), b"text", || names.next().unwrap().to_owned()).unwrap();
        assert_eq!(folder.files(), [file("a", "text"), file("x", "others")]);
        let error = write_and_rename(&folder.0.join("a"), b"other", || "x".to_owned()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(folder.files(), [file("a", "text"), file("x", "others")]);
    }

    #[test]
    fn a_failed_write_changes_nothing_and_leaves_no_temporary_file() {
        let folder = Folder::new("read-only");
        let path = folder.0.join("a");
        fs::write(&path, "old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(write(&path, b"new").is_err());
        assert_eq!(folder.files(), [file("a", "old")]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_are_kept_and_links_are_followed() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = Folder::new("mode");
        let path = folder.0.join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a", folder.0.join("b")).unwrap();
        write(&folder.0.join("b"), b"new").unwrap();
        assert_eq!(folder.files(), [file("a", "new"), file("b", "new")]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(folder.0.join("b").is_symlink());
    }
}
