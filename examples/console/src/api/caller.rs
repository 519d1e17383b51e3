//! Who a key acts as.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use chat_monitor::OperatorId;

use crate::password;
use crate::web::{App, Problem};

/// The account of a key. Cookies count for nothing here, so that no page of another site can have anything done.
#[derive(Clone, Debug)]
pub(super) struct ByKey {
    pub(super) operator: OperatorId,
    pub(super) digest: Vec<u8>,
}

impl FromRequestParts<Arc<App>> for ByKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let sent = parts.headers.get(header::AUTHORIZATION).and_then(|sent| sent.to_str().ok());
        let (scheme, key) = sent.and_then(|sent| sent.split_once(' ')).ok_or(Problem::BAD_KEY)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Problem::BAD_KEY);
        }
        let digest = password::digest(key.trim());
        let looked_up = digest.clone();
        let known = app.hub().read(move |office| Ok(office.by_key(&looked_up))).await?;
        let (operator, is_due) = known.ok_or(Problem::BAD_KEY)?;
        if is_due {
            let used = digest.clone();
            app.hub().record(move |office| office.note_key(&used)).await?;
        }
        if !app.take_call(&operator) {
            return Err(Problem::TOO_MANY);
        }
        Ok(ByKey { operator, digest })
    }
}
