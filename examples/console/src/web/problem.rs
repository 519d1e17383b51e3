//! Why a request was not done, as it is answered.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;

use super::pages::{Language, Pages};
use crate::api::ProblemDetails;
use crate::denial::Denial;

/// An answer that is no success: a status and the key of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    key: &'static str,
    /// The word for programs.
    code: &'static str,
}

impl Problem {
    pub(crate) const FORGED: Problem = Problem::new(StatusCode::FORBIDDEN, "forged");
    pub(crate) const NOT_SIGNED_IN: Problem = Problem::new(StatusCode::UNAUTHORIZED, "not_signed_in");
    pub(crate) const NO_PAGE: Problem = Problem::new(StatusCode::NOT_FOUND, "no_page");
    pub(crate) const NO_CHAT: Problem = Problem::new(StatusCode::NOT_FOUND, "no_such_chat");
    pub(crate) const TOO_SLOW: Problem = Problem::new(StatusCode::REQUEST_TIMEOUT, "too_slow");
    pub(crate) const FULL: Problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "full");
    pub(crate) const TOO_MANY: Problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many");
    pub(crate) const BAD_TEXT: Problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_text");
    pub(crate) const BAD_VALUE: Problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_value");
    pub(crate) const TOO_LARGE: Problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large");
    pub(crate) const BAD_SIGNATURE: Problem = Problem::new(StatusCode::UNAUTHORIZED, "bad_signature");
    pub(crate) const BAD_BODY: Problem = Problem::new(StatusCode::BAD_REQUEST, "bad_body");
    pub(crate) const OTHER_BODY: Problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "other_body");

    pub(crate) const NO_OPERATOR: Problem = Problem::new(StatusCode::NOT_FOUND, "no_such_operator");
    pub(crate) const BAD_KEY: Problem = Problem::new(StatusCode::UNAUTHORIZED, "bad_key");

    const fn new(status: StatusCode, key: &'static str) -> Problem {
        Problem { status, key, code: key }
    }

    /// What was typed cannot be read; `key` is that of the text that says why.
    pub(crate) fn unreadable(key: &'static str) -> Problem {
        Problem { status: StatusCode::UNPROCESSABLE_ENTITY, key, code: key }
    }

    /// What an answer is refused for. Faults that are found before any of our code runs come as plain text.
    pub(crate) fn of(response: &Response) -> Option<Self> {
        let known = response.extensions().get::<Problem>().copied();
        let status = response.status();
        let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let plain = status.is_client_error() && kind.is_none_or(|kind| kind.starts_with("text/plain"));
        known.or_else(|| plain.then_some(Problem { status, key: "bad_request", code: "bad_request" }))
    }

    /// The answer in full for a program, as RFC 9457 has it.
    pub(super) fn for_programs(self, language: Language, allow: Option<HeaderValue>) -> Response {
        let details = ProblemDetails {
            r#type: format!("/api#{}", self.code),
            title: self.status.canonical_reason().unwrap_or_default(),
            status: self.status.as_u16(),
            detail: language.text(self.key),
            code: self.code,
        };
        let body = serde_json::to_string(&details).unwrap_or_default();
        let mut response = (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if self == Problem::BAD_KEY {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(allow) = allow {
            response.headers_mut().insert(header::ALLOW, allow);
        }
        response
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
        Problem { status, key: denial.key(), code: denial.code() }
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
