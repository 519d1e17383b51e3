// The rules: switching, adding, deleting.

import { cancellable, element, find, post, showTimes, text } from "./common.js";

showTimes({ dateStyle: "short", timeStyle: "short" });

const rule = (button) => `/settings/monitoring/rules/${encodeURIComponent(button.closest("tr").dataset.rule)}`;

for (const button of document.querySelectorAll(".switch")) {
  button.addEventListener("click", async () => {
    const enabled = button.getAttribute("aria-checked") !== "true";
    if (await post(`${rule(button)}/enabled`, { enabled })) button.setAttribute("aria-checked", String(enabled));
  });
}

// Deleting asks once more.
const deleting = find("#delete-dialog");
let doomed = null;
cancellable(deleting);
for (const button of document.querySelectorAll(".delete")) {
  button.addEventListener("click", () => {
    doomed = button;
    find("#delete-value").textContent = button.dataset.value;
    deleting.showModal();
    deleting.querySelector(".cancel").focus();
  });
}
find("#delete-button").addEventListener("click", async () => {
  if (!doomed || !(await post(`${rule(doomed)}/delete`))) return;
  const row = doomed.closest("tr");
  if (row.parentElement.children.length === 1) location.reload();
  row.remove();
  find("#add").focus();
});

// Adding: an operator is chosen from those offered; other values are checked as they are typed.
const adding = find("#add-dialog");
const form = find("#add-form");
const field = find("#value");
const state = find("#value-state");
cancellable(adding);

const kind = () => new FormData(form).get("kind");
const helps = { visitor_ip: "ip_help", visitor_email: "email_help" };

function choose() {
  const byName = kind() === "operator";
  form.querySelector('[data-part="operator"]').hidden = !byName;
  form.querySelector('[data-part="value"]').hidden = byName;
  find("#add-problem").hidden = true;
  if (!byName) {
    find("#value-label").textContent = text(kind());
    find("#value-help").textContent = text(helps[kind()]);
  }
  check();
}

/** The forms that may be meant, to be chosen by a click. */
function offer(values, hint = "") {
  find("#value-hint").textContent = hint;
  const choose = (value) => () => {
    field.value = value;
    field.focus();
    check();
  };
  const buttons = values.map((value) =>
    element("button", { type: "button", class: "offer", onclick: choose(value) }, text("use_value", { value })));
  find("#value-offers").replaceChildren(...buttons);
  find("#value-offers").hidden = !buttons.length;
}

let asked = 0;
async function check() {
  const button = find("#add-button");
  const mine = ++asked;
  offer([]);
  state.textContent = "";
  state.className = "check";
  field.removeAttribute("aria-invalid");
  if (kind() === "operator") {
    button.disabled = !new FormData(form).get("operator");
    return;
  }
  button.disabled = true;
  if (!field.value.trim()) return;
  await new Promise((done) => setTimeout(done, 150));
  if (mine !== asked) return;
  const told = await post("/settings/monitoring/check", { kind: kind(), value: field.value });
  if (mine !== asked || !told) return;
  button.disabled = !told.canonical;
  state.classList.add(told.canonical ? "good" : "bad");
  state.textContent = told.canonical ? text("saved_as", { value: told.canonical }) : told.problem;
  if (!told.canonical) field.setAttribute("aria-invalid", "true");
  offer(told.offers, told.hint);
}

find("#narrow").addEventListener("input", (event) => {
  const wanted = event.target.value.normalize("NFKC").trim().toLowerCase();
  let shown = 0;
  for (const label of document.querySelectorAll("#offered label")) {
    label.hidden = !label.textContent.toLowerCase().includes(wanted);
    if (label.hidden) label.querySelector("input").checked = false;
    else shown += 1;
  }
  find("#none-offered").hidden = shown > 0;
  check();
});

// Not for the text field: its value was checked as it was typed, and leaving it must not disable the button again.
form.addEventListener("change", (event) => event.target.type === "radio" && choose());
field.addEventListener("input", check);
find("#add").addEventListener("click", () => {
  form.reset();
  find("#narrow").dispatchEvent(new Event("input"));
  choose();
  adding.showModal();
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = new FormData(form);
  const value = kind() === "operator" ? chosen.get("operator") : field.value;
  if (await post("/settings/monitoring/rules", { kind: kind(), value })) location.reload();
});
