// Chats and answers cross by a desk in WebAssembly's memory. What is not plain is left to JSON, which says what is wrong.
import { Desk, desk_memory } from "./chat_monitor_wasm.js";

const ROOM = 16 << 10;
const MANY = 512;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

let desk;
/** Views of the memory, which are empty once it has grown. */
let bytes = new Uint8Array(0);
let texts = bytes;
let lengths;
let words;
/** How much lies on the desk. */
let used = 0;
let count = 0;
/** Whose turn it is: a getter of one chat may ask about another. */
let turn = 0;

function look() {
  desk ??= new Desk();
  const { buffer } = desk_memory();
  bytes = new Uint8Array(buffer);
  words = new Uint32Array(buffer);
  texts = new Uint8Array(buffer, desk.texts(), ROOM);
  lengths = new Uint32Array(buffer, desk.lengths(), MANY);
}

/** Clears the desk. */
function begin() {
  if (bytes.length === 0) look();
  used = 0;
  count = 0;
  turn += 1;
}

/** Puts a text on the desk. */
function put(text) {
  if (typeof text !== "string" || count === MANY || text.length * 3 > ROOM - used) return false;
  const start = used;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) {
      used = start + encoder.encodeInto(text, texts.subarray(start)).written;
      break;
    }
    texts[used++] = unit;
  }
  lengths[count++] = used - start;
  return true;
}

const isPlain = (value) => typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Puts all of a list there. */
function putAll(list) {
  if (!Array.isArray(list)) return false;
  for (let at = 0; at < list.length; at += 1) if (!put(list[at])) return false;
  return true;
}

/** Puts a chat on the desk, and asks with which facts it has; -1 where something about it is not plain. */
function withChat(chat, monitor, ask) {
  if (!isPlain(chat)) return -1;
  let id, visitor, operators, joined, departments, attributes, ip, email;
  let allowed = true;
  for (const name in chat) {
    const value = chat[name];
    switch (name) {
      case "id":
        id = value;
        break;
      case "visitor":
        visitor = value;
        break;
      case "operators":
        operators = value;
        break;
      case "joined":
        joined = value;
        break;
      case "monitoring_allowed":
        if (value !== undefined) allowed = value;
        break;
      case "departments":
        departments = value;
        break;
      case "attributes":
        attributes = value;
        break;
      default:
        return -1;
    }
  }
  if (typeof allowed !== "boolean") return -1;
  if (visitor !== undefined) {
    if (!isPlain(visitor)) return -1;
    for (const name in visitor) {
      if (name === "ip") ip = visitor.ip;
      else if (name === "email") email = visitor.email;
      else return -1;
    }
  }
  begin();
  const mine = turn;
  if (!put(id)) return -1;
  if (ip !== undefined && !put(ip)) return -1;
  if (email !== undefined && !put(email)) return -1;
  if (operators !== undefined && !putAll(operators)) return -1;
  if (joined !== undefined && !putAll(joined)) return -1;
  if (departments !== undefined && !putAll(departments)) return -1;
  let pairs = 0;
  if (attributes !== undefined) {
    if (!isPlain(attributes)) return -1;
    for (const name in attributes) {
      const values = attributes[name];
      if (!Array.isArray(values) || values.length === 0) return -1;
      for (let at = 0; at < values.length; at += 1) if (!put(name) || !put(values[at])) return -1;
      pairs += values.length;
    }
  }
  if (turn !== mine) return -1;
  const facts = (ip === undefined ? 0 : 1) | (email === undefined ? 0 : 2) | (allowed ? 4 : 0);
  return monitor[ask](desk, facts, operators?.length ?? 0, joined?.length ?? 0, departments?.length ?? 0, pairs);
}


/** Texts by where they lay: most ids lie there still. */
const known = new Map();
const MANY_KNOWN = 100_000;

/** The text that lies there. */
function text(at, length) {
  const there = known.get(at);
  if (there !== undefined && there.length === length) {
    let same = 0;
    while (same < length && bytes[at + same] === there.charCodeAt(same)) same += 1;
    if (same === length) return there;
  }
  const found = decoder.decode(bytes.subarray(at, at + length));
  if (known.size === MANY_KNOWN) known.clear();
  known.set(at, found);
  return found;
}

/** Where the reading of the answer is. */
let at = 0;

function next() {
  at += 2;
  return text(words[at - 2], words[at - 1]);
}

function list() {
  const texts = new Array(words[at++]);
  for (let n = 0; n < texts.length; n += 1) texts[n] = next();
  return texts;
}

function read() {
  at = desk.words() >>> 2;
  if (bytes.length === 0) look();
}

function event(chat) {
  switch (words[at++]) {
    case 0:
      return { type: "watch_started", chat, watcher: next(), rules: list() };
    case 1:
      return { type: "watch_changed", chat, watcher: next(), rules: list() };
    case 2:
      return { type: "watch_ended", chat, watcher: next(), reason: reasonOf(next(), next()) };
    case 3:
      return { type: "joined", chat, operator: next() };
    case 4:
      return { type: "left", chat, operator: next(), reason: next() };
    default:
      return { type: "advised", chat, watcher: next(), to: list() };
  }
}

export const REASONS = { excluded: "exclusion", not_permitted: "operator" };

const reasonOf = (type, named) => (named === "" ? { type } : { type, [REASONS[type]]: named });

/** Commands with ids alone, the chat's and then these. Their places here are their numbers there. */
const ACTS = [
  ["end_chat"],
  ["attend", "operator"],
  ["unattend", "operator"],
  ["leave", "operator"],
  ["join", "watcher"],
  ["advise", "watcher"],
  ["transfer", "from", "to"],
];
const BY_TYPE = new Map(ACTS.map(([type, ...ids], act) => [type, { act, ids }]));

/** Who may watch a chat, by which rules; `undefined` where the chat is not plain. */
export function watchersFor(monitor, chat) {
  const many = withChat(chat, monitor, "watchers_on");
  if (many < 0) return undefined;
  read();
  const found = new Array(many);
  for (let n = 0; n < many; n += 1) found[n] = { operator: next(), rules: list() };
  return found;
}

/** What a command does; `undefined` where it is not plain, or is refused and has changed nothing. */
export function apply(monitor, command) {
  if (!isPlain(command)) return undefined;
  const { type, chat } = command;
  const known = BY_TYPE.get(type);
  const ids = known?.ids ?? [];
  const fields = 2 + ids.length;
  if ((known === undefined && type !== "start_chat") || Object.keys(command).length !== fields) return undefined;
  let many;
  if (known === undefined) {
    many = withChat(chat, monitor, "start_on");
  } else {
    begin();
    const mine = turn;
    if (!put(chat)) return undefined;
    for (const id of ids) if (!put(command[id])) return undefined;
    if (turn !== mine) return undefined;
    many = monitor.act_on(desk, known.act);
  }
  if (many < 0) return undefined;
  read();
  const told = new Array(many);
  const id = known === undefined ? chat.id : chat;
  for (let n = 0; n < many; n += 1) told[n] = event(id);
  return told;
}
