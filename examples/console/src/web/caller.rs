//! Who sent a request.

use std::net::IpAddr;
use std::sync::{Arc, Once};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use chat_monitor::OperatorId;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tracing::warn;
use vendors::{UnreadableAddress, caller_address};

use super::App;
use super::problem::Problem;
use super::sessions::Session;
use crate::entry::Moment;
use crate::password;

/// The header in which proxies say whom they were called by.
const FORWARDED: &str = "x-forwarded-for";

/// An operator who has signed in.
#[derive(Clone, Debug)]
pub(super) struct Staff {
    pub(super) operator: OperatorId,
    /// The digest of their token.
    pub(super) token: Vec<u8>,
    pub(super) expires: Moment,
    /// Cancelled when they sign out.
    pub(super) ended: CancellationToken,
    /// Changes when who they are does: their name, their role, what roles may do.
    pub(super) renewed: watch::Receiver<()>,
}

/// The digest of what a visitor's browser holds.
#[derive(Clone, Debug)]
pub(super) struct VisitorKey(pub(super) Vec<u8>);

impl FromRequestParts<Arc<App>> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let token = cookie(&parts.headers, app.session_cookie()).ok_or(Problem::NOT_SIGNED_IN)?;
        let token = password::digest(token);
        let session = app.sessions.get(&token).ok_or(Problem::NOT_SIGNED_IN)?;
        let renewed = session.renewed();
        let Session { operator, expires, ended, .. } = session;
        Ok(Staff { operator, token, expires, ended, renewed })
    }
}

impl FromRequestParts<Arc<App>> for VisitorKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let token = cookie(&parts.headers, app.visitor_cookie()).ok_or(Problem::NO_CHAT)?;
        Ok(VisitorKey(password::digest(token)))
    }
}

impl App {
    /// The cookie of those who have signed in. Behind TLS, its name lets nobody else than this host set it.
    pub(super) fn session_cookie(&self) -> &'static str {
        if self.secure { "__Host-console_session" } else { "console_session" }
    }

    /// The cookie by which a visitor's browser proves that a chat is its own. It goes to the pages of this chat alone, for
    /// which `__Host-` would not do.
    pub(super) fn visitor_cookie(&self) -> &'static str {
        if self.secure { "__Secure-console_visitor" } else { "console_visitor" }
    }

    /// Where whoever sent this is: the socket's other end or, where that is a trusted proxy, whom it was called by.
    ///
    /// A proxy is never taken for the visitor: where it does not say who called, that is not known.
    pub(super) fn address(&self, peer: IpAddr, headers: &HeaderMap) -> Option<IpAddr> {
        static UNTRUSTED: Once = Once::new();
        if headers.contains_key(FORWARDED) && !self.proxies.contain(peer) {
            UNTRUSTED
                .call_once(|| warn!("{FORWARDED} counts for nothing from those whom --trusted-proxy does not name"));
        }
        // A line that is no text is an entry that cannot be read. Passing over it would believe what the visitor wrote.
        let lines = headers.get_all(FORWARDED).iter().map(|value| value.to_str().unwrap_or("?"));
        let fault = match caller_address(peer, lines, &self.proxies) {
            Ok(client) if client.ip.is_none() && !headers.contains_key(FORWARDED) => "it is missing",
            Ok(client) => return client.ip,
            Err(UnreadableAddress::NoAddress) => "it holds something else than addresses",
            Err(UnreadableAddress::OnlyProxies) => "it holds trusted proxies alone",
        };
        static UNREAD: Once = Once::new();
        UNREAD.call_once(|| {
            warn!("{FORWARDED} of a trusted proxy names no visitor, so where they are is unknown: {fault}")
        });
        None
    }
}

/// The value of a cookie.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}
