// What was said, line by line.

import { element, get, me, text, time } from "./common.js";

const atEnd = (log) => log.scrollHeight - log.scrollTop - log.clientHeight < 60;

function append(log, line, follow) {
  const stay = follow || atEnd(log);
  log.append(line);
  if (stay) log.scrollTop = log.scrollHeight;
}

function bubble(side, name, entry) {
  return element("article", { class: `said ${side}` },
    element("p", { class: "by" }, element("b", {}, name), " ", element("time", {}, time(entry.at))),
    element("p", { class: "text" }, entry.text));
}

function note(entry, name) {
  return element("p", { class: "note" }, text(`note_${entry.kind}`, { name, to: entry.text }), " ",
    element("time", {}, time(entry.at)));
}

/** An entry as its visitor sees it. */
export function visitorEntry(entry) {
  if (entry.kind !== "said") return note(entry, entry.name || text("v_you"));
  const name = entry.by_visitor ? text("v_you") : entry.name;
  return bubble(entry.by_visitor ? "mine" : "theirs", name, entry);
}

/** An entry as operators see it. */
export function operatorEntry(entry) {
  const name = entry.name || text("v_visitor");
  if (entry.kind !== "said") return note(entry, name);
  const side = entry.operator === null ? "visitor" : entry.operator === me ? "mine" : "theirs";
  return bubble(side, name, entry);
}

/** An entry of the internal channel. */
export function internalEntry(entry) {
  const made = bubble(entry.operator === me ? "mine" : "theirs", entry.name, entry);
  made.dataset.n = entry.n;
  if (entry.advice) {
    made.classList.add("advice");
    made.querySelector(".by").prepend(element("span", { class: "tag" }, text("advice")), " ");
  }
  for (const reading of entry.read ?? []) read(made, reading);
  return made;
}

/** Shows that somebody has read the advice that is entry `n`. */
export function markRead(log, n, reading) {
  const line = log.querySelector(`[data-n="${n}"]`);
  if (line) read(line, reading);
}

function read(line, { name, at }) {
  line.append(element("p", { class: "read" }, text("read_by", { name, time: time(at) })));
}

/** Shows the last of what was said; what was said before it is asked for at `path`, on demand. */
export function fill(log, part, show, path) {
  log.replaceChildren(...part.entries.map(show));
  log.lastNumber = part.entries.at(-1)?.n ?? 0;
  if (part.more) log.prepend(earlier(log, part, show, path));
  log.scrollTop = log.scrollHeight;
}

function earlier(log, part, show, path) {
  const button = element("button", { class: "quiet earlier", type: "button", onclick: async () => {
    const before = await get(`${path}before=${part.entries[0].n}`);
    if (!before) return;
    part.entries.unshift(...before.entries);
    part.more = before.more;
    const height = log.scrollHeight;
    button.after(...before.entries.map(show));
    if (!part.more) {
      button.remove();
      log.focus();
    }
    log.scrollTop += log.scrollHeight - height;
  } }, text("v_earlier"));
  return button;
}

/** Shows one entry more, unless it is shown already. */
export function add(log, entry, show) {
  if (entry.n <= log.lastNumber) return;
  log.lastNumber = entry.n;
  append(log, show(entry), entry.operator === me);
}

/** What is known of a visitor, in one line. */
export function visitorFacts(visitor) {
  const gone = visitor.gone && text("gone_since", { time: time(visitor.gone) });
  return [visitor.email ?? text("no_email"), visitor.ip, text("since", { time: time(visitor.started) }), gone]
    .filter(Boolean).join(" · ");
}

export const visitorName = (visitor) => visitor.name || text("v_visitor");

/** Marks a chat that no visitor of ours is in: one that plays by itself, or one of another system. */
export const demonstrationTag = (visitor) =>
  visitor.vendor ? element("span", { class: "tag" }, visitor.vendor) :
  visitor.demonstration ? element("span", { class: "tag" }, text("demonstration")) : undefined;

const list = new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" });

export const listed = (people) => list.format(people.map((person) => person.name));

export const names = (people) => listed([...people.operators, ...people.joined]);
