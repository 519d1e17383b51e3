// A page in chromium, driven by its own protocol through a pipe: no port, no driver, no package.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const BROWSER = ["chromium", "chromium-browser", "google-chrome"].find(
  (name) => spawnSync(name, ["--version"]).status === 0,
);

const PATIENCE = 60_000;

/** Starts a browser; `close` ends it. */
export async function start(language) {
  const profile = mkdtempSync(join(tmpdir(), "playground-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", `--lang=${language}`];
  const stdio = ["ignore", "ignore", "ignore", "pipe", "pipe"];
  const browser = spawn(BROWSER, [...flags, "--remote-debugging-pipe", `--user-data-dir=${profile}`, "about:blank"], { stdio });
  const [, , , to, from] = browser.stdio;
  const gone = new Promise((done) => browser.on("exit", done));
  const waiting = new Map();
  const requests = [];
  let last = 0;
  let rest = "";
  to.on("error", () => {});
  from.setEncoding("utf8").on("data", (data) => {
    const messages = (rest + data).split("\0");
    rest = messages.pop();
    for (const { id, result, error, method, params } of messages.map((text) => JSON.parse(text))) {
      if (method === "Network.requestWillBeSent") requests.push(params.request.url);
      if (method === "Runtime.exceptionThrown") requests.push(`threw: ${params.exceptionDetails.exception?.description}`);
      const { done, failed } = waiting.get(id) ?? {};
      waiting.delete(id);
      if (error) failed?.(new Error(error.message));
      else done?.(result);
    }
  });
  gone.then(() => waiting.forEach(({ failed }) => failed(new Error("the browser has gone"))));
  const ask = (method, params = {}, sessionId = undefined) =>
    new Promise((done, failed) => {
      waiting.set((last += 1), { done, failed });
      to.write(`${JSON.stringify({ id: last, method, params, sessionId })}\0`);
    });
  const close = async () => {
    browser.kill();
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const { targetId } = await ask("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await ask("Target.attachToTarget", { targetId, flatten: true });
    const page = new Page((method, params) => ask(method, params, sessionId), requests);
    for (const domain of ["Page", "Runtime", "Network"]) await page.ask(`${domain}.enable`);
    const userAgent = (await ask("Browser.getVersion")).userAgent;
    await page.ask("Emulation.setUserAgentOverride", { userAgent, acceptLanguage: language });
    await page.ask("Emulation.setTimezoneOverride", { timezoneId: "Asia/Tokyo" });
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const KEYS = {
  Tab: [9], Enter: [13, "\r"], Space: [32, " ", " "], ArrowRight: [39], ArrowLeft: [37], ArrowDown: [40], Home: [36], End: [35],
};

class Page {
  constructor(ask, requests) {
    this.ask = ask;
    /** Each address that was asked for, and each error that nothing caught. */
    this.requests = requests;
  }

  /** What an expression gives in the page. */
  async of(expression) {
    const { result, exceptionDetails } = await this.ask("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Waits until an expression holds. */
  async until(expression) {
    for (const end = Date.now() + PATIENCE; Date.now() < end; await new Promise((done) => setTimeout(done, 30))) {
      try {
        if (await this.of(expression)) return;
      } catch (error) {
        if (!/context|navigat/i.test(error.message)) throw error;
      }
    }
    throw new Error(`never: ${expression}`);
  }

  async open(address) {
    // Another page first: a fragment alone would not load it again.
    await this.ask("Page.navigate", { url: "about:blank" });
    await this.until(`location.href === "about:blank"`);
    await this.ask("Page.navigate", { url: address });
    await this.until(`document.body?.dataset.ready === ""`);
  }

  size(width, height = 900) {
    return this.ask("Emulation.setDeviceMetricsOverride", { width, height, deviceScaleFactor: 1, mobile: width < 500 });
  }

  /** Light or dark. */
  scheme(value) {
    return this.ask("Emulation.setEmulatedMedia", { features: [{ name: "prefers-color-scheme", value }] });
  }

  async key(name, modifiers = 0) {
    const [windowsVirtualKeyCode, text, key = name] = KEYS[name];
    await this.ask("Input.dispatchKeyEvent", { type: "keyDown", key, code: name, windowsVirtualKeyCode, text, modifiers });
    await this.ask("Input.dispatchKeyEvent", { type: "keyUp", key, code: name, windowsVirtualKeyCode, modifiers });
  }

  type(text) {
    return this.ask("Input.insertText", { text });
  }

  click(selector) {
    return this.of(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  async picture(file) {
    const { data } = await this.ask("Page.captureScreenshot", { captureBeyondViewport: true });
    writeFileSync(file, Buffer.from(data, "base64"));
  }
}
