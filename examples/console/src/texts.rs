//! Every text of the pages: its key, English, Japanese. Those that begin with `v_` and `note_` go to visitors.

mod audit;
mod chats;
mod desk;
mod ended;
mod faults;
mod general;
mod hooks;
mod keys;
mod monitored;
mod people;
mod problems;
mod retention;
mod rule_forms;
mod rules;
mod settings;
mod visitor;

/// A key, English, Japanese.
pub(crate) type Text = (&'static str, &'static str, &'static str);

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Text> {
    let pages = [general::TEXTS, visitor::TEXTS, desk::TEXTS, monitored::TEXTS, rules::TEXTS, audit::TEXTS];
    let more = [
        faults::TEXTS,
        problems::TEXTS,
        settings::TEXTS,
        retention::TEXTS,
        rule_forms::TEXTS,
        people::TEXTS,
        chats::TEXTS,
        ended::TEXTS,
        hooks::TEXTS,
        keys::TEXTS,
    ];
    pages.into_iter().chain(more).flatten()
}

/// The text with this key.
pub(crate) fn find(key: &str) -> Option<&'static Text> {
    all().find(|(known, ..)| *known == key)
}

/// Whether there is a text with this key.
pub(crate) fn has(key: &str) -> bool {
    find(key).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::store::Action;

    #[test]
    fn every_act_has_words() {
        assert!(Action::ALL.len() > 20);
        for action in Action::ALL {
            assert!(super::has(&format!("audit_{}", action.as_str())), "{action:?}");
        }
    }

    #[test]
    fn no_key_stands_twice() {
        let mut known = BTreeSet::new();
        let twice: Vec<_> = super::all().filter(|(key, ..)| !known.insert(*key)).map(|(key, ..)| *key).collect();
        assert!(twice.is_empty() && known.len() > 300, "{twice:?}");
    }
}
