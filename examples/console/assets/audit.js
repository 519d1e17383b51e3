// Times in the reader's own zone, which goes along with what is asked for: days begin there.

import { find, text } from "./common.js";

const zone = find("#zone");
const shown = find("#zone-text");

if (!zone.value) {
  zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
  shown.dataset.zone = zone.value;
  for (const time of document.querySelectorAll("time[datetime]")) time.textContent = time.dateTime = local(time.dateTime);
  for (const link of document.querySelectorAll("main a[href^='/audit']")) {
    const to = new URL(link.href);
    to.searchParams.set("zone", zone.value);
    link.href = to;
  }
}
shown.textContent = text("audit_zone", { zone: shown.dataset.zone });

/** By ISO 8601, with how far it is from UTC. */
function local(time) {
  const at = new Date(time);
  const east = -at.getTimezoneOffset();
  const two = (number) => String(Math.trunc(Math.abs(number))).padStart(2, "0");
  const there = new Date(at.getTime() + east * 60000).toISOString().slice(0, 19);
  return `${there}${east < 0 ? "-" : "+"}${two(east / 60)}:${two(east % 60)}`;
}
