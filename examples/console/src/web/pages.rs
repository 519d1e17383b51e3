//! Pages: templates, and the language that they are shown in.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Form;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use minijinja::{Environment, Value, context};
use serde::Deserialize;
use tracing::error;

use super::App;
use super::caller::{Staff, cookie};
use super::problem::Problem;
use crate::{changes, texts};

const LANGUAGE: &str = "console_language";

const TEMPLATES: &[(&str, &str)] = &[
    ("base.html", include_str!("../../templates/base.html")),
    ("home.html", include_str!("../../templates/home.html")),
    ("problem.html", include_str!("../../templates/problem.html")),
    ("sign_in.html", include_str!("../../templates/sign_in.html")),
    ("visit.html", include_str!("../../templates/visit.html")),
    ("chat.html", include_str!("../../templates/chat.html")),
    ("desk.html", include_str!("../../templates/desk.html")),
    ("monitored.html", include_str!("../../templates/monitored.html")),
    ("rules.html", include_str!("../../templates/rules.html")),
    ("settings.html", include_str!("../../templates/settings.html")),
    ("settings_nav.html", include_str!("../../templates/settings_nav.html")),
    ("people.html", include_str!("../../templates/people.html")),
    ("roles.html", include_str!("../../templates/roles.html")),
    ("chats.html", include_str!("../../templates/chats.html")),
    ("departments.html", include_str!("../../templates/departments.html")),
    ("retention.html", include_str!("../../templates/retention.html")),
    ("exclusions.html", include_str!("../../templates/exclusions.html")),
    ("ended_list.html", include_str!("../../templates/ended_list.html")),
    ("ended.html", include_str!("../../templates/ended.html")),
    ("erasure.html", include_str!("../../templates/erasure.html")),
    ("audit.html", include_str!("../../templates/audit.html")),
    ("hooks.html", include_str!("../../templates/hooks.html")),
    ("keys.html", include_str!("../../templates/keys.html")),
    ("api.html", include_str!("../../templates/api.html")),
];

/// A language that the pages are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Japanese,
}

impl Language {
    /// What the switch was set to, else what the browser prefers.
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let chosen = cookie(headers, LANGUAGE);
        let preferred = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let first = preferred.into_iter().flat_map(|value| value.split(',')).find_map(|tag| {
            let tag = tag.trim().to_ascii_lowercase();
            if tag.starts_with("ja") {
                Some(Language::Japanese)
            } else if tag.starts_with("en") {
                Some(Language::English)
            } else {
                None
            }
        });
        match chosen {
            Some("ja") => Language::Japanese,
            Some("en") => Language::English,
            _ => first.unwrap_or(Language::English),
        }
    }

    pub(super) fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Japanese => "ja",
        }
    }

    /// The text with this key.
    pub(super) fn text(self, key: &str) -> &'static str {
        texts::find(key).map_or("", |(_, english, japanese)| match self {
            Language::English => english,
            Language::Japanese => japanese,
        })
    }

    fn texts(self) -> BTreeMap<&'static str, &'static str> {
        texts::all().map(|(key, ..)| (*key, self.text(key))).collect()
    }

    /// The texts that the visitor's script shows; it is sent no others.
    fn visitor_texts(self) -> BTreeMap<&'static str, &'static str> {
        self.texts().into_iter().filter(|(key, _)| key.starts_with("v_") || key.starts_with("note_")).collect()
    }
}

/// The templates.
#[derive(Debug)]
pub(super) struct Pages(Environment<'static>);

impl Pages {
    pub(super) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(minijinja::UndefinedBehavior::SemiStrict);
        for (name, source) in TEMPLATES.iter().copied() {
            // A test renders each of them: a fault in one does not get this far.
            if let Err(error) = environment.add_template(name, source) {
                error!(%error, name, "a template is wrong");
            }
        }
        Pages(environment)
    }

    /// A page; `path` is where the language switch comes back to.
    pub(super) fn render(&self, template: &str, language: Language, path: &str, more: Value) -> String {
        let common = context! {
            t => language.texts(),
            lang => language.tag(),
            path,
            texts => serde_json::to_string(&language.texts()).unwrap_or_default(),
            visitor_texts => serde_json::to_string(&language.visitor_texts()).unwrap_or_default(),
            person => Value::UNDEFINED,
        };
        let rendered = self.0.get_template(template).and_then(|page| page.render(context! { ..more, ..common }));
        rendered.unwrap_or_else(|error| {
            error!(%error, template, "a page cannot be shown");
            language.text("failed").to_owned()
        })
    }
}

impl App {
    /// A page for an operator, with what the head of each of their pages shows.
    pub(super) async fn staff_page(
        &self,
        staff: &Staff,
        headers: &HeaderMap,
        (template, path): (&'static str, &str),
        more: Value,
    ) -> Result<Response, Problem> {
        let operator = staff.operator.clone();
        let (name, role, may_monitor) = self.hub.read(move |office| office.person(&operator)).await?;
        let language = Language::of(headers);
        let role_text = changes::role_in_words(role.as_str(), |key| language.text(key));
        let person = context! { id => staff.operator.as_str(), name, role => role.as_str(), role_text, may_monitor };
        let page = self.pages.render(template, language, path, context! { person, ..more });
        Ok(axum::response::Html(page).into_response())
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Switch {
    language: String,
    back: String,
}

pub(super) async fn set_language(State(app): State<Arc<App>>, Form(switch): Form<Switch>) -> Response {
    let language = if switch.language == "ja" { "ja" } else { "en" };
    let cookie = app.cookie(LANGUAGE, language, "/", 365 * 24 * 60 * 60);
    ([(header::SET_COOKIE, cookie)], Redirect::to(own_path(&switch.back))).into_response()
}

/// A path of ours to go back to; anything else would lead people elsewhere.
pub(super) fn own_path(path: &str) -> &str {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && path.starts_with('/') && !path.starts_with("//") { path } else { "/" }
}
