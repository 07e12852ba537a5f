//! Tables with one element for each variant of an enum.

/// Counts and lists the variants of an enum, in the order of its declaration, and looks them up in tables.
///
/// Look-ups are total: a table of another length does not compile, and there is no index that could be out of range.
macro_rules! tables {
    ($of:ident: $($variant:ident),+ $(,)?) => {
        // While a table is taken apart, each element has the name of its variant.
        #[allow(non_snake_case)]
        impl $of {
            /// How many there are.
            pub const COUNT: usize = Self::ALL.len();

            /// All of them, in the order of their indices.
            pub const ALL: [Self; [$(Self::$variant),+].len()] = [$(Self::$variant),+];

            /// What stands for this variant in a table in the order of `ALL`.
            pub(crate) const fn pick<T>(self, table: &[T; Self::COUNT]) -> &T {
                let [$($variant),+] = table;
                match self {
                    $(Self::$variant => $variant,)+
                }
            }

            /// The same, to be changed.
            pub(crate) const fn pick_mut<T>(self, table: &mut [T; Self::COUNT]) -> &mut T {
                let [$($variant),+] = table;
                match self {
                    $(Self::$variant => $variant,)+
                }
            }
        }
    };
}
pub(crate) use tables;

#[cfg(test)]
mod tests {
    use crate::{Action, Emotion, Exercise};

    #[test]
    fn each_variant_picks_what_stands_at_its_index() {
        macro_rules! holds {
            ($of:ident) => {
                for (index, one) in $of::ALL.into_iter().enumerate() {
                    let mut table = $of::ALL;
                    assert_eq!(one as usize, index);
                    assert_eq!(*one.pick(&table), one);
                    assert_eq!(*one.pick_mut(&mut table), one);
                }
            };
        }
        holds!(Action);
        holds!(Emotion);
        holds!(Exercise);
    }
}
