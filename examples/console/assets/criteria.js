// The conditions of a rule or an exclusion: rows that are added, filled in and removed.

import { element, post, text } from "./common.js";
import { ruleName } from "./rule_words.js";

const KINDS = ["operator", "visitor_ip", "visitor_email", "department", "operator_in", "attribute", "sample"];
const HELPS = { visitor_ip: "ip_help", visitor_email: "email_help", department: "department_help",
  operator_in: "department_help", sample: "share_help" };

/** How many people are shown at once. */
const SHOWN = 50;

let count = 0;

/** How texts are compared that people type. */
const folded = (typed) => typed.normalize("NFKC").trim().toLowerCase();

/**
 * The rows in a list. `choices` says what there is to choose: operators, departments, attributes, samples; `changed` is
 * called whenever something has changed, and whenever a row has become right or wrong.
 */
export function criteriaRows(list, { choices, changed }) {
  const rows = new Set();
  const number = () => [...rows].forEach((row, place) => row.number(place + 1));

  function add(typed = { kind: "operator" }, focus = false) {
    const row = criterionRow({ choices, changed, typed, remove() {
      const at = [...rows].indexOf(row);
      rows.delete(row);
      row.element.remove();
      number();
      ([...rows][Math.min(at, rows.size - 1)]?.element.querySelector("select") ?? list.nextElementSibling)?.focus();
      changed();
    } });
    rows.add(row);
    list.append(row.element);
    number();
    if (focus) row.element.querySelector("select").focus();
    changed();
  }

  return {
    add,
    set(all) {
      rows.clear();
      list.replaceChildren();
      all.forEach((typed) => add(typed));
    },
    /** Shows what there is to choose for somebody else. */
    refresh() { rows.forEach((row) => row.refresh()); },
    get size() { return rows.size; },
    right: () => [...rows].every((row) => row.right()),
    read: () => [...rows].map((row) => row.read()),
  };
}

function criterionRow({ choices, changed, typed, remove }) {
  const name = `criterion-${++count}`;
  const kinds = KINDS.map((kind) => element("option", { value: kind, selected: kind === typed.kind }, text(kind)));
  const kind = element("select", { class: "kind-choice" }, ...kinds);
  const place = element("div", { class: "criterion-value" });
  const state = element("p", { class: "check", role: "status", id: `${name}-state` });
  const hint = element("p", { class: "help", role: "status" });
  const offers = element("p", { class: "offers", hidden: true });
  const button = element("button", { type: "button", class: "quiet remove", onclick: remove }, "×");
  const root = element("li", { class: "criterion" }, kind, button, place, state, hint, offers);
  let editor;
  let asked = 0;
  let right = false;

  function show(from) {
    editor = (EDITORS[kind.value] ?? plainEditor)({ kind: kind.value, name, typed: from, choices, check });
    place.replaceChildren(...editor.parts);
    check();
  }

  function offer(values, more = "") {
    hint.textContent = more;
    offers.replaceChildren(...values.map((value) => element("button", { type: "button", class: "offer",
      onclick() { editor.set(value); check(); } }, text("use_value", { value }))));
    offers.hidden = !values.length;
  }

  function said(className, message) {
    state.className = `check ${className}`;
    state.textContent = message;
  }

  async function check() {
    const mine = ++asked;
    right = false;
    offer([]);
    said("", "");
    editor.parts.forEach((part) => part.querySelectorAll?.("input").forEach((field) => field.removeAttribute("aria-invalid")));
    if (!editor.filled()) return changed();
    if (kind.value === "operator") {
      right = true;
      return changed();
    }
    changed();
    await new Promise((done) => setTimeout(done, 150));
    if (mine !== asked) return;
    const told = await post("/settings/monitoring/check", read());
    if (mine !== asked || !told) return;
    right = told.problem === undefined;
    if (right) said("good", told.canonical ? text("saved_as", { value: told.canonical }) : "");
    else {
      said("bad", told.problem);
      editor.field.setAttribute("aria-invalid", "true");
    }
    offer(told.offers, told.hint);
    changed();
  }

  const read = () => ({ kind: kind.value, ...editor.read() });
  kind.addEventListener("change", () => show({}));
  show(typed);
  return {
    element: root,
    read,
    right: () => right,
    refresh() { show(read()); },
    number(n) {
      kind.setAttribute("aria-label", text("kind_of_criterion", { n }));
      button.setAttribute("aria-label", text("remove_criterion", { n }));
    },
  };
}

function field(id, label, attributes, value = "") {
  const input = element("input", { id, maxlength: 1000, autocomplete: "off", spellcheck: "false", ...attributes });
  input.value = value;
  return [input, element("label", { for: id }, label)];
}

function datalist(id, values, labels = []) {
  return element("datalist", { id }, ...values.map((value, place) => element("option", { value, label: labels[place] })));
}

