// Directing: stock phrases go into the box, abbreviations become words, a way opens where it is.
import { installPickers } from "./who-picker.js";

function put(box, words) {
  const before = box.value.replace(/\s+$/, "");
  const start = before ? `${before} ` : "";
  box.value = start + words;
  const slot = /\{[^{}]+\}/.exec(box.value.slice(start.length));
  if (!slot) box.setSelectionRange(box.value.length, box.value.length);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("click", (event) => {
  const chip = event.target.closest("[data-phrase]");
  if (chip) {
    put(document.getElementById(chip.dataset.into ?? "opinion"), chip.dataset.phrase);
    return;
  }
  const day = event.target.closest("[data-put]");
  if (day) {
    document.getElementById(day.dataset.put).value = day.dataset.value;
    return;
  }
  const way = event.target.closest("[data-way]");
  if (!way) return;
  const target = document.getElementById(way.dataset.way);
  if (!target) return;
  event.preventDefault();
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView({ block: "center" });
  (target.querySelector("textarea, select") ?? target).focus();
});

// `ubt ` becomes «Ủy ban nhân dân tỉnh ». Never while Telex or VNI composes a letter.
document.addEventListener("input", (event) => {
  const box = event.target;
  if (!box.dataset?.short || event.isComposing || !/^[\s.,;:]$/.test(event.data ?? "")) return;
  const known = JSON.parse(box.dataset.short);
  const caret = box.selectionStart;
  const found = /([\p{L}\p{N}]{1,20})([\s.,;:])$/u.exec(box.value.slice(0, caret));
  const words = found && Object.hasOwn(known, found[1].toLowerCase()) ? known[found[1].toLowerCase()] : "";
  if (words) box.setRangeText(words + found[2], caret - found[0].length, caret, "end");
});

// another day typed goes before the chips; a chip tapped empties the box
document.addEventListener("change", (event) => {
  const form = event.target.closest("form");
  if (event.target.name === "due_in" && event.target.value && form?.elements.due) form.elements.due.value = "";
});

installPickers();
