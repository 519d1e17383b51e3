// The visitor's chat window.

import { cancellable, find, listen, post, sayForm, text } from "./common.js";
import { add, fill, visitorEntry } from "./talk.js";

const chat = `/chat/${find("#chat").dataset.chat}`;
const talk = find("#talk");
const list = new Intl.ListFormat(document.documentElement.lang);

/** Nothing more can be said here. */
function over() {
  find("#operators").textContent = text("v_over");
  for (const part of ["#say", "#end", "#email-part"]) find(part).hidden = true;
  find("#again").hidden = false;
  find("#end-dialog").close();
}

function operators(names) {
  find("#operators").textContent = names.length ? text("v_with", { names: list.format(names) }) : text("v_waiting");
}

function email(saved) {
  if (saved) find("#email-state").textContent = text("v_email_saved", { email: saved });
}

const title = document.title;
let missed = 0;
/** Says in the tab's title how much came while nobody looked. */
function count(many) {
  missed = many;
  document.title = missed ? `(${missed}) ${title}` : title;
}
document.addEventListener("visibilitychange", () => document.hidden || count(0));

listen(`${chat}/socket`, (news) => {
  switch (news.type) {
    case "snapshot":
      fill(talk, news, visitorEntry, `${chat}/entries?`);
      operators(news.operators);
      email(news.email);
      if (!news.live) { over(); return "over"; }
      break;
    case "entry":
      add(talk, news.entry, visitorEntry);
      if (document.hidden) count(missed + 1);
      if (["ended", "gone"].includes(news.entry.kind)) { over(); return "over"; }
      break;
    case "operators": operators(news.operators); break;
    case "email": email(news.email); break;
  }
}, over);

sayForm(find("#say"), (said, once) => post(`${chat}/say`, { text: said, once }));
const end = find("#end-dialog");
cancellable(end);
find("#end").addEventListener("click", () => end.showModal());
end.querySelector("form").addEventListener("submit", () => post(`${chat}/end`));
find("#email-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  await post(`${chat}/email`, { email: find("#email").value });
});
