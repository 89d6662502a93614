// Lists by keyboard: j/k move, x picks, Shift+x picks a range, Enter and o open, Esc lets go.
// Without it checkboxes, links and buttons do the same.

const region = document.getElementById("list");
document.documentElement.classList.add("has-script");

const rows = () => [...region.querySelectorAll("[data-row]")];
const picks = () => [...region.querySelectorAll("[data-pick]")];
let last = null;

function typing(target) {
  if (target.matches?.("input[type=checkbox]")) return false;
  return Boolean(target.closest?.("input, textarea, select, [contenteditable], dialog"));
}

function at() {
  const row = document.activeElement?.closest?.("[data-row]") ?? region.querySelector("tr.at");
  return rows().indexOf(row);
}

function go(index) {
  const every = rows();
  const row = every[Math.max(0, Math.min(index, every.length - 1))];
  if (!row) return;
  for (const each of every) each.classList.toggle("at", each === row);
  (row.querySelector(".row-link") ?? row.querySelector("[data-pick]"))?.focus();
  row.scrollIntoView({ block: "nearest" });
}

function pick(box, state) {
  if (!box) return;
  box.checked = state;
  box.closest("tr").setAttribute("aria-selected", String(state));
}

function range(from, to, state) {
  const every = picks();
  const [first, end] = [every.indexOf(from), every.indexOf(to)].sort((one, other) => one - other);
  if (first < 0) return;
  for (const box of every.slice(first, end + 1)) pick(box, state);
}

function told() {
  const every = picks();
  const count = every.filter((box) => box.checked).length;
  const bar = region.querySelector("[data-bulk]");
  if (!bar) return;
  bar.classList.toggle("on", count > 0);
  bar.querySelector("[data-count]").textContent = String(count);
  const all = region.querySelector("[data-all]");
  all.checked = count > 0 && count === every.length;
  all.indeterminate = count > 0 && count < every.length;
}

region.addEventListener("click", (event) => {
  const box = event.target;
  if (!box.matches("[data-pick]")) return;
  if (event.shiftKey && last?.isConnected) range(last, box, box.checked);
  pick(box, box.checked);
  last = box;
  told();
});

region.addEventListener("change", (event) => {
  if (!event.target.matches("[data-all]")) return;
  for (const box of picks()) pick(box, event.target.checked);
  told();
});

// a file can be asked for again: the form is not spent by it
region.addEventListener("submit", (event) => {
  if (!event.submitter?.hasAttribute("data-again")) return;
  setTimeout(() => delete event.target.dataset.sent);
});

// a press of the mark beside the row is not a press of its link
document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  const here = at();
  const box = rows()[here]?.querySelector("[data-pick]");
  switch (event.key) {
    case "j":
      go(here + 1);
      break;
    case "k":
      go(Math.max(0, here - 1));
      break;
    case "x":
      pick(box, !box?.checked);
      last = box ?? last;
      told();
      break;
    case "X":
      if (!box) return;
      range(last?.isConnected ? last : box, box, true);
      told();
      break;
    case "o":
      rows()[here]?.querySelector(".row-link")?.click();
      break;
    case "Escape":
      for (const each of picks()) pick(each, false);
      told();
      return;
    default:
      return;
  }
  event.preventDefault();
});

// what is kept as a view is what the list shows now, whatever was filtered meanwhile
document.addEventListener("htmx:pushedIntoHistory", () => {
  const query = new URLSearchParams(location.search);
  for (const name of ["dong", "trang", "tu_so", "het"]) query.delete(name);
  for (const field of document.querySelectorAll("[data-query], input[name=query]")) field.value = query.toString();
});
document.addEventListener("htmx:afterSettle", told);
window.addEventListener("pageshow", told);
told();
