//! Names and values that attack the page.

use driftgate::finding::About;
use driftgate::hint::Hint;
use driftgate::report::format::Format;
use driftgate::value::Value;
use serde_json::json;

use super::super::browser::Browser;
use super::super::plain;
use super::super::sample::{Sample, nothing, well};
use super::{page, whole, written};

/// The sample in which every text from outside tries to close whatever contains it.
fn hostile() -> Sample {
    const END: &str = "x</h4></summary></details></bdi></code></pre></title></style></script></textarea></svg>--><!--]]>\
                       '\"><svg onload=alert(1)><img src=x onerror='alert(2)'>\u{202e}\u{2066}<script>alert(3)</script>\u{5d0}\u{5d1}";
    let mut hostile = whole();
    let report = &mut hostile.report;
    for target in &mut report.targets {
        for text in [&mut target.database, &mut target.host, &mut target.name] {
            text.push_str(END);
        }
        for check in &mut target.checks.findings {
            if let About::Object { id, .. } = &mut check.about {
                *id = id.prefix(1).child(&format!("{}{END}", id.last()));
            }
            check.message.push_str(END);
            (check.detail, check.reason) = (Some(END.into()), Some(END.into()));
            check.hint = Some(Hint::Sql(format!("DROP TABLE \"{END}; CREATE {END}; {END}")));
            check.expected = Value::from(json!([END, "a"]));
            check.actual = Value::from(json!({END: END, "b": 1}));
            if let Some(accepted) = &mut check.mark.accepted {
                (accepted.reason, accepted.owner) = (Some(END.into()), Some(END.into()));
            }
        }
    }
    if let Some(compared) = &mut report.targets[0].compared {
        compared.resolved[0].message.push_str(END);
    }
    if let Some(comparison) = &mut report.comparison {
        comparison.not_checked.push(END.into());
    }
    if let Some(history) = &mut report.history {
        history.folder.push_str(END);
        history.runs[0].file.push_str(END);
    }
    hostile
}

/// The elements that a page may have.
const ELEMENTS: &str = "A B BDI BODY BR BUTTON CODE DD DEL DETAILS DIV DL DT FIGCAPTION FIGURE FOOTER FORM H1 H2 H3 H4 \
                        HEAD HEADER HTML INPUT INS LABEL LI MAIN META NAV OPTION P PRE SCRIPT SECTION SELECT SMALL SPAN STYLE \
                        SUMMARY TABLE TBODY TD TFOOT TH THEAD TIME TITLE TR UL G LINE RECT SVG";

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn hostile_names_run_nothing_and_request_nothing() {
    let mut browser = Browser::start();
    let samples = [
        ("hostile", hostile()),
        ("whole", whole()),
        ("well", well()),
        ("nothing", nothing()),
    ];
    for (name, sample) in samples {
        browser.open(&page(name, &sample));
        assert_eq!(browser.incidents(), Vec::<String>::new(), "{name}");
        let elements = browser.value(
            "[Array.from(new Set(Array.from(document.querySelectorAll('*'), e => e.tagName.toUpperCase()))), \
             document.scripts.length, document.querySelectorAll('style').length, \
             Array.from(document.querySelectorAll('*')).flatMap(e => e.getAttributeNames()).filter(a => /^on|^style$|^src/.test(a)), \
             Array.from(document.querySelectorAll('[href]'), a => a.getAttribute('href')).filter(a => !a.startsWith('#')), \
             new Set(Array.from(document.querySelectorAll('[id]'), e => e.id)).size - document.querySelectorAll('[id]').length]",
        );
        for element in elements[0].as_array().expect("elements") {
            let element = element.as_str().expect("a name");
            assert!(ELEMENTS.split(' ').any(|known| known == element), "{name}: {element}");
        }
        assert_eq!(
            elements.as_array().expect("a list")[1..],
            [json!(1), json!(1), json!([]), json!([]), json!(0)],
            "{name}"
        );
    }
}

/// If something were not escaped, the page's own policy would still block it, and the tests would detect it.
#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn the_policy_blocks_what_is_not_escaped() {
    let mut browser = Browser::start();
    for attack in [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "<style>*{display:none}</style>",
        "<img src=https://evil.example/x>",
        "<iframe src=https://evil.example/></iframe>",
        "<link rel=stylesheet href=https://evil.example/x.css>",
        "<p style='position:fixed'>",
    ] {
        let text = plain(Format::Html, &whole()).replacen("<main>", &format!("<main>{attack}"), 1);
        browser.open(&written("attacked", &text));
        assert!(!browser.incidents().is_empty(), "{attack}: not detected");
        assert_eq!(browser.effects(), Vec::<String>::new(), "{attack}");
        assert_eq!(
            browser.value("getComputedStyle(document.querySelector('main')).display"),
            "block"
        );
    }
}
