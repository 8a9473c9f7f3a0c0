//! Command lines: each is one of the program's, and does in a project what its example is for.

use std::collections::BTreeMap;

use clap::Parser as _;
use driftgate::cli::Cli;
use serde_json::Value as Json;

use super::{Project, document, documents, files_in, read, text};

/// The command lines of driftgate that a text has: from the word to the end of the line, a comment or a redirection.
fn command_lines(text: &str) -> Vec<String> {
    const COMMANDS: [&str; 7] = ["check", "pull", "diff", "lint", "schema", "completions", "man"];
    text.lines()
        .filter_map(|line| {
            let start = COMMANDS
                .iter()
                .filter_map(|command| {
                    let words = format!("driftgate {command}");
                    // `driftgate checks` is prose.
                    let is_command = |at: &usize| !line[at + words.len()..].starts_with(char::is_alphabetic);
                    line.match_indices(&words).map(|(at, _)| at).find(is_command)
                })
                .min()?;
            let line = &line[start..];
            let end = ["#", ">", "`", "'", "\"", ")", "; ", " |", ": "]
                .iter()
                .filter_map(|end| line.find(end))
                .min()
                .unwrap_or(line.len());
            Some(line[..end].trim().trim_end_matches(':').to_owned())
        })
        .collect()
}

/// What is wrong with a command line.
fn mistake(line: &str) -> Option<String> {
    let values = [
        ("${{ matrix.shard }}", "1/8"),
        ("${{ strategy.job-index }}", "0"),
        ("$CI_NODE_INDEX/$CI_NODE_TOTAL", "1/8"),
    ];
    let line = values
        .iter()
        .fold(line.to_owned(), |line, (name, value)| line.replace(name, value));
    let mistake = Cli::try_parse_from(line.split_whitespace()).err()?;
    // Help that was asked for is none.
    mistake.use_stderr().then(|| mistake.to_string())
}

#[test]
fn every_command_line_is_one_of_the_program() {
    let mut found = BTreeMap::new();
    let mut names = files_in("ci");
    names.push(".pre-commit-hooks.yaml".to_owned());
    names.extend(crate::documents::pages());
    for name in &names {
        for line in command_lines(&read(name)) {
            if let Some(mistake) = mistake(&line) {
                panic!("{name}: {line}\n{mistake}");
            }
            *found.entry(name.as_str()).or_insert(0) += 1;
        }
    }
    for name in [
        ".pre-commit-hooks.yaml",
        "README.md",
        "ci/Dockerfile",
        "ci/Jenkinsfile",
        "ci/circleci.yml",
        "ci/github/migrations.yml",
        "ci/github/workflow.yml",
        "ci/gitlab.yml",
        "ci/systemd/driftgate.service",
    ] {
        assert!(found.contains_key(name), "no command line was found in {name}");
    }
    assert!(mistake("driftgate check --no-such-option").is_some());
}

/// Runs the command lines of an example where all is well, then where it is not; those of `check` find it. These files
/// are there afterwards.
fn check(commands: &[String], written: &[&str]) {
    let project = Project::new();
    let none = BTreeMap::new();
    // What waits for drift to go away would do so for a minute.
    let commands: Vec<String> = commands
        .iter()
        .map(|command| command.replace("--wait 60s", "--wait 1ms"))
        .collect();
    assert!(commands.iter().any(|command| command.starts_with("driftgate check")));
    for command in &commands {
        let ran = project.bash(command, &none);
        assert_eq!(ran.code, Some(0), "{command}\n{}", ran.said);
    }
    project.drift();
    for command in &commands {
        let ran = project.bash(command, &none);
        let expected = i32::from(command.starts_with("driftgate check"));
        assert_eq!(ran.code, Some(expected), "{command}\n{}", ran.said);
    }
    for name in written {
        assert!(project.has(name), "{name} is named, and nothing writes it");
    }
}

