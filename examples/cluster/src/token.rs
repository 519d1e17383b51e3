//! Tokens by which people sign in. The host's own service makes them; who has the key can be anybody.

use std::io;

use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::record::Person;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// Who it is for.
    pub person: Person,
    /// When it ends, in seconds since 1970.
    pub expires: u64,
}

impl Token {
    /// As it is sent: the JSON and its HMAC-SHA-256, both in hexadecimal digits, with a dot between.
    pub fn signed(&self, key: &[u8]) -> String {
        // Nothing in a token fails to be written.
        let json = serde_json::to_vec(self).unwrap_or_default();
        let tag = mac(key, &json).map(|mac| mac.finalize().into_bytes().to_vec()).unwrap_or_default();
        format!("{}.{}", hex(&json), hex(&tag))
    }

    /// The token, if it is signed with the key and has not ended.
    pub fn read(text: &str, key: &[u8], now: u64) -> Option<Self> {
        let (json, tag) = text.split_once('.')?;
        let (json, tag) = (bytes(json)?, bytes(tag)?);
        // It takes the same time wherever they differ.
        mac(key, &json)?.verify_slice(&tag).ok()?;
        let token: Token = serde_json::from_slice(&json).ok()?;
        (now < token.expires).then_some(token)
    }
}

fn mac(key: &[u8], json: &[u8]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    mac.update(json);
    Some(mac)
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes that nobody can foresee.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || hex.len() > 2_048 || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::Token;
    use crate::record::Person;

    #[test]
    fn a_token_is_believed_with_its_key_and_in_its_time() {
        let token = Token { person: Person::Operator("ken".parse().expect("an id")), expires: 100 };
        let text = token.signed(b"key");
        assert_eq!(Token::read(&text, b"key", 99), Some(token));
        assert_eq!(Token::read(&text, b"key", 100), None);
        assert_eq!(Token::read(&text, b"other", 99), None);
        assert_eq!(Token::read(&text.replacen('7', "6", 1), b"key", 99), None);
        for wrong in ["", ".", "zz.zz", "7b.", "あ.い"] {
            assert_eq!(Token::read(wrong, b"key", 99), None);
        }
    }
}
