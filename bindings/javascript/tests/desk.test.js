// Plain chats cross by a desk and all others as JSON, with the same answers.
import assert from "node:assert/strict";
import { test } from "node:test";

import { LiveMonitor, MonitorEngine } from "chat-monitor";

const NAMES = ["ken", "営業 一郎", "\uFEFFken", "x".repeat(256), "\uFFFDken"];
const PLAIN = { id: "c1", operators: ["ken"] };

function engine() {
  const engine = new MonitorEngine();
  engine.setPolicy({ ...engine.policy, watch_unattended: true });
  engine.setOperator({ operator: "hana", role: "administrator" });
  engine.setOperator({ operator: "監督", role: "supervisor" });
  NAMES.forEach((operator, n) => {
    engine.setOperator({ operator, role: "associate" });
    engine.addRule({ id: `r${n}`, watcher: "hana", when: [{ operator }] });
    engine.addRule({ id: `規則${n}`, watcher: "監督", when: [{ operator }] });
  });
  engine.addRule({ id: "ip", watcher: "hana", when: [{ visitor_ip: "192.0.2.0/24" }] });
  engine.addRule({ id: "email", watcher: "hana", when: [{ visitor_email: "*@example.com" }] });
  engine.addRule({ id: "tag", watcher: "hana", when: [{ attribute: { name: "tag", value: "vip" } }] });
  engine.addRule({ id: "desk", watcher: "hana", when: [{ department: "sales" }] });
  return engine;
}

/** What an answer is, or why there is none. */
function outcome(ask) {
  try {
    return ask();
  } catch ({ name, code, kind, message }) {
    return { name, code, kind, message };
  }
}

/** The same chat, which is no plain object and so crosses as JSON. */
const asJson = (chat) => Object.assign(Object.create(null), chat);

/** Calls with one of the calls by JSON taken away. */
function without(kept, name, call) {
  const { prototype } = kept._monitor.constructor;
  const taken = prototype[name];
  prototype[name] = () => assert.fail(`${name}: came as JSON`);
  try {
    return call();
  } finally {
    prototype[name] = taken;
  }
}

test("a chat has the same watchers by either way", () => {
  const kept = engine();
  const crossed = (chat) => without(kept, "watchers_for", () => kept.watchersFor(chat));
  const of = (more) => ({ id: "c1", ...more });
  const plain = [
    ...NAMES.slice(0, 4).map((operator) => of({ operators: [operator] })),
    of({ visitor: { ip: "192.0.2.7", email: "Mika@Example.com" }, operators: ["ken"], joined: ["営業 一郎"] }),
    of({ visitor: { ip: "::ffff:192.0.2.7" } }),
    of({ visitor: { ip: "１９２.0.2.7", email: "mika@例え.jp" } }),
    of({ visitor: {}, operators: [], departments: ["sales", "desk"], attributes: { tag: ["vip", "refund"], brand: ["acme"] } }),
    of({ operators: undefined, visitor: undefined, monitoring_allowed: undefined, departments: undefined }),
    of({ operators: ["ken"], monitoring_allowed: false }),
    of({ operators: Array.from({ length: 300 }, (_, n) => `o${n}`) }),
  ];
  for (const chat of plain) assert.deepEqual(crossed(chat), kept.watchersFor(asJson(chat)), JSON.stringify(chat));
  assert.deepEqual(plain.map((chat) => crossed(chat).length), [2, 2, 2, 2, 2, 1, 1, 1, 0, 0, 0]);
});

