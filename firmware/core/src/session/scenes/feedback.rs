//! Feedback on an answer, and the goodbye.

use crate::choose::{Stimulus, Trial};
use crate::explain;
use crate::lang::say;
use crate::pack::Mood;
use crate::reply::{BARS_MAX, Bar, Mark, Picture, Portrait, Screen};
use crate::session::{Last, Session, Talking};
use crate::{Actions, Emotion, Exercise, Outcome, Permille};
use heapless::{String, Vec};

/// The scale of a bar of growth: this much ability on each side of 0, in thousandths of a logit.
const BAR_ML: i32 = 3_000;
/// A change smaller than this is not called growth.
const GROWTH_ML_MIN: i32 = 100;

impl Session<'_> {
    pub(super) fn explain_screen(&self, screen: &mut Screen) {
        let Some(trial) = self.trial else { return };
        self.choices(screen, [("next", "下一个"), ("", ""), ("", "")]);
        if self.probe.is_some() {
            return self.probe_screen(screen);
        }
        match (self.talk, &self.last) {
            (Some(talking), None) => self.talk_end_screen(&trial, talking, screen),
            (Some(talking), Some(last)) => self.turn_screen(&trial, talking, last, screen),
            (None, Some(last)) if trial.stimulus == Stimulus::Care => self.care_screen(&trial, last, screen),
            (None, Some(last)) => self.answer_screen(&trial, last, screen),
            (None, None) => {}
        }
        if self.talk.is_none() {
            let (done, all) = (u64::from(self.trials_in_round), u64::from(self.setup.trials_per_round));
            screen.meter = Some(Permille::ratio(done, all));
        }
    }

    fn answer_screen(&self, trial: &Trial, last: &Last, screen: &mut Screen) {
        let (language, pack, outcome) = (self.language(), self.setup.pack, last.entry.outcome);
        screen.title = explain::verdict(trial, outcome, language);
        screen.body = if last.other_reason {
            explain::other_reason(trial, pack, language)
        } else {
            // A face that was mirrored by muscles met the target, though it answered nothing.
            let answer = last.entry.answer.or((outcome == Outcome::Same).then_some(trial.target));
            explain::reason(trial, answer, pack, language)
        };
        let mark = mark_of(outcome);
        let actions = Actions::of(trial.target, Permille::FULL);
        screen.picture = match trial.stimulus {
            Stimulus::Photo => Picture::Photo { index: trial.item, mark: Some(mark) },
            _ => Picture::Marked { mark, portrait: Portrait { actor: trial.actor, actions } },
        };
    }

    fn care_screen(&self, trial: &Trial, last: &Last, screen: &mut Screen) {
        let language = self.language();
        let Some(item) = self.setup.pack.care(trial.item) else { return };
        let Last { entry, .. } = last;
        let name = item.name.pick(language);
        screen.title = explain::reply_verdict(entry.moves, entry.outcome, name, language);
        if self.second_page || entry.outcome == Outcome::Skipped {
            screen.body = explain::example(item.better.pick(language), language);
        } else {
            screen.body = explain::reply_reason(entry.moves, item.needs, language);
        }
        let actions = match entry.outcome {
            Outcome::Same => Actions::of(trial.target, Permille::new(350)),
            _ => Actions::of(trial.target, Permille::new(700)),
        };
        let portrait = Portrait { actor: trial.actor, actions };
        screen.picture = Picture::Marked { mark: mark_of(entry.outcome), portrait };
        if self.may_try_again() {
            let on = if self.second_page { ("next", "下一个") } else { ("example", "看例子") };
            self.choices(screen, [on, ("try again", "再试一次"), ("", "")]);
        }
    }

    /// What a reply did to the character: in words, in the face, and as a bar of trust.
    fn turn_screen(&self, trial: &Trial, talking: Talking, last: &Last, screen: &mut Screen) {
        let language = self.language();
        let Some(talk) = self.setup.pack.talk(trial.item) else { return };
        let name = talk.name.pick(language);
        if talking.mood.trust > talking.trust_before {
            say!(language, screen.title, "{name} opens up a little", "{name}愿意多说一点了");
        } else {
            say!(language, screen.title, "{name} draws back a little", "{name}往后退了一点");
        }
        screen.body = explain::reply_reason(last.entry.moves, crate::Moves::NONE, language);
        let actions = talking.mood.face(last.entry.target);
        let portrait = Portrait { actor: talk.actor, actions };
        screen.picture = Picture::Marked { mark: mark_of(last.entry.outcome), portrait };
        screen.meter = Some(trust(talking.mood));
        self.choices(screen, [("go on", "继续"), ("", ""), ("", "")]);
    }

    fn talk_end_screen(&self, trial: &Trial, talking: Talking, screen: &mut Screen) {
        let language = self.language();
        let Some(talk) = self.setup.pack.talk(trial.item) else { return };
        let name = talk.name.pick(language);
        say!(language, screen.title, "The talk with {name}", "和{name}的这次聊天");
        if talking.mood.trust > talking.trust_first {
            say!(
                language,
                screen.body,
                "Trust grew. Naming, asking and offering carried it.",
                "信任增加了。说出感受、询问和陪伴起了作用。"
            );
        } else {
            say!(
                language,
                screen.body,
                "The door is not shut. Another day, a question or a word for the feeling may open it.",
                "门没有关上。换一天，问一句，或者说出对方的感受，也许就能打开。"
            );
        }
        let feeling = if talking.mood.trust > 0 { Emotion::Calm } else { trial.target };
        let actions = talking.mood.face(feeling);
        screen.picture = Picture::Face(Portrait { actor: talk.actor, actions });
        screen.meter = Some(trust(talking.mood));
    }

    fn probe_screen(&self, screen: &mut Screen) {
        let language = self.language();
        let (same, all) = self.probe.map_or((0, 0), |probe| (probe.same, probe.trials));
        say!(language, screen.title, "What carried over", "学到的用上了多少");
        say!(
            language,
            screen.body,
            "{same} of {all} met the feeling that was meant, with people and words that were new.",
            "面对新的人和新的话，{all}个里有{same}个读到了原本的感受。"
        );
    }

    pub(super) fn close_screen(&self, screen: &mut Screen) {
        let language = self.language();
        self.choices(screen, [("bye", "再见"), ("", ""), ("", "")]);
        let (same, answered) = self
            .tally
            .iter()
            .fold((0, 0), |(same, all), tally| (same + u32::from(tally.same), all + u32::from(tally.trials)));
        if answered == 0 {
            say!(language, screen.title, "Until next time", "下次见");
            say!(language, screen.body, "Come back whenever you like.", "随时欢迎你再来。");
            return;
        }
        if let Some((exercise, emotion)) = self.most_grown() {
            let (exercise, word) = (exercise.name(language), emotion.name(language));
            say!(language, screen.title, "What grew today", "今天的成长");
            say!(
                language,
                screen.body,
                "Most: {word}, in {exercise}. {same} of {answered} answers met what was meant.",
                "最多的是：{exercise}里的{word}。{answered}次回答里有{same}次读到了原意。"
            );
        } else {
            say!(language, screen.title, "Until next time", "下次见");
            say!(
                language,
                screen.body,
                "{same} of {answered} answers met what was meant. Each one was practice.",
                "{answered}次回答里有{same}次读到了原意。每一次都是练习。"
            );
        }
        screen.picture = Picture::Growth(self.bars());
    }

    /// The feeling in an exercise whose ability rose most since the session began.
    fn most_grown(&self) -> Option<(Exercise, Emotion)> {
        let mut best = (GROWTH_ML_MIN, None);
        for exercise in Exercise::TRAINED {
            // In school the mirror is about muscles: no feeling is said to have grown in it.
            let muscles = exercise == Exercise::Mirror && cfg!(not(feature = "therapy"));
            if muscles || exercise.pick(&self.tally).trials == 0 {
                continue;
            }
            for emotion in Emotion::ALL {
                let mean_ml = |progress: &crate::Progress| i32::from(progress.get(exercise, emotion).mean_ml);
                let grown_ml = mean_ml(&self.setup.progress) - mean_ml(&self.start);
                if grown_ml > best.0 {
                    best = (grown_ml, Some((exercise, emotion)));
                }
            }
        }
        best.1
    }

    /// A bar for each exercise that was practised, the first ones of the menu where there are too many.
    fn bars(&self) -> Vec<Bar, BARS_MAX> {
        let practised = |exercise: &Exercise| exercise.pick(&self.tally).trials > 0;
        let mean = |progress: &crate::Progress, exercise: Exercise| {
            let sum: i32 =
                Emotion::ALL.iter().map(|emotion| i32::from(progress.get(exercise, *emotion).mean_ml)).sum();
            let mean_ml = sum / Emotion::COUNT as i32;
            Permille::ratio((mean_ml + BAR_ML).max(0) as u64, 2 * BAR_ML as u64)
        };
        let bar = |exercise: Exercise| Bar {
            label: String::try_from(exercise.name(self.language())).unwrap_or_default(),
            before: mean(&self.start, exercise),
            now: mean(&self.setup.progress, exercise),
        };
        Exercise::TRAINED.into_iter().filter(practised).take(BARS_MAX).map(bar).collect()
    }
}

fn mark_of(outcome: Outcome) -> Mark {
    match outcome {
        Outcome::Same => Mark::Same,
        Outcome::Different => Mark::Different,
        Outcome::Skipped => Mark::Open,
    }
}

/// Trust from -1000 to 1000 as a bar.
fn trust(mood: Mood) -> Permille {
    Permille::ratio((i32::from(mood.trust) + 1_000).max(0) as u64, 2_000)
}
