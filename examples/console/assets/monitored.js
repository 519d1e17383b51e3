// The page of monitored chats: the list, and one or two of them opened.

import { element, find, listen, onDeleted, text } from "./common.js";
import { call, title } from "./alerts.js";
import { choices, readFilters, showFilters } from "./filters.js";
import { left, leftAll, leftNoMore } from "./left.js";
import { openChat } from "./opened.js";
import { makeRow, showRow } from "./row.js";
import { rowsIn } from "./rows.js";
import { visitorName } from "./talk.js";
import * as watches from "./watches.js";

const { chats } = watches;
const panes = [null, null];
const names = ["", ""];
const list = find("#list");
const rows = rowsIn(find("#rows"), list, { make: (id) => makeRow(id, address), show: showRow, press });

/* What there is to see. */

let filter = watches.wanted(new URLSearchParams(location.search));
let order = [];
/** Chats that are new, and hands that were raised, since the list was shown last. */
const news = { chat: [], hand: [] };
/** While the mouse moves over the list, no row slips away from under it. */
let still = false;

function flush() {
  clearTimeout(waiting);
  waiting = null;
  const next = watches.chosen(filter, Date.now());
  if (still) {
    const now = new Set(next);
    order = order.filter((id) => now.has(id));
  } else order = next;
  const unread = [...chats.values()].filter(watches.unread).length;
  find("#watches").hidden = next.length === 0;
  find("#none").hidden = chats.size > 0;
  find("#none-match").hidden = chats.size === 0 || next.length > 0;
  find("#count").textContent = chats.size;
  find("#sum").textContent = text("list_sum", { shown: next.length, all: chats.size, unread });
  find("#mark-all").hidden = unread === 0;
  rows.set(order);
  choices(chats);
  title(unread, names.filter(Boolean));
  say(unread);
  steps();
  for (const kind of ["chat", "hand"]) {
    call(kind, news[kind].splice(0).filter((id) => chats.has(id)).map((id) => ({ id, name: visitorName(chats.get(id).visitor) })), show);
  }
}

let waiting = null;
const soon = () => { waiting ??= setTimeout(flush, 100); };

let saidAt = 0;
let saidOf = 0;
/** Screen readers hear a sum, and not more often than every ten seconds. */
function say(unread) {
  if (unread > saidOf && Date.now() - saidAt > 10000) {
    find("#said").textContent = text("unread_sum", { n: unread });
    saidAt = Date.now();
  }
  saidOf = unread;
}

// Durations grow by themselves.
setInterval(soon, 15000);
watches.onSeenElsewhere(soon);

let resting;
list.addEventListener("pointermove", (event) => {
  if (event.pointerType !== "mouse" || !event.target.closest("#rows")) return;
  still = true;
  clearTimeout(resting);
  resting = setTimeout(rest, 1500);
});
list.addEventListener("pointerleave", rest);
function rest() {
  clearTimeout(resting);
  if (still) soon();
  still = false;
}

/* What comes. */

let begun = false;

const heard = {
  snapshot({ chats: all }) {
    const before = new Map(chats);
    chats.clear();
    all.forEach(watches.put);
    if (begun) news.chat.push(...[...chats.keys()].filter((id) => !before.has(id) && !watches.known(id)));
    begun = true;
    // What went while nobody listened gave no reason.
    for (const [id, chat] of before) if (!chats.has(id)) left(chat, "ended_meanwhile");
    watches.forgetOld();
    flush();
  },
  line({ line }) {
    const before = chats.get(line.chat);
    if (watches.hand(line) && !(before && watches.hand(before))) news.hand.push(line.chat);
    else if (!before && !watches.known(line.chat)) news.chat.push(line.chat);
    watches.put(line);
  },
  entry(told) {
    const chat = chats.get(told.chat);
    if (chat && told.entry.kind === "said") watches.said(chat, told.entry);
  },
  ended({ chat, reason }) {
    if (chats.has(chat)) left(chats.get(chat), reason);
    chats.delete(chat);
  },
};

listen("/monitored/socket", (told) => {
  heard[told.type]?.(told);
  soon();
}, () => location.reload(), undefined, "/monitored");

onDeleted((id) => {
  panes.find((pane) => pane?.id === id)?.deleted();
  leftNoMore(id);
});

/* Filters: the address has them. */

find("#filters").addEventListener("input", () => filtered(readFilters()));
find("#filters").addEventListener("submit", (event) => event.preventDefault());
find("#filters").addEventListener("reset", () => setTimeout(() => filtered(readFilters())));
find("#mark-all").addEventListener("click", () => {
  watches.mark(order.filter((id) => chats.has(id)), false);
  soon();
});
find("#left-clear").addEventListener("click", leftAll);

