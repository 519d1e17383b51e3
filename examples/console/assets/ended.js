// An ended chat: to be read.

import { find, get, text } from "./common.js";
import { demonstrationTag, fill, internalEntry, operatorEntry, visitorName } from "./talk.js";

const id = find("#panes").dataset.chat;
const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });

const told = await get(`/ended/${id}/transcript`);
if (told) {
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
