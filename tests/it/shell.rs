//! Shells complete what the command line has, and `man` reads the pages.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use clap::CommandFactory as _;
use driftgate::cli::Cli;

use crate::folder::Folder;
use crate::run::Driftgate;

/// The completions of a shell.
fn script(shell: &str) -> String {
    let run = Driftgate::new().run(["completions", shell]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{shell}");
    run.stdout
}

/// What a program prints; it must succeed and complain about nothing.
fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .env("HOME", "/nonexistent")
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("cannot run {program}: {e}: apt-get install {program}"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    assert_eq!(text(output.stderr), "", "{program} {arguments:?}");
    assert!(output.status.success(), "{program} {arguments:?}");
    text(output.stdout)
}

/// What bash offers behind words that somebody has typed, of which the last is not finished.
fn bash(script: &str, words: &[&str]) -> Vec<String> {
    let (last, previous) = (words.len() - 1, words[words.len() - 2]);
    let code = format!(
        "{script}\nCOMP_WORDS=({}); COMP_CWORD={last}\n_driftgate driftgate '{}' '{previous}'\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"",
        words.iter().flat_map(|word| ["'", word, "' "]).collect::<String>(),
        words[last],
    );
    let offered = run("bash", &["--norc", "--noprofile", "-c", &code]);
    offered.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes() {
    let script = script("bash");
    let check = |words: &[&str], offered: &[&str]| assert_eq!(bash(&script, words), offered, "{words:?}");
    check(&["driftgate", "sc"], &["schema"]);
    check(&["driftgate", "check", "--bas"], &["--baseline"]);
    check(&["driftgate", "check", "--format", "gi"], &["github", "gitlab"]);
    check(&["driftgate", "diff", "a", "b", "--format", "na"], &["nagios"]);
    // Where it offers nothing, bash offers files.
    check(&["driftgate", "lint", "Cargo.t"], &[""]);
    assert!(script.contains("complete -F _driftgate -o nosort -o bashdefault -o default driftgate"));
    check(&["driftgate", "pull", "--sp"], &["--split"]);
    check(
        &["driftgate", "completions", ""],
        &[
            "-q",
            "-h",
            "--quiet",
            "--max-file-size",
            "--help",
            "bash",
            "elvish",
            "fish",
            "powershell",
            "zsh",
        ],
    );
    let commands: Vec<String> = Cli::command()
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    let offered = bash(&script, &["driftgate", ""]);
    assert!(commands.iter().all(|command| offered.contains(command)), "{offered:?}");
}

#[test]
#[ignore = "not run: needs fish and zsh; see docs/development.md"]
fn fish_and_zsh_take_their_completions() {
    let folder = Folder::new();
    for shell in ["fish", "zsh"] {
        folder.write(shell, &script(shell));
        let file = folder.path().join(shell).display().to_string();
        // Read, and not run.
        run(shell, &["-n", &file]);
    }
    let file = folder.path().join("fish").display().to_string();
    let script = format!("source {file}; complete -C 'driftgate check --format gi'");
    let offered = run("fish", &["--no-config", "-c", &script]);
    let words: Vec<&str> = offered.lines().filter_map(|line| line.split('\t').next()).collect();
    assert_eq!(words, ["github", "gitlab"]);
}

#[test]
fn completions_have_every_option() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = script(shell);
        for (command, option) in options() {
            assert!(script.contains(&option), "{shell} does not know {command} --{option}");
        }
    }
    let run = Driftgate::new().run(["completions", "tcsh"]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
}

/// All long options, each with its subcommand.
fn options() -> BTreeSet<(String, String)> {
    let mut command = Cli::command();
    command.build();
    let options: BTreeSet<(String, String)> = command
        .get_subcommands()
        .flat_map(|sub| {
            let name = sub.get_name().to_owned();
            sub.get_arguments()
                .filter_map(clap::Arg::get_long)
                .map(move |long| (name.clone(), long.to_owned()))
        })
        .collect();
    assert!(options.len() > 30, "only {options:?}");
    options
}

#[test]
fn every_subcommand_has_a_page_with_its_options() {
    let driftgate = Driftgate::new();
    let run = driftgate.run(["man", "--output", "pages/man1"]);
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (Some(0), "", ""));
    let page = |name: &str| {
        driftgate
            .folder()
            .read(&format!("pages/man1/{name}.1"))
            .expect("a page")
    };
    for (command, option) in options() {
        let option = option.replace('-', "\\-");
        assert!(page(&format!("driftgate-{command}")).contains(&format!("\\-\\-{option}")));
    }
    assert!(page("driftgate-check").contains("[aliases: \\-\\-url]"));
    // Somebody who types `man driftgate` sees what `driftgate man` prints.
    let main = driftgate.run(["man"]);
    assert_eq!((main.code, main.stdout), (Some(0), page("driftgate")));
    let pages = driftgate.folder().list("pages/man1").expect("a folder");
    for name in pages.lines() {
        let stem = name.strip_suffix(".1").expect("section 1");
        let text = page(stem);
        assert!(
            text.is_ascii() && text.starts_with(&format!(".TH \"{stem}\" 1 ")),
            "{name}"
        );
        assert!(stem == "driftgate" || page("driftgate").contains(&stem.replace('-', "\\-")));
    }
    assert!(page("driftgate-check").contains(".SH \"EXIT STATUS\"\n.TP\n\\fB0\\fR\nall checks passed\n"));
}

#[test]
#[ignore = "not run: needs groff and mandoc; see docs/development.md"]
fn readers_of_manual_pages_take_every_page() {
    let driftgate = Driftgate::new();
    let made = driftgate.run(["man", "--output", "man1"]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    for name in driftgate.folder().list("man1").expect("a folder").lines() {
        let file = driftgate.folder().path().join("man1").join(name).display().to_string();
        // A page has no date, so that the same program writes the same page.
        let found = mandoc(&file);
        let found: Vec<&str> = found.lines().filter(|line| !line.contains("missing date")).collect();
        assert!(found.is_empty(), "{found:#?}");
        for device in ["ascii", "utf8"] {
            run("groff", &["-man", "-ww", "-z", &format!("-T{device}"), &file]);
        }
    }
}

/// What mandoc finds wrong with a page; its exit code then is not 0.
fn mandoc(file: &str) -> String {
    let output = Command::new("mandoc")
        .args(["-Tlint", "-W", "warning", file])
        .output()
        .unwrap_or_else(|e| panic!("cannot run mandoc: {e}: apt-get install mandoc"));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn pages_that_cannot_be_written_are_a_failure() {
    let driftgate = Driftgate::new().file("taken", "");
    let run = driftgate.run(["man", "--output", "taken"]);
    assert_eq!(run.code, Some(3));
    assert!(
        run.stderr.starts_with("error: writing taken/driftgate.1: "),
        "{}",
        run.stderr
    );
}
