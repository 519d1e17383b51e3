// What a call costs from JavaScript, beside the same decision written by hand: a Map of arrays.
//
// node cost.js FOLDER, which `cargo run --release -p answers --bin cost -- FOLDER` has filled.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { LiveMonitor, MonitorEngine, commandToJson } from "chat-monitor";

const MONITORS = { administrator: ["supervisor", "associate"], supervisor: ["associate"], associate: [] };

/** Rules with one criterion, on an operator, an email, a domain or an address, and roles; nothing else. */
class ByHand {
  constructor({ operators, rules }) {
    this.roles = new Map(operators.map(({ operator, role }) => [operator, role]));
    this.rules = new Map();
    rules.forEach((rule, place) => {
      const key = Object.entries(rule.when[0])[0].join(" ");
      if (!this.rules.has(key)) this.rules.set(key, []);
      this.rules.get(key).push({ place, id: rule.id, watcher: rule.watcher });
    });
  }

  watchersFor({ visitor: { ip, email }, operators }) {
    const keys = operators.map((operator) => `operator ${operator}`);
    keys.push(`visitor_email ${email}`, `visitor_email *${email.slice(email.indexOf("@"))}`, `visitor_ip ${ip}`);
    const found = keys.flatMap((key) => this.rules.get(key) ?? []).sort((one, other) => one.place - other.place);
    const attending = operators.map((operator) => this.roles.get(operator));
    const watchers = new Map();
    for (const { id, watcher } of found) {
      const may = MONITORS[this.roles.get(watcher)];
      if (attending.length === 0 || operators.includes(watcher) || !attending.every((role) => may.includes(role))) continue;
      if (!watchers.has(watcher)) watchers.set(watcher, []);
      watchers.get(watcher).push(id);
    }
    return watchers;
  }
}

/** Of several rounds of each fifty the best, which what else the machine does leaves alone at times, and the median. */
function report(what, items, call) {
  const ROUNDS = 31;
  let [best, median] = [0, 0];
  for (let start = 0; start < items.length; start += 50) {
    const fifty = items.slice(start, start + 50);
    const rounds = Array.from({ length: ROUNDS }, () => {
      const begin = process.hrtime.bigint();
      call(fifty);
      return Number(process.hrtime.bigint() - begin);
    }).sort((one, other) => one - other);
    best += rounds[0];
    median += rounds[(ROUNDS - 1) / 2];
  }
  console.log(`${what}: ${Math.round(best / items.length)} ns at best, ${Math.round(median / items.length)} in the median`);
}

const folder = process.argv[2];
const saved = readFileSync(`${folder}/engine.json`, "utf8");
const chats = readFileSync(`${folder}/chats.jsonl`, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const [engine, byHand] = [MonitorEngine.fromJson(saved), new ByHand(JSON.parse(saved))];
for (const chat of chats) {
  const found = engine.watchersFor(chat).map(({ operator, rules }) => [operator, rules]);
  assert.deepEqual(new Map(found), byHand.watchersFor(chat));
}

report("who watches, by which rules: watchersFor", chats, (of) => of.map((chat) => engine.watchersFor(chat)));
// The way of a chat that is not plain.
const odd = chats.map((chat) => Object.assign(Object.create(null), chat));
report("who watches, by which rules: watchersFor, as JSON", odd, (of) => of.map((chat) => engine.watchersFor(chat)));
report("who watches, by which rules: by hand", chats, (of) => of.map((chat) => byHand.watchersFor(chat)));
const live = new LiveMonitor(engine);
const both = chats.flatMap((chat) => [{ type: "start_chat", chat }, { type: "end_chat", chat: chat.id }]);
const texts = both.map(commandToJson);
report("start or end a live chat: apply", both, (of) => of.map((command) => live.apply(command)));
report("start or end a live chat: applyMany", both, (of) => live.applyMany(of));
report("start or end a live chat: applyJson", texts, (of) => of.map((text) => live.applyJson(text)));
