// What can be typed into: each field reads its value, shows one, and shows what is wrong with it.
import { ruleToJson } from "./monitor.js";
import { fresh, h } from "./dom.js";
import { inUse, t } from "./texts.js";
import { attributes, oversees } from "./words.js";
import { message } from "./world.js";

/** Something typed that is no value of its kind. It names a text of ours, where the crate has none. */
export class Typed extends Error {
  constructor(key) {
    super(t(key));
    this.own = true;
  }
}

function faultOf(...inputs) {
  const element = h("p", { class: "fault", id: fresh(), hidden: true, role: "alert" });
  for (const input of inputs) input.setAttribute("aria-describedby", element.id);
  return (error) => {
    element.hidden = error === undefined;
    element.textContent = error === undefined ? "" : message(error);
    element.lang = error?.own ? inUse() : "en";
    for (const input of inputs) input.toggleAttribute("aria-invalid", false);
    if (error) for (const input of inputs) input.setAttribute("aria-invalid", "true");
    return element;
  };
}

/** A field of one input. */
function field(label, input, { read, write, help, holds, missing }) {
  const show = faultOf(input);
  input.id = fresh();
  const element = h("div", { class: input.type === "checkbox" ? "field check" : "field" },
    h("label", { for: input.id, text: label }), input, help && h("small", { text: help }), show());
  return {
    element,
    read,
    write,
    show,
    missing,
    holds: holds ?? ((value) => read() === value),
    focus: () => input.focus(),
    clear: () => show(),
  };
}

const LIKE_CODE = { autocomplete: "off", autocapitalize: "off", spellcheck: "false" };

/** Text; none is no value. */
export function text(label, { list, help } = {}) {
  const input = h("input", { ...LIKE_CODE, list });
  return field(label, input, { help, read: () => input.value || undefined, write: (value) => (input.value = value ?? "") });
}

/** Names with commas between. */
export function names(label, { help = "list_help", list } = {}) {
  const input = h("input", { ...LIKE_CODE, list });
  const read = () => {
    const found = input.value.split(/[,、，]/).map((name) => name.trim()).filter(Boolean);
    return found.length > 0 ? found : undefined;
  };
  return field(label, input, {
    help,
    read,
    write: (value) => (input.value = (value ?? []).join(", ")),
    holds: (value) => (read() ?? []).includes(value),
  });
}

export function check(label, unset) {
  const input = h("input", { type: "checkbox" });
  return field(label, input, { read: () => input.checked, write: (value) => (input.checked = value ?? unset) });
}

export function choice(label, options) {
  const input = h("select", {}, Object.entries(options).map(([value, text]) => h("option", { value, text })));
  return field(label, input, { read: () => input.value, write: (value) => (input.value = value ?? Object.keys(options)[0]) });
}

/** An instant, typed in the zone of the browser. */
export function instant(label) {
  const input = h("input", { type: "datetime-local", step: "0.001" });
  return field(label, input, {
    missing: "time_bad",
    read: () => {
      if (input.validity.badInput) throw new Typed("time_bad");
      return input.value ? new Date(input.value).getTime() : undefined;
    },
    write: (value) => {
      const zone = (at) => new Date(at).getTimezoneOffset() * 60_000;
      input.value = value === undefined ? "" : new Date(value - zone(value)).toISOString().slice(0, -1);
    },
  });
}

/** What is written in a notation of ours. */
function notation(label, help, bad, parse, print) {
  const input = h("input", LIKE_CODE);
  const read = () => {
    const parsed = parse(input.value.trim());
    if (parsed === null) throw new Typed(bad);
    return parsed;
  };
  return field(label, input, { help, read, write: (value) => (input.value = print(value)), holds: () => false });
}

function parsedOversees(typed) {
  if (!typed) return undefined;
  const entries = typed.split(/[;；]/).map((part) => part.trim()).filter(Boolean).map((part) => {
    const at = Math.max(part.lastIndexOf(":"), part.lastIndexOf("："));
    return at < 1 ? null : [part.slice(0, at).trim(), part.slice(at + 1).split(/[\s,]+/).filter(Boolean)];
  });
  return entries.includes(null) ? null : Object.fromEntries(entries);
}

export const overseen = () => notation("oversees", "oversees_help", "oversees_bad", parsedOversees, oversees);

