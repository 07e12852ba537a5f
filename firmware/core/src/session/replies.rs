//! Replies to somebody: *reply with care* and conversations.

use super::answer::channel_of;
use super::{Done, Given, Note, ONSET_MS, Session, is_word};
use crate::choose::Trial;
use crate::input::{Button, Input, Word};
use crate::mood;
use crate::moves::Moves;
use crate::pack::{REPLIES_MAX, Turn};
use crate::reply::Scene;
use crate::{Channel, Cue, Exercise, Millis, Outcome};

impl<'a> Session<'a> {
    /// An input while somebody waits for a caring reply.
    pub(super) fn care(&mut self, now: Millis, trial: &Trial, input: &Input) -> Given {
        match input {
            Input::Text(reading) => self.free_reply(now, trial, reading.moves, Channel::Text),
            Input::Button(Button::A) => {
                self.enter(Scene::Pick, now);
                (None, None)
            }
            Input::Button(Button::B) => self.hint(),
            Input::Button(Button::C) => self.judge(now, trial, None, Channel::Button),
            Input::UnclearSpeech => self.unclear(),
            _ if is_word(input, &[Word::Help]) => self.hint(),
            _ if is_word(input, &[Word::Next]) => self.judge(now, trial, None, channel_of(input)),
            _ if is_word(input, &[Word::Again]) => {
                self.note = Note::None;
                self.enter(Scene::Show, now);
                (None, None)
            }
            _ => (None, None),
        }
    }

    fn hint(&mut self) -> Given {
        self.helped = true;
        self.note = Note::Hint;
        (None, None)
    }

    fn unclear(&mut self) -> Given {
        self.note = Note::Unclear;
        (Some(Cue::Unclear), None)
    }

    /// A reply in the learner's own words. What does nothing that can be made out is no answer.
    fn free_reply(&mut self, now: Millis, trial: &Trial, made: Moves, channel: Channel) -> Given {
        if made.is_empty() {
            self.enter(Scene::Listen, now);
            return self.unclear();
        }
        if trial.exercise == Exercise::ReplyWithCare {
            return self.cared(now, trial, made, channel);
        }
        let next = self.turn().and_then(|turn| {
            let nearest = mood::nearest(&turn.replies, made)?;
            turn.replies.get(nearest).map(|answer| answer.next)
        });
        next.map_or((None, None), |next| self.said(now, trial, made, next, channel))
    }

    /// A reply to something shared: it meets the needs without any poor move, or something is missing.
    fn cared(&mut self, now: Millis, trial: &Trial, made: Moves, channel: Channel) -> Given {
        let needs = self.setup.pack.care(trial.item).map(|item| item.needs).unwrap_or_default();
        let meets = needs.without(made).is_empty() && made.poor().is_empty();
        let outcome = if meets { Outcome::Same } else { Outcome::Different };
        self.finish(now, trial, outcome, Done { moves: made, ..Done::by(channel, None) })
    }

