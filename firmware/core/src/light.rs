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
    /// Violet: the facilitator is asked to come.
    pub const SIGNAL: Self = Self::new(150, 70, 255);
    /// Amber: another feeling. Never red: an answer is no alarm.
    pub const DIFFERENT: Self = Self::new(255, 160, 40);

    /// `share` thousandths of the way to another colour; the sign of the share does not matter.
    const fn towards(self, other: Colour, share: i16) -> Self {
        const fn channel(from: u8, to: u8, share: i16) -> u8 {
            let share = if share.unsigned_abs() > 1000 { 1000 } else { share.unsigned_abs() as i32 };
            (from as i32 + (to as i32 - from as i32) * share / 1000) as u8
        }
        Self::new(
            channel(self.red, other.red, share),
            channel(self.green, other.green, share),
            channel(self.blue, other.blue, share),
        )
    }

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

/// How a light moves. The slowest repeats in 4 s and none flashes more than once a second on average or twice
/// in any second, under the three flashes a second that WCAG 2.2 (2.3.1) allows.
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
    /// Two soft pulses every 2 s, never dark: a facilitator sees it from across the room.
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

/// How a character feels, hidden otherwise: from amber where it is unpleasant over warm white to soft
/// green where it is pleasant, the brighter the more it is stirred up. Never red, never blue, which means
/// listening.
pub const fn of_mood(mood: Mood) -> Colour {
    const UNPLEASANT: Colour = Colour::new(255, 140, 20);
    const PLEASANT: Colour = Colour::new(110, 230, 110);
    let hue = if mood.valence < 0 {
        Colour::WARM.towards(UNPLEASANT, mood.valence)
    } else {
        Colour::WARM.towards(PLEASANT, mood.valence)
    };
    let arousal = if mood.arousal < -1000 {
        -1000
    } else if mood.arousal > 1000 {
        1000
    } else {
        mood.arousal as i32
    };
    let span = 255 - MOOD_LEVEL_MIN as i32;
    hue.scaled((MOOD_LEVEL_MIN as i32 + span * (arousal + 1000) / 2000) as u8)
}

/// How bright the quietest mood is.
const MOOD_LEVEL_MIN: u8 = 70;
const SIGNAL_MS: u64 = 2_000;
const PULSE_MS: u64 = 400;
const BREATHE_MS: u64 = 4_000;
const SWELL_MS: u64 = 600;
const FLOOR_LEVEL: u8 = 40;
const REST_LEVEL: u8 = 85;

/// The colour of the light at `now`.
pub fn sample(light: &Light, now: Millis) -> Colour {
    let elapsed_ms = now.since(light.since);
    let level = match light.pattern {
        Pattern::Off => 0,
        Pattern::Steady => 255,
        Pattern::Breathe => FLOOR_LEVEL + wave(elapsed_ms % BREATHE_MS, BREATHE_MS, 255 - FLOOR_LEVEL),
        Pattern::Signal => {
            let phase_ms = elapsed_ms % SIGNAL_MS;
            let pulse = phase_ms < 2 * PULSE_MS;
            let height = if pulse { wave(phase_ms % PULSE_MS, PULSE_MS, 255 - REST_LEVEL) } else { 0 };
            REST_LEVEL + height
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

/// From 0 to `height` in the middle of `length_ms`, and back.
const fn wave(phase_ms: u64, length_ms: u64, height: u8) -> u8 {
    let half_ms = length_ms / 2;
    let rise_ms = if phase_ms < half_ms { phase_ms } else { length_ms - phase_ms };
    (height as u64 * rise_ms / half_ms) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn the_signal_pulses_twice_in_two_seconds_and_is_never_dark() {
        let level = |ms| at(Pattern::Signal, ms).red;
        assert_eq!(
            [0, 200, 400, 600, 800, 1_400].map(level),
            [REST_LEVEL, 255, REST_LEVEL, 255, REST_LEVEL, REST_LEVEL]
        );
        assert!((0..6_000).all(|ms| level(ms) >= REST_LEVEL && level(ms) == level(ms + SIGNAL_MS)));
        let flashes = (1..60_000).filter(|ms| level(ms - 1) < 255 && level(*ms) == 255).count();
        assert!(flashes <= 60, "{flashes} in a minute");
    }

    #[test]
    fn a_mood_shows_in_hue_and_brightness() {
        let colour = |valence, arousal| of_mood(Mood { valence, arousal, trust: 0 });
        let light = |c: Colour| u32::from(c.red) + u32::from(c.green) + u32::from(c.blue);
        assert_eq!(colour(0, 1000), Colour::WARM);
        for arousal in [-1000, 0, 1000] {
            let green = [-1000, -500, 0, 500, 1000].map(|valence| {
                let Colour { red, green, .. } = colour(valence, arousal);
                u32::from(green) * 1000 / u32::from(red)
            });
            assert!(green.is_sorted_by(|a, b| a < b), "{green:?}");
        }
        for valence in [-1000, 0, 1000] {
            let levels = [-1000, -400, 0, 400, 1000].map(|arousal| light(colour(valence, arousal)));
            assert!(levels[0] > 100 && levels.is_sorted_by(|a, b| a < b), "{levels:?}");
        }
        assert_eq!(colour(i16::MIN, i16::MAX), colour(-1000, 1000));
    }

    #[test]
    fn a_clock_that_goes_back_is_the_start() {
        let light = Light { colour: Colour::WARM, pattern: Pattern::Steady, since: Millis(500) };
        assert_eq!(sample(&light, Millis(0)), Colour::WARM);
        assert_eq!(sample(&Light { pattern: Pattern::Off, ..light }, Millis(900)), Colour::OFF);
    }
}
