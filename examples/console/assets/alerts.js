// What calls somebody who looks elsewhere: the title, a sound, a notification of the desktop.

import { find, me, text, toast } from "./common.js";

const kept = (what) => `console.${me}.${what}`;

/** Something that one switches on, in this browser. */
function switched(what, allow) {
  const button = find(`#${what}`);
  const show = (on) => button.setAttribute("aria-pressed", String(on));
  const is = () => button.getAttribute("aria-pressed") === "true";
  show(localStorage.getItem(kept(what)) === "on");
  button.addEventListener("click", async () => {
    const on = !is() && (await allow());
    localStorage.setItem(kept(what), on ? "on" : "off");
    show(on);
  });
  return is;
}

let audio;
const sounds = switched("sound", () => {
  ring();
  return true;
});
// A browser lets a page sound only after somebody has touched it.
addEventListener("pointerdown", () => sounds() && awake(), { once: true });

const notifies = switched("notify", async () => {
  if (!("Notification" in window)) {
    toast(text("no_notifications"));
    return false;
  }
  const allowed = (await Notification.requestPermission()) === "granted";
  if (!allowed) toast(text("notifications_denied"));
  return allowed;
});

function awake() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
  return audio;
}

/** Two short tones; one more for a raised hand. */
function ring(tones = [660, 880]) {
  const { currentTime, destination } = awake();
  tones.forEach((frequency, n) => {
    const [tone, loudness, at] = [audio.createOscillator(), audio.createGain(), currentTime + n * 0.16];
    tone.frequency.value = frequency;
    loudness.gain.setValueAtTime(0.0001, at);
    loudness.gain.exponentialRampToValueAtTime(0.15, at + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.15);
    tone.connect(loudness).connect(destination);
    tone.start(at);
    tone.stop(at + 0.16);
  });
}

/** Calls for chats that are new, or in which a hand was raised. `chats` have `id` and `name`. */
export function call(kind, chats, open) {
  if (chats.length === 0) return;
  if (sounds()) ring(kind === "hand" ? [880, 660, 880] : [660, 880]);
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
