//! Single cases, each with the fault that would spoil it.

use super::run::{open, settings};
use super::world::{Step, World};
use crate::fault::{Fault, plant};
use crate::gateway::Gateway;
use crate::message::{Answer, Ask, ToGateway, ToOwner};
use crate::owner::{Appended, Effect, Input, Loaded, ShardOwner, Snapshot};
use crate::record::{Item, Person};
use crate::rules::Rules;
use crate::settings::{LEAVE_LIMIT, RENEW, Settings, Time};
use crate::shard::{Log, Shard};

/// A world in which people have talked and nothing is on its way.
fn calm(settings: Settings) -> World {
    let mut world = open(World::new(2, 2, settings));
    quiet(&mut world, 20);
    for act in 0..30 {
        // Something is said in each of the chats.
        world.step(Step::Act(13 + 16 * (1 + act), act));
        quiet(&mut world, 1);
    }
    quiet(&mut world, 10);
    world
}

fn quiet(world: &mut World, times: usize) {
    for _ in 0..times {
        world.step(Step::Pass(100));
        world.step(Step::Rush(200));
    }
}

/// How many records the next owner of each shard had to read, after the one before gave it away.
fn left_to_read(fault: Option<Fault>) -> Vec<usize> {
    let seldom = Settings { snapshot_records: 1_000, snapshot_time: 1_000_000, ..settings() };
    let mut world = calm(seldom);
    world.left.clear();
    plant(fault);
    for nth in 0..Log::all(world.settings.shards).count() {
        world.step(Step::Leave(nth));
        quiet(&mut world, 30);
    }
    plant(None);
    assert_eq!(world.counts.given, 3);
    assert!(world.settle(), "{}", world.unsettled());
    let of_shard = |(log, records): (Log, usize)| matches!(log, Log::Shard(_)).then_some(records);
    world.left.into_iter().filter_map(of_shard).collect()
}

#[test]
fn who_gives_a_log_away_leaves_little_to_read() {
    let left = left_to_read(None);
    assert!(left.len() == 2 && left.iter().all(|records| *records <= 2), "{left:?}");
    let left = left_to_read(Some(Fault::LeftUnsaved));
    assert!(left.iter().all(|records| *records > 2), "{left:?}");
}

const SHARD: Log = Log::Shard(Shard(0));

fn ask(id: &str) -> Input {
    // There is no such chat.
    let mut chats = (0..).map(|nth| format!("x{nth}").parse().expect("an id"));
    let chat = chats.find(|chat| Shard::of(chat, settings().shards) == Shard(0)).expect("one of them is");
    let item = Item::Do(chat_monitor::Command::EndChat { chat });
    let (gateway, id) = ("g".to_owned(), id.to_owned());
    Input::Messages(vec![ToOwner::Ask(Ask { gateway, epoch: 1, id, by: Person::Service, g: 0, item })])
}

fn is_refusal(effect: &Effect) -> bool {
    matches!(effect, Effect::Tell { message: ToGateway::Answer { answer: Answer::Refused { .. }, .. }, .. })
}

/// The owner of a shard without chats, at `now`, who serves.
fn serving(now: Time) -> ShardOwner {
    let mut owner = ShardOwner::new(SHARD, "h", settings());
    let mut out = Vec::new();
    owner.handle(now, Input::LeaseWon { sent: now }, &mut out);
    let Some(Effect::Load { ticket }) = out.pop() else { panic!("{out:?}") };
    let rules = Rules::default().into();
    let loaded = Loaded::Shard { snapshot: None, records: Vec::new(), rules, rules_records: Vec::new() };
    owner.handle(now, Input::Loaded { ticket, loaded: Some(Box::new(loaded)) }, &mut out);
    let Some(Effect::Append { ticket, .. }) = out.pop() else { panic!("{out:?}") };
    owner.handle(now, Input::Appended { ticket, appended: Appended::At(1) }, &mut out);
    assert!(owner.status().serves);
    owner
}

/// What an owner does who gave its log away, and is asked something, and whose lease was renewed all the same.
fn after_leaving(fault: Option<Fault>) -> Vec<Effect> {
    let mut owner = serving(1);
    let mut out = Vec::new();
    owner.handle(2, ask("1"), &mut out);
    assert!(out.iter().any(is_refusal), "{out:?}");
    plant(fault);
    out.clear();
    owner.handle(3, Input::Leave, &mut out);
    // It goes on until its snapshot is durable.
    let [Effect::Save(Snapshot::Shard(snapshot))] = &out[..] else { panic!("{out:?}") };
    let p = snapshot.tail.p;
    out.clear();
    owner.handle(4, ask("2"), &mut out);
    assert!(out.iter().any(is_refusal), "{out:?}");
    out.clear();
    owner.handle(5, Input::Saved { p }, &mut out);
    assert!(out.iter().any(|effect| matches!(effect, Effect::Release)), "{out:?}");
    out.clear();
    owner.handle(6, ask("3"), &mut out);
    owner.handle(7, Input::LeaseRenewed { sent: 6 }, &mut out);
    plant(None);
    out
}

#[test]
fn who_gave_a_log_away_does_nothing_any_more() {
    let out = after_leaving(None);
    assert!(out.is_empty(), "{out:?}");
    assert!(after_leaving(Some(Fault::ServesOn)).iter().any(is_refusal));
}

#[test]
fn nobody_waits_for_ever_for_a_snapshot_before_a_log_is_given_away() {
    let mut owner = serving(1);
    let mut out = Vec::new();
    owner.handle(2, Input::Leave, &mut out);
    let mut now = 2;
    while now + RENEW < LEAVE_LIMIT {
        now += RENEW;
        owner.handle(now, Input::LeaseRenewed { sent: now }, &mut out);
    }
    let released = out.iter().filter(|effect| matches!(effect, Effect::Release)).count();
    assert_eq!((released, owner.status().serves), (0, true), "{out:?}");
    owner.handle(2 + LEAVE_LIMIT, Input::Tick, &mut out);
    let released = out.iter().filter(|effect| matches!(effect, Effect::Release)).count();
    assert_eq!((released, owner.status().serves), (1, false), "{out:?}");
    // It is its turn again only when the lease was given up and won anew.
    out.clear();
    owner.handle(now + 1_000, Input::LeaseLost, &mut out);
    owner.handle(now + 2_000, Input::LeaseWon { sent: now + 2_000 }, &mut out);
    assert!(matches!(&out[..], [Effect::Load { .. }]), "{out:?}");
}

/// Whether a gateway that divides the chats otherwise gets to deliver, and whether it says what is wrong.
fn with_another_gateway(fault: Option<Fault>) -> (bool, bool) {
    let mut world = calm(settings());
    let other = Settings { shards: settings().shards - 1, ..settings() };
    world.doors.get_mut(1).expect("a gateway").gateway = Gateway::new("other", other);
    plant(fault);
    // The one that was there before is not waited for any more.
    quiet(&mut world, 80);
    let done = world.counts.done;
    world.step(Step::Act(1, 0));
    quiet(&mut world, 20);
    plant(None);
    let open = world.doors.get(1).expect("a gateway").gateway.status().open;
    assert!(world.counts.done > done, "a command on the rules does not wait for it");
    (open, world.counts.unfit > 0)
}

#[test]
fn a_gateway_of_another_number_of_shards_is_not_admitted_and_says_so() {
    assert_eq!(with_another_gateway(None), (false, true));
    assert_eq!(with_another_gateway(Some(Fault::OtherShards)), (true, false));
}
