//! The day, told in Japanese and English: what each watcher's list shows, and what the visitor sees.
//!
//! What the visitor sees is made of `participant_view` and `for_participants` alone.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use chat_monitor::{
    Channel, ChatId, Command, Criterion, EndReason, Event, LeftReason, LiveMonitor, OperatorId, ParticipantEvent,
    ParticipantView, Refusal, Role, Rule,
};

use crate::common::{bounded, legible};
use crate::dialogue::Utterance;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Japanese,
    English,
    Both,
}

impl Language {
    /// A word or a few, in one line.
    pub(crate) fn beside(self, japanese: &str, english: &str) -> String {
        match self {
            Language::Japanese => japanese.into(),
            Language::English if english.is_empty() => japanese.into(),
            Language::English => english.into(),
            Language::Both if english.is_empty() => japanese.into(),
            Language::Both => format!("{japanese} / {}", english.trim_start()),
        }
    }
}

/// A sentence in both languages.
struct Sentence {
    japanese: String,
    english: String,
}

macro_rules! say {
    ($japanese:literal, $english:literal) => {
        Sentence { japanese: format!($japanese), english: format!($english) }
    };
}

/// What a command finds.
pub(crate) struct Moment {
    chat: Option<ChatId>,
    watched: bool,
    view: Option<ParticipantView>,
}

impl Moment {
    pub(crate) fn before(live: &LiveMonitor, command: &Command) -> Self {
        let chat = command.chat().cloned();
        let watched = chat.as_ref().is_some_and(|chat| is_watched(live, chat));
        let view = chat.as_ref().and_then(|chat| live.participant_view(chat));
        Moment { chat, watched, view }
    }
}

fn is_watched(live: &LiveMonitor, chat: &ChatId) -> bool {
    live.recipients(chat, Channel::Public).watchers().next().is_some()
}

pub(crate) struct Narrator {
    language: Language,
    /// What was said last in each chat, and has not been told.
    heard: HashMap<ChatId, String>,
    waiting_since: HashMap<ChatId, Duration>,
    told_at: Option<Duration>,
}

impl Narrator {
    pub(crate) fn new(language: Language) -> Self {
        Narrator { language, heard: HashMap::new(), waiting_since: HashMap::new(), told_at: None }
    }

    /// Notes an utterance: it is told when something happens next, if anybody watches then.
    pub(crate) fn hear(&mut self, chat: ChatId, utterance: &Utterance, live: &LiveMonitor) {
        let operator = live.chat(&chat).and_then(|chat| chat.operators().first());
        let by = match operator {
            Some(operator) if utterance.by_operator => operator.to_string(),
            _ => self.language.beside("お客様", "visitor"),
        };
        let text = utterance.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.heard.insert(chat, format!("{by}「{}」", legible(&bounded(&text, 36))));
    }

    /// Tells a command and what came of it, if it is worth telling.
    pub(crate) fn tell(
        &mut self,
        now: Duration,
        command: &Command,
        answer: &Result<Vec<Event>, Refusal>,
        before: &Moment,
        live: &LiveMonitor,
        output: &mut impl Write,
    ) -> io::Result<()> {
        let sentence = self.sentence(now, command);
        let events = match answer {
            Ok(events) => events.as_slice(),
            Err(refusal) => {
                let Sentence { japanese, english } = sentence;
                self.headline(now, before, &say!("試み: {japanese}", "an attempt: {english}"), output)?;
                let refused = self.language.beside("断られた", "refused");
                return writeln!(output, "{MARGIN}× {refused}: {refusal}");
            }
        };
        let view = before.chat.as_ref().and_then(|chat| live.participant_view(chat));
        let on_screen = before.watched && view != before.view;
        if before.chat.is_some() && events.is_empty() && !on_screen {
            return Ok(());
        }
        self.headline(now, before, &sentence, output)?;
        if let Some(heard) = before.chat.as_ref().and_then(|chat| self.heard.remove(chat)) {
            writeln!(output, "{MARGIN}  {heard}")?;
        }
        for (n, event) in events.iter().enumerate() {
            let rest = events.get(n + 1..).unwrap_or_default();
            self.event(event, rest, live, output)?;
        }
        self.screen(before, view.as_ref(), events, output)
    }

    fn headline(
        &mut self,
        now: Duration,
        moment: &Moment,
        Sentence { japanese, english }: &Sentence,
        output: &mut impl Write,
    ) -> io::Result<()> {
        let chat = moment.chat.as_ref().map(ChatId::as_str).unwrap_or("----");
        let seconds = 9 * 3600 + now.as_secs();
        if self.told_at.replace(now) != Some(now) || moment.chat.is_some() {
            writeln!(output)?;
        }
        let time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        match self.language {
            Language::Japanese => writeln!(output, "{time}  {chat}  {japanese}"),
            Language::English => writeln!(output, "{time}  {chat}  {english}"),
            Language::Both => writeln!(output, "{time}  {chat}  {japanese}\n{MARGIN}{english}"),
        }
    }

