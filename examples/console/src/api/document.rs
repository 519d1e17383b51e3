//! What the document says of the whole, and the page that shows it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;
use minijinja::context;
use serde_json::Value;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use super::japanese;
use crate::web::{App, Language};

/// Everything but the routes.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "chat-monitor console",
        version = "1",
        description = "Rules, exclusions, people, monitored chats, reasons, audit and events of one console. A key acts as one \
            account, with its rights and no others. What it may not know of is answered as what is not there.",
        license(name = "MIT OR Apache-2.0")
    ),
    modifiers(&Keys),
    security(("key" = []))
)]
pub(super) struct Head;

#[derive(Debug)]
struct Keys;

impl Modify for Keys {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("cmk_…").build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(scheme));
    }
}

/// What the calls are about, in the order of the page.
const TAGS: [&str; 9] = ["rules", "exclusions", "monitored", "ended", "why", "chats", "people", "departments", "audit"];

/// The document as people read it.
pub(super) async fn page(State(app): State<Arc<App>>, headers: HeaderMap, document: Document) -> Html<String> {
    let document = serde_json::to_value(document).unwrap_or_default();
    let japanese = Language::of(&headers) == Language::Japanese;
    let groups: Vec<_> = TAGS.iter().map(|tag| context! { tag, calls => calls(&document, tag, japanese) }).collect();
    Html(app.public_page(&headers, ("api.html", "/api"), context! { groups }))
}

fn calls(document: &Value, tag: &str, japanese: bool) -> Vec<minijinja::Value> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let all = paths.flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |call| (path, call)));
    let ours = all.filter(|(_, (_, call))| call.pointer("/tags/0").and_then(Value::as_str) == Some(tag));
    let shown = ours.map(|(path, (method, call))| {
        let method = method.to_uppercase();
        let text = |name: &str| call.get(name).and_then(Value::as_str).unwrap_or_default();
        let english = [text("summary"), text("description")].join(" ");
        let japanese = japanese::call(&method, path).filter(|_| japanese).map(str::to_owned);
        let body = call.pointer("/requestBody/content/application~1json/schema/$ref").and_then(Value::as_str);
        let body = body.and_then(|name| name.rsplit('/').next());
        context! { path, method, text => japanese.unwrap_or(english), body }
    });
    shown.collect()
}
