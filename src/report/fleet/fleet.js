
"use strict";
// Without this script the page is whole; only the filter, the buttons and the copying are not there.
(function () {
  const rows = Array.from(document.querySelectorAll(".members tbody tr"), function (row) {
    return { row: row, status: row.dataset.s, groups: (row.dataset.g || "").split(" "), text: null, labels: null };
  });
  const form = document.querySelector(".filter");
  const input = document.getElementById("filter-text");
  const status = document.getElementById("filter-status");
  const group = document.getElementById("filter-group");
  const labels = Array.from(form.querySelectorAll("[data-label]"));
  const shown = form.querySelector(".shown");

  const textOf = function (entry) {
    if (entry.text === null) { entry.text = entry.row.textContent.toLowerCase(); }
    return entry.text;
  };
  const labelsOf = function (entry) {
    if (entry.labels === null) {
      entry.labels = Array.from(entry.row.querySelectorAll(".label"), function (label) { return label.textContent; });
    }
    return entry.labels;
  };

  const filter = function () {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = labels.filter(function (select) { return select.value; }).map(function (select) {
      return select.dataset.label + select.value;
    });
    let count = 0;
    rows.forEach(function (entry) {
      const fits = (!status.value || entry.status === status.value)
        && (!group || !group.value || entry.groups.includes(group.value))
        && wanted.every(function (label) { return labelsOf(entry).includes(label); })
        && words.every(function (word) { return textOf(entry).includes(word); });
      count += fits ? 1 : 0;
      if (entry.row.hidden === fits) { entry.row.hidden = !fits; }
    });
    const of = function (number) { return number.toLocaleString("en"); };
    const noun = rows.length === 1 ? " target" : " targets";
    shown.textContent = count === rows.length ? of(count) + noun : of(count) + " of " + of(rows.length) + noun + " shown";
  };

  let waiting = 0;
  input.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(filter, 120);
  });
  form.addEventListener("change", filter);
  form.addEventListener("submit", function (event) { event.preventDefault(); filter(); });
  form.addEventListener("reset", function () { setTimeout(filter); });
  const more = form.querySelector("[data-more]");
  more.addEventListener("click", function () {
    const isOpen = form.classList.toggle("more");
    more.setAttribute("aria-expanded", String(isOpen));
    more.textContent = isOpen ? "Less" : "More";
  });
  form.hidden = false;
  filter();

  // --- a group shows its targets in the list

  document.querySelectorAll("[data-group], [data-copy]").forEach(function (button) { button.hidden = false; });
  document.addEventListener("click", function (event) {
    const ofGroup = event.target.closest("[data-group]");
    if (ofGroup) {
      form.reset();
      group.value = ofGroup.dataset.group;
      setTimeout(function () {
        group.value = ofGroup.dataset.group;
        filter();
        const heading = document.getElementById("targets");
        heading.scrollIntoView();
        heading.focus();
      });
      return;
    }
    const button = event.target.closest("[data-copy]");
    if (!button) { return; }
    const code = button.parentElement.querySelector("code");
    const say = function (word) {
      button.textContent = word;
      setTimeout(function () { button.textContent = "Copy"; }, 2000);
    };
    // Where a page may not write to the clipboard, the text is chosen for the keyboard.
    const otherwise = function () {
      const range = document.createRange();
      range.selectNodeContents(code);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      say(document.execCommand("copy") ? "Copied" : "Press Ctrl+C");
    };
    if (navigator.clipboard) {
      navigator.clipboard.writeText(code.textContent).then(function () { say("Copied"); }, otherwise);
    } else {
      otherwise();
    }
  });

  // --- a link to a group unfolds it, and paper has no folds

  const unfold = function () {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.matches("details")) { target.open = true; }
  };
  addEventListener("hashchange", unfold);
  unfold();
  let folded = [];
  addEventListener("beforeprint", function () {
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    folded.forEach(function (details) { details.open = true; });
  });
  addEventListener("afterprint", function () {
    folded.forEach(function (details) { details.open = false; });
    folded = [];
  });
})();
