// The same answers as the crate gives, to the byte: its golden files, and a long log by chance.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as monitor from "chat-monitor";

import { answers } from "./answers.js";

const golden = (name) => readFileSync(new URL(`../../../tests/golden/${name}`, import.meta.url), "utf8").trimEnd();

const KINDS = {
  command: ["commands.jsonl", "commands_of_scope.jsonl"],
  event: ["events.jsonl", "events_of_scope.jsonl"],
  chat: ["chats.jsonl", "chats_with_more.jsonl"],
  rule: ["rules.jsonl", "rules_with_more.jsonl"],
  exclusion: ["exclusions.jsonl"],
  policy: ["policies.jsonl"],
};

for (const [kind, names] of Object.entries(KINDS)) {
  test(`golden lines are read and written alike: ${kind}`, () => {
    const lines = names.flatMap((name) => golden(name).split("\n"));
    assert.ok(lines.length >= 2);
    for (const line of lines) {
      const value = monitor[`${kind}FromJson`](line);
      assert.equal(monitor[`${kind}ToJson`](value), line);
      if (kind === "command" || kind === "event") assert.equal(typeof value.type, "string");
    }
  });
}

test("golden states are read and written alike", () => {
  for (const line of [...golden("monitor.jsonl").split("\n"), golden("monitor_of_scope.jsonl")]) {
    assert.equal(monitor.LiveMonitor.fromJson(line).toJson(), line);
  }
  for (const name of ["engine.json", "engine_with_more.json"]) {
    const text = golden(name);
    assert.equal(JSON.stringify(JSON.parse(monitor.MonitorEngine.fromJson(text).toJson()), null, 2), text);
  }
});

test("the first page says what works", async () => {
  const readme = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
  const [example, ...more] = readme.matchAll(/```js\n(.*?)```/gs);
  assert.equal(more.length, 0);
  const engine = new monitor.MonitorEngine();
  engine.setOperator({ operator: "ken", role: "associate" });
  engine.setOperator({ operator: "hana", role: "supervisor" });
  engine.addRule({ id: "r1", watcher: "hana", when: [{ operator: "ken" }] });
  const body = example[1].replace(/^import (.*) from (".*");$/m, "const $1 = await import($2);");
  const run = Object.getPrototypeOf(async () => {}).constructor("saved", "console", "load", body.replace("import(", "load("));
  const printed = [];
  await run(engine.toJson(), { log: (...line) => printed.push(line) }, async () => monitor);
  assert.deepEqual(printed, [["hana", ["r1"]]]);
});

// `cargo run -p answers` makes the log, and says where it lies by this variable.
const folder = process.env.CHAT_MONITOR_ANSWERS;
test("a long log is answered alike", { skip: folder ? false : "CHAT_MONITOR_ANSWERS names no folder" }, () => {
  const expected = readFileSync(`${folder}/answers.jsonl`, "utf8").trimEnd().split("\n");
  const digest = createHash("sha256");
  let count = 0;
  for (const answer of answers(monitor, readFileSync(`${folder}/log.jsonl`, "utf8").trimEnd().split("\n"))) {
    if (answer !== expected[count]) assert.equal(answer, expected[count], `line ${count + 1}`);
    digest.update(`${answer}\n`);
    count += 1;
  }
  assert.equal(count, expected.length);
  assert.ok(count > 10_000);
  console.log(`${count - 1} lines, answers ${digest.digest("hex")}`);
});
