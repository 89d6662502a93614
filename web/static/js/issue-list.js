// The list of what waits to be issued: tick all, and say how many are ticked.

const form = document.getElementById("many");
const told = document.getElementById("ticked");
const boxes = () => [...(form?.querySelectorAll("input[name=item]") ?? [])];

function tell() {
  const count = boxes().filter((box) => box.checked).length;
  if (told) told.textContent = count ? `Đã chọn ${count} văn bản` : "";
  const all = form?.querySelector("[data-all]");
  if (all) {
    all.checked = count > 0 && count === boxes().length;
    all.indeterminate = count > 0 && count < boxes().length;
  }
}

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of boxes()) box.checked = event.target.checked;
  }
  tell();
});
window.addEventListener("pageshow", tell);
