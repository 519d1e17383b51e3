// What happens, step by step.
import { LiveMonitor, chatFromJson, commandFromJson, commandToJson } from "./monitor.js";
import { fresh, h, replace } from "./dom.js";
import { attributed, check, instant, names, text } from "./fields.js";
import { form } from "./forms.js";
import { chatFields, chatOf, probeChat } from "./setup.js";
import { t } from "./texts.js";
import { event, time } from "./words.js";
import { message } from "./world.js";

const chat = () => text("chat", { list: "ids-chats" });
const operator = (label) => text(label, { list: "ids-operators" });
const departments = () => names("departments", { help: "departments_help", list: "ids-departments" });

const KINDS = {
  start_chat: () => {
    const { joined, ...fields } = chatFields();
    return fields;
  },
  transfer: () => ({ chat: chat(), from: operator("transfer_from"), to: operator("transfer_to"), departments: departments() }),
  attend: () => ({ chat: chat(), operator: operator("operator") }),
  unattend: () => ({ chat: chat(), operator: operator("operator") }),
  join: () => ({ chat: chat(), watcher: operator("watcher") }),
  leave: () => ({ chat: chat(), operator: operator("operator") }),
  advise: () => ({ chat: chat(), watcher: operator("watcher") }),
  set_visitor: () => ({ chat: chat(), ip: text("ip"), email: text("email") }),
  set_rule_enabled: () => ({ rule: text("rule", { list: "ids-rules" }), enabled: check("enabled", true) }),
  remove_rule: () => ({ rule: text("rule", { list: "ids-rules" }) }),
  set_time: () => ({ now: instant("now") }),
  end_chat: () => ({ chat: chat() }),
  set_monitoring_allowed: () => ({ chat: chat(), allowed: check("monitoring_allowed", true) }),
  set_departments: () => ({ chat: chat(), departments: departments() }),
  set_attributes: () => ({ chat: chat(), attributes: attributed() }),
  command_json: () => ({ command: text("command") }),
};

/** The command that a form of this kind holds. What is left empty is refused by the crate, at its field. */
function commandOf(kind, values) {
  switch (kind) {
    case "start_chat":
      return { type: kind, chat: chatOf({ ...values, id: values.id ?? "" }) };
    case "set_visitor":
      return { type: kind, chat: values.chat, visitor: { ip: values.ip, email: values.email } };
    case "set_departments":
      return { type: kind, ...values, departments: values.departments ?? [] };
    case "set_attributes":
      return { type: kind, ...values, attributes: values.attributes ?? {} };
    case "command_json":
      return commandFromJson(values.command);
    default:
      return { type: kind, ...values };
  }
}

const OF_A_CHAT = ["id", "ip", "email", "operators", "joined", "departments", "attributes"];
const IDS = ["chat", "from", "to", "operator", "watcher", "rule"];

function probe(kind, name, value) {
  if (kind === "command_json") commandFromJson(value);
  else if (name === "now") commandFromJson(JSON.stringify({ set_time: { now: value } }));
  else if (IDS.includes(name)) chatFromJson(JSON.stringify({ id: value }));
  else if (OF_A_CHAT.includes(name)) probeChat(name, value);
}

/** A step in words: what happens, and to whom. */
function step(wire) {
  const [[kind, held]] = Object.entries(wire);
  const value = (name, value) => {
    if (typeof value === "string") return value;
    if (name === "now") return time(value);
    if (typeof value === "boolean") return t(value ? "on" : "off");
    return Array.isArray(value) ? value.join(" ") : Object.values(value ?? {}).flat().join(" ");
  };
  const words = kind in KINDS ? t(kind) : kind;
  const named = kind === "start_chat" ? [held.id, ...(held.operators ?? [])] : kind in KINDS ? Object.entries(held).map(([name, held]) => value(name, held)) : [held.id ?? held.operator ?? held.exclusion ?? ""];
  return `${words}: ${named.filter(Boolean).join(" · ")}`;
}

/** A form for each kind of step; the one that is chosen is shown. */
function forms(page) {
  const kind = h("select", { id: fresh(), "data-kind": "" }, Object.keys(KINDS).map((name) => h("option", { value: name, text: name })));
  const all = Object.fromEntries(Object.entries(KINDS).map(([name, fields]) => {
    const made = fields();
    const submit = (values) => {
      page.happen(commandOf(name, values));
      one.write({});
    };
    const one = form({ fields: made, required: ["id", "now", "command", ...IDS], probe: (field, value) => probe(name, field, value), submit, actions: [h("button", { class: "main", text: "happen" })] });
    one.element.dataset.step = name;
    one.element.hidden = name !== kind.value;
    return [name, one];
  }));
  kind.addEventListener("change", () => {
    for (const [name, one] of Object.entries(all)) one.element.hidden = name !== kind.value;
  });
  return [h("div", { class: "field" }, h("label", { for: kind.id, text: "what" }), kind), ...Object.values(all).map((one) => one.element)];
}

export function timeline(page) {
  const steps = h("ol", { class: "steps" });
  const anew = h("button", { type: "button", class: "quiet", text: "begin_anew", onclick: () => page.change({ ...page.state, commands: [], step: 0 }) });
  const element = h("section", { "aria-labelledby": "timeline", class: "timeline" },
    h("h2", { id: "timeline", tabindex: "-1", text: "timeline" }), h("p", { class: "lead", text: "timeline_lead" }), steps, anew, forms(page));

  const outcome = ({ events = [], error }) => {
    if (error) return h("p", { class: "fault" }, t("refused"), h("span", { lang: "en" }, message(error)));
    if (events.length === 0) return h("p", { class: "empty" }, t("nobody_notices"));
    return h("ul", { class: "events" }, events.map((one) => h("li", { class: one.type }, event(one))));
  };
  const remove = (at) => {
    const commands = page.state.commands.filter((_, other) => other !== at);
    page.change({ ...page.state, commands, step: Math.min(page.state.step - (at < page.state.step), commands.length) });
  };
  const line = (words, at) =>
    h("li", {},
      h("div", { class: "step" },
        h("button", { type: "button", "data-key": `step-${at}`, "aria-current": at === page.state.step ? "step" : undefined, onclick: () => page.change({ ...page.state, step: at }) }, words),
        at > 0 && h("button", { type: "button", class: "quiet", "data-key": `drop-${at}`, "aria-label": t("delete_one", { id: words }), onclick: () => remove(at - 1) }, t("delete"))),
      outcome(page.outcomes[at]));
  const render = () => {
    replace(steps, line(t("beginning"), 0), page.state.commands.map((wire, at) => line(step(wire), at + 1)));
    anew.hidden = page.state.commands.length === 0;
  };
  return { element, render };
}

/** The shown step in words. */
export const shownStep = ({ commands, step: at }) => (at === 0 ? t("beginning") : step(commands[at - 1]));

/** Puts a command behind the step that is shown; throws, and changes nothing, where it would be refused there. */
export function after(state, live, done) {
  const wire = JSON.parse(commandToJson(done));
  const trial = LiveMonitor.fromJson(live.toJson());
  try {
    trial.apply(commandFromJson(JSON.stringify(wire)));
  } finally {
    trial.free();
  }
  return { ...state, commands: state.commands.toSpliced(state.step, 0, wire), step: state.step + 1 };
}
