//! The composite action of GitHub, step by step, with the variables and files that GitHub gives it.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Project, document, text};

const ACTION: &str = "ci/github/action.yml";

/// What the action was given and what its scripts wrote.
struct Action {
    project: Project,
    inputs: BTreeMap<String, String>,
    /// What the runner sets besides.
    environment: BTreeMap<String, String>,
}

impl Action {
    /// With these inputs, and the defaults of the others.
    fn new(given: &[(&str, &str)]) -> Self {
        let action = document(ACTION);
        let mut inputs: BTreeMap<String, String> = action["inputs"]
            .as_object()
            .expect("inputs")
            .iter()
            .map(|(name, input)| (name.clone(), text(&input["default"]).to_owned()))
            .collect();
        for (name, value) in given {
            let old = inputs.insert((*name).to_owned(), (*value).to_owned());
            assert!(old.is_some(), "the action has no input {name}");
        }
        Self {
            project: Project::new(),
            inputs,
            environment: BTreeMap::new(),
        }
    }

    /// Runs a step; its exit code and what it said.
    fn step(&self, name: &str) -> super::Ran {
        let action = document(ACTION);
        let steps = action["runs"]["steps"].as_array().expect("steps").clone();
        let step = steps.iter().find(|step| step["name"] == name).expect("the step");
        let mut environment: BTreeMap<String, String> = step["env"]
            .as_object()
            .expect("variables")
            .iter()
            .map(|(name, value)| (name.clone(), self.value(text(value))))
            .collect();
        environment.extend(self.environment.clone());
        for (name, file) in [
            ("GITHUB_OUTPUT", "runner/output"),
            ("GITHUB_PATH", "runner/path"),
            ("GITHUB_STEP_SUMMARY", "runner/summary"),
            ("RUNNER_TEMP", "runner/temp"),
        ] {
            let path = self.project.folder.path().join(file);
            environment.insert(name.to_owned(), path.display().to_string());
        }
        assert_eq!(step["shell"], "bash");
        self.project.bash(text(&step["run"]), &environment)
    }

    /// An expression, of which the action has one sort only.
    fn value(&self, expression: &str) -> String {
        let name = expression
            .strip_prefix("${{ inputs.")
            .and_then(|rest| rest.strip_suffix(" }}"))
            .unwrap_or_else(|| panic!("{expression} is no input"));
        self.inputs
            .get(name)
            .unwrap_or_else(|| panic!("there is no input {name}"))
            .clone()
    }

    fn file(&self, name: &str) -> String {
        self.project.folder.read(name).unwrap_or_default()
    }
}

#[test]
fn inputs_are_not_interpolated_into_scripts() {
    let action = document(ACTION);
    let used = action["runs"].to_string();
    for name in action["inputs"].as_object().expect("inputs").keys() {
        assert!(
            used.contains(&format!("inputs.{name} ")),
            "nothing uses the input {name}"
        );
    }
    for step in action["runs"]["steps"].as_array().expect("steps") {
        if let Some(script) = step["run"].as_str() {
            assert!(!script.contains("${{"), "{script}");
        }
    }
}

#[test]
fn a_database_as_expected_passes_and_drift_fails() {
    let action = Action::new(&[]);
    let ran = action.step("Install driftgate");
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    assert!(ran.said.starts_with("driftgate "), "{}", ran.said);
    let ran = action.step("Check the database");
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    assert!(action.file("runner/output").starts_with("exit-code=0\nfiles<<"));
    assert!(
        action.file("runner/summary").contains("check"),
        "{}",
        action.file("runner/summary")
    );

    action.project.drift();
    let ran = action.step("Check the database");
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert!(
        ran.said.contains("::error file=expectations/shop.yaml,line=4,"),
        "{}",
        ran.said
    );
    let output = action.file("runner/output");
    assert!(output.contains("\nexit-code=1\n"), "{output}");
    for name in ["report.json", "report.xml", "report.md"] {
        assert!(action.project.has(&format!("driftgate/{name}")), "{name}");
        assert!(output.contains(&format!("\n./driftgate/{name}\n")), "{output}");
    }
    assert!(
        action.file("runner/summary").contains("bigint"),
        "{}",
        action.file("runner/summary")
    );
}

