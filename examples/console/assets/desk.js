// The operator's desk: chats that wait, own chats, and the one that is open.

import { noticeAdvice, watchAdvice } from "./advice.js";
import { keepList } from "./lists.js";
import { ring } from "./sound.js";
import { transfer } from "./transfer.js";
import { cancellable, element, find, listen, me, post, sayForm, text, time } from "./common.js";
import {
  add, demonstrationTag, fill, internalEntry, names, operatorEntry, visitorFacts, visitorName,
} from "./talk.js";

const waiting = new Map();
const own = new Map();
const title = document.title;
let open = null;

const fields = [sayForm(find("#say"), say, () => open), sayForm(find("#note"), note, () => open)];

function say(said, once) { return post(`/desk/${open}/say`, { text: said, once }); }
function note(said, once) { return post(`/desk/${open}/note`, { text: said, once }); }

function waitingLine(chat) {
  return element("li", { "data-key": chat.chat },
    element("div", { class: "chat-line" },
      element("span", { class: "line-name" }, visitorName(chat.visitor), " ", demonstrationTag(chat.visitor)),
      chat.first ? element("span", { class: "first-said" }, chat.first) : undefined,
      element("small", {}, visitorFacts(chat.visitor))),
    element("button", { class: "main", "data-chat": chat.chat, onclick: () => pickUp(chat.chat),
      "aria-label": `${text("pick_up")}: ${visitorName(chat.visitor)}` }, text("pick_up")));
}

async function pickUp(id) {
  if (!(await post(`/desk/${id}/pick-up`))) return;
  open = id;
  if (own.has(id)) choose(id);
}

function ownLine(chat) {
  const last = chat.entries.filter((entry) => entry.kind === "said").at(-1);
  return element("li", { "data-key": chat.chat }, element("button", {
    class: "chat-line", "data-chat": chat.chat, "aria-current": chat.chat === open ? "true" : undefined,
    onclick: () => choose(chat.chat),
  },
  element("span", { class: "line-name" }, visitorName(chat.visitor), " ", demonstrationTag(chat.visitor),
    joined(chat) ? element("span", { class: "tag" }, text("joined_badge")) : undefined,
    chat.hand ? element("span", { class: "tag hand-tag" }, text("hand_tag")) : undefined,
    advised(chat).length ? element("span", { class: "tag advice-tag" }, text("new_advice")) : undefined,
    chat.unread ? element("span", { class: "dot" }, element("span", { class: "hidden" }, text("new_message"))) : undefined),
  element("small", {}, last ? last.text : time(chat.visitor.started))));
}

function show() {
  keepList(find("#waiting"), [...waiting.values()].map(waitingLine));
  keepList(find("#own"), [...own.values()].map(ownLine));
  find("#waiting-count").textContent = waiting.size;
  find("#own-count").textContent = own.size;
  find("#none-waiting").hidden = waiting.size > 0;
  find("#none-own").hidden = own.size > 0;
  const fresh = [...own.values()].filter((chat) => chat.unread || advised(chat).length).length;
  const chat = own.get(open);
  document.title = (fresh ? `(${fresh}) ` : "") + (chat ? `${visitorName(chat.visitor)} · ${title}` : title);
}

const joined = (chat) => chat.people.joined.some((person) => person.id === me);

/** The advice that has not been seen. */
const advised = (chat) => chat.internal.entries.filter((entry) => entry.unread);

const isSeen = (id) => id === open && !document.hidden;

function choose(id) {
  open = own.has(id) ? id : null;
  const chat = own.get(open);
  find("#panes").classList.toggle("has-open", Boolean(chat));
  find("#open").hidden = find("#internal-pane").hidden = !chat;
  find("#nothing").hidden = Boolean(chat);
  if (chat) {
    chat.unread = document.hidden;
    head(chat);
    fill(find("#talk"), chat, operatorEntry, `/desk/${open}/entries?`);
    fill(find("#internal"), chat.internal, internalLine, `/desk/${open}/entries?internal=true&`);
    find("#internal-empty").hidden = chat.internal.entries.length > 0;
  }
  for (const field of fields) field.turn();
  noticeAdvice(chat ? advised(chat) : []);
  show();
}

