// For each live chat: who watches it, by which rules, and why everybody else does not.
import { h, replace } from "./dom.js";
import { listed, roleName, t } from "./texts.js";
import { attributes, verdict } from "./words.js";

const person = (id, role) => [h("strong", {}, id), h("small", {}, ` ${role === undefined ? t("unknown_operator") : roleName(role)}`)];

function reasons(engine, chat, said, id) {
  const own = said.filter(({ rule }) => rule.watcher === id);
  if (own.length > 0) {
    return h("ul", {}, own.map(({ rule, verdict: why }) =>
      h("li", { "data-verdict": why.type, "data-rule": rule.id }, h("code", {}, rule.id), " ", verdict(engine, rule, chat, why))));
  }
  const key = chat.operators.includes(id) ? "attends" : chat.joined.includes(id) ? "has_joined" : "no_rule";
  return h("p", {}, t(key));
}

/** What is known of a chat, in a line. */
export function about(chat) {
  const facts = [chat.visitor.ip, chat.visitor.email, listed([...chat.operators, ...chat.joined]), listed(chat.departments ?? []), attributes(chat.attributes)];
  return facts.filter(Boolean).join(" · ");
}

function card(engine, chat) {
  const [watchers, said] = [engine.watchersFor(chat), engine.explain(chat)];
  const roles = new Map(engine.operators().map(({ operator, role }) => [operator, role]));
  const people = new Set([...roles.keys(), ...said.map(({ rule }) => rule.watcher)]);
  for (const { operator } of watchers) people.delete(operator);
  return h("article", { "data-chat": chat.id },
    h("h3", {}, chat.id), h("p", { class: "about" }, about(chat)),
    h("h4", {}, t("watched_by")),
    watchers.length === 0 ? h("p", { class: "empty" }, t("nobody")) : h("ul", { class: "watchers" }, watchers.map(({ operator, rules }) =>
      h("li", { "data-watcher": operator }, person(operator, roles.get(operator)), " ", t("by_rules", { rules: listed(rules) })))),
    people.size > 0 && [h("h4", {}, t("not_watched_by")), h("dl", {}, [...people].map((id) =>
      h("div", { "data-not": id }, h("dt", {}, person(id, roles.get(id))), h("dd", {}, reasons(engine, chat, said, id)))))]);
}

export function why(page) {
  const cards = h("div", { class: "cards" });
  const element = h("section", { "aria-labelledby": "why", class: "why" }, h("h2", { id: "why", tabindex: "-1", text: "why" }), cards);
  const render = () => {
    const chats = page.live.chats();
    replace(cards, chats.length === 0 ? h("p", { class: "empty" }, t("no_chats")) : chats.map((chat) => card(page.live.engine, chat)));
  };
  return { element, render };
}
