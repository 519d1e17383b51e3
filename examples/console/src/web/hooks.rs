//! Vendors' webhooks come in here. Who sends them has no cookie and no page of ours: their proof is the address, and a
//! signature where the hook has the key for it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::{Body as Sent, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Uri};
use vendors::Body;

use super::App;
use super::problem::Problem;
use crate::entry::now;
use crate::limits::Buckets;
use crate::password;
use crate::signature::Signed;
use crate::store::HookRow;

/// The largest body, in bytes. Vendors send a whole transcript in one.
const LARGEST_BODY: usize = 512 * 1024;

/// Where the hooks are, by the digests of their secrets.
#[derive(Debug)]
pub(super) struct HookDoors {
    doors: RwLock<HashMap<Vec<u8>, Door>>,
    bodies: Buckets<i64>,
}

#[derive(Clone, Debug)]
struct Door {
    hook: i64,
    vendor: String,
    key: Option<String>,
}

impl HookDoors {
    pub(super) fn new(rows: Vec<HookRow>) -> Self {
        let doors = HookDoors { doors: RwLock::default(), bodies: Buckets::new(600.0, 100.0) };
        rows.into_iter().for_each(|row| doors.open(row));
        doors
    }

    pub(super) fn open(&self, row: HookRow) {
        let door = Door { hook: row.id, vendor: row.vendor, key: row.key };
        self.doors.write().unwrap_or_else(PoisonError::into_inner).insert(row.secret, door);
    }

    pub(super) fn close(&self, secret: &[u8]) {
        self.doors.write().unwrap_or_else(PoisonError::into_inner).remove(secret);
    }

    /// It is looked up by the digest: how long that takes tells nothing of the secret.
    fn at(&self, vendor: &str, secret: &str) -> Option<Door> {
        let doors = self.doors.read().unwrap_or_else(PoisonError::into_inner);
        doors.get(&password::digest(secret)).filter(|door| door.vendor == vendor).cloned()
    }
}

/// Whatever is done with it here, whoever sent it is told nothing but that it came.
pub(super) async fn receive(
    State(app): State<Arc<App>>,
    Path((vendor, secret)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    sent: Sent,
) -> Result<(), Problem> {
    let Door { hook, vendor, key } = app.hooks.at(&vendor, &secret).ok_or(Problem::NO_PAGE)?;
    if !app.hooks.bodies.take(hook) {
        return Err(Problem::TOO_MANY);
    }
    let bytes = to_bytes(sent, LARGEST_BODY).await.map_err(|_| Problem::TOO_LARGE)?;
    if let Some(key) = key {
        let origin = app.origins.first().map(String::as_str).unwrap_or_default();
        let address = format!("{origin}{}", uri.path());
        let signed = Signed { address: &address, query: uri.query(), headers: &headers, body: &bytes, now: now() };
        if !signed.is_by(&vendor, &key) {
            return Err(Problem::BAD_SIGNATURE);
        }
    }
    let body = Body::parse(&bytes).map_err(|_| Problem::BAD_BODY)?;
    if !body.is_of(&vendor) {
        return Err(Problem::OTHER_BODY);
    }
    Ok(app.hub.call(move |office| office.receive(hook, &bytes, &body)).await?)
}
