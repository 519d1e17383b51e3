// Sounds, made here: for those who switch them on, in this browser.

import { find, me } from "./common.js";

const NOTES = {
  message: [660], waiting: [660, 660], advice: [880, 1175], chat: [660, 880], hand: [880, 660, 880],
};

/** Something that one switches on, in this browser, by the button with this id. `allow` may refuse. */
export function switched(what, allow) {
  const key = `console.${me}.${what}`;
  const button = find(`#${what}`);
  const show = (on) => button.setAttribute("aria-pressed", String(on));
  const is = () => button.getAttribute("aria-pressed") === "true";
  show(localStorage.getItem(key) === "on");
  button.addEventListener("click", async () => {
    const on = !is() && (await allow());
    localStorage.setItem(key, on ? "on" : "off");
    show(on);
  });
  return is;
}

let context = null;

async function ready() {
  context ??= new AudioContext();
  if (context.state === "suspended") await context.resume();
}

const isOn = switched("sound", async () => {
  await ready();
  play("message");
  return true;
});
// Most browsers let nothing sound before the page was used.
if (isOn()) ready();
for (const use of ["pointerdown", "keydown"]) addEventListener(use, () => isOn() && ready());

function play(what) {
  NOTES[what].forEach((pitch, place) => {
    const [tone, volume] = [new OscillatorNode(context, { frequency: pitch }), new GainNode(context, { gain: 0 })];
    const from = context.currentTime + place * 0.18;
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(0.12, from + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.3);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.32);
  });
}

/** Sounds, where it is switched on. */
export function ring(what) {
  if (isOn() && context?.state === "running") play(what);
}
