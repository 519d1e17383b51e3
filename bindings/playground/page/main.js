// The page: what it holds, and how it changes.
import init from "./chat_monitor_wasm.js";
import { announce, announceAgain, fresh, h, quiet, replace, say, status } from "./dom.js";
import { screens } from "./screens.js";
import { setup } from "./setup.js";
import { read, written } from "./share.js";
import { inUse, switchLanguage, t } from "./texts.js";
import { after, shownStep, timeline } from "./timeline.js";
import { why } from "./why.js";
import { follow } from "./world.js";

const held = (id) => document.getElementById(id).textContent;
const wasm = Uint8Array.from(atob(held("wasm")), (letter) => letter.charCodeAt(0));
await init({ module_or_path: wasm });
document.getElementById("wasm").remove();

const MODELS = JSON.parse(held("models"));
const ofModel = ({ title, ...setup }) => ({ setup, commands: [], step: 0 });

const page = {
  state: undefined,
  live: undefined,
  outcomes: undefined,
  announce,
  shownStep: () => shownStep(page.state),
  /** Shows another state; throws, and changes nothing, where its setting cannot be. */
  change(next) {
    const { live, outcomes } = follow(next);
    page.live?.free();
    Object.assign(page, { state: next, live, outcomes });
    quiet();
    render();
    return address();
  },
  setSetup: (setup) => page.change({ ...page.state, setup }),
  happen: (done) => page.change(after(page.state, page.live, done)),
};

const parts = [setup(page), timeline(page), why(page), screens(page)];
const [setupPart, timelinePart, whyPart, screensPart] = parts;

const model = h("select", { id: "model" }, h("option", { value: "", text: "model_choose" }), Object.keys(MODELS).map((name) => h("option", { value: name, text: name })));
model.addEventListener("change", async () => {
  const name = model.value;
  if (!name) return;
  // The state before has its address behind it in the history, so nothing is lost.
  await address();
  history.pushState(null, "", location.href);
  setupPart.changedWhole();
  await page.change(ofModel(MODELS[name]));
  model.value = "";
  announce("model_loaded", { name: t(name) });
});

const link = h("input", { id: fresh(), readonly: true, "data-address": "", onfocus: () => link.select() });
const share = h("button", { type: "button", "data-share": "", text: "share", onclick: async () => {
  await address();
  try {
    await navigator.clipboard.writeText(link.value);
    announce("copied");
  } catch {
    link.focus();
    announce("not_copied");
  }
} });

let turn = 0;

/** Puts the state into the address, unless another one came meanwhile. */
async function address() {
  const mine = (turn += 1);
  const fragment = await written(page.state);
  if (mine !== turn) return;
  history.replaceState(null, "", `#${fragment}`);
  link.value = location.href;
}

/** Whether the address had a state that could be shown, or none at all. */
async function fromAddress() {
  const fragment = location.hash.slice(1);
  if (!fragment) return false;
  try {
    const state = await read(fragment);
    setupPart.changedWhole();
    await page.change(state);
    return true;
  } catch {
    announce("bad_address");
    return false;
  }
}

const lists = h("div", { hidden: true });

/** What fields offer. */
function offers() {
  const { engine } = page.live;
  const departments = [...engine.operators(), ...page.live.chats()].flatMap(({ departments = [] }) => departments);
  const ids = {
    operators: engine.operators().map(({ operator }) => operator),
    roles: Object.keys(engine.policy.permissions),
    departments: [...new Set(departments)],
    chats: page.live.chats().map(({ id }) => id),
    rules: engine.rules().map(({ id }) => id),
  };
  const list = ([name, values]) => h("datalist", { id: `ids-${name}` }, values.map((value) => h("option", { value })));
  lists.replaceChildren(...Object.entries(ids).map(list));
}

function render() {
  offers();
  for (const part of parts) part.render();
}

function inLanguage() {
  document.documentElement.lang = inUse();
  document.title = t("product");
  say(document.body);
  announceAgain();
}

const language = h("button", { type: "button", class: "quiet", text: "language", "data-language": "", onclick: () => {
  switchLanguage();
  inLanguage();
  render();
} });

document.documentElement.lang = inUse();
const field = (control, label, ...more) => h("div", { class: "field" }, h("label", { for: control.id, text: label }), control, more);
replace(document.body,
  h("a", { class: "skip", href: "#main", text: "skip", onclick: (event) => {
    event.preventDefault();
    document.getElementById("setup").focus();
  } }),
  h("header", {},
    h("div", { class: "bar" }, h("h1", { text: "product" }), language),
    h("p", { class: "lead", text: "lead" }),
    h("div", { class: "tools" }, field(model, "model"), field(link, "share_field", h("small", { text: "share_warning" })), share)),
  status,
  h("main", { id: "main" },
    h("div", { class: "side" }, setupPart.element, timelinePart.element),
    h("div", { class: "side" }, screensPart.element, whyPart.element)),
  lists);
document.title = t("product");
if (!(await fromAddress())) {
  const unread = location.hash.length > 1;
  await page.change(ofModel(MODELS["zoho-salesiq"]));
  if (unread) announce("bad_address");
}
addEventListener("hashchange", async () => {
  // What does not hold is taken out of the address again.
  if (!(await fromAddress())) await address();
});
document.body.dataset.ready = "";
