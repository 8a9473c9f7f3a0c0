//! The runner of scenarios, tried on scenarios.

use std::collections::BTreeMap;

use libtest_mimic::{Completion, Failed};

use super::command::{Command, Program};
use super::markdown::{Kind, parse, rewrite};
use super::{Case, files, folder, read, trials};
use crate::folder::Folder;
use crate::trial::names_are_distinct;

#[test]
fn a_file_is_read() {
    let text = "# Title\n\n## One\nNeeds PostgreSQL 15 or newer.\n```sql\nselect 1\n```\n\
                ```yaml a.yaml\nx: 1\n```\n````console as=nobody\n$ driftgate\n```\nexit code: 0\n````\n\
                ## Two\nNeeds the feature embedded.\n```sql m/1.sql\n```\n```text\n```\n```console\n$ driftgate\n```\n";
    let scenarios = parse(text).expect("a file without problems");
    let [one, two] = &scenarios[..] else {
        panic!("two scenarios")
    };
    assert_eq!(
        (one.heading.as_str(), one.line, one.since, two.since),
        ("One", 3, Some(15), None)
    );
    assert_eq!((one.embedded, two.embedded), (false, true));
    let kinds: Vec<&Kind> = one.blocks.iter().chain(&two.blocks).map(|block| &block.kind).collect();
    let (first, second) = (Kind::File("expectations/a.yaml".into()), Kind::File("m/1.sql".into()));
    let (nobody, all) = (
        Kind::Console {
            role: Some("nobody".into()),
        },
        Kind::Console { role: None },
    );
    assert_eq!(kinds, [&Kind::Sql { fails: false }, &first, &nobody, &second, &all]);
    assert_eq!(one.blocks[2].text, "$ driftgate\n```\nexit code: 0\n");
}

#[test]
fn files_that_check_nothing_are_errors() {
    let console = "```console\n$ driftgate\n```\n";
    for (text, expected) in [
        (String::new(), "line 1: no scenario"),
        (
            format!("# A\n{console}## B\n{console}"),
            "line 2: a block before the first",
        ),
        ("## A\nprose\n".to_owned(), "line 1: a scenario without a console block"),
        (
            "## A\n```console\ndriftgate\n```\n".to_owned(),
            "line 2: a console block that does not begin with a command",
        ),
        (
            "## A\n```console\n```\n".to_owned(),
            "line 2: a console block that does not begin with a command",
        ),
        (format!("## A\n{console}```yml\n```\n"), "line 5: `yml` is not a block"),
        (format!("## A\n{console}```\n```\n"), "line 5: `` is not a block"),
        (
            format!("## A\n{console}```yaml ../a.yaml\n```\n"),
            "line 5: ../a.yaml is not below",
        ),
        (
            format!("## A\n{console}```sql\nselect 1\n"),
            "line 5: the block is never closed",
        ),
    ] {
        let problems = parse(&text).expect_err(&text);
        assert!(problems.starts_with(expected), "{text}\n{problems}");
    }
}

#[test]
fn every_file_of_scenarios_can_be_read() {
    for path in files(&folder()) {
        let problems = read(&path).err().unwrap_or_default();
        assert_eq!(problems, "", "{}", path.display());
    }
    let trials = trials();
    names_are_distinct(&trials);
    assert!(trials.len() > 260, "only {} scenarios", trials.len());
}

/// Whether a YAML text has a key.
fn has_key(text: &str, key: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(key).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + key.len()..]);
        !before.ends_with(is_part) && after.starts_with(':')
    })
}

/// A kind without a scenario is one whose words nobody has read.
#[test]
fn every_kind_has_a_scenario_in_which_it_is_expected_and_one_in_which_it_differs() {
    let mut files_of_blocks = Vec::new();
    for path in files(&folder()) {
        let (mut yaml, mut output) = (String::new(), String::new());
        for case in read(&path).expect("scenarios") {
            for block in case.scenario.blocks {
                match block.kind {
                    Kind::File(name) if std::path::Path::new(&name).extension().is_some_and(|end| end == "yaml") => {
                        yaml += &block.text;
                    }
                    Kind::Console { .. } => output += &block.text,
                    Kind::File(_) | Kind::Sql { .. } => {}
                }
            }
        }
        files_of_blocks.push((yaml, output));
    }
    let lacking: Vec<String> = driftgate::kinds::Kind::ALL
        .iter()
        .filter(|kind| {
            let shown = format!("{} ", kind.words());
            !files_of_blocks
                .iter()
                .any(|(yaml, output)| has_key(yaml, kind.spec().section) && output.contains(&shown))
        })
        .map(|kind| kind.words())
        .collect();
    assert!(
        lacking.is_empty(),
        "no file of tests/cases expects and reports: {lacking:?}"
    );
}

#[test]
fn a_body_is_replaced_and_nothing_else() {
    let text = "## A\n```console\n$ driftgate\nold\n```\nprose\n```console\n$ driftgate\nkept\n```\n";
    let expected =
        "## A\n````console\n$ driftgate\n```\nexit code: 0\n````\nprose\n```console\n$ driftgate\nkept\n```\n";
    assert_eq!(rewrite(text, &[(2, "```\nexit code: 0\n".to_owned())]), expected);
}

