// A picker of units and people (parts/who.html): a few letters, a list, chosen ones as chips.
// Keys: ↓ ↑ move, Enter takes, Esc closes, Backspace in the empty box drops the last.

const PAUSE = 120;

function chosen(root) {
  return [...root.querySelectorAll(".who-chosen input")].map((each) => each.value);
}

function addChip(root, id, name) {
  const place = root.querySelector(".who-chosen");
  if (!("many" in root.dataset)) place.replaceChildren();
  const chip = document.createElement("span");
  chip.className = "chip chip-now";
  chip.append(name);
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: root.dataset.who, value: id });
  const drop = document.createElement("button");
  Object.assign(drop, { type: "button", className: "who-drop", textContent: "×" });
  drop.setAttribute("aria-label", `${root.dataset.drop} ${name}`);
  chip.append(field, drop);
  place.append(chip);
}

function changed(root) {
  root.dispatchEvent(new Event("change", { bubbles: true }));
}

function install(root) {
  const box = root.querySelector(".who-box input");
  const list = root.querySelector("[role=listbox]");
  let at = -1;
  let asked = 0;
  let timer = 0;
  let wanted = false; // Enter was pressed before the answer came
  for (const [name, value] of [["role", "combobox"], ["aria-expanded", "false"], ["aria-controls", list.id], ["aria-autocomplete", "list"]]) box.setAttribute(name, value);

  function close() {
    list.hidden = true;
    at = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  }

  function mark(next) {
    const options = [...list.querySelectorAll("[role=option]")];
    if (!options.length) return;
    at = (next + options.length) % options.length;
    options.forEach((option, place) => option.setAttribute("aria-selected", String(place === at)));
    box.setAttribute("aria-activedescendant", options[at].id);
    options[at].scrollIntoView({ block: "nearest" });
  }

  function take(option) {
    addChip(root, option.dataset.id, option.dataset.name);
    box.value = "";
    close();
    changed(root);
    box.focus();
  }

  function show(found) {
    list.replaceChildren();
    const there = new Set(chosen(root));
    found.filter((each) => !there.has(each.id)).forEach((each, place) => {
      const option = document.createElement("li");
      Object.assign(option, { id: `${list.id}-${place}` });
      option.setAttribute("role", "option");
      Object.assign(option.dataset, { id: each.id, name: each.name });
      option.append(each.name);
      if (each.told) {
        const told = document.createElement("small");
        told.textContent = each.told;
        option.append(told);
      }
      list.append(option);
    });
    if (!list.children.length) {
      const none = document.createElement("li");
      none.textContent = root.dataset.none;
      list.append(none);
    }
    list.hidden = false;
    box.setAttribute("aria-expanded", "true");
    if (box.value.trim()) mark(0);
    const first = list.querySelector("[role=option]");
    if (wanted && first && box.value.trim()) take(first);
    wanted = false;
  }

  async function ask() {
    const turn = ++asked;
    try {
      const answer = await fetch(`${root.dataset.url ?? "/direct/who"}?q=${encodeURIComponent(box.value.trim())}`, { headers: { Accept: "application/json" } });
      if (answer.ok && turn === asked && document.activeElement === box) show(await answer.json());
    } catch {
      close();
    }
  }

  box.addEventListener("input", () => {
    clearTimeout(timer);
    asked += 1; // an answer to fewer letters is not shown
    wanted = false;
    close();
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) ask();
      else mark(at + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !list.hidden && at >= 0) {
      event.preventDefault();
      take(list.querySelectorAll("[role=option]")[at]);
    } else if (event.key === "Enter" && box.value.trim()) {
      event.preventDefault(); // a form is not sent by choosing
      wanted = true;
      clearTimeout(timer);
      ask();
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && !box.value) {
      root.querySelector(".who-chosen > :last-child")?.remove();
      changed(root);
    }
  });
  box.addEventListener("focus", () => { if (!box.value) ask(); });
  box.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
  root.addEventListener("click", (event) => {
    const drop = event.target.closest(".who-drop");
    if (!drop) return;
    drop.closest(".chip").remove();
    changed(root);
    box.focus();
  });
}

export function installPickers(within = document) {
  for (const root of within.querySelectorAll("[data-who]")) install(root);
}
