//! Whether the device's displays show every text of a pack whole, in the scenes that the text can stand in.

use crate::fault::{Fault, Notes};
use crate::folder::Folder;
use crate::source::{Talk, Word, Words};
use petri_core::choose::{Stimulus, Trial};
use petri_core::explain;
use petri_core::input::Sensors;
use petri_core::pack::{REPLIES_MAX, Tag};
use petri_core::reply::{CHOICE_BYTES_MAX, CHOICES_MAX};
use petri_core::screen::{Display, fits};
use petri_core::{
    Actions, Actor, Both, Comfort, Emotion, Exercise, Language, Mark, Moves, Outcome, Pack, Permille,
    Picture, Portrait, Purpose, Scene, Screen,
};
use std::ops::Range;
use toml::Spanned;

/// Labels of the buttons, English and Chinese; each as wide as its scene has them.
type Labels = [(&'static str, &'static str); CHOICES_MAX];
const FEELINGS: Labels = [("surprised", "惊讶"), ("disgusted", "厌恶"), ("scared", "害怕")];
const OWN_WORDS: Labels = [("ideas", "看看例子"), ("hint", "提示"), ("skip", "跳过")];
const REASONS: Labels = [("this one", "就是这个"), ("other", "换一个"), ("story", "看故事")];
const READY: Labels = [("say this", "就说这句"), ("other", "换一句"), ("back", "返回")];
const TURN: Labels = [("reply", "回应"), ("hint", "提示"), ("leave", "先离开")];
const FEEDBACK: Labels = [("example", "看例子"), ("try again", "再试一次"), ("", "")];
const BEGIN: Labels = [("begin", "开始"), ("", ""), ("", "")];

/// Every text that a display would cut off.
pub(crate) fn faults(folder: &Folder, pack: &Pack<'_>) -> Vec<Fault> {
    let mut all = Vec::new();
    for language in Language::ALL {
        let mut notes = folder.texts.notes();
        for (index, item) in (0..).zip(&folder.texts.body) {
            let (line, clue) = language.pick((&item.en, &item.clue_en), (&item.zh, &item.clue_zh));
            text(
                &mut Page { notes: &mut notes, pack, language, bar: false },
                index,
                &line.span(),
                &clue.span(),
            );
        }
        all.append(&mut notes.faults);
        let mut notes = folder.situations.notes();
        for (index, item) in (0..).zip(&folder.situations.body) {
            let (story, why) = language.pick((&item.en, &item.why_en), (&item.zh, &item.why_zh));
            situation(&mut Page { notes: &mut notes, pack, language, bar: false }, index, &story.span(), why);
        }
        all.append(&mut notes.faults);
        let mut notes = folder.cares.notes();
        for (index, item) in (0..).zip(&folder.cares.body) {
            let spot = |en: &Word, zh: &Word| language.pick(en, zh).span();
            let replies: Vec<_> = item.reply.iter().map(|reply| spot(&reply.en, &reply.zh)).collect();
            let spots = (spot(&item.en, &item.zh), spot(&item.better_en, &item.better_zh));
            care(&mut Page { notes: &mut notes, pack, language, bar: false }, index, &spots, &replies);
        }
        all.append(&mut notes.faults);
        for (index, sheet) in (0..).zip(&folder.talks) {
            let mut notes = sheet.notes();
            talk(&mut Page { notes: &mut notes, pack, language, bar: false }, index, &sheet.body);
            all.append(&mut notes.faults);
        }
    }
    all
}

/// What a text is shown with.
struct Page<'a, 'n> {
    notes: &'a mut Notes<'n>,
    pack: &'a Pack<'a>,
    language: Language,
    /// Whether the scene has a bar below the text.
    bar: bool,
}

