// The bar between a document and its form: dragged, or moved with ← and → while it has the focus.
// Where it stands is remembered for each kind of page.

const STEP = 4;
const LEAST = 25;
const MOST = 72;

function install(split) {
  const key = `split:${split.dataset.resize}`;
  const bar = document.createElement("div");
  bar.className = "split-handle";
  bar.tabIndex = 0;
  bar.setAttribute("role", "separator");
  bar.setAttribute("aria-orientation", "vertical");
  bar.setAttribute("aria-label", "Bề rộng phần văn bản");
  bar.setAttribute("aria-valuemin", LEAST);
  bar.setAttribute("aria-valuemax", MOST);
  const put = (share) => {
    const now = Math.min(MOST, Math.max(LEAST, Math.round(share)));
    split.style.setProperty("--split", `${now}%`);
    bar.setAttribute("aria-valuenow", now);
    return now;
  };
  const keep = (share) => localStorage.setItem(key, String(share));
  split.children[0].after(bar);
  bar.setAttribute("aria-valuenow", 52);
  const kept = Number(localStorage.getItem(key));
  if (kept) put(kept);
  bar.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!move) return;
    event.preventDefault();
    keep(put(Number(bar.getAttribute("aria-valuenow")) + move));
  });
  bar.addEventListener("pointerdown", (event) => {
    bar.setPointerCapture(event.pointerId);
    const box = split.getBoundingClientRect();
    const move = (moved) => put(((moved.clientX - box.left) / box.width) * 100);
    bar.addEventListener("pointermove", move);
    bar.addEventListener("pointerup", (up) => {
      bar.removeEventListener("pointermove", move);
      keep(move(up));
    }, { once: true });
  });
}

for (const split of document.querySelectorAll(".split[data-resize]")) install(split);
