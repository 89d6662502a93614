// <pdf-view src="…">: the pages of a PDF, drawn by pdf.js as they come into sight, with their text
// over them to select and to search. Keys while it has the focus: + − 0 (zoom), PageUp, PageDown.

const BASE = new URL("../vendor/pdfjs-5.6.205/", import.meta.url).href;
const EAGER = "800px";
let library;

function pdfjs() {
  library ??= import(`${BASE}pdf.min.mjs`).then((loaded) => {
    loaded.GlobalWorkerOptions.workerSrc = `${BASE}pdf.worker.min.mjs`;
    return loaded;
  });
  return library;
}

class PdfView extends HTMLElement {
  static observedAttributes = ["src"];

  connectedCallback() {
    this.zoom ??= 1;
    if (!this.isDrawn) this.draw();
  }

  attributeChangedCallback(name, before, now) {
    if (before !== null && before !== now && this.isConnected) this.draw();
  }

  disconnectedCallback() {
    this.watch?.disconnect();
    this.task?.destroy();
    this.isDrawn = false;
  }

  async draw() {
    this.isDrawn = true;
    const src = this.getAttribute("src");
    this.task?.destroy();
    this.replaceChildren(this.bar(src), this.pane());
    if (!src) return;
    try {
      const { getDocument } = await pdfjs();
      this.task = getDocument({
        url: src, isEvalSupported: false, enableXfa: false, wasmUrl: `${BASE}wasm/`,
        standardFontDataUrl: `${BASE}standard_fonts/`, disableAutoFetch: true,
      });
      this.pdf = await this.task.promise;
      if (src !== this.getAttribute("src")) return;
      await this.lay();
      this.dispatchEvent(new CustomEvent("pdf-shown", { bubbles: true }));
    } catch (error) {
      if (src !== this.getAttribute("src") || error?.name === "AbortException") return;
      const fault = document.createElement("p");
      fault.className = "pdf-fault";
      fault.textContent = "Không hiển thị được tệp PDF này; hãy tải về để xem.";
      this.querySelector(".pdf-pages").replaceChildren(fault);
    }
  }

  bar(src) {
    const bar = document.createElement("div");
    bar.className = "pdf-bar";
    const where = document.createElement("span");
    where.className = "pdf-where";
    where.setAttribute("aria-live", "polite");
    bar.append(where);
    for (const [label, told, act] of [
      ["−", "Thu nhỏ", () => this.resize(this.zoom / 1.2)],
      ["+", "Phóng to", () => this.resize(this.zoom * 1.2)],
      ["↔", "Vừa bề ngang", () => this.resize(1)],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.title = told;
      button.setAttribute("aria-label", told);
      button.addEventListener("click", act);
      bar.append(button);
    }
    if (src) {
      const link = document.createElement("a");
      link.href = src;
      link.target = "_blank";
      link.rel = "noopener";
      link.textContent = "Tải về";
      bar.append(link);
    }
    return bar;
  }

  pane() {
    const pane = document.createElement("div");
    pane.className = "pdf-pages";
    pane.tabIndex = 0;
    pane.setAttribute("role", "region");
    pane.setAttribute("aria-label", `Nội dung văn bản ${this.dataset.name ?? ""}`.trim());
    pane.addEventListener("keydown", (event) => {
      const act = { "+": 1.2, "=": 1.2, "-": 1 / 1.2, 0: 0 }[event.key];
      if (act === undefined || event.ctrlKey) return;
      event.preventDefault();
      this.resize(act ? this.zoom * act : 1);
    });
    pane.addEventListener("scroll", () => this.tellWhere(), { passive: true });
    return pane;
  }

  resize(zoom) {
    this.zoom = Math.min(4, Math.max(0.4, zoom));
    this.lay();
  }

  async lay() {
    const pane = this.querySelector(".pdf-pages");
    if (!pane || !this.pdf) return;
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.watch?.disconnect();
    this.watch = new IntersectionObserver(
      (seen) => seen.filter((each) => each.isIntersecting).forEach((each) => this.paint(each.target, turn).catch((error) => stopped(error))),
      { root: pane, rootMargin: EAGER },
    );
    const width = Math.max(280, pane.clientWidth - 26) * this.zoom;
    const first = (await this.pdf.getPage(1)).getViewport({ scale: 1 });
    if (turn !== this.turn) return;
    const pages = [];
    for (let number = 1; number <= this.pdf.numPages; number += 1) {
      const page = document.createElement("div");
      page.className = "pdf-page";
      page.dataset.page = number;
      page.style.width = `${width}px`;
      page.style.height = `${(width * first.height) / first.width}px`;
      pages.push(page);
    }
    pane.replaceChildren(...pages);
    pages.forEach((page) => this.watch.observe(page));
    this.tellWhere();
  }

  async paint(place, turn) {
    this.watch.unobserve(place);
    const page = await this.pdf.getPage(Number(place.dataset.page));
    if (turn !== this.turn) return;
    const scale = place.clientWidth / page.getViewport({ scale: 1 }).width;
    const viewport = page.getViewport({ scale });
    place.style.height = `${viewport.height}px`;
    const sharp = Math.min(window.devicePixelRatio || 1, 2);
    const canvas = document.createElement("canvas");
    canvas.width = Math.floor(viewport.width * sharp);
    canvas.height = Math.floor(viewport.height * sharp);
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Trang ${place.dataset.page}`);
    place.replaceChildren(canvas);
    await page.render({ canvas, viewport: page.getViewport({ scale: scale * sharp }) }).promise;
    const { TextLayer } = await pdfjs();
    const text = document.createElement("div");
    text.className = "pdf-text";
    text.style.setProperty("--scale-factor", String(scale));
    text.style.setProperty("--total-scale-factor", String(scale));
    place.append(text);
    await new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport }).render();
    place.dataset.painted = "1";
  }

  tellWhere() {
    const pane = this.querySelector(".pdf-pages");
    const middle = pane.scrollTop + pane.clientHeight / 3;
    const at = [...pane.children].findLast((page) => page.offsetTop - pane.offsetTop <= middle);
    this.querySelector(".pdf-where").textContent = `Trang ${at?.dataset?.page ?? 1}/${this.pdf?.numPages ?? 1}`;
  }
}

// pages that are left or drawn anew while they are being drawn
function stopped(error) {
  if (!["RenderingCancelledException", "AbortException"].includes(error?.name)) throw error;
}

customElements.define("pdf-view", PdfView);
