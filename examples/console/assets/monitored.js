// The list of monitored chats.

import { element, find, listen, text, time } from "./common.js";
import { ruleName } from "./rule_words.js";
import { demonstrationTag, names, visitorName } from "./talk.js";

const lines = new Map();

function line(chat) {
  const last = chat.last
    ? [element("b", {}, chat.last.name || text("v_visitor")), " ", chat.last.text]
    : [text("nothing_said")];
  return element("li", { class: "card watch", "data-chat": chat.chat },
    element("div", { class: "watch-who" },
      element("h2", {}, visitorName(chat.visitor), " ", demonstrationTag(chat.visitor)),
      element("p", {}, [chat.visitor.email, chat.visitor.ip].filter(Boolean).join(" · ")),
      element("p", {}, text("operators"), ": ", names(chat.people))),
    element("div", { class: "watch-last" }, element("p", {}, ...last),
      element("time", {}, time(chat.last ? chat.last.at : chat.visitor.started))),
    element("div", { class: "watch-why" },
      element("ul", { class: "rule-tags", "aria-label": text("because") }, ...chat.rules.map(ruleTag)),
      element("a", { class: "button main", href: `/monitored/${chat.chat}`,
        "aria-label": `${text("open")}: ${visitorName(chat.visitor)}` }, text("open"))));
}

const ruleTag = (rule) => element("li", {}, ruleName(rule));

function put(chat) {
  const place = find(`[data-chat="${CSS.escape(chat.chat)}"]`);
  lines.set(chat.chat, chat);
  if (place) place.replaceWith(line(chat));
  else find("#watches").append(line(chat));
}

function count() {
  find("#count").textContent = lines.size;
  find("#none").hidden = lines.size > 0;
}

const heard = {
  snapshot(news) {
    lines.clear();
    find("#watches").replaceChildren();
    news.chats.forEach(put);
  },
  line(news) { put(news.line); },
  entry(news) {
    const chat = lines.get(news.chat);
    if (chat && news.entry.kind === "said") {
      chat.last = news.entry;
      put(chat);
    }
  },
  ended(news) {
    lines.delete(news.chat);
    find(`[data-chat="${CSS.escape(news.chat)}"]`)?.remove();
  },
};

listen("/monitored/socket", (news) => {
  heard[news.type]?.(news);
  count();
}, () => location.reload());
