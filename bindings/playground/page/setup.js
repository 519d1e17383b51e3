// The setting: five tables, each with a form and as JSON.
import { chatFromJson, commandFromJson, exclusionFromJson, policyFromJson, ruleFromJson } from "./monitor.js";
import { fresh, h, replace, table } from "./dom.js";
import { attributed, check, choice, criteria, instant, names, overseen, text } from "./fields.js";
import { form } from "./forms.js";
import { listed, roleName, t } from "./texts.js";
import { attributes, criterion, oversees, period } from "./words.js";
import { EMPTY, Fault, TABLES, begin } from "./world.js";

const canonical = (parse) => (item) => parse(JSON.stringify(item));
const wordsOf = (criteria = []) =>
  criteria.length > 0 ? h("ul", {}, criteria.map((one) => h("li", {}, criterion(one)))) : "";
const yes = (held) => h("span", { class: "whole" }, t(held ? "yes" : "no"));

function operatorFromJson(line) {
  const { type, ...operator } = commandFromJson(`{"set_operator":${line}}`);
  return operator;
}

export const chatFields = () => ({
  id: text("id"),
  ip: text("ip"),
  email: text("email"),
  operators: names("attended_by", { list: "ids-operators" }),
  joined: names("joined", { list: "ids-operators" }),
  departments: names("departments", { list: "ids-departments" }),
  attributes: attributed(),
  monitoring_allowed: check("monitoring_allowed", true),
});

export const chatOf = ({ ip, email, ...chat }) => ({ ...chat, visitor: { ip, email } });

/** Asks the crate about one field of a chat. */
export const probeChat = (name, value) => canonical(chatFromJson)(chatOf({ id: "x", [name]: value }));

const ROW = { monitors: [], within: "anywhere", rights: ["watch", "advise", "join"], unattended: false, hears_advice: true };

const rowOf = (row) => (Array.isArray(row) ? { ...ROW, monitors: row } : { ...ROW, ...row });

function operators() {
  return {
    id: (item) => item.operator,
    parse: operatorFromJson,
    fields: { operator: text("id"), role: text("role", { list: "ids-roles" }), departments: names("departments", { list: "ids-departments" }), oversees: overseen() },
    probe: (name, value) => canonical(operatorFromJson)({ operator: "x", role: "associate", [name]: value }),
    item: (values) => ({ ...values, operator: values.operator ?? "", role: values.role ?? "" }),
    values: (item) => item,
    columns: ["id", "role", "departments", "oversees"],
    row: (item) => [item.operator, roleName(item.role), listed(item.departments ?? []), oversees(item.oversees)],
  };
}

function rules() {
  const windowOf = (from, until) => (from === undefined && until === undefined ? undefined : { from, until });
  const fields = {
    id: text("id"),
    watcher: text("watcher", { list: "ids-operators" }),
    when: criteria("when", 1),
    unless: criteria("unless", 0),
    from: instant("from"),
    until: instant("until"),
    enabled: check("enabled", true),
  };
  const rule = { id: "x", watcher: "x", when: [{ operator: "x" }] };
  const probe = (name, value) =>
    canonical(ruleFromJson)({ ...rule, ...(name === "from" || name === "until" ? { window: { [name]: value } } : { [name]: value }) });
  return {
    id: (item) => item.id,
    parse: ruleFromJson,
    fields,
    probe,
    item: ({ from, until, ...values }) => ({ id: "", watcher: "", ...values, window: windowOf(from, until) }),
    values: ({ window, ...item }) => ({ ...item, from: window?.from, until: window?.until }),
    // What is typed into the form is asked for, as people ask for it; the crate may refuse.
    trial: (setup, item) => {
      const { live } = begin(setup);
      try {
        live.apply({ type: "add_rule", rule: item });
      } finally {
        live.free();
      }
    },
    columns: ["id", "watcher", "conditions", "left_out", "window", "enabled"],
    row: (item) => [item.id, item.watcher, wordsOf(item.when), wordsOf(item.unless), period(item.window), h("span", { class: "whole" }, t(item.enabled === false ? "off" : "on"))],
  };
}

function exclusions() {
  return {
    id: (item) => item.id,
    parse: exclusionFromJson,
    fields: { id: text("id"), when: criteria("when", 1), roles: names("roles", { help: "roles_help", list: "ids-roles" }) },
    probe: (name, value) => canonical(exclusionFromJson)({ id: "x", when: [{ operator: "x" }], [name]: value }),
    item: (values) => ({ ...values, id: values.id ?? "" }),
    values: (item) => item,
    columns: ["id", "conditions", "roles"],
    row: (item) => [item.id, wordsOf(item.when), item.roles ? listed(item.roles.map(roleName)) : t("everybody")],
  };
}

function chats() {
  return {
    id: (item) => item.id,
    parse: chatFromJson,
    fields: chatFields(),
    probe: probeChat,
    item: (values) => chatOf({ ...values, id: values.id ?? "" }),
    values: (item) => ({ ...item, ...item.visitor }),
    columns: ["id", "visitor", "attended_by", "joined", "departments", "attributes", "monitoring_allowed"],
    row: (item) => [
      item.id,
      [item.visitor?.ip, item.visitor?.email].filter(Boolean).join(" "),
      listed(item.operators ?? []),
      listed(item.joined ?? []),
      listed(item.departments ?? []),
      attributes(item.attributes),
      yes(item.monitoring_allowed !== false),
    ],
  };
}