#[test]
fn every_input_reaches_the_program() {
    let check = |inputs: &[(&str, &str)], code: i32, said: &str| {
        let action = Action::new(inputs);
        action.project.drift();
        action.project.folder.write("known.yaml", "driftgate_baseline: 1\n");
        let ran = action.step("Check the database");
        assert_eq!(ran.code, Some(code), "{inputs:?}\n{}", ran.said);
        assert!(ran.said.contains(said), "{inputs:?}\n{}", ran.said);
    };
    check(&[("exit-zero", "true")], 0, "::error file=");
    check(&[("paths", "elsewhere")], 2, "elsewhere");
    check(
        &[("paths", "expectations/shop.yaml\n\nexpectations\n")],
        1,
        "::error file=",
    );
    check(&[("against", "env:ELSEWHERE")], 2, "ELSEWHERE");
    check(&[("reports", "jsn=report.json")], 2, "unknown format `jsn`");
    check(&[("fail-on", "drift")], 2, "--fail-on");
    check(&[("baseline", "no-such-file.yaml")], 2, "no-such-file.yaml");
    check(&[("strict-baseline", "true")], 2, "--baseline");
    check(&[("wait", "soon")], 2, "--wait");
    check(&[("wait", "1ms")], 1, "::error file=");
    check(&[("compare", "not-yet.json")], 1, "::error file=");
    check(&[("compare", "known.yaml")], 2, "known.yaml");
}

#[test]
fn user_input_is_not_run_as_code() {
    let hostile = "$(touch pwned)`touch pwned`\"; touch pwned; '\n--help\n-o\njson=x";
    for input in [
        "paths",
        "against",
        "reports",
        "fail-on",
        "baseline",
        "compare",
        "wait",
        "strict-baseline",
        "exit-zero",
    ] {
        let action = Action::new(&[(input, hostile)]);
        let ran = action.step("Check the database");
        assert!(!action.project.has("pwned"), "{input}: {}", ran.said);
        assert!(
            !ran.said.contains("Usage: driftgate check [OPTIONS]\n"),
            "{input}: {}",
            ran.said
        );
    }
    for input in ["archive", "sha256"] {
        let action = Action::new(&[("sha256", "0"), ("archive", "file:///nonexistent"), (input, hostile)]);
        let ran = action.step("Install driftgate");
        assert_ne!(ran.code, Some(0), "{input}: {}", ran.said);
        assert!(!action.project.has("pwned"), "{input}: {}", ran.said);
    }
    let ran = Action::new(&[("version", hostile)]).step("Install driftgate");
    assert_eq!(ran.code, Some(2), "{}", ran.said);
    assert!(ran.said.contains("must be a version"), "{}", ran.said);
}

/// The arguments, a line each, with which a version that no release has is built, if the action is in this folder.
fn cargo(path: &str) -> Vec<String> {
    let mut action = Action::new(&[
        ("version", "9.8.7"),
        ("releases", "file:///nonexistent/releases/download"),
    ]);
    action
        .environment
        .insert("GITHUB_ACTION_PATH".to_owned(), path.to_owned());
    let stub = "#!/bin/sh\nprintf '%s\\n' \"$@\" >cargo-arguments\n";
    action.project.folder.write("runner/bin/cargo", stub);
    let ran = action.project.bash("chmod +x runner/bin/cargo", &BTreeMap::new());
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    let ran = action.step("Install driftgate");
    assert_eq!(ran.code, Some(0), "{}", ran.said);
    assert!(ran.said.contains("::notice::"), "{}", ran.said);
    assert!(action.file("runner/path").ends_with("runner/temp/driftgate-bin/bin\n"));
    action.file("cargo-arguments").lines().map(str::to_owned).collect()
}

#[test]
fn a_version_without_a_release_is_built() {
    let root = super::root();
    let beside = cargo(&root.join("ci/github").display().to_string());
    assert_eq!(beside[..3], ["install", "--locked", "--no-default-features"]);
    assert_eq!(beside[5], "--path");
    assert!(
        std::path::Path::new(&beside[6]).join("src/main.rs").exists(),
        "{beside:?}"
    );
    let copied = cargo("/nonexistent/.github/actions/driftgate");
    assert_eq!(
        copied[5..],
        ["--git", "file:///nonexistent", "--tag", "v9.8.7", "driftgate"]
    );
}

#[test]
fn the_version_of_the_action_is_that_of_the_crate() {
    let action = document(ACTION);
    assert_eq!(action["inputs"]["version"]["default"], env!("CARGO_PKG_VERSION"));
}

