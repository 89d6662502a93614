// Signing with the token tool (VGCA Sign Service) on this machine: <vgca-round> for one document,
// <vgca-rounds> for a list. What is shown here is cosmetic: the server says whether a signed file
// came and was verified. One string goes to the tool over a WebSocket, one comes back.

const OPEN_MS = 4000;
const ASK_MS = 2500;
const csrf = () => document.querySelector("meta[name=csrf-token]")?.content ?? "";

const WORDS = {
  vi: {
    ready: "Công cụ ký sẵn sàng", missing: "Không thấy công cụ ký", checking: "Đang tìm công cụ ký…",
    opening: "Đang mở phiên ký…", pin: "Nhập mã PIN ở công cụ ký. Phiên hết hạn lúc ",
    signed: "Đã ký.", stopped: "Đã dừng; văn bản chưa được ký.", lost: "Công cụ ký ngắt kết nối; văn bản chưa được ký. Có thể ký lại.",
    expired: "Hết hạn phiên ký; văn bản chưa được ký. Bấm ký để mở phiên mới.", unsigned: "Chưa nhận được bản ký hợp lệ. ", away: "Máy chủ không trả lời; tải lại trang để xem trạng thái thật.",
  },
  en: {
    ready: "The signing tool is ready", missing: "The signing tool is not there", checking: "Looking for the signing tool…",
    opening: "Opening a round…", pin: "Type the PIN in the signing tool. The round ends at ",
    signed: "Signed.", stopped: "Stopped; the document is not signed.", lost: "The signing tool closed the connection; the document is not signed. Try again.",
    expired: "The round is over; the document is not signed. Sign again for a new one.", unsigned: "No valid signed file came. ", away: "The server does not answer; reload the page to see what holds.",
  },
};
const say = (key) => (WORDS[document.documentElement.lang] ?? WORDS.vi)[key];

class Missing extends Error {}

// Send one string to the tool, and give its one answer; Missing where nothing listens.
function talk(address, text, { signal, until } = {}) {
  return new Promise((resolve, reject) => {
    let opened = false;
    const socket = new WebSocket(address);
    const finish = (settle, value) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      socket.close();
      settle(value);
    };
    const stop = () => finish(reject, new Error(say("stopped")));
    const left = until ? new Date(until) - Date.now() : OPEN_MS;
    let timer = setTimeout(() => finish(reject, new Missing()), OPEN_MS);
    signal?.addEventListener("abort", stop);
    socket.onopen = () => {
      opened = true;
      clearTimeout(timer);
      timer = setTimeout(() => finish(reject, new Error(say("expired"))), Math.max(left, 0));
      socket.send(text);
    };
    socket.onmessage = (event) => {
      try {
        finish(resolve, JSON.parse(event.data));
      } catch {
        finish(reject, new Error(say("lost")));
      }
    };
    socket.onerror = () => opened || finish(reject, new Missing());
    socket.onclose = () => finish(reject, opened ? new Error(say("lost")) : new Missing());
  });
}

const version = (tool) => talk(`${tool}/GetVersion`, "");

