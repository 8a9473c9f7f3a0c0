//! Each format is read by a program that it is for. Where such a program is not installed, the test fails and says how
//! to install it; `cargo test` alone does not run these tests.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use driftgate::report::format::Format;
use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::Value as Json;

use super::fleet;
use super::sample::{Sample, marked, nothing, object, sample, well};
use super::{ending, plain};

/// All samples, each with its name.
fn samples() -> [(&'static str, Sample); 5] {
    [
        ("sample", sample()),
        ("marked", marked()),
        ("well", well()),
        ("nothing", nothing()),
        ("fleet", fleet::sample()),
    ]
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Writes a report to a file of its own.
fn written(format: Format, (name, sample): &(&str, Sample)) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("reports");
    std::fs::create_dir_all(&folder).expect("a folder for reports");
    let path = folder.join(format!("{name}-{}.{}", format.spec().name, ending(format)));
    std::fs::write(&path, plain(format, sample)).expect("a report");
    path
}

/// Runs a program on a text; what it says, and whether it was content.
fn run(program: &str, arguments: &[&str], input: &str, install: &str) -> (String, bool) {
    // Tools that are fetched for the tests alone stand beside what is built.
    let own = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("a folder")
        .join("tools");
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{}:{path}", own.display(), own.join("node_modules/.bin").display());
    let mut child = Command::new("env")
        .arg(program)
        .args(arguments)
        .env("PATH", path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("env cannot be run: {e}"));
    let mut stdin = child.stdin.take().expect("a pipe");
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("its output");
    let _ = writer.join();
    // What `env` says of a program that it does not find.
    assert_ne!(output.status.code(), Some(127), "this test needs {program}: {install}");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    (said, output.status.success())
}

#[test]
#[ignore = "not run: needs xmllint; see docs/development.md"]
fn junit_and_checkstyle_satisfy_xml_and_the_schemas_of_jenkins() {
    let install = "apt-get install libxml2-utils";
    for sample in samples() {
        let junit = written(Format::Junit, &sample).display().to_string();
        for schema in ["jenkins-junit.xsd", "junit-10.xsd"] {
            let schema = root().join("tests/schemas").join(schema).display().to_string();
            let (said, content) = run("xmllint", &["--noout", "--schema", &schema, &junit], "", install);
            assert!(content, "{said}");
        }
        let checkstyle = written(Format::Checkstyle, &sample).display().to_string();
        let (said, content) = run("xmllint", &["--noout", &checkstyle], "", install);
        assert!(content, "{said}");
    }
    let wrong = "<testsuites><testsuite name='a'><testcase/></testsuite></testsuites>";
    let schema = root().join("tests/schemas/junit-10.xsd").display().to_string();
    assert!(!run("xmllint", &["--noout", "--schema", &schema, "-"], wrong, install).1);
}

#[test]
fn junit_counts_what_it_has() {
    for (name, sample) in samples() {
        let text = plain(Format::Junit, &sample);
        let number = |attribute: &str| -> usize {
            let (_, rest) = text.split_once(&format!(" {attribute}=\"")).expect("the attribute");
            rest.split_once('"').expect("its end").0.parse().expect("a number")
        };
        assert_eq!(number("tests"), text.matches("<testcase ").count(), "{name}");
        assert_eq!(number("failures"), text.matches("<failure ").count(), "{name}");
        assert_eq!(number("errors"), text.matches("<error ").count(), "{name}");
        assert_eq!(
            name == "well",
            !text.contains("<failure ") && !text.contains("<error "),
            "{name}"
        );
    }
}

#[test]
#[ignore = "not run: needs tap-parser; see docs/development.md"]
fn a_tap_14_reader_accepts_every_point() {
    let install = "npm install --prefix target/tools tap-parser@18";
    for (name, sample) in samples() {
        let text = plain(Format::Tap, &sample);
        let (said, content) = run("tap-parser", &["--json"], &text, install);
        let events: Json = serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"));
        let all = events.as_array().expect("events");
        let last = all.iter().find(|event| event[0] == "complete").expect("the result");
        let points = text
            .lines()
            .filter(|line| line.starts_with("ok ") || line.starts_with("not ok "))
            .count();
        assert_eq!(last[1]["count"], points, "{name}: {said}");
        assert_eq!(content, name == "well", "{name}: {said}");
        let extra: Vec<&Json> = events
            .as_array()
            .expect("events")
            .iter()
            .filter(|e| e[0] == "extra")
            .collect();
        assert!(extra.is_empty(), "{name}: not understood: {extra:?}");
    }
}

#[test]
#[ignore = "not run: needs promtool; see docs/development.md"]
fn promtool_takes_the_metrics() {
    let install = "apt-get install prometheus, or unpack its promtool into target/tools";
    for (name, sample) in samples() {
        let (said, content) = run(
            "promtool",
            &["check", "metrics"],
            &plain(Format::Prometheus, &sample),
            install,
        );
        assert!(content, "{name}: {said}");
    }
    assert!(
        !run(
            "promtool",
            &["check", "metrics"],
            "driftgate_up{database=\"a} 1\n",
            install
        )
        .1
    );
}

/// A validator for a schema in a file of the project.
fn satisfies(file: &str, instances: &[Json]) -> Result<(), String> {
    let path = root().join(file);
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    let folder = path.parent().expect("a folder");
    for neighbour in ["report.schema.json", "report-line.schema.json"] {
        let path = folder.join(neighbour);
        if let Ok(text) = std::fs::read_to_string(&path) {
            let schema = serde_json::from_str(&text).map_err(|e| e.to_string())?;
            compiler
                .add_resource(&format!("file:///{neighbour}"), schema)
                .map_err(|e| e.to_string())?;
        }
    }
    let text = std::fs::read_to_string(&path).map_err(|e| e.to_string())?;
    let schema = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let name = format!("file:///{}", path.file_name().expect("a name").to_string_lossy());
    compiler.add_resource(&name, schema).map_err(|e| e.to_string())?;
    let index = compiler.compile(&name, &mut schemas).map_err(|e| e.to_string())?;
    for instance in instances {
        schemas.validate(instance, index).map_err(|e| format!("{e:#}"))?;
    }
    Ok(())
}

fn json(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

#[test]
fn json_and_its_lines_satisfy_their_schemas() {
    for (name, sample) in samples() {
        let report = json(&plain(Format::Json, &sample));
        satisfies("expectations/report.schema.json", &[report]).unwrap_or_else(|e| panic!("{name}: {e}"));
        let lines: Vec<Json> = plain(Format::Jsonl, &sample).lines().map(json).collect();
        let fleet = sample.report.fleet.as_ref().map(|fleet| fleet.members.len() + 2);
        let checks = sample.report.summary().checks + sample.report.targets.len();
        assert_eq!(lines.len(), fleet.unwrap_or(checks), "{name}");
        satisfies("expectations/report-line.schema.json", &lines).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let mut wrong = json(&plain(Format::Json, &sample()));
    wrong["targets"][0]["findings"][0]["status"] = "broken".into();
    assert!(satisfies("expectations/report.schema.json", &[wrong]).is_err());
    let wrong = serde_json::json!({"report_version": 1, "type": "check"});
    assert!(satisfies("expectations/report-line.schema.json", &[wrong]).is_err());
}

#[test]
fn sarif_satisfies_the_schema_of_oasis() {
    for (name, sample) in samples() {
        let log = json(&plain(Format::Sarif, &sample));
        let results = log["runs"][0]["results"].as_array().expect("results");
        let prints: BTreeSet<String> = results.iter().map(|r| r["partialFingerprints"].to_string()).collect();
        assert_eq!(
            prints.len(),
            results.len(),
            "{name}: two findings have the same fingerprint"
        );
        for result in results {
            let number = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small one");
            let rule = &log["runs"][0]["tool"]["driver"]["rules"][number];
            assert_eq!(rule["id"], result["ruleId"], "{name}");
        }
        satisfies("tests/schemas/sarif-2.1.0.json", &[log]).unwrap_or_else(|e| panic!("{name}: {e}"));
    }
    let wrong = serde_json::json!({"version": "2.1.0", "runs": [{}]});
    assert!(satisfies("tests/schemas/sarif-2.1.0.json", &[wrong]).is_err());
}

#[test]
fn gitlab_finds_what_it_needs() {
    for (name, sample) in samples() {
        let issues = json(&plain(Format::Gitlab, &sample));
        let issues = issues.as_array().expect("a list");
        let prints: BTreeSet<&str> = issues
            .iter()
            .filter_map(|issue| issue["fingerprint"].as_str())
            .collect();
        assert_eq!(prints.len(), issues.len(), "{name}");
        for issue in issues {
            let severity = issue["severity"].as_str().expect("a severity");
            assert!(
                ["info", "minor", "major", "critical", "blocker"].contains(&severity),
                "{issue}"
            );
            assert!(issue["location"]["lines"]["begin"].is_u64(), "{issue}");
            assert!(
                issue["location"]["path"].is_string() && issue["check_name"].is_string(),
                "{issue}"
            );
            assert!(!issue["description"].as_str().expect("a text").is_empty(), "{issue}");
        }
    }
}

#[test]
fn markdown_has_no_markup_but_its_own() {
    for (name, sample) in samples() {
        let text = plain(Format::Markdown, &sample);
        let mut folded = 0;
        for event in Parser::new_ext(&text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH) {
            match event {
                Event::Html(html) | Event::InlineHtml(html) => {
                    let html = html.trim();
                    folded += html.matches("<details>").count();
                    let rest = html
                        .replace("<details><summary>", "")
                        .replace("</summary>", "")
                        .replace("</details>", "");
                    assert!(rest == "<!-- -->" || !rest.contains('<'), "{name}: {html}");
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    panic!("{name}: a link to {dest_url}")
                }
                _ => {}
            }
        }
        // A short report is unfolded, except for what has changed.
        assert_eq!(folded > 0, name == "marked", "{name}");
    }
}

/// The properties of a command.
type Properties = Vec<(String, String)>;

/// What the runner of GitHub reads out of a line: the properties of the command and its data.
fn github_command(line: &str) -> Option<(Properties, String)> {
    let (head, data) = line.strip_prefix("::")?.split_once("::")?;
    let (_, properties) = head.split_once(' ').unwrap_or((head, ""));
    let decode = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let properties = properties
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .map(|(key, value)| (key.to_owned(), decode(&value.replace("%3A", ":").replace("%2C", ","))))
        .collect();
    Some((properties, decode(data)))
}

#[test]
fn github_reads_annotations_with_their_places() {
    let text = plain(Format::Github, &sample());
    let commands: Vec<_> = text.lines().filter_map(github_command).collect();
    let files: BTreeSet<&str> = commands
        .iter()
        .flat_map(|(properties, _)| properties)
        .filter(|(key, _)| key == "file")
        .map(|(_, file)| file.as_str())
        .collect();
    assert_eq!(
        files,
        BTreeSet::from(["expectations/a b,c;d%]<&>.yaml", "expectations/shop.yaml"])
    );
    let hostile = commands
        .iter()
        .find(|(_, data)| data.contains("<script>"))
        .expect("the hostile name");
    assert!(
        hostile.1.contains("%0A"),
        "what looks escaped is not read as an escape: {}",
        hostile.1
    );
}

#[test]
fn github_shows_no_more_than_ten_of_a_sort() {
    let mut many = sample();
    let finding = many.report.targets[0].checks.findings[0].clone();
    many.report.targets[0].checks.findings.extend((0..30).map(|i| {
        let mut finding = finding.clone();
        finding.about = object("column", &format!("public.t{i}.email"));
        finding.message = format!("column public.t{i}.email does not exist");
        finding
    }));
    let text = plain(Format::Github, &many);
    let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error ")).collect();
    assert_eq!(errors.len(), 10, "{text}");
    assert!(errors[9].contains("27 more findings"), "{}", errors[9]);
    for i in 0..30 {
        assert!(
            text.contains(&format!("column public.t{i}.email does not exist")),
            "{i}"
        );
    }
}
