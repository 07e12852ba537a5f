//! Which item of a pack comes next.

use super::{Stimulus, Trial, Wish};
use crate::pack::Tag;
use crate::random::Random;
use crate::{Permille, Purpose};

/// An item of the kind that was looked for.
pub(super) struct Found {
    /// Its index within its kind.
    pub(super) index: u16,
    /// For whom and how hard.
    pub(super) tag: Tag,
    /// How strong the face is; full where there is none.
    pub(super) intensity: Permille,
}

/// The item for this purpose that fits best: of the feeling, not seen lately, for the age, near the
/// difficulty.
///
/// Each of these outweighs all that follow it. Among items that are alike, chance decides.
pub(super) fn nearest(wish: &Wish<'_>, trial: &Trial, wanted_ml: i16, random: &mut Random) -> Option<Found> {
    let wanted_ml = i32::from(wanted_ml) - i32::from(super::extra_ml(wish, trial));
    let mut best: Option<(i32, Found)> = None;
    let mut weigh = |index: usize, tag: Tag, intensity: Permille| {
        if tag.held_out != (wish.purpose == Purpose::Probe) {
            return;
        }
        let seen = |past: &crate::history::Past| past.stimulus == trial.stimulus && past.key == tag.key;
        let mut distance = (i32::from(tag.difficulty_ml()) - wanted_ml).abs() + random.below(600) as i32;
        // Where easy items are needed, an easy one for another age is better than a hard one.
        distance *= if wish.history.ease_ml() >= super::FAR_EASE_ML { 30 } else { 1 };
        distance += if tag.feeling == trial.target { 0 } else { 100_000 };
        // The longer ago, the sooner it may come again.
        if let Some(ago) = wish.history.newest_first().position(seen) {
            distance += 60_000 - 1_000 * ago as i32;
        }
        distance += if tag.age == wish.age { 0 } else { 20_000 };
        if best.as_ref().is_none_or(|(least, _)| distance < *least) {
            best = Some((distance, Found { index: index as u16, tag, intensity }));
        }
    };
    let full = Permille::FULL;
    match trial.stimulus {
        Stimulus::Text | Stimulus::FaceAndText => {
            wish.pack.texts().enumerate().for_each(|(i, item)| weigh(i, item.tag, full));
        }
        Stimulus::Situation => {
            wish.pack.situations().enumerate().for_each(|(i, item)| weigh(i, item.tag, full));
        }
        Stimulus::Care => wish.pack.cares().enumerate().for_each(|(i, item)| weigh(i, item.tag, full)),
        Stimulus::Talk => wish.pack.talks().enumerate().for_each(|(i, item)| weigh(i, item.tag, full)),
        Stimulus::Photo => {
            wish.pack.photos().enumerate().for_each(|(i, item)| weigh(i, item.tag, item.intensity));
        }
        Stimulus::Face => {}
    }
    best.map(|(_, found)| found)
}
