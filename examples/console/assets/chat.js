// The visitor's chat window.

import { find, listen, post, sayForm, text } from "./common.js";
import { add, fill, visitorEntry } from "./talk.js";

const chat = `/chat/${find("#chat").dataset.chat}`;
const talk = find("#talk");

/** Nothing more can be said here. */
function over() {
  find("#operators").textContent = text("v_over");
  for (const part of ["#say", "#end", "#email-part"]) find(part).hidden = true;
  find("#again").hidden = false;
}

function operators(names) {
  find("#operators").textContent = names.length ? text("v_with", { names: names.join(", ") }) : text("v_waiting");
}

function email(saved) {
  if (saved) find("#email-state").textContent = text("v_email_saved", { email: saved });
}

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
      if (["ended", "gone"].includes(news.entry.kind)) { over(); return "over"; }
      break;
    case "operators": operators(news.operators); break;
    case "email": email(news.email); break;
  }
}, over);

sayForm(find("#say"), (said) => post(`${chat}/say`, { text: said }));
find("#end").addEventListener("click", () => post(`${chat}/end`));
find("#email-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  await post(`${chat}/email`, { email: find("#email").value });
});
