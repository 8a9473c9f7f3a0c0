//! The runner of scenarios, tried on scenarios.

use std::collections::BTreeMap;

use super::command::{Command, Program};
use super::markdown::{Kind, parse, rewrite};
use super::run_folder;
use crate::folder::Folder;

#[test]
fn a_file_is_read() {
    let text = "# Title\n\n## One\nNeeds PostgreSQL 15 or newer.\n```sql\nselect 1\n```\n\
                ```yaml a.yaml\nx: 1\n```\n````console as=nobody\n$ driftgate\n```\nexit code: 0\n````\n\
                ## Two\n```sql m/1.sql\n```\n```text\n```\n```console\n$ driftgate\n```\n";
    let scenarios = parse(text).expect("a file without problems");
    let [one, two] = &scenarios[..] else {
        panic!("two scenarios")
    };
    assert_eq!(
        (one.heading.as_str(), one.line, one.since, two.since),
        ("One", 3, Some(15), None)
    );
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
fn what_would_check_nothing_is_a_problem() {
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

#[test]
fn a_mismatch_is_shown_and_can_be_written_down() {
    let text = "## A run\n```console\n$ driftgate --version\nnot this\n```\n";
    let folder = Folder::new();
    folder.write("a.md", text);
    let outcome = run_folder(folder.path(), "A run", false);
    let diff = "a.md:1: A run\nline 2: $ driftgate --version\n--- expected\n+++ actual\n@@ -1 +1,2 @@\n-not this\n";
    let [failure] = &outcome.failures[..] else {
        panic!("one failure")
    };
    assert_eq!(failure, &format!("{diff}+driftgate {{tool_version}}\n+exit code: 0\n"));
    assert_eq!(run_folder(folder.path(), "", true).rewritten, 1);
    let outcome = run_folder(folder.path(), "", false);
    assert_eq!((outcome.passed, outcome.failures.len()), (1, 0));
    assert_eq!(run_folder(folder.path(), "no such", false).failures.len(), 1);
}

#[test]
fn scenarios_that_are_all_left_out_are_no_success() {
    let folder = Folder::new();
    folder.write("a.md", "## A\nNeeds PostgreSQL 99\n```console\n$ driftgate\n```\n");
    let outcome = run_folder(folder.path(), "", false);
    assert_eq!((outcome.skipped, outcome.failures.len()), (1, 1));
}

#[test]
fn a_scenario_that_cannot_be_played_fails() {
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
        folder.write(
            "a.md",
            &format!("## A\n{block}{console}## Newer\nNeeds PostgreSQL 99\n{console}## B\n{console}"),
        );
        let outcome = run_folder(folder.path(), "", false);
        assert_eq!((outcome.passed, outcome.skipped, outcome.failures.len()), (1, 1, 1));
        assert!(outcome.failures[0].contains(expected), "{}", outcome.failures[0]);
    }
}
