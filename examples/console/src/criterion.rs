//! What a rule is to watch, as people type it.

use chat_monitor::Criterion;

/// Reads what a rule is to watch; `kind` is one of the three that the settings page offers.
pub(crate) fn criterion(kind: &str, value: &str) -> Result<Criterion, Unreadable> {
    let value = value.trim();
    match kind {
        "operator" => value.parse().map(Criterion::Operator).map_err(|_| Unreadable::Operator),
        "visitor_ip" => value.parse().map(Criterion::VisitorIp).map_err(Unreadable::Ip),
        "visitor_email" => value.parse().map(Criterion::VisitorEmail).map_err(Unreadable::Email),
        _ => Err(Unreadable::Kind),
    }
}

/// Why what a rule is to watch cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unreadable {
    #[error("expected the kind `operator`, `visitor_ip` or `visitor_email`")]
    Kind,
    #[error("expected an operator")]
    Operator,
    #[error(transparent)]
    Ip(chat_monitor::ParseIpError),
    #[error(transparent)]
    Email(chat_monitor::ParseEmailError),
}
