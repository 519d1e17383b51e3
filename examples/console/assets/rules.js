// The rules: listed, searched, switched, deleted. The list is live: what changes elsewhere is asked for again.

import { cancellable, element, find, get, listen, post, text } from "./common.js";
import { openForm } from "./rule_form.js";
import { criteria, ruleName, ruleWords, windowWords } from "./rule_words.js";
import "./why.js";

/** How long what has changed may wait, so that much that changes is asked for once. */
const AGAIN = 800;

const rows = new Map();
const asked = new URLSearchParams(location.search);
let page = Number(asked.get("page")) || 0;
for (const part of ["q", "kind", "watcher"]) {
  const field = find(`#search-${part}`);
  if (field && asked.get(part)) field.value = asked.get(part);
}

const path = (rule) => `/settings/monitoring/rules/${encodeURIComponent(rule.id)}`;
const full = (rule) => text("of_watcher", { rule: ruleWords(rule), watcher: rule.watcher });
const act = (key, rule, onclick, className = "") => element("button",
  { class: `quiet ${className}`, "aria-label": `${text(key)}: ${full(rule)}`, onclick }, text(key));
const time = (at) => element("time", { datetime: new Date(at).toISOString() },
  new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" }).format(at));

function use(rule) {
  if (rule.last_monitored === null) return [element("small", {}, text("never_monitored"))];
  return [
    element("span", {}, text("chats_monitored"), " ", element("b", { class: "monitored" }, String(rule.chats_monitored))), " ",
    element("span", {}, text("chats_joined"), " ", element("b", { class: "joined" }, String(rule.chats_joined))), " ",
    rule.monitoring ? element("small", {}, text("monitoring_now"))
      : element("small", {}, text("last_monitored"), " ", time(rule.last_monitored)),
  ];
}

function windowTag(window) {
  const now = Date.now();
  if (window.until !== null && window.until <= now) return element("span", { class: "tag" }, text("window_over"));
  if (window.from !== null && window.from > now) return element("span", { class: "tag" }, text("window_coming"));
  return undefined;
}

function row(rule) {
  const toggle = element("button", { class: "switch", role: "switch", "aria-checked": String(rule.enabled),
    "aria-label": `${text("switch_label")}: ${full(rule)}`,
    async onclick() {
      const enabled = toggle.getAttribute("aria-checked") !== "true";
      if (await post(`${path(rule)}/enabled`, { enabled })) toggle.setAttribute("aria-checked", String(enabled));
    } }, element("span", { class: "knob" }));
  const by = [
    rule.made_by && text("made_by", { by: rule.made_by }),
    rule.switched_by && text(rule.enabled ? "switched_on_by" : "switched_off_by", { by: rule.switched_by }),
  ].filter(Boolean);
  return element("tr", { "data-rule": rule.id },
    element("td", { class: "what" },
      rule.name ? element("p", { class: "rule-name" }, rule.name) : undefined,
      criteria(rule.when),
      rule.unless.length ? element("div", { class: "unless" }, element("span", { class: "tag" }, text("when_unless_tag")),
        criteria(rule.unless)) : undefined,
      rule.window ? element("p", { class: "window" }, windowWords(rule.window), " ", windowTag(rule.window)) : undefined,
      rule.note ? element("p", { class: "rule-note" }, rule.note) : undefined),
    element("td", { class: "watcher", "data-label": text("watcher") }, rule.watcher,
      rule.own ? element("small", {}, ` (${text("you")})`) : undefined,
      by.length ? element("small", { class: "by" }, by.join(" · ")) : undefined),
    element("td", { class: "use" }, ...use(rule)),
    element("td", { class: "row-acts" },
      act("edit", rule, () => openForm({ rule, edit: true, done: load })),
      act("duplicate", rule, () => openForm({ rule, done: load })),
      act("delete", rule, () => remove(rule), "delete")),
    element("td", { class: "end" }, toggle));
}

/** Puts the rows in their order. Those that are as they were stay, with the focus that they may have. */
function show(told) {
  const before = document.activeElement?.closest("tr")?.dataset.rule;
  const label = document.activeElement?.className;
  const body = find("#rules");
  const fresh = new Map();
  for (const rule of told.rules) {
    const written = JSON.stringify(rule);
    const known = rows.get(rule.id);
    fresh.set(rule.id, known?.written === written ? known : { rule, written, element: row(rule) });
  }
  rows.clear();
  fresh.forEach((known, id) => rows.set(id, known));
  const wanted = [...fresh.values()].map((known) => known.element);
  if (wanted.length !== body.children.length || wanted.some((line, place) => body.children[place] !== line)) {
    body.replaceChildren(...wanted);
    if (before && label) body.querySelector(`[data-rule="${CSS.escape(before)}"] [class="${label}"]`)?.focus();
  }
  page = told.page;
  const from = told.page * 50 + 1;
  find("#rules-table").hidden = !told.total;
  find("#none").hidden = told.total > 0;
  find("#none").textContent = text(searching() ? "no_rules_found" : "no_rules");
  find("#shown").textContent = told.total
    ? text("rules_shown", { from, to: from + told.rules.length - 1, total: told.total }) : "";
  find("#pages").hidden = told.pages < 2;
  find("#earlier").disabled = told.page === 0;
  find("#next").disabled = told.page + 1 >= told.pages;
}

const searching = () => [...search().keys()].some((part) => part !== "page");

function search() {
  const wanted = new URLSearchParams();
  for (const part of ["q", "kind", "watcher"]) {
    const value = find(`#search-${part}`)?.value.trim();
    if (value) wanted.set(part, value);
  }
  if (page) wanted.set("page", String(page));
  return wanted;
}

let loading = 0;
async function load() {
  const mine = ++loading;
  const wanted = search().toString();
  const told = await get(`/settings/monitoring/list?${wanted}`);
  if (!told || mine !== loading) return;
  history.replaceState(null, "", wanted ? `?${wanted}` : location.pathname);
  show(told);
}

let due = null;
const soon = () => { due ??= setTimeout(() => { due = null; load(); }, AGAIN); };

let typing = null;
const searched = () => {
  clearTimeout(typing);
  typing = setTimeout(() => { page = 0; load(); }, 250);
};
for (const part of ["q", "kind", "watcher"]) find(`#search-${part}`)?.addEventListener("input", searched);
find("#earlier").addEventListener("click", () => { page -= 1; load(); });
find("#next").addEventListener("click", () => { page += 1; load(); });
find("#add").addEventListener("click", () => openForm({ done: load }));

// Deleting asks once more, and says what.
const deleting = find("#delete-dialog");
let doomed = null;
cancellable(deleting);
function remove(rule) {
  doomed = rule;
  find("#delete-name").textContent = rule.name;
  find("#delete-value").replaceChildren(criteria(rule.when),
    ...(rule.unless.length ? [element("span", { class: "tag" }, text("when_unless_tag")), criteria(rule.unless)] : []));
  find("#delete-watcher").textContent = rule.watcher;
  deleting.showModal();
  deleting.querySelector(".cancel").focus();
}
find("#delete-button").addEventListener("click", async () => {
  if (!doomed || !(await post(`${path(doomed)}/delete`))) return;
  await load();
  find("#add").focus();
});

// What somebody else has deleted is said until one says that one knows.
function gone(by, rule) {
  find("#gone").append(element("li", {}, text("rule_gone", { by, rule })));
  find("#gone-known").hidden = false;
}
find("#gone-known").addEventListener("click", async () => {
  if (!(await post("/settings/monitoring/gone"))) return;
  find("#gone").replaceChildren();
  find("#gone-known").hidden = true;
  find("#add").focus();
});

const heard = {
  snapshot(news) {
    find("#gone").replaceChildren();
    for (const { rule, by } of news.gone) gone(by, rule ? ruleName(rule) : text("erased_word"));
    load();
  },
  changed() { soon(); },
  removed(news) {
    const known = rows.get(news.rule);
    gone(news.by, known ? ruleName(known.rule) : news.rule);
    soon();
  },
};

listen("/settings/monitoring/socket", (news) => heard[news.type]?.(news), () => location.reload(), () => location.reload());
