
"use strict";
// Without this script the page is whole; only the filter, the buttons and the copying are not there.
(function () {
  const all = Array.from(document.querySelectorAll(".finding"));
  const groups = Array.from(document.querySelectorAll(".group"));
  const holders = Array.from(document.querySelectorAll(".part, .object, .like"));
  const form = document.querySelector(".filter");

  // --- the filter

  if (form) {
    const input = document.getElementById("filter-text");
    const selects = Array.from(form.querySelectorAll("select"));
    const shown = form.querySelector(".shown");
    const parts = Array.from(document.querySelectorAll(".part"), function (part) {
      return { part: part, isMany: Boolean(part.closest(".many")), findings: Array.from(part.querySelectorAll(".finding")).filter(function (finding) {
        return finding.closest(".part") === part;
      }).map(function (finding) {
        return { finding: finding, properties: Object.assign({}, finding.dataset), text: null };
      }) };
    });

    const textOf = function (entry) {
      entry.text = entry.text || entry.finding.textContent.toLowerCase();
      return entry.text;
    };
    // Who goes to the filter is about to write: the texts are made ready meanwhile, some at a time.
    let ready = 0;
    const prepare = function () {
      if (ready < parts.length) {
        parts[ready].findings.forEach(textOf);
        ready += 1;
        setTimeout(prepare);
      }
    };
    input.addEventListener("focus", prepare, { once: true });

    const filter = function () {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = selects.filter(function (select) { return select.value; }).map(function (select) {
        return [select.dataset.property, select.value];
      });
      let count = 0;
      parts.forEach(function (part) {
        const before = count;
        part.findings.forEach(function (entry) {
          let fits = wanted.every(function (pair) { return entry.properties[pair[0]] === pair[1]; });
          if (fits && words.length) {
            const text = textOf(entry);
            fits = words.every(function (word) { return text.includes(word); });
          }
          count += fits ? 1 : 0;
          entry.finding.hidden = !fits;
        });
        // How high it is taken to be while it is not looked at.
        if (part.isMany) { part.part.style.containIntrinsicHeight = "auto " + 3 * (count - before) + "rem"; }
      });
      // What holds no finding that is shown is hidden, from the outside to the inside.
      holders.concat(groups).forEach(function (holder) {
        holder.hidden = !holder.querySelector(".finding:not([hidden])");
      });
      const noun = all.length === 1 ? " finding" : " findings";
      const of = function (number) { return number.toLocaleString("en"); };
      shown.textContent = words.length || wanted.length
        ? of(count) + " of " + of(all.length) + noun + " shown"
        : of(all.length) + noun;
    };

    let waiting = 0;
    input.addEventListener("input", function () {
      clearTimeout(waiting);
      waiting = setTimeout(filter, 120);
    });
    form.addEventListener("change", filter);
    form.addEventListener("submit", function (event) { event.preventDefault(); filter(); });
    form.addEventListener("reset", function () { setTimeout(filter); });
    form.querySelectorAll("[data-fold]").forEach(function (button) {
      button.addEventListener("click", function () {
        all.forEach(function (finding) { finding.open = button.dataset.fold === "open"; });
      });
    });
    // On a narrow screen the choices are behind a button.
    const more = form.querySelector("[data-more]");
    more.addEventListener("click", function () {
      const isOpen = form.classList.toggle("more");
      more.setAttribute("aria-expanded", String(isOpen));
      more.textContent = isOpen ? "Less" : "More";
    });
    form.hidden = false;
    // A browser may keep what was written here when the page is loaded again.
    filter();
  }
})();
