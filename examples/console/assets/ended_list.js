// Ended chats that one may read, the newest first.

import { element, find, onDeleted, post, text } from "./common.js";
import { demonstrationTag, visitorName } from "./talk.js";

const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
let last = null;
let asked = 0;
/** A list that was asked for before may have them still. */
const deleted = new Set();

function line(chat) {
  return element("li", { "data-chat": chat.chat },
    element("div", {},
      element("a", { href: `/ended/${chat.chat}` }, visitorName(chat)), " ", demonstrationTag(chat) ?? "",
      element("p", {}, [chat.email, chat.ip].filter(Boolean).join(" · "))),
    element("div", { class: "ended-when" },
      element("time", { datetime: new Date(chat.ended).toISOString() }, when.format(chat.ended)), " ",
      element("span", { class: "tag" }, text(chat.attended ? "ended_as_attending" : "ended_as_watching"))));
}

async function load(before) {
  const mine = ++asked;
  const search = find("#sought").value;
  const found = await post("/ended/list", { search, before });
  // What was asked before, and comes later, is of no interest.
  if (!found || mine !== asked) return;
  if (!before) find("#chats").replaceChildren();
  find("#chats").append(...found.chats.filter((chat) => !deleted.has(chat.chat)).map(line));
  const end = found.chats.at(-1);
  last = end ? [end.ended, end.chat] : null;
  find("#more").hidden = !found.more;
  show();
}

function show() {
  find("#chats").hidden = !find("#chats").childElementCount;
  find("#none").hidden = !find("#chats").hidden;
}

onDeleted((id) => {
  deleted.add(id);
  find(`#chats [data-chat="${CSS.escape(id)}"]`)?.remove();
  show();
});

// What was deleted while the page was away is not told of.
let begun = false;
document.addEventListener("here", () => {
  if (begun) load(null);
  begun = true;
});

find("#search").addEventListener("submit", (event) => {
  event.preventDefault();
  load(null);
});
// Escape and the cross empty it: everything is there again.
find("#sought").addEventListener("input", () => find("#sought").value || load(null));
find("#more").addEventListener("click", () => load(last));
load(null);
