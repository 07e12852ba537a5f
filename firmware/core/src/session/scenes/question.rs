//! Questions, and what may be answered.

use crate::choose::{Stimulus, Trial};
use crate::explain::{self, put};
use crate::lang::say;
use crate::mirror::Comparison;
use crate::reply::{Picture, Portrait, Scene, Screen};
use crate::session::{Note, ONSET_MS, Session};
use crate::{Actions, Exercise, Millis, Permille, Purpose};

impl Session<'_> {
    pub(super) fn question_screen(&self, now: Millis, screen: &mut Screen) {
        let Some(trial) = self.trial else { return };
        let language = self.language();
        screen.title = explain::question(&trial, self.setup.pack, language);
        let onset_ms = if self.scene == Scene::Show { now.since(self.since) } else { ONSET_MS };
        let shown = trial.intensity.of(i32::from(Permille::ratio(onset_ms, ONSET_MS).get()));
        let actions = Actions::of(trial.target, Permille::new(shown as u16));
        let face = Picture::Face(Portrait { actor: trial.actor, actions });
        match trial.stimulus {
            Stimulus::Photo => screen.picture = Picture::Photo { index: trial.item, mark: None },
            Stimulus::Face | Stimulus::FaceAndText | Stimulus::Care => screen.picture = face,
            Stimulus::Text | Stimulus::Situation | Stimulus::Talk => {}
        }
        self.put_item(&trial, screen);
        match (trial.exercise, trial.stimulus) {
            (Exercise::Mirror, _) => self.choices(screen, [("", ""), ("hint", "提示"), ("skip", "跳过")]),
            (_, Stimulus::Care) => {
                self.choices(screen, [("ideas", "看看例子"), ("hint", "提示"), ("skip", "跳过")]);
            }
            (Exercise::SayIt, _) if !self.revealed => {
                self.choices(screen, [("words", "给我词语"), ("hint", "提示"), ("skip", "跳过")]);
            }
            _ => {
                let names = trial.options.map(|emotion| emotion.name(language));
                screen.choices =
                    names.iter().filter_map(|name| heapless::String::try_from(*name).ok()).collect();
            }
        }
        self.annotate(&trial, screen);
        let probing = trial.purpose == Purpose::Probe;
        screen.meter = if probing {
            let all = u64::from(crate::session::PROBE_TRIALS);
            Some(Permille::ratio(u64::from(self.trials_in_round), all))
        } else {
            self.held.map(|(_, since)| Permille::ratio(now.since(since), self.hold_ms()))
        };
    }

    /// The words of the item.
    fn put_item(&self, trial: &Trial, screen: &mut Screen) {
        let (language, pack) = (self.language(), self.setup.pack);
        let words = match trial.stimulus {
            Stimulus::Text | Stimulus::FaceAndText => pack.text(trial.item).map(|item| item.text),
            Stimulus::Situation => pack.situation(trial.item).map(|item| item.story),
            Stimulus::Care => pack.care(trial.item).map(|item| item.says),
            Stimulus::Face | Stimulus::Photo | Stimulus::Talk => None,
        };
        if let Some(words) = words {
            put(&mut screen.body, format_args!("{}", words.pick(language)));
        }
    }

    fn annotate(&self, trial: &Trial, screen: &mut Screen) {
        let language = self.language();
        let pictured = screen.body.is_empty();
        match self.note {
            Note::None => {
                if trial.exercise == Exercise::Mirror && self.held.is_some() {
                    say!(
                        language,
                        screen.body,
                        "That is it. Hold it for a moment.",
                        "就是这样，保持一会儿。"
                    );
                }
            }
            Note::Hint => screen.body = explain::hint(trial, self.setup.pack, language),
            Note::Unclear => {
                screen.title.clear();
                say!(language, screen.title, "I could not make that out", "我没有听明白");
                if pictured {
                    say!(
                        language,
                        screen.body,
                        "Say one word, or press a button.",
                        "请说一个词，或者按一个键。"
                    );
                }
            }
            Note::NoFace => say!(
                language,
                screen.body,
                "I see no face. Please sit in front of me, with light on you.",
                "我没有看到脸。请坐到我面前，让光照着你。"
            ),
            Note::FaceUnsure => say!(
                language,
                screen.body,
                "I see a face but I am unsure of it. A bigger movement may help.",
                "我看到了一张脸，但还不确定。动作大一点可能有帮助。"
            ),
            Note::FaceNotYet => say!(
                language,
                screen.body,
                "Look at me with your face at rest for a moment.",
                "请先放松脸，看着我一小会儿。"
            ),
            #[cfg(feature = "therapy")]
            Note::FaceShows(emotion, actions) => {
                let word = emotion.name(language);
                say!(language, screen.body, "To me it looks more like {word}. ", "我看着更像{word}。");
                let seen = actions.unwrap_or(Actions::REST);
                Comparison::of(&Actions::of(trial.target, Permille::FULL), &seen)
                    .tell(&mut screen.body, language);
            }
            Note::FaceDoes(actions) => {
                let drawn = Actions::of(trial.target, Permille::FULL);
                let comparison = Comparison::of(&drawn, &actions);
                comparison.tell(&mut screen.body, language);
                if comparison.matches() {
                    say!(language, screen.body, " I am still unsure of the whole.", "整体上我还不太确定。");
                }
            }
            Note::CameraGone => say!(
                language,
                screen.body,
                "The camera has gone. Skip with button C, or plug it in again.",
                "摄像头断开了。可以按C键跳过，或者重新插上。"
            ),
        }
    }

    pub(super) fn why_screen(&self, screen: &mut Screen) {
        let Some(trial) = self.trial else { return };
        let Some(item) = self.setup.pack.situation(trial.item) else { return };
        let (language, name) = (self.language(), item.name.pick(self.language()));
        if self.note == Note::Hint {
            say!(language, screen.title, "Why does {name} feel so?", "{name}为什么这样觉得？");
            put(&mut screen.body, format_args!("{}", item.story.pick(language)));
            self.choices(screen, [("", ""), ("", ""), ("reasons", "看理由")]);
            return;
        }
        let shown = self.at + 1;
        say!(language, screen.title, "Why? Reason {shown} of 3", "为什么？理由{shown}/3");
        let reason = self.order.get(usize::from(self.at)).and_then(|i| item.why.get(usize::from(*i)));
        if let Some(reason) = reason {
            put(&mut screen.body, format_args!("{}", reason.pick(language)));
        }
        self.choices(screen, [("this one", "就是这个"), ("other", "换一个"), ("story", "看故事")]);
    }

    /// A turn of a conversation, or its opening scene.
    pub(super) fn talk_screen(&self, screen: &mut Screen) {
        let (Some(trial), Some(talking)) = (self.trial, self.talk) else { return };
        let Some(talk) = self.setup.pack.talk(trial.item) else { return };
        let language = self.language();
        let Some(turn) = self.turn() else { return };
        let actions = talking.mood.face(turn.feeling);
        screen.picture = Picture::Face(Portrait { actor: talk.actor, actions });
        if self.scene == Scene::Show {
            put(&mut screen.title, format_args!("{}", talk.title.pick(language)));
            put(&mut screen.body, format_args!("{}", talk.scene.pick(language)));
            self.choices(screen, [("begin", "开始"), ("", ""), ("", "")]);
            return;
        }
        if self.note == Note::Unclear {
            say!(language, screen.title, "I could not tell what that does", "我没看懂这句话的意思");
        } else {
            let name = talk.name.pick(language);
            say!(language, screen.title, "{name} says", "{name}说");
        }
        let closed = turn.closed.pick(language);
        let guarded = talking.mood.trust < 0 && !closed.is_empty();
        let line = if guarded { closed } else { turn.open.pick(language) };
        match self.note {
            Note::Hint => screen.body = explain::hint(&trial, self.setup.pack, language),
            _ => put(&mut screen.body, format_args!("{line}")),
        }
        if turn.replies.is_empty() {
            self.choices(screen, [("go on", "继续"), ("", ""), ("", "")]);
        } else {
            self.choices(screen, [("reply", "回应"), ("hint", "提示"), ("leave", "先离开")]);
        }
    }

    /// A ready reply.
    pub(super) fn pick_screen(&self, screen: &mut Screen) {
        let Some(trial) = self.trial else { return };
        let (language, pack) = (self.language(), self.setup.pack);
        let shown = self.at + 1;
        say!(language, screen.title, "You could say ({shown})", "你可以说（{shown}）");
        let Some(index) = self.offered(usize::from(self.at)) else { return };
        let text = match self.talk {
            Some(_) => self.turn().and_then(|turn| turn.replies.get(index).map(|answer| answer.said.text)),
            None => pack.care(trial.item).and_then(|item| item.replies.get(index).map(|said| said.text)),
        };
        if let Some(text) = text {
            put(&mut screen.body, format_args!("{}", text.pick(language)));
        }
        self.choices(screen, [("say this", "就说这句"), ("other", "换一句"), ("back", "返回")]);
    }
}
