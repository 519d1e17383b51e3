// Read by `tsc --strict` alone: what the declarations must take, and what they must refuse.
import {
  type Command,
  type Event,
  type Verdict,
  InvalidValue,
  LiveMonitor,
  MonitorEngine,
  Refusal,
  audience,
} from "chat-monitor";

function never(found: never): never {
  throw new Error(String(found));
}

export function told(event: Event): string {
  switch (event.type) {
    case "watch_started":
    case "watch_changed":
      return event.rules.join();
    case "watch_ended":
      return event.reason.type === "excluded" ? event.reason.exclusion : event.reason.type;
    case "joined":
      return event.operator;
    case "left":
      return event.reason;
    case "advised":
      return event.to.join();
    default:
      return never(event);
  }
}

export function why(verdict: Verdict): string {
  switch (verdict.type) {
    case "excluded":
      return verdict.exclusion;
    case "not_permitted":
      return verdict.operator;
    default:
      return verdict.type;
  }
}

export function mended(error: unknown): string {
  if (error instanceof Refusal) return error.code === "not_watching" ? String(error.named) : error.message;
  if (!(error instanceof InvalidValue)) throw error;
  if (error.code === "email" && error.kind === "no_name") return "name@";
  // @ts-expect-error: an id has no such fault
  return error.code === "id" && error.kind === "no_name" ? "" : error.message;
}

// @ts-expect-error: nobody makes one
new InvalidValue();

const engine = new MonitorEngine();
engine.setOperator({ operator: "quinn", role: "qa", oversees: { sales: ["watch"] } });
engine.setPolicy({ ...engine.policy, watch_unattended: true });
const live = new LiveMonitor(engine);
const command: Command = { type: "start_chat", chat: { id: "c1", attributes: { tag: ["vip"] } } };
for (const event of live.apply(command)) audience(event);
for (const outcome of live.applyMany([command])) {
  console.log(outcome instanceof Refusal ? outcome.named : outcome.map(told));
}

// @ts-expect-error: no such command
live.apply({ type: "fly", chat: "c1" });
// @ts-expect-error: `operator` is missing
live.apply({ type: "attend", chat: "c1" });
// @ts-expect-error: a rule needs a criterion
engine.addRule({ id: "r1", watcher: "hana", when: [] });
// @ts-expect-error: a window needs a bound
engine.setRuleWindow("r1", {});
// @ts-expect-error: no such right
engine.setOperator({ operator: "quinn", role: "qa", oversees: { sales: ["spy"] } });
// @ts-expect-error: the engine of a live monitor is changed by commands
live.engine.addRule({ id: "r1", watcher: "hana", when: [{ operator: "ken" }] });
// @ts-expect-error: a policy has the three built-in roles
engine.setPolicy({ watch_unattended: true, joined_count: true, permissions: { qa: [] } });