/** Rows of the policy, which is no list: a role and what it may. */
function policy() {
  const withRow = (name, row) => ({ ...EMPTY.policy, permissions: { ...EMPTY.policy.permissions, [name]: row } });
  return {
    id: (item) => item.role,
    parse: (json) => policyFromJson(json),
    fields: {
      role: text("role"),
      monitors: names("monitors", { list: "ids-roles" }),
      within: choice("within", { anywhere: "anywhere", chat: "within_chat", operators: "within_operators", either: "within_either" }),
      watch: check("r_watch", true),
      advise: check("r_advise", true),
      join: check("r_join", true),
      unattended: check("unattended", false),
      hears_advice: check("hears_advice", true),
    },
    probe: (name, value) => name === "role" && canonical(policyFromJson)(withRow(value, [])),
    item: ({ watch, advise, join, ...row }) => ({
      ...row,
      role: row.role ?? "",
      monitors: row.monitors ?? [],
      rights: Object.entries({ watch, advise, join }).filter(([, held]) => held).map(([right]) => right),
    }),
    values: (item) => ({ ...item, ...Object.fromEntries(ROW.rights.map((right) => [right, item.rights.includes(right)])) }),
    columns: ["role", "monitors", "within", "rights", "also"],
    row: (item) => [
      roleName(item.role),
      item.monitors.length ? listed(item.monitors.map(roleName)) : t("nobody"),
      t(item.within === "anywhere" ? "anywhere" : `within_${item.within}`),
      listed(item.rights.map((right) => t(`r_${right}`))),
      listed(["unattended", "hears_advice"].filter((also) => item[also]).map(t)),
    ],
  };
}

const MADE = { operators, rules, exclusions, policy, chats };

const itemsOf = (setup, name) =>
  name === "policy"
    ? Object.entries(setup.policy.permissions).map(([role, row]) => ({ role, ...rowOf(row) }))
    : setup[name];

function withItems(setup, name, items) {
  if (name !== "policy") return { ...setup, [name]: items };
  const permissions = Object.fromEntries(items.map(({ role, ...row }) => [role, row]));
  const read = canonical(policyFromJson)({ ...setup.policy, permissions });
  return { ...setup, policy: read };
}

const jsonOf = (setup, name) =>
  name === "policy" ? JSON.stringify(setup.policy, null, 2) : setup[name].map((item) => JSON.stringify(item)).join("\n");

/** A table as JSON, which keeps what is typed until it can be taken over. */
function jsonEditor(name, kind, page) {
  const area = h("textarea", { id: fresh(), rows: "8", spellcheck: "false", autocapitalize: "off", "data-json": name });
  const fault = h("p", { class: "fault", role: "alert", hidden: true, id: fresh(), lang: "en" });
  area.setAttribute("aria-describedby", fault.id);
  let filled;
  const show = (text) => {
    fault.hidden = text === undefined;
    fault.textContent = text ?? "";
    area.setAttribute("aria-invalid", String(text !== undefined));
    if (text !== undefined) area.focus();
  };
  const numbered = () => area.value.split("\n").map((line, at) => [at + 1, line]).filter(([, line]) => line.trim());
  const parse = () => {
    if (name === "policy") return { ...page.state.setup, policy: kind.parse(area.value) };
    const items = numbered().map(([line, json]) => {
      try {
        return kind.parse(json);
      } catch (error) {
        throw new Fault(name, line, new Error(error.message.replace(/ at line 1 column /, " at column ")));
      }
    });
    return { ...page.state.setup, [name]: items };
  };
  const apply = () => {
    try {
      page.setSetup(parse());
    } catch (error) {
      const typed = error.table === name && name !== "policy" ? numbered()[error.line - 1]?.[0] : undefined;
      const line = error.error && typed !== undefined && error.error.named !== undefined ? typed : error.line;
      if (error.table === name && name !== "policy") return show(t("line_fault", { line }) + error.message);
      if (error.table && error.table !== name) return show(t("table_fault", { table: t(error.table), line }) + error.message);
      return show(error.message);
    }
    show();
    filled = undefined;
    fill();
    return page.announce("applied");
  };
  const fill = () => {
    if (filled !== undefined && area.value !== filled) return;
    area.value = filled = jsonOf(page.state.setup, name);
  };
  const element = h("details", { class: "json" },
    h("summary", { text: "json" }),
    h("label", { for: area.id, text: name === "policy" ? "json_policy" : "json_lead" }), area, fault,
    h("button", { type: "button", onclick: apply, text: "apply", "data-apply": name }));
  return { element, fill };
}

