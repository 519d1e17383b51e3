// What each person has on their screen after the step that is shown. A visitor's is made of nothing but what the crate
// gives to participants.
import { forParticipants } from "./monitor.js";
import { h, replace } from "./dom.js";
import { listed, roleName, t } from "./texts.js";
import { about } from "./why.js";

/** What the people in each chat were told, and the advice that was given, since the chat began. */
function told(outcomes) {
  const chats = new Map();
  const of = (chat) => chats.get(chat) ?? chats.set(chat, { notes: [], advice: [], over: false }).get(chat);
  for (const { done, events = [] } of outcomes) {
    if (done?.type === "start_chat" && events) chats.delete(done.chat.id);
    for (const event of events) {
      const note = forParticipants(event);
      if (note) of(note.chat).notes.push(note);
      if (event.type === "advised") of(event.chat).advice.push(event);
    }
    if (done?.type === "end_chat") of(done.chat).over = true;
  }
  return of;
}

const frame = (title, role, attributes, ...parts) =>
  h("article", { class: "screen", ...attributes }, h("h3", {}, title, " ", h("small", {}, role)), parts);

function visitorScreen(view, notes) {
  const parts = [];
  if (view.operators.length > 0) parts.push(h("p", {}, `${t("you_talk_to")}: ${listed(view.operators)}`));
  else parts.push(h("p", {}, t("you_wait")));
  parts.push(h("ul", {}, notes.map(({ type, operator }) => h("li", {}, t(`${type}_note`, { who: operator })))));
  return frame(t("visitor_of", { chat: view.chat }), "", { "data-visitor": view.chat }, parts);
}

function ownChat(page, view, of, id) {
  const others = [...view.operators, ...view.joined].filter((other) => other !== id);
  const joined = view.joined.includes(id);
  const advice = of(view.chat).advice.filter(({ to }) => to.includes(id));
  return h("li", { "data-own": view.chat },
    h("strong", {}, view.chat), " ", others.length > 0 && t("with", { who: listed(others) }), joined && h("span", { class: "tag" }, t("joined_badge")),
    advice.map(({ watcher }) => h("p", { class: "advice" }, t("advice_from", { who: watcher }))),
    joined && button(page, "leave", { chat: view.chat, operator: id }, id));
}

function button(page, type, fields, id) {
  const act = () => page.happen({ type, ...fields });
  return h("button", { type: "button", "data-key": `${type}-${fields.chat}-${id}`, onclick: act }, t(type));
}

function watched(page, { chat, rules }, id) {
  const rights = page.live.engine.rights(id, chat);
  const hears = page.live.recipients(chat.id, "internal").attending.length > 0;
  const may = { advise: rights.includes("advise") && hears, join: rights.includes("join") };
  return h("li", { "data-watched": chat.id },
    h("strong", {}, chat.id), " ", h("span", {}, about(chat)), h("small", {}, ` ${t("by_rules", { rules: listed(rules) })}`),
    h("div", { class: "acts" }, ["advise", "join"].filter((type) => may[type]).map((type) => button(page, type, { chat: chat.id, watcher: id }, id))));
}

const part = (heading, items, none = t("none")) => [h("h4", {}, heading), items.length > 0 ? h("ul", {}, items) : h("p", { class: "empty" }, none)];

function operatorScreen(page, { operator: id, role }, views, of) {
  const own = views.filter((view) => view.operators.includes(id) || view.joined.includes(id));
  return frame(id, roleName(role), { "data-operator": id },
    part(t("own_chats"), own.map((view) => ownChat(page, view, of, id))),
    part(t("monitored"), page.live.monitoredChats(id).map((line) => watched(page, line, id))));
}

export function screens(page) {
  const shown = h("div", { class: "screens" });
  const after = h("p", { class: "lead" });
  const element = h("section", { "aria-labelledby": "screens" }, h("h2", { id: "screens", tabindex: "-1", text: "screens" }), after, shown);
  const render = () => {
    after.textContent = t("after", { step: page.shownStep() });
    const of = told(page.outcomes.slice(0, page.state.step + 1));
    const views = page.live.chats().map(({ id }) => page.live.participantView(id));
    replace(shown,
      views.map((view) => visitorScreen(view, of(view.chat).notes)),
      page.live.engine.operators().map((operator) => operatorScreen(page, operator, views, of)));
  };
  return { element, render };
}