test("what is not plain is read as JSON is", () => {
  const kept = engine();
  const of = (more) => ({ id: "c1", ...more });
  const odd = [
    of({ operators: [NAMES[4]] }),
    of({ operators: ["\uD800"] }),
    of({ operators: ["ken\nhana"] }),
    of({ operators: ["ken", "ken"] }),
    of({ operators: ["ken", , "hana"] }),
    of({ operators: [5] }),
    of({ operators: "ken" }),
    of({ operators: null }),
    of({ operators: Array.from({ length: 600 }, (_, n) => `o${n}`) }),
    of({ operators: Array.from({ length: 300 }, (_, n) => `${n}`.padEnd(250, "o")) }),
    of({ visitor: null }),
    of({ visitor: { ip: null, email: null } }),
    of({ visitor: { ip: "192.0.2.0/24" } }),
    of({ visitor: { ip: "192.0.2.7／32" } }),
    of({ visitor: { ip: "" } }),
    of({ visitor: { name: "Mika" } }),
    of({ departments: null, attributes: null }),
    of({ attributes: { "": [] } }),
    of({ attributes: { tag: "vip" } }),
    of({ monitoring_allowed: null }),
    of({ mood: "x" }),
    {},
    { id: 5 },
    [],
    null,
  ];
  for (const chat of odd) {
    const json = Array.isArray(chat) || chat === null ? chat : asJson(chat);
    assert.deepEqual(outcome(() => kept.watchersFor(chat)), outcome(() => kept.watchersFor(json)), JSON.stringify(chat));
  }
  class Kept {
    id = "c1";
    get operators() {
      return ["ken"];
    }
    toJSON() {
      return { id: "c2", operators: ["営業 一郎"] };
    }
  }
  assert.deepEqual(kept.watchersFor(new Kept()).map(({ rules }) => rules), [["r1"], ["規則1"]]);
  const asking = { get tag() { return kept.watchersFor(PLAIN) && ["vip"]; } };
  assert.deepEqual(kept.watchersFor(of({ attributes: asking })), [{ operator: "hana", rules: ["tag"] }]);
});

test("ids are read anew where memory has been used again", () => {
  const kept = engine();
  for (let n = 0; n < 300; n += 1) {
    const operator = `o${n}`;
    kept.setOperator({ operator, role: "associate" });
    kept.addRule({ id: `again-${n}`, watcher: "hana", when: [{ operator }] });
    assert.deepEqual(kept.watchersFor({ id: "c1", operators: [operator] }), [{ operator: "hana", rules: [`again-${n}`] }]);
    kept.removeRule(`again-${n}`);
    // Makes memory grow now and then.
    if (n % 50 === 0) MonitorEngine.fromJson(kept.toJson());
  }
});

test("commands on a chat tell the same by either way", () => {
  const [one, other] = [new LiveMonitor(engine()), new LiveMonitor(engine())];
  const kinds = new Set();
  const history = [
    ["start_chat", { chat: PLAIN }],
    ["advise", { chat: "c1", watcher: "hana" }],
    ["join", { chat: "c1", watcher: "hana" }],
    ["leave", { chat: "c1", operator: "hana" }],
    ["attend", { chat: "c1", operator: "x".repeat(256) }],
    ["transfer", { chat: "c1", from: "ken", to: "営業 一郎" }],
    ["attend", { chat: "c1", operator: "nobody" }],
    ["unattend", { chat: "c1", operator: "nobody" }],
    ["end_chat", { chat: "c1" }],
  ];
  for (const [type, fields] of history) {
    const told = without(one.engine, "apply", () => one.apply({ type, ...fields }));
    assert.deepEqual(told, other.apply(asJson({ type, ...fields })), type);
    for (const event of told) kinds.add(event.type);
  }
  assert.equal(kinds.size, 6);
  for (const refused of [
    { type: "start_chat" },
    { type: "end_chat", chat: "c9" },
    { type: "end_chat", chat: "c9", more: 1 },
    { type: "end_chat", more: "c9" },
    { type: "attend", chat: "c1", operator: 5 },
    { type: "transfer", chat: "c1", from: "ken", to: "hana", departments: [5] },
    { type: "start_chat", chat: { id: "c1", joined: ["ken"] } },
  ]) {
    assert.deepEqual(outcome(() => one.apply(refused)), outcome(() => other.apply(asJson(refused))), refused.type);
    assert.throws(() => one.apply(refused));
  }
  assert.equal(one.toJson(), other.toJson());
});
