// For pages that hear of nothing else: when the session ends, what they show is to go. When what one may do has changed,
// the page is another one; but what somebody is about to type is not taken from them.

import { SESSION, listen } from "./common.js";

const reload = () => {
  const open = document.querySelector("dialog[open]");
  if (open) open.addEventListener("close", () => location.reload(), { once: true });
  else location.reload();
};

listen(SESSION, () => {}, () => {}, reload);
