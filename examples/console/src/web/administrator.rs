//! What administrators alone may ask for. Everybody else gets the same answer, whatever they ask and send.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;

use super::App;
use super::caller::Staff;
use super::problem::Problem;
use crate::store::Action;

/// An administrator who has signed in. It is asked for before the body of a request is read.
#[derive(Clone, Debug)]
pub(super) struct Administrator(pub(super) Staff);

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let staff = Staff::from_request_parts(parts, app).await?;
        let operator = staff.operator.clone();
        let check = move |office: &mut crate::office::Office| office.check_administrator(&operator);
        app.look(&staff.operator, tried(parts.uri.path()), None, check).await?;
        if parts.method != Method::GET && !app.operators.take(staff.operator.clone()) {
            return Err(Problem::TOO_MANY);
        }
        Ok(Administrator(staff))
    }
}

/// What somebody tried, as the audit has it.
fn tried(path: &str) -> Action {
    let page = path.strip_prefix("/settings/").and_then(|rest| rest.split('/').next());
    match page {
        Some("people") => Action::OpenedPeople,
        Some("roles") => Action::OpenedRoles,
        Some("departments") => Action::OpenedDepartments,
        Some("chats") => Action::OpenedChats,
        Some("erasure") => Action::SoughtPerson,
        Some("hooks") => Action::OpenedHooks,
        Some("keys") => Action::OpenedKeys,
        _ => Action::OpenedRetention,
    }
}
