// Making elements. Texts are set as text alone, so nothing that is typed becomes markup.
import { t } from "./texts.js";

/** An element. `on*` listens, `text` names a text that follows the language, and all else is an attribute. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "text") element.dataset.text = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  if (properties.text) element.textContent = t(properties.text);
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== false));
  return element;
}

/** Says everything that stands in the page in the language in use. */
export function say(root) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = t(element.dataset.text);
}

/** Puts new children into a part of the page, and leaves the focus where it was, or near. */
export function replace(part, ...children) {
  const held = part.contains(document.activeElement) ? document.activeElement : undefined;
  const key = held?.dataset.key;
  part.replaceChildren(...children.flat(Infinity));
  if (!held) return;
  const again = key && [...part.querySelectorAll("[data-key]")].find((element) => element.dataset.key === key);
  const near = again ?? part.closest("section")?.querySelector("h2");
  near?.focus();
}

let made = 0;

/** An id for an element of the page. */
export const fresh = () => `e${(made += 1)}`;

const announcer = h("p", { role: "status", class: "status", hidden: true });

/** Where the page says what it did. */
export const status = announcer;

let said;

export function announce(key, blanks) {
  said = [key, blanks];
  announcer.hidden = false;
  announcer.textContent = t(key, blanks);
}

export function announceAgain() {
  if (said) announcer.textContent = t(...said);
}

export function quiet() {
  said = undefined;
  announcer.hidden = true;
}

/** A table that becomes a list of cards where there is little room. */
export function table(columns, rows) {
  if (rows.length === 0) return h("p", { class: "empty" }, t("nothing"));
  const cells = (row) => row.map((cell, at) => h("td", { "data-label": columns[at] ?? "" }, cell));
  return h("div", { class: "table" }, h("table", {},
    h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col" }, column)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, cells(row))))));
}