function parsedAttributes(typed) {
  if (!typed) return undefined;
  const held = new Map();
  for (const part of typed.split(/[,、，]/).map((part) => part.trim()).filter(Boolean)) {
    const at = part.indexOf("=");
    if (at < 1) return null;
    const name = part.slice(0, at).trim();
    held.set(name, [...(held.get(name) ?? []), part.slice(at + 1).trim()]);
  }
  return Object.fromEntries(held);
}

export const attributed = () => notation("attributes", "attributes_help", "attributes_bad", parsedAttributes, attributes);

const KINDS = ["operator", "visitor_ip", "visitor_email", "department", "operator_in", "attribute", "sample"];
const FIRST = { attribute: "name", sample: "percent" };
const SECOND = { attribute: "attribute_value", sample: "salt" };
const LISTS = { operator: "ids-operators", department: "ids-departments", operator_in: "ids-departments" };

/** One criterion of several. */
function criterionRow(removed) {
  const kind = h("select", { id: fresh() }, KINDS.map((value) => h("option", { value, text: `c_${value}` })));
  const [first, second] = [h("input", { id: fresh(), ...LIKE_CODE }), h("input", { id: fresh(), ...LIKE_CODE })];
  const firstLabel = h("label", { for: first.id, text: "value" });
  const secondLabel = h("label", { for: second.id });
  const show = faultOf(first, second);
  const adapt = () => {
    firstLabel.dataset.text = FIRST[kind.value] ?? "value";
    firstLabel.textContent = t(firstLabel.dataset.text);
    secondLabel.hidden = second.hidden = !(kind.value in SECOND);
    if (!second.hidden) {
      secondLabel.dataset.text = SECOND[kind.value];
      secondLabel.textContent = t(SECOND[kind.value]);
    }
    first.setAttribute("list", LISTS[kind.value] ?? "");
  };
  kind.addEventListener("change", adapt);
  const remove = h("button", { type: "button", class: "quiet", onclick: () => removed(row), text: "remove_criterion" });
  const cell = (...parts) => h("div", { class: "field" }, parts);
  const element = h("li", { class: "criterion" },
    cell(h("label", { for: kind.id, text: "kind" }), kind), cell(firstLabel, first), cell(secondLabel, second), remove, show());
  const value = () => {
    if (kind.value === "attribute") return { attribute: { name: first.value, value: second.value } };
    if (kind.value !== "sample") return { [kind.value]: first.value };
    const share = Number(first.value.trim() === "" ? NaN : first.value);
    const exact = Math.round(share * 10_000);
    return { sample: { per_million: Number.isFinite(exact) ? exact : first.value, salt: second.value } };
  };
  const write = (wire) => {
    const [[name, held]] = Object.entries(wire);
    kind.value = name;
    [first.value, second.value] =
      name === "attribute" ? [held.name, held.value] : name === "sample" ? [held.per_million / 10_000, held.salt] : [held, ""];
    adapt();
  };
  adapt();
  const row = { element, value, write, show, focus: () => first.focus(), holds: (id) => first.value === id };
  return row;
}

/** Several criteria; the crate is asked about each. */
export function criteria(label, least) {
  let rows = [];
  const list = h("ul", {});
  const add = () => {
    const row = criterionRow((gone) => {
      rows = rows.filter((row) => row !== gone);
      gone.element.remove();
      more.focus();
    });
    rows.push(row);
    list.append(row.element);
    return row;
  };
  const more = h("button", { type: "button", text: "add_criterion", onclick: () => add().focus() });
  const show = faultOf(more);
  const element = h("fieldset", { class: "criteria" }, h("legend", { text: label }), list, more, show());
  let faulty;
  const read = () => {
    faulty = undefined;
    for (const row of rows) {
      try {
        ruleToJson({ id: "x", watcher: "x", when: [row.value()] });
      } catch (error) {
        faulty = row;
        throw error;
      }
    }
    return rows.length > 0 || least > 0 ? rows.map((row) => row.value()) : undefined;
  };
  return {
    element,
    read,
    write: (value) => {
      rows = [];
      list.replaceChildren();
      for (const wire of value ?? []) add().write(wire);
      while (rows.length < least) add();
    },
    show: (error) => (faulty ?? { show }).show(error),
    holds: (id) => (faulty = rows.find((row) => row.holds(id))) !== undefined,
    focus: () => (faulty ?? rows[0] ?? { focus: () => more.focus() }).focus(),
    clear: () => {
      faulty = undefined;
      show();
      for (const row of rows) row.show();
    },
  };
}
