// Handing a chat on: to whom, and to which department.

import { cancellable, element, find, get, post, text } from "./common.js";

const dialog = find("#transfer-dialog");
const search = find("#transfer-search");
const plain = (typed) => typed.normalize("NFKC").trim().toLowerCase();
let chat = null;
cancellable(dialog);

function choice(person) {
  return element("label", { "data-words": plain(`${person.name} ${person.id}`) },
    element("input", { type: "radio", name: "to", value: person.id, required: true }), " ", person.name,
    element("small", {}, person.here ? element("span", { class: "tag here" }, text("is_here")) : undefined, ` ${person.id}`));
}

function narrow() {
  const wanted = plain(search.value);
  let found = 0;
  for (const label of find("#transfer-to").querySelectorAll("label")) {
    label.hidden = !label.dataset.words.includes(wanted);
    // Nobody is chosen who cannot be seen.
    if (label.hidden) label.firstChild.checked = false;
    else found += 1;
  }
  find("#transfer-none").textContent = found ? "" : text("none_found");
}

/** Asks to whom the chat is to go. */
export async function transfer(id) {
  const told = await get("/desk/colleagues");
  if (!told) return;
  chat = id;
  search.value = "";
  told.people.sort((one, other) => other.here - one.here);
  find("#transfer-to").replaceChildren(find("#transfer-to legend"), ...told.people.map(choice));
  find("#transfer-department").replaceChildren(element("option", { value: "" }, text("transfer_keep")),
    ...told.departments.map((known) => element("option", { value: known.id }, known.name)));
  find("#transfer-departments").hidden = told.departments.length === 0;
  narrow();
  dialog.showModal();
}

search.addEventListener("input", narrow);
// Enter in the search is no transfer.
search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
dialog.querySelector("form").addEventListener("submit", (event) => {
  const said = new FormData(event.target);
  const department = said.get("department");
  if (said.get("to")) post(`/desk/${chat}/transfer`, { to: said.get("to"), departments: department ? [department] : undefined });
});