impl Page<'_, '_> {
    /// Notes at `span` the smallest display that cuts off the screen.
    fn check(&mut self, span: &Range<usize>, title: &str, body: &str, picture: &Picture, labels: Labels) {
        let choices = labels.map(|(en, zh)| self.language.pick(en, zh));
        let screen = Screen {
            scene: Scene::Listen,
            title: bounded(title),
            body: bounded(body),
            picture: picture.clone(),
            choices: choices.into_iter().map(bounded::<CHOICE_BYTES_MAX>).collect(),
            meter: self.bar.then_some(Permille::FULL),
            sensing: Sensors::ALL,
            focus: None,
            comfort: Comfort { language: self.language, ..Comfort::default() },
        };
        if let Some(display) = Display::ALL.into_iter().find(|display| !fits(&screen, *display)) {
            let name = display.name();
            self.notes.add(span, format!("the display {name} cuts this off below \"{title}\"; shorten it"));
        }
    }

    fn trial(exercise: Exercise, stimulus: Stimulus, item: u16, tag: Tag) -> Trial {
        Trial {
            exercise,
            purpose: Purpose::Training,
            stimulus,
            target: tag.feeling,
            item,
            key: tag.key,
            actor: Actor::Petri,
            intensity: Permille::FULL,
            options: [tag.feeling; 3],
            open: false,
            difficulty_ml: tag.difficulty_ml(),
        }
    }

    /// The item with a hint below it.
    fn hint(&mut self, span: &Range<usize>, trial: &Trial) {
        self.bar = false;
        let title = explain::question(trial, self.pack, self.language);
        let body = explain::hint(trial, self.pack, self.language);
        self.check(span, &title, &body, &Picture::None, FEELINGS);
    }

    /// The feedback to a trial, after each answer; the first that is cut off is enough.
    fn feedback(&mut self, span: &Range<usize>, trial: &Trial) {
        let before = self.notes.faults.len();
        self.bar = true;
        for answer in Emotion::ALL {
            let title = explain::verdict(trial, Outcome::Different, self.language);
            let body = explain::reason(trial, Some(answer), self.pack, self.language);
            if self.notes.faults.len() == before {
                self.check(span, &title, &body, &marked(), FEEDBACK);
            }
        }
    }
}

fn bounded<const N: usize>(text: &str) -> heapless::String<N> {
    heapless::String::try_from(text).unwrap_or_default()
}

fn portrait() -> Portrait {
    Portrait { actor: Actor::Ada, actions: Actions::of(Emotion::Sad, Permille::FULL) }
}

fn face() -> Picture {
    Picture::Face(portrait())
}

fn marked() -> Picture {
    Picture::Marked { mark: Mark::Different, portrait: portrait() }
}

fn text(page: &mut Page<'_, '_>, index: u16, line: &Range<usize>, clue: &Range<usize>) {
    let Some(item) = page.pack.text(index) else { return };
    let body = item.text.pick(page.language);
    page.bar = item.tag.held_out;
    let shown = [
        (Exercise::ReadTheWords, Stimulus::Text, Picture::None),
        (Exercise::SayIt, Stimulus::Text, Picture::None),
        (Exercise::Together, Stimulus::FaceAndText, face()),
    ];
    let exercises = if item.tag.held_out { shown.len() } else { 2 };
    for (exercise, stimulus, picture) in shown.into_iter().take(exercises) {
        let trial = Page::trial(exercise, stimulus, index, item.tag);
        let title = explain::question(&trial, page.pack, page.language);
        page.check(line, &title, body, &picture, FEELINGS);
    }
    let trial = Page::trial(Exercise::ReadTheWords, Stimulus::Text, index, item.tag);
    page.hint(clue, &trial);
    page.feedback(clue, &trial);
}

