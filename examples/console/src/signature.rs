//! Whether a body is the vendor's: how each of them proves it, by its documentation.
//!
//! | vendor | header | what is proved by the key | where that is said |
//! |---|---|---|---|
//! | chatwoot | `X-Chatwoot-Signature`, `X-Chatwoot-Timestamp` | `sha256=` and HMAC-SHA256 of time, `.` and body | its source (github.com/chatwoot/chatwoot, `lib/webhooks/trigger.rb`) |
//! | crisp | `X-Crisp-Signature`, `X-Crisp-Request-Timestamp` | HMAC-SHA256 of `[time;body]` | <https://docs.crisp.chat/references/web-hooks/v1/>, node-crisp-api's `verifyHook` |
//! | hubspot | `X-HubSpot-Signature-v3`, `X-HubSpot-Request-Timestamp` | HMAC-SHA256, in Base64, of method, address, body and time | <https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation> |
//! | intercom | `X-Hub-Signature` | `sha1=` and HMAC-SHA1 of the body | <https://developers.intercom.com/docs/references/webhooks/webhook-models> |
//! | livechat | none: `secret_key` in the body | the key itself | <https://platform.text.com/docs/management/webhooks/>, github.com/livechat/lc-sdk-js, `Webhook` |
//! | rocket.chat | `X-RocketChat-Livechat-Token` | the key itself | <https://docs.rocket.chat/docs/webhooks> |
//! | tawk.to | `X-Tawk-Signature` | HMAC-SHA1 of the body | <https://developer.tawk.to/webhooks/> |
//! | twilio | `X-Twilio-Signature` | HMAC-SHA1, in Base64, of the address and the form's fields, or of the address with the body's SHA-256 | <https://www.twilio.com/docs/usage/security#validating-requests> |
//!
//! Freshchat and Zoho SalesIQ sign with RSA, which is not checked here; in which header Zendesk messaging sends its secret,
//! no source at hand confirms. Of the others, no signature is documented.

use std::collections::BTreeMap;

use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::entry::Moment;
use crate::password::hex;

/// How long ago something may have been signed whose time is signed too, in milliseconds. HubSpot asks for it.
const OLDEST: Moment = 5 * 60 * 1000;

/// A request, with what vendors sign of it.
#[derive(Debug)]
pub(crate) struct Signed<'a> {
    /// Where it was sent to, as the vendor knows it.
    pub(crate) address: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
    pub(crate) now: Moment,
}

/// The vendors whose bodies can be checked.
pub(crate) const CHECKED: [&str; 8] =
    ["chatwoot", "crisp", "hubspot", "intercom", "livechat", "rocket.chat", "tawk.to", "twilio"];

