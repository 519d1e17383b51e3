// Fills in the times of a page that has no other script.

import { showTimes } from "./common.js";

showTimes({ dateStyle: "medium", timeStyle: "short" });
