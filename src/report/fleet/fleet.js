
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

  document.querySelectorAll("[data-group]").forEach(function (button) { button.hidden = false; });
  document.addEventListener("click", function (event) {
    const ofGroup = event.target.closest("[data-group]");
    if (!ofGroup) { return; }
    form.reset();
    group.value = ofGroup.dataset.group;
    setTimeout(function () {
      group.value = ofGroup.dataset.group;
      filter();
      const heading = document.getElementById("targets");
      heading.scrollIntoView();
      heading.focus();
    });
  });
})();
