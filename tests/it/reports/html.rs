//! The page is opened in a real browser: it is read, filtered, printed and attacked there.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use driftgate::finding::coverage::{Coverage, KindCoverage, Unmentioned};
use driftgate::finding::report_history::{ReportHistory, RunTotals};
use driftgate::finding::{About, Check, FoundHistory, Report};
use driftgate::hint::Hint;
use driftgate::object_id::ObjectId;
use driftgate::report::format::Format;
use driftgate::value::Value;
use serde_json::{Value as Json, json};

use super::browser::Browser;
use super::plain;
use super::sample::{HOSTILE, Sample, TIMING, marked, nothing, sample, well};
use crate::run::Driftgate;
use crate::server::server;

/// The sample with everything that a page can have.
pub fn whole() -> Sample {
    let mut whole = marked();
    whole.report.targets[0].coverage = Some(coverage());
    whole.report.targets[0].pending = vec!["20260101_<b>".into(), "20260102_b".into()];
    whole.report.targets[0].histories = vec![FoundHistory {
        tool: "prisma",
        table: "public._prisma_migrations<b>".into(),
    }];
    whole.report.history = Some(history());
    whole
}

fn coverage() -> Coverage {
    let kind = |kind, many: &str, mentioned, objects| KindCoverage {
        kind,
        many: many.to_owned(),
        mentioned,
        objects,
    };
    let object = |kind, many: &str, object: &str, name: &str, parent, contains| Unmentioned {
        kind,
        many: many.to_owned(),
        object: object.to_owned(),
        name: name.to_owned(),
        parent,
        contains,
    };
    let clients = || Some(("table", "public.clients".to_owned()));
    Coverage {
        kinds: vec![kind("table", "tables", 12, 40), kind("column", "columns", 80, 333)],
        unmentioned: vec![
            object(
                "table",
                "tables",
                &format!("public.{HOSTILE}"),
                HOSTILE,
                None,
                vec![("column", "columns".to_owned(), 5)],
            ),
            object("column", "columns", "public.clients.fax", "fax", clients(), Vec::new()),
            object(
                "column",
                "columns",
                "public.clients.telex",
                "telex",
                clients(),
                Vec::new(),
            ),
        ],
    }
}

fn history() -> ReportHistory {
    let drift = [2, 2, 3, 7, 12, 0, 0, 1, 1, 4, 5, 6, 6, 3];
    let run = |(i, drift): (usize, usize)| RunTotals {
        began: TIMING
            .began
            .saturating_sub(Duration::from_hours(24 * (14 - u64::try_from(i).expect("small")))),
        file: format!("run-{i}{}.json", if i == 3 { HOSTILE } else { "" }),
        drift,
        unknown: usize::from(i % 5 == 1),
        warnings: i % 3,
        known: 1,
        failed: usize::from(i == 5),
    };
    ReportHistory {
        folder: "reports".into(),
        runs: drift.into_iter().enumerate().map(run).collect(),
        earlier: 200,
        others: 1,
    }
}

/// So many findings of several kinds.
fn large(findings: usize) -> Sample {
    let mut large = sample();
    let models: Vec<Check> = large.report.targets[0]
        .checks
        .findings
        .iter()
        .filter(|check| !check.about.name().contains('<') && check.about.name().len() < 100)
        .cloned()
        .collect();
    let target = &mut large.report.targets[0];
    target.checks.findings = models.iter().cycle().take(findings).cloned().collect();
    for (i, check) in target.checks.findings.iter_mut().enumerate() {
        if let About::Object { id, .. } = &mut check.about {
            let mut parts: Vec<String> = id.parts().iter().map(ToString::to_string).collect();
            parts[1] = format!("t{i}_{}", parts[1]);
            *id = ObjectId::new(parts);
        }
        check.message = check.message.replace("public.", &format!("public.t{i}_"));
    }
    large.report = Report::new(large.report.targets);
    large
}

/// Writes a page to a file.
fn written(name: &str, page: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).expect("a folder for pages");
    let path = folder.join(format!("{name}.html"));
    std::fs::write(&path, page).expect("a page");
    path
}

fn page(name: &str, sample: &Sample) -> PathBuf {
    written(name, &plain(Format::Html, sample))
}