    /// The turn of the conversation that is shown.
    pub(super) fn turn(&self) -> Option<Turn<'a>> {
        let trial = self.trial?;
        let talk = self.setup.pack.talk(trial.item)?;
        self.setup.pack.turn(&talk, self.talk?.turn)
    }

    /// An input while a conversation is open.
    pub(super) fn talk(&mut self, now: Millis, input: &Input) -> Given {
        let Some(trial) = self.trial else { return (None, None) };
        let going_on = matches!(input, Input::Button(Button::A)) || is_word(input, &[Word::Next, Word::Yes]);
        if self.scene == Scene::Show {
            if going_on && now.since(self.since) >= ONSET_MS {
                self.asked = now;
                self.enter(Scene::Listen, now);
            }
            return (None, None);
        }
        if self.turn().is_none_or(|turn| turn.replies.is_empty()) {
            if going_on {
                self.end_talk(now);
            }
            return (None, None);
        }
        match input {
            Input::Text(reading) => self.free_reply(now, &trial, reading.moves, Channel::Text),
            Input::Button(Button::A) => {
                self.enter(Scene::Pick, now);
                (None, None)
            }
            Input::Button(Button::B) => self.hint(),
            Input::Button(Button::C) => {
                self.end_talk(now);
                (None, None)
            }
            Input::UnclearSpeech => self.unclear(),
            _ if is_word(input, &[Word::Help]) => self.hint(),
            _ => (None, None),
        }
    }

    /// A reply was made: the character's mood moves, and the learner sees how.
    fn said(&mut self, now: Millis, trial: &Trial, made: Moves, next: u8, channel: Channel) -> Given {
        let feeling = self.turn().map_or(trial.target, |turn| turn.feeling);
        if let Some(talk) = &mut self.talk {
            talk.trust_before = talk.mood.trust;
            talk.mood = talk.mood.after(made);
            talk.next = next;
        }
        let helps = made.poor().is_empty() && !made.good().is_empty();
        let outcome = if helps { Outcome::Same } else { Outcome::Different };
        let turn = Trial { target: feeling, ..*trial };
        self.finish(now, &turn, outcome, Done { moves: made, ..Done::by(channel, None) })
    }

    pub(super) fn next_turn(&mut self, now: Millis) {
        if let Some(talk) = &mut self.talk {
            talk.turn = talk.next;
        }
        self.shuffle();
        self.helped = false;
        self.note = Note::None;
        self.asked = now;
        self.last = None;
        self.enter(Scene::Listen, now);
    }

    fn end_talk(&mut self, now: Millis) {
        if let Some(talk) = &mut self.talk {
            talk.ended = true;
        }
        self.last = None;
        self.enter(Scene::Explain, now);
    }

    /// How many ready replies there are.
    fn ready(&self) -> usize {
        match self.talk {
            Some(_) => self.turn().map_or(0, |turn| turn.replies.len()),
            None => REPLIES_MAX,
        }
    }

    /// The ready reply at `place`: its index in the pack. Two replies of a turn stand in their shuffled order, too.
    pub(super) fn offered(&self, place: usize) -> Option<usize> {
        let ready = self.ready();
        self.order.iter().map(|i| usize::from(*i)).filter(|i| *i < ready).nth(place)
    }

    /// Ready replies are shown one at a time.
    pub(super) fn pick(&mut self, now: Millis, input: &Input) -> Given {
        let Some(trial) = self.trial else { return (None, None) };
        let picked = match input {
            Input::Button(Button::A) => Some((usize::from(self.at), Channel::Button)),
            Input::Text(reading) => reading.choice.map(|choice| (usize::from(choice), Channel::Text)),
            _ if is_word(input, &[Word::Yes]) => Some((usize::from(self.at), Channel::Voice)),
            _ => None,
        };
        if let Some((place, channel)) = picked {
            return self.picked(now, &trial, place, channel);
        }
        match input {
            Input::Text(reading) => return self.free_reply(now, &trial, reading.moves, Channel::Text),
            Input::Button(Button::B) => self.turn_page(now, self.ready()),
            Input::Button(Button::C) => self.enter(Scene::Listen, now),
            _ if is_word(input, &[Word::Next, Word::No]) => self.turn_page(now, self.ready()),
            _ if is_word(input, &[Word::Again]) => self.enter(Scene::Listen, now),
            _ => {}
        }
        (None, None)
    }

    fn picked(&mut self, now: Millis, trial: &Trial, place: usize, channel: Channel) -> Given {
        let Some(index) = self.offered(place) else { return (None, None) };
        if self.talk.is_some() {
            let answer = self.turn().and_then(|turn| turn.replies.get(index).copied());
            return answer.map_or((None, None), |answer| {
                self.said(now, trial, answer.said.moves, answer.next, channel)
            });
        }
        let said = self.setup.pack.care(trial.item).and_then(|item| item.replies.get(index).copied());
        said.map_or((None, None), |said| self.cared(now, trial, said.moves, channel))
    }

    /// A caring reply that left something out may be tried again, now with help, while the session has room.
    pub(super) fn may_try_again(&self) -> bool {
        self.left_something_out() && self.trials < super::TRIALS_MAX
    }

    fn left_something_out(&self) -> bool {
        let cared = self.trial.is_some_and(|trial| trial.exercise == Exercise::ReplyWithCare);
        cared && self.last.as_ref().is_some_and(|last| last.entry.outcome != Outcome::Same)
    }

    pub(super) fn try_again(&mut self, now: Millis) {
        let Some(trial) = self.trial else { return };
        self.pose(now, trial);
        self.helped = true;
    }

    /// An example follows where a caring reply left something out.
    pub(super) fn has_second_page(&self) -> bool {
        self.left_something_out()
    }
}
