//! Links: each one to a file of the project leads to it, and each anchor to a heading.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{pages, read, root};

/// The documents whose links are followed.
fn documents() -> Vec<String> {
    let more = [
        "CHANGELOG.md",
        "SECURITY.md",
        "ci/bench.md",
        "expectations/reference.md",
    ];
    pages().into_iter().chain(more.map(str::to_owned)).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut anchors = BTreeMap::new();
    let mut links = 0;
    let mut broken = Vec::new();
    for document in documents() {
        for link in links_of(&read(&document)) {
            if link.contains("://") {
                continue;
            }
            links += 1;
            if let Err(why) = follow(&document, &link, &mut anchors) {
                broken.push(format!("{document}: {link}: {why}"));
            }
        }
    }
    assert!(links > 100, "only {links} links were found");
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn the_index_lists_every_page() {
    let index: BTreeSet<String> = links_of(&read("docs/README.md")).into_iter().collect();
    let missing: Vec<String> = pages()
        .into_iter()
        .filter_map(|page| page.strip_prefix("docs/").map(str::to_owned))
        .filter(|name| name != "README.md" && !index.contains(name))
        .collect();
    assert!(missing.is_empty(), "docs/README.md does not link to {missing:?}");
}

/// Every page is about a task: its first paragraph says what the reader wants to do.
#[test]
fn every_page_begins_with_what_the_reader_wants() {
    for page in pages().iter().filter(|page| !page.ends_with("README.md")) {
        let text = read(page);
        let mut lines = text.lines().filter(|line| !line.is_empty());
        let (title, first) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        assert!(
            title.starts_with("# "),
            "{page} begins with {title:?}, not with a title"
        );
        assert!(
            first.starts_with("You "),
            "{page} begins with {first:?}, not with what the reader wants"
        );
    }
}

fn follow(document: &str, link: &str, anchors: &mut BTreeMap<String, BTreeSet<String>>) -> Result<(), &'static str> {
    let (path, anchor) = link
        .split_once('#')
        .map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    let target = if path.is_empty() {
        document.to_owned()
    } else {
        let folder = Path::new(document).parent().unwrap_or(Path::new(""));
        normal(&folder.join(path))?
    };
    if !root().join(&target).exists() {
        return Err("no such file");
    }
    let Some(anchor) = anchor else {
        return Ok(());
    };
    if Path::new(&target).extension().is_none_or(|e| e != "md") {
        return Err("only Markdown has anchors");
    }
    let known = anchors
        .entry(target.clone())
        .or_insert_with(|| anchors_of(&read(&target)));
    if known.contains(anchor) {
        Ok(())
    } else {
        Err("no such heading")
    }
}

/// A path without `..`, which must not lead out of the project.
fn normal(path: &Path) -> Result<String, &'static str> {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir if out.pop() => {}
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            _ => return Err("leads out of the project"),
        }
    }
    Ok(out.display().to_string())
}

fn parser(text: &str) -> Parser<'_> {
    Parser::new_ext(text, Options::ENABLE_TABLES)
}

fn links_of(text: &str) -> Vec<String> {
    parser(text)
        .filter_map(|event| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => Some(dest_url.into_string()),
            _ => None,
        })
        .collect()
}

/// The anchors that GitHub gives to the headings of a document.
fn anchors_of(text: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in parser(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let anchor = anchor(&heading.take().unwrap_or_default());
                let numbered = (1..).map(|n| format!("{anchor}-{n}"));
                let free = std::iter::once(anchor.clone())
                    .chain(numbered)
                    .find(|a| !out.contains(a));
                out.extend(free);
            }
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    out
}

fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c),
            _ => None,
        })
        .collect()
}

#[test]
fn anchors_are_those_of_github() {
    let anchors = anchors_of("# A `b`, c\n\n## Don't: a-b_c\n\n## A b c\n\n## A b c\n");
    let expected = ["a-b-c", "dont-a-b_c", "a-b-c-1", "a-b-c-2"];
    assert_eq!(anchors, expected.map(str::to_owned).into());
}
