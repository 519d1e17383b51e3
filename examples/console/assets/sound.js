// Sounds, made here: for those who switch them on, in this browser.

import { me } from "./common.js";

const KEY = `console.${me}.sound`;
const NOTES = { message: [660], waiting: [660, 660], advice: [880, 1175] };
let context = null;

const isOn = () => localStorage.getItem(KEY) === "on";

/** A browser lets nothing sound before the page was used. */
async function ready() {
  if (!isOn()) return;
  context ??= new AudioContext();
  if (context.state === "suspended") await context.resume();
}

export function soundSwitch(box) {
  box.checked = isOn();
  box.addEventListener("change", async () => {
    localStorage.setItem(KEY, box.checked ? "on" : "off");
    await ready();
    ring("message");
  });
  for (const use of ["pointerdown", "keydown"]) addEventListener(use, ready);
}

export function ring(what) {
  if (!isOn() || context?.state !== "running") return;
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
