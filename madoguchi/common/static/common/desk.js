// What was done is told where the focus is, so that somebody without a mouse goes on from there.
(() => {
  "use strict";
  const told = document.querySelector("main .banner:is([role=status], [role=alert])");
  if (!told || document.getElementById("error-summary")) return;
  told.tabIndex = -1;
  told.focus();
})();

// The folded part of the menu closes with Escape, and when the focus or a click goes elsewhere.
(() => {
  "use strict";
  const more = document.querySelector(".desk-more");
  if (!more) return;
  const shut = (event) => { if (!more.contains(event.target)) more.open = false; };
  addEventListener("focusin", shut);
  addEventListener("click", shut);
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    more.open = false;
    more.querySelector("summary").focus();
  });
})();

// Keys for lists of the desk: j and k walk the rows, / goes to the search, ? explains. Each person can switch them off.
(() => {
  "use strict";
  const help = document.getElementById("keys");
  if (!help) return;
  const KEY = "madoguchi-keys";
  const stored = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const store = (value) => { try { localStorage.setItem(KEY, value); } catch { /* kept for this page only */ } };
  const box = help.querySelector("input[type=checkbox]");
  box.checked = stored() !== "off";
  box.addEventListener("change", () => store(box.checked ? "on" : "off"));

  const opener = document.querySelector("[data-keys-help]");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());

  const walk = (step) => {
    const links = [...document.querySelectorAll("table[data-keys] tbody tr")].map((row) => row.querySelector("a")).filter(Boolean);
    const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
    const next = links[at < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(at + step, 0), links.length - 1)];
    next?.focus();
    next?.closest("tr").scrollIntoView({ block: "nearest" });
  };
  const search = () => document.querySelector("input[type=search]");
  const acts = { j: () => walk(1), k: () => walk(-1), "/": () => search()?.focus(), "?": () => help.showModal() };

  addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || help.open) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
