//! The summary, and whether visitors could tell that they are watched.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};

use chat_monitor::{
    Channel, ChatId, Command, Event, LiveMonitor, MonitorEngine, ParticipantEvent, ParticipantView, Refusal,
};

use crate::day::Dialogue;
use crate::narration::Language;

#[derive(Default)]
struct Counts {
    dialogues: usize,
    utterances: usize,
    read_along: usize,
    accepted: usize,
    refused: usize,
    events: BTreeMap<&'static str, usize>,
    most_chats: usize,
    seen_by_visitors: usize,
    seen_by_joining: usize,
    told_before_a_join: usize,
}

pub(crate) struct Tally {
    counts: Counts,
    /// The same chats in a company that watches nobody: what visitors see here is what they should see.
    unwatched: LiveMonitor,
    screens: HashMap<ChatId, ParticipantView>,
    joined: HashSet<ChatId>,
}

impl Tally {
    pub(crate) fn new(dialogues: &[Dialogue]) -> Self {
        let counts = Counts { dialogues: dialogues.len(), ..Counts::default() };
        let unwatched = LiveMonitor::new(MonitorEngine::new());
        Tally { counts, unwatched, screens: HashMap::new(), joined: HashSet::new() }
    }

    pub(crate) fn utterance(&mut self, live: &LiveMonitor, chat: &ChatId) {
        self.counts.utterances += 1;
        if live.recipients(chat, Channel::Public).watchers().next().is_some() {
            self.counts.read_along += 1;
        }
    }

    pub(crate) fn command(&mut self, live: &LiveMonitor, command: &Command, answer: &Result<Vec<Event>, Refusal>) {
        let events = match answer {
            Ok(events) => events.as_slice(),
            Err(_) => {
                self.counts.refused += 1;
                return;
            }
        };
        self.counts.accepted += 1;
        self.counts.most_chats = self.counts.most_chats.max(live.chats().count());
        if is_traffic(command) {
            // It was accepted there; what is refused of visitors and operators does not depend on who watches.
            self.counts.told_before_a_join += usize::from(self.unwatched.apply(command.clone()).is_err());
        }
        for event in events {
            *self.counts.events.entry(kind(event)).or_default() += 1;
            self.participant_event(event);
        }
        self.look_at_screens(live);
    }

    fn participant_event(&mut self, event: &Event) {
        match event.for_participants() {
            None => {}
            Some(ParticipantEvent::Joined { chat, .. }) => {
                self.counts.seen_by_joining += 1;
                self.joined.insert(chat);
            }
            Some(ParticipantEvent::Left { chat, .. }) if self.joined.contains(&chat) => {
                self.counts.seen_by_joining += 1;
            }
            Some(ParticipantEvent::Left { .. }) => self.counts.told_before_a_join += 1,
        }
    }

    /// Compares what every visitor sees with what they would see if nobody watched anybody.
    fn look_at_screens(&mut self, live: &LiveMonitor) {
        for chat in live.chats() {
            let Some(view) = live.participant_view(chat.id()) else { continue };
            if !self.joined.contains(chat.id()) && self.unwatched.participant_view(chat.id()).as_ref() != Some(&view) {
                self.counts.told_before_a_join += 1;
            }
            if self.screens.get(chat.id()) != Some(&view) {
                self.counts.seen_by_visitors += 1;
                self.screens.insert(chat.id().clone(), view);
            }
        }
    }

    pub(crate) fn write(&self, language: Language, output: &mut impl Write) -> io::Result<()> {
        let Counts { dialogues, utterances, read_along, accepted, refused, .. } = self.counts;
        let Counts { events, most_chats, seen_by_visitors, seen_by_joining, told_before_a_join, .. } = &self.counts;
        writeln!(output, "\n{:>7}  {}", "", language.beside("まとめ", "summary"))?;
        let mut row = |number: usize, japanese: &str, english: &str| {
            writeln!(output, "{number:>7}  {}", language.beside(japanese, english))
        };
        row(dialogues, "対話", "dialogues")?;
        row(*most_chats, "同時に続いたチャットの最大数", "chats at once, at most")?;
        row(utterances, "発話", "utterances")?;
        row(read_along, "  うち、だれかがモニターしていたもの", "  read along by watchers")?;
        row(accepted, "受け入れたコマンド", "commands accepted")?;
        row(refused, "断ったコマンド", "commands refused")?;
        row(events.values().sum(), "イベント", "events")?;
        for (kind, count) in events {
            row(*count, &format!("  {kind}"), "")?;
        }
        row(*seen_by_visitors, "お客様の画面が変わった回数", "times that a visitor's screen changed")?;
        row(*seen_by_joining, "  うち、モニターする人の参加と退出", "  because a watcher joined or left")?;
        row(
            *told_before_a_join,
            "  うち、参加より前にモニターを知らせたもの",
            "  that told of a watcher before one had joined",
        )
    }
}

/// What visitors and operators do, as against the rules and what watchers do.
fn is_traffic(command: &Command) -> bool {
    match command {
        Command::StartChat(_)
        | Command::SetVisitor { .. }
        | Command::Attend { .. }
        | Command::Unattend { .. }
        | Command::Transfer { .. }
        | Command::SetDepartments { .. }
        | Command::SetAttributes { .. }
        | Command::SetMonitoringAllowed { .. }
        | Command::EndChat { .. } => true,
        Command::SetPolicy(_)
        | Command::SetOperator { .. }
        | Command::RemoveOperator { .. }
        | Command::AddRule(_)
        | Command::SetRuleEnabled { .. }
        | Command::SetRuleWindow { .. }
        | Command::RemoveRule { .. }
        | Command::AddExclusion(_)
        | Command::RemoveExclusion { .. }
        | Command::SetTime { .. }
        | Command::Join { .. }
        | Command::Leave { .. }
        | Command::Advise { .. } => false,
    }
}

fn kind(event: &Event) -> &'static str {
    match event {
        Event::WatchStarted { .. } => "watch_started",
        Event::WatchChanged { .. } => "watch_changed",
        Event::WatchEnded { .. } => "watch_ended",
        Event::Joined { .. } => "joined",
        Event::Left { .. } => "left",
        Event::Advised { .. } => "advised",
    }
}
