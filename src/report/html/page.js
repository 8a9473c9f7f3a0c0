// What every page does: copying, folds and paper.
(function () {
  // --- copying

  const choose = function (element) {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };
  document.querySelectorAll("[data-copy]").forEach(function (button) { button.hidden = false; });
  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    if (!button) { return; }
    const code = button.parentElement.querySelector("code");
    const loses = button.parentElement.classList.contains("losing");
    const done = loses ? "Copied: it loses data" : "Copied";
    const text = (loses ? "-- This loses data.\n" : "") + code.textContent;
    const say = function (word) {
      button.textContent = word;
      setTimeout(function () { button.textContent = "Copy"; }, 2000);
    };
    // Where a page may not write to the clipboard, the text is chosen for the keyboard.
    const otherwise = function () {
      choose(code);
      say(document.execCommand("copy") ? done : "Press Ctrl+C");
    };
    if (navigator.clipboard) {
      navigator.clipboard.writeText(text).then(function () { say(done); }, otherwise);
    } else {
      otherwise();
    }
  });

  // --- a link to a finding unfolds it, and paper has no folds

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
