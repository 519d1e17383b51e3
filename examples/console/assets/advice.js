// Advice on the desk: whether it is on the screen, and a notice for as long as it is not.

import { element, find, post, text } from "./common.js";

const shown = new Map();
const seen = new Set();

const observer = new IntersectionObserver((changes) => {
  for (const { target, isIntersecting, intersectionRatio, intersectionRect, rootBounds } of changes) {
    // Half of it, or as much as half of the screen holds.
    const enough = intersectionRatio >= 0.5 || intersectionRect.height >= (rootBounds?.height ?? innerHeight) / 2;
    if (isIntersecting && enough) seen.add(target);
    else seen.delete(target);
  }
  report();
}, { threshold: [0, 0.25, 0.5, 0.75, 1] });

/** Says to the server that advice, entry `n` of a chat, is seen, once it has been on the screen while somebody could look. */
export function watchAdvice(line, n, chat) {
  shown.set(line, { n, chat });
  observer.observe(line);
}

let reporting;
function report() {
  clearTimeout(reporting);
  reporting = setTimeout(() => {
    if (document.hidden) return;
    for (const line of shown.keys()) if (!line.isConnected) forget(line);
    const lines = [...seen].filter((line) => shown.has(line));
    if (lines.length === 0) return;
    for (const [chat, of] of Map.groupBy(lines, (line) => shown.get(line).chat)) {
      post(`/desk/${chat}/seen`, { seen: of.map((line) => shown.get(line).n) }, () => {});
    }
    lines.forEach(forget);
  }, 300);
}

function forget(line) {
  observer.unobserve(line);
  shown.delete(line);
  seen.delete(line);
}

document.addEventListener("visibilitychange", report);

let noticing;
/** Shows the newest of what is not seen above everything else; a moment later, for it may be on the screen already. */
export function noticeAdvice(entries) {
  const place = find("#advice-notice");
  clearTimeout(noticing);
  const newest = entries.at(-1);
  if (!newest) {
    place.replaceChildren();
    return;
  }
  noticing = setTimeout(() => place.replaceChildren(
    element("p", {}, element("b", {}, text("advice_from", { name: newest.name })), " ", newest.text),
    element("button", { type: "button", onclick: () => {
      const log = find("#internal");
      find("#internal-pane").scrollIntoView({ block: "start" });
      log.scrollTop = log.scrollHeight;
      log.focus({ preventScroll: true });
    } }, text("advice_show"))), 800);
}
