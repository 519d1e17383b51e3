// The page as people use it, opened from a file.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { BROWSER, start } from "./browser.js";

const PAGE = process.env.CHAT_MONITOR_PLAYGROUND;
const SKIP = !BROWSER ? "SKIPPED: no chromium" : !PAGE && "SKIPPED: CHAT_MONITOR_PLAYGROUND names no page";
if (SKIP) console.log(SKIP);

const MODELS = new URL("../../../examples/models/", import.meta.url);
const address = SKIP ? "" : pathToFileURL(PAGE).href;
let page, close;

before(async () => {
  if (SKIP) return;
  ({ page, close } = await start("en"));
  await page.size(1400);
});
after(() => close?.());

const tried = (name, act) => test(name, { skip: SKIP, timeout: 180_000 }, act);
const text = (selector) => page.of(`(document.querySelector(${JSON.stringify(selector)})?.innerText ?? "").replace(/\\n+/g, "\\n")`);

/** All that a state makes the page show. */
const SHOWN = `[...document.querySelectorAll("table, .steps, .screens, .cards")].map((e) => e.textContent).join("\\n")`;
const shownNow = () => page.of(SHOWN);
const all = (selector, what) => page.of(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => ${what})`);

/** Types into the field that a label names, in a form. */
async function fill(form, label, typed) {
  await page.of(`(() => {
    const label = [...document.querySelectorAll(${JSON.stringify(`${form} label`)})]
      .find((l) => l.textContent === ${JSON.stringify(label)} && l.control.checkVisibility());
    if (!label) throw new Error("no field " + ${JSON.stringify(label)});
    label.control.value = ${JSON.stringify(typed)};
    label.control.dispatchEvent(new Event("change", { bubbles: true }));
  })()`);
}

const send = (form) => page.of(`document.querySelector(${JSON.stringify(form)}).requestSubmit()`);
const choose = (selector, value) =>
  page.of(`(() => { const e = document.querySelector(${JSON.stringify(selector)}); e.value = ${JSON.stringify(value)}; e.dispatchEvent(new Event("change")); })()`);

/** Lets a step happen by its form. */
async function happen(kind, fields) {
  await choose("[data-kind]", kind);
  for (const [label, typed] of Object.entries(fields)) await fill(`[data-step="${kind}"]`, label, typed);
  await send(`[data-step="${kind}"]`);
}

const steps = () => page.of(`document.querySelectorAll(".steps > li").length - 1`);
const faults = () => page.of(`[...document.querySelectorAll(".fault")].filter((e) => e.checkVisibility()).map((e) => e.textContent)`);
const watchers = (chat) => all(`.why [data-chat="${chat}"] [data-watcher]`, "e.dataset.watcher");
const watched = (operator) => all(`[data-operator="${operator}"] [data-watched]`, "e.dataset.watched");
const state = () => page.of(`document.querySelector("[data-address]").value`);

/** The address, once it is that of what is shown. */
async function settled() {
  let [before, now] = ["", await state()];
  while (before !== now || !now.includes("#")) {
    await new Promise((done) => setTimeout(done, 50));
    [before, now] = [now, await state()];
  }
  return now;
}

tried("every model gives the answers of its expected file", async () => {
  await page.open(address);
  const names = readdirSync(MODELS).filter((name) => statSync(new URL(name, MODELS)).isDirectory());
  const offered = await page.of(`[...document.querySelector("#model").options].map((o) => o.value).filter(Boolean)`);
  assert.deepEqual(offered.sort(), names.sort());
  assert.equal(names.length, 9);
  let verdicts = 0;
  for (const name of names) {
    await choose("#model", name);
    await page.until(`document.querySelector("#model").value === ""`);
    const lines = readFileSync(new URL(`${name}/expected.jsonl`, MODELS), "utf8").trim().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(await all(".why [data-chat]", "e.dataset.chat"), lines.map(({ chat }) => chat), name);
    for (const { chat, watchers: expected, verdicts: said } of lines) {
      const card = `.why [data-chat="${chat}"]`;
      assert.deepEqual(await watchers(chat), expected.map(({ operator }) => operator), `${name} ${chat}`);
      const shown = await all(`${card} [data-watcher]`, "e.innerText");
      expected.forEach(({ rules }, at) => assert.ok(shown[at].endsWith(`by ${rules.join(", ")}`), `${name} ${chat}: ${shown[at]}`));
      // Of those who do not watch, each rule is there with its verdict.
      const closed = new Map(await all(`${card} [data-rule]`, "[e.dataset.rule, e.dataset.verdict]"));
      for (const { rule, verdict } of said) {
        if (closed.has(rule)) verdicts += 1;
        const kind = typeof verdict === "string" ? verdict : Object.keys(verdict)[0];
        if (closed.has(rule)) assert.equal(closed.get(rule), kind, `${name} ${chat} ${rule}`);
        else assert.ok(expected.length > 0, `${name} ${chat} ${rule}: not shown`);
      }
    }
  }
  assert.ok(verdicts > 150, `${verdicts} verdicts`);
});

tried("a walk: a rule, a transfer, advice, joining, the time; and nothing of it on the visitor's screen", async () => {
  await page.open(address);
  assert.deepEqual(await watchers("c2"), []);
  const visitor = await text('[data-visitor="c2"]');
  await page.click("#tab-rules");
  await fill('[data-form="rules"]', "ID", "r9");
  await fill('[data-form="rules"]', "Watcher", "mori");
  await fill('[data-form="rules"]', "Value", "hana");
  await send('[data-form="rules"]');
  assert.deepEqual(await faults(), []);
  assert.deepEqual(await watchers("c2"), []);
  assert.match(await text('.why [data-chat="c2"] [data-not="mori"] [data-rule="r9"]'), /does not meet: Operator: hana/);
  assert.deepEqual(await all('.why [data-chat="c2"] [data-not="aya"]', "e.innerText"), ["aya Associate\n\nNo rule."]);

  await happen("transfer", { Chat: "c2", From: "ken", "Transfer to": "hana" });
  assert.deepEqual(await watchers("c2"), ["mori"]);
  assert.deepEqual(await watched("mori"), ["c3", "c2"]);
  assert.match(await text(".steps > li:last-child .watch_started"), /mori begins to watch c2 \(r4, r9\)/);
  assert.equal(await text('[data-visitor="c2"]'), visitor.replace("ken", "hana"));

  const own = await text('[data-operator="hana"]');
  const quiet = await text('[data-visitor="c2"]');
  await page.click('[data-key="advise-c2-mori"]');
  assert.match(await text('[data-operator="hana"] [data-own="c2"]'), /Advice from mori/);
  assert.ok(!own.includes("mori"), own);
  assert.equal(await text('[data-visitor="c2"]'), quiet);

  await page.click('[data-key="join-c2-mori"]');
  assert.deepEqual(await watched("mori"), ["c3"]);
  assert.equal(await text('[data-visitor="c2"]'), `${quiet}\nmori joined the chat`);
  await page.click('[data-key="leave-c2-mori"]');
  assert.equal(await text('[data-visitor="c2"]'), `${quiet}\nmori joined the chat\nmori left the chat`);
  assert.deepEqual(await watched("mori"), ["c3", "c2"]);

  await happen("set_visitor", { Chat: "c2", "Visitor's email": "Mika@Example.com" });
  await happen("set_rule_enabled", { Rule: "r4" });
  assert.match(await text(".steps > li:last-child"), /No watch begins or ends/);

  await choose("[data-kind]", "command_json");
  const timed = { add_rule: { id: "r10", watcher: "mori", when: [{ department: "support" }], window: { from: 1764547200000, until: 1764547300000 } } };
  await fill('[data-step="command_json"]', "Command", JSON.stringify(timed));
  await send('[data-step="command_json"]');
  assert.match(await text('.why [data-chat="c5"] [data-not="mori"] [data-rule="r10"]'), /no time has been told/);
  // In Tokyo, where the browser is.
  await happen("set_time", { Time: "2025-12-01T09:00" });
  assert.ok((await watchers("c5")).includes("mori"));
  await happen("set_time", { Time: "2025-12-01T10:00" });
  assert.match(await text('.why [data-chat="c5"] [data-not="mori"]'), /does not count at this time/);
  await happen("set_time", { Time: "2025-12-01T08:00" });
  assert.match((await faults()).join(), /earlier|back/);

  // Back to the step after the transfer, and to the beginning.
  await page.click('[data-key="step-1"]');
  assert.deepEqual(await watched("mori"), ["c3", "c2"]);
  assert.ok(!(await text('[data-operator="hana"]')).includes("Advice"));
  await page.click('[data-key="step-0"]');
  assert.deepEqual(await watchers("c2"), []);
  assert.equal(await steps(), 9);
});

tried("no visitor's screen names a watcher, in any model", async () => {
  await page.open(address);
  let seen = 0;
  for (const name of readdirSync(MODELS).filter((name) => statSync(new URL(name, MODELS)).isDirectory())) {
    await choose("#model", name);
    await page.until(`document.querySelector("#model").value === ""`);
    for (const chat of await all(".why [data-chat]", "e.dataset.chat")) {
      const shown = await text(`[data-visitor="${chat}"]`);
      for (const watcher of await watchers(chat)) {
        seen += 1;
        assert.ok(!shown.includes(watcher), `${name} ${chat}: ${shown}`);
      }
    }
  }
  assert.ok(seen > 30, `${seen} watchers`);
});

tried("a fault is shown at its field in the crate's words, and nothing is lost", async () => {
  await page.open(address);
  await page.click("#tab-rules");
  const form = '[data-form="rules"]';
  const first = await settled();
  const faulty = async (fields, fault, label) => {
    for (const [name, typed] of Object.entries(fields)) await fill(form, name, typed);
    await send(form);
    assert.match((await faults()).join(), fault);
    assert.equal(await page.of(`document.activeElement.labels?.[0]?.textContent`), label);
    assert.equal(await page.of(`document.activeElement.getAttribute("aria-invalid")`), "true");
    for (const typed of Object.values(fields)) assert.ok((await all(`${form} input`, "e.value")).includes(typed), typed);
    assert.equal(await settled(), first);
  };
  await faulty({ ID: "", Watcher: "hana", Value: "ken" }, /1 to 256 bytes/, "ID");
  await faulty({ ID: " r9", Watcher: "hana", Value: "ken" }, /blank/, "ID");
  await faulty({ ID: "r1", Watcher: "hana", Value: "ken" }, /rule `r1` exists/, "ID");
  await faulty({ ID: "r9", Watcher: "nobody", Value: "ken" }, /`nobody`/, "Watcher");
  await faulty({ ID: "r9", Watcher: "ken", Value: "aya" }, /`ken`/, "Watcher");
  await faulty({ ID: "r9", Watcher: "hana", Value: "hana" }, /`hana`/, "Value");
  await faulty({ ID: "r9", Watcher: "hana", Value: "mori" }, /`mori`/, "Value");
  await faulty({ ID: "r9", Watcher: "hana", Value: "" }, /1 to 256 bytes/, "Value");
  await fill(form, "Kind of monitoring", "visitor_ip");
  await faulty({ Value: "192.0.2.*" }, /192\.0\.2\.0\/24/, "Value");
  await fill(form, "Kind of monitoring", "visitor_email");
  await faulty({ Value: "mika*@example.com" }, /\*@example\.com/, "Value");
  await fill(form, "Value", "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ");
  await send(form);
  assert.deepEqual(await faults(), []);
  assert.match(await text("#panel-rules table"), /Visitor's email: taro@example\.jp/);

  // A step that is not done is not in the time line.
  for (const [kind, fields, fault] of [
    ["start_chat", { ID: "" }, /1 to 256 bytes/],
    ["start_chat", { ID: "c1" }, /chat `c1` is live/],
    ["transfer", { Chat: "c1", From: "aya", "Transfer to": "ken" }, /`aya`/],
    ["join", { Chat: "c1", Watcher: "ken" }, /`ken`/],
    ["set_time", { Time: "" }, /a date and a time/],
    ["command_json", { Command: '{"end_chat":{"chat":"c1","x":1}}' }, /unknown field `x`/],
  ]) {
    await happen(kind, fields);
    assert.match((await faults()).at(-1), fault);
    assert.equal(await page.of(`document.activeElement.getAttribute("aria-invalid")`), "true", kind);
    assert.equal(await steps(), 0);
    await choose("[data-kind]", "end_chat");
  }

  // As JSON: the line is named, and the text stays.
  const json = (typed) => page.of(`(() => { const e = document.querySelector('[data-json="rules"]'); e.closest("details").open = true; e.value += ${JSON.stringify(typed)}; return e.value; })()`);
  const typed = await json('\n{"id":"r11","watcher":"hana","when":[]}');
  const before = await settled();
  await page.click('[data-apply="rules"]');
  assert.match((await faults()).at(-1), /^Line 7: /);
  assert.equal(await page.of(`document.querySelector('[data-json="rules"]').value`), typed);
  assert.equal(await settled(), before);

  // What would break another table is refused, and says which.
  await page.click("#tab-policy");
  await page.of(`(() => { const e = document.querySelector('[data-json="policy"]'); e.closest("details").open = true; const p = JSON.parse(e.value); delete p.permissions.associate; e.value = JSON.stringify(p); })()`);
  await page.click('[data-apply="policy"]');
  assert.match((await faults()).join(), /associate/);
  assert.equal(await settled(), before);
});

tried("an address brings the same again, and one that cannot be read changes nothing", async () => {
  await page.open(address);
  await choose("#model", "qa-sample");
  await page.until(`document.querySelector("#model").value === ""`);
  await happen("transfer", { Chat: "c1", From: "ken", "Transfer to": "hugo" });
  await happen("end_chat", { Chat: "c2" });
  await page.click('[data-key="step-1"]');
  const shared = await settled();
  assert.match(shared, /#s=[\w-]+$/);
  const shown = await shownNow();
  await page.open(shared);
  assert.equal(await shownNow(), shown);
  assert.equal(await settled(), shared);

  const plain = (state) => `j=${Buffer.from(JSON.stringify({ version: 1, commands: [], step: 0, ...state })).toString("base64url")}`;
  const policy = { watch_unattended: false, joined_count: true, permissions: { administrator: [], supervisor: [], associate: [] } };
  const setup = { policy, operators: [], rules: [], exclusions: [], chats: [] };
  const ill = [
    { setup: {} },
    { setup, commands: [null] },
    { setup, commands: [{ end: 1 }] },
    { setup, step: 1 },
    { setup, version: 2 },
    { setup, more: 1 },
    { setup: { ...setup, chats: [null] } },
    { setup: { ...setup, rules: [{ id: "r" }] } },
  ];
  const bad = ["s=AAAA", "s=", "j=bm8", ...ill.map(plain), "x", shared.split("#")[1].slice(0, -9)];
  for (const fragment of bad) {
    await page.of(`document.querySelector("[role=status]").hidden = true; location.hash = ${JSON.stringify(fragment)}`);
    await page.until(`!document.querySelector("[role=status]").hidden && location.href === ${JSON.stringify(shared)}`);
    assert.match(await text("[role=status]"), /no state that can be read/);
    assert.equal(await shownNow(), shown);
  }
  await page.open(`${address}#${plain({ setup, commands: [{ end_chat: { chat: "c1" } }], step: 1 })}`);
  assert.match(await text(".steps > li:last-child .fault"), /Refused: chat `c1` is not live/);
  await page.open(`${address}#s=AAAA`);
  assert.match(await text("[role=status]"), /no state that can be read/);
  assert.deepEqual(await watchers("c7"), ["hana", "sora"]);

  // A model takes the place of what was there; Back brings that again.
  await page.open(shared);
  await choose("#model", "zoho-salesiq");
  await page.until(`document.querySelector("#model").value === ""`);
  assert.notEqual(await shownNow(), shown);
  await page.of("history.back()");
  await page.until(`${SHOWN} === ${JSON.stringify(shown)}`);
});

