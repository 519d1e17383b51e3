// Values that cannot be are refused in the crate's words, which Python has too, and the declarations name each.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import * as monitor from "chat-monitor";

const golden = (name) => readFileSync(new URL(`../../../tests/golden/${name}`, import.meta.url), "utf8").trimEnd().split("\n");
const declared = readFileSync(new URL("index.d.ts", import.meta.resolve("chat-monitor")), "utf8");

/** Of a type's declaration, the texts of each of its objects' fields. */
function texts(type) {
  const [, body] = declared.match(new RegExp(`export type ${type} =\\n((?:.*\\n)*?.*);\\n\\n`));
  return (name) => [...body.matchAll(new RegExp(`${name}([^;}]*)`, "g"))].map(([, held]) => [...held.matchAll(/"([\w.]+)"/g)].map(([, text]) => text));
}

/** As a program makes it, of the crate's own form. */
function made(of, form) {
  if (of !== "command" && of !== "event") return form;
  const [[type, held]] = Object.entries(form);
  if (type === "start_chat") return { type, chat: held };
  return type === "watch_ended" ? { type, ...held, reason: { type: held.reason } } : { type, ...held };
}

const FOLDER = process.env.CHAT_MONITOR_ANSWERS;
test("what cannot be says why in the shared words", { skip: FOLDER ? false : "CHAT_MONITOR_ANSWERS names no folder" }, () => {
  const lines = readFileSync(`${FOLDER}/faulty.jsonl`, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
  const said = new Set();
  for (const { of, form, ...expected } of lines) {
    const refused = (error) => {
      const { code, kind, message } = error;
      assert.ok(error instanceof monitor.InvalidValue);
      assert.deepEqual({ code, kind, message }, expected, JSON.stringify(form));
      return !message.includes("mika");
    };
    assert.throws(() => monitor[`${of}FromJson`](JSON.stringify(form)), refused);
    assert.throws(() => monitor[`${of}ToJson`](made(of, form)), refused);
    if (of === "chat") {
      assert.throws(() => new monitor.MonitorEngine().watchersFor(form), refused);
      assert.throws(() => new monitor.LiveMonitor().apply({ type: "start_chat", chat: form }), refused);
    }
    said.add(`${expected.code} ${expected.kind}`);
  }
  for (const [code, fails] of Object.entries({
    "json syntax": () => monitor.commandFromJson("{]"),
    "json eof": () => monitor.commandFromJson("{"),
    "json data": () => monitor.commandFromJson("{}"),
    "monitor contradiction": () => monitor.LiveMonitor.fromParts([]),
    "channel unknown": () => new monitor.LiveMonitor().recipients("c1", "private"),
  })) {
    assert.throws(fails, (error) => error instanceof monitor.InvalidValue && `${error.code} ${error.kind}` === code, code);
    said.add(code);
  }
  const fault = texts("Fault");
  const [codes, kinds] = [fault("code: "), fault("kind:")];
  const named = codes.flatMap((codes, at) => codes.flatMap((code) => kinds[at].map((kind) => `${code} ${kind}`)));
  assert.deepEqual(named.toSorted(), [...said].sort());
});

test("the declarations name each refusal", () => {
  const [named] = texts("RefusalCode")("");
  const code = (form) => (typeof form === "object" ? Object.entries(form).map(([key, held]) => [key, code(held)].filter(Boolean).join("."))[0] : "");
  const expected = [...golden("refusals.jsonl"), ...golden("refusals_of_scope.jsonl")].map((line) => code(JSON.parse(line)));
  assert.deepEqual(named.toSorted(), expected.sort());
});
