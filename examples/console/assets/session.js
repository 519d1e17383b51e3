// For pages that hear of nothing else: when the session ends, what they show is to go.

import { listen } from "./common.js";

listen("/session/socket", () => {});