async function standing(place) {
  const answer = await fetch(`${place}/round`, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(say("away"));
  return answer.json();
}

// One document from the round's opening to the server's word that it is signed.
async function round({ tool, place, state, sha256, signal, tell }) {
  tell(say("opening"));
  const body = new FormData();
  body.set("state", state);
  body.set("sha256", sha256);
  const answer = await fetch(`${place}/round`, { method: "POST", body, headers: { "X-CSRF-Token": csrf(), Accept: "application/json" } });
  if (!answer.headers.get("content-type")?.startsWith("application/json")) throw new Error(say("away"));
  const opened = await answer.json();
  if (!answer.ok) throw new Error([opened[document.documentElement.lang] ?? opened.vi, opened.remedy].filter(Boolean).join(". "));
  const clock = new Date(opened.until).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  tell(say("pin") + clock);
  // the tool's word may get lost: the server is asked meanwhile
  const asking = new AbortController();
  const either = AbortSignal.any([asking.signal, ...(signal ? [signal] : [])]);
  const asked = setInterval(async () => {
    if ((await standing(place).catch(() => ({}))).signed) asking.abort();
  }, ASK_MS);
  let [said, gone] = ["", false];
  try {
    said = (await talk(tool + opened.path, JSON.stringify(opened.payload), { signal: either, until: opened.until })).Message ?? "";
  } catch (error) {
    gone = error instanceof Missing;
    said = error.message;
  } finally {
    clearInterval(asked);
  }
  if ((await standing(place)).signed) return say("signed");
  if (signal?.aborted) {
    await fetch(`${place}/round/close`, { method: "POST", redirect: "manual", headers: { "X-CSRF-Token": csrf() } });
  }
  throw gone ? new Missing() : new Error(said || say("unsigned"));
}

class Tool extends HTMLElement {
  connectedCallback() {
    this.light = this.querySelector("[data-light]");
    this.stopper = this.querySelector("[data-stop]");
    this.stopper?.addEventListener("click", () => this.aborting?.abort());
    this.starter = this.querySelector("[data-sign], [data-sign-all]");
    this.starter?.addEventListener("click", () => this.start());
    this.look();
  }

  async look() {
    this.shine("", say("checking"));
    try {
      const found = await version(this.dataset.tool);
      this.shine("ready", `${say("ready")} ${found.Version ?? ""}`.trim());
      return true;
    } catch {
      this.shine("missing", say("missing"));
      return false;
    }
  }

  shine(kind, text) {
    if (!this.light) return;
    this.light.dataset.light = kind;
    this.light.textContent = text;
  }

  busy(is) {
    this.starter.disabled = is;
    if (this.stopper) this.stopper.hidden = !is;
    this.aborting = is ? new AbortController() : null;
  }

  async one(source, tell) {
    const { state, sha256 } = source.dataset;
    // the clerk seals at another place than where leaders sign
    const place = source.dataset.place ?? `/sign/${source.dataset.document ?? source.dataset.round}`;
    return round({ tool: this.dataset.tool, place, state, sha256, signal: this.aborting.signal, tell });
  }

  async start() {
    if (this.starter.disabled) return;
    const missing = this.querySelector("[data-missing]");
    if (missing) missing.hidden = true;
    this.busy(true);
    try {
      if (!(await this.look())) throw new Missing();
      await this.sign();
    } catch (error) {
      if (error instanceof Missing) {
        this.shine("missing", say("missing"));
        if (missing) missing.hidden = false;
      }
    } finally {
      this.busy(false);
    }
  }
}

customElements.define("vgca-round", class extends Tool {
  async sign() {
    const place = this.querySelector("[data-result]");
    const tell = (text) => { place.textContent = text; };
    try {
      tell(await this.one(this, tell));
      location.assign(this.dataset.next);
    } catch (error) {
      tell(error.message);
      place.dataset.result = "bad";
      if (error instanceof Missing) throw error;
    }
  }
});

customElements.define("vgca-rounds", class extends Tool {
  async sign() {
    const waiting = [...this.querySelectorAll("[data-round]")].filter((each) => !each.dataset.done);
    const progress = this.querySelector("[data-progress]");
    progress.hidden = false;
    for (const [index, each] of waiting.entries()) {
      if (this.aborting.signal.aborted) return;
      const place = each.querySelector("[data-result]");
      const tell = (text) => { place.textContent = text; };
      try {
        tell(await this.one(each, tell));
        each.dataset.done = place.dataset.result = "good";
      } catch (error) {
        tell(error instanceof Missing ? say("missing") : error.message);
        place.dataset.result = "bad";
        if (error instanceof Missing) throw error;
      }
      progress.value = index + 1;
    }
  }
});