function filtered(search) {
  history.replaceState(null, "", location.pathname + addressOf(search, panes[1]?.id));
  filter = watches.wanted(search);
  showFilters(search);
  flush();
}

function addressOf(search, beside) {
  const all = new URLSearchParams(search);
  all.delete("beside");
  if (beside) all.set("beside", beside);
  return all.size ? `?${all}` : "";
}

/** Where a chat is, or the list: with the filters as they are. */
function address(id, beside) {
  return (id ? `/monitored/${id}` : "/monitored") + addressOf(new URLSearchParams(location.search), beside);
}

/* Opening. */

const show = (id) => go(address(id, panes[1]?.id), "pushState");

function go(where, how) {
  history[how](null, "", where);
  arrive();
}

let uppermost = 0;
/** Shows what the address says. The list stays where it is, also when other rows fit in, or none for a while. */
function arrive() {
  if (list.checkVisibility()) uppermost = rows.uppermost();
  const search = new URLSearchParams(location.search);
  const first = location.pathname.split("/")[2] ?? null;
  const second = first && search.get("beside") !== first ? search.get("beside") : null;
  const had = [...watches.open];
  place(0, first);
  place(1, second);
  watches.open.clear();
  for (const id of [first, second]) if (id) watches.open.add(id);
  document.body.classList.toggle("has-open", Boolean(first));
  document.body.classList.toggle("has-two", Boolean(second));
  find(".language [name=back]").value = location.pathname + location.search;
  filter = watches.wanted(search);
  showFilters(search);
  flush();
  if (list.checkVisibility()) {
    rows.goTo(uppermost);
    if (first) rows.reveal(first);
    else if (had.length > 0) rows.focus(had[0]);
  } else if (had.length === 0) panes[0].focus();
}

function place(n, id) {
  if (panes[n]?.id === id || (!panes[n] && !id)) return;
  const where = find(n === 0 ? "#first" : "#second");
  const focused = where.contains(document.activeElement);
  panes[n]?.close();
  panes[n] = null;
  names[n] = "";
  if (!id) return;
  panes[n] = openChat(where, id, n === 0 ? "" : "-2", {
    named(name) { names[n] = name; soon(); },
    shown(last) { watches.mark([id], true, () => last); soon(); },
    closed() { close(n); },
    step: (by) => step(n, by),
    beside() {
      const next = neighbour(0, 1) ?? neighbour(0, -1);
      if (next) go(address(panes[0].id, next), "pushState");
    },
  });
  if (focused) panes[n].focus();
}

function close(n) {
  go(n === 0 ? address(panes[1]?.id) : address(panes[0].id), "pushState");
}

/* The next chat and the previous one, in the order of the list. */

const positions = [0, 0];

/** The chat before or after an opened one that is not opened itself. */
function neighbour(n, by) {
  const here = rows.indexOf(panes[n].id);
  // Where it has left the list, the chat that took its place is the next one.
  let at = here >= 0 ? here + by : positions[n] + (by > 0 ? 0 : -1);
  while (watches.open.has(rows.at(at))) at += by;
  return rows.at(at);
}

function step(n, by) {
  const next = neighbour(n, by);
  if (next) go(n === 0 ? address(next, panes[1]?.id) : address(panes[0].id, next), "replaceState");
}

function steps() {
  panes.forEach((pane, n) => {
    if (!pane) return;
    const here = rows.indexOf(pane.id);
    if (here >= 0) positions[n] = here;
    pane.steps(neighbour(n, -1), neighbour(n, 1), n === 0 && !panes[1] && (neighbour(0, 1) ?? neighbour(0, -1)));
  });
}

function press(key, id) {
  if (key === "Enter") show(id);
  else if (key === "m" || key === "M") {
    if (watches.unread(chats.get(id))) watches.mark([id], false);
    else watches.markUnread(id);
    soon();
  } else return false;
  return true;
}

// From what one writes to the chat, and from there back to the list.
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing || find("dialog[open]")) return;
  const n = event.target.closest("#second") ? 1 : 0;
  if (!panes[n] || event.target.closest("#list")) return;
  if (event.target.closest(".opened textarea")) panes[n].focus();
  else close(n);
});
addEventListener("keydown", (event) => {
  const by = { j: 1, k: -1 }[event.key];
  if (!by || !panes[0] || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.closest("input, textarea, select, dialog")) return;
  step(event.target.closest("#second") ? 1 : 0, by);
});
find("#rows").addEventListener("click", (event) => {
  const row = event.target.closest("[role=row]");
  // A new tab or window is the browser's affair.
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(row.dataset.chat);
});
addEventListener("popstate", arrive);
arrive();