#[test]
#[ignore = "not run: needs curl; see docs/development.md"]
fn the_program_of_a_release_matches_its_checksum() {
    let action = Action::new(&[]);
    let folder = action.project.folder.path();
    // As ci/release makes it.
    let made = action.project.bash(
        "name=driftgate-9.8.7-x86_64-unknown-linux-gnu; [ ! -e /etc/alpine-release ] || name=${name%gnu}musl
         mkdir -p dist/v9.8.7 $name/completions
         echo 'not this' >$name/completions/driftgate.bash
         printf '#!/bin/sh\\necho driftgate of the release\\n' >$name/driftgate; chmod +x $name/driftgate
         tar -czf dist/v9.8.7/$name.tar.gz $name; cd dist/v9.8.7; sha256sum * >SHA256SUMS",
        &BTreeMap::new(),
    );
    assert_eq!(made.code, Some(0), "{}", made.said);
    let releases = format!("file://{}/dist", folder.display());
    let install = || {
        let mut action = Action::new(&[("version", "9.8.7"), ("releases", &releases)]);
        action.environment.insert("RUNNER_OS".to_owned(), "Linux".to_owned());
        action.environment.insert("RUNNER_ARCH".to_owned(), "X64".to_owned());
        action.step("Install driftgate")
    };
    let ran = install();
    assert_eq!((ran.code, ran.said.as_str()), (Some(0), "driftgate of the release\n"));
    // Another program than the one of the checksum is not used, and nothing is built in its place.
    let changed = action.project.bash(
        "cd dist/v9.8.7; sed -i 's/^......../00000000/' SHA256SUMS",
        &BTreeMap::new(),
    );
    assert_eq!(changed.code, Some(0), "{}", changed.said);
    let ran = install();
    assert_ne!(ran.code, Some(0), "{}", ran.said);
    assert!(!ran.said.contains("::notice::"), "{}", ran.said);
}

#[test]
#[ignore = "not run: needs curl; see docs/development.md"]
fn a_released_archive_matches_its_checksum() {
    let action = Action::new(&[]);
    let folder = action.project.folder.path();
    action
        .project
        .folder
        .write("build/driftgate", "#!/bin/sh\necho driftgate of the archive\n");
    let packed = action.project.bash(
        "chmod +x build/driftgate; tar -C build -czf a.tar.gz driftgate; sha256sum a.tar.gz | cut -d' ' -f1 >sum",
        &BTreeMap::new(),
    );
    assert_eq!(packed.code, Some(0), "{}", packed.said);
    let archive = format!("file://{}/a.tar.gz", folder.display());
    let sum = action.file("sum").trim().to_owned();
    let install = |sum: &str| Action::new(&[("archive", &archive), ("sha256", sum)]).step("Install driftgate");
    let ran = install(&sum);
    assert_eq!((ran.code, ran.said.as_str()), (Some(0), "driftgate of the archive\n"));
    assert_ne!(install(&sum.replace(|c: char| c.is_ascii_digit(), "a")).code, Some(0));
    let ran = install("");
    assert_eq!(ran.code, Some(2));
    assert!(ran.said.contains("needs the input sha256"), "{}", ran.said);
}

#[test]
fn the_workflow_gives_the_action_what_it_has() {
    let workflow = document("ci/github/workflow.yml");
    let steps = workflow["jobs"]["check"]["steps"].as_array().expect("steps").clone();
    let step = steps
        .iter()
        .find(|step| step["uses"] == "./.github/actions/driftgate")
        .expect("the action");
    let mut inputs: Vec<(&str, &str)> = step["with"]
        .as_object()
        .expect("inputs")
        .iter()
        .map(|(name, value)| (name.as_str(), text(value)))
        .collect();
    for input in &mut inputs {
        if input.0 == "wait" {
            input.1 = "1ms";
        }
    }
    let action = Action::new(&inputs);
    // The first time there is no earlier report; the second time, that of the first.
    assert_eq!(action.step("Check the database").code, Some(0));
    action.project.drift();
    let ran = action.step("Check the database");
    assert_eq!(ran.code, Some(1), "{}", ran.said);
    assert!(
        action.file("runner/summary").contains("new"),
        "{}",
        action.file("runner/summary")
    );
    let sarif = steps
        .iter()
        .find(|step| step["with"]["sarif_file"].is_string())
        .expect("the last step");
    assert!(action.project.has(text(&sarif["with"]["sarif_file"])));
    let cache: &Json = &steps[1]["with"]["path"];
    assert!(action.project.has(text(cache)));
}
