// A form: its fields, a check of each by the crate, and faults shown where they were typed.
import { fresh, h } from "./dom.js";
import { Typed } from "./fields.js";
import { message } from "./world.js";

/** Refusals of a rule that are about one of its criteria, though its watcher may have the same name. */
const OF_A_CRITERION = ["add_rule.own_chats", "add_rule.unknown_operator", "add_rule.not_permitted"];

/**
 * `fields` by name; `probe(name, value)` asks the crate about one of them, and what it says of nothing is said of one that is
 * `required` and empty; `submit(values)` may throw, too. Whatever is wrong, what was typed stays.
 */
export function form({ fields, required, probe, submit, actions }) {
  const fault = h("p", { class: "fault", role: "alert", hidden: true, id: fresh(), lang: "en" });
  const all = Object.entries(fields);

  function shown(place, error) {
    place.show(error);
    place.focus();
  }

  function placed(error) {
    const named = error.named === undefined ? undefined : error.named;
    const order = OF_A_CRITERION.includes(error.code) ? [...all].sort(([a], [b]) => (b === "when") - (a === "when")) : all;
    const found = named === undefined ? undefined : order.find(([, field]) => field.holds(named));
    if (found) return shown(found[1], error);
    fault.hidden = false;
    fault.textContent = message(error);
    return fault.scrollIntoView?.({ block: "nearest" });
  }

  function clear() {
    fault.hidden = true;
    for (const [, field] of all) field.clear();
  }

  function missed(name, field) {
    if (field.missing) throw new Typed(field.missing);
    probe(name, "");
  }

  function read() {
    const values = {};
    let first;
    for (const [name, field] of all) {
      try {
        values[name] = field.read();
        if (values[name] !== undefined) probe(name, values[name]);
        else if (required.includes(name)) missed(name, field);
      } catch (error) {
        field.show(error);
        first ??= field;
      }
    }
    first?.focus();
    return first ? undefined : values;
  }

  const element = h("form", { novalidate: true, onsubmit: (event) => {
    event.preventDefault();
    clear();
    const values = read();
    if (!values) return;
    try {
      submit(values);
    } catch (error) {
      placed(error);
    }
  } }, all.map(([, field]) => field.element), fault, h("div", { class: "acts" }, actions));

  const write = (values) => {
    clear();
    for (const [name, field] of all) field.write(values[name]);
  };
  write({});
  return { element, write, focus: () => all[0]?.[1].focus() };
}