    /// What an event does to somebody's list of monitored chats, or who else learns of it.
    fn event(&self, event: &Event, rest: &[Event], live: &LiveMonitor, output: &mut impl Write) -> io::Result<()> {
        let (watcher, change) = match event {
            Event::WatchStarted { chat, watcher, rules } => (watcher, format!("＋ {chat} ({})", join(rules))),
            Event::WatchChanged { chat, watcher, rules } => (watcher, format!("＝ {chat} ({})", join(rules))),
            Event::WatchEnded { chat, watcher, reason } => {
                let Sentence { japanese, english } = in_words(reason);
                (watcher, format!("－ {chat} {}", self.language.beside(&japanese, &english)))
            }
            Event::Advised { to, .. } => {
                let only = self.language.beside("だけに届く", "and nobody else is told");
                return writeln!(output, "{MARGIN}[{}] {only}", join(to));
            }
            // Both are on the visitor's screen; only the staff may know the reason.
            Event::Joined { .. } | Event::Left { reason: LeftReason::Asked, .. } => return Ok(()),
            Event::Left { chat, operator, reason: LeftReason::NoRights } => {
                let why = self.language.beside("権限がなくなったため退出", "is put out: may not monitor anybody");
                return writeln!(output, "{MARGIN}[{operator}] {chat} {why}");
            }
            Event::Left { chat, operator, reason: LeftReason::Removed } => {
                let why = self.language.beside("削除されたため退出", "is put out: removed");
                return writeln!(output, "{MARGIN}[{operator}] {chat} {why}");
            }
        };
        write!(output, "{MARGIN}[{watcher}] {change}")?;
        // The list as it is in the end, behind the last change.
        if rest.iter().any(|event| watcher_of(event) == Some(watcher)) {
            return writeln!(output);
        }
        let list: Vec<_> = live.monitored_chats(watcher).map(|monitored| monitored.chat().id().as_str()).collect();
        let empty = self.language.beside("なし", "empty");
        let list = if list.is_empty() { empty } else { list.join(" ") };
        writeln!(output, "   {}: {list}", self.language.beside("一覧", "list"))
    }

    /// What the visitor sees: made of what participants may see, and of nothing else.
    fn screen(
        &self,
        before: &Moment,
        now: Option<&ParticipantView>,
        events: &[Event],
        output: &mut impl Write,
    ) -> io::Result<()> {
        let visitor = self.language.beside("お客様の画面", "visitor sees");
        for event in events.iter().filter_map(Event::for_participants) {
            let Sentence { japanese, english } = match event {
                ParticipantEvent::Joined { chat, operator } => {
                    say!("{chat} に {operator} が参加", "{operator} joins {chat}")
                }
                ParticipantEvent::Left { chat, operator } => {
                    say!("{chat} から {operator} が退出", "{operator} leaves {chat}")
                }
            };
            writeln!(output, "{MARGIN}[{visitor}] {}", self.language.beside(&japanese, &english))?;
        }
        if before.chat.is_none() {
            return Ok(());
        }
        let people = match now {
            None => self.language.beside("チャット終了", "the chat is over"),
            Some(view) if view.operators().is_empty() && view.joined().is_empty() => {
                self.language.beside("お待ちください", "please wait")
            }
            Some(view) => join(view.operators().iter().chain(view.joined())),
        };
        let unchanged = if now == before.view.as_ref() {
            format!(" ({})", self.language.beside("変化なし", "no change"))
        } else {
            String::new()
        };
        writeln!(output, "{MARGIN}[{visitor}] {people}{unchanged}")
    }

