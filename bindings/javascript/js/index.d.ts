/** A role: one of the three that are always there, or one that the policy names. */
export type Role = "administrator" | "supervisor" | "associate" | (string & {});
export type Right = "watch" | "advise" | "join";
export type Channel = "public" | "internal";

/** The person on the web site, as far as the host knows them. */
export interface Visitor {
  readonly ip?: string;
  readonly email?: string;
}

/** The values of each attribute's name: `{ tag: ["vip"] }`. */
export type Attributes = Readonly<Record<string, readonly string[]>>;

/** One conversation of a visitor with the operators who attend it. */
export interface Chat {
  readonly id: string;
  readonly visitor?: Visitor;
  /** Those to whom it was given. */
  readonly operators?: readonly string[];
  readonly joined?: readonly string[];
  /** The host's fact of consent or law. Yes, if left out. */
  readonly monitoring_allowed?: boolean;
  readonly departments?: readonly string[];
  readonly attributes?: Attributes;
}

/** A chat that comes back, with what was left out. */
export type KnownChat = Chat &
  Required<Pick<Chat, "visitor" | "operators" | "joined" | "monitoring_allowed">>;

/** One test in a rule or an exclusion. */
export type Criterion =
  /** Chats that this operator attends. */
  | { readonly operator: string }
  /** An address (`192.0.2.7`) or a network (`192.0.2.0/24`). */
  | { readonly visitor_ip: string }
  /** An address, a domain (`*@example.com`), or all below it (`*@*.example.com`). */
  | { readonly visitor_email: string }
  | { readonly department: string }
  /** Chats attended by an operator of the department. */
  | { readonly operator_in: string }
  | { readonly attribute: { readonly name: string; readonly value: string } }
  /** A share of all chats, the same one every time; the salt is as secret as the rule. */
  | { readonly sample: { readonly per_million: number; readonly salt: string } };

/** When a rule counts, in milliseconds since 1970: from an instant, until another, or both. */
export type Window =
  | { readonly from: number; readonly until?: number }
  | { readonly from?: number; readonly until: number };

/** One operator's standing wish to watch the chats that meet all of `when`, and none of `unless`. */
export interface Rule {
  readonly id: string;
  readonly watcher: string;
  readonly when: readonly [Criterion, ...Criterion[]];
  readonly unless?: readonly Criterion[];
  readonly window?: Window;
  /** Yes, if left out. */
  readonly enabled?: boolean;
}

/** A standing "never", over every rule: for everybody, or for some roles. */
export interface Exclusion {
  readonly id: string;
  readonly when: readonly [Criterion, ...Criterion[]];
  readonly roles?: readonly [Role, ...Role[]];
}

/** What is known of an operator. Who says nothing of what they oversee oversees their own departments. */
export interface Operator {
  readonly operator: string;
  readonly role: Role;
  readonly departments?: readonly string[];
  readonly oversees?: Readonly<Record<string, readonly Right[]>>;
}

/** What a role may do: the roles that it may monitor, or more. */
export type Row =
  | readonly Role[]
  | {
      readonly monitors: readonly Role[];
      readonly within?: "anywhere" | "chat" | "operators" | "either";
      readonly rights?: readonly Right[];
      readonly unattended?: boolean;
      readonly hears_advice?: boolean;
    };

/** What all decisions go by, beside the rules. */
export interface Policy {
  readonly watch_unattended: boolean;
  readonly joined_count: boolean;
  readonly permissions: Readonly<Record<"administrator" | "supervisor" | "associate", Row> & Record<string, Row>>;
}

