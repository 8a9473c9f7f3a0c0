//! Names and folders that nobody else has.

use std::hash::{BuildHasher as _, RandomState};
use std::time::SystemTime;

/// A name that nobody else has. It begins so that everybody knows whose it is.
pub(super) fn name() -> String {
    format!("driftgate_scratch_{:016x}", number())
}

/// A number that nobody can guess.
pub(crate) fn number() -> u64 {
    // Every one of these states has a key of its own, from the randomness of the operating system.
    RandomState::new().hash_one((std::process::id(), SystemTime::now()))
}

/// A folder that nobody else may look into, in the folder for temporary files.
#[cfg(unix)]
pub(super) fn folder() -> std::io::Result<std::path::PathBuf> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};

    // The name of a socket has at most 107 bytes, and some systems have long names for this folder. Where it is one
    // user's alone, another one who runs the server could not get to what is in it.
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