    /// What somebody does.
    fn sentence(&mut self, now: Duration, command: &Command) -> Sentence {
        match command {
            Command::SetPolicy(policy) if policy.watch_unattended() => {
                say!("方針: 待っているチャットも見られる", "policy: chats that wait may be watched too")
            }
            Command::SetPolicy(_) => {
                say!("方針: 待っているチャットは見られない", "policy: chats that wait may not be watched")
            }
            Command::SetOperator { id, operator } => {
                let (japanese, english) = match operator.role() {
                    Role::Administrator => ("管理者", "an administrator"),
                    Role::Supervisor => ("スーパーバイザー", "a supervisor"),
                    Role::Associate => ("アソシエイト", "an associate"),
                    Role::Named(name) => (name.as_str(), name.as_str()),
                };
                say!("{id} は{japanese}", "{id} is {english}")
            }
            Command::RemoveOperator { operator } => say!("{operator} を削除", "{operator} is removed"),
            Command::AddRule(rule) => {
                let (id, watcher) = (rule.id(), rule.watcher());
                let Sentence { japanese, english } = criteria(rule);
                say!(
                    "ルール {id} を追加: {watcher} が {japanese}を見る",
                    "rule {id}: {watcher} watches chats {english}"
                )
            }
            Command::SetRuleEnabled { rule, enabled: true } => {
                say!("ルール {rule} をオン", "rule {rule} is switched on")
            }
            Command::SetRuleEnabled { rule, enabled: false } => {
                say!("ルール {rule} をオフ", "rule {rule} is switched off")
            }
            Command::SetRuleWindow { rule, window: Some(_) } => {
                say!("ルール {rule} の期間を設定", "rule {rule} counts in a window")
            }
            Command::SetRuleWindow { rule, window: None } => {
                say!("ルール {rule} の期間を解除", "rule {rule} counts at any time")
            }
            Command::RemoveRule { rule } => say!("ルール {rule} を削除", "rule {rule} is removed"),
            Command::AddExclusion(exclusion) => {
                let id = exclusion.id();
                say!("除外 {id} を追加", "exclusion {id} is added")
            }
            Command::RemoveExclusion { exclusion } => {
                say!("除外 {exclusion} を削除", "exclusion {exclusion} is removed")
            }
            Command::SetTime { now } => say!("時刻 {now}", "the time is {now}"),
            Command::StartChat(chat) => {
                self.waiting_since.insert(chat.id().clone(), now);
                say!("お客様が来て待つ", "a visitor comes and waits")
            }
            Command::SetVisitor { visitor, .. } => match visitor.email() {
                Some(email) => say!("お客様のメールが分かる: {email}", "the visitor's email is known: {email}"),
                None => say!("お客様のメールが分からなくなる", "the visitor's email is not known any more"),
            },
            Command::Attend { chat, operator } => match self.waiting_since.remove(chat) {
                Some(since) => {
                    let waited = now.saturating_sub(since).as_secs();
                    say!("{operator} が応対を始める（{waited} 秒待ち）", "{operator} picks up, after {waited} s")
                }
                None => say!("{operator} も応対に加わる", "{operator} helps"),
            },
            Command::Unattend { operator, .. } => say!("{operator} は応対を終える", "{operator} has helped"),
            Command::Transfer { from, to, .. } => say!("{from} から {to} へ転送", "{from} transfers it to {to}"),
            Command::SetDepartments { .. } => say!("部門が変わる", "the chat goes to other departments"),
            Command::SetAttributes { .. } => say!("属性が変わる", "the chat has other attributes"),
            Command::SetMonitoringAllowed { allowed: true, .. } => {
                say!("モニターへの同意が戻る", "the visitor agrees to monitoring again")
            }
            Command::SetMonitoringAllowed { allowed: false, .. } => {
                say!("モニターへの同意が取り消される", "the visitor withdraws their consent to monitoring")
            }
            Command::EndChat { .. } => say!("チャット終了", "the chat ends"),
            Command::Join { watcher, .. } => say!("{watcher} が参加", "{watcher} joins"),
            Command::Leave { operator, .. } => say!("{operator} が退出", "{operator} leaves"),
            Command::Advise { watcher, .. } => {
                say!("{watcher} がひそかに助言:「ご予算も聞いてみて」", "{watcher} advises: \"ask about the budget\"")
            }
        }
    }
}

/// What stands under the sentence stands under its first word.
const MARGIN: &str = "                ";

fn criteria(rule: &Rule) -> Sentence {
    let (mut japanese, mut english) = (Vec::new(), Vec::new());
    for criterion in rule.when() {
        let sentence = match criterion {
            Criterion::Operator(operator) => say!("{operator} のチャット", "of {operator}"),
            Criterion::VisitorIp(range) => say!("{range} からのチャット", "from {range}"),
            Criterion::VisitorEmail(pattern) => say!("{pattern} のチャット", "of {pattern}"),
            // Criteria may be added to the crate.
            _ => say!("チャット", "of another kind"),
        };
        japanese.push(sentence.japanese);
        english.push(sentence.english);
    }
    Sentence { japanese: japanese.join("で"), english: english.join(" and ") }
}

fn in_words(reason: &EndReason) -> Sentence {
    match reason {
        EndReason::ChatEnded => say!("チャット終了", "the chat has ended"),
        EndReason::Joined => say!("参加した", "has joined"),
        EndReason::RuleRemoved => say!("ルール削除", "the rule was removed"),
        EndReason::Disabled => say!("ルールがオフ", "the rule is off"),
        EndReason::OutsideWindow => say!("期間外", "the rule does not count now"),
        EndReason::NoLongerMatches => say!("条件に合わなくなった", "no longer matches"),
        EndReason::Forbidden => say!("同意なし", "no consent"),
        EndReason::Excluded(exclusion) => say!("除外 {exclusion}", "exclusion {exclusion} holds"),
        EndReason::Unattended => say!("応対する人がいない", "nobody attends"),
        EndReason::NoRights => say!("権限がない", "may not monitor anybody"),
        EndReason::OwnChat => say!("自分のチャットになった", "is their own chat now"),
        EndReason::NotPermitted(operator) => say!("{operator} は見られない相手", "may not monitor {operator}"),
        EndReason::OutOfScope => say!("担当範囲の外", "is outside what they oversee"),
    }
}

fn watcher_of(event: &Event) -> Option<&OperatorId> {
    match event {
        Event::WatchStarted { watcher, .. }
        | Event::WatchChanged { watcher, .. }
        | Event::WatchEnded { watcher, .. } => Some(watcher),
        Event::Joined { .. } | Event::Left { .. } | Event::Advised { .. } => None,
    }
}

fn join<'a, T: ToString + 'a>(ids: impl IntoIterator<Item = &'a T>) -> String {
    ids.into_iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}
