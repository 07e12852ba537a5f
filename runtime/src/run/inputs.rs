//! What comes in while a session runs: from buttons, and from whatever perceives.

use super::{Happening, Stage, input_of};
use crate::capture::Senses;
use crate::ports::{Buttons, Clock, PortError, Pressed};
use petri_core::{Button, Input, Millis};
use std::collections::VecDeque;
use std::time::Duration;

/// Longest wait between two steps: animations run at about thirty pictures a second.
const STEP_MS_MAX: u64 = 33;
/// Between two looks at the buttons.
const POLL_MS: u64 = 11;
/// Inputs that may wait for the session.
const INPUTS_MAX: usize = 64;

impl Stage<'_> {
    /// Waits for an input; when none comes, for the time of the next step.
    pub(super) fn await_input(
        &mut self,
        buttons: &mut dyn Buttons,
        senses: &mut impl Senses,
        clock: &dyn Clock,
        inputs: &mut VecDeque<Input>,
        tell: &mut dyn FnMut(Happening<'_>),
    ) {
        let begun = clock.now();
        for _ in 0..STEP_MS_MAX / POLL_MS {
            self.poll(buttons, senses, clock.now(), inputs, tell);
            if !inputs.is_empty() {
                return;
            }
            if let Some(percept) = senses.percept(Duration::from_millis(POLL_MS)) {
                tell(Happening::Percept(&percept));
                inputs.extend(input_of(&percept));
            }
            // Whatever perceives may take longer than it was asked to.
            if clock.now().since(begun) >= STEP_MS_MAX {
                break;
            }
        }
        if inputs.is_empty() {
            inputs.push_back(Input::Tick);
        }
    }

    /// Takes what was pressed and typed.
    fn poll(
        &mut self,
        buttons: &mut dyn Buttons,
        senses: &mut impl Senses,
        now: Millis,
        inputs: &mut VecDeque<Input>,
        tell: &mut dyn FnMut(Happening<'_>),
    ) {
        // Buttons that never rest hold up nothing else.
        while inputs.len() < INPUTS_MAX {
            match buttons.poll() {
                Ok(None) => break,
                Ok(Some(Pressed::Button(button))) => {
                    self.buttons.works();
                    inputs.push_back(Input::Button(button));
                }
                Ok(Some(Pressed::Facilitator(act))) => inputs.push_back(Input::Facilitator(act)),
                Ok(Some(Pressed::Start(exercise))) => inputs.push_back(Input::Start(exercise)),
                Ok(Some(Pressed::Line(line))) => {
                    if !senses.line(line) {
                        tell(Happening::Trouble("still reading the last lines; type that one again"));
                    }
                }
                Err(error @ PortError::Gone { .. }) => {
                    if self.buttons.failed(now) {
                        tell(Happening::Trouble(&error.to_string()));
                    }
                    break;
                }
                Err(PortError::Closed { .. }) => {
                    inputs.push_back(Input::Button(Button::Stop));
                    self.closed.get_or_insert(Millis(0));
                    break;
                }
            }
        }
    }
}
