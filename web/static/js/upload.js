// Files that are dropped or chosen, each sent by itself, with a line of its own in the answer.
// Without scripts the form sends them all at once.

function token() {
  return document.querySelector("meta[name=csrf-token]")?.content ?? "";
}

async function send(form, file, line) {
  const body = new FormData();
  body.set("channel", form.elements.channel.value);
  body.append("files", file);
  const headers = { "X-CSRF-Token": token(), "HX-Request": "true" };
  try {
    const answer = await fetch(form.action, { method: "POST", headers, body });
    const text = await answer.text();
    const told = new DOMParser().parseFromString(text, "text/html").querySelector("li, .fault");
    if (!told) throw new Error(String(answer.status));
    if (told.matches("li")) line.replaceWith(document.adoptNode(told));
    else {
      line.className = "brought-bad";
      line.textContent = `${file.name}: ${told.querySelector(".fault-what")?.textContent ?? answer.status}`;
    }
  } catch {
    line.className = "brought-bad";
    line.textContent = `${file.name}: ${form.dataset.failed ?? "không gửi được"}`;
  }
}

async function sendAll(form, files) {
  const list = form.parentElement.querySelector("[data-brought]");
  const waiting = [...files].slice(0, Number(form.dataset.most)).map((file) => {
    const line = document.createElement("li");
    line.textContent = `${file.name}: đang gửi…`;
    list.append(line);
    return [file, line];
  });
  // one after the other: each is looked at by the server before it answers
  for (const [file, line] of waiting) await send(form, file, line);
  form.reset();
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  const drop = form.querySelector("[data-drop]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    sendAll(form, form.elements.files.files);
  });
  for (const kind of ["dragenter", "dragover"]) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    sendAll(form, event.dataTransfer.files);
  });
}
