// Finding what is kept of a person, and deleting it.

import { cancellable, element, find, post, text, toast } from "./common.js";
import { visitorName } from "./talk.js";

const when = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
const dialog = find("#erase-dialog");
let email = null;
let lines = 0;
let asked = 0;

const by = () => find("[name=by]:checked").value;
const chosen = () => [...document.querySelectorAll("#chats [type=checkbox]:checked")].map((box) => box.value);

/** Who is found by a part of a name may be somebody else. */
function line(chat, chosen) {
  const live = chat.ended === null;
  return element("li", {},
    element("label", {},
      element("input", { type: "checkbox", value: chat.chat, checked: !live && chosen, disabled: live }), " ",
      element("span", {}, visitorName(chat), " ",
        element("small", {}, [chat.email, chat.chat].filter(Boolean).join(" · ")))),
    element("div", { class: "ended-when" }, live ? element("small", {}, text("erasure_live"))
      : text("ended_from_to", { from: when.format(chat.started), to: when.format(chat.ended) })));
}

async function search() {
  const mine = ++asked;
  const sought = { by: by(), value: find("#value").value };
  find("#found").hidden = true;
  const found = await post("/settings/erasure/find", sought);
  // What was asked before, and comes later, is of no interest.
  if (!found || mine !== asked) return;
  email = sought.by === "email" ? sought.value : null;
  lines = found.lines;
  find("#found").hidden = false;
  const anything = found.chats.length > 0 || lines > 0;
  find("#count").textContent = found.chats.length ? text("erasure_found", { n: found.chats.length })
    : anything ? "" : text("erasure_none");
  find("#chats").replaceChildren(...found.chats.map((chat) => line(chat, sought.by !== "name")));
  find("#chats").hidden = !found.chats.length;
  find("#more").hidden = !found.more;
  find("#lines").textContent = lines ? text("erasure_lines", { n: lines }) : "";
  find("#rules").textContent = found.rules ? text("erasure_rules", { n: found.rules }) : "";
  choose();
}

function choose() {
  find("#erase").hidden = !chosen().length && !lines;
}

for (const radio of document.querySelectorAll("[name=by]")) {
  radio.addEventListener("change", () => { find("#value-label").textContent = text(`erasure_${by()}`); });
}
find("#find").addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
find("#value").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  // It also waits for no answer any more.
  asked += 1;
  find("#value").value = "";
  find("#found").hidden = true;
});
find("#chats").addEventListener("change", choose);
find("#found").addEventListener("submit", (event) => {
  event.preventDefault();
  find("#erase-count").textContent = text("erasure_found", { n: chosen().length });
  dialog.showModal();
});
cancellable(dialog);
dialog.addEventListener("close", async () => {
  if (dialog.returnValue !== "erase") return;
  dialog.returnValue = "";
  const done = await post("/settings/erasure/erase", { chats: chosen(), email });
  if (!done) return;
  const remain = done.live.length ? ` ${text("erasure_remain", { n: done.live.length })}` : "";
  toast(text("erasure_done", { n: done.erased, m: done.lines }) + remain);
  find("#found").hidden = true;
  find("#value").value = "";
  find("#value").focus();
});
find("#erase-button").value = "erase";
