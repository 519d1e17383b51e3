// What people use. Inside, values cross as the crate's JSON, or by a desk; here commands, events and reasons get a `type` to tell them
// apart by.
import { REASONS, apply, watchersFor } from "./desk.js";
import { Monitor, Settled, canonical, for_participants } from "./chat_monitor_wasm.js";

/** What every error of this package is. */
export class ChatMonitorError extends Error {
  constructor({ code, kind, message }) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.kind = kind;
  }
}

/** A value that cannot be. */
export class InvalidValue extends ChatMonitorError {}

/** What was asked for is not done, and nothing has changed. */
export class Refusal extends ChatMonitorError {
  constructor(thrown) {
    super(thrown);
    let named = thrown.refused;
    while (typeof named === "object") [named] = Object.values(named);
    this.named = named;
  }
}

function raise(thrown) {
  if (typeof thrown !== "string") throw thrown;
  const error = JSON.parse(thrown);
  throw "refused" in error ? new Refusal(error) : new InvalidValue(error);
}

/** Calls into WebAssembly. */
function call(ask) {
  try {
    return ask();
  } catch (thrown) {
    return raise(thrown);
  }
}

const parsed = (ask) => JSON.parse(call(ask));

/** JSON of a value; `undefined` is none, and is said to be. */
function json(value) {
  const text = JSON.stringify(value);
  if (text === undefined) throw new TypeError(`expected a value, not ${typeof value}`);
  return text;
}

/** An id, which WebAssembly would otherwise make of anything. */
function id(value) {
  if (typeof value !== "string") throw new TypeError(`expected a string, not ${typeof value}`);
  return value;
}

/** Commands that hold one value, and the name by which they have it here. */
const HOLDS = { set_policy: "policy", add_rule: "rule", add_exclusion: "exclusion", start_chat: "chat" };

function commandToWire(command) {
  if (typeof command?.type !== "string") throw new TypeError("expected a command with a `type`");
  const { type, ...fields } = command;
  if (!Object.hasOwn(HOLDS, type)) return { [type]: fields };
  const { [HOLDS[type]]: held, ...more } = fields;
  const [unknown] = Object.keys(more);
  if (unknown !== undefined) throw new TypeError(`a command \`${type}\` has no \`${unknown}\``);
  return { [type]: held ?? null };
}

function commandFromWire(wire) {
  const [[type, held]] = Object.entries(wire);
  return Object.hasOwn(HOLDS, type) ? { type, [HOLDS[type]]: held } : { type, ...held };
}

/** `"granted"` or `{"excluded": "x1"}` as `{ type: … }`. */
function reasonFromWire(wire) {
  if (typeof wire === "string") return { type: wire };
  const [[type, named]] = Object.entries(wire);
  return { type, [REASONS[type]]: named };
}

function reasonToWire({ type, ...named }) {
  return type in REASONS ? { [type]: named[REASONS[type]] } : type;
}

function eventFromWire(wire) {
  const [[type, fields]] = Object.entries(wire);
  return type === "watch_ended"
    ? { type, ...fields, reason: reasonFromWire(fields.reason) }
    : { type, ...fields };
}

function eventToWire({ type, ...fields }) {
  return { [type]: type === "watch_ended" ? { ...fields, reason: reasonToWire(fields.reason) } : fields };
}

const eventsFromWire = (events) => events.map(eventFromWire);

/** What asks an engine, which may be that of a live monitor. */
export class Engine {
  /** @internal */
  _monitor;

  /** @internal */
  constructor(monitor) {
    this._monitor = monitor;
  }

  get policy() {
    return parsed(() => this._monitor.policy());
  }
  get now() {
    return this._monitor.now();
  }
  get nextDeadline() {
    return this._monitor.next_deadline();
  }
  get operatorCount() {
    return this._monitor.operator_count();
  }
  get ruleCount() {
    return this._monitor.rule_count();
  }
  operator(operator) {
    return parsed(() => this._monitor.operator(id(operator))) ?? undefined;
  }
  operators() {
    return parsed(() => this._monitor.operators());
  }
  monitorableBy(watcher) {
    return parsed(() => this._monitor.monitorable_by(id(watcher)));
  }
  rule(rule) {
    return parsed(() => this._monitor.rule(id(rule))) ?? undefined;
  }
  rules() {
    return parsed(() => this._monitor.rules());
  }
  rulesOf(watcher) {
    return parsed(() => this._monitor.rules_of(id(watcher)));
  }
  rulesOn(operator) {
    return parsed(() => this._monitor.rules_on(id(operator)));
  }
  exclusion(exclusion) {
    return parsed(() => this._monitor.exclusion(id(exclusion))) ?? undefined;
  }
  exclusions() {
    return parsed(() => this._monitor.exclusions());
  }
  exclusionsOn(operator) {
    return parsed(() => this._monitor.exclusions_on(id(operator)));
  }
  judge(rule, chat) {
    return reasonFromWire(parsed(() => this._monitor.judge(json(rule), json(chat))));
  }
  rights(operator, chat) {
    return parsed(() => this._monitor.rights(id(operator), json(chat)));
  }
  watchersFor(chat) {
    return watchersFor(this._monitor, chat) ?? parsed(() => this._monitor.watchers_for(json(chat)));
  }
  explain(chat) {
    const explained = parsed(() => this._monitor.explain(json(chat)));
    return explained.map(({ rule, verdict }) => ({ rule, verdict: reasonFromWire(verdict) }));
  }
  toJson() {
    return call(() => this._monitor.to_json());
  }
}

/** Holds operators, rules and exclusions, and says who may watch which chat. */
export class MonitorEngine extends Engine {
  constructor({ policy } = {}) {
    super(call(() => Monitor.alone()));
    if (policy !== undefined) this.setPolicy(policy);
  }