#[test]
fn gitlab_runs() {
    let config = document("ci/gitlab.yml");
    let jobs = [&config["driftgate lint"], &config[".driftgate check"]];
    let commands: Vec<String> = jobs
        .iter()
        .flat_map(|job| job["script"].as_array().expect("a script"))
        .map(|line| text(line).to_owned())
        .collect();
    let artifacts = &config[".driftgate check"]["artifacts"];
    let mut written: Vec<&str> = artifacts["reports"]
        .as_object()
        .expect("reports")
        .values()
        .map(text)
        .collect();
    written.extend(artifacts["paths"].as_array().expect("paths").iter().map(text));
    check(&commands, &written);
    let stages = config["stages"].as_array().expect("stages");
    for (name, job) in config.as_object().expect("jobs") {
        if let Some(base) = job["extends"].as_str() {
            assert!(config[base].is_object(), "{name} extends {base}");
        }
        if job["stage"].is_string() {
            assert!(stages.contains(&job["stage"]), "{name}");
        }
    }
}

#[test]
fn circleci_runs() {
    let config = document("ci/circleci.yml");
    let mut commands = Vec::new();
    let mut written = Vec::new();
    for job in config["jobs"].as_object().expect("jobs").values() {
        for step in job["steps"].as_array().expect("steps") {
            match &step["run"] {
                Json::String(command) => commands.push(command.clone()),
                Json::Object(run) => commands.push(text(&run["command"]).to_owned()),
                _ => {}
            }
            let stores = ["store_test_results", "store_artifacts"];
            written.extend(stores.iter().filter_map(|store| step[store]["path"].as_str()));
        }
    }
    assert_eq!(written.len(), 2);
    check(&commands, &written);
}

