//! What an accepted item makes happen, and who is told.

use chat_monitor::{Audience, Channel, ChatId, Command, Event, LiveMonitor, OperatorId, ParticipantView, Refusal};

use crate::message::{Line, Told, What};
use crate::record::{Item, Person};

/// Does what is asked. Where that is refused, nothing has changed.
pub(crate) fn carry_out(live: &mut LiveMonitor, item: &Item) -> Result<Vec<Told>, Refusal> {
    match item {
        Item::Do(command) => apply(live, command, None),
        Item::Advise { chat, watcher, text } => {
            apply(live, &Command::Advise { chat: chat.clone(), watcher: watcher.clone() }, Some(text))
        }
        Item::Say { chat, channel, from, text } => say(live, chat, *channel, from, text),
        Item::Admit { .. } | Item::Dismiss { .. } => Ok(Vec::new()),
    }
}

fn say(live: &LiveMonitor, chat: &ChatId, channel: Channel, from: &Person, text: &str) -> Result<Vec<Told>, Refusal> {
    if live.chat(chat).is_none() {
        return Err(Refusal::UnknownChat(chat.clone()));
    }
    let recipients = live.recipients(chat, channel);
    let visitor = recipients.visitor().then(|| Person::Visitor(chat.clone()));
    let attending = recipients.attending().cloned().map(Person::Operator);
    Ok(vec![Told {
        participants: visitor.into_iter().chain(attending).collect(),
        watchers: recipients.watchers().cloned().collect(),
        what: What::Said { chat: chat.clone(), channel, from: from.clone(), text: text.to_owned() },
    }])
}

fn apply(live: &mut LiveMonitor, command: &Command, text: Option<&str>) -> Result<Vec<Told>, Refusal> {
    let before = command.chat().and_then(|chat| live.participant_view(chat));
    let events = live.apply(command.clone())?;
    let mut told = Vec::new();
    if let Some(chat) = command.chat() {
        told.extend(attending(before, live.participant_view(chat)));
    }
    for event in &events {
        // A command on no chat may put people out of many.
        if let (None, Event::Left { chat, operator, reason: _ }) = (command.chat(), event) {
            told.extend(left(live, chat, operator));
        }
        told.extend(to_audience(live, event, text));
    }
    Ok(told)
}

/// To those who are in the chat or were: who is in it now.
fn attending(before: Option<ParticipantView>, now: Option<ParticipantView>) -> Option<Told> {
    if before == now {
        return None;
    }
    let of = |view: &ParticipantView| view.operators().iter().chain(view.joined()).cloned().collect::<Vec<_>>();
    let mut people: Vec<OperatorId> = now.iter().chain(&before).flat_map(of).collect();
    people.sort_unstable();
    people.dedup();
    let chat = now.as_ref().or(before.as_ref())?.chat().clone();
    let what = match now {
        Some(view) => view_of(view),
        None => What::Ended { chat: chat.clone() },
    };
    let people = people.into_iter().map(Person::Operator);
    let participants = std::iter::once(Person::Visitor(chat)).chain(people).collect();
    Some(Told { participants, watchers: Vec::new(), what })
}

fn left(live: &LiveMonitor, chat: &ChatId, operator: &OperatorId) -> Option<Told> {
    let view = live.participant_view(chat)?;
    let people = view.operators().iter().chain(view.joined()).chain([operator]).cloned().map(Person::Operator);
    let participants = std::iter::once(Person::Visitor(chat.clone())).chain(people).collect();
    Some(Told { participants, watchers: Vec::new(), what: view_of(view) })
}

fn view_of(view: ParticipantView) -> What {
    What::Attending { chat: view.chat().clone(), operators: view.operators().into(), joined: view.joined().into() }
}

fn to_audience(live: &LiveMonitor, event: &Event, text: Option<&str>) -> Option<Told> {
    match event.audience() {
        Audience::Watcher(watcher) => {
            Some(Told { participants: Vec::new(), watchers: vec![watcher.clone()], what: What::Event(event.clone()) })
        }
        Audience::Advice { watcher, to } => Some(Told {
            participants: to.iter().cloned().map(Person::Operator).collect(),
            watchers: vec![watcher.clone()],
            what: What::Advised { chat: event.chat().clone(), watcher: watcher.clone(), text: text.map(str::to_owned) },
        }),
        // The people in the chat are told who is in it; here are its watchers.
        Audience::Everyone(chat) => {
            let watchers: Vec<_> = live.recipients(chat, Channel::Public).watchers().cloned().collect();
            let told = Told { participants: Vec::new(), watchers, what: What::Event(event.clone()) };
            (!told.watchers.is_empty()).then_some(told)
        }
    }
}

/// The chats that somebody watches, and those that they are in.
pub(crate) fn chats_of(live: &LiveMonitor, person: &Person) -> (Vec<Line>, Vec<Line>) {
    let line = |view: ParticipantView, rules| Line {
        chat: view.chat().clone(),
        operators: view.operators().into(),
        joined: view.joined().into(),
        rules,
    };
    match person {
        Person::Service => (Vec::new(), Vec::new()),
        Person::Visitor(chat) => {
            (Vec::new(), live.participant_view(chat).map(|view| line(view, Vec::new())).into_iter().collect())
        }
        Person::Operator(operator) => {
            let monitored = live.monitored_chats(operator).filter_map(|watched| {
                Some(line(live.participant_view(watched.chat().id())?, watched.rules().to_vec()))
            });
            let attending = live.chats().filter(|chat| chat.attends(operator));
            let attending = attending.filter_map(|chat| Some(line(live.participant_view(chat.id())?, Vec::new())));
            (monitored.collect(), attending.collect())
        }
    }
}