function head(chat) {
  find("#open-name").replaceChildren(visitorName(chat.visitor), " ", demonstrationTag(chat.visitor) ?? "");
  find("#open-facts").textContent = `${visitorFacts(chat.visitor)} · ${names(chat.people)}`;
  find("#why")?.setAttribute("href", `/settings/monitoring?why=${encodeURIComponent(chat.chat)}`);
  const vendor = Boolean(chat.visitor.vendor);
  find("#acts").hidden = joined(chat) || vendor;
  find("#say").hidden = vendor;
  find("#hand").textContent = text(chat.hand ? "hand_lower" : "hand_raise");
  find("#hand-state").textContent = chat.hand ? text("hand_up", { time: time(chat.hand) }) : "";
}

/** An entry of the open chat's internal channel. */
function internalLine(entry) {
  const made = internalEntry(entry);
  if (entry.unread) watchAdvice(made, entry.n, open);
  return made;
}

function keep(chat) {
  chat.internal = { entries: chat.internal, more: chat.internal_more };
  own.set(chat.chat, chat);
}

const heard = {
  snapshot(news) {
    const unread = new Set([...own.values()].filter((chat) => chat.unread).map((chat) => chat.chat));
    waiting.clear();
    own.clear();
    for (const chat of news.waiting) waiting.set(chat.chat, chat);
    for (const chat of news.chats) {
      keep(chat);
      chat.unread = unread.has(chat.chat);
    }
    find("#loading").hidden = true;
    choose(open);
  },
  waiting(news) {
    if (!waiting.has(news.chat.chat)) ring("waiting");
    waiting.set(news.chat.chat, news.chat);
    show();
  },
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
    if (!isSeen(news.chat)) {
      chat.unread = true;
      ring("message");
    }
    show();
  },
  internal(news) {
    const chat = own.get(news.chat);
    if (!chat) return;
    if (news.entry.n <= (chat.internal.entries.at(-1)?.n ?? 0)) return;
    chat.internal.entries.push(news.entry);
    if (open === news.chat) {
      add(find("#internal"), news.entry, internalLine);
      find("#internal-empty").hidden = true;
      noticeAdvice(advised(chat));
    }
    if (news.entry.unread) ring("advice");
    else if (!isSeen(news.chat)) chat.unread = true;
    show();
  },
  seen(news) {
    const chat = own.get(news.chat);
    for (const entry of chat?.internal.entries ?? []) if (entry.n === news.n) entry.unread = false;
    if (open === news.chat) noticeAdvice(advised(chat));
    show();
  },
  people(news) { change(news.chat, "people", news.people); },
  visitor(news) { change(news.chat, "visitor", news.visitor); },
  hand(news) { change(news.chat, "hand", news.hand); },
};

function change(id, what, value) {
  const chat = own.get(id);
  if (!chat) return;
  chat[what] = value;
  if (open === id) head(chat);
  show();
}

listen("/desk/socket", (news) => heard[news.type]?.(news));
document.addEventListener("visibilitychange", () => {
  const chat = own.get(open);
  if (chat && !document.hidden) chat.unread = false;
  show();
});
find("#back").addEventListener("click", () => choose(null));
find("#hand").addEventListener("click", () => post(`/desk/${open}/${own.get(open)?.hand ? "lower" : "raise"}`));

find("#transfer").addEventListener("click", () => transfer(open));

const end = find("#end-dialog");
cancellable(end);
find("#end").addEventListener("click", () => {
  find("#end-title").textContent = text("end_title", { name: visitorName(own.get(open).visitor) });
  end.dataset.chat = open;
  end.showModal();
});
// The chat that was asked about, whatever is open by now.
end.querySelector("form").addEventListener("submit", () => post(`/desk/${end.dataset.chat}/end`));