tried("both languages, and what is typed stays", async () => {
  await page.open(address);
  await page.click("#tab-rules");
  await fill('[data-form="rules"]', "ID", "r9");
  await page.click("[data-language]");
  assert.equal(await page.of("document.documentElement.lang"), "ja");
  await page.of(`document.querySelector("#model").hidden = true`);
  const shown = await text("body");
  for (const word of ["モニタリングの種類", "追加する", "削除する", "モニタリング中のチャット", "このチャットに参加する", "訪問者", "スーパーバイザー", "管理者", "担当者"]) {
    assert.ok(shown.includes(word), word);
  }
  assert.ok((await all('[data-form="rules"] input', "e.value")).includes("r9"));
  const english = /\b(Chat|Operator|Watcher|Rule|Delete|Add|Advise|Visitor|Nobody|No rule)\b/;
  assert.doesNotMatch(shown, english);
  // A browser that is set to Japanese begins in it.
  const japanese = await start("ja");
  try {
    await japanese.page.open(address);
    assert.equal(await japanese.page.of("document.documentElement.lang"), "ja");
  } finally {
    await japanese.close();
  }
  await page.click("[data-language]");
  assert.doesNotMatch(await page.of(`document.body.innerText.replace("日本語", "")`), /[ぁ-んァ-ン一-龠]/);
});

