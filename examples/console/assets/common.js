// What every page needs: texts, requests, sockets, elements.

export const texts = JSON.parse(document.body.dataset.texts);
export const me = document.body.dataset.operator;

/** A text, with its {places} filled. */
export function text(key, places = {}) {
  return (texts[key] ?? "").replace(/\{(\w+)\}/g, (_, place) => places[place] ?? "");
}

export const find = (selector) => document.querySelector(selector);

// On a telephone the tabs of the settings are one row, which begins with another one.
find(".sections [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

/** An element; children are elements or texts, which are never read as markup. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

export function time(at) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** Fills in the times of a page, in the reader's own zone. */
export function showTimes(style) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, style);
  for (const time of document.querySelectorAll("time[data-at]")) {
    const at = new Date(Number(time.dataset.at));
    time.dateTime = at.toISOString();
    time.textContent = format.format(at);
  }
}

/** Asks the server to do something; says what is wrong when it does not. */
export async function post(path, body = {}, tell = toast) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    if (answer.status === 401) forget();
    tell(told.text || text("v_failed"));
  } catch {
    tell(text("v_failed"));
  }
  return null;
}

/** A name for what is sent: when it is sent again because the answer was lost, the server knows it by this. */
const onceName = () => [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Asks the server for something. */
export async function get(path) {
  const answer = await fetch(path).catch(() => null);
  if (answer?.ok) return answer.json();
  if (answer?.status === 401) forget();
  else toast(text("v_failed"));
  return null;
}

let toasting;
export function toast(message) {
  const place = find("#toast");
  place.textContent = message;
  place.classList.add("shown");
  clearTimeout(toasting);
  toasting = setTimeout(() => place.classList.remove("shown"), 6000);
}

/** Leaves nothing on the screen of one who is signed in no more. What was not sent waits for them, and nobody else. */
function forget() {
  document.dispatchEvent(new Event("forget"));
  document.body.replaceChildren();
  document.title = text("product");
  location.replace(`/sign-in?back=${encodeURIComponent(location.pathname + location.search)}`);
}

/** Calls when a chat is deleted that may be on the screen: nothing of it is to stay there. */
export const onDeleted = (gone) => document.addEventListener("deleted", ({ detail }) => gone(detail));

const unheard = new Map();

/** A bar for as long as a listener does not hear the server; what needs it (`data-live`) cannot be used meanwhile. */
function offLine(listener, from) {
  if (from) unheard.set(listener, from);
  else unheard.delete(listener);
  const since = unheard.size ? Math.min(...unheard.values()) : null;
  const bar = find("#offline");
  bar.hidden = !since;
  bar.textContent = since ? text("v_offline", { time: time(since) }) : "";
  document.body.classList.toggle("offline", Boolean(since));
  for (const part of document.querySelectorAll("[data-live]")) part.inert = Boolean(since);
}

/** The socket of pages that have none of their own. */
export const SESSION = "/session/socket";

/**
 * Who one is, or what one may do, has changed: the bar says so, and a page that is not there any more is left. `anew` shows
 * what else of the page may be another now.
 */
async function renewed(anew, path) {
  const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } }).catch(() => null);
  if (answer?.status === 403) return location.reload();
  // Whoever has a live chat open that they may not see any more hears why by its socket. Of an ended one nothing else is heard.
  if (answer?.status === 404 && path.startsWith(SESSION)) return location.reload();
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  find(".bar").replaceWith(page.querySelector(".bar"));
  anew(page);
}

/** What the server says of a page; 0 when it says nothing. */
const ask = (page) => fetch(page, { cache: "no-store" }).then((answer) => answer.status, () => 0);

// The server is heard at least every 25 seconds.
const LONGEST_SILENCE = 60000;

/**
 * Listens for good: the first thing to come is a snapshot, after every loss of the connection too. `hear` returns "over"
 * when there will be no more; `gone` is called when the server does not have `page` any more, and `anew` with the page
 * as it is now when who one is has changed. Returns a way to stop.
 */
