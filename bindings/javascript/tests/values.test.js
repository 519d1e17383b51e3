// Values and errors behave as a JavaScript programmer expects.
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  InvalidValue,
  LiveMonitor,
  MonitorEngine,
  Refusal,
  audience,
  commandFromJson,
  commandToJson,
  eventToJson,
  forParticipants,
} from "chat-monitor";

const CHAT = {
  id: "c1",
  visitor: { ip: "192.0.2.7", email: "Mika@Example.com" },
  operators: ["ken"],
  departments: ["support", "sales"],
  attributes: { tag: ["vip"] },
};

function engine() {
  const engine = new MonitorEngine();
  engine.setOperator({ operator: "ken", role: "associate" });
  engine.setOperator({ operator: "hana", role: "supervisor", departments: ["desk"] });
  engine.addRule({ id: "r1", watcher: "hana", when: [{ operator: "ken" }] });
  return engine;
}

test("an engine is asked and changed", () => {
  const kept = engine();
  assert.deepEqual(kept.watchersFor(CHAT), [{ operator: "hana", rules: ["r1"] }]);
  assert.deepEqual(kept.watchersFor({ id: "c2" }), []);
  assert.deepEqual(kept.operators(), [
    { operator: "hana", role: "supervisor", departments: ["desk"] },
    { operator: "ken", role: "associate" },
  ]);
  assert.deepEqual(kept.monitorableBy("hana"), ["ken"]);
  assert.deepEqual(kept.rights("hana", CHAT), ["watch", "advise", "join"]);
  assert.equal(kept.operator("nobody"), undefined);
  assert.equal(kept.rule("r9"), undefined);
  kept.addExclusion({ id: "x1", when: [{ attribute: { name: "tag", value: "vip" } }] });
  assert.deepEqual(kept.explain(CHAT).map(({ verdict }) => verdict), [{ type: "excluded", exclusion: "x1" }]);
  assert.deepEqual(kept.exclusions().map(({ id }) => id), ["x1"]);
  kept.removeExclusion("x1");
  assert.deepEqual(kept.judge({ id: "r2", watcher: "ken", when: [{ operator: "ken" }] }, CHAT), { type: "no_rights" });
  kept.setRuleWindow("r1", { from: 5, until: 9 });
  assert.equal(kept.nextDeadline, 5);
  kept.setTime(6);
  assert.deepEqual([kept.now, kept.nextDeadline], [6, 9]);
  kept.setRuleEnabled("r1", false);
  assert.equal(kept.rulesOf("hana")[0].enabled, false);
  kept.setPolicy({ ...kept.policy, permissions: { ...kept.policy.permissions, qa: ["associate"] } });
  kept.setOperator({ operator: "quinn", role: "qa" });
  assert.equal(MonitorEngine.fromJson(kept.toJson()).toJson(), kept.toJson());
  kept.removeRule("r1");
  assert.equal(kept.ruleCount, 0);
  kept.free();
});

test("a live monitor follows chats", () => {
  const live = new LiveMonitor(engine());
  const [started] = live.apply({ type: "start_chat", chat: CHAT });
  assert.deepEqual(started, { type: "watch_started", chat: "c1", watcher: "hana", rules: ["r1"] });
  assert.deepEqual(audience(started), { type: "watcher", watcher: "hana" });
  assert.equal(forParticipants(started), undefined);
  const [advised, refused, joined] = live.applyMany([
    { type: "advise", chat: "c1", watcher: "hana" },
    { type: "end_chat", chat: "c9" },
    { type: "join", chat: "c1", watcher: "hana" },
  ]);
  assert.deepEqual(audience(advised[0]), { type: "advice", watcher: "hana", to: ["ken"] });
  assert.ok(refused instanceof Refusal);
  assert.deepEqual(joined.map(forParticipants), [undefined, { type: "joined", chat: "c1", operator: "hana" }]);
  assert.deepEqual(joined[0].reason, { type: "joined" });
  assert.deepEqual(live.participantView("c1"), { chat: "c1", operators: ["ken"], joined: ["hana"] });
  assert.equal(
    live.applyJson('{"leave":{"chat":"c1","operator":"hana"}}'),
    '[{"left":{"chat":"c1","operator":"hana","reason":"asked"}},' +
      '{"watch_started":{"chat":"c1","watcher":"hana","rules":["r1"]}}]',
  );
  assert.deepEqual(live.monitoredChats("hana").map(({ chat }) => chat.visitor.email), ["mika@example.com"]);
  assert.deepEqual(live.recipients("c1", "internal"), { visitor: false, attending: ["ken"], watchers: ["hana"] });
  assert.deepEqual([live.chatCount, live.watchCount, live.chat("c9")], [1, 1, undefined]);
  // The engine is seen as it is, and changed by commands alone.
  const kept = live.engine;
  live.apply({ type: "remove_rule", rule: "r1" });
  assert.equal(kept.ruleCount, 0);
  assert.equal(kept.addRule, undefined);
});

