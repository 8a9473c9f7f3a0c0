//! Writing files that are there whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Failure, os_words};
use crate::redact;

/// Writes a file in one step, with the folders that it needs: nobody ever sees half of it. Of a file that was there
/// before, the permissions stay; a link leads to what is written.
///
/// # Errors
/// The file cannot be written; the old one is still there.
pub(super) fn replace(path: &Path, text: &[u8]) -> Result<(), Failure> {
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
pub(super) fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // Devices and pipes cannot be put in the place of something else.
    if fs::metadata(&target).is_ok_and(|m| !m.is_file()) {
        return fs::write(&target, text);
    }
    let beside = beside(&target);
    let written = write_whole(&beside, &target, text).and_then(|()| fs::rename(&beside, &target));
    written.inspect_err(|_| {
        let _ = fs::remove_file(&beside);
    })
}

/// A name in the same folder, and so on the same file system, that nobody else takes at the same time.
fn beside(target: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(target.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    target.with_file_name(name)
}

fn write_whole(path: &Path, model: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
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
