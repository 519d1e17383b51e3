// The register of departments.

import { cancellable, find, post, text } from "./common.js";

const dialog = find("#department-dialog");
const deleting = find("#delete-dialog");
const place = (id) => `/settings/departments/${encodeURIComponent(id)}`;
let chosen = null;

function open(row) {
  chosen = row?.dataset ?? null;
  find("#department").reset();
  find("#department-title").textContent = text(chosen ? "edit_department" : "add_department");
  dialog.querySelector("[data-new]").hidden = Boolean(chosen);
  find("#id").required = !chosen;
  find("#name").value = chosen?.name ?? "";
  dialog.showModal();
}

cancellable(dialog);
cancellable(deleting);
find("#add").addEventListener("click", () => open(null));
for (const button of document.querySelectorAll(".rename")) {
  button.addEventListener("click", () => open(button.closest("tr")));
}
for (const button of document.querySelectorAll(".delete")) {
  button.addEventListener("click", () => {
    chosen = button.closest("tr").dataset;
    find("#delete-value").textContent = chosen.name;
    deleting.showModal();
    deleting.querySelector(".cancel").focus();
  });
}
find("#department").addEventListener("submit", async (event) => {
  event.preventDefault();
  const name = find("#name").value;
  const done = chosen
    ? await post(place(chosen.department), { name })
    : await post("/settings/departments", { id: find("#id").value, name });
  if (done) location.reload();
});
find("#delete-button").addEventListener("click", async (event) => {
  event.preventDefault();
  deleting.close();
  if (await post(`${place(chosen.department)}/delete`)) location.reload();
});
