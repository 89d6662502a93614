// The files of a document: a link with data-file shows its PDF in the viewer beside it, without a
// reload; with the Ctrl key, or without scripts, it opens the file itself.

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-file]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const view = document.querySelector(".split-pdf pdf-view");
  if (!view) return;
  event.preventDefault();
  view.dataset.name = link.dataset.name ?? "";
  view.setAttribute("src", link.getAttribute("href"));
  for (const each of document.querySelectorAll("a[data-file]")) {
    if (each === link) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
  const split = view.closest(".split");
  if (split) split.dataset.shown = "pdf";
  const told = document.getElementById("file-told");
  if (told) told.textContent = link.dataset.name ?? "";
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
