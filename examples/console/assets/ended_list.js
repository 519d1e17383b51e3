// Ended chats that one may read, the newest first.

import { element, find, post, text } from "./common.js";
import { demonstrationTag, visitorName } from "./talk.js";

const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
let last = null;
let asked = 0;

function line(chat) {
  return element("li", {},
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
  find("#chats").append(...found.chats.map(line));
  const end = found.chats.at(-1);
  last = end ? [end.ended, end.chat] : null;
  find("#more").hidden = !found.more;
  find("#chats").hidden = !find("#chats").childElementCount;
  find("#none").hidden = !find("#chats").hidden;
}

find("#search").addEventListener("submit", (event) => {
  event.preventDefault();
  load(null);
});
find("#more").addEventListener("click", () => load(last));
load(null);
