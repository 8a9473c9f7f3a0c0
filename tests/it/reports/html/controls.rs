//! The filter and the buttons, also with ten thousand findings.

use std::time::{Duration, Instant};

use driftgate::finding::{About, Check, Report, Status};
use driftgate::hint::Hint;
use driftgate::object_id::ObjectId;
use driftgate::report::format::Format;
use serde_json::json;

use super::super::browser::Browser;
use super::super::plain;
use super::super::sample::{Sample, check, place, sample, well};
use super::{page, whole, written};

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

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn the_filter_shows_matching_findings() {
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
        json!([2, 1, "2 of 10 findings shown"])
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
fn what_loses_data_is_marked_and_says_so_when_it_is_copied() {
    const DROP: &str = "ALTER TABLE public.clients DROP COLUMN fax;";
    let mut sample = well();
    let place = place(sample.files.add("e.yaml".into(), "driftgate: 1\n".into()), 1, 1);
    let advised = |name: &str, hint: Hint| {
        let mut check = check(Status::Drift, "column", name, place);
        check.hint = Some(hint);
        check
    };
    let role = Hint::advice_with_sql("the role may not see it", "GRANT USAGE ON SCHEMA app TO reader;");
    let mut unknown = advised("app.a.b", role);
    unknown.status = Status::Unknown;
    sample.report.targets[0].checks.findings = vec![
        advised("public.clients.fax", Hint::sql(DROP)),
        advised(
            "public.clients.email",
            Hint::sql("ALTER TABLE public.clients ADD COLUMN email text;"),
        ),
        unknown,
    ];
    let mut browser = Browser::start();
    browser.open(&page("losing", &sample));
    let marked = browser.value(
        "Array.from(document.querySelectorAll('.sql')).map(sql => [sql.textContent.replace('Copy', ''), \
         sql.parentElement.textContent.includes('This loses data.'), \
         getComputedStyle(sql.querySelector('pre')).borderTopWidth !== '0px'])",
    );
    assert_eq!(
        marked,
        json!([
            [DROP, true, true],
            ["ALTER TABLE public.clients ADD COLUMN email text;", false, false],
            ["GRANT USAGE ON SCHEMA app TO reader;", false, false],
        ])
    );
    let copied = browser.value(
        "(async () => { const all = []; let copied; navigator.clipboard.writeText = async text => { copied = text; }; \
         for (const button of document.querySelectorAll('[data-copy]')) { button.click(); \
           await new Promise(done => setTimeout(done, 50)); all.push([copied, button.textContent]); } return all; })()",
    );
    assert_eq!(
        copied,
        json!([
            [format!("-- This loses data.\n{DROP}"), "Copied: it loses data"],
            ["ALTER TABLE public.clients ADD COLUMN email text;", "Copied"],
            ["GRANT USAGE ON SCHEMA app TO reader;", "Copied"],
        ])
    );
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
