// The fields by which one chooses what the list shows.

import { element, find } from "./common.js";
import { ruleName } from "./rule_words.js";

const form = find("#filters");
const NAMES = ["q", "operator", "rule", "department", "waiting", "unread", "hand"];

/** What the fields say, as the address has it. */
export function readFilters() {
  const search = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) search.set(name, value);
  return search;
}

/** Has the fields say what the address does. */
export function showFilters(search) {
  for (const name of NAMES) {
    const [field, value] = [form.elements[name], search.get(name) ?? ""];
    if (field.type === "checkbox") field.checked = value === "1";
    else if (field.value !== value) {
      // A bookmark may name somebody of whom there is no chat at the moment.
      if (field.options && value && ![...field.options].some((option) => option.value === value)) offer(field, value, value);
      field.value = value;
    }
  }
  find("#clear").hidden = NAMES.every((name) => !search.get(name));
}

const offer = (field, value, words) => field.append(element("option", { value }, words));

let offered = "";

/** Offers those operators, rules and departments of which there is a chat. */
export function choices(chats) {
  const all = { operator: new Map(), rule: new Map(), department: new Map() };
  for (const chat of chats.values()) {
    for (const person of [...chat.people.operators, ...chat.people.joined]) all.operator.set(person.id, person.name);
    for (const rule of chat.rules) if (!all.rule.has(rule.id)) all.rule.set(rule.id, ruleName(rule));
    for (const department of chat.departments) all.department.set(department.id, department.name);
  }
  const now = JSON.stringify(Object.values(all).map((some) => [...some]));
  if (now === offered) return;
  offered = now;
  for (const [name, some] of Object.entries(all)) {
    const field = form.elements[name];
    const chosen = field.value;
    const options = [...some].sort((a, b) => a[1].localeCompare(b[1], document.documentElement.lang));
    field.replaceChildren(field.options[0], ...options.map(([value, words]) => element("option", { value }, words)));
    if (chosen && !some.has(chosen)) offer(field, chosen, chosen);
    field.value = chosen;
    if (name === "department") field.hidden = some.size === 0 && !chosen;
  }
}

find("#more").addEventListener("click", () => {
  const shown = form.classList.toggle("expanded");
  find("#more").setAttribute("aria-expanded", String(shown));
});
