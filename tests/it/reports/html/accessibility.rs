//! The page on any screen, on paper, without scripts, by keyboard and in a screen reader.

use serde_json::{Value as Json, json};

use super::super::browser::Browser;
use super::super::sample::sample;
use super::{page, whole};

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn without_scripts_only_the_filter_is_missing() {
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
fn the_page_is_readable_in_light_and_dark_on_any_screen() {
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
fn a_phone_shows_the_first_finding_at_once() {
    let mut browser = Browser::start();
    browser.show(390, "light", "");
    browser.open(&page("phone", &sample()));
    let first = browser.value("document.querySelector('.finding').getBoundingClientRect().top");
    assert!(first.as_f64() < Some(700.0), "{first}");
    // The choices of the filter are behind a button.
    let choices =
        "Array.from(document.querySelectorAll('.filter select')).filter(e => e.getClientRects().length).length";
    assert_eq!(browser.value(choices), 0);
    browser.value("document.querySelector('[data-more]').click()");
    assert!(browser.value(choices).as_u64() > Some(2));
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn what_was_found_is_marked_and_what_is_expected_is_not() {
    let mut browser = Browser::start();
    for scheme in ["light", "dark"] {
        browser.show(1280, scheme, "");
        browser.open(&page("marked", &whole()));
        let backgrounds = browser.value(
            "(() => { const cell = tag => getComputedStyle(document.querySelector('.finding.drift ' + tag).parentElement).backgroundColor; \
             const soft = name => { const e = document.createElement('p'); e.style.background = 'var(--' + name + ')'; document.body.append(e); \
             return getComputedStyle(e).backgroundColor; }; \
             return [cell('del') === soft('known-soft'), cell('ins') === soft('drift-soft')]; })()",
        );
        assert_eq!(backgrounds, json!([true, true]), "{scheme}");
    }
}

#[test]
#[ignore = "not run: needs Chromium; see docs/development.md"]
fn in_print_everything_is_unfolded_without_controls() {
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

/// There is one heading of the first level, and no level is left out.
fn assert_headings(browser: &mut Browser) {
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
    assert_headings(&mut browser);
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
    // What is in something folded is reached once that is unfolded. The link at the beginning has skipped what has changed,
    // which comes before the findings.
    let summaries = browser.value(
        "Array.from(document.querySelectorAll('summary')).filter(summary => \
         !summary.parentElement.parentElement.closest('details:not([open])') && \
         document.getElementById('filter-text').compareDocumentPosition(summary) & Node.DOCUMENT_POSITION_FOLLOWING).length",
    );
    assert_eq!(Some(count("SUMMARY") as u64), summaries.as_u64());
    browser.value("document.querySelector('.finding summary').focus()");
    let open = "document.querySelector('.finding').open";
    assert_eq!(browser.value(open), true);
    browser.press("Enter");
    assert_eq!(browser.value(open), false);
}