/// A page of a run in a database with a folder of reports: those of the run before, with these times, databases and
/// findings of drift.
fn page_of_run(reports: &[(&str, &str, &str, u64)]) -> (String, String) {
    let db = server().database("create table clients (id int)");
    let driftgate = Driftgate::new()
        .env("DATABASE_URL", db.url())
        .file("expectations/shop.yaml", "driftgate: 1\ntables: {orders: present}\n");
    let model = driftgate.run(["check", "--format", "json"]).stdout;
    let mut model: Json = serde_json::from_str(&model).expect("a report");
    assert_eq!(model["targets"][0]["summary"]["drift"], 1);
    for (name, time, database, drift) in reports {
        model["generated_at"] = json!(time);
        model["targets"][0]["database"] = json!(database);
        model["targets"][0]["summary"]["drift"] = json!(drift);
        driftgate.folder().write(&format!("reports/{name}"), &model.to_string());
    }
    driftgate.folder().write("reports/notes.txt", "no report");
    let run = driftgate.run(["check", "--history", "reports", "-o", "html=page.html"]);
    let page = driftgate.folder().read("page.html").unwrap_or_default();
    (page, run.stderr)
}

#[test]
fn the_history_has_the_reports_of_a_folder_by_time() {
    let (page, said) = page_of_run(&[
        ("a.json", "2026-11-03T00:00:00Z", "env:DATABASE_URL", 33),
        ("b.json", "2026-11-01T00:00:00Z", "env:DATABASE_URL", 11),
        ("c.json", "2026-11-02T00:00:00Z", "env:DATABASE_URL", 22),
        ("d.json", "2026-11-02T00:00:00Z", "env:OTHER_URL", 44),
    ]);
    assert_eq!(said, "");
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} in {page}"));
    assert!(at("2026-11-01 00:00 UTC: 11 drift") < at("2026-11-02 00:00 UTC: 22 drift"));
    assert!(at("2026-11-02 00:00 UTC: 22 drift") < at("2026-11-03 00:00 UTC: 33 drift"));
    assert!(page.contains("less than the 33 of the run before; the most in the 3 runs before was 33"));
    assert!(page.contains("without 1 report that speaks of other databases"));
    assert!(!page.contains("44 drift"));
    assert!(page.contains("The numbers of 4 runs"));
}

