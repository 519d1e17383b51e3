//! Lines that show when they have been changed. The hash of each goes over the one before it, so that no line can be
//! altered, taken out or put in without a new hash for all that follow.
//!
//! Three parts of a line may be erased later: they may hold what a person can ask to be removed. So a line's hash goes over
//! the digests of these parts, and a part's digest over a random salt, which is erased with the part: what is left cannot
//! be found out by guessing.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::password;

/// What is written before everything that is hashed, so that no hash of something else can be taken for one of these.
const LINE: &[u8] = b"chat-monitor console, audit line, 1\0";
const PART: &[u8] = b"chat-monitor console, audit part, 1\0";

const SALT: usize = 16;

/// The hash of a line.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hash([u8; 32]);

impl Hash {
    /// What the first line follows on.
    pub(crate) const START: Hash = Hash([0; 32]);

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Hash> {
        bytes.try_into().ok().map(Hash)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(());
        }
        for (byte, n) in bytes.iter_mut().zip((0..).step_by(2)) {
            let pair = text.get(n..n + 2).ok_or(())?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| ())?;
        }
        Ok(Hash(bytes))
    }
}

/// What is kept beside a part: its salt or, when the part has been erased, its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seal {
    Whole([u8; SALT]),
    Erased(Hash),
}

impl Seal {
    pub(crate) fn new() -> Self {
        Seal::Whole(password::random())
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Seal::Whole(salt) => salt,
            Seal::Erased(digest) => digest.bytes(),
        }
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().map(Seal::Whole).ok().or_else(|| Hash::read(bytes).map(Seal::Erased))
    }

    /// The digest of the part; none where it is said to be erased and something stands there.
    fn digest(&self, part: &str) -> Option<Hash> {
        match self {
            Seal::Whole(salt) => {
                Some(Hash(Sha256::new().chain_update(PART).chain_update(salt).chain_update(part).finalize().into()))
            }
            Seal::Erased(digest) => part.is_empty().then_some(*digest),
        }
    }

    /// The seal of the part when that is erased. One of an erased part stays as it is.
    pub(crate) fn erased(&self, part: &str) -> Self {
        self.digest(part).map_or(*self, Seal::Erased)
    }
}

/// A line as it is hashed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealed<'a> {
    pub(crate) id: i64,
    pub(crate) at: i64,
    pub(crate) operator: &'a str,
    pub(crate) action: &'a str,
    pub(crate) refused: bool,
    /// The chat, the rules, the detail; what is lacking is empty.
    pub(crate) parts: [(&'a str, Seal); 3],
}

impl Sealed<'_> {
    /// The hash of the line after one of this hash; none where an erased part is not empty.
    pub(crate) fn hash(&self, previous: Hash) -> Option<Hash> {
        let Sealed { id, at, operator, action, refused, parts } = self;
        let mut hasher = Sha256::new().chain_update(LINE).chain_update(previous.0);
        hasher.update(id.to_be_bytes());
        hasher.update(at.to_be_bytes());
        // With its length, no text can go on where another ends.
        for text in [operator, action] {
            hasher.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            hasher.update(text);
        }
        hasher.update([u8::from(*refused)]);
        for (part, seal) in parts {
            hasher.update(seal.digest(part)?.0);
        }
        Some(Hash(hasher.finalize().into()))
    }

    fn has_erased(&self) -> bool {
        self.parts.iter().any(|(_, seal)| matches!(seal, Seal::Erased(_)))
    }
}

/// Goes along a chain.
#[derive(Debug)]
pub(crate) struct Check {
    last: Hash,
    lines: i64,
    erased: i64,
    sought: Option<Hash>,
    found: bool,
}

/// A chain that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// How many lines there are.
    pub lines: i64,
    /// How many of them say that a part of theirs was erased.
    pub erased: i64,
    pub(crate) last: Hash,
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Verified { lines, erased, last } = self;
        write!(f, "{lines} lines as they were written, {erased} of them with parts erased\nlast hash: {last}")
    }
}

/// Where a chain breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// There is no line of this number.
    #[error("line {0} of the audit is missing")]
    Missing(i64),
    /// The line is not as it was written, or does not follow on the one before it.
    #[error("line {0} of the audit is not as it was written")]
    Altered(i64),
    /// No line has the hash that was told earlier.
    #[error("no line of the audit has the earlier hash: lines were taken off its end, or all were written anew")]
    Forgotten,
}

impl Check {
    /// Begins; `sought` is a hash that was told earlier, and must be that of one of the lines.
    pub(crate) fn begin(sought: Option<Hash>) -> Self {
        Check {
            last: Hash::START,
            lines: 0,
            erased: 0,
            sought,
            found: sought.is_none_or(|sought| sought == Hash::START),
        }
    }

