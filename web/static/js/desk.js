// What every page of the desk has: form tokens for htmx, shortcuts, the menu, counters.
import "./pdf-view.js";
import { installKeys } from "./keys.js";
import { installCounters } from "./counters.js";
import { installDays } from "./days.js";
import "./kept-form.js";
import "./presence.js";

// read each time: after a login in another tab it is another one (kept-form.js)
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  event.detail.headers["X-CSRF-Token"] = token;
});

document.addEventListener("click", (event) => {
  const toggle = event.target.closest("[data-toggle]");
  if (toggle) {
    const shown = document.getElementById(toggle.dataset.toggle).classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(shown));
    return;
  }
  const opener = event.target.closest("[data-open]");
  if (opener) document.getElementById(opener.dataset.open)?.showModal();
  for (const open of document.querySelectorAll("details.person[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
});

// the two halves of a split page on a narrow screen
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-show]");
  if (!tab) return;
  tab.closest("[data-split], body").querySelector(".split").dataset.shown = tab.dataset.show;
  for (const each of tab.parentElement.querySelectorAll("[data-show]")) {
    each.setAttribute("aria-selected", String(each === tab));
  }
});

// a form is sent once: a second click while it travels does nothing
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.hasAttribute("hx-post")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

installKeys();
installCounters();
installDays();
