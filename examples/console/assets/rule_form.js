// A rule is made, edited or made again: its conditions, its period, what it would show, and what to ask first.

import { cancellable, element, find, get, post, text } from "./common.js";
import { criteriaRows } from "./criteria.js";
import { zone } from "./rule_words.js";

const dialog = find("#add-dialog");
const form = find("#add-form");
const button = find("#add-button");
const problem = find("#add-problem");
let known = { operators: [], everyone: [], departments: [], attributes: [], samples: [], watchers: [] };
/** The rule that is edited; none where one is added. */
let edited = null;
let saved = () => {};
let draft = "";
let confirmed = false;
/** Windows are kept to the millisecond, and fields show minutes: what nobody has touched stays as it was. */
let untouched = {};

cancellable(dialog);

const rows = {
  when: criteriaRows(find("#when"), { choices: () => known, changed }),
  unless: criteriaRows(find("#unless"), { choices: () => ({ ...known, operators: known.everyone }), changed }),
};
find("#add-when").addEventListener("click", () => rows.when.add(undefined, true));
find("#add-unless").addEventListener("click", () => rows.unless.add(undefined, true));
find("#window-zone").textContent = text("window_zone", { zone: zone() });

const watcher = () => find("#watcher")?.value || undefined;

async function load(whose) {
  const told = await get(`/settings/monitoring/choices?watcher=${encodeURIComponent(whose ?? "")}`);
  if (told) known = told;
  return Boolean(told);
}

/** A moment as a field shows it, in the reader's own zone. */
function local(moment) {
  const at = new Date(moment - new Date(moment).getTimezoneOffset() * 60000);
  return at.toISOString().slice(0, 16);
}

function moment(name) {
  const { value } = find(`#${name}`);
  if (!value) return null;
  return untouched[name]?.value === value ? untouched[name].at : new Date(value).getTime();
}

function setWindow(name, at) {
  const value = at === null || at === undefined ? "" : local(at);
  find(`#${name}`).value = value;
  untouched[name] = { value, at };
}

const conditions = () => ({
  when: rows.when.read(), unless: rows.unless.read(), from: moment("from"), until: moment("until"),
});

const body = () => ({
  ...conditions(), name: find("#rule-name").value, note: find("#rule-note").value, draft,
  ...(edited ? { replaces: edited.id } : {}), ...(watcher() ? { watcher: watcher() } : {}),
});

function changed() {
  confirmed = false;
  button.disabled = find("#preview-button").disabled = !(rows.when.size && rows.when.right() && rows.unless.right());
  button.textContent = text(edited ? "save" : "add");
  problem.hidden = find("#preview").hidden = find("#warnings").hidden = true;
}

function say(message) {
  problem.textContent = message;
  problem.hidden = false;
  problem.scrollIntoView({ block: "nearest" });
}

function warn(warnings) {
  const place = find("#warnings");
  place.replaceChildren(...warnings.map((warning) => element("li", {}, warning.text)));
  place.hidden = !warnings.length;
  if (warnings.length) place.scrollIntoView({ block: "nearest" });
}

/** Opens the form: with nothing, to edit a rule, or with the conditions of one to begin with. */
export async function openForm({ rule = null, edit = false, done }) {
  edited = edit ? rule : null;
  saved = done;
  draft = [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16)).join("-");
  form.reset();
  if (!(await load(rule && edit ? rule.watcher_id : undefined))) return;
  const choice = find("#watcher");
  choice?.replaceChildren(...known.watchers.map((person) =>
    element("option", { value: person.id, selected: person.id === (edit ? rule.watcher_id : document.body.dataset.operator) },
      person.name)));
  if (choice) {
    choice.disabled = edit;
    choice.closest("div").hidden = known.watchers.length < 2;
  }
  find("#add-title").textContent = text(edit ? "edit_title" : "add_title");
  find("#edit-text").hidden = !edit;
  find("#rule-name").value = rule?.name ?? "";
  find("#rule-note").value = rule?.note ?? "";
  setWindow("from", rule?.window?.from);
  setWindow("until", rule?.window?.until);
  rows.when.set(rule ? rule.typed.when : [{ kind: "operator" }]);
  rows.unless.set(rule ? rule.typed.unless : []);
  changed();
  dialog.showModal();
  dialog.scrollTop = 0;
}

find("#watcher")?.addEventListener("change", async () => {
  await load(watcher());
  rows.when.refresh();
  rows.unless.refresh();
});
for (const name of ["from", "until"]) find(`#${name}`).addEventListener("input", changed);

find("#preview-button").addEventListener("click", async () => {
  const told = await post("/settings/monitoring/preview", body(), say);
  if (!told) return;
  problem.hidden = true;
  warn(told.warnings);
  const place = find("#preview");
  const lead = told.count === 0 ? "preview_none" : told.count === 1 ? "preview_one" : "preview_some";
  const chats = told.chats.map((chat) => element("li", {}, element("b", {}, chat.visitor || text("v_visitor")), " ",
    element("small", {}, chat.operators.join(text("list_comma")) || text("waits"))));
  const more = told.count - told.chats.length;
  place.replaceChildren(element("p", {}, text(lead, { count: told.count })), element("ul", {}, ...chats),
    element("p", { hidden: more <= 0 }, text("preview_more", { count: more })));
  place.hidden = false;
  place.scrollIntoView({ block: "nearest" });
});

/** Whether the rule stays the one that it is, and only what is said of it has changed. */
const onlyWords = () => edited && JSON.stringify(conditions()) === JSON.stringify({
  ...edited.typed, from: edited.window?.from ?? null, until: edited.window?.until ?? null,
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  button.disabled = true;
  const { name, note } = body();
  const told = onlyWords()
    ? await post(`/settings/monitoring/rules/${encodeURIComponent(edited.id)}/note`, { name, note }, say)
    : await post("/settings/monitoring/rules", { ...body(), confirmed }, say);
  button.disabled = false;
  if (!told) return;
  if (told.warnings) {
    warn(told.warnings);
    confirmed = true;
    button.textContent = text(edited ? "save_anyway" : "add_anyway");
    return;
  }
  dialog.close();
  saved();
});
