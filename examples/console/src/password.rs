//! Passwords: hashed with argon2id, and random tokens.

use std::sync::{Mutex, PoisonError};

use argon2::password_hash::{Output, ParamsString, PasswordHash, SaltString};
use argon2::{ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version};
use sha2::{Digest, Sha256};

/// The memory that hashing takes, kept: given back after each, it would stay with the allocator many times over. So one
/// password is hashed at a time.
static MEMORY: Mutex<Vec<Block>> = Mutex::new(Vec::new());

/// Hashes a password. It takes long on purpose: not on a thread that has other things to do.
pub(crate) fn hash(password: &str) -> Option<String> {
    // OWASP's second choice: 19 MiB, two passes, one lane.
    let params = Params::DEFAULT;
    let salt = SaltString::encode_b64(&random::<16>()).ok()?;
    let mut bytes = [0; 64];
    let salt_bytes = salt.as_salt().decode_b64(&mut bytes).ok()?;
    let output = derive(password, salt_bytes, &params, Params::DEFAULT_OUTPUT_LEN)?;
    let hash = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&params).ok()?,
        salt: Some(salt.as_salt()),
        hash: Some(output),
    };
    Some(hash.to_string())
}

/// Whether a password is the one that was hashed.
pub(crate) fn verify(password: &str, hash: &str) -> bool {
    verified(password, hash).unwrap_or_default()
}

fn verified(password: &str, hash: &str) -> Option<bool> {
    let hash = PasswordHash::new(hash).ok()?;
    let (expected, params) = (hash.hash?, Params::try_from(&hash).ok()?);
    let mut bytes = [0; 64];
    let salt = hash.salt?.decode_b64(&mut bytes).ok()?;
    // This comparison takes the same time for all.
    Some(derive(password, salt, &params, expected.len())? == expected)
}

fn derive(password: &str, salt: &[u8], params: &Params, length: usize) -> Option<Output> {
    let mut memory = MEMORY.lock().unwrap_or_else(PoisonError::into_inner);
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::default());
    }
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    Output::init_with(length, |output| {
        let hashed = argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, &mut *memory);
        hashed.map_err(Into::into)
    })
    .ok()
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

/// A key, which begins so that it is known where it is found, and its digest.
pub(crate) fn key() -> (String, Vec<u8>) {
    let key = format!("cmk_{}", token());
    let digest = digest(&key);
    (key, digest)
}

/// What is kept of a token: who reads the file cannot use it.
pub(crate) fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A name for a chat: short, and not to be guessed.
pub(crate) fn chat_name() -> String {
    format!("c-{}", short())
}

/// The part of a name that nobody can guess.
pub(crate) fn short() -> String {
    hex(&random::<8>())
}

/// A name for an exclusion, which says nothing.
pub(crate) fn exclusion_name() -> String {
    format!("x-{}", hex(&random::<4>()))
}

/// What nobody can guess who does not know the secret: the same for the same parts.
pub(crate) fn derived(secret: &[u8; 32], parts: &[&str]) -> String {
    let mut digest = Sha256::new_with_prefix(secret);
    for part in parts {
        // The length before it keeps parts apart.
        digest.update(part.len().to_le_bytes());
        digest.update(part.as_bytes());
    }
    let digest: Vec<u8> = digest.finalize().into_iter().take(16).collect();
    hex(&digest)
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

/// A password that nobody guesses and that can be read out: 100 bits, without letters and digits that look alike.
pub(crate) fn strong() -> String {
    const DIGITS: [u8; 32] = *b"abcdefghijkmnpqrstuvwxyz23456789";
    let digit = |byte: &u8| DIGITS.get(usize::from(byte % 32)).copied().map(char::from).unwrap_or_default();
    let groups: Vec<String> = random::<20>().chunks(5).map(|group| group.iter().map(digit).collect()).collect();
    groups.join("-")
}

/// Bytes in hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