/** Presses Tab until the focus is on what a selector names. */
async function tabTo(selector) {
  for (let pressed = 0; pressed < 200; pressed += 1) {
    if (await page.of(`document.activeElement.matches(${JSON.stringify(selector)}) && document.activeElement.checkVisibility()`)) return;
    await page.key("Tab");
  }
  assert.fail(`Tab does not reach ${selector}`);
}

tried("the keyboard alone is enough", async () => {
  await page.open(address);
  await page.key("Tab");
  assert.equal(await page.of("document.activeElement.className"), "skip");
  await page.key("Enter");
  await tabTo("#tab-operators");
  await page.key("ArrowRight");
  assert.equal(await page.of("document.activeElement.id"), "tab-rules");
  assert.ok(await page.of(`document.querySelector("#panel-rules").checkVisibility()`));
  await tabTo('[data-form="rules"] input');
  await page.type("r9");
  await page.key("Tab");
  await page.type("sora");
  await page.key("Tab");
  await page.key("Tab");
  await page.type("aya");
  await page.key("Enter");
  assert.deepEqual(await faults(), []);
  assert.deepEqual(await watchers("c5"), ["sora"]);
  // A button that goes away leaves the focus near.
  await tabTo('[data-key="join-c5-sora"]');
  await page.key("Space");
  await page.until(`document.querySelector('[data-operator="sora"] [data-own="c5"]')`);
  assert.equal(await page.of("document.activeElement.id"), "screens");
  await tabTo('[data-key="leave-c5-sora"]');
  await page.key("Enter");
  assert.deepEqual(await watchers("c5"), ["sora"]);
});

