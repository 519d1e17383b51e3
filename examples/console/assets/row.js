// A row of the list of monitored chats.

import { element, text, time } from "./common.js";
import { ruleName } from "./rule_words.js";
import { listed, visitorName } from "./talk.js";
import { activity, chats, hand, open, opened, told, unread } from "./watches.js";

const language = document.documentElement.lang;
const dates = new Intl.DateTimeFormat(language, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** How long, as people say it in short. */
function duration(since) {
  const minutes = Math.max(0, Math.floor((Date.now() - since) / 60000));
  if (minutes < 1) return text("under_a_minute");
  if (minutes < 60) return text("minutes", { n: minutes });
  return text("hours", { h: Math.floor(minutes / 60), n: minutes % 60 });
}

const today = (at) => new Date(at).toDateString() === new Date().toDateString();

const cell = (name, ...children) => element("div", { role: "gridcell", class: name }, ...children);
const labelled = (name, label) => element("div", { role: "gridcell", class: name, "data-label": text(label) });
const tag = (name, words) => element("span", { class: `tag ${name}` }, words);

export function makeRow(id, address) {
  const link = element("a", { tabindex: "-1" });
  const row = element("div", { role: "row", class: "watch", "data-chat": id },
    cell("from", element("p", { class: "name" },
      element("span", { class: "dot" }, element("span", { class: "hidden" }, text("unread"))),
      link, tag("hand", text("hand_raised")), tag("demonstration", text("demonstration")), tag("vendor", ""), tag("seen", text("opened_by_me"))),
    element("small")),
    cell("operators", element("p"), element("small")),
    cell("last", element("p", {}, element("b"), element("span")), element("ul", { class: "rule-tags", "aria-label": text("because") })),
    labelled("waits", "waits_for_answer"), labelled("lasts", "lasts"), cell("at", element("time")));
  row.linkTo = () => link.setAttribute("href", address(id));
  return row;
}

/** Changes what is not so yet: the rest of the page is none the wiser. */
function put(part, words) {
  if (part.textContent !== words) part.textContent = words;
}

export function showRow(row, id) {
  const chat = chats.get(id);
  row.linkTo();
  // Durations change with the clock, everything else with what one is told.
  const at = (selector) => row.querySelector(selector);
  put(at(".waits"), chat.waiting === null ? "–" : duration(chat.waiting));
  put(at(".lasts"), duration(chat.visitor.started));
  if (open.has(id)) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
  row.classList.toggle("unread", unread(chat));
  at(".dot").hidden = !unread(chat);
  at(".seen").hidden = !opened(chat);
  row.classList.toggle("late", chat.waiting !== null && Date.now() - chat.waiting > 60000);
  if (row.shown === chat.haystack && row.chat === chat && row.last === chat.last) return;
  Object.assign(row, { shown: chat.haystack, chat, last: chat.last });
  put(at("a"), visitorName(chat.visitor));
  const gone = chat.visitor.gone && text("gone_since", { time: time(chat.visitor.gone) });
  put(at(".from small"), [chat.visitor.email, gone, chat.visitor.ip].filter(Boolean).join(" · "));
  at(".from small").title = at(".from small").textContent;
  at(".hand").hidden = !hand(chat);
  at(".demonstration").hidden = !chat.visitor.demonstration;
  at(".vendor").hidden = !chat.visitor.vendor;
  at(".vendor").textContent = chat.visitor.vendor ?? "";
  put(at(".operators p"), listed(chat.people.operators));
  const joined = chat.people.joined.length ? `${text("joined_badge")}: ${listed(chat.people.joined)}` : "";
  put(at(".operators small"), [joined, ...chat.departments.map((department) => department.name), ...told(chat)].filter(Boolean).join(" · "));
  put(at(".last b"), chat.last ? `${chat.last.name || text("v_visitor")} ` : "");
  put(at(".last span"), chat.last ? chat.last.text : text("nothing_said"));
  const rules = chat.rules.map(ruleName);
  const tags = at(".rule-tags");
  if (tags.rules !== rules.join()) {
    tags.rules = rules.join();
    tags.replaceChildren(...rules.map((rule) => element("li", {}, rule)));
  }
  const moment = activity(chat);
  put(at("time"), today(moment) ? time(moment) : dates.format(moment));
  at("time").dateTime = new Date(moment).toISOString();
}
