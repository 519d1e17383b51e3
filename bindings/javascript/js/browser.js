// Browsers, workers and bundlers: the WebAssembly is loaded from where this file lies, before the import is done.
import init from "./chat_monitor_wasm.js";

await init({ module_or_path: new URL("chat_monitor_wasm_bg.wasm", import.meta.url) });

export * from "./monitor.js";