export function listen(path, hear, gone = () => {}, anew = () => {}, page = location.pathname) {
  const stopping = new AbortController();
  let pause = 500;
  let over = false;
  let since = null;
  let heard = Date.now();
  let socket;
  const lost = () => {
    since ??= Date.now();
    setTimeout(() => since && !over && offLine(stopping, since), 1000);
  };
  const end = () => {
    over = true;
    since = null;
    offLine(stopping, null);
    clearInterval(watching);
    stopping.abort();
  };
  const connect = () => {
    const mine = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    let opened = false;
    socket = mine;
    heard = Date.now();
    mine.addEventListener("open", () => {
      opened = true;
      since = null;
      offLine(stopping, null);
    });
    mine.addEventListener("message", (event) => {
      if (over) return;
      pause = 500;
      heard = Date.now();
      const news = JSON.parse(event.data);
      if (news.type === "signed_out") { end(); forget(); }
      else if (news.type === "renewed") renewed(anew, path);
      else if (news.type === "deleted") document.dispatchEvent(new CustomEvent("deleted", { detail: news.chat }));
      else if (news.type !== "alive" && hear(news) === "over") end();
    });
    mine.addEventListener("close", async () => {
      if (over || socket !== mine) return;
      lost();
      // A browser does not say why a socket was refused. The page's own address does.
      const status = opened ? 0 : await ask(page);
      if (over || socket !== mine) return;
      if (status === 401) { end(); return forget(); }
      if (status === 403 || status === 404) { end(); return gone(); }
      setTimeout(() => !over && socket === mine && connect(), pause + Math.random() * 250);
      pause = Math.min(pause * 2, 10000);
    });
  };
  // After a sleep, or without a network, a socket may look open for a long time.
  const again = () => {
    if (over) return;
    lost();
    socket.close();
    connect();
  };
  const watching = setInterval(() => Date.now() - heard > LONGEST_SILENCE && again(), 5000);
  addEventListener("offline", () => { if (!over) lost(); }, { signal: stopping.signal });
  addEventListener("online", again, { signal: stopping.signal });
  connect();
  return () => {
    end();
    socket.close();
  };
}

/**
 * Sends on Enter; Shift+Enter makes a line. Enter that ends the choice of a Japanese word sends nothing. `send` gets the
 * text and its name. `about` says what is written about: each has a text of its own, which `turn` puts into the field.
 */
export function sayForm(form, send, about = () => "") {
  const field = form.querySelector("textarea");
  const drafts = new Map();
  const name = (key) => `draft ${me} ${location.pathname} ${form.id} ${key ?? ""}`;
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 160)}px`;
  };
  let now = about();
  const draft = () => {
    if (!drafts.has(now)) {
      drafts.set(now, { text: sessionStorage.getItem(name(now)) ?? "", sending: "", failed: null });
      sessionStorage.removeItem(name(now));
    }
    return drafts.get(now);
  };
  const turn = () => {
    if (about() === now) return;
    draft().text = field.value;
    now = about();
    field.value = draft().text;
    grow();
  };
  field.value = draft().text;
  field.addEventListener("input", grow);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const said = field.value.trim();
    if (!said || document.body.classList.contains("offline")) return;
    const [mine, of] = [draft(), now];
    const once = mine.failed?.said === said ? mine.failed.once : onceName();
    mine.sending = said;
    field.value = "";
    grow();
    const sent = await send(said, once);
    mine.sending = "";
    mine.failed = sent ? null : { said, once };
    if (!sent && of === now) field.value ||= said;
    else if (!sent) mine.text ||= said;
    grow();
    if (of === now) field.focus();
  });
  document.addEventListener("forget", () => {
    draft().text = field.value;
    for (const [key, { text: written, sending }] of drafts) {
      if (written || sending) sessionStorage.setItem(name(key), written || sending);
    }
  });
  return { turn };
}

/** Closes a dialog by its cancel button. */
export function cancellable(dialog) {
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
}
