//! Why a request was not done, as it is answered.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;

use super::pages::{Language, Pages};
use crate::denial::Denial;

/// An answer that is no success: a status and the key of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    key: &'static str,
}

impl Problem {
    pub(super) const FORGED: Problem = Problem { status: StatusCode::FORBIDDEN, key: "forged" };
    pub(super) const NOT_SIGNED_IN: Problem = Problem { status: StatusCode::UNAUTHORIZED, key: "not_signed_in" };
    pub(super) const NO_PAGE: Problem = Problem { status: StatusCode::NOT_FOUND, key: "no_page" };
    pub(super) const NO_CHAT: Problem = Problem { status: StatusCode::NOT_FOUND, key: "no_such_chat" };
    pub(super) const TOO_SLOW: Problem = Problem { status: StatusCode::REQUEST_TIMEOUT, key: "too_slow" };
    pub(super) const FULL: Problem = Problem { status: StatusCode::SERVICE_UNAVAILABLE, key: "full" };
    pub(super) const TOO_MANY: Problem = Problem { status: StatusCode::TOO_MANY_REQUESTS, key: "too_many" };
    pub(super) const BAD_TEXT: Problem = Problem { status: StatusCode::UNPROCESSABLE_ENTITY, key: "bad_text" };
    pub(super) const BAD_VALUE: Problem = Problem { status: StatusCode::UNPROCESSABLE_ENTITY, key: "bad_value" };

    /// What was typed cannot be read; `key` is that of the text that says why.
    pub(super) fn unreadable(key: &'static str) -> Problem {
        Problem { status: StatusCode::UNPROCESSABLE_ENTITY, key }
    }

    /// What an answer is refused for. Faults that are found before any of our code runs come as plain text.
    pub(super) fn of(response: &Response) -> Option<Self> {
        let known = response.extensions().get::<Problem>().copied();
        let status = response.status();
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let plain = status.is_client_error() && kind.is_none_or(|kind| kind.starts_with("text/plain"));
        known.or_else(|| plain.then_some(Problem { status, key: "bad_request" }))
    }

    /// The answer in full: a page where a browser asked for one, JSON elsewhere.
    pub(super) fn shown(self, pages: &Pages, language: Language, page: Option<&str>) -> Response {
        let text = language.text(self.key);
        match page {
            Some(path) if self == Problem::NOT_SIGNED_IN => {
                let back: String = path
                    .bytes()
                    .map(|byte| match byte {
                        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'/' => char::from(byte).to_string(),
                        _ => format!("%{byte:02X}"),
                    })
                    .collect();
                Redirect::to(&format!("/sign-in?back={back}")).into_response()
            }
            Some(path) => {
                let title = match self.status {
                    StatusCode::NOT_FOUND => language.text("problem_404"),
                    StatusCode::FORBIDDEN => language.text("problem_403"),
                    _ => language.text("problem"),
                };
                let page = pages.render("problem.html", language, path, minijinja::context! { title, text });
                (self.status, Html(page)).into_response()
            }
            None => (self.status, Json(json!({ "error": self.key, "text": text }))).into_response(),
        }
    }
}

impl From<Denial> for Problem {
    fn from(denial: Denial) -> Self {
        let status = StatusCode::from_u16(denial.status()).unwrap_or(StatusCode::CONFLICT);
        Problem { status, key: denial.key() }
    }
}

/// The guard says the rest: it knows the language, and whether a page is wanted.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}
