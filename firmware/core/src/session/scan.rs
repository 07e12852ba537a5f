//! Buttons for every hand: choices from right to left, and one button that does everything.

use super::Session;
use crate::input::{Button, Input};
use crate::reply::{CHOICES_MAX, Screen};
use crate::{Language, Millis, lang::say};

/// How long a choice stays lit, where one button does everything. The round never ends, so nothing is missed.
pub const SCAN_MS: u64 = 2_500;

impl Session<'_> {
    /// The input as it is meant: with one button, the choice that is lit; for the left hand, A and C swapped.
    pub(super) fn by_hand(&mut self, now: Millis, input: Input) -> Input {
        let Input::Button(pressed) = input else { return input };
        let mut button = pressed;
        if self.setup.comfort.one_button && pressed != Button::Stop {
            button = match self.screen(now).focus {
                Some(0) => Button::A,
                Some(1) => Button::B,
                Some(2) => Button::C,
                _ => Button::Stop,
            };
            self.lit = now;
        }
        Input::Button(match button {
            Button::A if self.setup.comfort.left_handed => Button::C,
            Button::C if self.setup.comfort.left_handed => Button::A,
            other => other,
        })
    }

    /// Puts the choices where the hand is, and lights one of them up where one button does everything.
    pub(super) fn set_choices(&self, now: Millis, screen: &mut Screen) {
        if self.setup.comfort.left_handed {
            screen.choices.reverse();
        }
        if !self.setup.comfort.one_button {
            return;
        }
        let used = |i: &u8| screen.choices.get(usize::from(*i)).is_some_and(|label| !label.is_empty());
        let lit: heapless::Vec<u8, CHOICES_MAX> = (0..CHOICES_MAX as u8).filter(used).collect();
        // One place more than there are choices: there the button ends the session.
        let place = now.since(self.lit) / SCAN_MS % (lit.len() as u64 + 1);
        screen.focus = lit.get(place as usize).copied();
        if screen.focus.is_none() {
            screen.title.clear();
            let language: Language = self.setup.comfort.language;
            say!(language, screen.title, "Press now to end", "现在按下就结束");
        }
    }
}
