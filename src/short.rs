//! Lists that are most often short.

use alloc::vec::Vec;

/// A list of which up to `N` values lie in it, and more of them in memory of their own.
///
/// What lies in the list is found without a look at another place in memory, and takes no allocation. A list that was long
/// stays in memory of its own.
#[derive(Clone, Debug)]
pub(crate) enum Short<T, const N: usize> {
    Here { len: u32, values: [T; N] },
    There(Vec<T>),
}

impl<T: Copy + Default, const N: usize> Default for Short<T, N> {
    fn default() -> Self {
        Short::Here { len: 0, values: [T::default(); N] }
    }
}

impl<T: Copy, const N: usize> Short<T, N> {
    #[inline]
    pub(crate) fn as_slice(&self) -> &[T] {
        match self {
            Short::Here { len, values } => values.get(..*len as usize).unwrap_or_default(),
            Short::There(values) => values,
        }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Short::Here { len, values } => values.get_mut(..*len as usize).unwrap_or_default(),
            Short::There(values) => values,
        }
    }

    pub(crate) fn push(&mut self, value: T) {
        match self {
            Short::Here { len, values } => match values.get_mut(*len as usize) {
                Some(free) => {
                    *free = value;
                    *len += 1;
                }
                None => {
                    let mut there = Vec::with_capacity(2 * N);
                    there.extend_from_slice(values);
                    there.push(value);
                    *self = Short::There(there);
                }
            },
            Short::There(values) => values.push(value),
        }
    }

    /// Takes out the value there, and moves the last into its place.
    pub(crate) fn swap_remove(&mut self, at: usize) {
        match self {
            Short::Here { len, values } if at < *len as usize => {
                *len -= 1;
                values.swap(at, *len as usize);
            }
            Short::There(values) if at < values.len() => _ = values.swap_remove(at),
            Short::Here { .. } | Short::There(_) => {}
        }
    }

    /// Takes out the first value that is meant, and closes up.
    pub(crate) fn remove(&mut self, is_meant: impl FnMut(&T) -> bool) -> Option<T> {
        let at = self.as_slice().iter().position(is_meant)?;
        match self {
            Short::Here { len, values } => {
                let removed = values.get(at).copied();
                values.copy_within(at + 1..*len as usize, at);
                *len -= 1;
                removed
            }
            Short::There(values) => Some(values.remove(at)),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Short;

    #[test]
    fn however_long_it_is_a_list_that_closes_up() {
        for long in 0..20_u32 {
            for removed in 0..long {
                let mut list = Short::<u32, 6>::default();
                (0..long).for_each(|n| list.push(n));
                list.as_mut_slice().iter_mut().for_each(|n| *n += 100);
                assert_eq!(list.remove(|n| *n == 100 + removed), Some(100 + removed));
                assert_eq!(list.remove(|n| *n == 100 + removed), None);
                let left: Vec<u32> = (0..long).filter(|n| *n != removed).map(|n| n + 100).collect();
                assert_eq!(list.as_slice(), left);
            }
        }
    }
}
