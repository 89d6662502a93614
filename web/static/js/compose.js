// The composer: a look at what is typed, the form's part of the type, faults beside fields, groups.
import { installPickers } from "./who-picker.js";

const form = document.getElementById("draft-form");
const preview = document.getElementById("draft-preview");
const token = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

installPickers();

// a look: printed by the server from what was kept; the place in it stays
form?.addEventListener("kept", (event) => {
  const view = preview.querySelector("[data-live] pdf-view");
  if (!view || "off" in preview.dataset) return;
  const pane = view.querySelector(".pdf-pages");
  const at = pane?.scrollTop ?? 0;
  view.addEventListener("pdf-shown", () => {
    view.querySelector(".pdf-pages").scrollTop = at;
  }, { once: true });
  view.setAttribute("src", `/drafts/preview?key=${encodeURIComponent(form.dataset.kept)}&at=${encodeURIComponent(event.detail.at + Date.now())}`);
});

// another type, or another way: the part of the form that depends on it
form?.addEventListener("change", async (event) => {
  if (event.target.name !== "type" && event.target.name !== "way") return;
  const body = new FormData(form);
  body.delete("file");
  body.delete("attach");
  const answer = await fetch("/drafts/content", { method: "POST", headers: { "X-CSRF-Token": token(), "HX-Request": "true" }, body });
  if (!answer.ok) return;
  const place = document.getElementById("draft-content");
  place.innerHTML = await answer.text();
  const composes = place.firstElementChild.dataset.composes === "1";
  preview.toggleAttribute("data-off", !composes);
  preview.querySelector("[data-live]").hidden = !composes;
  preview.querySelector("[data-file]").hidden = composes;
  form.dispatchEvent(new Event("input", { bubbles: true }));
});

// what would be refused is told beside the field too
document.getElementById("draft-faults")?.addEventListener("htmx:afterSwap", (event) => {
  for (const each of form.querySelectorAll("[data-told]")) {
    each.removeAttribute("aria-invalid");
    delete each.dataset.told;
  }
  for (const each of event.currentTarget.querySelectorAll("[data-fault]")) {
    const field = form.querySelector(`#f-${CSS.escape(each.dataset.fault)}, #d-${CSS.escape(each.dataset.fault)}`);
    if (!field) continue;
    field.setAttribute("aria-invalid", "true");
    field.dataset.told = "1";
  }
});

// a saved group of recipients
form?.addEventListener("click", (event) => {
  const button = event.target.closest("[data-group]");
  if (!button) return;
  const root = form.querySelector("[data-who=recipients]");
  const place = root.querySelector(".who-chosen");
  const there = new Set([...place.querySelectorAll("input")].map((each) => each.value));
  const names = JSON.parse(button.dataset.names);
  JSON.parse(button.dataset.group).forEach((code, index) => {
    if (there.has(code)) return;
    const chip = document.createElement("span");
    chip.className = "chip chip-now";
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: "recipients", value: code });
    const drop = Object.assign(document.createElement("button"), { type: "button", className: "who-drop", textContent: "×" });
    drop.setAttribute("aria-label", `${root.dataset.drop} ${names[index]}`);
    chip.append(names[index], field, drop);
    place.append(chip);
  });
  root.dispatchEvent(new Event("change", { bubbles: true }));
});
