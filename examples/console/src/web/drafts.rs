//! A rule before it is saved: read, previewed, with what may be chosen; and why a chat is in no list.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use chat_monitor::{ChatId, OperatorId, Window};
use serde::Deserialize;
use serde_json::{Value, json};

use super::App;
use super::caller::Staff;
use super::pages::Language;
use super::problem::Problem;
use crate::aside;
use crate::criterion::{Typed, Wanted, read};
use crate::denial::Denial;
use crate::office::{Draft, Drafted, Known, Office, Warning, help};
use crate::password;
use crate::said::{Name, Said};
use crate::store::Action;

/// At how many chats is looked at a time: between them, the people in the chats are served.
const LOOKED_AT: usize = 100;

/// How many chats are named at most.
const NAMED: usize = 20;

/// How many criteria a rule, or an exclusion, has at most on each side.
pub(crate) const CRITERIA: usize = 16;

/// The longest note, in characters.
const LONGEST_NOTE: usize = 500;

/// The last moment that a page can show: the end of the year 9999.
const LAST: u64 = 253_402_300_799_999;

/// A rule as a form sends it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct NewRule {
    when: Vec<Typed>,
    unless: Vec<Typed>,
    from: Option<u64>,
    until: Option<u64>,
    name: String,
    note: String,
    /// Whose it is to be; one's own where that is left out.
    watcher: Option<String>,
    replaces: Option<String>,
    /// What the form made up to tell this draft from others.
    draft: String,
    /// Whether what is asked first was answered.
    confirmed: bool,
}

impl NewRule {
    pub(super) fn confirmed(&self) -> bool {
        self.confirmed
    }

    pub(super) fn read(self, asker: &OperatorId) -> Result<Draft, Problem> {
        let (name, note) = label(&self.name, &self.note)?;
        let window = match (self.from, self.until) {
            (None, None) => None,
            (from, until) if from.max(until) > Some(LAST) => return Err(Problem::unreadable("bad_window")),
            (from, until) => Some(Window::new(from, until).map_err(|_| Problem::unreadable("bad_window"))?),
        };
        let watcher = match self.watcher {
            Some(watcher) => watcher.parse().map_err(|_| Denial::NoSuchOperator)?,
            None => asker.clone(),
        };
        let replaces = self.replaces.map(|rule| rule.parse().map_err(|_| Denial::NoSuchRule)).transpose()?;
        // Without one, nobody can ask for the same samples again.
        let mark = if self.draft.is_empty() { password::token() } else { self.draft };
        let (when, unless) = (criteria(&self.when)?, criteria(&self.unless)?);
        Ok(Draft { watcher, when, unless, window, name, note, replaces, mark })
    }
}

/// Reads criteria. The first that cannot be read says why.
pub(super) fn criteria(typed: &[Typed]) -> Result<Vec<Wanted>, Problem> {
    if typed.len() > CRITERIA {
        return Err(Problem::unreadable("too_many_criteria"));
    }
    typed.iter().map(|typed| read(typed).map_err(|why| Problem::unreadable(why.key()))).collect()
}

/// Reads a name and a note, neither of which anybody must give.
pub(crate) fn label(name: &str, note: &str) -> Result<(String, String), Problem> {
    let Name(name) = Name::of(name).ok_or(Problem::unreadable("bad_label"))?;
    let note = if note.trim().is_empty() { Some(String::new()) } else { Said::of(note).map(|Said(note)| note) };
    let note = note.filter(|note| note.chars().count() <= LONGEST_NOTE);
    Ok((name, note.ok_or(Problem::unreadable("bad_label"))?))
}

/// What is to be asked first, in words.
pub(super) fn shown_warnings(warnings: &[Warning], language: Language) -> Vec<Value> {
    let shown = |warning: &Warning| {
        let mut shown = serde_json::to_value(warning).unwrap_or_default();
        let part = |name: &str| shown.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let text = language.text(&format!("warn_{}", part("key")));
        let text = text.replace("{value}", &part("value")).replace("{rule}", &part("rule"));
        if let Some(object) = shown.as_object_mut() {
            object.insert("text".into(), text.into());
        }
        shown
    };
    warnings.iter().map(shown).collect()
}

