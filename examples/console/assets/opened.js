// A monitored chat, opened: reading along, advising, joining.

import { SESSION, cancellable, element, find, listen, post, sayForm, text, time } from "./common.js";
import { watchAdvice } from "./advice.js";
import { ruleName } from "./rule_words.js";
import {
  add, demonstrationTag, fill, internalEntry, listed, markRead, operatorEntry, visitorFacts, visitorName,
} from "./talk.js";

const LOGS = [["talk", "chat"], ["internal", "internal"], ["internal-pane", "internal"]];

/**
 * Opens a chat in a place of the page. `hooks` are told what it is called (`named`), up to which entry it is shown
 * (`shown`), and what is asked for: `closed`, `step` (1 or -1), `beside`.
 */
export function openChat(place, id, suffix, hooks) {
  const made = find("#chat").content.cloneNode(true);
  const parts = {};
  for (const part of made.querySelectorAll("[id]")) {
    parts[part.id] = part;
    part.id += suffix;
  }
  for (const name of ["for", "aria-describedby"]) {
    for (const part of made.querySelectorAll(`[${name}]`)) part.setAttribute(name, part.getAttribute(name) + suffix);
  }
  place.replaceChildren(made);
  place.hidden = false;
  place.dataset.chat = id;
  const at = (name) => parts[name];
  if (suffix) {
    at("close").replaceChildren(
      element("span", { "aria-hidden": "true" }, "×"), element("span", { class: "hidden" }, text("close")));
  }
  let joined = false;
  // The system in which the chat is answered, if not here: it cannot be joined.
  let vendor = null;

  function standing() {
    const state = at("state");
    state.textContent = text(joined ? "you_joined" : "unseen");
    state.parentElement.classList.toggle("seen", joined);
    at("say").hidden = at("leave").hidden = !joined;
    at("join").hidden = joined || Boolean(vendor);
    at("join-text").hidden = joined;
    if (vendor) at("join-text").textContent = text("elsewhere_text", { vendor });
    at("advise-title").textContent = text(joined ? "internal_message" : "advise");
    at("advise-text").textContent = joined ? text("internal_text") : text("advise_text");
    at("advise-button").textContent = text(joined ? "write" : "send_advice");
  }

  function visitor(known) {
    vendor = known.vendor;
    at("open-name").replaceChildren(visitorName(known), " ", demonstrationTag(known) ?? "");
    at("open-facts").textContent = visitorFacts(known);
    for (const [part, what] of LOGS) {
      at(part).setAttribute("aria-label", `${text(what)}: ${visitorName(known)}`);
    }
    hooks.named(visitorName(known));
  }

  function people(known) {
    at("people").textContent = listed(known.operators);
    at("joined").textContent = listed(known.joined);
    at("joined-part").hidden = known.joined.length === 0;
  }

  // Who has joined watches by no rule.
  function rules(known) {
    at("rules").replaceChildren(...known.map((rule) => element("li", {}, ruleName(rule))));
    at("because").hidden = known.length === 0;
  }

  function hand(since) {
    at("hand").textContent = since ? text("hand_since", { time: time(since) }) : "";
    at("hand").hidden = !since;
  }

  // Whoever has joined is advised, too, and reads it here.
  function internalLine(entry) {
    const made = internalEntry(entry);
    if (joined && entry.unread) watchAdvice(made, entry.n, id);
    return made;
  }

  const shown = () => hooks.shown(at("talk").lastNumber);

  const heard = {
    snapshot(news) {
      joined = news.joined;
      visitor(news.chat.visitor);
      people(news.chat.people);
      rules(news.rules);
      hand(news.hand);
      fill(at("talk"), news.chat, operatorEntry, `/monitored/${id}/entries?`);
      const internal = { entries: news.chat.internal, more: news.chat.internal_more };
      fill(at("internal"), internal, internalLine, `/monitored/${id}/entries?internal=true&`);
      standing();
      shown();
    },
    entry(news) {
      add(at("talk"), news.entry, operatorEntry);
      shown();
    },
    internal(news) { add(at("internal"), news.entry, internalLine); },
    people(news) { people(news.people); },
    visitor(news) { visitor(news.visitor); },
    standing(news) {
      joined = news.joined;
      hand(news.hand);
      rules(news.rules);
      standing();
    },
    read(news) { markRead(at("internal"), news.n, news.reading); },
    ended(news) {
      over(news.reason);
      return "over";
    },
  };

  function over(reason) {
    const state = at("state");
    state.replaceChildren(reason === "chat_deleted" ? text(reason) : `${text("no_longer")}: ${text(reason)}`);
    if (reason === "ended_chat_ended") {
      state.append(" ", element("a", { href: `/ended/${id}` }, text("read_ended")));
      // It stays on the screen for as long as it can be read.
      stop = listen(`${SESSION}?ended=${encodeURIComponent(id)}`, () => {});
    }
    state.parentElement.className = "state over";
    for (const part of ["say", "advise", "join", "join-text", "leave", "hand"]) at(part).hidden = true;
  }

  /** Nobody can read it any more. */
  function deleted() {
    stop();
    over("chat_deleted");
    for (const part of ["talk", "internal", "rules", "open-name"]) at(part).replaceChildren();
    for (const part of ["people", "joined", "open-facts"]) at(part).textContent = "";
    for (const [part, what] of LOGS) at(part).setAttribute("aria-label", text(what));
    if (asked === id) dialog.close();
    find("#join-title").textContent = text("join");
    hooks.named("");
  }

  let stop = listen(`/monitored/${id}/socket`, (news) => heard[news.type]?.(news), () => over("ended_meanwhile"),
    undefined, `/monitored/${id}`);
  sayForm(at("say"), (said, once) => post(`/desk/${id}/say`, { text: said, once }), () => id);
  sayForm(at("advise"),
    (said, once) => post(joined ? `/desk/${id}/note` : `/monitored/${id}/advise`, { text: said, once }), () => id);
  at("join").addEventListener("click", () => askToJoin(id, at("open-name").firstChild?.textContent ?? ""));
  at("leave").addEventListener("click", () => post(`/monitored/${id}/leave`));
  at("close").addEventListener("click", hooks.closed);
  at("previous").addEventListener("click", () => hooks.step(-1));
  at("next").addEventListener("click", () => hooks.step(1));
  at("beside").addEventListener("click", hooks.beside);

  return {
    id,
    deleted,
    focus: () => at("open-name").focus(),
    /** Which of the chats before and after there are, and whether another may be put beside it. */
    steps(previous, next, beside) {
      at("previous").disabled = !previous;
      at("next").disabled = !next;
      at("beside").hidden = !beside;
    },
    close() {
      stop();
      place.replaceChildren();
      place.hidden = true;
      delete place.dataset.chat;
    },
  };
}

const dialog = find("#join-dialog");
cancellable(dialog);
let asked;

/** Joining is seen by all, and nobody can take that back. */
function askToJoin(id, name) {
  asked = id;
  dialog.returnValue = "";
  find("#join-title").textContent = `${text("join")}: ${name}`;
  dialog.showModal();
  dialog.querySelector(".cancel").focus();
}

dialog.addEventListener("close", () => {
  if (dialog.returnValue === "join") post(`/monitored/${asked}/join`);
});
