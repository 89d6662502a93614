// Buttons that show another file in the page's viewer: what was read before, an attachment.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-pdf-src]");
  const view = document.querySelector("pdf-view");
  if (!button || !view) return;
  view.setAttribute("src", button.dataset.pdfSrc);
  for (const each of document.querySelectorAll("[data-pdf-src]")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
  const tab = document.querySelector("[data-show=pdf]");
  if (tab?.offsetParent) tab.click();
});
