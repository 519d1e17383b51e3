//! What is sent and answered, as the document has it: the crate's wire form, but for what a caller may not say or know.

use std::collections::BTreeMap;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use chat_monitor::{Attribute, Criterion, Rule, Window};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

use crate::account;
use crate::criterion::Wanted;
use crate::web::{Problem, label};

/// A criterion of a rule or an exclusion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum CriterionForm {
    /// The id of an operator who attends the chat.
    #[schema(example = "ken")]
    Operator(String),
    /// The visitor's address lies in this network.
    #[schema(example = "192.0.2.0/24")]
    VisitorIp(String),
    /// The visitor's email is this one, `*@example.com`, or `*@*.example.com`.
    #[schema(example = "*@example.com")]
    VisitorEmail(String),
    /// The chat belongs to this department.
    Department(String),
    /// An operator who attends belongs to this department.
    OperatorIn(String),
    /// The chat has this value of this attribute.
    Attribute(AttributeForm),
    /// The chat is in a sample. By which it is drawn is told to nobody.
    Sample(SampleForm),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AttributeForm {
    #[schema(min_length = 1, max_length = 256)]
    name: String,
    #[schema(min_length = 1, max_length = 256)]
    value: String,
}

impl AttributeForm {
    pub(super) fn read(&self) -> Option<Attribute> {
        Attribute::new(&self.name, &self.value).ok()
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SampleForm {
    /// How many of a million chats.
    #[schema(minimum = 1, maximum = 1_000_000)]
    per_million: u32,
}

impl CriterionForm {
    pub(crate) fn of(criterion: &Criterion) -> Self {
        match criterion {
            Criterion::Operator(id) => CriterionForm::Operator(id.to_string()),
            Criterion::VisitorIp(range) => CriterionForm::VisitorIp(range.to_string()),
            Criterion::VisitorEmail(pattern) => CriterionForm::VisitorEmail(pattern.to_string()),
            Criterion::Department(id) => CriterionForm::Department(id.to_string()),
            Criterion::Attribute(known) => {
                let (name, value) = (known.name().to_owned(), known.value().to_owned());
                CriterionForm::Attribute(AttributeForm { name, value })
            }
            Criterion::Sample(sample) => CriterionForm::Sample(SampleForm { per_million: sample.per_million() }),
            Criterion::OperatorIn(id) => CriterionForm::OperatorIn(id.to_string()),
            // A kind that a later version of the crate adds and this program never makes.
            _ => CriterionForm::Attribute(AttributeForm { name: String::new(), value: String::new() }),
        }
    }

    fn read(self) -> Option<Wanted> {
        let criterion = match self {
            CriterionForm::Operator(id) => Criterion::Operator(id.parse().ok()?),
            CriterionForm::VisitorIp(range) => Criterion::VisitorIp(range.parse().ok()?),
            CriterionForm::VisitorEmail(pattern) => Criterion::VisitorEmail(pattern.parse().ok()?),
            CriterionForm::Department(id) => Criterion::Department(id.parse().ok()?),
            CriterionForm::OperatorIn(id) => Criterion::OperatorIn(id.parse().ok()?),
            CriterionForm::Attribute(form) => form.read()?.into(),
            CriterionForm::Sample(SampleForm { per_million }) => {
                let per_million = Some(per_million).filter(|share| (1..=1_000_000).contains(share));
                return Some(Wanted::Sample { per_million: Some(per_million?), of: None });
            }
        };
        Some(Wanted::Plain(criterion))
    }
}

/// Reads criteria, of which there may be so many as on a page.
pub(crate) fn read_criteria(forms: Vec<CriterionForm>) -> Result<Vec<Wanted>, Problem> {
    if forms.len() > crate::web::CRITERIA {
        return Err(Problem::unreadable("too_many_criteria"));
    }
    forms.into_iter().map(|form| form.read().ok_or(Problem::BAD_VALUE)).collect()
}

/// When a rule counts: instants in milliseconds since 1970, one at least.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WindowForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    from: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    until: Option<u64>,
}

impl WindowForm {
    pub(crate) fn of(window: Window) -> Self {
        WindowForm { from: window.from(), until: window.until() }
    }

    pub(crate) fn read(self) -> Result<Window, Problem> {
        Window::new(self.from, self.until).map_err(|_| Problem::unreadable("bad_window"))
    }
}

/// A rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct RuleForm {
    id: String,
    watcher: String,
    when: Vec<CriterionForm>,
    unless: Vec<CriterionForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    window: Option<WindowForm>,
    enabled: bool,
    /// What people call it.
    name: String,
    note: String,
}

impl RuleForm {
    pub(crate) fn of(rule: &Rule, name: String, note: String) -> Self {
        RuleForm {
            id: rule.id().to_string(),
            watcher: rule.watcher().to_string(),
            when: rule.when().iter().map(CriterionForm::of).collect(),
            unless: rule.unless().iter().map(CriterionForm::of).collect(),
            window: rule.window().map(WindowForm::of),
            enabled: rule.enabled(),
            name,
            note,
        }
    }
}

/// Checks that a text is as long as the document says: what the console leaves out of it counts too.
pub(super) fn check_length(text: &str, longest: usize) -> Result<(), Problem> {
    if text.chars().count() <= longest { Ok(()) } else { Err(Problem::BAD_VALUE) }
}

/// A name and a note of a rule.
pub(super) fn read_label(name: &str, note: &str) -> Result<(String, String), Problem> {
    check_length(name, 60)?;
    check_length(note, 500)?;
    label(name, note)
}

/// What somebody, or a department, is called.
pub(super) fn read_name(name: &str) -> Result<String, Problem> {
    check_length(name, 60)?;
    Ok(account::name(name)?)
}

/// An answer that is written already.
pub(super) fn json_text(text: String) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text).into_response()
}

/// An id that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Made {
    pub(super) id: String,
}

/// Why something was not done (RFC 9457). Nothing has changed then.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemDetails {
    /// Where the code is explained, as an address on this server.
    pub(crate) r#type: String,
    /// What the status is called.
    pub(crate) title: &'static str,
    pub(crate) status: u16,
    /// For people, in the language that was asked for.
    pub(crate) detail: &'static str,
    /// For programs: the monitor's own code where it refused.
    pub(crate) code: &'static str,
}

/// The answers that every call may have.
#[derive(Debug)]
pub(super) struct Refused;

impl IntoResponses for Refused {
    fn responses() -> BTreeMap<String, utoipa::openapi::RefOr<utoipa::openapi::response::Response>> {
        let kinds = [
            ("400", "the request cannot be read"),
            ("401", "no key, or none that works"),
            ("403", "the account's role does not allow it"),
            ("404", "it is not there, or nobody says so to this account"),
            ("405", "another method"),
            ("408", "the request took too long"),
            ("409", "it cannot be done as things are"),
            ("413", "the body is too large"),
            ("415", "the body is no JSON by its head"),
            ("422", "a value cannot be used"),
            ("429", "too often"),
            ("503", "the console cannot do it at the moment"),
        ];
        let content = || {
            let schema = utoipa::openapi::Ref::from_schema_name("ProblemDetails");
            utoipa::openapi::ContentBuilder::new().schema(Some(schema)).build()
        };
        let response = |description: &str| {
            let response = utoipa::openapi::ResponseBuilder::new().description(description);
            response.content("application/problem+json", content()).build().into()
        };
        kinds.into_iter().map(|(status, description)| (status.to_owned(), response(description))).collect()
    }
}