fn situation(page: &mut Page<'_, '_>, index: u16, story: &Range<usize>, reasons: &Words) {
    let Some(item) = page.pack.situation(index) else { return };
    let language = page.language;
    page.bar = item.tag.held_out;
    let trial = Page::trial(Exercise::ReadTheSituation, Stimulus::Situation, index, item.tag);
    let title = explain::question(&trial, page.pack, language);
    page.check(story, &title, item.story.pick(language), &Picture::None, FEELINGS);
    page.hint(story, &trial);
    page.bar = false;
    for (reason, shown) in reasons.get_ref().iter().zip(item.why) {
        let title = language.pick("Why? Reason 3 of 3", "为什么？理由3/3");
        page.check(&reason.span(), title, shown.pick(language), &Picture::None, REASONS);
    }
    let span = reasons.get_ref().first().map_or(reasons.span(), Spanned::span);
    let before = page.notes.faults.len();
    page.feedback(&span, &trial);
    if page.notes.faults.len() == before {
        let title = explain::verdict(&trial, Outcome::Same, language);
        let body = explain::other_reason(&trial, page.pack, language);
        page.check(&span, &title, &body, &marked(), FEEDBACK);
    }
}

fn care(
    page: &mut Page<'_, '_>,
    index: u16,
    (says, better): &(Range<usize>, Range<usize>),
    replies: &[Range<usize>],
) {
    let Some(item) = page.pack.care(index) else { return };
    let language = page.language;
    page.bar = item.tag.held_out;
    let trial = Page::trial(Exercise::ReplyWithCare, Stimulus::Care, index, item.tag);
    let title = explain::question(&trial, page.pack, language);
    page.check(says, &title, item.says.pick(language), &face(), OWN_WORDS);
    page.bar = true;
    let title = explain::reply_verdict(Moves::NONE, Outcome::Same, item.name.pick(language), language);
    let body = explain::example(item.better.pick(language), language);
    page.check(better, &title, &body, &marked(), FEEDBACK);
    page.bar = false;
    for (span, reply) in replies.iter().zip(item.replies) {
        ready(page, span, reply.text);
    }
}

/// A ready reply.
fn ready(page: &mut Page<'_, '_>, span: &Range<usize>, text: Both<'_>) {
    let last = REPLIES_MAX;
    let title = match page.language {
        Language::English => format!("You could say ({last})"),
        Language::Chinese => format!("你可以说（{last}）"),
    };
    page.check(span, &title, text.pick(page.language), &Picture::None, READY);
}

fn talk(page: &mut Page<'_, '_>, index: u16, source: &Talk) {
    let Some(talk) = page.pack.talk(index) else { return };
    let language = page.language;
    let spot = |en: &Word, zh: &Word| language.pick(en, zh).span();
    let (title, scene) = (talk.title.pick(language), talk.scene.pick(language));
    page.check(&spot(&source.scene_en, &source.scene_zh), title, scene, &face(), BEGIN);
    let name = talk.name.pick(language);
    let title = format!("{name}{}", language.pick(" says", "说"));
    for (at, node) in (0..).zip(&source.node) {
        let Some(turn) = page.pack.turn(&talk, at) else { return };
        page.check(&spot(&node.en, &node.zh), &title, turn.open.pick(language), &face(), TURN);
        if let (Some(en), Some(zh)) = (&node.closed_en, &node.closed_zh) {
            page.check(&spot(en, zh), &title, turn.closed.pick(language), &face(), TURN);
        }
        for (reply, answer) in node.reply.iter().zip(&turn.replies) {
            ready(page, &spot(&reply.en, &reply.zh), answer.said.text);
        }
    }
}

// The limits are chosen so that no text within them is cut: only a text beyond them shows that the check works.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_a_display_cuts_off_is_noted_where_it_stands() {
        let pack = Pack::starter();
        for language in Language::ALL {
            let mut notes = Notes::new("texts.toml", "one\ntwo\nthree");
            let mut page = Page { notes: &mut notes, pack: &pack, language, bar: true };
            let long = language.pick("worldwide ", "长").repeat(language.pick(24, 80));
            page.check(&(4..7), "Title", &long, &face(), TURN);
            page.check(&(8..9), "Title", "short", &face(), TURN);
            let what = "the display mono-128x64 cuts this off below \"Title\"; shorten it";
            let found: Vec<String> = notes.faults.iter().map(Fault::to_string).collect();
            assert_eq!(found, [format!("texts.toml:2: {what}")]);
        }
    }
}
