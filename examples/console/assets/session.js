// For pages that hear of nothing else: when the session ends, or a chat that they show is deleted, what they show is to go.
// When what one may do has changed, the page is another one; but what somebody is about to type is not taken from them.

import { SESSION, find, listen } from "./common.js";

const reload = () => {
  const open = document.querySelector("dialog[open]");
  if (open) open.addEventListener("close", () => location.reload(), { once: true });
  else location.reload();
};

const ended = find("[data-ended]")?.dataset.ended;
const heard = () => document.dispatchEvent(new Event("here"));
listen(SESSION + (ended ? `?ended=${encodeURIComponent(ended)}` : ""), heard, () => {}, reload);
