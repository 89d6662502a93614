// The numbers beside the menu: asked for at load, when the server says that something changed, and
// now and then for the case that its word got lost. A window that nobody sees does not listen.

const PAUSE = 60000;
const CALM = 3000;
let stream;
let last = 0;
let waiting;

async function fill() {
  const places = document.querySelectorAll("[data-counter]");
  if (!places.length || document.hidden) return;
  last = Date.now();
  try {
    const answer = await fetch("/counters", { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const counts = await answer.json();
    for (const place of places) {
      const count = counts[place.dataset.counter];
      place.hidden = !count || String(count) === "0";
      place.textContent = count ?? "";
    }
  } catch {
    // the numbers stay as they are: the page itself says when the server is away
  }
}

function soon() {
  clearTimeout(waiting);
  waiting = setTimeout(fill, Math.max(0, last + CALM - Date.now()));
}

function tell() {
  const place = document.getElementById("said");
  if (!place) return;
  const line = document.createElement("p");
  line.className = "said";
  const link = document.createElement("a");
  link.href = "/notices";
  link.textContent = document.documentElement.lang === "en" ? "You have a new notice" : "Có thông báo mới";
  line.append(link);
  place.replaceChildren(line);
}

function listen() {
  if (document.hidden || !document.querySelector("[data-counter]")) {
    stream?.close();
    stream = undefined;
    return;
  }
  if (stream) return;
  stream = new EventSource("/notices/stream");
  stream.addEventListener("changed", () => {
    soon();
    document.dispatchEvent(new CustomEvent("desk:news"));
  });
  stream.addEventListener("notice", () => {
    soon();
    tell();
  });
}

export function installCounters() {
  fill();
  listen();
  setInterval(fill, PAUSE);
  document.addEventListener("visibilitychange", () => {
    listen();
    fill();
  });
  document.addEventListener("desk:changed", soon);
  window.addEventListener("pagehide", () => {
    stream?.close();
    stream = undefined;
  });
  window.addEventListener("pageshow", listen);
}
