//! Arrays that stay in registers.

/// Repeats a body with `$at` from 0 to `$count`, 8 at most. A loop is unrolled too late, or not at all: an array that
/// is ever indexed by a variable lies in memory, and each step of an inner loop stores it.
macro_rules! unrolled {
    ($count:expr, $at:ident, $body:block) => {
        unrolled!($count, $at, $body, 0, 1, 2, 3, 4, 5, 6, 7);
    };
    ($count:expr, $at:ident, $body:block, $($index:literal),*) => {
        $(if $index < $count {
            const $at: usize = $index;
            $body
        })*
    };
}

/// The same slices, cut to the length of the first, so that the compiler sees that they are alike.
#[inline(always)]
pub(crate) fn alike<'a, T, const N: usize>(slices: &[&'a [T]; N]) -> [&'a [T]; N] {
    let (mut cut, length) = (*slices, slices[0].len());
    unrolled!(N, AT, { cut[AT] = &slices[AT][..length] });
    cut
}
