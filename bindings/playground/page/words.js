// Criteria, verdicts and events in words.
import { listed, t } from "./texts.js";

const day = (instant) => new Date(instant).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

export const time = day;

export function criterion(wire) {
  const [[kind, value]] = Object.entries(wire);
  const words = {
    attribute: () => `${value.name}=${value.value}`,
    sample: () => `${value.per_million / 10_000}% (${value.salt})`,
  }[kind];
  return `${t(`c_${kind}`)}: ${words ? words() : value}`;
}

export function period(window) {
  if (!window) return "";
  return `${window.from === undefined ? "" : day(window.from)} – ${window.until === undefined ? "" : day(window.until)}`;
}

export const oversees = (held) =>
  Object.entries(held ?? {}).map(([department, rights]) => `${department}: ${rights.join(" ")}`).join("; ");

export const attributes = (held) =>
  Object.entries(held ?? {}).flatMap(([name, values]) => values.map((value) => `${name}=${value}`)).join(", ");

const named = (reason) => reason.exclusion ?? reason.operator;

/** Why a rule does or does not grant a chat. The engine is asked which criterion it is that decides. */
export function verdict(engine, rule, chat, said) {
  if (said.type === "outside_window" && engine.now === undefined) return t("why_outside_window_untold");
  if (said.type !== "no_match") return t(`why_${said.type}`, { who: named(said) });
  const holds = (one) => engine.judge({ id: rule.id, watcher: rule.watcher, when: [one] }, chat).type !== "no_match";
  const failing = rule.when.filter((one) => !holds(one));
  if (failing.length > 0) return t("why_no_match", { which: listed(failing.map(criterion)) });
  return t("why_unless", { which: listed((rule.unless ?? []).filter(holds).map(criterion)) });
}

const ENDS = ["chat_ended", "joined", "rule_removed", "no_longer_matches"];

const reason = (why) => (ENDS.includes(why.type) ? t(`end_${why.type}`) : t(`why_${why.type}`, { who: named(why) }));

export function event(happened) {
  const { type, rules, to, reason: why, ...names } = happened;
  const blanks = { ...names, rules: rules && listed(rules), to: to && listed(to) };
  if (type === "watch_ended") blanks.reason = reason(why);
  return t(`e_${type}`, blanks);
}
