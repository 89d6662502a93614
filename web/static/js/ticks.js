// A pile with boxes to tick: all at once, a range with Shift, how many; buttons that need one.

for (const form of document.querySelectorAll("[data-ticks]")) {
  const boxes = [...form.querySelectorAll("input[name=item]")];
  const all = form.querySelector("[data-tick-all]");
  let last = null;

  const show = () => {
    const count = boxes.filter((box) => box.checked).length;
    for (const place of form.querySelectorAll("[data-tick-count]")) {
      place.textContent = count ? `(${count})` : "";
    }
    for (const button of form.querySelectorAll("[data-needs-tick]")) button.disabled = !count;
    for (const box of boxes) box.closest("tr")?.setAttribute("aria-selected", String(box.checked));
    if (all) {
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    }
  };

  form.addEventListener("click", (event) => {
    const box = event.target.closest("input[name=item]");
    if (!box) return;
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      for (const each of boxes.slice(from, to + 1)) each.checked = box.checked;
    }
    last = box;
  });
  form.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes) box.checked = all.checked;
    show();
  });
  window.addEventListener("pageshow", show);
  show();
}
