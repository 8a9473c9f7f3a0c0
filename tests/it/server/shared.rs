//! What the processes of one run of nextest share: it runs each test in a process of its own, and a server for each of
//! them would take longer than the tests.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

/// How long the file of a run is kept: longer than any run takes.
const KEPT: Duration = Duration::from_hours(24);

/// The run that this process belongs to.
fn run_id() -> Option<String> {
    std::env::var("NEXTEST_RUN_ID").ok()
}

/// Whether this process is one of several that share a server.
pub fn is_shared() -> bool {
    run_id().is_some()
}

/// A text that is made once: by the first process of a run of nextest that needs it, or by this process.
pub fn once_per_run(name: &str, make: impl FnOnce() -> Result<String, String>) -> Result<String, String> {
    let Some(run) = run_id() else {
        return make();
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let path = folder.join(format!("nextest-{run}-{name}"));
    let cannot = |error: std::io::Error| format!("cannot use {}: {error}", path.display());
    let mut options = File::options();
    let mut file = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(cannot)?;
    // The others wait here until the text is there.
    file.lock().map_err(cannot)?;
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(cannot)?;
    if text.is_empty() {
        remove_old(folder);
        text = make()?;
        file.write_all(text.as_bytes()).map_err(cannot)?;
    }
    Ok(text)
}

/// Removes the files of earlier runs. Best effort: they are small.
fn remove_old(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_old = entry
            .metadata()
            .and_then(|data| data.modified())
            .is_ok_and(|time| time.elapsed().is_ok_and(|age| age > KEPT));
        if is_old && entry.file_name().to_string_lossy().starts_with("nextest-") {
            let _ = fs::remove_file(entry.path());
        }
    }
}
