// The table of roles. Nothing of it holds until it is saved as a whole.

import { cancellable, element, find, post, text, toast } from "./common.js";

const form = find("#policy");
const known = JSON.parse(form.dataset.known);
const builtIn = ["administrator", "supervisor", "associate"];
const rights = ["watch", "advise", "join"];
const limits = ["anywhere", "chat", "operators", "either"];
let policy = structuredClone(known);

const roleName = (role) => text(`role_${role}`) || role;

/** A box of one fact of a row. */
function box(row, label, on, set) {
  return element("label", {}, element("input", {
    type: "checkbox", checked: on, onchange: (event) => { set(event.target.checked); changed(); },
  }), " ", label);
}

const member = (list, value, on) => (on ? [...list, value] : list.filter((other) => other !== value));

function line(row) {
  const name = roleName(row.role);
  const cell = (key, ...content) => element("td", { "data-label": text(key) }, ...content);
  const group = (key, ...boxes) =>
    element("fieldset", { class: "checks" }, element("legend", { class: "hidden" }, `${name}: ${text(key)}`), ...boxes);
  const single = (key) => {
    const made = box(row, element("span", { class: "hidden" }, `${name}: ${text(key)}`), row[key], (on) => { row[key] = on; });
    return cell(key, made);
  };
  const within = element("select", {
    "aria-label": `${name}: ${text("within")}`, onchange: (event) => { row.within = event.target.value; changed(); },
  }, ...limits.map((limit) =>
    element("option", { value: limit, selected: limit === row.within }, text(`within_${limit}`))));
  const removable = !builtIn.includes(row.role);
  return element("tr", { "data-role": row.role },
    element("th", { scope: "row" }, name),
    cell("monitors", group("monitors", ...policy.rows.map((other) => box(row, roleName(other.role),
      row.monitors.includes(other.role), (on) => { row.monitors = member(row.monitors, other.role, on); })))),
    cell("within", within),
    cell("rights", group("rights", ...rights.map((right) => box(row, text(`right_${right}`), row.rights.includes(right), (on) => {
      // Nobody advises or joins who does not watch.
      if (right === "watch" && !on) row.rights = [];
      else row.rights = member(on ? member(row.rights, "watch", false).concat("watch") : row.rights, right, false)
        .concat(on ? right : []);
      draw();
    })))),
    single("unattended"),
    single("hears_advice"),
    element("td", { class: "row-acts" }, removable ? element("button", {
      type: "button", class: "quiet delete", "aria-label": `${text("delete")}: ${name}`, onclick: () => remove(row.role),
    }, text("delete")) : undefined));
}

/** Draws the rows, and gives the focus back to where it was. */
function draw() {
  const rows = find("#rows");
  const boxes = () => [...rows.querySelectorAll("input, select, button")];
  const place = boxes().indexOf(document.activeElement);
  rows.replaceChildren(...policy.rows.map(line));
  form.elements.watch_unattended.checked = policy.watch_unattended;
  form.elements.joined_count.checked = policy.joined_count;
  if (place >= 0) boxes()[place]?.focus();
}

function remove(role) {
  policy.rows = policy.rows.filter((row) => row.role !== role);
  for (const row of policy.rows) row.monitors = member(row.monitors, role, false);
  draw();
  changed();
}

/** The policy as it is sent. */
function sent() {
  const permissions = Object.fromEntries(policy.rows.map(({ role, ...row }) => [role, row]));
  return { watch_unattended: policy.watch_unattended, joined_count: policy.joined_count, permissions };
}

const ordered = ({ rows, ...others }) => JSON.stringify([others, rows.map((row) =>
  ({ ...row, monitors: [...row.monitors].sort(), rights: [...row.rights].sort() }))]);

let asked = 0;
async function changed() {
  const mine = ++asked;
  const differs = ordered(policy) !== ordered(known);
  find("#save").disabled = find("#undo").disabled = !differs;
  find("#effect").textContent = "";
  if (!differs) return;
  await new Promise((done) => setTimeout(done, 300));
  if (mine !== asked) return;
  const told = await post("/settings/roles/preview", sent());
  if (mine !== asked || !told) return;
  const any = told.ended + told.begun + told.left > 0;
  find("#effect").textContent = text(any ? "effect" : "no_effect", told);
}

for (const name of ["watch_unattended", "joined_count"]) {
  form.elements[name].addEventListener("change", (event) => { policy[name] = event.target.checked; changed(); });
}
find("#undo").addEventListener("click", () => {
  policy = structuredClone(known);
  draw();
  changed();
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await post("/settings/roles", sent())) location.reload();
});

const dialog = find("#role-dialog");
cancellable(dialog);
find("#add").addEventListener("click", () => {
  find("#role").reset();
  dialog.showModal();
});
find("#role").addEventListener("submit", (event) => {
  event.preventDefault();
  const role = find("#role-name").value.normalize("NFC").trim();
  if (!role || policy.rows.some((row) => row.role === role || roleName(row.role) === role)) {
    return toast(text(role ? "role_exists" : "bad_role"));
  }
  dialog.close();
  policy.rows.push({ role, monitors: [], within: "anywhere", rights: [...rights], unattended: false, hears_advice: true });
  draw();
  changed();
});
draw();
