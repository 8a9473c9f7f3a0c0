//! Tests of reading files and folders.

use std::fs;
use std::path::{Path, PathBuf};

use super::walk::Search;
use super::{ReadError, parse_size, read_up_to};

/// A folder that goes when it is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("driftgate-input-{name}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The files with the ending `.x` below a folder, or the problems.
fn files(root: &Path, deepest: usize) -> Result<Vec<String>, Vec<String>> {
    let search = Search {
        deepest,
        enters: &|path| {
            !path
                .file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('.'))
        },
        wants: &|path| path.extension().is_some_and(|e| e == "x"),
    };
    match search.files(root) {
        Ok(found) => Ok(found.into_iter().map(|file| file.below).collect()),
        Err(problems) => Err(problems.into_iter().map(|problem| problem.message).collect()),
    }
}

#[test]
fn a_file_is_read_up_to_the_limit() {
    let folder = Folder::new("limit");
    folder.write("a", "12345678");
    let path = folder.0.join("a");
    assert_eq!(read_up_to(&path, 8).unwrap(), b"12345678");
    let error = read_up_to(&path, 7).unwrap_err();
    assert_eq!(error.to_string(), "it has 8 bytes, and the limit is 7 bytes");
    let problem = error.problem(&path);
    assert!(problem.message.starts_with(&path.display().to_string()), "{problem}");
    assert!(problem.hint.unwrap().contains("--max-file-size"));
    assert!(matches!(
        read_up_to(&folder.0, 8),
        Err(ReadError::Irregular("a folder"))
    ));
    assert!(matches!(read_up_to(&folder.0.join("b"), 8), Err(ReadError::System(_))));
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_does_not_tell_its_size_is_read_up_to_the_limit() {
    let path = Path::new("/proc/self/maps");
    assert_eq!(fs::metadata(path).unwrap().len(), 0);
    assert!(read_up_to(path, 1 << 20).is_ok_and(|bytes| !bytes.is_empty()));
    let error = read_up_to(path, 10).unwrap_err();
    assert_eq!(
        error.to_string(),
        "it has more bytes than the limit, and the limit is 10 bytes"
    );
}

#[cfg(unix)]
#[test]
fn a_device_is_not_read() {
    let error = read_up_to(Path::new("/dev/zero"), 8).unwrap_err();
    assert_eq!(error.to_string(), "it is a device, not a regular file");
}

#[test]
fn sizes_are_numbers_of_bytes() {
    for (text, expected) in [
        ("1", Some(1)),
        ("500000", Some(500_000)),
        ("4k", Some(4096)),
        ("64MiB", Some(64 << 20)),
        ("1 gib", Some(1 << 30)),
        ("8B", Some(8)),
        ("0", None),
        ("", None),
        ("MiB", None),
        ("-1", None),
        ("1.5GiB", None),
        ("64MB", None),
        ("99999999999999999999", None),
        ("99999999999GiB", None),
    ] {
        assert_eq!(parse_size(text).ok(), expected, "{text}");
    }
}

#[test]
fn files_are_found_in_order_and_as_deep_as_said() {
    let folder = Folder::new("deep");
    for name in ["b.x", "a/c.x", "a.x", "a/d/e.x", ".h/i.x", "no.y", "f.x/g.x"] {
        folder.write(name, "");
    }
    assert_eq!(
        files(&folder.0, 9).unwrap(),
        ["a.x", "a/c.x", "a/d/e.x", "b.x", "f.x/g.x"]
    );
    assert_eq!(files(&folder.0, 1).unwrap(), ["a.x", "a/c.x", "b.x", "f.x/g.x"]);
    let problems = files(&folder.0, 0).unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].ends_with("f.x cannot be read: it is a folder, not a regular file"));
}

#[cfg(unix)]
#[test]
fn a_folder_is_looked_through_once() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new("links");
    let outside = Folder::new("outside");
    outside.write("o.x", "");
    folder.write("z/a.x", "");
    folder.write("z/y/b.x", "");
    for (target, name) in [
        (Path::new("."), "here"),
        (Path::new("."), "here too"),
        (Path::new("z"), "a"),
        (Path::new(".."), "z/up"),
        (outside.0.as_path(), "one"),
        (outside.0.as_path(), "two"),
        (Path::new("loop"), "loop"),
    ] {
        symlink(target, folder.0.join(name)).unwrap();
    }
    symlink(&folder.0, outside.0.join("back")).unwrap();
    // Under its own name where it has one here, otherwise under that of the first link.
    assert_eq!(files(&folder.0, 9).unwrap(), ["one/o.x", "z/a.x", "z/y/b.x"]);
    // A link to a file is read as the file. A broken link is reported.
    symlink("z/a.x", folder.0.join("l.x")).unwrap();
    symlink("nowhere", folder.0.join("n.x")).unwrap();
    symlink("/dev/zero", folder.0.join("zero.x")).unwrap();
    let problems = files(&folder.0, 9).unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
    assert!(problems[0].ends_with("n.x cannot be read: No such file or directory"));
    assert!(problems[1].ends_with("zero.x cannot be read: it is a device, not a regular file"));
    fs::remove_file(folder.0.join("n.x")).unwrap();
    fs::remove_file(folder.0.join("zero.x")).unwrap();
    assert_eq!(files(&folder.0, 9).unwrap(), ["l.x", "one/o.x", "z/a.x", "z/y/b.x"]);
}

#[cfg(unix)]
#[test]
fn folders_of_links_to_each_other_take_no_time() {
    // 2^40 paths lead to the last of them.
    let folder = Folder::new("web");
    for i in 0..40 {
        folder.write(&format!("{i}/a.x"), "");
        for name in ["p", "q"] {
            let next = format!("../{}", i + 1);
            std::os::unix::fs::symlink(next, folder.0.join(format!("{i}/{name}"))).unwrap();
        }
    }
    assert_eq!(files(&folder.0, 64).unwrap().len(), 40);
}
