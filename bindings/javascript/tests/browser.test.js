// The package in a browser, in a page and in a worker: both answer the beginning of the long log as the crate does.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createReadStream, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { test } from "node:test";

const found = (names) => names.find((name) => spawnSync(name, ["--version"]).status === 0);
const BROWSERS = {
  chromium: {
    program: found(["chromium", "chromium-browser", "google-chrome"]),
    flags: (profile) => ["--headless=new", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`],
  },
  firefox: {
    program: found(["firefox", "firefox-esr"]),
    flags: (profile) => ["--headless", "--no-remote", "--profile", profile],
  },
};
const FOLDER = process.env.CHAT_MONITOR_ANSWERS;
const LINES = 20_000;

const PAGE = `<!doctype html><script type="module">
  import { follow } from "/follow.js";
  const report = (where, answers) => fetch("/report/" + where, { method: "POST", body: answers });
  try { await report("page", await follow()); } catch (error) { await report("page", String(error)); }
  const worker = new Worker("/worker.js", { type: "module" });
  worker.onmessage = ({ data }) => report("worker", data);
  worker.onerror = ({ message }) => report("worker", message);
</script>`;
const FOLLOW = `import * as monitor from "/chat-monitor/browser.js";
  import { answers } from "/answers.js";
  export async function follow() {
    const log = (await (await fetch("/log")).text()).split("\\n");
    return [...answers(monitor, log)].slice(0, -1).join("\\n");
  }`;
const WORKER = `import { follow } from "/follow.js"; postMessage(await follow());`;
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** Serves the package and the page, and calls `reported` with what is sent back. */
function serve(log, reported) {
  const made = { "/": ["text/html", PAGE], "/follow.js": [TYPES[".js"], FOLLOW], "/worker.js": [TYPES[".js"], WORKER] };
  made["/log"] = ["text/plain", log];
  made["/answers.js"] = [TYPES[".js"], readFileSync(new URL("answers.js", import.meta.url))];
  const pack = new URL(".", import.meta.resolve("chat-monitor"));
  return createServer((request, response) => {
    if (request.method === "POST") {
      let body = "";
      request.setEncoding("utf8").on("data", (data) => (body += data));
      request.on("end", () => (response.end(), reported(request.url.slice("/report/".length), body)));
    } else if (Object.hasOwn(made, request.url)) {
      const [type, text] = made[request.url];
      response.setHeader("content-type", type).end(text);
    } else if (/^\/chat-monitor\/[\w.]+$/.test(request.url)) {
      response.setHeader("content-type", TYPES[extname(request.url)] ?? "text/plain");
      createReadStream(new URL(request.url.slice("/chat-monitor/".length), pack)).pipe(response);
    } else {
      response.writeHead(404).end();
    }
  });
}

for (const [name, { program, flags }] of Object.entries(BROWSERS)) {
  const skip = !program ? `SKIPPED: no ${name}` : !FOLDER && "SKIPPED: CHAT_MONITOR_ANSWERS names no folder";
  if (skip) console.log(skip);
  test(`a page and a worker answer alike: ${name}`, { skip, timeout: 180_000 }, () => alike(program, flags));
}

async function alike(program, flags) {
  const of = (name) => readFileSync(join(FOLDER, name), "utf8").split("\n").slice(0, LINES).join("\n");
  const [log, expected, reports] = [of("log.jsonl"), of("answers.jsonl"), new Map()];
  const profile = mkdtempSync(join(tmpdir(), "chat-monitor-"));
  let browser, server;
  try {
    await new Promise((done, failed) => {
      server = serve(log, (where, answers) => reports.set(where, answers).size === 2 && done());
      server.listen(0, "127.0.0.1", () => {
        const page = `http://127.0.0.1:${server.address().port}/`;
        browser = spawn(program, [...flags(profile), page], { stdio: "ignore", env: { ...process.env, HOME: profile } });
        browser.on("exit", () => failed(new Error("the browser has gone")));
      });
    });
  } finally {
    browser?.removeAllListeners("exit");
    browser?.kill();
    await new Promise((gone) => (browser ? browser.on("exit", gone) : gone()));
    server.closeAllConnections();
    server.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
  for (const where of ["page", "worker"]) {
    if (reports.get(where) !== expected) assert.fail(`the ${where} answers otherwise: ${reports.get(where).slice(0, 300)}`);
  }
}
