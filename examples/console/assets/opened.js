// A monitored chat, opened: reading along, advising, joining.

import { element, find, listen, post, sayForm, text } from "./common.js";
import { ruleName } from "./rule_words.js";
import {
  add, demonstrationTag, fill, internalEntry, markRead, names, operatorEntry, visitorFacts, visitorName,
} from "./talk.js";

const id = find("#panes").dataset.chat;
let joined = false;

function standing() {
  const state = find("#state");
  state.textContent = text(joined ? "you_joined" : "unseen");
  state.parentElement.classList.toggle("seen", joined);
  find("#say").hidden = find("#leave").hidden = !joined;
  find("#join").hidden = find("#join-text").hidden = joined;
  find("#advise-title").textContent = text(joined ? "internal_message" : "advise");
  find("#advise-text").textContent = joined ? "" : text("advise_text");
  find("#advise-button").textContent = text(joined ? "write" : "send_advice");
}

function visitor(known) {
  find("#open-name").replaceChildren(visitorName(known), " ", demonstrationTag(known) ?? "");
  find("#open-facts").textContent = visitorFacts(known);
}

const people = (known) => { find("#people").textContent = names(known); };

const rules = (known) => find("#rules").replaceChildren(...known.map((rule) =>
  element("li", {}, ruleName(rule))));

const heard = {
  snapshot(news) {
    joined = news.joined;
    visitor(news.chat.visitor);
    people(news.chat.people);
    if (!joined) rules(news.rules);
    fill(find("#talk"), news.chat, operatorEntry, `/monitored/${id}/entries?`);
    const internal = { entries: news.chat.internal, more: news.chat.internal_more };
    fill(find("#internal"), internal, internalEntry, `/monitored/${id}/entries?internal=true&`);
    standing();
  },
  entry(news) { add(find("#talk"), news.entry, operatorEntry); },
  internal(news) { add(find("#internal"), news.entry, internalEntry); },
  people(news) { people(news.people); },
  visitor(news) { visitor(news.visitor); },
  standing(news) {
    joined = news.joined;
    if (!joined) rules(news.rules);
    standing();
  },
  read(news) { markRead(find("#internal"), news.n, news.reading); },
  ended(news) {
    over(text(news.reason));
    return "over";
  },
};

function over(why) {
  const state = find("#state");
  state.textContent = `${text("no_longer")}: ${why}`;
  state.parentElement.className = "state over";
  for (const part of ["#say", "#advise", "#join", "#join-text", "#leave"]) find(part).hidden = true;
}

listen(`/monitored/${id}/socket`, (news) => heard[news.type]?.(news), () => over(text("ended_meanwhile")));
sayForm(find("#say"), (said, once) => post(`/desk/${id}/say`, { text: said, once }));
sayForm(find("#advise"),
  (said, once) => post(joined ? `/desk/${id}/note` : `/monitored/${id}/advise`, { text: said, once }));
find("#join").addEventListener("click", () => post(`/monitored/${id}/join`));
find("#leave").addEventListener("click", () => post(`/monitored/${id}/leave`));
