//! The HTTP interface for other programs, `/api/v1`: the same office as the pages have, with the same checks. Its document
//! is made from what stands here, and no route is without its part in it.

mod audit;
mod caller;
mod chats;
mod departments;
mod document;
mod ended;
mod events;
mod exclusions;
mod forms;
mod japanese;
mod monitored;
mod people;
mod rules;
mod why;

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::web::App;

pub(crate) use exclusions::ExclusionForm;
pub(crate) use forms::{ProblemDetails, RuleForm, WindowForm};

/// The routes, and what the document says of them.
fn described() -> (Router<Arc<App>>, Document) {
    OpenApiRouter::with_openapi(document::Head::openapi())
        .routes(routes!(rules::list, rules::add))
        .routes(routes!(rules::one, rules::remove))
        .routes(routes!(rules::set_enabled))
        .routes(routes!(rules::set_window))
        .routes(routes!(rules::set_note))
        .routes(routes!(exclusions::list, exclusions::add))
        .routes(routes!(exclusions::remove))
        .routes(routes!(people::list, people::add))
        .routes(routes!(people::change))
        .routes(routes!(people::new_password))
        .routes(routes!(people::disable))
        .routes(routes!(people::enable))
        .routes(routes!(departments::list, departments::add))
        .routes(routes!(departments::rename, departments::remove))
        .routes(routes!(chats::list))
        .routes(routes!(chats::set_monitoring))
        .routes(routes!(chats::set_departments))
        .routes(routes!(chats::set_attributes))
        .routes(routes!(chats::reassign))
        .routes(routes!(chats::end))
        .routes(routes!(monitored::list))
        .routes(routes!(monitored::one))
        .routes(routes!(monitored::entries))
        .routes(routes!(monitored::advise))
        .routes(routes!(monitored::join))
        .routes(routes!(monitored::leave))
        .routes(routes!(ended::list))
        .routes(routes!(ended::one))
        .routes(routes!(ended::entries))
        .routes(routes!(why::why))
        .routes(routes!(audit::list))
        .routes(routes!(events::events))
        .split_for_parts()
}

pub(crate) fn router() -> Router<Arc<App>> {
    let (routes, document) = described();
    let shown = document.clone();
    routes
        .route("/api/v1/openapi.json", get(move || async move { Json(document.clone()) }))
        .route("/api", get(move |app, headers| document::page(app, headers, shown.clone())))
}
