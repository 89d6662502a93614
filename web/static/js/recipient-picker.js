// <recipient-picker>: finds agencies of the catalogue as one types, adds them to the form, takes them
// away; groups add all their members. What is chosen is in the form's own hidden fields.

const PAUSE = 220;
const SHORTEST = 2;

class RecipientPicker extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector(".picked");
    this.search = this.querySelector("input[type=search]");
    this.place = this.querySelector(".found-place");
    this.told = this.querySelector("[data-count]");
    this.search.addEventListener("input", () => this.later());
    this.search.addEventListener("keydown", (event) => this.keyed(event));
    this.place.addEventListener("keydown", (event) => this.walked(event));
    this.addEventListener("click", (event) => this.clicked(event));
    if (!this.codes().size) {
      for (const button of this.querySelectorAll("[data-preset]")) this.addGroup(button);
    }
  }

  codes() {
    return new Set([...this.list.querySelectorAll("input")].map((each) => each.value));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.find(), PAUSE);
  }

  async find() {
    const text = this.search.value.trim();
    if (text.length < SHORTEST) {
      this.place.replaceChildren();
      return;
    }
    const asked = (this.asked = (this.asked ?? 0) + 1);
    const answer = await fetch(`/recipients/find?q=${encodeURIComponent(text)}`, {
      headers: { "HX-Request": "true" },
    });
    const part = await answer.text();
    if (asked !== this.asked || !answer.ok) return;
    const read = new DOMParser().parseFromString(part, "text/html");
    this.place.replaceChildren(...read.body.childNodes);
  }

  keyed(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      this.place.querySelector("button")?.click();
    } else if (event.key === "ArrowDown") {
      event.preventDefault();
      this.place.querySelector("button")?.focus();
    } else if (event.key === "Escape" && this.place.childElementCount) {
      event.stopPropagation();
      this.place.replaceChildren();
    }
  }

  walked(event) {
    const buttons = [...this.place.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    (buttons[at + step] ?? (step < 0 ? this.search : buttons[at])).focus();
  }

  clicked(event) {
    const removed = event.target.closest("[data-remove]");
    if (removed) {
      const line = removed.closest("li");
      const next = line.nextElementSibling ?? line.previousElementSibling;
      line.remove();
      (next?.querySelector("button") ?? this.search).focus();
      this.count();
      return;
    }
    const group = event.target.closest("[data-group]");
    if (group) this.addGroup(group);
    const found = event.target.closest("[data-code]");
    if (found) {
      this.add(found.dataset.code, found.dataset.called);
      this.search.value = "";
      this.place.replaceChildren();
      this.search.focus();
      this.count();
    }
  }

  addGroup(button) {
    const names = JSON.parse(button.dataset.names);
    JSON.parse(button.dataset.group).forEach((code, at) => this.add(code, names[at]));
    this.count();
  }

  add(code, called) {
    if (this.codes().has(code)) return;
    const line = this.querySelector("template").content.firstElementChild.cloneNode(true);
    const small = document.createElement("small");
    small.textContent = code;
    line.querySelector("span").append(`${called} `, small);
    line.querySelector("input").value = code;
    line.querySelector("button").setAttribute("aria-label", `Bỏ: ${called}`);
    this.list.append(line);
  }

  count() {
    this.told.textContent = `${this.list.children.length} nơi nhận`;
    this.list.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

customElements.define("recipient-picker", RecipientPicker);
