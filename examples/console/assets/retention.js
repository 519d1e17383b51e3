// How long things are kept.

import { find, post, text, toast } from "./common.js";

find("#retention").addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = new FormData(event.target);
  const change = Object.fromEntries([...typed].map(([name, value]) => [name, Number(value)]));
  if (await post("/settings/retention", change)) toast(text("saved"));
});
