// Forms with `data-kept` are kept on the server as they are typed (web/kept.py): soon after the
// last key, when the page is left, and again after a new login. One listener for all of them, so
// that parts which htmx puts in need nothing.

const PAUSE = 600;
const RETRY = 5000;
const LEAVING_BYTES = 60000; // what a browser still sends for a page that is gone
const LEFT_OUT = new Set(["password", "file", "submit", "button", "image", "reset"]);
const known = new WeakMap();
const touched = new Set();

function stateOf(form) {
  if (!known.has(form)) known.set(form, { timer: 0, sent: "", sending: false, again: false });
  return known.get(form);
}

function fieldsOf(form) {
  const found = {};
  for (const part of form.elements) {
    if (!part.name || part.name === "csrf" || LEFT_OUT.has(part.type) || "unkept" in part.dataset) continue;
    found[part.name] ??= [];
    if ((part.type === "checkbox" || part.type === "radio") && !part.checked) continue;
    if (part.type === "select-multiple") found[part.name].push(...[...part.selectedOptions].map((o) => o.value));
    else found[part.name].push(part.value);
  }
  return JSON.stringify(found);
}

function tokenOf(form) {
  const own = form.elements.namedItem("csrf");
  return own?.value ?? document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

function tell(form, text, link) {
  const place = form.querySelector("[data-kept-status]");
  if (!place) return;
  place.textContent = text;
  if (!link) return;
  const anchor = document.createElement("a");
  anchor.href = "/login";
  anchor.target = "_blank";
  anchor.textContent = link;
  place.append(" ", anchor);
}

function bodyOf(form, fields) {
  const body = new FormData(); // form encoding would make three of each Vietnamese letter's bytes
  body.set("key", form.dataset.kept);
  body.set("opened", form.dataset.keptOpened);
  body.set("seen", form.dataset.keptSeen);
  body.set("fields", fields);
  return body;
}

function post(form, body, keepalive) {
  const headers = { "X-CSRF-Token": tokenOf(form), Accept: "application/json" };
  return fetch("/kept-forms", { method: "POST", headers, body, keepalive });
}

async function keep(form) {
  const state = stateOf(form);
  clearTimeout(state.timer);
  const fields = fieldsOf(form);
  if (fields === state.sent || state.submitted) return;
  if (state.sending) {
    state.again = true;
    return;
  }
  state.sending = true;
  const words = form.querySelector("[data-kept-status]")?.dataset ?? {};
  try {
    const answer = await post(form, bodyOf(form, fields), false);
    if (answer.status === 401 || answer.status === 403) {
      state.ended = true;
      tell(form, words.ended ?? "", words.login);
    } else if (answer.status === 204) {
      state.sent = fields; // it was accepted meanwhile: there is nothing to keep
    } else {
      const told = await answer.json();
      if (answer.ok) {
        state.sent = fields;
        tell(form, `${words.saved ?? ""} ${told.at}`);
        form.dispatchEvent(new CustomEvent("kept", { bubbles: true, detail: told }));
      } else tell(form, told.said ?? "");
    }
  } catch {
    tell(form, words.offline ?? "");
    state.timer = setTimeout(() => keep(form), RETRY);
  } finally {
    state.sending = false;
    if (state.again) {
      state.again = false;
      keep(form);
    }
  }
}

function keepLeaving(form) {
  const state = stateOf(form);
  const fields = fieldsOf(form);
  if (fields === state.sent || state.submitted) return;
  const small = new Blob([fields]).size < LEAVING_BYTES;
  post(form, bodyOf(form, fields), small).then((answer) => {
    if (answer.ok) state.sent = fields;
  }, () => {});
}

function typed(event) {
  const form = event.target.closest?.("form[data-kept]");
  if (!form || "unkept" in event.target.dataset) return;
  touched.add(form);
  const state = stateOf(form);
  state.submitted = false;
  clearTimeout(state.timer);
  state.timer = setTimeout(() => keep(form), PAUSE);
}

function leaving() {
  for (const form of touched) if (form.isConnected) keepLeaving(form);
}

// After a login in another tab the page has the token of a session that is over.
async function comeBack() {
  for (const form of touched) {
    const state = stateOf(form);
    if (!state.ended || !form.isConnected) continue;
    const answer = await fetch("/kept-forms/pulse", { headers: { Accept: "application/json" } });
    if (!answer.ok) continue;
    const told = await answer.json();
    const words = form.querySelector("[data-kept-status]")?.dataset ?? {};
    if (told.person !== form.dataset.keptPerson) {
      tell(form, words.other ?? "");
      continue;
    }
    for (const field of document.querySelectorAll("input[name=csrf]")) field.value = told.csrf;
    const meta = document.querySelector("meta[name=csrf-token]");
    if (meta) meta.content = told.csrf;
    state.ended = false;
    state.sent = "";
    keep(form);
  }
}

document.addEventListener("input", typed);
document.addEventListener("change", typed);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-kept]") || event.defaultPrevented) return;
  const state = stateOf(form);
  if (state.ended) {
    // nothing would be taken: the page stays, with what was typed
    event.preventDefault();
    comeBack();
    return;
  }
  keepLeaving(form);
  clearTimeout(state.timer);
  state.submitted = true;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-kept]");
  if (form) stateOf(form).submitted = false;
});
document.addEventListener("visibilitychange", () => (document.hidden ? leaving() : comeBack()));
window.addEventListener("focus", comeBack);
window.addEventListener("pagehide", leaving);
window.addEventListener("pageshow", (event) => {
  // a page out of the browser's memory shows a form that was sent: the server knows better
  if (event.persisted && document.querySelector("form[data-kept]")) location.reload();
});