function panel(name, page) {
  const kind = MADE[name]();
  const rows = h("div", {});
  let editing;
  const heading = h("h3", { text: `add_${name}` });
  const save = h("button", { class: "main", text: "add" });
  const cancel = h("button", { type: "button", text: "cancel", hidden: true, onclick: () => stop() });
  const others = () => itemsOf(page.state.setup, name).filter((_, at) => at !== editing);
  const submit = (values) => {
    let item = kind.item(values);
    if (name !== "policy") item = canonical(kind.parse)(item);
    const clash = name === "policy" && others().some((other) => other.role === item.role);
    if (clash) throw Object.assign(new Error(`role \`${item.role}\` exists already`), { named: item.role });
    kind.trial?.(withItems(page.state.setup, name, others()), item);
    const items = [...itemsOf(page.state.setup, name)];
    items.splice(editing ?? items.length, editing === undefined ? 0 : 1, item);
    put(items);
    stop();
  };
  const put = (items) => {
    try {
      page.setSetup(withItems(page.state.setup, name, items));
    } catch (error) {
      if (!error.table) throw error;
      if (error.table === name) throw error.error;
      throw new Error(t("table_fault", { table: t(error.table), line: error.line }) + error.message);
    }
  };
  const edit = form({ fields: kind.fields, required: ["id", "operator", "role", "watcher"], probe: kind.probe, submit, actions: [save, cancel] });
  edit.element.dataset.form = name;
  const mode = (at) => {
    editing = at;
    cancel.hidden = at === undefined;
    [heading.dataset.text, save.dataset.text] = at === undefined ? [`add_${name}`, "add"] : ["edit", "save"];
    heading.textContent = t(heading.dataset.text);
    save.textContent = t(save.dataset.text);
  };
  const stop = () => {
    mode(undefined);
    edit.write({});
    edit.focus();
  };
  const problem = h("p", { class: "fault", role: "alert", hidden: true, lang: "en" });
  const remove = (at) => {
    problem.hidden = true;
    try {
      put(itemsOf(page.state.setup, name).filter((_, other) => other !== at));
    } catch (error) {
      problem.hidden = false;
      problem.textContent = error.message;
      return;
    }
    // The form would save over another one than it shows.
    if (editing !== undefined) mode(editing === at ? undefined : editing - (editing > at));
  };
  const begun = (at, item) => {
    mode(at);
    edit.write(kind.values(item));
    edit.focus();
  };
  const acts = (item, at) => {
    const id = kind.id(item);
    const button = (text, label, act) =>
      h("button", { type: "button", class: "quiet", "data-key": `${text}-${name}-${at}`, "aria-label": t(label, { id }), onclick: act }, t(text));
    return h("div", { class: "row-acts" }, button("edit", "edit_one", () => begun(at, item)), button("delete", "delete_one", () => remove(at)));
  };
  const switches = name === "policy" ? [policySwitch("watch_unattended", page), policySwitch("joined_count", page)] : [];
  const json = jsonEditor(name, kind, page);
  const element = h("div", { role: "tabpanel", id: `panel-${name}`, "aria-labelledby": `tab-${name}`, hidden: name !== "operators" },
    switches.map((one) => one.element), problem, rows, heading, edit.element, json.element);
  const render = () => {
    const items = itemsOf(page.state.setup, name);
    replace(rows, table([...kind.columns.map(t), ""], items.map((item, at) => [...kind.row(item), acts(item, at)])));
    for (const one of switches) one.render();
    json.fill();
  };
  return { element, render, stop: () => mode(undefined) };
}

function policySwitch(name, page) {
  const change = () => page.setSetup({ ...page.state.setup, policy: { ...page.state.setup.policy, [name]: input.checked } });
  const input = h("input", { type: "checkbox", id: fresh(), onchange: change });
  const element = h("div", { class: "field check" }, h("label", { for: input.id, text: name }), input);
  return { element, render: () => (input.checked = page.state.setup.policy[name]) };
}

/** Tabs, moved through by the arrow keys. */
export function setup(page) {
  const panels = Object.fromEntries(TABLES.map((name) => [name, panel(name, page)]));
  const tabs = TABLES.map((name, at) =>
    h("button", {
      type: "button", role: "tab", id: `tab-${name}`, "aria-controls": `panel-${name}`, text: name,
      "aria-selected": String(at === 0), tabindex: at === 0 ? "0" : "-1", onclick: () => select(at),
    }));
  const select = (chosen) => {
    tabs.forEach((tab, at) => {
      tab.setAttribute("aria-selected", String(at === chosen));
      tab.tabIndex = at === chosen ? 0 : -1;
      panels[TABLES[at]].element.hidden = at !== chosen;
    });
    tabs[chosen].focus();
  };
  const onkeydown = (event) => {
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    select((to + tabs.length) % tabs.length);
  };
  const element = h("section", { "aria-labelledby": "setup", class: "setup" },
    h("h2", { id: "setup", tabindex: "-1", text: "setup" }), h("p", { class: "lead", text: "setup_lead" }),
    h("div", { role: "tablist", "aria-labelledby": "setup", onkeydown }, tabs), TABLES.map((name) => panels[name].element));
  return {
    element,
    render: () => TABLES.forEach((name) => panels[name].render()),
    /** Another state is there: what a form edits is gone, and what it holds would be added. */
    changedWhole: () => TABLES.forEach((name) => panels[name].stop()),
  };
}
