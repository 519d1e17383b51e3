// An ended chat: to be read.

import { element, find, get, onDeleted, text } from "./common.js";
import { demonstrationTag, fill, internalEntry, operatorEntry, visitorName } from "./talk.js";

const id = find("#panes").dataset.ended;
const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

let deleted = false;
const title = document.title;
onDeleted((chat) => {
  if (chat !== id) return;
  deleted = true;
  document.title = title;
  find("#panes").replaceChildren(element("p", { class: "pane nothing", role: "status" }, text("chat_deleted"),
    element("a", { href: "/ended" }, text("nav_ended"))));
});

const told = await get(`/ended/${id}/transcript`);
if (told && !deleted) {
  const { chat } = told;
  find("#open-name").replaceChildren(visitorName(chat), " ", demonstrationTag(chat) ?? "");
  const time = text("ended_from_to", { from: when.format(chat.started), to: when.format(chat.ended) });
  find("#open-facts").textContent = [chat.email, chat.ip, time].filter(Boolean).join(" · ");
  find("#people").textContent = told.people.join(text("list_separator"));
  find("#part").hidden = chat.whole;
  fill(find("#talk"), told, operatorEntry, `/ended/${id}/entries?`);
  const internal = { entries: told.internal, more: told.internal_more };
  fill(find("#internal"), internal, internalEntry, `/ended/${id}/entries?internal=true&`);
  document.title = `${visitorName(chat)} · ${document.title}`;
}
