// Exclusions: listed, added, deleted.

import { cancellable, element, find, get, listen, post, text } from "./common.js";
import { criteriaRows } from "./criteria.js";
import { criteria, ruleWords } from "./rule_words.js";

let known = { everyone: [], departments: [], attributes: [], samples: [] };
const adding = find("#add-dialog");
const deleting = find("#delete-dialog");
const form = find("#add-form");
let doomed = null;
cancellable(adding);
cancellable(deleting);

const role = (name) => text(`role_${name}`) || name;
const binds = (line) => line.roles ? line.roles.map(role).join(text("list_comma")) : text("binds_all");

function row(line) {
  const label = `${text("delete")}: ${ruleWords(line)} (${line.id})`;
  return element("tr", { "data-exclusion": line.id },
    element("td", { class: "what" }, criteria(line.when)),
    element("td", { "data-label": text("binds") }, binds(line)),
    element("td", { class: "id", "data-label": text("exclusion_id") }, line.id),
    element("td", { class: "row-acts" }, element("button", { class: "quiet delete", "aria-label": label, onclick() {
      doomed = line;
      find("#delete-value").replaceChildren(criteria(line.when), element("p", {}, `${text("binds")}: ${binds(line)}`));
      deleting.showModal();
      deleting.querySelector(".cancel").focus();
    } }, text("delete"))));
}

async function load() {
  const told = await get("/settings/exclusions/list");
  if (!told) return;
  find("#exclusions").replaceChildren(...told.exclusions.map(row));
  find("#exclusions-table").hidden = !told.exclusions.length;
  find("#none").hidden = told.exclusions.length > 0;
}

function changed() {
  find("#add-button").disabled = !(rows.size && rows.right());
  find("#add-problem").hidden = true;
}
const rows = criteriaRows(find("#when"), { choices: () => ({ ...known, operators: known.everyone }), changed });
find("#add-when").addEventListener("click", () => rows.add(undefined, true));

find("#add").addEventListener("click", async () => {
  const told = await get("/settings/monitoring/choices");
  if (!told) return;
  known = told;
  form.reset();
  rows.set([{ kind: "attribute" }]);
  adding.showModal();
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const roles = [...form.querySelectorAll("[name=role]:checked")].map((box) => box.value);
  const told = await post("/settings/exclusions", { when: rows.read(), roles }, (message) => {
    find("#add-problem").textContent = message;
    find("#add-problem").hidden = false;
  });
  if (!told) return;
  adding.close();
  await load();
});
find("#delete-button").addEventListener("click", async () => {
  if (!doomed || !(await post(`/settings/exclusions/${encodeURIComponent(doomed.id)}/delete`))) return;
  await load();
  find("#add").focus();
});

listen("/settings/monitoring/socket", (news) => {
  if (news.type === "snapshot" || news.type === "changed") load();
}, () => location.reload(), () => location.reload());
