//! Answers to questions with one feeling as the answer, and to *why*.

use super::{Done, Given, Note, ONSET_MS, Session, is_word};
use crate::choose::{Stimulus, Trial};
use crate::input::{Button, Input, Word};
use crate::judge::{self, Meaning};
use crate::pack::REPLIES_MAX;
use crate::reply::Scene;
use crate::{Channel, Cue, Emotion, Exercise, Millis, Outcome, Purpose};

/// Trials between two offers of a rest.
const REST_TRIALS: u16 = 8;

impl Session<'_> {
    /// Handles an input while a question is open.
    pub(super) fn answer(&mut self, now: Millis, input: &Input) -> Given {
        let Some(trial) = self.trial else { return (None, None) };
        if self.scene == Scene::Show && now.since(self.since) >= ONSET_MS {
            self.enter(Scene::Listen, now);
        }
        if let Input::Face(reading) = input {
            return self.look(now, &trial, reading);
        }
        if trial.stimulus == Stimulus::Care {
            return self.care(now, &trial, input);
        }
        match self.meaning(input, &trial) {
            Meaning::Answer(emotion, channel) => self.judge(now, &trial, Some(emotion), channel),
            Meaning::Skip => self.judge(now, &trial, None, channel_of(input)),
            Meaning::Again => {
                self.note = Note::None;
                self.enter(Scene::Show, now);
                (None, None)
            }
            // The probe shows what is there without help.
            Meaning::Hint if trial.purpose == Purpose::Probe => (None, None),
            Meaning::Hint => {
                self.helped = true;
                self.note = Note::Hint;
                (None, None)
            }
            Meaning::Unclear if trial.exercise != Exercise::Mirror => {
                self.note = Note::Unclear;
                (Some(Cue::Unclear), None)
            }
            Meaning::Unclear | Meaning::Nothing => (None, None),
        }
    }

    fn meaning(&mut self, input: &Input, trial: &Trial) -> Meaning {
        let meaning = judge::meaning(input, &trial.options);
        match (trial.exercise, input) {
            // The buttons of the mirror are hint and skip; naming the feeling is not making the face.
            (Exercise::Mirror, Input::Button(Button::B)) => Meaning::Hint,
            (Exercise::Mirror, Input::Button(Button::C)) => Meaning::Skip,
            (Exercise::Mirror, _) if matches!(meaning, Meaning::Answer(..)) => Meaning::Nothing,
            (Exercise::SayIt, Input::Button(button)) if !self.revealed => match button {
                Button::A => {
                    self.revealed = true;
                    self.helped = true;
                    Meaning::Nothing
                }
                Button::B => Meaning::Hint,
                _ => Meaning::Skip,
            },
            (Exercise::SayIt, Input::Text(reading)) if !self.revealed && reading.choice.is_some() => {
                Meaning::Unclear
            }
            _ => meaning,
        }
    }

    /// Judges, learns, and moves on: to *why*, to the explanation, or in a probe to the next question.
    pub(super) fn judge(
        &mut self,
        now: Millis,
        trial: &Trial,
        answer: Option<Emotion>,
        channel: Channel,
    ) -> Given {
        let outcome = answer.map_or(Outcome::Skipped, |answer| judge::outcome(answer, trial.target));
        if trial.stimulus == Stimulus::Situation && outcome == Outcome::Same {
            self.note = Note::None;
            self.enter(Scene::Why, now);
            return (Some(Cue::Ask), None);
        }
        self.finish(now, trial, outcome, Done::by(channel, answer))
    }

    /// Ends a trial and shows what comes of it.
    pub(super) fn finish(&mut self, now: Millis, trial: &Trial, outcome: Outcome, done: Done) -> Given {
        let entry = self.conclude(now, trial, outcome, done);
        if trial.purpose == Purpose::Probe {
            if self.probe_is_done() {
                self.enter(Scene::Explain, now);
            } else {
                self.ask_probe(now);
            }
            return (None, Some(entry));
        }
        self.enter(Scene::Explain, now);
        let cue = match outcome {
            Outcome::Same => Some(Cue::Same),
            Outcome::Different => Some(Cue::Different),
            Outcome::Skipped => None,
        };
        (cue, Some(entry))
    }

    /// *Why does somebody feel so?* Reasons are shown one at a time.
    pub(super) fn why(&mut self, now: Millis, input: &Input) -> Given {
        let Some(trial) = self.trial else { return (None, None) };
        let picked = match input {
            Input::Button(Button::A) => Some((self.at, Channel::Button)),
            Input::Text(reading) => reading.choice.map(|choice| (choice, Channel::Text)),
            _ if is_word(input, &[Word::Yes]) => Some((self.at, Channel::Voice)),
            _ => None,
        };
        let reason_at = |(place, channel)| Some((*self.order.get(usize::from(place))?, channel));
        if let Some((reason, channel)) = picked.and_then(reason_at) {
            let outcome = if reason == 0 { Outcome::Same } else { Outcome::Different };
            let done = Done { other_reason: reason != 0, ..Done::by(channel, Some(trial.target)) };
            return self.finish(now, &trial, outcome, done);
        }
        match input {
            Input::Button(Button::B) => self.turn_page(now, REPLIES_MAX),
            Input::Button(Button::C) => self.note_story(),
            Input::UnclearSpeech => return (Some(Cue::Unclear), None),
            _ if is_word(input, &[Word::Next, Word::No]) => self.turn_page(now, REPLIES_MAX),
            _ if is_word(input, &[Word::Again, Word::Help]) => self.note_story(),
            _ => {}
        }
        (None, None)
    }

    /// Shows the story once more in the place of the reasons, or the reasons again.
    pub(super) fn note_story(&mut self) {
        self.note = if self.note == Note::Hint { Note::None } else { Note::Hint };
    }

    /// Feedback is on the screen.
    pub(super) fn explained(&mut self, now: Millis, input: &Input) {
        let on = matches!(input, Input::Button(Button::A)) || is_word(input, &[Word::Next, Word::Yes]);
        let again = matches!(input, Input::Button(Button::B)) || is_word(input, &[Word::Again]);
        if on && self.has_second_page() && !self.second_page {
            self.second_page = true;
            self.lit = now;
        } else if on {
            self.go_on(now);
        } else if again && self.may_try_again() {
            self.try_again(now);
        }
    }

    fn go_on(&mut self, now: Millis) {
        if self.trials >= super::TRIALS_MAX {
            self.enter(Scene::Close, now);
        } else if self.talk.is_some_and(|talk| !talk.ended) {
            self.next_turn(now);
        } else if self.history.tired() && self.trials >= self.rested + REST_TRIALS {
            self.rested = self.trials;
            self.enter(Scene::Pause, now);
        } else {
            self.next_question(now);
        }
    }

    /// Another question of the same exercise, or the menu after a round.
    pub(super) fn next_question(&mut self, now: Millis) {
        let exercise = self.trial.map(|trial| trial.exercise);
        match exercise {
            Some(exercise)
                if self.talk.is_none()
                    && self.probe.is_none()
                    && self.can(exercise)
                    && self.trials_in_round < self.setup.trials_per_round =>
            {
                self.ask(now, exercise, Purpose::Training);
            }
            _ => self.go_to(Scene::Choose, now),
        }
    }
}

/// The way that an input took.
pub(super) fn channel_of(input: &Input) -> Channel {
    match input {
        Input::Word { .. } | Input::UnclearSpeech => Channel::Voice,
        Input::Text(_) => Channel::Text,
        Input::Face(_) => Channel::Face,
        _ => Channel::Button,
    }
}