tried("360 px need no sideways scrolling, in both languages, by day and by night", async () => {
  await page.size(360);
  try {
    for (const scheme of ["light", "dark"]) {
      await page.scheme(scheme);
      await page.open(address);
      for (const _ of ["en", "ja"]) {
        for (const tab of ["operators", "rules", "exclusions", "policy", "chats"]) {
          await page.click(`#tab-${tab}`);
          const [wide, across] = await page.of("[innerWidth, document.documentElement.scrollWidth]");
          assert.equal(wide, 360);
          assert.ok(across <= 360, `${tab}: ${across} px`);
        }
        await page.click("[data-language]");
      }
    }
  } finally {
    await page.scheme("light");
    await page.size(1400);
  }
});

tried("it can be served, too, and asks its server for nothing else", async () => {
  const [html, asked] = [readFileSync(PAGE), []];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    response.setHeader("content-type", "text/html").end(html);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  try {
    const served = `http://127.0.0.1:${server.address().port}/`;
    await page.open(served);
    assert.deepEqual(await watchers("c7"), ["hana", "sora"]);
    const shared = await settled();
    assert.ok(shared.startsWith(`${served}#s=`));
    assert.equal(await page.of(`fetch("/let-through").then(() => "let through", () => "blocked")`), "blocked");
    assert.deepEqual(asked, ["/"]);
    await page.open(address);
    page.requests.splice(0, page.requests.length, ...page.requests.filter((url) => !url.startsWith(served)));
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

tried("nothing is asked for but the page, and nothing fails unseen", () => {
  // The browser draws what belongs to its own fields from data.
  const own = (url) => url === "about:blank" || url.startsWith("data:") || url.split("#")[0] === address;
  const asked = page.requests.filter((url) => !own(url));
  assert.deepEqual(asked, []);
  assert.ok(page.requests.length > 8, `${page.requests.length} requests`);
});