/** What a live monitor is asked. */
export type Command =
  | { readonly type: "set_policy"; readonly policy: Policy }
  | ({ readonly type: "set_operator" } & Operator)
  | { readonly type: "remove_operator"; readonly operator: string }
  | { readonly type: "add_rule"; readonly rule: Rule }
  | { readonly type: "set_rule_enabled"; readonly rule: string; readonly enabled: boolean }
  | { readonly type: "set_rule_window"; readonly rule: string; readonly window: Window | null }
  | { readonly type: "remove_rule"; readonly rule: string }
  | { readonly type: "add_exclusion"; readonly exclusion: Exclusion }
  | { readonly type: "remove_exclusion"; readonly exclusion: string }
  /** In milliseconds since 1970. */
  | { readonly type: "set_time"; readonly now: number }
  | { readonly type: "start_chat"; readonly chat: Chat }
  | { readonly type: "set_visitor"; readonly chat: string; readonly visitor: Visitor }
  | { readonly type: "attend"; readonly chat: string; readonly operator: string }
  | { readonly type: "unattend"; readonly chat: string; readonly operator: string }
  | {
      readonly type: "transfer";
      readonly chat: string;
      readonly from: string;
      readonly to: string;
      readonly departments?: readonly string[];
    }
  | { readonly type: "set_departments"; readonly chat: string; readonly departments: readonly string[] }
  | { readonly type: "set_attributes"; readonly chat: string; readonly attributes: Attributes }
  | { readonly type: "set_monitoring_allowed"; readonly chat: string; readonly allowed: boolean }
  | { readonly type: "end_chat"; readonly chat: string }
  | { readonly type: "join"; readonly chat: string; readonly watcher: string }
  | { readonly type: "leave"; readonly chat: string; readonly operator: string }
  | { readonly type: "advise"; readonly chat: string; readonly watcher: string };

interface Excluded {
  readonly type: "excluded";
  readonly exclusion: string;
}

/** The watcher may not monitor this operator, who attends the chat. */
interface NotPermitted {
  readonly type: "not_permitted";
  readonly operator: string;
}

/** What one rule says of one chat: the first closed gate, or `granted`. */
export type Verdict =
  | { readonly type: "disabled" | "outside_window" | "no_match" | "forbidden" }
  | Excluded
  | { readonly type: "unattended" | "no_rights" | "own_chat" }
  | NotPermitted
  | { readonly type: "out_of_scope" | "granted" };

/** Why a watch is over. */
export type EndReason =
  | { readonly type: "chat_ended" | "joined" | "rule_removed" | "disabled" | "outside_window" }
  | { readonly type: "no_longer_matches" | "forbidden" | "unattended" | "no_rights" | "own_chat" | "out_of_scope" }
  | Excluded
  | NotPermitted;

/** What has happened. Bring it to its `audience`, and to nobody else. */
export type Event =
  | { readonly type: "watch_started"; readonly chat: string; readonly watcher: string; readonly rules: readonly string[] }
  | { readonly type: "watch_changed"; readonly chat: string; readonly watcher: string; readonly rules: readonly string[] }
  | { readonly type: "watch_ended"; readonly chat: string; readonly watcher: string; readonly reason: EndReason }
  | { readonly type: "joined"; readonly chat: string; readonly operator: string }
  | {
      readonly type: "left";
      readonly chat: string;
      readonly operator: string;
      readonly reason: "asked" | "no_rights" | "removed";
    }
  | { readonly type: "advised"; readonly chat: string; readonly watcher: string; readonly to: readonly string[] };

/** What the people in a chat learn. */
export type ParticipantEvent =
  | { readonly type: "joined"; readonly chat: string; readonly operator: string }
  | { readonly type: "left"; readonly chat: string; readonly operator: string };

export type Audience =
  | { readonly type: "watcher"; readonly watcher: string }
  | { readonly type: "advice"; readonly watcher: string; readonly to: readonly string[] }
  | { readonly type: "everyone"; readonly chat: string };

/** An operator to whom at least one rule grants a chat, with these rules. */
export interface Watcher {
  readonly operator: string;
  readonly rules: readonly string[];
}

/** A line in somebody's list of monitored chats. */
export interface MonitoredChat {
  readonly chat: KnownChat;
  readonly rules: readonly string[];
}

/** All that the people in a chat may know of who is in it. */
export interface ParticipantView {
  readonly chat: string;
  readonly operators: readonly string[];
  readonly joined: readonly string[];
}

