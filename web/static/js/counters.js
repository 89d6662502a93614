// The numbers beside the menu: asked for at load, again now and then, and when the server says so.

const PAUSE = 30000;

async function fill() {
  const places = document.querySelectorAll("[data-counter]");
  if (!places.length || document.hidden) return;
  try {
    const answer = await fetch("/counters", { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const counts = await answer.json();
    for (const place of places) {
      const count = counts[place.dataset.counter];
      place.hidden = !count || count === "0";
      place.textContent = count ?? "";
    }
  } catch {
    // the numbers stay as they are: the page itself says when the server is away
  }
}

export function installCounters() {
  fill();
  setInterval(fill, PAUSE);
  document.addEventListener("visibilitychange", fill);
  document.addEventListener("desk:changed", fill);
}
