// The operator's desk: chats that wait, own chats, and the one that is open.

import { cancellable, element, find, listen, me, post, sayForm, text, time } from "./common.js";
import {
  add, demonstrationTag, fill, internalEntry, names, operatorEntry, visitorFacts, visitorName,
} from "./talk.js";

const waiting = new Map();
const own = new Map();
let open = null;

function show() {
  const lines = [...waiting.values()].map((chat) => element("li", {},
    element("div", { class: "chat-line" },
      element("span", { class: "line-name" }, visitorName(chat.visitor), " ", demonstrationTag(chat.visitor)),
      element("small", {}, visitorFacts(chat.visitor))),
    element("button", { class: "main", "data-chat": chat.chat, onclick: () => post(`/desk/${chat.chat}/pick-up`).then((done) => done && (open = chat.chat, show())) },
      text("pick_up"))));
  find("#waiting").replaceChildren(...lines);
  const mine = [...own.values()].map((chat) => {
    const last = chat.entries.filter((entry) => entry.kind === "said").at(-1);
    return element("li", {}, element("button", {
      class: "chat-line", "data-chat": chat.chat, "aria-current": chat.chat === open ? "true" : undefined,
      onclick: () => choose(chat.chat),
    },
    element("span", { class: "line-name" }, visitorName(chat.visitor), " ", demonstrationTag(chat.visitor),
      joined(chat) ? element("span", { class: "tag" }, text("joined_badge")) : undefined,
      chat.unread ? element("span", { class: "dot" }, element("span", { class: "hidden" }, text("new_message"))) : undefined),
    element("small", {}, last ? last.text : time(chat.visitor.started))));
  });
  find("#own").replaceChildren(...mine);
  find("#waiting-count").textContent = waiting.size;
  find("#own-count").textContent = own.size;
  find("#none-waiting").hidden = waiting.size > 0;
  find("#none-own").hidden = own.size > 0;
}

const joined = (chat) => chat.people.joined.some((person) => person.id === me);

function choose(id) {
  open = own.has(id) ? id : null;
  const chat = own.get(open);
  find("#panes").classList.toggle("has-open", Boolean(chat));
  find("#open").hidden = find("#internal-pane").hidden = !chat;
  find("#nothing").hidden = Boolean(chat);
  if (chat) {
    chat.unread = false;
    head(chat);
    fill(find("#talk"), chat, operatorEntry, `/desk/${open}/entries?`);
    fill(find("#internal"), chat.internal, internalEntry, `/desk/${open}/entries?internal=true&`);
    find("#internal-empty").hidden = chat.internal.entries.length > 0;
  }
  show();
}

function head(chat) {
  find("#open-name").replaceChildren(visitorName(chat.visitor), " ", demonstrationTag(chat.visitor) ?? "");
  find("#open-facts").textContent = `${visitorFacts(chat.visitor)} · ${names(chat.people)}`;
  find("#acts").hidden = joined(chat);
}

function keep(chat) {
  chat.internal = { entries: chat.internal, more: chat.internal_more };
  own.set(chat.chat, chat);
}

const heard = {
  snapshot(news) {
    waiting.clear();
    own.clear();
    for (const chat of news.waiting) waiting.set(chat.chat, chat);
    for (const chat of news.chats) keep(chat);
    choose(open);
  },
  waiting(news) { waiting.set(news.chat.chat, news.chat); show(); },
  no_longer_waiting(news) { waiting.delete(news.chat); show(); },
  opened(news) {
    keep(news.chat);
    news.chat.unread = true;
    if (open === null || open === news.chat.chat) choose(news.chat.chat);
    else show();
  },
  closed(news) {
    own.delete(news.chat);
    if (open === news.chat) choose(null);
    else show();
  },
  entry(news) {
    const chat = own.get(news.chat);
    if (!chat) return;
    chat.entries.push(news.entry);
    if (open === news.chat) add(find("#talk"), news.entry, operatorEntry);
    else chat.unread = true;
    show();
  },
  internal(news) {
    const chat = own.get(news.chat);
    if (!chat) return;
    if (news.entry.n <= (chat.internal.entries.at(-1)?.n ?? 0)) return;
    chat.internal.entries.push(news.entry);
    if (open === news.chat) {
      add(find("#internal"), news.entry, internalEntry);
      find("#internal-empty").hidden = true;
    } else chat.unread = true;
    show();
  },
  people(news) { change(news.chat, "people", news.people); },
  visitor(news) { change(news.chat, "visitor", news.visitor); },
};

function change(id, what, value) {
  const chat = own.get(id);
  if (!chat) return;
  chat[what] = value;
  if (open === id) head(chat);
  show();
}

listen("/desk/socket", (news) => heard[news.type]?.(news));
sayForm(find("#say"), (said) => post(`/desk/${open}/say`, { text: said }));
sayForm(find("#note"), (said) => post(`/desk/${open}/note`, { text: said }));
find("#end").addEventListener("click", () => post(`/desk/${open}/end`));
find("#back").addEventListener("click", () => choose(null));

const dialog = find("#transfer-dialog");
cancellable(dialog);
find("#transfer").addEventListener("click", () => dialog.showModal());
dialog.querySelector("form").addEventListener("submit", (event) => {
  const to = new FormData(event.target).get("to");
  if (to) post(`/desk/${open}/transfer`, { to });
});