#[test]
fn the_first_run_has_no_history_yet_and_the_sixty_first_has_enough() {
    let (page, said) = page_of_run(&[("a.json", "2026-11-03T00:00:00Z", "env:OTHER_URL", 1)]);
    assert_eq!(said, "");
    assert!(page.contains("there is no earlier report to compare with yet"));
    assert!(!page.contains("<svg"));
    let names: Vec<(String, String)> = (0..65)
        .map(|i| {
            (
                format!("{i}.json"),
                format!("2026-11-03T00:{:02}:{:02}Z", i / 60, i % 60),
            )
        })
        .collect();
    let reports: Vec<_> = names
        .iter()
        .map(|(name, time)| (name.as_str(), time.as_str(), "env:DATABASE_URL", 1))
        .collect();
    let (page, _) = page_of_run(&reports);
    assert!(page.contains("The numbers of 61 runs"));
    assert!(page.contains("without 5 runs further back"));
    assert!(!page.contains(">4.json<") && page.contains(">5.json<"));
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn the_filter_shows_what_is_asked_for() {
    let mut browser = Browser::start();
    browser.open(&page("filter", &whole()));
    let mut shown = |set: &str| {
        let script = format!(
            "(async () => {{ const set = (id, value) => {{ const e = document.getElementById('filter-' + id); e.value = value; \
             e.dispatchEvent(new Event(id === 'text' ? 'input' : 'change', {{bubbles: true}})); }}; {set}; \
             await new Promise(done => setTimeout(done, 300)); \
             return [document.querySelectorAll('.finding:not([hidden])').length, \
             Array.from(document.querySelectorAll('.group')).filter(g => g.getClientRects().length).length, \
             document.querySelector('.shown').textContent]; }})()"
        );
        browser.value(&script)
    };
    assert_eq!(shown(""), json!([10, 2, "10 findings"]));
    assert_eq!(shown("set('kind', 'column')"), json!([2, 1, "2 of 10 findings shown"]));
    assert_eq!(
        shown("set('status', 'unknown')"),
        json!([1, 1, "1 of 10 findings shown"])
    );
    assert_eq!(shown("set('level', 'warn')"), json!([0, 0, "0 of 10 findings shown"]));
    assert_eq!(
        shown("document.querySelector('.filter [type=reset]').click()"),
        json!([10, 2, "10 findings"])
    );
    assert_eq!(shown("set('level', 'warn')"), json!([1, 1, "1 of 10 findings shown"]));
    assert_eq!(
        shown("set('level', ''); set('since', 'still there')"),
        json!([2, 1, "2 of 10 findings shown"])
    );
    assert_eq!(
        shown("set('since', ''); set('status', 'known')"),
        json!([1, 1, "1 of 10 findings shown"])
    );
    assert_eq!(
        shown("set('status', ''); set('text', 'CLIENT_ORDERS  shop.yaml:20')"),
        json!([1, 1, "1 of 10 findings shown"])
    );
    assert_eq!(
        shown("set('text', '<script>alert')"),
        json!([1, 1, "1 of 10 findings shown"])
    );
    assert_eq!(
        shown("set('text', 'nothing has this')"),
        json!([0, 0, "0 of 10 findings shown"])
    );
    assert_eq!(shown("set('text', '')"), json!([10, 2, "10 findings"]));
    assert_eq!(browser.incidents(), Vec::<String>::new());
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn the_buttons_unfold_fold_and_copy() {
    let mut browser = Browser::start();
    browser.open(&page("buttons", &whole()));
    let open = "document.querySelectorAll('.finding[open]').length";
    assert_eq!(browser.value(open), 9, "what is known is folded");
    browser.value("document.querySelector('[data-fold=\"\"]').click()");
    assert_eq!(browser.value(open), 0);
    browser.value(
        "location.hash = document.querySelectorAll('.finding')[3].id; new Promise(done => setTimeout(done, 50))",
    );
    assert_eq!(browser.value(open), 1, "a link to a finding unfolds it");
    browser.value("document.querySelector('[data-fold=open]').click()");
    assert_eq!(browser.value(open), 10);
    let copied = browser.value(
        "(async () => { let copied; navigator.clipboard.writeText = async text => { copied = text; }; \
         const button = Array.from(document.querySelectorAll('[data-copy]')).find(b => b.parentElement.textContent.includes('email')); \
         button.click(); await new Promise(done => setTimeout(done, 50)); return [copied, button.textContent]; })()",
    );
    assert_eq!(
        copied,
        json!(["ALTER TABLE public.clients ADD COLUMN email text;", "Copied"])
    );
    let chosen = browser.value(
        "(async () => { navigator.clipboard.writeText = async () => { throw new Error('not allowed'); }; \
         document.querySelector('[data-copy]').click(); await new Promise(done => setTimeout(done, 50)); \
         return getSelection().toString().length > 0; })()",
    );
    assert_eq!(chosen, true);
    assert_eq!(browser.incidents(), Vec::<String>::new());
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn ten_thousand_findings_are_usable() {
    let sample = large(10_000);
    let columns = sample.report.targets[0]
        .findings()
        .filter(|check| check.about.category().word() == "column")
        .count();
    let text = plain(Format::Html, &sample);
    assert!(text.len() < 24_000_000, "{} bytes", text.len());
    let path = written("large", &text);
    let mut browser = Browser::start();
    browser.show(1280, "light", "");
    let start = Instant::now();
    browser.open(&path);
    let loaded = start.elapsed();
    // What a click costs until the page is laid out anew; the least of some, as the machine does other things, too.
    let cost = |browser: &mut Browser, what: &str| {
        let script = format!(
            "(() => {{ const input = document.getElementById('filter-text'), kind = document.getElementById('filter-kind'); \
             let least = Infinity, most = 0; for (let i = 0; i < 5; i++) {{ const start = performance.now(); {what}; \
             kind.dispatchEvent(new Event('change', {{bubbles: true}})); document.body.getBoundingClientRect(); \
             const cost = performance.now() - start; least = Math.min(least, cost); most = Math.max(most, cost); }} \
             return [least, document.querySelectorAll('.finding:not([hidden])').length, most]; }})()"
        );
        let answer = browser.value(&script);
        println!("{what}: {} to {} ms", answer[0], answer[2]);
        (answer[0].as_f64().expect("a time"), answer[1].clone())
    };
    let (by_kind, found) = cost(&mut browser, "kind.value = i % 2 ? '' : 'column'");
    assert_eq!(found, columns);
    // As somebody does who is about to write.
    browser.value("document.getElementById('filter-text').focus(); new Promise(done => setTimeout(done, 1000))");
    let (by_text, found) = cost(&mut browser, "kind.value = ''; input.value = i % 2 ? '' : 't4242_'");
    assert_eq!(found, 1);
    let (back, found) = cost(&mut browser, "input.value = ''");
    assert_eq!(found, 10_000);
    let unfolded = browser.value(
        "(() => { const start = performance.now(); document.querySelector('[data-fold=open]').click(); \
         document.body.getBoundingClientRect(); return performance.now() - start; })()",
    );
    println!("loaded in {loaded:?}, unfolded in {unfolded} ms");
    assert!(loaded < Duration::from_secs(30), "loaded in {loaded:?}");
    for cost in [by_kind, by_text, back] {
        assert!(cost < 200.0, "{cost} ms");
    }
    assert_eq!(browser.incidents(), Vec::<String>::new());
}

/// The sample in which every text from outside wants to end whatever it is in.
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
fn names_from_a_database_do_nothing_and_nothing_is_asked_of_others() {
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

/// Were something not escaped, the page's own policy would still keep it from doing anything; and the tests would see it.
#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn what_is_not_escaped_is_seen_and_is_kept_from_acting() {
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
        assert!(!browser.incidents().is_empty(), "{attack}: nobody has seen it");
        assert_eq!(browser.effects(), Vec::<String>::new(), "{attack}");
        assert_eq!(
            browser.value("getComputedStyle(document.querySelector('main')).display"),
            "block"
        );
    }
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn without_scripts_only_the_filter_is_gone() {
    let mut browser = Browser::start();
    browser.send("Emulation.setScriptExecutionDisabled", &json!({"value": true}));
    browser.open(&page("no-scripts", &whole()));
    let seen = browser.value(
        "[document.querySelector('.filter').getClientRects().length, \
         Array.from(document.querySelectorAll('button')).filter(b => b.getClientRects().length).length, \
         Array.from(document.querySelectorAll('.finding')).filter(f => f.getClientRects().length).length, \
         document.querySelectorAll('.finding[open] .values').length > 0]",
    );
    assert_eq!(seen, json!([0, 0, 10, true]));
}

/// The texts that are too faint to be read on what is behind them, after the rules of the WCAG.
const FAINT: &str = "(() => {
  const rgb = text => { const c = document.createElement('canvas').getContext('2d'); c.fillStyle = text; c.fillRect(0, 0, 1, 1); return Array.from(c.getImageData(0, 0, 1, 1).data); };
  const light = c => c.slice(0, 3).map(v => v / 255).map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((s, v, i) => s + v * [0.2126, 0.7152, 0.0722][i], 0);
  const seen = new Map(), faint = [];
  for (const e of document.querySelectorAll('body *')) {
    if (!Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim()) || !e.getClientRects().length) continue;
    if (e.matches('script, title, .skip')) continue;
    let behind = e, back;
    do { back = getComputedStyle(behind).backgroundColor; behind = behind.parentElement; } while (behind && /rgba\\(.*, 0\\)$/.test(back));
    const key = getComputedStyle(e).color + ' on ' + back;
    if (!seen.has(key)) { const [a, b] = [light(rgb(getComputedStyle(e).color)), light(rgb(back))].sort((x, y) => y - x); seen.set(key, (a + 0.05) / (b + 0.05)); }
    if (seen.get(key) < 4.5) faint.push(e.tagName + '.' + e.className + ': ' + key + ': ' + seen.get(key).toFixed(2));
  }
  return [seen.size, Array.from(new Set(faint))];
})()";

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn it_is_read_in_light_and_dark_on_any_screen() {
    let mut browser = Browser::start();
    let path = page("screens", &whole());
    for scheme in ["light", "dark"] {
        for width in [360, 800, 1280] {
            browser.show(width, scheme, "");
            browser.open(&path);
            browser.value("document.querySelectorAll('details').forEach(d => { d.open = true; })");
            let wide = browser.value(
                "Array.from(document.querySelectorAll('body *')).filter(e => e.getBoundingClientRect().right > innerWidth + 1 && \
                 !e.closest('.wide')).map(e => e.tagName + '.' + e.className)",
            );
            assert_eq!(wide, json!([]), "{scheme} {width}: wider than the screen");
            let fits = browser.value("document.documentElement.scrollWidth <= innerWidth");
            assert_eq!(fits, true, "{scheme} {width}");
            let faint = browser.value(FAINT);
            assert!(faint[0].as_u64() > Some(10), "{faint}");
            assert_eq!(faint[1], json!([]), "{scheme} {width}");
        }
    }
    let back = "getComputedStyle(document.body).backgroundColor";
    assert_eq!(browser.value(back), "rgb(17, 20, 24)");
    browser.show(1280, "light", "");
    assert_eq!(browser.value(back), "rgb(245, 246, 248)");
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn on_paper_everything_is_unfolded_and_there_are_no_controls() {
    let mut browser = Browser::start();
    browser.open(&page("paper", &whole()));
    browser.value("document.querySelectorAll('details').forEach(d => { d.open = false; })");
    browser.show(800, "light", "print");
    let seen = browser.value(
        "[Array.from(document.querySelectorAll('nav, form, button, input, select')).filter(e => e.getClientRects().length).length, \
         Array.from(document.querySelectorAll('.finding')).filter(f => f.querySelector('dl').getBoundingClientRect().height < 10 || \
         f.getBoundingClientRect().height <= f.querySelector('dl').getBoundingClientRect().height).length, \
         Array.from(document.querySelectorAll('details')).filter(d => !d.open && d.getBoundingClientRect().height < 30).length]",
    );
    assert_eq!(seen, json!([0, 0, 0]));
    browser.show(800, "light", "");
    // Where a browser does not know that rule, the script unfolds.
    let opened = "[document.querySelectorAll('details[open]').length, document.querySelectorAll('details').length]";
    browser.value("dispatchEvent(new Event('beforeprint'))");
    let answer = browser.value(opened);
    assert_eq!(answer[0], answer[1]);
    browser.value("dispatchEvent(new Event('afterprint'))");
    assert_eq!(browser.value(opened)[0], 0);
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn a_screen_reader_finds_its_way() {
    let mut browser = Browser::start();
    browser.open(&page("reader", &whole()));
    let tree = browser.send("Accessibility.getFullAXTree", &json!({}));
    let nodes: Vec<(&str, &str, &Json)> = tree["nodes"]
        .as_array()
        .expect("nodes")
        .iter()
        .filter(|node| node["ignored"] == false)
        .map(|node| {
            let text = |of: &'static str| node[of]["value"].as_str().unwrap_or_default();
            (text("role"), text("name"), node)
        })
        .collect();
    let names = |wanted: &str| -> Vec<&str> {
        let of_role = nodes.iter().filter(|(role, ..)| *role == wanted);
        of_role.map(|(_, name, _)| *name).collect()
    };
    for landmark in ["banner", "navigation", "main", "search", "contentinfo"] {
        assert_eq!(names(landmark).len(), 1, "{landmark}");
    }
    let parts = [
        "Databases",
        "Findings",
        "What has changed",
        "History",
        "Baseline",
        "Coverage",
        "Not compared",
    ];
    let regions = names("region");
    for part in parts {
        assert!(regions.contains(&part), "{part} in {regions:?}");
    }
    assert_eq!(names("searchbox"), ["Text"]);
    assert_eq!(names("combobox"), ["Kind", "Level", "Status", "Compared"]);
    assert_eq!(names("status").len(), 1);
    for role in [
        "link",
        "button",
        "columnheader",
        "rowheader",
        "DisclosureTriangle",
        "heading",
        "region",
        "image",
    ] {
        let names = names(role);
        assert!(!names.is_empty(), "{role}");
        assert!(names.iter().all(|name| !name.is_empty()), "{role}: {names:?}");
    }
    // No level of headings is left out.
    let levels = browser.value("Array.from(document.querySelectorAll('h1,h2,h3,h4'), h => +h.tagName[1])");
    let levels: Vec<u64> = levels
        .as_array()
        .expect("levels")
        .iter()
        .filter_map(Json::as_u64)
        .collect();
    assert_eq!((levels[0], levels.iter().filter(|level| **level == 1).count()), (1, 1));
    assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn the_keyboard_reaches_everything() {
    let mut browser = Browser::start();
    browser.show(1280, "light", "");
    browser.open(&page("keyboard", &whole()));
    browser.press("Tab");
    let focus = "(() => { const e = document.activeElement; const box = e.getBoundingClientRect(); return [e.tagName, e.textContent.slice(0, 40), \
                 getComputedStyle(e).outlineStyle, box.left >= 0 && box.width > 0]; })()";
    assert_eq!(
        browser.value(focus),
        json!(["A", "Skip to the findings", "solid", true])
    );
    browser.press("Enter");
    browser.press("Tab");
    assert_eq!(browser.value("document.activeElement.id"), "filter-text");
    let mut reached = Vec::new();
    for _ in 0..200 {
        browser.press("Tab");
        let at = browser.value(focus);
        if at[0] == "BODY" {
            break;
        }
        assert!(at[2] == "solid" && at[3] == true, "the focus is not seen: {at}");
        reached.push(at[0].as_str().unwrap_or_default().to_owned());
    }
    let count = |tag: &str| reached.iter().filter(|at| *at == tag).count();
    assert_eq!(count("SELECT"), 4);
    let summaries = browser.value("document.querySelectorAll('summary').length");
    assert_eq!(Some(count("SUMMARY") as u64), summaries.as_u64());
    browser.value("document.querySelector('.finding summary').focus()");
    let open = "document.querySelector('.finding').open";
    assert_eq!(browser.value(open), true);
    browser.press("Enter");
    assert_eq!(browser.value(open), false);
}
