// Rules as people read them.

import { element, text } from "./common.js";

const words = (part) => `${text(part.kind)}: ${part.value}`;

/** A rule in one line: what it watches, and what it leaves out. */
export function ruleWords(rule) {
  const unless = rule.unless?.length
    ? text("unless_in_words", { criteria: rule.unless.map(words).join(text("or_between")) }) : "";
  return rule.when.map(words).join(" + ") + unless;
}

/** What it is called, or else what it watches. */
export const ruleName = (rule) => rule.name || ruleWords(rule);

/** The criteria, each a line of its own: kind and value. */
export function criteria(parts, className = "") {
  const lines = parts.map((part) => element("li", {},
    element("span", { class: "kind" }, text(part.kind)), element("span", { class: "value" }, part.value)));
  return element("ul", { class: `criteria ${className}` }, ...lines);
}

const format = () => new Intl.DateTimeFormat(document.documentElement.lang,
  { dateStyle: "short", timeStyle: "short" });

/** When a rule counts, in the reader's own zone. */
export function windowWords(window) {
  const at = (moment) => moment === null || moment === undefined ? "" : format().format(moment);
  const [from, until] = [at(window.from), at(window.until)];
  return text(from && until ? "window_both" : from ? "window_from" : "window_until", { from, until });
}

/** The reader's own zone, by name and by its distance to universal time. */
export function zone() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const parts = new Intl.DateTimeFormat("en", { timeZoneName: "longOffset" }).formatToParts();
  return `${timeZone} (${parts.find((part) => part.type === "timeZoneName")?.value ?? ""})`;
}