/** Who receives a message. Participants must not be told of `watchers`. */
export interface Recipients {
  readonly visitor: boolean;
  readonly attending: readonly string[];
  readonly watchers: readonly string[];
}

/** What every error of this package is. */
export class ChatMonitorError extends Error {
  protected constructor();
  readonly code: string;
  readonly kind: string;
}

/** What a value should have been, and what is wrong with it. Python's errors say it in the same words. */
export type Fault =
  | { readonly code: "id"; readonly kind: "length" | "control" | "blank" }
  | {
      readonly code: "email";
      readonly kind:
        | "form" | "length" | "blank" | "several" | "brackets" | "invisible" | "no_name" | "local_part" | "leading_dot"
        | "wildcard" | "wildcard_in_name" | "wildcard_in_domain" | "domain";
    }
  | {
      readonly code: "ip";
      readonly kind:
        | "address" | "leading_zero" | "zone" | "port" | "blank" | "invisible" | "several" | "wildcard" | "from_to"
        | "mask" | "prefix_len";
    }
  | { readonly code: "chat"; readonly kind: "attends_twice" }
  | { readonly code: "departments"; readonly kind: "too_many_departments" }
  | { readonly code: "attributes"; readonly kind: "too_many_attributes" }
  | { readonly code: "criterion" | "right" | "within" | "reason" | "left_reason" | "channel"; readonly kind: "unknown" }
  | { readonly code: "criteria"; readonly kind: "no_criterion" }
  | { readonly code: "exclusion"; readonly kind: "no_role" }
  | { readonly code: "sample"; readonly kind: "share" | "salt" }
  | { readonly code: "window"; readonly kind: "unbounded" | "empty" }
  | { readonly code: "time"; readonly kind: "beyond_last" }
  | {
      readonly code: "permissions";
      readonly kind: "unknown_role" | "missing_role" | "too_many_roles" | "rights_without_watch";
    }
  /** A saved state that contradicts itself or today's decision. */
  | { readonly code: "monitor"; readonly kind: "contradiction" }
  /** No JSON, or with a field that is missing, unknown, or of another type. */
  | { readonly code: "json"; readonly kind: "syntax" | "eof" | "data" };

/** A value that cannot be. No message repeats a visitor's address. */
export type InvalidValue = ChatMonitorError & Fault;
export const InvalidValue: abstract new (never: never) => InvalidValue;

/** Why something is refused. */
export type RefusalCode =
  | "unknown_chat" | "chat_is_live" | "starts_with_joined" | "already_given" | "not_given" | "not_watching"
  | "may_not_advise" | "may_not_join" | "not_joined" | "nobody_attends" | "unknown_rule" | "unknown_operator"
  | "unknown_role" | "role_in_use" | "duplicate_exclusion" | "unknown_exclusion" | "time_goes_back"
  | "add_rule.duplicate_rule" | "add_rule.unknown_watcher" | "add_rule.no_rights" | "add_rule.own_chats"
  | "add_rule.unknown_operator" | "add_rule.not_permitted";

/**
 * What was asked for is not done, and nothing has changed. `kind` is what stands behind the dot of the code, or the code,
 * and `named` the id, the role or the time in the way.
 */
export class Refusal extends ChatMonitorError {
  private constructor();
  readonly code: RefusalCode;
  readonly named: string | number;
}