test("a live monitor is saved and loaded", () => {
  const live = new LiveMonitor(engine());
  live.apply({ type: "start_chat", chat: CHAT });
  const saved = live.toJson();
  const parts = [];
  for (const part of live.saveInParts(1)) {
    parts.push(part);
    live.apply({ type: "start_chat", chat: { id: `later-${parts.length}` } });
  }
  assert.ok(parts.length > 3);
  assert.equal(LiveMonitor.fromParts(parts).toJson(), saved);
  assert.equal(LiveMonitor.fromJson(saved).toJson(), saved);
  const { live: settled, events } = LiveMonitor.settle(saved.replace('"operator":"ken"', '"operator":"aya"'));
  assert.equal(settled.watchCount, 0);
  assert.deepEqual(events.map(({ type }) => type), ["watch_ended"]);
});

test("what is refused is thrown, with a code and what it names", () => {
  assert.throws(() => engine().addRule({ id: "r2", watcher: "ken", when: [{ operator: "hana" }] }), (refusal) => {
    assert.ok(refusal instanceof Refusal && refusal instanceof Error);
    assert.deepEqual([refusal.code, refusal.kind, refusal.named], ["add_rule.no_rights", "no_rights", "ken"]);
    assert.equal(String(refusal), "Refusal: watcher `ken` may not monitor anybody");
    return true;
  });
  assert.throws(() => {
    const live = new LiveMonitor();
    live.apply({ type: "set_time", now: 5 });
    live.apply({ type: "set_time", now: 4 });
  }, { code: "time_goes_back", named: 5 });
});

test("a value that cannot be says why, and repeats no visitor's address", () => {
  const live = new LiveMonitor(engine());
  for (const wrong of [
    () => live.apply({ type: "fly" }),
    () => live.apply({ type: "attend", chat: "c1" }),
    () => live.apply({ type: "attend", chat: "c1", operator: "ken", more: 1 }),
    () => live.apply({ type: "set_time", now: -1 }),
    () => live.apply({ type: "set_time", now: 0.5 }),
    () => live.apply({ type: "start_chat" }),
    () => live.apply({ type: "start_chat", chat: { id: "c1", visitor: { email: "mika" } } }),
    () => live.apply({ type: "__proto__" }),
    () => live.applyJson("{"),
    () => live.engine.watchersFor({ id: "" }),
    () => live.engine.watchersFor(null),
    () => live.engine.operator(""),
    () => engine().addRule({ id: "r2", watcher: "hana", when: [] }),
    () => engine().setPolicy({}),
    () => LiveMonitor.fromJson("{}"),
    () => LiveMonitor.fromParts([]),
    () => commandFromJson("[]"),
    () => eventToJson({ type: "left", chat: "c1", operator: "ken", reason: "bored" }),
  ]) {
    assert.throws(wrong, (error) => error instanceof InvalidValue && !error.message.includes("mika"), String(wrong));
  }
  for (const wrong of [
    () => live.apply("attend"),
    () => live.apply(undefined),
    () => live.apply({ type: "start_chat", chat: CHAT, more: 1 }),
    () => live.chat(5),
    () => live.engine.watchersFor(undefined),
    () => new LiveMonitor(live.engine),
    () => audience({ type: "fly" }),
  ]) {
    assert.throws(wrong, TypeError, String(wrong));
  }
  assert.equal(live.chatCount, 0);
});

test("what was not written by this package reads back the same", () => {
  const command = { type: "set_rule_window", rule: "r1", window: null };
  assert.deepEqual(commandFromJson(commandToJson(command)), command);
  assert.equal(commandToJson({ operator: "ken", type: "attend", chat: "c1" }), '{"attend":{"chat":"c1","operator":"ken"}}');
});
