//! axe-core on every page that can be reached, in both languages: wide, on a telephone, by night, with forced colours.
//! `.ci/check-axe` fetches axe-core and says where it lies.

use std::collections::BTreeSet;

use super::driver::{Browser, Driver};
use super::{password, sign_in};
use crate::support::Server;

const MODES: [(&str, &[(&str, &str)]); 4] = [
    ("wide", &[]),
    ("narrow", &[]),
    ("dark", &[("prefers-color-scheme", "dark")]),
    ("forced colours", &[("forced-colors", "active")]),
];

/// What was looked at, and what was found.
#[derive(Default)]
struct Report {
    states: usize,
    faults: Vec<String>,
}

#[test]
fn axe_finds_nothing_on_any_page() {
    let Some(axe) = std::env::var_os("CONSOLE_AXE") else {
        println!("skipped: CONSOLE_AXE names no axe-core; .ci/check-axe fetches it");
        return;
    };
    let axe = std::fs::read_to_string(axe).expect("axe-core");
    let driver = Driver::start().expect("chromium and chromedriver");
    let mut report = Report::default();
    for language in ["en", "ja"] {
        look_through(&driver, language, &axe, &mut report);
    }
    println!("axe-core: {} states of pages, {} faults", report.states, report.faults.len());
    assert!(report.states > 150, "only {} were looked at", report.states);
    assert!(report.faults.is_empty(), "{}", report.faults.join("\n"));
}

fn look_through(driver: &Driver, language: &str, axe: &str, report: &mut Report) {
    let server = Server::start();
    let browser = || driver.browser(language, &format!("http://{}", server.address));
    let mut look = |who: &Browser, name: &str| {
        for (mode, prefers) in MODES {
            if mode == "narrow" {
                who.narrow();
            }
            who.prefers(prefers);
            report.states += 1;
            let place = format!("{name} ({language}, {mode})");
            report.faults.extend(who.faults(axe).into_iter().map(|fault| format!("{place}: {fault}")));
            if !who.fits() {
                report.faults.push(format!("{place}: wider than the screen"));
            }
            who.wide();
            who.prefers(&[]);
        }
    };

    // It does find faults.
    let visitor = browser();
    visitor.go("/visit");
    visitor.plant("<img src='/assets/icon.svg'>");
    let planted = visitor.faults(axe);
    assert!(planted.iter().any(|fault| fault.contains("image-alt")), "{planted:?}");

    // A visitor, from the form to the end.
    visitor.go("/visit");
    look(&visitor, "/visit");
    visitor.type_into("#email", "nobody");
    visitor.click(".window .main");
    visitor.find(".problem");
    look(&visitor, "/visit, refused");
    visitor.go("/visit");
    visitor.type_into("#name", "Mika");
    visitor.click(".window .main");
    visitor.type_into("#text", "Where is my parcel? 荷物はどこですか。\n");
    visitor.wait_for_text("#talk", "Where is my parcel?");
    look(&visitor, "chat, waiting");

    // An operator with a hand up and advice.
    let ken = browser();
    ken.go("/sign-in");
    look(&ken, "/sign-in");
    sign_in(&ken, "ken", "wrong");
    look(&ken, "/sign-in, refused");
    sign_in(&ken, "ken", password(&server, "ken"));
    ken.find("#waiting .main");
    look(&ken, "desk, waiting");
    ken.click("#waiting .main");
    ken.wait_for_text("#talk", "Where is my parcel?");
    ken.type_into("#text", "I am looking for it.\n");
    ken.click("#hand");
    ken.find("#own .hand-tag");
    let chat = ken.attribute("#own [data-chat]", "data-chat");
    let hana = server.sign_in("hana");
    hana.says(&format!("/monitored/{chat}/advise"), "It is in Sapporo.");
    ken.find("#internal .advice");
    let noted = server.sign_in("ken");
    noted.says(&format!("/desk/{chat}/note"), "Thank you.");
    ken.wait_for_text("#internal", "Thank you.");
    look(&ken, "desk, open");
    for (button, dialog) in [("#transfer", "#transfer-dialog"), ("#end", "#end-dialog")] {
        ken.click(button);
        ken.find(&format!("{dialog}[open]"));
        look(&ken, dialog);
        ken.click(&format!("{dialog} .cancel"));
    }
    look(&visitor, "chat, talking");
    visitor.click("#end");
    look(&visitor, "chat, asked whether to end");
    visitor.click("#end-dialog .cancel");

    // Whatever those can reach who monitor and administer, by links.
    for who in ["hana", "aoi"] {
        let staff = browser();
        sign_in(&staff, who, password(&server, who));
        let (mut known, mut next) = (BTreeSet::new(), vec!["/".to_owned(), "/nowhere".to_owned()]);
        if who == "hana" {
            next.push(format!("/monitored/{chat}"));
        }
        while let Some(path) = next.pop() {
            if !known.insert(path.clone()) || known.len() > 60 {
                continue;
            }
            staff.go(&path);
            if !staff.is_page() {
                continue;
            }
            staff.wait_until("the page", || !staff.has("#loading:not([hidden])"));
            look(&staff, &format!("{path} as {who}"));
            next.extend(staff.links());
        }
        assert!(known.len() > 5, "{known:?}");
        staff.go("/settings/monitoring");
        staff.click("#add");
        staff.find("dialog[open]");
        look(&staff, "add a rule");
    }
    visitor.click("#end");
    visitor.click("#end-button");
    visitor.find("#again:not([hidden])");
    look(&visitor, "chat, over");
}
