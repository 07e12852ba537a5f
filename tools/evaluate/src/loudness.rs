//! Where a recorded word is loud.

/// A window is part of the word if it is this loud, of the loudest: 26 dB below it.
const LOUD_SHARE: f32 = 0.05;
/// 10 ms.
const WINDOW_SAMPLES: usize = 160;

/// The sample with which a recorded word ends: the end of its last loud window.
pub(crate) fn end_of_word(samples: &[f32]) -> usize {
    let level = |window: &[f32]| window.iter().map(|sample| sample * sample).sum::<f32>().sqrt();
    let levels: Vec<f32> = samples.chunks(WINDOW_SAMPLES).map(level).collect();
    let loudest = levels.iter().copied().fold(0.0, f32::max);
    let last = levels.iter().rposition(|level| *level >= LOUD_SHARE * loudest).unwrap_or_default();
    ((last + 1) * WINDOW_SAMPLES).min(samples.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_ends_where_it_falls_silent() {
        let tone = |samples: usize, level: f32| {
            (0..samples).map(move |at| level * if at % 2 == 0 { 1.0 } else { -1.0 })
        };
        let word: Vec<f32> = tone(1_600, 0.001).chain(tone(3_200, 0.5)).chain(tone(4_800, 0.01)).collect();
        assert_eq!(end_of_word(&word), 4_800);
        assert_eq!(end_of_word(&[]), 0);
    }
}