/** The operators, rules and exclusions of a `MonitorEngine` or a `LiveMonitor`, which decide. */
export class Engine {
  protected constructor();
  readonly policy: Policy;
  /** The time last told, in milliseconds since 1970. */
  readonly now: number | undefined;
  /** When a rule's window opens or closes next: tell the time then. */
  readonly nextDeadline: number | undefined;
  readonly operatorCount: number;
  readonly ruleCount: number;
  operator(operator: string): Operator | undefined;
  operators(): Operator[];
  /** The operators whom this one may set rules on. */
  monitorableBy(watcher: string): string[];
  rule(rule: string): Rule | undefined;
  rules(): Rule[];
  rulesOf(watcher: string): Rule[];
  rulesOn(operator: string): Rule[];
  exclusion(exclusion: string): Exclusion | undefined;
  exclusions(): Exclusion[];
  exclusionsOn(operator: string): Exclusion[];
  judge(rule: Rule, chat: Chat): Verdict;
  /** What this operator may do in the chat if they watch it. */
  rights(operator: string, chat: Chat): Right[];
  /** Each operator who may watch the chat, once, with the rules that say so, in a fixed order. */
  watchersFor(chat: Chat): Watcher[];
  /** What each rule says of the chat. */
  explain(chat: Chat): { readonly rule: Rule; readonly verdict: Verdict }[];
  /** The saved form. */
  toJson(): string;
}

/** Holds operators, rules and exclusions, and says who may watch which chat. */
export class MonitorEngine extends Engine {
  constructor(options?: { readonly policy?: Policy });
  static fromJson(text: string): MonitorEngine;
  setPolicy(policy: Policy): void;
  setOperator(operator: Operator): void;
  removeOperator(operator: string): void;
  addRule(rule: Rule): void;
  /** Adds a rule that was accepted before, whatever its watcher may do by now. */
  loadRule(rule: Rule): void;
  removeRule(rule: string): void;
  setRuleEnabled(rule: string, enabled: boolean): void;
  setRuleWindow(rule: string, window: Window | null): void;
  addExclusion(exclusion: Exclusion): void;
  removeExclusion(exclusion: string): void;
  setTime(now: number): void;
  /** Gives the memory back at once, and not when it is collected. */
  free(): void;
}

/** Knows which chats are live, and says who starts and stops watching what, and why. It is made of a copy of an engine. */
export class LiveMonitor {
  constructor(engine?: MonitorEngine);
  /** Loads a saved form, which must agree with today's decision. */
  static fromJson(text: string): LiveMonitor;
  static fromParts(parts: Iterable<string>): LiveMonitor;
  /** Loads what another release saved, and says what is otherwise by today's decision. */
  static settle(text: string): { readonly live: LiveMonitor; readonly events: Event[] };
  /** The engine as it is now and will be; commands change it. */
  readonly engine: Engine;
  readonly chatCount: number;
  readonly watchCount: number;
  /** Does what is asked, and says what has happened. A `Refusal` has changed nothing. */
  apply(command: Command): Event[];
  /** Reads all of them, then applies one after the other; a refusal stands in its place, and the next one follows. */
  applyMany(commands: Iterable<Command>): (Event[] | Refusal)[];
  /** The same in the crate's JSON: a command, and a list of events. */
  applyJson(command: string): string;
  chat(chat: string): KnownChat | undefined;
  chats(): KnownChat[];
  monitoredChats(watcher: string): MonitoredChat[];
  participantView(chat: string): ParticipantView | undefined;
  recipients(chat: string, channel?: Channel): Recipients;
  /** The monitor as it is now, in parts of so many entries, while it goes on. */
  saveInParts(size?: number): Generator<string, void>;
  /** The saved form. */
  toJson(): string;
  /** Gives the memory back at once, and not when it is collected. */
  free(): void;
}

/** Who may learn of an event, and nobody else. */
export function audience(event: Event): Audience;
/** What the people in the chat may learn of an event, if anything. */
export function forParticipants(event: Event): ParticipantEvent | undefined;

// Each kind of value in the JSON that the crate and the other languages read and write.
export function commandToJson(command: Command): string;
export function commandFromJson(text: string): Command;
export function eventToJson(event: Event): string;
export function eventFromJson(text: string): Event;
export function chatToJson(chat: Chat): string;
export function chatFromJson(text: string): KnownChat;
export function ruleToJson(rule: Rule): string;
export function ruleFromJson(text: string): Rule;
export function exclusionToJson(exclusion: Exclusion): string;
export function exclusionFromJson(text: string): Exclusion;
export function policyToJson(policy: Policy): string;
export function policyFromJson(text: string): Policy;
