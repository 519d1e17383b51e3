//! Who sent a request.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use chat_monitor::OperatorId;

use super::App;
use super::problem::Problem;
use crate::password;

/// The cookie of those who have signed in.
pub(super) const SESSION: &str = "console_session";

/// The cookie by which a visitor's browser proves that a chat is its own.
pub(super) const VISITOR: &str = "console_visitor";

/// An operator who has signed in.
#[derive(Clone, Debug)]
pub(super) struct Staff {
    pub(super) operator: OperatorId,
    /// The digest of their token.
    pub(super) token: Vec<u8>,
}

/// The digest of what a visitor's browser holds.
#[derive(Clone, Debug)]
pub(super) struct VisitorKey(pub(super) Vec<u8>);

impl FromRequestParts<Arc<App>> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let token = cookie(&parts.headers, SESSION).ok_or(Problem::NOT_SIGNED_IN)?;
        let token = password::digest(token);
        let operator = app.session(&token).ok_or(Problem::NOT_SIGNED_IN)?;
        Ok(Staff { operator, token })
    }
}

impl FromRequestParts<Arc<App>> for VisitorKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &Arc<App>) -> Result<Self, Problem> {
        let token = cookie(&parts.headers, VISITOR).ok_or(Problem::NO_CHAT)?;
        Ok(VisitorKey(password::digest(token)))
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}
