//! Any order and any repetition of a chat's bodies ends in the same facts as the right order once, for each vendor.

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::support::{Act, Kind, Known, VENDORS, World, Writer, email, ip, read_all};

/// A chat's history: the bodies in the right order, and the chat as it is in the end.
fn history(writer: &Writer, dice: &[u8], whole: bool) -> (Vec<String>, World) {
    let (mut world, mut bodies, mut second) = (World::default(), Vec::new(), 0);
    let mut happens = |world: &mut World, act: Act, second: u64| {
        world.apply(act);
        bodies.push((writer.write)(act, world, second));
    };
    happens(&mut world, Act::Open, 0);
    for dice in dice {
        second += 1 + u64::from(dice % 3);
        let acts = possible(writer, &world);
        if let Some(act) = acts.get(usize::from(*dice) % acts.len().max(1)) {
            happens(&mut world, *act, second);
        }
    }
    if whole && world.open {
        happens(&mut world, Act::End, second + 5);
    }
    (bodies, world)
}

/// What can happen in a chat that is so. Of the chats that end once, only the end of all ends one.
fn possible(writer: &Writer, world: &World) -> Vec<Act> {
    let numbers = [1, 2, 3];
    let mut acts: Vec<Act> = writer
        .acts
        .iter()
        .flat_map(|kind| match kind {
            Kind::Assign => numbers.map(|agent| Act::Assign(Some(agent))).to_vec(),
            Kind::Unassign => vec![Act::Assign(None)],
            Kind::Come => numbers.map(Act::Come).to_vec(),
            Kind::Go => numbers.map(Act::Go).to_vec(),
            Kind::Email => numbers.map(Act::Email).to_vec(),
            Kind::Ip => numbers.map(Act::Ip).to_vec(),
            Kind::Mention => vec![Act::Mention],
        })
        .collect();
    if writer.reopens {
        acts.extend([Act::End, Act::Open]);
    }
    acts.retain(|act| world.allows(*act));
    acts
}

/// What should be known of a chat in the end.
fn expected(writer: &Writer, world: &World) -> Known {
    if !world.open || writer.vendor == "olark" {
        return Known::new();
    }
    let attending: BTreeSet<_> = match writer.tells_who {
        true => world.agents.iter().map(|agent| writer.agent(*agent)).collect(),
        false => [writer.somebody()].into(),
    };
    // Chatwoot has an address from the beginning, where the contact was made.
    let first_ip = (writer.vendor == "chatwoot").then(|| "198.51.100.1".parse().unwrap());
    let ip = world.ip.map_or(first_ip, |number| Some(ip(number).parse().unwrap()));
    let email = world.email.map(|number| email(number).parse().unwrap());
    [(writer.chat(), (attending, ip, email))].into()
}

/// All orders of the numbers below `length`, one after the other.
fn orders(length: usize, visit: &mut impl FnMut(&[usize])) {
    fn go(order: &mut Vec<usize>, length: usize, visit: &mut impl FnMut(&[usize])) {
        if order.len() == length {
            return visit(order);
        }
        for next in 0..length {
            if !order.contains(&next) {
                order.push(next);
                go(order, length, visit);
                order.pop();
            }
        }
    }
    go(&mut Vec::new(), length, visit);
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new_with_rng(
        Config { cases, failure_persistence: None, ..Config::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    )
}

fn read_in(bodies: &[String], order: &[usize]) -> Known {
    read_all(order.iter().map(|place| bodies[*place].as_str()))
}

#[test]
fn the_right_order_tells_the_chat_as_it_is() {
    let told = Cell::new(0);
    for writer in VENDORS {
        runner(100)
            .run(&vec(any::<u8>(), 0..12), |dice| {
                let (bodies, world) = history(writer, &dice, false);
                let known = read_all(bodies.iter().map(String::as_str));
                prop_assert_eq!(&known, &expected(writer, &world), "{}: {:#?}", writer.vendor, bodies);
                told.set(told.get() + known.len());
                Ok(())
            })
            .unwrap();
    }
    assert!(told.get() > 1000, "{} live chats", told.get());
}

#[test]
fn every_order_of_a_short_chat_ends_in_the_same_facts() {
    for writer in VENDORS {
        let (tried, live) = (Cell::new(0), Cell::new(0));
        runner(12)
            .run(&(vec(any::<u8>(), 2..=4), any::<bool>()), |(dice, whole)| {
                let (bodies, world) = history(writer, &dice, whole || !writer.timed);
                let right = read_all(bodies.iter().map(String::as_str));
                prop_assert_eq!(&right, &expected(writer, &world));
                let mut differs = None;
                orders(bodies.len(), &mut |order| {
                    tried.set(tried.get() + 1);
                    if read_in(&bodies, order) != right {
                        differs = Some(order.to_vec());
                    }
                });
                live.set(live.get() + right.len());
                prop_assert_eq!(differs, None, "{}: {:#?}", writer.vendor, bodies);
                Ok(())
            })
            .unwrap();
        println!("{:15} every order: {} tried, {} chats that went on", writer.vendor, tried.get(), live.get());
        // A transcript by itself has two orders at most.
        let least = if writer.vendor == "olark" { 20 } else { 500 };
        assert!(tried.get() >= least, "{}: {} orders", writer.vendor, tried.get());
        assert!(live.get() > 0 || !writer.timed, "{}: no chat went on", writer.vendor);
    }
}

#[test]
fn any_order_and_repetition_of_a_long_chat_ends_in_the_same_facts() {
    for writer in VENDORS {
        let tried = Cell::new(0);
        let dice = vec(any::<u8>(), 4..14);
        let shuffled = dice.prop_flat_map(|dice| {
            let (bodies, _) = history(writer, &dice, !writer.timed);
            // Each comes once at least, and up to three times.
            let places: Vec<usize> = (0..bodies.len()).flat_map(|place| vec![place; 1 + (place * 7) % 3]).collect();
            (Just(bodies), Just(places).prop_shuffle())
        });
        runner(150)
            .run(&shuffled, |(bodies, order)| {
                tried.set(tried.get() + 1);
                let right = read_all(bodies.iter().map(String::as_str));
                prop_assert_eq!(read_in(&bodies, &order), right, "{}: {:?} of {:#?}", writer.vendor, order, bodies);
                Ok(())
            })
            .unwrap();
        println!("{:15} orders with repetitions: {} tried", writer.vendor, tried.get());
        assert!(tried.get() >= 150, "{}: {} orders", writer.vendor, tried.get());
    }
}

#[test]
fn a_body_that_comes_again_at_once_changes_nothing() {
    for writer in VENDORS {
        let (bodies, _) = history(writer, &[0, 16, 33, 2, 51, 4, 22, 7], false);
        let twice: Vec<usize> = (0..bodies.len()).flat_map(|place| [place, place]).collect();
        assert_eq!(read_in(&bodies, &twice), read_all(bodies.iter().map(String::as_str)), "{}", writer.vendor);
    }
}

#[test]
fn there_is_a_writer_for_every_vendor() {
    let written: BTreeSet<&str> = VENDORS.iter().map(|writer| writer.vendor).collect();
    assert_eq!(written, vendors::vendor_names().collect());
}
