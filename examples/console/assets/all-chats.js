// All live chats, for administrators. What is said in them is not shown, nor who watches.

import { cancellable, element, find, listen, post, text, time } from "./common.js";
import { demonstrationTag, names, visitorFacts, visitorName } from "./talk.js";

const { departments } = JSON.parse(find("#chats").dataset.known);
const chats = new Map();
const rows = new Map();
let chosen = null;

const departmentName = (id) => departments.find((known) => known.id === id)?.name ?? id;
const place = (chat, act) => `/settings/chats/${encodeURIComponent(chat.chat)}/${act}`;
const called = (chat) => `${visitorName(chat.visitor)} (${names(chat.people) || text("waiting_chats")})`;

function row(chat) {
  const cell = (key, ...content) => element("td", { "data-label": text(key) }, ...content);
  const button = (key, act, more = "") => element("button", {
    class: `quiet ${more}`, "data-act": key, "aria-label": `${text(key)}: ${visitorName(chat.visitor)}`, onclick: () => act(chat),
  }, text(key));
  const allowed = chat.monitoring_allowed;
  return element("tr", { "data-chat": chat.chat },
    cell("visitor", element("div", {}, element("b", {}, visitorName(chat.visitor)), " ", demonstrationTag(chat.visitor),
      element("small", { class: "facts-line" }, visitorFacts(chat.visitor)))),
    cell("since_when", time(chat.visitor.started)),
    cell("operators", names(chat.people) || text("waiting_chats")),
    cell("departments", chat.departments.map(departmentName).join(", ")),
    cell("monitoring", element("button", {
      class: "switch", role: "switch", "aria-checked": String(allowed), "data-act": "monitoring",
      "aria-label": `${text("allow_monitoring")}: ${visitorName(chat.visitor)}`,
      onclick: () => post(place(chat, "monitoring"), { allowed: !allowed }),
    }, element("span", { class: "knob" }))),
    element("td", { class: "row-acts" },
      button("reassign", reassign),
      departments.length ? button("set_departments", setDepartments) : undefined,
      button("end", end, "delete"),
      element("a", { href: `/settings/monitoring?why=${encodeURIComponent(chat.chat)}`,
        "aria-label": `${text("why_link")} ${visitorName(chat.visitor)}` }, text("why_link"))));
}

/** Shows a chat as it is now; whoever is on one of its buttons stays there. */
function put(chat) {
  chats.set(chat.chat, chat);
  const before = rows.get(chat.chat);
  const act = before?.contains(document.activeElement) ? document.activeElement.dataset.act : undefined;
  const made = row(chat);
  rows.set(chat.chat, made);
  if (before) before.replaceWith(made);
  else find("#chats tbody").prepend(made);
  if (act) made.querySelector(`[data-act=${act}]`)?.focus();
}

const plain = (typed) => typed.normalize("NFKC").trim().toLowerCase();

function show() {
  const wanted = plain(find("#search").value);
  let count = 0;
  for (const [id, chat] of chats) {
    const words = [chat.visitor.name, chat.visitor.email, chat.visitor.ip, names(chat.people), ...chat.departments.map(departmentName)];
    const found = !wanted || words.some((word) => word && plain(word).includes(wanted));
    rows.get(id).hidden = !found;
    if (found) count += 1;
  }
  find("#count").textContent = count;
  find("#none").hidden = count > 0;
  find("#chats").parentElement.hidden = count === 0;
}

const heard = {
  snapshot(news) {
    chats.clear();
    rows.clear();
    find("#chats tbody").replaceChildren();
    news.chats.forEach(put);
  },
  head(news) { put(news.head); },
  over(news) {
    rows.get(news.chat)?.remove();
    rows.delete(news.chat);
    chats.delete(news.chat);
    if (chosen?.chat === news.chat) document.querySelector("dialog[open]")?.close();
  },
};

const choose = (chat, where) => {
  chosen = chat;
  find(where).textContent = called(chat);
};

function check(form, chat) {
  for (const box of find(form).querySelectorAll("[name=department]")) box.checked = chat.departments.includes(box.value);
}

function reassign(chat) {
  choose(chat, "#reassign-chat");
  const { operators } = chat.people;
  find("#from-part").hidden = operators.length < 2;
  find("#from").replaceChildren(...operators.map((person) => element("option", { value: person.id }, person.name)));
  for (const option of find("#to").options) option.hidden = operators.some((person) => person.id === option.value);
  find("#to").value = [...find("#to").options].find((option) => !option.hidden)?.value ?? "";
  check("#reassign", chat);
  find("#reassign-dialog").showModal();
}

function setDepartments(chat) {
  choose(chat, "#departments-chat");
  check("#departments", chat);
  find("#departments-dialog").showModal();
}

function end(chat) {
  choose(chat, "#end-chat");
  find("#end-dialog").showModal();
  find("#end-dialog .cancel").focus();
}

for (const dialog of document.querySelectorAll("dialog")) cancellable(dialog);
find("#search").addEventListener("input", show);
find("#reassign").addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = new FormData(event.target);
  const change = { to: said.get("to"), departments: said.getAll("department") };
  if (said.get("from")) change.from = said.get("from");
  if (await post(place(chosen, "reassign"), change)) find("#reassign-dialog").close();
});
find("#departments").addEventListener("submit", async (event) => {
  event.preventDefault();
  const change = { departments: new FormData(event.target).getAll("department") };
  if (await post(place(chosen, "departments"), change)) find("#departments-dialog").close();
});
find("#end").addEventListener("click", async (event) => {
  event.preventDefault();
  if (await post(place(chosen, "end"))) find("#end-dialog").close();
});
listen("/settings/chats/socket", (news) => {
  heard[news.type]?.(news);
  show();
}, () => location.reload());
