// Conveniences only: every page works without this file. Texts come from data- attributes, so they are translated.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);
  const make = (tag, attributes) => Object.assign(document.createElement(tag), attributes);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  const size = (bytes) => bytes < 999500 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1).replace(/\.0$/, "")} MB`;

  // A form is sent once: buttons rest after the press and wake when the page is shown again or no answer comes.
  const sending = new Set();
  const tell = (form, text) => {
    sending[text ? "add" : "delete"](form);
    for (const button of all("button", form)) text ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled");
    form.querySelector(".sending").textContent = text;
  };
  for (const form of all("form[data-once]")) {
    form.append(make("p", { className: "sending", role: "status" }));
    form.addEventListener("submit", (event) => {
      if (event.defaultPrevented || event.submitter?.formTarget === "_blank") return; // this page stays
      if (sending.has(form)) return event.preventDefault();
      tell(form, form.dataset.once);
      setTimeout(tell, 20000, form, "");
    });
  }
  addEventListener("pageshow", () => sending.forEach((form) => tell(form, "")));

  // A guarded form asks before what was typed is left behind.
  for (const form of all("form[data-guard]")) {
    let changed = false;
    form.addEventListener("input", () => { changed = true; });
    addEventListener("beforeunload", (event) => { if (changed && !sending.has(form)) event.preventDefault(); });
  }

  // How many characters are left, counted as the server counts them.
  for (const box of all("[data-count]")) {
    const told = byId(`${box.id}-count`);
    if (!told) continue;
    const limit = Number(box.dataset.count);
    let timer;
    const tell = () => {
      const left = limit - [...box.value].length;
      told.textContent = fill(left < 0 ? told.dataset.over : told.dataset.left, { n: Math.abs(left) });
      told.classList.toggle("over", left < 0);
    };
    told.setAttribute("aria-live", "polite");
    box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(tell, 500); });
    if (box.value) tell();
  }

  // Chosen files by name and size; one that is too big is put back before it is sent in vain.
  for (const input of all("input[type=file][data-max-bytes]")) {
    const told = make("ul", { className: "files chosen", hidden: true });
    const fault = make("p", { className: "error-text", hidden: true });
    fault.setAttribute("role", "alert");
    input.after(fault, told);
    input.addEventListener("change", () => {
      const { maxBytes, maxFiles, tooBig, tooMany } = input.dataset;
      const faults = [];
      let files = [...input.files].filter((file) => file.size <= Number(maxBytes) || !faults.push(fill(tooBig, { name: file.name })));
      if (files.length > Number(maxFiles)) {
        faults.push(tooMany);
        files = [];
      }
      if (faults.length) {
        const kept = new DataTransfer();
        files.forEach((file) => kept.items.add(file));
        input.files = kept.files;
      }
      fault.textContent = faults.join(" ");
      fault.hidden = !faults.length;
      told.replaceChildren(...files.map((file) => make("li", { textContent: `${file.name}（${size(file.size)}）` })));
      told.hidden = !files.length;
    });
  }

  const ask = async (address) => {
    try {
      const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "omit" });
      return answer.ok ? await answer.json() : {};
    } catch {
      return {};
    }
  };
  const offer = (input, choices) => {
    const id = `${input.id}-list`;
    const list = byId(id) ?? document.body.appendChild(make("datalist", { id }));
    list.replaceChildren(...choices.map((choice) => make("option", choice)));
    input.setAttribute("list", id);
  };
  // Never over what a person typed or is typing: only an empty box, or one that still holds what was put in before.
  const put = (input, value) => {
    if (!input || input.readOnly || input === document.activeElement || (input.value && input.value !== input.dataset.put)) return;
    input.value = input.dataset.put = value ?? "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };

  // Postal code → prefecture, city, town.
  for (const input of all("[data-postal]")) {
    const part = (name) => byId(`${input.dataset.postal}-${name}`);
    let asked = "";
    input.addEventListener("input", async () => {
      const code = input.value.normalize("NFKC").replace(/\D/g, "");
      if (code.length !== 7 || code === asked) return;
      asked = code;
      const { places = [] } = await ask(`/japan/postal/${code}.json`);
      if (!places.length || asked !== code) return;
      put(part("prefecture"), places[0].prefecture);
      put(part("city"), places[0].city);
      const town = part("town");
      if (!town) return;
      if (town.tagName === "INPUT") offer(town, places.map((place) => ({ value: place.town })));
      if (places.length === 1) put(town, places[0].town);
    });
  }

  // Suggestions for a text box (banks, branches, towns); a choice that has a code fills the code's box.
  for (const input of all("[data-suggest]")) {
    const { suggest, suggestWith, suggestCode } = input.dataset;
    const codes = new Map();
    let timer;
    const look = async () => {
      const query = new URLSearchParams({ q: input.value });
      if (suggestWith) query.set("with", byId(suggestWith)?.value ?? "");
      const { choices = [] } = await ask(`${suggest}?${query}`);
      choices.forEach((choice) => codes.set(choice.value, choice.code));
      offer(input, choices.map(({ value, label }) => ({ value, label: label ?? "" })));
    };
    input.addEventListener("input", () => {
      if (suggestCode && codes.has(input.value)) return put(byId(suggestCode), codes.get(input.value));
      clearTimeout(timer);
      timer = setTimeout(look, 200);
    });
  }
})();
