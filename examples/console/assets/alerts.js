// What calls somebody who looks elsewhere: the title, a sound, a notification of the desktop.

import { text, toast } from "./common.js";
import { ring, switched } from "./sound.js";

const notifies = switched("notify", async () => {
  if (!("Notification" in window)) {
    toast(text("no_notifications"));
    return false;
  }
  const allowed = (await Notification.requestPermission()) === "granted";
  if (!allowed) toast(text("notifications_denied"));
  return allowed;
});

/** Calls for chats that are new, or in which a hand was raised. `chats` have `id` and `name`. */
export function call(kind, chats, open) {
  if (chats.length === 0) return;
  ring(kind);
  if (!notifies() || Notification.permission !== "granted" || document.hasFocus()) return;
  const [first] = chats;
  const what = chats.length === 1 ? text(`alert_${kind}`, { name: first.name }) : text(`alert_${kind}s`, { n: chats.length });
  // Other tabs with the same list say the same: only one is shown.
  const notification = new Notification(what, { tag: `${kind} ${first.id}`, icon: "/assets/icon.svg" });
  notification.onclick = () => {
    window.focus();
    notification.close();
    if (chats.length === 1) open(first.id);
  };
}

/** The title: how many are unread, and what is open. */
export function title(unread, names) {
  const what = names.length ? names.join(" / ") : text("nav_monitored");
  document.title = `${unread ? `(${unread}) ` : ""}${what} · ${text("product")}`;
}
