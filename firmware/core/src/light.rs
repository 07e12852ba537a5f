//! Light patterns: a pure function from a pattern and the time to a colour.

use crate::Millis;
use crate::pack::Mood;
use serde::{Deserialize, Serialize};

/// What the lights do, from `since` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Light {
    /// The colour at full strength.
    pub colour: Colour,
    /// How it moves.
    pub pattern: Pattern,
    /// When the pattern began.
    pub since: Millis,
}

/// A colour, 8 bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Colour {
    /// No light.
    pub const OFF: Self = Self::new(0, 0, 0);
    /// Warm white: at rest.
    pub const WARM: Self = Self::new(255, 190, 120);
    /// Blue: the device is listening.
    pub const LISTEN: Self = Self::new(40, 110, 255);
    /// Green: the same feeling.
    pub const SAME: Self = Self::new(60, 220, 110);
    /// Amber: another feeling. Never red: an answer is no alarm.
    pub const DIFFERENT: Self = Self::new(255, 160, 40);

    /// Violet: the facilitator is wanted. Nothing else is violet.
    pub const SIGNAL: Self = Self::new(170, 80, 255);

    /// A third of the light.
    #[must_use]
    pub const fn dimmed(self) -> Self {
        self.scaled(85)
    }

    /// A colour from its channels.
    pub const fn new(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    const fn scaled(self, level: u8) -> Self {
        const fn channel(value: u8, level: u8) -> u8 {
            ((value as u16 * level as u16 + 127) / 255) as u8
        }
        Self::new(channel(self.red, level), channel(self.green, level), channel(self.blue, level))
    }
}

/// How a light moves. The slowest repeats in 4 s and none flashes more than once a second on average, well
/// under the three flashes a second that WCAG 2.2 (2.3.1) allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pattern {
    /// Dark.
    Off,
    /// Constant.
    Steady,
    /// Rises and falls over 4 s, never quite dark.
    Breathe,
    /// Swells once over 600 ms, then stays at a third.
    Swell,
    /// Two swells of 350 ms every two seconds over a low glow: seen from the corner of an eye, never a flash.
    Signal,
}

impl Pattern {
    /// The pattern without movement, for those whom moving light disturbs.
    #[must_use]
    pub const fn calmed(self) -> Self {
        match self {
            Pattern::Breathe | Pattern::Swell => Pattern::Steady,
            other => other,
        }
    }
}

/// The colour of a character's mood: valence goes from amber over warm white to soft green, arousal from dim to bright.
pub fn of_mood(mood: Mood) -> Colour {
    const UNPLEASANT: Colour = Colour::new(255, 120, 30);
    const PLEASANT: Colour = Colour::new(120, 230, 130);
    let end = if mood.valence < 0 { UNPLEASANT } else { PLEASANT };
    let share = i32::from(mood.valence.unsigned_abs().min(1_000));
    let mix = |from: u8, to: u8| (i32::from(from) + (i32::from(to) - i32::from(from)) * share / 1_000) as u8;
    let warm = Colour::WARM;
    let hue = Colour::new(mix(warm.red, end.red), mix(warm.green, end.green), mix(warm.blue, end.blue));
    hue.scaled((175 + i32::from(mood.arousal.clamp(-1_000, 1_000)) * 80 / 1_000) as u8)
}

const BREATHE_MS: u64 = 4_000;
const SWELL_MS: u64 = 600;
const SIGNAL_MS: u64 = 2_000;
const PULSE_MS: u64 = 350;
const FLOOR_LEVEL: u8 = 40;
const REST_LEVEL: u8 = 85;

/// The colour of the light at `now`.
pub fn sample(light: &Light, now: Millis) -> Colour {
    let elapsed_ms = now.since(light.since);
    let level = match light.pattern {
        Pattern::Off => 0,
        Pattern::Steady => 255,
        Pattern::Signal => {
            let phase_ms = elapsed_ms % SIGNAL_MS;
            let pulse_ms = phase_ms % PULSE_MS;
            let half_ms = PULSE_MS / 2;
            let rise_ms = if pulse_ms < half_ms { pulse_ms } else { PULSE_MS - pulse_ms };
            let lifted =
                if phase_ms < 2 * PULSE_MS { u64::from(255 - FLOOR_LEVEL) * rise_ms / half_ms } else { 0 };
            FLOOR_LEVEL + lifted as u8
        }
        Pattern::Breathe => {
            let half_ms = BREATHE_MS / 2;
            let phase_ms = elapsed_ms % BREATHE_MS;
            let rise_ms = if phase_ms < half_ms { phase_ms } else { BREATHE_MS - phase_ms };
            FLOOR_LEVEL + (u64::from(255 - FLOOR_LEVEL) * rise_ms / half_ms) as u8
        }
        Pattern::Swell if elapsed_ms >= SWELL_MS => REST_LEVEL,
        Pattern::Swell => {
            let half_ms = SWELL_MS / 2;
            if elapsed_ms < half_ms {
                (255 * elapsed_ms / half_ms) as u8
            } else {
                255 - (u64::from(255 - REST_LEVEL) * (elapsed_ms - half_ms) / half_ms) as u8
            }
        }
    };
    light.colour.scaled(level)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    fn at(pattern: Pattern, ms: u64) -> Colour {
        sample(
            &Light { colour: Colour::new(255, 255, 255), pattern, since: Millis(1_000) },
            Millis(1_000 + ms),
        )
    }

    #[test]
    fn breathing_starts_low_peaks_half_way_and_repeats() {
        assert_eq!(at(Pattern::Breathe, 0).red, FLOOR_LEVEL);
        assert_eq!(at(Pattern::Breathe, 2_000).red, 255);
        assert_eq!(at(Pattern::Breathe, 1_000), at(Pattern::Breathe, 3_000));
        assert_eq!(at(Pattern::Breathe, 700), at(Pattern::Breathe, 4_700));
    }

    #[test]
    fn swelling_starts_dark_and_settles() {
        assert_eq!(at(Pattern::Swell, 0), Colour::OFF);
        assert_eq!(at(Pattern::Swell, 300).red, 255);
        assert_eq!(at(Pattern::Swell, 600).red, REST_LEVEL);
        assert_eq!(at(Pattern::Swell, 60_000).red, REST_LEVEL);
    }

    #[test]
    fn the_signal_pulses_twice_and_is_never_dark() {
        let levels: Vec<u8> = (0..2_000).map(|ms| at(Pattern::Signal, ms).red).collect();
        assert!(levels.iter().all(|level| *level >= FLOOR_LEVEL));
        let peaks = levels.windows(3).filter(|w| w[1] > 250 && w[0] < w[1] && w[2] <= w[1]).count();
        assert_eq!(peaks, 2);
        assert_eq!(at(Pattern::Signal, 500), at(Pattern::Signal, 2_500));
    }

    #[test]
    fn a_mood_has_a_colour_of_its_own() {
        let of = |valence, arousal| of_mood(Mood { valence, arousal, trust: 0 });
        let (low, high) = (of(-800, 0), of(800, 0));
        assert!(low.red > low.green && high.green > high.red);
        assert!(of(0, 900).red > of(0, -900).red);
    }

    #[test]
    fn a_clock_that_goes_back_is_the_start() {
        let light = Light { colour: Colour::WARM, pattern: Pattern::Steady, since: Millis(500) };
        assert_eq!(sample(&light, Millis(0)), Colour::WARM);
        assert_eq!(sample(&Light { pattern: Pattern::Off, ..light }, Millis(900)), Colour::OFF);
    }
}
