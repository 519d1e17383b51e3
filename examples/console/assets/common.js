// What every page needs: texts, requests, sockets, elements.

export const texts = JSON.parse(document.body.dataset.texts);
export const me = document.body.dataset.operator;

/** A text, with its {places} filled. */
export function text(key, places = {}) {
  return (texts[key] ?? "").replace(/\{(\w+)\}/g, (_, place) => places[place] ?? "");
}

export const find = (selector) => document.querySelector(selector);

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
export async function post(path, body = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    if (answer.status === 401) location.href = "/sign-in";
    toast(told.text || text("v_failed"));
  } catch {
    toast(text("v_failed"));
  }
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

/** Listens for good: the first thing to come is a snapshot, after every loss of the connection too. */
export function listen(path, hear, finished = () => {}) {
  let pause = 500;
  let over = false;
  const connect = () => {
    const socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${path}`);
    socket.addEventListener("message", (event) => {
      pause = 500;
      if (hear(JSON.parse(event.data)) === "over") over = true;
    });
    socket.addEventListener("close", () => {
      if (over) return finished();
      toast(text("v_reconnecting"));
      setTimeout(connect, pause + Math.random() * 250);
      pause = Math.min(pause * 2, 10000);
    });
  };
  connect();
}

/** Sends on Enter; Shift+Enter makes a line. Enter that ends the choice of a Japanese word sends nothing. */
export function sayForm(form, send) {
  const field = form.querySelector("textarea");
  const grow = () => {
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight + 2, 160)}px`;
  };
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
    if (!said) return;
    field.value = "";
    grow();
    if (!(await send(said))) field.value ||= said;
    grow();
    field.focus();
  });
}

/** Closes a dialog by its cancel button. */
export function cancellable(dialog) {
  dialog.querySelector(".cancel").addEventListener("click", () => dialog.close());
}