function plainEditor({ kind, name, typed, choices, check }) {
  const departments = kind === "department" || kind === "operator_in" ? choices().departments : [];
  const [input, label] = field(`${name}-value`, text(kind),
    { list: departments.length ? `${name}-list` : undefined, class: "value-field", "aria-describedby": `${name}-help ${name}-state` },
    typed.value);
  input.addEventListener("input", check);
  const help = element("p", { class: "help", id: `${name}-help` }, text(HELPS[kind]));
  return {
    field: input,
    parts: [label, input, datalist(`${name}-list`, departments.map((known) => known.id), departments.map((known) => known.name)), help],
    filled: () => input.value.trim() !== "",
    set(value) { input.value = value; input.focus(); },
    read: () => ({ value: input.value }),
  };
}

/** An operator is chosen from those offered; what is typed narrows them down, by name or id. */
function operatorEditor({ name, typed, choices, check }) {
  let chosen = typed.value ?? "";
  const [input, label] = field(`${name}-narrow`, text("narrow"), { class: "narrow", "aria-controls": `${name}-offered` });
  const offered = element("fieldset", { class: "choices", id: `${name}-offered` });
  const show = () => {
    const wanted = folded(input.value);
    const found = choices().operators.filter((person) => folded(`${person.name} ${person.id}`).includes(wanted));
    if (!found.some((person) => person.id === chosen)) chosen = "";
    const first = found.slice(0, SHOWN);
    const keep = found.find((person) => person.id === chosen);
    if (keep && !first.includes(keep)) first.unshift(keep);
    const labels = first.map((person) => element("label", {},
      element("input", { type: "radio", name, value: person.id, checked: person.id === chosen,
        onchange() { chosen = person.id; check(); } }),
      element("span", {}, person.name), element("small", {}, person.id)));
    const rest = found.length - first.length;
    offered.replaceChildren(element("legend", { class: "hidden" }, text("operator")), ...labels,
      element("p", { class: "empty", hidden: found.length > 0 }, text("none_offered")),
      element("p", { class: "empty", hidden: rest <= 0 }, text("more_people", { count: rest })));
  };
  input.addEventListener("input", () => { show(); check(); });
  // Enter takes the only one that is left, and does not send the form.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    const left = offered.querySelectorAll("input");
    if (left.length === 1) { left[0].click(); left[0].focus(); }
  });
  show();
  return {
    field: input,
    parts: [label, input, offered],
    filled: () => chosen !== "",
    set(value) { chosen = value; show(); },
    read: () => ({ value: chosen }),
  };
}

function attributeEditor({ name, typed, choices, check }) {
  const known = choices().attributes;
  const [input, label] = field(`${name}-name`, text("attribute_name"), { class: "name-field", list: `${name}-names` }, typed.name);
  const [value, valueLabel] = field(`${name}-value`, text("attribute_value"),
    { class: "value-field", list: `${name}-values`, "aria-describedby": `${name}-state` }, typed.value);
  const values = datalist(`${name}-values`, []);
  const narrow = () => {
    const named = known.filter(([of]) => of === input.value.trim()).map(([, value]) => value);
    values.replaceChildren(...datalist("", [...new Set(named)]).children);
  };
  input.addEventListener("input", () => { narrow(); check(); });
  value.addEventListener("input", check);
  narrow();
  return {
    field: value,
    parts: [element("div", { class: "two" }, element("div", {}, label, input), element("div", {}, valueLabel, value)),
      datalist(`${name}-names`, [...new Set(known.map(([of]) => of))]), values],
    filled: () => input.value.trim() !== "" && value.value.trim() !== "",
    set(offered) { value.value = offered; value.focus(); },
    read: () => ({ name: input.value, value: value.value }),
  };
}

function sampleEditor({ name, typed, choices, check }) {
  const [input, label] = field(`${name}-value`, text("share"),
    { class: "value-field", inputmode: "decimal", "aria-describedby": `${name}-help ${name}-state` }, typed.value);
  const known = choices().samples;
  const same = (of) => of && typed.of && of.rule === typed.of.rule && of.nth === typed.of.nth;
  const options = known.map((sample, place) => element("option", { value: String(place), selected: same(sample.of) },
    text("drawn_with", { share: sample.share, rule: ruleName(sample) })));
  const drawn = element("select", { id: `${name}-drawn`, "aria-describedby": `${name}-drawn-help` },
    element("option", { value: "" }, text("drawn_anew")), ...options);
  input.addEventListener("input", check);
  drawn.addEventListener("change", () => {
    if (!input.value.trim() && drawn.value) input.value = known[Number(drawn.value)].share;
    check();
  });
  const choice = known.length
    ? [element("label", { for: drawn.id }, text("drawn")), drawn,
      element("p", { class: "help", id: `${name}-drawn-help` }, text("drawn_help"))]
    : [];
  return {
    field: input,
    parts: [label, input, element("p", { class: "help", id: `${name}-help` }, text("share_help")), ...choice],
    filled: () => input.value.trim() !== "",
    set(value) { input.value = value; input.focus(); },
    read: () => ({ value: input.value, ...(drawn.value ? { of: known[Number(drawn.value)].of } : {}) }),
  };
}

const EDITORS = { operator: operatorEditor, attribute: attributeEditor, sample: sampleEditor };
