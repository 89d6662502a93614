// Shortcuts. Never while somebody types (but keys with Ctrl, Alt or F1…F12), never while Telex or
// VNI composes a letter.

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

function named(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && event.key.length > 1) parts.push("Shift");
  const key = { ArrowDown: "↓", ArrowUp: "↑" }[event.key] ?? event.key;
  parts.push(key.length === 1 && parts.length ? key.toUpperCase() : key);
  return parts.join(" ");
}

function press(target) {
  if (target.matches("input, textarea, select")) target.focus();
  else target.click();
}

function openCommands() {
  const dialog = document.getElementById("commands");
  const list = document.getElementById("commands-list");
  const box = document.getElementById("commands-q");
  const fold = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase();
  const entries = [...document.querySelectorAll(".menu a, .person-menu a")];
  const show = () => {
    const wanted = fold(box.value);
    list.replaceChildren();
    for (const entry of entries) {
      const label = entry.querySelector("span")?.textContent ?? entry.textContent;
      if (!fold(label).includes(wanted)) continue;
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = entry.getAttribute("href");
      link.textContent = label.trim();
      item.append(link);
      list.append(item);
    }
  };
  box.oninput = show;
  box.onkeydown = (event) => {
    if (event.key === "Enter" && !event.isComposing) list.querySelector("a")?.click();
    if (event.key === "ArrowDown") list.querySelector("a")?.focus();
  };
  box.value = "";
  show();
  dialog.showModal();
  box.focus();
}

export function installKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.defaultPrevented) return;
    const key = named(event);
    const free = !typing(event.target);
    const control = event.ctrlKey || event.altKey || event.metaKey || /^F\d+$/.test(event.key);
    if (!free && !control) return;
    if (key === "Ctrl K") {
      event.preventDefault();
      openCommands();
    } else if (key === "?") {
      document.getElementById("keys")?.showModal();
    } else if (/^Alt [1-9]$/.test(key)) {
      event.preventDefault();
      document.querySelectorAll(".menu a")[Number(key.slice(4)) - 1]?.click();
    } else {
      const target = [...document.querySelectorAll("[data-key]")].find(
        (each) => each.dataset.key.split("|").includes(key) && each.offsetParent !== null && !each.disabled,
      );
      if (!target) return;
      event.preventDefault();
      press(target);
    }
  });
}
