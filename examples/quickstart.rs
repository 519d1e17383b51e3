//! A first look at the crate: two operators, two rules, one chat. Who watches it, and why?
//!
//! ```text
//! cargo run --example quickstart
//! ```

use std::error::Error;

use chat_monitor::{Chat, Criterion, MonitorEngine, Role, Rule, Visitor};

fn main() -> Result<(), Box<dyn Error>> {
    let mut engine = MonitorEngine::new(); // the default Policy and Permissions
    engine.set_operator("ken".parse()?, Role::Associate)?;
    engine.set_operator("hana".parse()?, Role::Supervisor)?;
    engine.add_rule(Rule::new("r1".parse()?, "hana".parse()?, Criterion::Operator("ken".parse()?)))?;
    engine.add_rule(
        Rule::new("r2".parse()?, "hana".parse()?, Criterion::VisitorIp("192.0.2.0/24".parse()?))
            .and(Criterion::VisitorEmail("*@example.com".parse()?)),
    )?;

    let chat = Chat::new("c1".parse()?)
        .with_visitor(Visitor::new().with_ip("192.0.2.7".parse()?).with_email("mika@example.com".parse()?))
        .attended_by("ken".parse()?);
    show(&engine, &chat);

    println!("\nNow r1 is switched off and r2 is removed.\n");
    engine.set_rule_enabled(&"r1".parse()?, false)?;
    engine.remove_rule(&"r2".parse()?)?;
    show(&engine, &chat);
    Ok(())
}

fn show(engine: &MonitorEngine, chat: &Chat) {
    println!("Who watches chat {}?", chat.id());
    let watchers = engine.watchers_for(chat);
    for watcher in &watchers {
        let rules: Vec<_> = watcher.rules().iter().map(|rule| rule.as_str()).collect();
        println!("  {}, by {}", watcher.operator(), rules.join(" and "));
    }
    if watchers.is_empty() {
        println!("  nobody");
    }

    println!("What does each rule say?");
    for (rule, verdict) in engine.explain(chat) {
        println!("  {}: {verdict}", rule.id());
    }
}
