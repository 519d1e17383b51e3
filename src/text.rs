//! Keys that lie where they are looked up.

use alloc::boxed::Box;
use core::borrow::Borrow;
use core::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::SeedableRandomState;

/// A string of up to `N` bytes in place, or a longer one elsewhere: comparing a short key costs no look elsewhere.
#[derive(Clone, Debug)]
pub(crate) enum Text<const N: usize> {
    Short { len: u8, bytes: [u8; N] },
    Long(Box<str>),
}

impl<const N: usize> Text<N> {
    #[inline]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Text::Short { len, bytes } => bytes.get(..usize::from(*len)).unwrap_or_default(),
            Text::Long(text) => text.as_bytes(),
        }
    }
}

impl<const N: usize> From<&str> for Text<N> {
    fn from(text: &str) -> Self {
        let mut bytes = [0; N];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(place), Ok(len)) => {
                place.copy_from_slice(text.as_bytes());
                Text::Short { len, bytes }
            }
            _ => Text::Long(text.into()),
        }
    }
}

impl<const N: usize> Borrow<[u8]> for Text<N> {
    fn borrow(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl<const N: usize> PartialEq for Text<N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl<const N: usize> Eq for Text<N> {}

impl<const N: usize> Hash for Text<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_bytes().hash(state);
    }
}

#[inline]
pub(crate) fn hash<T: Hash + ?Sized>(hasher: &SeedableRandomState, key: &T) -> u64 {
    hasher.hash_one(key)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use foldhash::fast::SeedableRandomState;

    use super::Text;

    #[test]
    fn keys_have_hashes_of_their_own() {
        let hasher = SeedableRandomState::random();
        let mut hashes: Vec<_> = (0..1_000_u32).map(|key| super::hash(&hasher, &key)).collect();
        hashes.sort_unstable();
        hashes.dedup();
        assert_eq!(hashes.len(), 1_000);
    }

    #[test]
    fn a_text_lies_in_place_if_it_fits() {
        assert!(matches!(Text::<4>::from("kenn"), Text::Short { len: 4, .. }));
        assert!(matches!(Text::<4>::from("kenny"), Text::Long(_)));
        assert!(matches!(Text::<300>::from("x".repeat(256).as_str()), Text::Long(_)));
    }
}
