//! Writing files that are there whole or not at all.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::error::{Failure, os_words};
use crate::redact;
use crate::scratch::random::number;

/// How often another name is tried.
const ATTEMPTS: usize = 16;

/// Writes a file in one step, with the folders that it needs: nobody ever sees half of it. Of a file that was there
/// before, the permissions stay; a link leads to what is written.
///
/// # Errors
/// The file cannot be written; the old one is still there.
pub(crate) fn replace(path: &Path, text: &[u8]) -> Result<(), Failure> {
    let failure = |e: io::Error| Failure::new(format!("writing {}", redact::path(path)), os_words(&e));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(failure)?;
    }
    put(path, text).map_err(failure)
}

/// The same in a folder that must be there.
///
/// # Errors
/// The file cannot be written; the old one is still there.
pub(crate) fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // Devices and pipes cannot be put in the place of something else.
    if fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
        return fs::write(&target, text);
    }
    put_beside(&target, text, || format!(".driftgate-{:016x}.tmp", number()))
}

/// Writes a file under another name in the same folder, and so on the same file system, and gives it its own name then.
/// A file that is there under the other name is somebody else's: it stays, and the next of `names` is taken.
fn put_beside(target: &Path, text: &[u8], mut names: impl FnMut() -> String) -> io::Result<()> {
    let mut attempts = 0;
    let (beside, file) = loop {
        let beside = target.with_file_name(names());
        match fs::OpenOptions::new().write(true).create_new(true).open(&beside) {
            Ok(file) => break (beside, file),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists && attempts < ATTEMPTS => attempts += 1,
            Err(e) => return Err(e),
        }
    };
    let written = write_whole(file, target, text).and_then(|()| fs::rename(&beside, target));
    written.inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

fn write_whole(mut file: fs::File, model: &Path, text: &[u8]) -> io::Result<()> {
    if let Ok(metadata) = fs::metadata(model) {
        // A file that nobody may write is not written through the back door.
        if metadata.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
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

    /// A folder that goes when it is dropped.
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
    fn what_a_killed_run_has_left_hinders_nobody_and_stays() {
        let folder = Folder::new("left");
        let left = format!(".a.json.{}.tmp", std::process::id());
        fs::write(folder.0.join(&left), "left").unwrap();
        put(&folder.0.join("a.json"), b"one").unwrap();
        put(&folder.0.join("a.json"), b"two").unwrap();
        assert_eq!(folder.files(), [file(&left, "left"), file("a.json", "two")]);
    }

    #[test]
    fn a_name_that_is_taken_is_somebody_elses() {
        let folder = Folder::new("taken");
        fs::write(folder.0.join("x"), "others").unwrap();
        let mut names = ["x", "x", "y"].into_iter();
        put_beside(&folder.0.join("a"), b"text", || names.next().unwrap().to_owned()).unwrap();
        assert_eq!(folder.files(), [file("a", "text"), file("x", "others")]);
        let error = put_beside(&folder.0.join("a"), b"other", || "x".to_owned()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(folder.files(), [file("a", "text"), file("x", "others")]);
    }

    #[test]
    fn what_cannot_be_written_stays_as_it_was_and_nothing_is_left() {
        let folder = Folder::new("read-only");
        let path = folder.0.join("a");
        fs::write(&path, "old").unwrap();
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions).unwrap();
        assert!(put(&path, b"new").is_err());
        assert_eq!(folder.files(), [file("a", "old")]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_stay_and_links_lead_on() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};

        let folder = Folder::new("mode");
        let path = folder.0.join("a");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("a", folder.0.join("b")).unwrap();
        put(&folder.0.join("b"), b"new").unwrap();
        assert_eq!(folder.files(), [file("a", "new"), file("b", "new")]);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        assert!(folder.0.join("b").is_symlink());
    }
}