  static fromJson(text) {
    const engine = new MonitorEngine();
    engine.free();
    engine._monitor = call(() => Monitor.alone(id(text)));
    return engine;
  }

  #change(type, change) {
    call(() => this._monitor.change(json({ [type]: change ?? null })));
  }
  setPolicy(policy) {
    this.#change("set_policy", policy);
  }
  setOperator(operator) {
    this.#change("set_operator", operator);
  }
  removeOperator(operator) {
    this.#change("remove_operator", { operator });
  }
  addRule(rule) {
    this.#change("add_rule", rule);
  }
  loadRule(rule) {
    call(() => this._monitor.load_rule(json(rule)));
  }
  removeRule(rule) {
    this.#change("remove_rule", { rule });
  }
  setRuleEnabled(rule, enabled) {
    this.#change("set_rule_enabled", { rule, enabled });
  }
  setRuleWindow(rule, window) {
    this.#change("set_rule_window", { rule, window });
  }
  addExclusion(exclusion) {
    this.#change("add_exclusion", exclusion);
  }
  removeExclusion(exclusion) {
    this.#change("remove_exclusion", { exclusion });
  }
  setTime(now) {
    this.#change("set_time", { now });
  }
  free() {
    this._monitor.free();
  }
}

/** Knows which chats are live, and says who starts and stops watching what, and why. */
export class LiveMonitor {
  #monitor;
  #engine;

  constructor(engine = new MonitorEngine()) {
    if (!(engine instanceof MonitorEngine)) throw new TypeError("expected a MonitorEngine");
    this.#take(engine._monitor.follow());
  }

  #take(monitor) {
    this.#monitor?.free();
    this.#monitor = monitor;
    this.#engine = new Engine(monitor);
    return this;
  }

  static fromJson(text) {
    return new LiveMonitor().#take(call(() => Monitor.load(id(text))));
  }
  static fromParts(parts) {
    return new LiveMonitor().#take(call(() => Monitor.load_parts(`[${[...parts].join()}]`)));
  }
  static settle(text) {
    const settled = call(() => new Settled(id(text)));
    const events = eventsFromWire(JSON.parse(settled.events()));
    const live = new LiveMonitor().#take(settled.monitor());
    settled.free();
    return { live, events };
  }

  get engine() {
    return this.#engine;
  }
  get chatCount() {
    return this.#monitor.chat_count();
  }
  get watchCount() {
    return this.#monitor.watch_count();
  }
  apply(command) {
    return apply(this.#monitor, command) ?? eventsFromWire(parsed(() => this.#monitor.apply(json(commandToWire(command)))));
  }
  applyMany(commands) {
    const wire = json(Array.from(commands, commandToWire));
    const outcome = (outcome) => (Array.isArray(outcome) ? eventsFromWire(outcome) : new Refusal(outcome));
    return parsed(() => this.#monitor.apply_many(wire)).map(outcome);
  }
  applyJson(command) {
    return call(() => this.#monitor.apply(id(command)));
  }
  chat(chat) {
    return parsed(() => this.#monitor.chat(id(chat))) ?? undefined;
  }
  chats() {
    return parsed(() => this.#monitor.chats());
  }
  monitoredChats(watcher) {
    return parsed(() => this.#monitor.monitored_chats(id(watcher)));
  }
  participantView(chat) {
    return parsed(() => this.#monitor.participant_view(id(chat))) ?? undefined;
  }
  recipients(chat, channel = "public") {
    if (channel !== "public" && channel !== "internal") {
      throw new InvalidValue({ code: "channel", kind: "unknown", message: "expected one of: `public` `internal`" });
    }
    return parsed(() => this.#monitor.recipients(id(chat), channel === "internal"));
  }
  *saveInParts(size = 1000) {
    call(() => this.#monitor.begin_saving());
    for (let part; (part = call(() => this.#monitor.save_part(size))) !== "null"; ) yield part;
  }
  toJson() {
    return call(() => this.#monitor.to_json());
  }
  free() {
    this.#monitor.free();
  }
}

/** Who may learn of an event, and nobody else. */
export function audience(event) {
  switch (event.type) {
    case "watch_started":
    case "watch_changed":
    case "watch_ended":
      return { type: "watcher", watcher: event.watcher };
    case "advised":
      return { type: "advice", watcher: event.watcher, to: event.to };
    case "joined":
    case "left":
      return { type: "everyone", chat: event.chat };
    default:
      throw new TypeError("expected an event");
  }
}

/** What the people in the chat may learn of an event, if anything. */
export function forParticipants(event) {
  const seen = parsed(() => for_participants(json(eventToWire(event))));
  return seen === null ? undefined : eventFromWire(seen);
}

const written = (kind, wire) => call(() => canonical(kind, json(wire)));
const reread = (kind, text) => parsed(() => canonical(kind, id(text)));

/** Each kind of value in the JSON that the crate and the other languages read and write. */
export const commandToJson = (command) => written("command", commandToWire(command));
export const commandFromJson = (text) => commandFromWire(reread("command", text));
export const eventToJson = (event) => written("event", eventToWire(event));
export const eventFromJson = (text) => eventFromWire(reread("event", text));
export const chatToJson = (chat) => written("chat", chat);
export const chatFromJson = (text) => reread("chat", text);
export const ruleToJson = (rule) => written("rule", rule);
export const ruleFromJson = (text) => reread("rule", text);
export const exclusionToJson = (exclusion) => written("exclusion", exclusion);
export const exclusionFromJson = (text) => reread("exclusion", text);
export const policyToJson = (policy) => written("policy", policy);
export const policyFromJson = (text) => reread("policy", text);
