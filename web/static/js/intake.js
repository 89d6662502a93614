// The page of an entry: agencies as one types, deadlines by a chip, the next step's own fields, and
// the cursor where something is still to be said.
import "./split.js";

const PAUSE = 150;

class Agencies {
  constructor(field) {
    this.field = field;
    this.box = field.querySelector("input[name=sender]");
    this.code = field.querySelector("[data-code]");
    this.list = field.querySelector("[role=listbox]");
    this.at = -1;
    this.turn = 0;
    for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", this.list.id]]) {
      this.box.setAttribute(name, value);
    }
    this.box.addEventListener("input", () => {
      this.code.value = "";
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), PAUSE);
    });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("focus", () => this.box.value || this.ask());
    this.box.addEventListener("blur", () => setTimeout(() => this.close(), PAUSE));
    this.list.addEventListener("pointerdown", (event) => {
      const item = event.target.closest("[role=option]");
      event.preventDefault();
      if (item) this.take([...this.list.children].indexOf(item));
    });
  }

  async ask() {
    const turn = (this.turn += 1);
    let hits = [];
    try {
      const answer = await fetch(`/intake/agencies/found?q=${encodeURIComponent(this.box.value)}`, { headers: { Accept: "application/json" } });
      if (answer.ok) hits = await answer.json();
    } catch {
      return; // the name is taken as it is typed
    }
    if (turn !== this.turn || document.activeElement !== this.box) return;
    this.hits = hits;
    this.list.replaceChildren(...hits.map((hit, place) => this.option(hit, place)));
    this.list.hidden = !hits.length;
    this.box.setAttribute("aria-expanded", String(Boolean(hits.length)));
    this.mark(-1);
  }

  option(hit, place) {
    const item = document.createElement("li");
    item.id = `agency-${place}`;
    item.setAttribute("role", "option");
    const above = document.createElement("small");
    above.textContent = hit.above;
    item.append(hit.name, above);
    return item;
  }

  mark(at) {
    this.at = at;
    [...this.list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === at)));
    if (at < 0) this.box.removeAttribute("aria-activedescendant");
    else {
      this.box.setAttribute("aria-activedescendant", `agency-${at}`);
      this.list.children[at].scrollIntoView({ block: "nearest" });
    }
  }

  key(event) {
    const many = this.list.hidden ? 0 : this.list.children.length;
    if (event.isComposing || event.ctrlKey || event.altKey) return;
    if (event.key === "ArrowDown" && !many) this.ask();
    else if (event.key === "ArrowDown") this.mark((this.at + 1) % many);
    else if (event.key === "ArrowUp" && many) this.mark((this.at - 1 + many) % many);
    else if (event.key === "Enter" && many) this.take(Math.max(0, this.at));
    else if (event.key === "Tab" && this.at >= 0) return this.take(this.at);
    else if (event.key === "Escape" && many) this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  take(place) {
    const hit = this.hits[place];
    this.box.value = hit.name;
    this.code.value = hit.code;
    this.close();
    this.box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    this.list.hidden = true;
    this.at = -1;
    this.box.setAttribute("aria-expanded", "false");
  }
}

for (const field of document.querySelectorAll("[data-agency]")) new Agencies(field);

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-fill]");
  if (!chip) return;
  const field = document.getElementById(chip.dataset.fill);
  field.value = chip.dataset.value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

const entry = document.getElementById("entry");
const steps = () => {
  const now = entry.elements.then.value;
  for (const part of entry.querySelectorAll("[data-then]")) part.hidden = !part.dataset.then.split(" ").includes(now);
};
if (entry) {
  steps();
  entry.addEventListener("change", steps);
  if (document.activeElement === document.body) {
    const wanting = [...entry.querySelectorAll("[aria-invalid=true], input[required], textarea[required]")];
    const first = wanting.find((field) => field.matches("[aria-invalid=true]")) ?? wanting.find((field) => !field.value);
    (first ?? entry.querySelector(".button-main")).focus({ preventScroll: true });
  }
}
