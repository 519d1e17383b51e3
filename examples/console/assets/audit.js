import { showTimes } from "./common.js";

showTimes({ dateStyle: "short", timeStyle: "medium" });