    /// The next line, with the hash that is kept beside it; none where line or hash cannot be read.
    pub(crate) fn line(&mut self, id: i64, line: Option<(Sealed<'_>, Hash)>) -> Result<(), Broken> {
        let expected = self.lines + 1;
        if id != expected {
            return Err(if id > expected { Broken::Missing(expected) } else { Broken::Altered(id) });
        }
        let (line, kept) = line.ok_or(Broken::Altered(id))?;
        if line.hash(self.last) != Some(kept) {
            return Err(Broken::Altered(id));
        }
        self.last = kept;
        self.lines = id;
        self.erased += i64::from(line.has_erased());
        self.found |= self.sought == Some(kept);
        Ok(())
    }

    pub(crate) fn end(self) -> Result<Verified, Broken> {
        let Check { last, lines, erased, found, .. } = self;
        if found { Ok(Verified { lines, erased, last }) } else { Err(Broken::Forgotten) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that finds something missing has failed")]
mod tests {
    use super::*;

    #[derive(Clone, Debug)]
    struct Kept {
        id: i64,
        operator: &'static str,
        refused: bool,
        parts: [(String, Seal); 3],
        hash: Hash,
    }

    impl Kept {
        fn sealed(&self) -> Sealed<'_> {
            let parts = self.parts.each_ref().map(|(part, seal)| (&**part, *seal));
            Sealed {
                id: self.id,
                at: 1_700_000_000_000,
                operator: self.operator,
                action: "opened",
                refused: self.refused,
                parts,
            }
        }
    }

    fn chain(count: i64) -> Vec<Kept> {
        let mut last = Hash::START;
        let lines = (1..=count).map(|id| {
            let parts = ["c-1", "mika@example.com", ""].map(|part| (part.to_owned(), Seal::new()));
            let mut line = Kept { id, operator: "hana", refused: false, parts, hash: last };
            last = line.sealed().hash(last).unwrap();
            line.hash = last;
            line
        });
        lines.collect()
    }

    fn check(lines: &[Kept], sought: Option<Hash>) -> Result<Verified, Broken> {
        let mut check = Check::begin(sought);
        for line in lines {
            check.line(line.id, Some((line.sealed(), line.hash)))?;
        }
        check.end()
    }

    #[test]
    fn a_chain_as_it_was_written_holds() {
        let lines = chain(5);
        assert_eq!(check(&lines, None), Ok(Verified { lines: 5, erased: 0, last: lines[4].hash }));
        assert_eq!(check(&[], None), Ok(Verified { lines: 0, erased: 0, last: Hash::START }));
    }

    #[test]
    fn what_is_altered_taken_out_or_put_in_is_found_where_it_is() {
        let lines = chain(5);
        type Change = fn(&mut Vec<Kept>);
        let changes: [(&str, Change, Broken); 8] = [
            ("who", |lines| lines[2].operator = "sora", Broken::Altered(3)),
            ("refused", |lines| lines[2].refused = true, Broken::Altered(3)),
            ("a part", |lines| lines[2].parts[0].0 = "c-2".into(), Broken::Altered(3)),
            ("two parts", |lines| lines[2].parts.swap(0, 1), Broken::Altered(3)),
            ("a hash", |lines| lines[2].hash = lines[1].hash, Broken::Altered(3)),
            ("taken out", |lines| drop(lines.remove(2)), Broken::Missing(3)),
            ("put in twice", |lines| lines.insert(3, lines[2].clone()), Broken::Altered(3)),
            (
                "taken out, and the rest numbered anew",
                |lines| {
                    lines.remove(2);
                    lines.iter_mut().zip(1..).for_each(|(line, id)| line.id = id);
                },
                Broken::Altered(3),
            ),
        ];
        for (what, change, expected) in changes {
            let mut changed = lines.clone();
            change(&mut changed);
            assert_eq!(check(&changed, None), Err(expected), "{what}");
        }
        // A line whose own hash is made anew breaks the next one.
        let mut changed = lines.clone();
        changed[2].operator = "sora";
        changed[2].hash = changed[2].sealed().hash(changed[1].hash).unwrap();
        assert_eq!(check(&changed, None), Err(Broken::Altered(4)));
    }

    #[test]
    fn lines_off_the_end_are_missed_by_whoever_kept_a_hash() {
        let lines = chain(5);
        let told = lines[4].hash;
        assert!(check(&lines[..4], None).is_ok());
        assert_eq!(check(&lines[..4], Some(told)), Err(Broken::Forgotten));
        // So is a chain that was written anew, and one that has only grown is not.
        assert_eq!(check(&chain(5), Some(told)), Err(Broken::Forgotten));
        assert!(check(&lines, Some(lines[1].hash)).is_ok());
    }

    #[test]
    fn an_erased_part_says_so_and_holds_and_nothing_can_be_put_in_its_place() {
        let mut lines = chain(3);
        let (part, seal) = &mut lines[1].parts[1];
        *seal = seal.erased(part);
        part.clear();
        let verified = check(&lines, Some(lines[2].hash)).unwrap();
        assert_eq!((verified.lines, verified.erased), (3, 1));
        // Again, it stays as it is.
        assert_eq!(lines[1].parts[1].1.erased(""), lines[1].parts[1].1);
        lines[1].parts[1].0 = "taro@example.com".into();
        assert_eq!(check(&lines, None), Err(Broken::Altered(2)));
    }

    #[test]
    fn equal_parts_have_unequal_digests() {
        let digest = || Seal::new().erased("mika@example.com");
        assert_ne!(digest(), digest());
    }

    #[test]
    fn hashes_and_seals_read_as_they_are_written() {
        let hash = chain(1)[0].hash;
        assert_eq!(hash.to_string().parse(), Ok(hash));
        for wrong in ["", "00", &"g".repeat(64), &"0".repeat(63), &"０".repeat(64), &"+0".repeat(32)] {
            assert_eq!(wrong.parse::<Hash>(), Err(()), "{wrong}");
        }
        for seal in [Seal::new(), Seal::Erased(hash)] {
            assert_eq!(Seal::read(seal.bytes()), Some(seal));
        }
        assert_eq!(Seal::read(b"short"), None);
    }
}
