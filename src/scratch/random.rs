//! Unique names and private folders.

use crate::random::number;

/// A unique name. Its prefix says which program uses it.
pub(super) fn name() -> String {
    format!("driftgate_scratch_{:016x}", number())
}

/// A new folder for temporary files that only this user can read.
#[cfg(unix)]
pub(super) fn folder() -> std::io::Result<std::path::PathBuf> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};

    // The path of a socket has at most 107 bytes, and the temporary folder of some systems has a long path. If the folder
    // is private to one user, another user who runs the server could not open files in it.
    let is_usable = |path: &std::path::PathBuf| {
        path.as_os_str().len() <= 50 && path.metadata().is_ok_and(|m| m.permissions().mode() & 0o001 != 0)
    };
    let parent = Some(std::env::temp_dir())
        .filter(is_usable)
        .unwrap_or_else(|| "/tmp".into());
    let folder = parent.join(name());
    std::fs::DirBuilder::new().mode(0o700).create(&folder)?;
    Ok(folder)
}
