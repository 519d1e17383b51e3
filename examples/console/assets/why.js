// Why a chat is not in one's list: a chat is chosen, and each rule of one's own answers.

import { cancellable, element, find, get, text } from "./common.js";
import { ruleName } from "./rule_words.js";

const dialog = find("#why-dialog");
const field = find("#why-search");
cancellable(dialog);

const visitor = (chat) => chat.visitor || text("v_visitor");
const operators = (chat) => chat.operators.join(text("list_comma")) || text("waits");

let asking = 0;
async function choose() {
  const mine = ++asking;
  const told = await get(`/settings/monitoring/chats?q=${encodeURIComponent(field.value)}`);
  if (!told || mine !== asking) return;
  find("#why-chats").replaceChildren(...told.chats.map((chat) => element("li", {},
    element("button", { type: "button", class: "chat-choice", "data-chat": chat.chat, onclick: () => answer(chat.chat) },
      element("b", {}, visitor(chat)), " ", element("small", {}, operators(chat)), element("small", { class: "id" }, chat.chat)))));
  find("#why-none").hidden = told.chats.length > 0;
  find("#why-more").hidden = !told.more;
}

async function answer(chat) {
  const place = find("#why-answer");
  const response = await fetch(`/settings/monitoring/why/${encodeURIComponent(chat)}`).catch(() => null);
  const told = await response?.json().catch(() => null);
  if (!response?.ok || !told) {
    place.replaceChildren(element("p", { class: "problem" }, told?.text || text("v_failed")));
    place.hidden = false;
    return;
  }
  const reasons = told.reasons.map((reason) => element("li", { "data-verdict": reason.verdict },
    element("b", {}, ruleName(reason.rule)), element("span", {}, reason.text)));
  place.replaceChildren(
    element("h3", {}, visitor(told.chat), " ", element("small", {}, operators(told.chat))),
    element("p", { class: told.watching ? "check good" : "" }, text(told.watching ? "why_watching" : "why_not_watching")),
    reasons.length ? element("ul", { class: "reasons" }, ...reasons) : element("p", {}, text("why_no_rules")));
  place.hidden = false;
  place.focus();
}

function open(chat) {
  field.value = "";
  find("#why-answer").hidden = true;
  dialog.showModal();
  choose();
  if (chat) answer(chat);
}

let typing = null;
field.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(choose, 300);
});
find("#why").addEventListener("click", () => open());

// A link may name the chat.
const named = new URLSearchParams(location.search).get("why");
if (named) open(named);
