import { readFileSync } from "node:fs";

import { initSync } from "./chat_monitor_wasm.js";

initSync({ module: readFileSync(new URL("chat_monitor_wasm_bg.wasm", import.meta.url)) });

export * from "./monitor.js";