/// Says what a rule would show once it is saved, and nothing else. That somebody looked is written down first.
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    Json(new): Json<NewRule>,
) -> Result<Json<Value>, Problem> {
    if !app.previews.take(staff.operator.clone()) {
        return Err(Problem::TOO_MANY);
    }
    aside::later().await;
    let draft = match new.read(&staff.operator) {
        Ok(draft) => draft,
        Err(problem) => {
            app.check_may_monitor(&staff.operator).await?;
            return Err(problem);
        }
    };
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| Ok((office.draft(&operator, &draft)?, office.chat_ids()));
    let (Drafted { rule, warnings }, chats) = app.look(&staff.operator, Action::PreviewedRule, None, look).await?;
    let mut shown = Vec::new();
    for some in chats.chunks(LOOKED_AT) {
        let (operator, rule, some) = (staff.operator.clone(), rule.clone(), some.to_vec());
        shown.extend(app.hub.read(move |office| office.would_show(&operator, &rule, &some)).await?);
    }
    let (operator, count) = (staff.operator.clone(), shown.len());
    app.hub.record(move |office| office.note_preview(&operator, &rule, count)).await?;
    shown.truncate(NAMED);
    let warnings = shown_warnings(&warnings, Language::of(&headers));
    Ok(Json(json!({ "count": count, "chats": shown, "warnings": warnings })))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Whose {
    watcher: String,
}

/// What a form offers: for a watcher's rules, and what the chats have that one may know of.
pub(super) async fn choices(
    State(app): State<Arc<App>>,
    staff: Staff,
    Query(Whose { watcher }): Query<Whose>,
) -> Result<Json<Value>, Problem> {
    aside::later().await;
    let watcher = match &*watcher {
        "" => staff.operator.clone(),
        written => written.parse().map_err(|_| Denial::NoSuchOperator)?,
    };
    let operator = staff.operator.clone();
    let look = move |office: &mut Office| office.choices(&operator, &watcher);
    let choices = app.look(&staff.operator, Action::OpenedSettings, None, look).await?;
    let mut attributes: Vec<_> =
        app.known(&staff.operator).await?.into_iter().flat_map(|chat| chat.attributes).collect();
    // A hand that is raised, whether one is or not.
    attributes.extend(help().map(|help| (help.name().to_owned(), help.value().to_owned())));
    attributes.sort();
    attributes.dedup();
    attributes.truncate(500);
    let mut offered = serde_json::to_value(choices).unwrap_or_default();
    if let Some(object) = offered.as_object_mut() {
        object.insert("attributes".into(), json!(attributes));
    }
    Ok(Json(offered))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Named {
    q: String,
}

/// The live chats that one may know of, to choose one of.
pub(super) async fn chats(
    State(app): State<Arc<App>>,
    staff: Staff,
    Query(Named { q }): Query<Named>,
) -> Result<Json<Value>, Problem> {
    if !app.previews.take(staff.operator.clone()) {
        return Err(Problem::TOO_MANY);
    }
    aside::later().await;
    let wanted = q.trim().to_lowercase();
    let mut known = app.known(&staff.operator).await?;
    known.retain(|known| {
        let chat = &known.chat;
        let texts = chat.operators.iter().chain([&chat.chat, &chat.visitor]);
        texts.map(|text| text.to_lowercase()).any(|text| text.contains(&wanted))
    });
    let more = known.len() > NAMED;
    let chats: Vec<_> = known.into_iter().rev().take(NAMED).map(|known| known.chat).collect();
    Ok(Json(json!({ "chats": chats, "more": more })))
}

/// What each of one's own rules says of a chat.
pub(super) async fn why(
    State(app): State<Arc<App>>,
    staff: Staff,
    headers: HeaderMap,
    Path(chat): Path<String>,
) -> Result<Json<Value>, Problem> {
    if !app.previews.take(staff.operator.clone()) {
        return Err(Problem::TOO_MANY);
    }
    aside::later().await;
    let chat: ChatId = chat.parse().map_err(|_| Problem::NO_CHAT)?;
    let (operator, id) = (staff.operator.clone(), chat.clone());
    let look = move |office: &mut Office| office.why(&operator, &id);
    let why = app.look(&staff.operator, Action::AskedWhy, Some(&chat), look).await?;
    let operator = staff.operator.clone();
    app.hub.record(move |office| office.note_why(&operator, &chat)).await?;
    let language = Language::of(&headers);
    let reasons: Vec<_> = why
        .reasons
        .iter()
        .map(|reason| {
            let text = language.text(reason.verdict).replace("{who}", &reason.who);
            json!({ "rule": reason.rule, "verdict": reason.verdict, "text": text })
        })
        .collect();
    Ok(Json(json!({ "chat": why.chat, "watching": why.watching, "reasons": reasons })))
}

impl App {
    /// The live chats that an operator who has rules may know of.
    async fn known(&self, operator: &OperatorId) -> Result<Vec<Known>, Problem> {
        let who = operator.clone();
        let look = move |office: &mut Office| office.check_may_monitor(&who).map(|()| office.chat_ids());
        let chats = self.look(operator, Action::OpenedSettings, None, look).await?;
        let mut known = Vec::new();
        for some in chats.chunks(LOOKED_AT) {
            let (operator, some) = (operator.clone(), some.to_vec());
            known.extend(self.hub.read(move |office| office.known_chats(&operator, &some)).await?);
        }
        Ok(known)
    }
}
