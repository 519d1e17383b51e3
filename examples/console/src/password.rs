//! Passwords: hashed with argon2id, and random tokens.

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};

/// Hashes a password. It takes long on purpose: not on a thread that has other things to do.
pub(crate) fn hash(password: &str) -> Option<String> {
    let salt = SaltString::encode_b64(&random::<16>()).ok()?;
    argon2().hash_password(password.as_bytes(), &salt).ok().map(|hash| hash.to_string())
}

/// Whether a password is the one that was hashed.
pub(crate) fn verify(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| argon2().verify_password(password.as_bytes(), &hash).is_ok())
}

/// OWASP's second choice: 19 MiB, two passes, one lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// Bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without randomness there are no sessions, and no safe way to go on.
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes
}

/// What a browser proves itself with: 256 bits, in hexadecimal digits.
pub(crate) fn token() -> String {
    hex(&random::<32>())
}

/// What is kept of a token: who reads the file cannot use it.
pub(crate) fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A name for a chat: short, and not to be guessed.
pub(crate) fn chat_name() -> String {
    format!("c-{}", hex(&random::<8>()))
}

/// A password that is easily typed, of 27 bits: for demonstrations on one's own machine.
pub(crate) fn easy() -> String {
    const WORDS: [&str; 16] = [
        "maple", "river", "lantern", "harbor", "cedar", "meadow", "pebble", "sparrow", "amber", "willow", "breeze",
        "orchard", "ripple", "summit", "clover", "ember",
    ];
    let [a, b, rest @ ..] = random::<6>();
    let word = |byte: u8| WORDS.get(usize::from(byte % 16)).copied().unwrap_or_default();
    format!("{}-{}-{:06}", word(a), word(b), u32::from_be_bytes(rest) % 1_000_000)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
