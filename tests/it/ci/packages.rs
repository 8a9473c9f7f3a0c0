//! The packages for PyPI and npm: `ci/packages` builds them, and the program is started from there as their users start it.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

use super::{Project, read, root};

/// Runs a program in a folder to its end; what it wrote to standard output.
fn done(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The packages, in a new folder, built as the tests are.
fn packages(project: &Project) -> PathBuf {
    let folder = project.folder.path().join("packages");
    let mut command = Command::new(root().join("ci/packages"));
    command.args(["--profile", "dev", "--out"]).arg(&folder);
    if !cfg!(feature = "embedded") {
        command.arg("--no-default-features");
    }
    done(&mut command);
    folder
}

/// The one file in a folder whose name has this beginning and end.
fn file(folder: &Path, start: &str, end: &str) -> PathBuf {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    found.retain(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with(start) && name.ends_with(end)
    });
    assert_eq!(found.len(), 1, "{start}*{end}: {found:?}");
    found.remove(0)
}

/// A check of the project's database passes, and fails after it was changed.
fn gates(project: &Project, start: &str) {
    let ran = project.bash(&format!("{start} check"), &BTreeMap::new());
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    project.drift();
    let ran = project.bash(&format!("{start} check"), &BTreeMap::new());
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert!(ran.said.contains("bigint"), "{}", ran.said);
    project.database.exec("alter table clients alter id type int");
}

#[test]
#[ignore = "not run: needs python3 with venv, npm and the network; see docs/development.md"]
fn the_packages_start_the_program() {
    let project = Project::new();
    let packages = packages(&project);

    let wheel = file(&packages, "driftgate-", ".whl");
    let venv = project.folder.path().join("venv");
    done(Command::new("python3").args(["-m", "venv"]).arg(&venv));
    done(Command::new(venv.join("bin/pip")).args(["install", "--quiet", "pipx", "uv"]));
    let pipx = format!(
        "{}/bin/pipx run --quiet --spec {} driftgate",
        venv.display(),
        wheel.display()
    );
    let uvx = format!("{}/bin/uvx --from {} driftgate", venv.display(), wheel.display());
    done(
        Command::new(venv.join("bin/pip"))
            .args(["install", "--no-index"])
            .arg(&wheel),
    );
    let installed = venv.join("bin/driftgate").display().to_string();

    let archives = [
        file(&packages, "driftgate-linux", ".tgz"),
        file(&packages, "driftgate-0", ".tgz"),
    ];
    let prefix = project.folder.path().join("npm");
    // The packages for other platforms are nowhere yet.
    done(
        Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--omit=optional", "--prefix"])
            .arg(&prefix)
            .args(&archives),
    );
    let npx = format!("npx --prefix {} driftgate", prefix.display());
    for start in [&installed, &pipx, &uvx, &npx] {
        gates(&project, start);
    }
    signals_reach_the_program(&project, &prefix.join("node_modules/.bin/driftgate"));
    says_what_is_missing(&project, &prefix);
}

/// A program that is started by the package for npm ends by a signal as it does without the package.
fn signals_reach_the_program(project: &Project, shim: &Path) {
    project.drift();
    let ends = |program: &Path| -> ExitStatus {
        let mut child = Command::new(program)
            .args(["check", "--wait", "10min"])
            .current_dir(project.folder.path())
            .env("DATABASE_URL", project.database.url())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        std::thread::sleep(Duration::from_secs(2));
        done(Command::new("kill").args(["-TERM", &child.id().to_string()]));
        let start = Instant::now();
        loop {
            if let Some(status) = child.try_wait().expect("a status") {
                return status;
            }
            assert!(
                start.elapsed() < Duration::from_secs(20),
                "{} does not end",
                program.display()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let (with, without) = (ends(shim), ends(Path::new(env!("CARGO_BIN_EXE_driftgate"))));
    assert_eq!((with.code(), with.signal()), (without.code(), without.signal()));
}

/// The package for npm says what is wrong where the one for the platform is missing.
fn says_what_is_missing(project: &Project, prefix: &Path) {
    std::fs::remove_dir_all(prefix.join("node_modules/@driftgate")).expect("the package of the platform");
    let ran = project.bash(
        &format!("npx --prefix {} driftgate check", prefix.display()),
        &BTreeMap::new(),
    );
    assert_eq!(ran.code, Some(3), "{}", ran.said);
    assert!(ran.said.contains("@driftgate/linux-"), "{}", ran.said);
    assert!(ran.said.contains("--omit=optional"), "{}", ran.said);
}

#[test]
fn the_packages_have_the_descriptions_of_the_crate() {
    let cargo = read("Cargo.toml");
    let line = |key: &str| {
        let line = cargo.lines().find(|line| line.starts_with(&format!("{key} = ")));
        line.unwrap_or_else(|| panic!("Cargo.toml has no {key}")).to_owned()
    };
    let python = read("pyproject.toml");
    for key in ["name", "description", "readme", "keywords"] {
        assert!(python.contains(&line(key)), "{key} in pyproject.toml");
    }
}

#[test]
fn the_release_builds_what_the_package_of_npm_looks_for() {
    let workflow: Json = super::document(".github/workflows/release.yml");
    let matrix = workflow["jobs"]["build"]["strategy"]["matrix"]["include"]
        .as_array()
        .expect("a matrix");
    let mut built: Vec<&str> = matrix.iter().map(|entry| super::text(&entry["target"])).collect();
    built.sort_unstable();
    let script = read("ci/packages");
    let mut known: Vec<&str> = script
        .lines()
        .filter_map(|line| {
            line.strip_prefix("    \"")?
                .split_once("\": (\"")
                .map(|(target, _)| target)
        })
        .collect();
    known.sort_unstable();
    assert_eq!(built, known);
}

#[test]
#[ignore = "not run: needs python3; see docs/development.md"]
fn the_files_of_a_release_are_made() {
    let project = Project::new();
    let release = |arguments: &[&str]| {
        let mut command = Command::new(root().join("ci/release"));
        command.args(arguments).current_dir(project.folder.path());
        command.stdin(Stdio::null()).output().expect("ci/release")
    };
    let version = env!("CARGO_PKG_VERSION");
    let program = env!("CARGO_BIN_EXE_driftgate");
    let name = format!("driftgate-{version}-x86_64-unknown-linux-gnu");
    for out in ["dist", "again"] {
        let made = release(&["archive", "x86_64-unknown-linux-gnu", program, out]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    assert!(release(&["checksums", "dist"]).status.success());
    let ran = project.bash(
        &format!(
            "cmp dist/{name}.tar.gz again/{name}.tar.gz; cd dist; sha256sum --check SHA256SUMS; tar -xzf {name}.tar.gz
             {name}/driftgate --version; ls {name}/man/driftgate-check.1 {name}/completions/_driftgate {name}/LICENSE-MIT"
        ),
        &BTreeMap::new(),
    );
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    assert!(ran.said.contains(&format!("driftgate {version}\n")), "{}", ran.said);

    let wrong = release(&["check", "v99.0.0"]);
    let said = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(!wrong.status.success() && said.contains("the tag has 99.0.0"), "{said}");
    assert!(
        !said.contains("Cargo.lock has") && !said.contains("action.yml has"),
        "{said}"
    );
}
