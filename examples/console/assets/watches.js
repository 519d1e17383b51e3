// The monitored chats that a list is made of: what is known of each, which one wants to see, and in which order.

import { me } from "./common.js";

/** The chats by their ids; each also has `haystack`, in which one searches. */
export const chats = new Map();

const SHOWN = 200;
const plain = (words) => words.normalize("NFKC").toLowerCase();

/** Those that are opened on this page. */
export const open = new Set();

export const hand = (chat) => chat.hand !== null;

/** What else the chat has been marked with; of a raised hand there is a sign of its own. */
export const told = (chat) =>
  chat.attributes.filter(({ name }) => name !== "signal").map(({ name, value }) => `${name}: ${value}`);

export const activity = (chat) => chat.last?.at ?? chat.visitor.started;

export function put(chat) {
  const people = [...chat.people.operators, ...chat.people.joined].map((person) => person.name);
  const words = [chat.visitor.name, chat.visitor.email, chat.visitor.ip, ...people, ...told(chat), chat.last?.text];
  chat.haystack = plain(words.filter(Boolean).join("\n"));
  chats.set(chat.chat, chat);
}

/** Something was said. */
export function said(chat, entry) {
  chat.last = { ...entry, text: [...entry.text].slice(0, SHOWN).join("") };
  chat.waiting = entry.operator === null ? chat.waiting ?? entry.at : null;
  put(chat);
}

// How far each chat was read here: kept in this browser.
const KEY = `console.${me}.seen`;
const LONGEST = 7 * 24 * 60 * 60 * 1000;
let seen = read();

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function write() {
  try {
    localStorage.setItem(KEY, JSON.stringify(seen));
  } catch {
    // A browser that keeps nothing knows it for as long as the page is open.
  }
}

/** Calls when another page of this browser has read something. */
export function onSeenElsewhere(changed) {
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    seen = read();
    changed();
  });
}

/** Forgets chats that have been over for long. */
export function forgetOld() {
  const fresh = Object.entries(seen).filter(([id, mark]) => chats.has(id) || Date.now() - mark.at < LONGEST);
  seen = Object.fromEntries(fresh);
  write();
}

/** Marks what was said until then as read; `opened` where one has opened the chat for it. */
export function mark(ids, opened, upTo = (chat) => chat?.last?.n ?? 0) {
  for (const id of ids) {
    const before = seen[id];
    const n = Math.max(before?.n ?? 0, upTo(chats.get(id)));
    seen[id] = { n, at: Date.now(), opened: opened || Boolean(before?.opened) };
  }
  write();
}

export function markUnread(id) {
  seen[id] = { n: 0, at: Date.now(), opened: Boolean(seen[id]?.opened) };
  write();
}

export const opened = (chat) => Boolean(seen[chat.chat]?.opened);

export const known = (id) => id in seen;

export const unread = (chat) =>
  chat.last !== null && chat.last.operator !== me && chat.last.n > (seen[chat.chat]?.n ?? 0);

/** What the address says one wants to see. */
export function wanted(address) {
  const is = (name) => address.get(name) ?? "";
  return {
    words: plain(is("q")).split(/\s+/).filter(Boolean),
    operator: is("operator"),
    rule: is("rule"),
    department: is("department"),
    waiting: Number(is("waiting")) || 0,
    unread: is("unread") === "1",
    hand: is("hand") === "1",
  };
}

export function matches(chat, filter, now) {
  const { words, operator, rule, department, waiting } = filter;
  return words.every((word) => chat.haystack.includes(word))
    && (!operator || [...chat.people.operators, ...chat.people.joined].some((person) => person.id === operator))
    && (!rule || chat.rules.some((known) => known.id === rule))
    && (!department || chat.departments.some((known) => known.id === department))
    && (!waiting || (chat.waiting !== null && now - chat.waiting > waiting * 60000))
    && (!filter.unread || unread(chat))
    && (!filter.hand || hand(chat));
}

/** The ids of those that match, or are opened: newest activity first. */
export function chosen(filter, now) {
  const shown = [...chats.values()].filter((chat) => open.has(chat.chat) || matches(chat, filter, now));
  shown.sort((a, b) => activity(b) - activity(a) || (a.chat < b.chat ? -1 : 1));
  return shown.map((chat) => chat.chat);
}
