// What is tried: a setting, what happens in it, and how much of that is shown.
import { LiveMonitor, MonitorEngine, chatFromJson, commandFromJson } from "./monitor.js";

export const TABLES = ["operators", "rules", "exclusions", "policy", "chats"];

export const EMPTY = {
  policy: {
    watch_unattended: false,
    joined_count: true,
    permissions: { administrator: ["supervisor", "associate"], supervisor: ["associate"], associate: [] },
  },
  operators: [],
  rules: [],
  exclusions: [],
  chats: [],
};

/** What in a setting cannot be. */
export class Fault extends Error {
  constructor(table, line, error) {
    super(message(error));
    this.table = table;
    this.line = line;
    this.error = error;
  }
}

/** An error as people read it: without the place in a JSON text that they have not written. */
export const message = (error) => error.message.replace(/ at line \d+ column \d+$/, "");

/** The setting as a monitor, with its chats live. */
export function begin(setup) {
  const attempt = (table, line, act) => {
    try {
      return act();
    } catch (error) {
      throw new Fault(table, line, error);
    }
  };
  const engine = attempt("policy", 1, () => new MonitorEngine({ policy: setup.policy }));
  const each = (table, act) => setup[table].forEach((item, at) => attempt(table, at + 1, () => act(item)));
  // An engine would replace the first operator by the second.
  each("operators", once("operator", (item) => item.operator, (item) => engine.setOperator(item)));
  each("exclusions", (item) => engine.addExclusion(item));
  // As they are saved: one that would be refused now is shown, with the reason why it grants nothing.
  each("rules", (item) => engine.loadRule(item));
  const live = new LiveMonitor(engine);
  engine.free();
  const chats = [];
  each("chats", once("chat", (chat) => chat.id, (chat) => chats.push(chatFromJson(JSON.stringify(chat)))));
  // As a saved monitor is loaded, and not chat by chat: here somebody may have joined already.
  const saved = { ...JSON.parse(live.toJson()), chats, watches: [] };
  live.free();
  return attempt("chats", 1, () => LiveMonitor.settle(JSON.stringify(saved)));
}

/** Takes each id once. */
function once(word, idOf, take) {
  const known = new Set();
  return (item) => {
    const named = idOf(item);
    if (known.has(named)) throw Object.assign(new Error(`${word} \`${named}\` exists already`), { named });
    known.add(named);
    take(item);
  };
}

/** A command in the crate's JSON, as the package has it. */
export const command = (wire) => commandFromJson(JSON.stringify(wire));

/** What each step brings, and the monitor after the step that is shown (0: none of them). */
export function follow({ setup, commands, step }) {
  const { live, events } = begin(setup);
  const outcomes = [{ events }];
  let shown = step === 0 ? live.toJson() : undefined;
  commands.forEach((wire, at) => {
    try {
      const done = command(wire);
      outcomes.push({ done, events: live.apply(done) });
    } catch (error) {
      outcomes.push({ error });
    }
    if (at + 1 === step) shown = live.toJson();
  });
  live.free();
  return { live: LiveMonitor.fromJson(shown), outcomes };
}