impl Signed<'_> {
    /// Whether whoever sent this holds the key. Nobody can prove it for a vendor of whom it is not known how.
    pub(crate) fn is_by(&self, vendor: &str, key: &str) -> bool {
        self.proved(vendor, key).unwrap_or_default()
    }

    fn proved(&self, vendor: &str, key: &str) -> Option<bool> {
        let Signed { address, body, .. } = self;
        Some(match vendor {
            "chatwoot" => {
                let time = self.recent("x-chatwoot-timestamp", 1000)?;
                let mac = hex(&mac::<Hmac<Sha256>>(key, &[time.as_bytes(), b".", body]));
                same(self.header("x-chatwoot-signature")?, &format!("sha256={mac}"))
            }
            "crisp" => {
                // A body that is sent again may have the time of the first.
                let time = self.header("x-crisp-request-timestamp")?;
                let mac = mac::<Hmac<Sha256>>(key, &[b"[", time.as_bytes(), b";", body, b"]"]);
                same(self.header("x-crisp-signature")?, &hex(&mac))
            }
            "hubspot" => {
                let time = self.recent("x-hubspot-request-timestamp", 1)?;
                let mac = mac::<Hmac<Sha256>>(key, &[b"POST", address.as_bytes(), body, time.as_bytes()]);
                same(self.header("x-hubspot-signature-v3")?, &STANDARD.encode(mac))
            }
            "intercom" => {
                let mac = hex(&mac::<Hmac<Sha1>>(key, &[body]));
                same(self.header("x-hub-signature")?, &format!("sha1={mac}"))
            }
            "livechat" => {
                let body: serde_json::Value = serde_json::from_slice(body).ok()?;
                same(body.get("secret_key")?.as_str()?, key)
            }
            "rocket.chat" => same(self.header("x-rocketchat-livechat-token")?, key),
            "tawk.to" => same(self.header("x-tawk-signature")?, &hex(&mac::<Hmac<Sha1>>(key, &[body]))),
            "twilio" => {
                let mac = mac::<Hmac<Sha1>>(key, &[self.twilio()?.as_bytes()]);
                same(self.header("x-twilio-signature")?, &STANDARD.encode(mac))
            }
            _ => return None,
        })
    }

    /// The address; behind it the fields of a form by their names, or in it the digest of any other body.
    fn twilio(&self) -> Option<String> {
        let address = match self.query {
            Some(query) => format!("{}?{query}", self.address),
            None => self.address.to_owned(),
        };
        let mut query = form_urlencoded::parse(self.query.unwrap_or_default().as_bytes());
        if let Some((_, digest)) = query.find(|(name, _)| name == "bodySHA256") {
            return same(&digest, &hex(&Sha256::digest(self.body))).then_some(address);
        }
        let fields: BTreeMap<_, _> = form_urlencoded::parse(self.body).collect();
        Some(fields.iter().fold(address, |signed, (name, value)| signed + name + value))
    }

    /// A header with a time, in so many milliseconds, that was not long ago.
    fn recent(&self, name: &str, unit: Moment) -> Option<&str> {
        let text = self.header(name)?;
        let time = text.parse::<Moment>().ok()?.checked_mul(unit)?;
        (self.now.abs_diff(time) <= OLDEST.unsigned_abs()).then_some(text)
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

fn mac<M: Mac + KeyInit>(key: &str, parts: &[&[u8]]) -> Vec<u8> {
    // A key may have any length.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key.as_bytes()) else { return Vec::new() };
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().to_vec()
}

/// Compares in a time that tells nothing of where they differ.
fn same(one: &str, other: &str) -> bool {
    !other.is_empty() && bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A vendor, where it sends what, and with which headers.
    type Case<'a> = (&'a str, &'a str, &'a str, &'a [(&'static str, &'a str)]);

    const NOW: Moment = 1_767_225_600_000;

    fn signed(vendor: &str, address: &str, body: &str, headers: &[(&'static str, &str)]) -> bool {
        let mut known = HeaderMap::new();
        for (name, value) in headers {
            known.insert(*name, value.parse().expect("a header"));
        }
        let (address, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
        let request = Signed { address, query, headers: &known, body: body.as_bytes(), now: NOW };
        request.is_by(vendor, "12345")
    }

    /// The signatures were made by other programs: Twilio's is that of its documentation, the rest by `openssl dgst`.
    #[test]
    fn the_right_signature_of_each_vendor_is_known_and_no_other() {
        let twilio =
            "CallSid=CA1234567890ABCDE&From=%2B12349013030&To=%2B18005551212&Caller=%2B12349013030&Digits=1234";
        let address = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let json = "https://mycompany.com/hook?bodySHA256=7dd2cd30ebb1e5e2a3b7b4f3b6ab9b4ba5b3c0b1";
        let hubspot = "https://chat.example.com/hooks/hubspot/s";
        let key = r#"{"secret_key":"12345","action":"incoming_chat"}"#;
        let cases: &[Case<'_>] = &[
            ("twilio", address, twilio, &[("x-twilio-signature", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=")]),
            (
                "chatwoot",
                "",
                "{\"a\":1}",
                &[("x-chatwoot-timestamp", "1767225500"), ("x-chatwoot-signature", CHATWOOT)],
            ),
            ("crisp", "", "{\"a\":1}", &[("x-crisp-request-timestamp", "1767225500000"), ("x-crisp-signature", CRISP)]),
            (
                "hubspot",
                hubspot,
                "[]",
                &[("x-hubspot-request-timestamp", "1767225500000"), ("x-hubspot-signature-v3", HUBSPOT)],
            ),
            ("intercom", "", "{\"a\":1}", &[("x-hub-signature", INTERCOM)]),
            ("tawk.to", "", "{\"a\":1}", &[("x-tawk-signature", TAWK)]),
            ("rocket.chat", "", "{}", &[("x-rocketchat-livechat-token", "12345")]),
            ("livechat", "", key, &[]),
        ];
        for (vendor, address, body, headers) in cases {
            assert!(signed(vendor, address, body, headers), "{vendor}");
            assert!(
                !signed(vendor, address, &body.replace(['1', '['], "2"), headers) || body == &"{}",
                "{vendor}: another body"
            );
            for (missing, (name, value)) in headers.iter().enumerate() {
                let others: Vec<_> =
                    headers.iter().enumerate().filter(|(n, _)| *n != missing).map(|(_, one)| *one).collect();
                assert!(!signed(vendor, address, body, &others), "{vendor} without {name}");
                let wrong = format!("{}0", value.get(..value.len() - 1).unwrap_or_default());
                let mut changed = others.clone();
                changed.push((name, if wrong == *value { "1" } else { &wrong }));
                assert!(!signed(vendor, address, body, &changed), "{vendor} with another {name}");
                changed.pop();
                changed.push((name, ""));
                assert!(!signed(vendor, address, body, &changed), "{vendor} with an empty {name}");
            }
            for other in CHECKED.iter().filter(|other| *other != vendor) {
                assert!(!signed(other, address, body, headers), "{vendor} as {other}");
            }
        }
        assert_eq!(cases.len(), CHECKED.len());
        assert!(!signed("twilio", json, "{}", &[("x-twilio-signature", "x")]));
        assert!(!signed("zoho", "", "{}", &[]));
    }

    #[test]
    fn what_was_signed_long_ago_is_not_taken_again() {
        let headers = [("x-chatwoot-timestamp", "1767225200"), ("x-chatwoot-signature", OLD_CHATWOOT)];
        assert!(!signed("chatwoot", "", "{\"a\":1}", &headers));
        let headers = [("x-hubspot-request-timestamp", "1767225200000"), ("x-hubspot-signature-v3", OLD_HUBSPOT)];
        assert!(!signed("hubspot", "https://chat.example.com/hooks/hubspot/s", "[]", &headers));
    }

    #[test]
    fn twilio_signs_another_body_by_its_digest_in_the_address() {
        let address = format!("https://chat.example.com/hooks/twilio/s?bodySHA256={DIGEST}");
        assert!(signed("twilio", &address, "[{}]", &[("x-twilio-signature", TWILIO_JSON)]));
        assert!(!signed("twilio", &address, "[{ }]", &[("x-twilio-signature", TWILIO_JSON)]));
    }

    const CHATWOOT: &str = "sha256=67cc20ee1ff85c2f2f0ede77c8281322d363e1b12edd966ccfe55ec862e12fa0";
    const OLD_CHATWOOT: &str = "sha256=d8f75cd1593213866e08e63693b11ebaec45747b8b7ba5d8821f381b1111e920";
    const CRISP: &str = "e3d626724917b19e4ecdfc723e74c6826270d8f7eae3f2794f8820aa5daf32dd";
    const HUBSPOT: &str = "qylGrRn8WVBpjHwZHysiigL10DS7/DBfALO0Vz1iHks=";
    const OLD_HUBSPOT: &str = "LgNktLfu47A5bS8SW4Xn+MPdWHkp6jou9gy2ZQ4lq3g=";
    const INTERCOM: &str = "sha1=156a07d5247a707fe4e9cb71d050bf95f676f5f9";
    const TAWK: &str = "156a07d5247a707fe4e9cb71d050bf95f676f5f9";
    const DIGEST: &str = "e10808d43975dc400731053386849f864f297e6c4f7519c380f3dbaf7067a840";
    const TWILIO_JSON: &str = "HYz89Zm0qEgO7r1IVtg0qfbGvWk=";
}
