// Says every 20 seconds that a document is open, or is being changed, and shows who else is there
// (web/pages/presence.py). A place: <div data-presence="ID" data-version="N">.

const BEAT = 20000;
const TYPING = 40000; // how long after the last key somebody is still changing it
let typedAt = 0;

function place() {
  return document.querySelector("[data-presence]");
}

function send(path, values, keepalive) {
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  const headers = { "X-CSRF-Token": token, "HX-Request": "true", "X-Background": "1" };
  return fetch(path, { method: "POST", headers, body: new URLSearchParams(values), keepalive });
}

async function beat() {
  const here = place();
  if (!here) return;
  const editing = typedAt && Date.now() - typedAt < TYPING ? "1" : "";
  const path = `/presence/${encodeURIComponent(here.dataset.presence)}`;
  try {
    const answer = await send(path, { editing, version: here.dataset.version ?? "-1" }, false);
    if (!answer.ok) return;
    const text = (await answer.text()).trim();
    if (text !== here.dataset.shown) {
      here.dataset.shown = text;
      here.innerHTML = text;
    }
  } catch {
    // the next beat tries again; what is typed is kept by kept-form.js, which tells
  }
}

document.addEventListener("input", (event) => {
  if (!event.target.closest?.("form[data-kept]")) return;
  const first = Date.now() - typedAt > TYPING;
  typedAt = Date.now();
  if (first) beat();
});
window.addEventListener("pagehide", () => {
  const here = place();
  if (here) send(`/presence/${encodeURIComponent(here.dataset.presence)}/leave`, {}, true).catch(() => {});
});
window.addEventListener("pageshow", (event) => event.persisted && beat());
setInterval(beat, BEAT);
beat();