#[test]
fn jenkins_runs() {
    let config = read("ci/Jenkinsfile");
    let between = |start: &str| -> Vec<String> {
        config
            .split(start)
            .skip(1)
            .filter_map(|rest| rest.split('\'').next())
            .map(str::to_owned)
            .collect()
    };
    let mut written = between("testResults: '");
    written.extend(between("pattern: '"));
    assert_eq!(written.len(), 2, "{written:?}");
    check(
        &between("sh '"),
        &written.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

#[test]
fn systemd_runs() {
    let unit = read("ci/systemd/driftgate.service");
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart=/usr/bin/"))
        .expect("a command");
    let state = unit.lines().any(|line| line == "StateDirectory=driftgate");
    assert!(state && start.contains("=/var/lib/driftgate/"), "{start}");
    let command = start
        .replace("/etc/driftgate/", "")
        .replace("/var/lib/driftgate/", "state/");
    check(
        &["mkdir -p state".to_owned(), command],
        &["state/report.json", "state/driftgate.prom"],
    );
}

#[test]
fn kubernetes_runs() {
    let mut containers = 0;
    for name in ["ci/kubernetes/job.yaml", "ci/kubernetes/cronjob.yaml"] {
        for document in documents(name) {
            let spec = match text(&document["kind"]) {
                "Job" => &document["spec"],
                "CronJob" => &document["spec"]["jobTemplate"]["spec"],
                _ => continue,
            };
            assert_eq!(
                spec["backoffLimit"], 0,
                "{name}: drift does not go away by looking again"
            );
            let pod = &spec["template"]["spec"];
            assert_eq!(pod["securityContext"]["runAsNonRoot"], true, "{name}");
            for container in pod["containers"].as_array().expect("containers") {
                containers += 1;
                kubernetes_container(name, pod, container);
            }
        }
    }
    assert_eq!(containers, 2);
}

/// The arguments of a container, with paths in the folder of the test.
fn fleet_command(job: &Json, index: usize) -> String {
    let arguments = job["spec"]["template"]["spec"]["containers"][0]["args"]
        .as_array()
        .expect("arguments");
    let words: Vec<String> = arguments
        .iter()
        .map(|word| text(word).replace("$(JOB_COMPLETION_INDEX)", &index.to_string()))
        .collect();
    format!("driftgate {}", words.join(" "))
        .replace("/fleet/", "fleet/")
        .replace("/reports/", "reports/")
}

#[test]
fn kubernetes_checks_a_fleet_and_a_lost_shard_is_never_green() {
    let documents = documents("ci/kubernetes/fleet.yaml");
    let jobs: Vec<&Json> = documents.iter().filter(|document| document["kind"] == "Job").collect();
    let [shards, merge] = jobs.as_slice() else {
        panic!("two jobs")
    };
    let on_exit = &shards["spec"]["podFailurePolicy"]["rules"][0];
    assert_eq!(on_exit["action"], "FailIndex");
    let values = on_exit["onExitCodes"]["values"].as_array().expect("exit codes");
    assert!(values.contains(&1.into()) && !values.contains(&3.into()), "{values:?}");
    assert_eq!(shards["spec"]["completionMode"], "Indexed");
    let count = usize::try_from(shards["spec"]["completions"].as_u64().expect("a number")).expect("small");
    let project = Project::new();
    project.folder.write("reports/.keep", "");
    let targets: Vec<String> = (0..20)
        .map(|i| format!(r#"{{"name": "t{i}", "url": "env:DATABASE_URL"}}"#))
        .collect();
    let text = format!(
        r#"{{"driftgate": 1, "expectations": ["../expectations/shop.yaml"], "targets": [{}]}}"#,
        targets.join(", ")
    );
    project.folder.write("fleet/targets.json", &text);
    let none = BTreeMap::new();
    let run = |expected: &[i32]| {
        for index in 0..count {
            let ran = project.bash(&fleet_command(shards, index), &none);
            assert!(expected.contains(&ran.code.expect("a code")), "{}", ran.said);
        }
    };
    run(&[0]);
    let merged = |expected: i32, said: &str| {
        let ran = project.bash(&fleet_command(merge, 0), &none);
        assert_eq!(ran.code, Some(expected), "{}", ran.said);
        assert!(ran.said.contains(said), "{}", ran.said);
    };
    merged(0, "     20  passed");
    assert!(project.has("reports/fleet.html"));
    std::fs::remove_file(project.folder.path().join("reports/shard-2.json")).expect("a report");
    merged(3, "the report of shard 3/8 is missing");
    project.drift();
    // A shard without a target finds nothing.
    run(&[0, 1]);
    merged(1, "     20  drift");
}

fn kubernetes_container(name: &str, pod: &Json, container: &Json) {
    let security = &container["securityContext"];
    assert_eq!(security["readOnlyRootFilesystem"], true, "{name}");
    assert_eq!(security["allowPrivilegeEscalation"], false, "{name}");
    assert!(container["resources"]["limits"]["memory"].is_string(), "{name}");
    assert_eq!(container["env"][0]["name"], "DATABASE_URL");
    assert!(container["env"][0]["valueFrom"]["secretKeyRef"].is_object(), "{name}");
    let words: Vec<&str> = container["args"]
        .as_array()
        .expect("arguments")
        .iter()
        .map(text)
        .collect();
    let volumes = pod["volumes"].as_array().expect("volumes");
    let mut command = format!("driftgate {}", words.join(" "));
    for mount in container["volumeMounts"].as_array().expect("mounts") {
        assert!(
            volumes.iter().any(|volume| volume["name"] == mount["name"]),
            "{name}: {mount}"
        );
        let path = text(&mount["mountPath"]);
        assert!(command.contains(path), "{name} mounts {path} for nothing");
        command = command.replace(path, path.trim_start_matches('/'));
    }
    assert!(
        !command.contains("=/"),
        "{name} writes where nothing is mounted: {command}"
    );
    let written: Vec<&str> = words
        .iter()
        .filter_map(|word| word.split_once("=/"))
        .map(|(_, path)| path)
        .collect();
    check(&["mkdir -p reports".to_owned(), command], &written);
}

#[test]
fn the_hooks_of_pre_commit_run() {
    let hooks = document(".pre-commit-hooks.yaml");
    let project = Project::new();
    for hook in hooks.as_array().expect("hooks") {
        let command = format!("{} expectations/shop.yaml", text(&hook["entry"]));
        let none = BTreeMap::new();
        assert_eq!(project.bash(&command, &none).code, Some(0), "{command}");
        let command = command.replace("shop", "broken");
        project
            .folder
            .write("expectations/broken.yaml", "driftgate: 1\ntabels: {}\n");
        let ran = project.bash(&command, &none);
        assert!(ran.code == Some(2) && ran.said.contains("did you mean"), "{}", ran.said);
    }
}
