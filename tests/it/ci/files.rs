//! What the examples and the package name is there.

use std::path::Path;

use super::{documents, files_in, read, root};

#[test]
fn every_yaml_file_is_yaml() {
    let names: Vec<String> = files_in("ci")
        .into_iter()
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "yml" || e == "yaml"))
        .collect();
    assert!(names.len() >= 6, "{names:?}");
    for name in &names {
        assert!(documents(name).iter().all(serde_json::Value::is_object), "{name}");
    }
}

#[test]
fn the_image_is_built_from_what_is_copied() {
    let dockerfile = read("ci/Dockerfile");
    let copied: Vec<&str> = dockerfile
        .lines()
        .filter_map(|line| line.strip_prefix("COPY "))
        .filter(|line| !line.starts_with("--from"))
        .flat_map(|line| {
            let mut words: Vec<&str> = line.split_whitespace().collect();
            words.pop();
            words
        })
        .collect();
    let ignored = read("ci/Dockerfile.dockerignore");
    for name in &copied {
        assert!(root().join(name).exists(), "{name}");
        assert!(
            ignored.lines().any(|line| line == format!("!{name}")),
            "{name} is left out"
        );
    }
    // What is compiled in stands among what is copied.
    for name in files_in("src")
        .iter()
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == "rs"))
    {
        for included in read(name)
            .split("include_str!(\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            let path = root().join(name).parent().expect("a folder").join(included);
            let path = path
                .canonicalize()
                .unwrap_or_else(|e| panic!("{name}: {included}: {e}"));
            let path = path
                .strip_prefix(root().canonicalize().expect("the project"))
                .expect("below the project");
            assert!(
                copied.iter().any(|copied| path.starts_with(copied)),
                "{name} includes {included}"
            );
        }
    }
    let manifest = read("Cargo.toml");
    let needed = version(&manifest, "rust-version = \"");
    assert!(version(&dockerfile, "FROM rust:") >= needed);
}

/// The major and the minor version behind some words.
fn version(text: &str, before: &str) -> (u32, u32) {
    let (_, rest) = text
        .split_once(before)
        .unwrap_or_else(|| panic!("there is no {before}"));
    let mut numbers = rest
        .split(|c: char| !c.is_ascii_digit())
        .map(|n| n.parse().expect("a number"));
    (numbers.next().expect("a major"), numbers.next().expect("a minor"))
}

#[test]
fn the_package_lists_existing_files() {
    let manifest = read("Cargo.toml");
    let script = read("ci/deb");
    let (_, assets) = manifest.split_once("assets = [\n").expect("assets");
    let (assets, _) = assets.split_once("\n]").expect("their end");
    let mut built = 0;
    for line in assets.lines() {
        let source = line.split('"').nth(1).expect("a source");
        if let Some(made) = source.strip_prefix("target/release/") {
            built += 1;
            let folder = made.split('/').next().expect("a name");
            assert!(
                script.contains(&format!("target/release/{folder}")),
                "ci/deb does not make {made}"
            );
        } else {
            assert!(root().join(source).exists(), "{source}");
        }
    }
    assert_eq!(built, 5);
    for unit in ["driftgate.service", "driftgate.timer"] {
        assert!(read(&format!("ci/systemd/{unit}")).contains("Documentation=man:driftgate(1)\n"));
    }
}