#[test]
fn a_command_is_understood() {
    let variables = BTreeMap::from([("URL".to_owned(), "postgres://x".to_owned())]);
    let command = Command::parse(
        r#"A='b c' driftgate diff "$URL/d" $URL '$URL' a\ b > "o.txt""#,
        &variables,
    );
    let expected = Command {
        variables: vec![("A".into(), "b c".into())],
        program: Program::Driftgate,
        arguments: ["diff", "postgres://x/d", "postgres://x", "$URL", "a b"]
            .map(String::from)
            .into(),
        output: Some("o.txt".into()),
    };
    assert_eq!(command, Ok(expected));
    for refused in [
        "",
        "rm",
        "driftgate | cat",
        "driftgate $NOPE",
        "driftgate 'open",
        "driftgate >",
    ] {
        assert!(Command::parse(refused, &variables).is_err(), "{refused}");
    }
}

/// Runs all scenarios of a file.
fn run_all(folder: &Folder, update: bool) -> Vec<Result<Completion, Failed>> {
    let cases: Vec<Case> = read(&folder.path().join("a.md")).expect("scenarios");
    cases.iter().map(|case| case.run(update)).collect()
}

/// The one failure of a file with one scenario.
fn failure(folder: &Folder) -> String {
    let [Err(failed)] = &run_all(folder, false)[..] else {
        panic!("one failure")
    };
    failed.message().unwrap_or_default().to_owned()
}

#[test]
fn a_mismatch_is_shown_and_can_be_written_down() {
    let text = "## A run\n```console\n$ driftgate --version\nnot this\n```\n";
    let folder = Folder::new();
    folder.write("a.md", text);
    let diff = "a.md:1: A run\nline 2: $ driftgate --version\n--- expected\n+++ actual\n@@ -1 +1,2 @@\n-not this\n\
                +driftgate {tool_version}\n+exit code: 0\n";
    let said = failure(&folder);
    assert!(said.starts_with(diff), "{said}");
    for update in [true, false] {
        assert!(matches!(run_all(&folder, update)[..], [Ok(Completion::Completed)]));
    }
    let expected = text.replace("not this\n", "driftgate {tool_version}\nexit code: 0\n");
    assert_eq!(folder.read("a.md"), Ok(expected));
}

#[test]
fn scenarios_of_one_file_are_written_at_the_same_time() {
    let scenario = |name: &str, output: &str| {
        let console = format!("```console\n$ driftgate --version\n{output}```\n");
        format!("## {name}\n{console}prose\n{console}")
    };
    let all = |output: &str| ["A", "B", "C", "D"].map(|name| scenario(name, output)).concat();
    let folder = Folder::new();
    folder.write("a.md", &all("some\nlines\nmore\n"));
    let cases: Vec<Case> = read(&folder.path().join("a.md")).expect("scenarios");
    std::thread::scope(|scope| {
        for case in &cases {
            scope.spawn(|| assert!(case.run(true).is_ok()));
        }
    });
    assert_eq!(folder.read("a.md"), Ok(all("driftgate {tool_version}\nexit code: 0\n")));
}

#[test]
fn two_scenarios_of_one_name_are_a_problem() {
    let console = "```console\n$ driftgate\n```\n";
    let folder = Folder::new();
    folder.write("a.md", &format!("## A label's\n{console}## a label, s\n{console}"));
    let problem = read(&folder.path().join("a.md")).err();
    assert_eq!(problem.as_deref(), Some("line 5: another scenario is named a_label_s"));
}

#[test]
fn scenarios_that_are_all_left_out_are_no_success() {
    let folder = Folder::new();
    folder.write("a.md", "## A\nNeeds PostgreSQL 99\n```console\n$ driftgate\n```\n");
    let [Ok(Completion::Ignored { reason: Some(reason) })] = &run_all(&folder, false)[..] else {
        panic!("the scenario is ignored")
    };
    assert_eq!(reason, "not run: needs PostgreSQL 99");
}

#[test]
fn a_scenario_that_cannot_run_fails() {
    let console = "```console\n$ driftgate --version\ndriftgate {tool_version}\nexit code: 0\n```\n";
    for (block, expected) in [
        (
            "```sql\nselect nothing\n```\n",
            "line 2: the statements fail: line 1: column \"nothing\" does not exist",
        ),
        ("```sql fails\nselect 1\n```\n", "line 2: the statements should fail"),
        ("```console\n$ cat no\n```\n", "line 2: cannot read no"),
    ] {
        let folder = Folder::new();
        folder.write("a.md", &format!("## A\n{block}{console}"));
        let said = failure(&folder);
        assert!(said.contains(expected), "{said}");
    }
}

#[test]
fn advice_is_followed_in_many_scenarios() {
    let trials = super::advice_trials();
    assert!(trials.len() > 130, "{} scenarios", trials.len());
    names_are_distinct(&trials);
    let split = super::advice::split("SELECT 'a;b'; DROP \"c;d\"; ");
    assert_eq!(split, ["SELECT 'a;b';", "DROP \"c;d\";"]);
}
