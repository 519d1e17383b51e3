// The people: adding and changing them.

import { cancellable, element, find, me, post, text } from "./common.js";

const { people, departments } = JSON.parse(find("#people").dataset.known);
const dialog = find("#person-dialog");
const form = find("#person");
let edited = null;

const roleName = (role) => text(`role_${role}`) || role;
const departmentName = (id) => departments.find((known) => known.id === id)?.name ?? id;

function overseen(person) {
  if (!person.oversees) return person.departments.map(departmentName).join(", ");
  const parts = Object.entries(person.oversees)
    .map(([id, rights]) => `${departmentName(id)} (${rights.map((right) => text(`right_${right}`)).join("・")})`);
  return parts.join(", ") || text("oversees_nothing");
}

function row(person) {
  const cell = (key, ...content) => element("td", { "data-label": text(key) }, ...content);
  return element("tr", { "data-person": person.id, class: person.enabled ? undefined : "disabled" },
    cell("name", element("b", {}, person.name), " ", element("small", {}, person.id), " ",
      person.demonstration ? element("span", { class: "tag" }, text("demonstration")) : undefined, " ",
      person.enabled ? undefined : element("span", { class: "tag refused-tag" }, text("state_disabled"))),
    cell("role", roleName(person.role)),
    cell("departments", person.departments.map(departmentName).join(", ")),
    cell("oversees", overseen(person)),
    cell("sessions", person.sessions ? text("sessions_count", { count: person.sessions }) : ""),
    element("td", { class: "row-acts" }, element("button", {
      class: "quiet edit", "aria-label": `${text("edit")}: ${person.name}`, onclick: () => open(person),
    }, text("edit"))));
}

const plain = (typed) => typed.normalize("NFKC").trim().toLowerCase();

function show() {
  const wanted = plain(find("#search").value);
  const words = (person) => [person.id, person.name, roleName(person.role), ...person.departments.map(departmentName)];
  const found = people.filter((person) => words(person).some((word) => plain(word).includes(wanted)));
  find("#people tbody").replaceChildren(...found.map(row));
  find("#count").textContent = found.length;
  find("#none-found").hidden = found.length > 0;
  find("#people").parentElement.hidden = found.length === 0;
}

function parts() {
  for (const part of form.querySelectorAll("[data-new]")) part.hidden = Boolean(edited);
  find("#id").required = !edited;
  form.querySelector("[data-known-one]").hidden = !edited;
  find("#disable").hidden = !edited?.enabled;
  find("#enable").hidden = edited?.enabled !== false;
  const table = find("#overseen");
  if (table) table.hidden = new FormData(form).get("oversees") !== "chosen";
  for (const typing of document.querySelectorAll(".typed")) {
    typing.hidden = new FormData(typing.closest("form")).get("choice") !== "typed";
    typing.querySelector("input").required = !typing.hidden && !typing.closest("fieldset").hidden;
  }
}

function open(person) {
  edited = person;
  form.reset();
  find("#person-title").textContent = person ? `${text("edit_person")}: ${person.id}` : text("add_person");
  find("#role").value = person?.role ?? "associate";
  find("#name").value = person?.name ?? "";
  for (const box of form.querySelectorAll("[name=department]")) {
    box.checked = person?.departments.includes(box.value) ?? false;
  }
  if (find("#oversees")) {
    form.elements.oversees.value = person?.oversees ? "chosen" : "own";
    for (const box of document.querySelectorAll("#overseen input")) {
      const { department } = box.closest("tr").dataset;
      box.checked = person?.oversees?.[department]?.includes(box.value) ?? false;
    }
  }
  parts();
  dialog.showModal();
}

/** What of the form is said of old and new people alike. */
function typed() {
  const data = new FormData(form);
  const said = { name: data.get("name"), role: data.get("role"), departments: data.getAll("department") };
  if (data.get("oversees") === "chosen") {
    const rows = [...document.querySelectorAll("#overseen tbody tr")];
    const rights = (line) => [...line.querySelectorAll(":checked")].map((box) => box.value);
    said.oversees = Object.fromEntries(rows.map((line) => [line.dataset.department, rights(line)])
      .filter(([, chosen]) => chosen.length));
  }
  return said;
}

/** Shows a password that was made, and goes on when it has been read. */
function once(name, password) {
  if (!password) return location.reload();
  find("#once-title").textContent = text("password_once", { name });
  find("#once").textContent = password;
  const shown = find("#once-dialog");
  shown.addEventListener("close", () => location.reload(), { once: true });
  shown.showModal();
}

const chosenPassword = (from, field) => (new FormData(from).get("choice") === "typed" ? find(field).value : undefined);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const said = typed();
  if (edited) {
    if (await post(`/settings/people/${edited.id}`, said)) location.reload();
    return;
  }
  said.id = find("#id").value;
  said.password = chosenPassword(form, "#typed");
  const added = await post("/settings/people", said);
  if (!added) return;
  once(said.name, added.password);
});

find("#password-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const password = chosenPassword(event.target, "#typed-new");
  const done = await post(`/settings/people/${edited.id}/password`, { password });
  if (done) once(edited.name, done.password);
});

/** Asks once more, and then does it. */
function sure(key, act) {
  const asking = find("#sure-dialog");
  find("#sure-title").textContent = `${text(key)}: ${edited.name}`;
  find("#sure-text").textContent = text(`${key}_text`, { name: edited.name });
  find("#sure").textContent = text(key);
  find("#sure").classList.toggle("danger", key !== "enable");
  find("#sure").onclick = async (event) => {
    event.preventDefault();
    asking.close();
    if (await post(`/settings/people/${edited.id}/${act}`)) location.reload();
  };
  asking.showModal();
  asking.querySelector(".cancel").focus();
}

for (const every of document.querySelectorAll("dialog:has(.cancel)")) cancellable(every);
for (const every of document.querySelectorAll("form")) every.addEventListener("change", parts);
find("#search").addEventListener("input", show);
find("#add").addEventListener("click", () => open(null));
find("#new-password").addEventListener("click", () => find("#password-dialog").showModal());
find("#sign-out").addEventListener("click", () => sure("sign_out_everywhere", "sign-out"));
find("#disable").addEventListener("click", () => sure("disable", "disable"));
find("#enable").addEventListener("click", () => sure("enable", "enable"));
show();
