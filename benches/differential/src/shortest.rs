//! The shortest commands that show a difference.

use chat_monitor::{Attributes, Chat, Command, Criterion, Departments, Rule, Visitor};

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
            let others = without_operators(chat).chain(without_what_was_told(chat));
            without_visitor_facts(chat).chain(others).map(Command::StartChat).collect()
        }
        Command::AddRule(rule) => without_criteria(rule).map(Command::AddRule).collect(),
        _ => Vec::new(),
    }
}

fn without_visitor_facts(chat: &Chat) -> impl Iterator<Item = Chat> {
    let (ip, email) = (chat.visitor().ip(), chat.visitor().email());
    let without_ip = ip.map(|_| email.cloned().into_iter().fold(Visitor::new(), Visitor::with_email));
    let without_email = email.map(|_| ip.into_iter().fold(Visitor::new(), Visitor::with_ip));
    without_ip.into_iter().chain(without_email).map(|visitor| chat.clone().with_visitor(visitor))
}

fn without_operators(chat: &Chat) -> impl Iterator<Item = Chat> {
    chat.attending().map(|left_out| {
        let bare = Chat::new(chat.id().clone()).with_visitor(chat.visitor().clone());
        let bare = bare.with_departments(chat.departments().clone()).with_attributes(chat.attributes().clone());
        let bare = bare.with_monitoring_allowed(chat.monitoring_allowed());
        let stay = |operator: &&_| *operator != left_out;
        let given = chat.operators().iter().filter(stay).cloned().fold(bare, Chat::attended_by);
        chat.joined().iter().filter(stay).cloned().fold(given, Chat::joined_by)
    })
}

fn without_what_was_told(chat: &Chat) -> impl Iterator<Item = Chat> {
    let bare =
        [chat.clone().with_departments(Departments::default()), chat.clone().with_attributes(Attributes::default())];
    bare.into_iter().filter(move |bare| bare != chat)
}

/// Less a criterion of `when`, all of `unless`, or the window.
fn without_criteria(rule: &Rule) -> impl Iterator<Item = Rule> {
    let with = |when: &[Criterion], unless: &[Criterion], window| {
        let rule = Rule::all(rule.id().clone(), rule.watcher().clone(), when.iter().cloned()).ok()?;
        let rule = unless.iter().cloned().fold(rule, Rule::and_not);
        Some(rule.with_window(window))
    };
    let fewer = (0..rule.when().len()).map(|left_out| {
        let mut when = rule.when().to_vec();
        when.remove(left_out);
        with(&when, rule.unless(), rule.window())
    });
    let bare = [with(rule.when(), &[], rule.window()), with(rule.when(), rule.unless(), None)];
    let simpler = fewer.chain(bare).flatten().map(|simpler| simpler.with_enabled(rule.enabled()));
    simpler.filter(|simpler| simpler != rule).collect::<Vec<_>>().into_iter()
}
