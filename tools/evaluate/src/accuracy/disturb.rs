//! Sound made worse, the same way on every run.

/// Small steady chance.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// `SplitMix64` (Steele et al. 2014).
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `count`, which is not 0.
    pub(super) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    /// From -1 to 1.
    fn sample(&mut self) -> f32 {
        (self.next() >> 40) as f32 / 8_388_608.0 - 1.0
    }
}

/// A kind of noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noise {
    /// As strong at every frequency.
    White,
    /// Weaker towards high frequencies, as rooms are.
    Pink,
    /// Several people at once.
    Babble,
}

/// Noise of a length; babble is mixed from `voices`.
pub(super) fn noise(kind: Noise, length: usize, voices: &[Vec<f32>], chance: &mut Chance) -> Vec<f32> {
    match kind {
        Noise::White => (0..length).map(|_| chance.sample()).collect(),
        Noise::Pink => {
            // Sum of white noises that change half as often each (Voss).
            let mut rows = [0.0f32; 12];
            let row = |i: usize| (i.trailing_zeros() as usize).min(11);
            (1..=length)
                .map(|i| {
                    rows[row(i)] = chance.sample();
                    rows.iter().sum()
                })
                .collect()
        }
        Noise::Babble => {
            const PEOPLE: usize = 6;
            let mut mixed = vec![0.0; length];
            for _ in 0..PEOPLE {
                let mut at = 0;
                while at < length {
                    let voice = &voices[chance.below(voices.len())];
                    let level = rms(voice).max(1e-4);
                    mixed[at..].iter_mut().zip(voice).for_each(|(sum, sample)| *sum += sample / level);
                    at += voice.len().max(1);
                }
            }
            mixed
        }
    }
}

/// Adds noise so that the clip's loudest quarter second stands `db` above it.
pub(super) fn add(samples: &[f32], noise: &[f32], db: f32) -> Vec<f32> {
    let loudest = samples.chunks(4_000).map(rms).fold(0.0, f32::max);
    let gain = loudest * 10f32.powf(-db / 20.0) / rms(noise).max(1e-6);
    samples.iter().zip(noise).map(|(sample, noise)| (sample + gain * noise).clamp(-1.0, 1.0)).collect()
}

/// Over the noise of a room, white or pink, at one of three levels.
pub(super) fn in_a_room(samples: &[f32], chance: &mut Chance) -> Vec<f32> {
    let kind = [Noise::White, Noise::Pink][chance.below(2)];
    let level = [0.001, 0.003, 0.01][chance.below(3)];
    let noise = noise(kind, samples.len(), &[], chance);
    let scale = level / rms(&noise);
    samples.iter().zip(noise).map(|(sample, noise)| (sample + scale * noise).clamp(-1.0, 1.0)).collect()
}

/// Pitch and formants `percent` up, and as much shorter: played faster.
pub(super) fn higher(samples: &[f32], percent: usize) -> Vec<f32> {
    let length = samples.len() * 100 / (100 + percent);
    let step = (100 + percent) as f32 / 100.0;
    let at = |i: usize| samples.get(i).copied().unwrap_or_default();
    (0..length)
        .map(|i| {
            let place = i as f32 * step;
            let share = place.fract();
            (1.0 - share) * at(place as usize) + share * at(place as usize + 1)
        })
        .collect()
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_has_the_level_that_is_asked_for_and_is_the_same_again() {
        let tone: Vec<f32> = (0..16_000).map(|i| (i as f32 * 0.2).sin() * 0.3).collect();
        for kind in [Noise::White, Noise::Pink, Noise::Babble] {
            let made =
                || noise(kind, tone.len(), &[tone.clone(), tone[..5_000].to_vec()], &mut Chance::new(7));
            assert_eq!(made(), made());
            let worse = add(&tone, &made(), 10.0);
            let added: Vec<f32> = worse.iter().zip(&tone).map(|(worse, tone)| worse - tone).collect();
            let db = 20.0 * (rms(&tone) / rms(&added)).log10();
            assert!((db - 10.0).abs() < 0.5, "{kind:?}: {db}");
        }
    }

    #[test]
    fn what_is_played_faster_is_higher_and_shorter() {
        let tone: Vec<f32> = (0..16_000).map(|i| (i as f32 * 0.1).sin()).collect();
        let faster = higher(&tone, 25);
        assert_eq!(faster.len(), 12_800);
        let crossings =
            |samples: &[f32]| samples.windows(2).filter(|pair| pair[0] < 0.0 && pair[1] >= 0.0).count();
        assert!(crossings(&faster).abs_diff(crossings(&tone)) <= 1);
    }
}
