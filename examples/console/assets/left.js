// What has left the list, and why.

import { element, find, text, time } from "./common.js";
import { visitorName } from "./talk.js";

const MOST = 50;

/** A chat has left the list. */
export function left(chat, reason) {
  const more = { ended_chat_ended: ["/ended/", "read_ended"], ended_joined: ["/monitored/", "open"] }[reason];
  const line = element("li", { "data-left": chat.chat },
    element("time", {}, time(Date.now())), element("b", {}, visitorName(chat.visitor)), element("span", {}, text(reason)),
    more && element("a", { href: more[0] + chat.chat }, text(more[1])),
    element("button", { class: "quiet", "aria-label": `${text("dismiss")}: ${visitorName(chat.visitor)}`, onclick: () => drop(line) }, "×"));
  find("#left-lines").prepend(line);
  find("#left-lines").children[MOST]?.remove();
  find("#left").hidden = false;
}

/** A chat that has left the list is deleted. */
export function leftNoMore(id) {
  const line = find(`[data-left="${CSS.escape(id)}"]`);
  if (line?.contains(document.activeElement)) drop(line);
  else line?.remove();
  find("#left").hidden = !find("#left-lines").childElementCount;
}

function drop(line) {
  const next = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector("button");
  line.remove();
  if (next) next.focus();
  else leftAll();
}

export function leftAll() {
  find("#left-lines").replaceChildren();
  find("#left").hidden = true;
  find("#content").focus({ preventScroll: true });
}
