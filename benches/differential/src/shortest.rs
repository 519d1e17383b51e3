//! The shortest commands that show a difference.

use chat_monitor::{Chat, Command, Rule, Visitor};

/// Leaves out what can be left out, half of the commands at first, then single ones and parts of them, until nothing can
/// be.
pub(crate) fn shortest(mut commands: Vec<Command>, differs: impl Fn(&[Command]) -> bool) -> Vec<Command> {
    let mut size = commands.len().div_ceil(2).max(1);
    loop {
        let before = commands.clone();
        let mut start = 0;
        while start < commands.len() {
            let end = commands.len().min(start + size);
            let fewer = [&commands[..start], &commands[end..]].concat();
            if differs(&fewer) { commands = fewer } else { start = end }
        }
        if size > 1 {
            size = size.div_ceil(2);
            continue;
        }
        for place in 0..commands.len() {
            while let Some(simpler) = simpler(&commands[place]).into_iter().find(|simpler| {
                let mut simplified = commands.clone();
                simplified[place] = simpler.clone();
                differs(&simplified)
            }) {
                commands[place] = simpler;
            }
        }
        if commands == before {
            return commands;
        }
    }
}

/// The command with one part less, in each way there is.
fn simpler(command: &Command) -> Vec<Command> {
    match command {
        Command::StartChat(chat) => {
            without_visitor_facts(chat).chain(without_operators(chat)).map(Command::StartChat).collect()
        }
        Command::AddRule(rule) => without_criteria(rule).map(Command::AddRule).collect(),
        _ => Vec::new(),
    }
}

fn without_visitor_facts(chat: &Chat) -> impl Iterator<Item = Chat> {
    let (ip, email) = (chat.known_visitor().known_ip(), chat.known_visitor().known_email());
    let without_ip = ip.map(|_| email.cloned().into_iter().fold(Visitor::new(), Visitor::email));
    let without_email = email.map(|_| ip.into_iter().fold(Visitor::new(), Visitor::ip));
    without_ip.into_iter().chain(without_email).map(|visitor| chat.clone().visitor(visitor))
}

fn without_operators(chat: &Chat) -> impl Iterator<Item = Chat> {
    chat.attending().map(|left_out| {
        let bare = Chat::new(chat.id().clone()).visitor(chat.known_visitor().clone());
        let bare = bare.allow_monitoring(chat.monitoring_allowed());
        let stay = |operator: &&_| *operator != left_out;
        let given = chat.operators().iter().filter(stay).cloned().fold(bare, Chat::attended_by);
        chat.joined().iter().filter(stay).cloned().fold(given, Chat::joined_by)
    })
}

fn without_criteria(rule: &Rule) -> impl Iterator<Item = Rule> {
    (0..rule.when().len()).filter_map(|left_out| {
        let stay = rule.when().iter().enumerate().filter(|(n, _)| *n != left_out);
        let mut criteria = stay.map(|(_, criterion)| criterion.clone());
        let simpler = Rule::new(rule.id().clone(), rule.watcher().clone(), criteria.next()?);
        let simpler = criteria.fold(simpler, Rule::and);
        Some(if rule.enabled() { simpler } else { simpler.disabled() })
    })
}
