//! What is over leaves nothing behind: a chat that has ended, an operator whom it was handed on by, a visitor's former
//! email. What an index forgets to forget shows in no answer, but memory would grow for as long as the host runs.

use allocation_counter::measure;
use chat_monitor::Role::{Associate, Supervisor};
use chat_monitor::{Chat, LiveMonitor, Visitor};

use super::live_words::{
    add_rule, advise, allow, attend, company, end, from_email, from_ip, join, leave, set_operator, set_visitor, start,
    tell, transfer, unattend, with_operator,
};
use super::parse;

const CHATS: u32 = 2_000;

/// One chat from its start to its end; `n` makes its visitor another one than all before.
type Story = fn(&mut LiveMonitor, n: u32);

fn visitor(n: u32) -> Visitor {
    Visitor::new().with_ip(n.to_be_bytes().into()).with_email(parse(&format!("visitor-{n}@site-{n}.example.com")))
}

fn chat(n: u32) -> Chat {
    Chat::new(parse("c1")).with_visitor(visitor(n)).attended_by(parse("ken"))
}

const STORIES: [(&str, Story); 8] = [
    ("ended", |live, n| drop(tell(live, start(chat(n))))),
    ("handed on", |live, n| {
        tell(live, start(chat(n)));
        tell(live, transfer("c1", "ken", "aya"));
    }),
    ("handed to one who had joined", |live, n| {
        tell(live, start(chat(n)));
        tell(live, join("c1", "hana"));
        tell(live, transfer("c1", "ken", "hana"));
    }),
    ("attended by one more, and one less", |live, n| {
        tell(live, start(chat(n)));
        tell(live, attend("c1", "aya"));
        tell(live, unattend("c1", "ken"));
    }),
    ("of a visitor who turns out to be another", |live, n| {
        tell(live, start(chat(n)));
        tell(live, set_visitor("c1", visitor(CHATS * 2 + n)));
        tell(live, set_visitor("c1", Visitor::new()));
    }),
    ("joined and left", |live, n| {
        tell(live, start(chat(n)));
        tell(live, join("c1", "hana"));
        tell(live, leave("c1", "hana"));
        tell(live, advise("c1", "hana"));
    }),
    ("joined by one who loses their rights", |live, n| {
        tell(live, start(chat(n)));
        tell(live, join("c1", "hana"));
        tell(live, set_operator("hana", Associate));
        tell(live, set_operator("hana", Supervisor));
    }),
    ("forbidden while it goes on", |live, n| {
        tell(live, start(chat(n)));
        tell(live, allow("c1", false));
        tell(live, allow("c1", true));
    }),
];

#[test]
fn what_is_over_leaves_nothing_behind() {
    for (name, story) in STORIES {
        let mut live = company();
        for (rule, when) in [("r1", with_operator("ken")), ("r2", from_ip("::/0")), ("r3", from_ip("0.0.0.0/0"))] {
            tell(&mut live, add_rule(rule, "hana", when));
        }
        tell(&mut live, add_rule("r4", "emi", from_email("*@example.com")));
        let mut run = |numbers: std::ops::Range<u32>| {
            for n in numbers {
                story(&mut live, n);
                tell(&mut live, end("c1"));
            }
        };
        // Tables find their size.
        let first = measure(|| run(0..CHATS / 10));
        let rest = measure(|| run(CHATS / 10..CHATS));
        assert!(first.bytes_total > 10_000, "{name}: {first:?}");
        assert!(rest.bytes_current.abs() < 4_096, "{name}: {} bytes stay, of {CHATS} chats", rest.bytes_current);
    }
}
