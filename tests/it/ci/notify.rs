//! The commands that post a report to a chat, with a small server in the place of the chat.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};

use serde_json::Value as Json;

use super::{Project, read, root, text};

/// A request, as the server got it.
struct Request {
    head: String,
    body: Json,
    length: usize,
}

/// A server that accepts one request, and its URL.
fn chat() -> (String, JoinHandle<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let mut reader = BufReader::new(stream.try_clone().expect("the connection"));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head).expect("a line");
        }
        let lower = head.to_lowercase();
        let length = lower.split_once("content-length: ").expect("a length").1;
        let length: usize = length.lines().next().expect("a length").parse().expect("a number");
        let mut body = vec![0; length];
        reader.read_exact(&mut body).expect("the body");
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
            .expect("an answer");
        let body = serde_json::from_slice(&body).expect("JSON");
        Request {
            head: lower,
            body,
            length,
        }
    });
    (url, server)
}

/// The commands of the page.
fn commands(name: &str) -> String {
    let page = read("docs/notifications.md");
    let (_, block) = page.split_once(&format!("```sh {name}\n")).expect("a block");
    block.split_once("\n```").expect("its end").0.to_owned()
}

fn project() -> Project {
    let project = Project::new();
    for name in ["slack.jq", "teams.jq"] {
        let path = format!("ci/notify/{name}");
        project.folder.write(&path, &read(&path));
    }
    project
}

/// What is posted about a database that has drifted.
fn posted(name: &str, variable: &str) -> Request {
    let project = project();
    let (url, server) = chat();
    let environment = BTreeMap::from([(variable.to_owned(), url)]);
    // All is well: a request would fail, because the server waits for the next one.
    let without = BTreeMap::from([(variable.to_owned(), "http://127.0.0.1:1/".to_owned())]);
    let well = project.bash(&commands(name), &without);
    assert_eq!(well.code, Some(0), "{}", well.said);
    project.drift();
    let drift = project.bash(&commands(name), &environment);
    assert_eq!(drift.code, Some(1), "{}", drift.said);
    let request = server.join().expect("a request");
    assert!(request.length < 28_000);
    assert!(request.head.starts_with("post /hook http/1.1\r\n"), "{}", request.head);
    assert!(
        request.head.contains("\r\ncontent-type: application/json\r\n"),
        "{}",
        request.head
    );
    request
}

#[test]
fn slack_gets_a_text_in_its_own_markdown() {
    let request = posted("slack", "SLACK_WEBHOOK_URL");
    let message = text(&request.body["text"]);
    assert!(message.starts_with("*driftgate: drift* ("), "{message}");
    assert!(message.contains("1 new"), "{message}");
    assert!(
        message.contains("- *drift* (new): column `public.clients.id`: type\n"),
        "{message}"
    );
    assert!(
        message.contains("```\n  ALTER TABLE public.clients ALTER COLUMN id TYPE int USING"),
        "{message}"
    );
}

#[test]
fn teams_gets_an_adaptive_card() {
    let request = posted("teams", "TEAMS_WEBHOOK_URL");
    assert_eq!(request.body["type"], "message");
    let attachment = &request.body["attachments"][0];
    assert_eq!(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
    let card = &attachment["content"];
    assert_eq!(
        (&card["type"], &card["version"]),
        (&"AdaptiveCard".into(), &"1.4".into())
    );
    let blocks = card["body"].as_array().expect("a list");
    assert!(
        blocks
            .iter()
            .all(|block| block["type"] == "TextBlock" && block["wrap"] == true),
        "{card}"
    );
    assert!(text(&blocks[0]["text"]).starts_with("**driftgate: drift** ("), "{card}");
    let code = blocks
        .iter()
        .find(|block| block["fontType"] == "Monospace")
        .expect("a line of code");
    assert!(text(&code["text"]).contains("ALTER TABLE public.clients"), "{card}");
}

/// A report as a message.
fn message(program: &str, report: &str) -> String {
    let mut jq = Command::new("jq")
        .args(["-Rsf"])
        .arg(root().join("ci/notify").join(program))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("jq");
    let mut input = jq.stdin.take().expect("its input");
    let report = report.to_owned();
    let writer = thread::spawn(move || input.write_all(report.as_bytes()));
    let output = jq.wait_with_output().expect("jq");
    writer.join().expect("the writer").expect("the report is read");
    assert!(output.status.success(), "{program}");
    String::from_utf8(output.stdout).expect("a text")
}

#[test]
fn names_mention_no_one_and_write_no_links() {
    let report = read("tests/golden/markdown-marked.md");
    let slack: Json = serde_json::from_str(&message("slack.jq", &report)).expect("JSON");
    let slack = text(&slack["text"]);
    assert!(!slack.contains('<') && !slack.contains("**"), "{slack}");
    // Every `&` begins an entity.
    for after in slack.split('&').skip(1) {
        assert!(
            ["lt;", "gt;", "amp;"].iter().any(|entity| after.starts_with(entity)),
            "{after}"
        );
    }
    let teams = message("teams.jq", &report);
    assert!(
        !teams.replace(r"\\](", "").contains("](") && !teams.contains("<!--"),
        "{teams}"
    );
}

#[test]
fn a_long_report_is_cut_and_says_so() {
    let finding = "- **drift**: column `public.clients.email` does not exist\n\n  ```sql\n  ALTER TABLE x;\n  ```\n\n";
    let report = format!("**driftgate: drift**\n\n{}", finding.repeat(1000));
    let slack = message("slack.jq", &report);
    let slack: Json = serde_json::from_str(&slack).expect("JSON");
    let slack = text(&slack["text"]);
    assert!((3_500..4_000).contains(&slack.chars().count()), "{}", slack.len());
    assert_eq!(slack.matches("```").count() % 2, 0);
    assert!(slack.ends_with(" more lines are in the report_"), "{slack}");
    let teams = message("teams.jq", &report);
    let teams: Json = serde_json::from_str(&teams).expect("JSON");
    assert!(
        (14_000..28_000).contains(&teams.to_string().len()),
        "{}",
        teams.to_string().len()
    );
    let blocks = teams["attachments"][0]["content"]["body"].as_array().expect("a list");
    let last = text(&blocks[blocks.len() - 1]["text"]);
    assert!(last.ends_with(" more lines are in the report"), "{last}");
}
