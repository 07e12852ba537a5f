//! The words of questions, hints and feedback: always the reason, never a verdict on the person.

use crate::choose::{Stimulus, Trial};
use crate::lang::{Language, say};
use crate::moves::{Move, Moves};
use crate::pack::Pack;
use crate::reply::{BODY_BYTES_MAX, TITLE_BYTES_MAX};
use crate::{Action, Actions, Emotion, Exercise, Outcome, Permille};
use core::fmt::Write;
use heapless::String;

/// A first line.
pub type Title = String<TITLE_BYTES_MAX>;
/// Running text.
pub type Body = String<BODY_BYTES_MAX>;

/// Actions weaker than this are not named: they can hardly be seen.
const NAMED_MIN: Permille = Permille::new(300);

/// More moves of one reply are not told: the small display has no room, and nobody would take them in.
const MOVES_NAMED_MAX: usize = 4;

/// Writes into a bounded string. What does not fit is dropped as a whole piece, never cut inside a word; the
/// tests hold every text of the built-in content against the limit.
pub(crate) fn put<const N: usize>(text: &mut String<N>, piece: core::fmt::Arguments<'_>) {
    let length = text.len();
    if text.write_fmt(piece).is_err() {
        text.truncate(length);
    }
}

/// The question of a trial.
pub fn question(trial: &Trial, pack: &Pack<'_>, language: Language) -> Title {
    let mut title = Title::new();
    match (trial.exercise, trial.stimulus) {
        (Exercise::ReadTheFace, _) => {
            say!(language, title, "What does this face show?", "这张脸是什么感受？");
        }
        (Exercise::Mirror, _) => say!(language, title, "Make this face", "做出这个表情"),
        (Exercise::SayIt, Stimulus::Face) => {
            say!(language, title, "Say it: what does it show?", "说一说：这是什么感受？");
        }
        (Exercise::SayIt, _) => {
            say!(language, title, "Say it: how does the writer feel?", "说一说：写的人是什么感受？");
        }
        (Exercise::Together, _) => say!(language, title, "How does this person feel?", "这个人是什么感受？"),
        (Exercise::ReadTheSituation, _) => {
            if let Some(item) = pack.situation(trial.item) {
                let name = item.name.pick(language);
                say!(language, title, "How does {name} feel?", "{name}是什么感受？");
            }
        }
        (Exercise::ReplyWithCare, _) => {
            if let Some(item) = pack.care(trial.item) {
                let name = item.name.pick(language);
                say!(language, title, "What could you say to {name}?", "你会对{name}说什么？");
            }
        }
        (Exercise::ReadTheWords | Exercise::Converse, _) => {
            say!(language, title, "How does the writer feel?", "写的人是什么感受？");
        }
    }
    title
}

/// One thing to look at, without giving the answer away.
pub fn hint(trial: &Trial, pack: &Pack<'_>, language: Language) -> Body {
    let mut body = Body::new();
    match trial.stimulus {
        Stimulus::Face | Stimulus::Photo | Stimulus::FaceAndText => {
            let face = Actions::of(trial.target, Permille::FULL);
            match face.strongest(NAMED_MIN).first() {
                Some(action) => {
                    let name = action.name(language);
                    say!(language, body, "Look closely: {name}.", "仔细看：{name}。");
                }
                None => {
                    say!(language, body, "Look closely: no muscle is working.", "仔细看：没有肌肉在用力。");
                }
            }
        }
        Stimulus::Text => {
            if let Some(item) = pack.text(trial.item) {
                let (text, clue) = (item.text.pick(language), item.clue.pick(language));
                say!(language, body, "{text}\nLook at: {clue}.", "{text}\n留意：{clue}。");
            }
        }
        Stimulus::Situation => {
            if let Some(item) = pack.situation(trial.item) {
                let (story, name) = (item.story.pick(language), item.name.pick(language));
                put(&mut body, format_args!("{story}"));
                say!(language, body, "\nWhat does {name} know and want?", "\n{name}知道什么，想要什么？");
            }
        }
        Stimulus::Care | Stimulus::Talk => say!(
            language,
            body,
            "Say what the other may feel, ask about it, or offer to be there.",
            "可以说出对方可能的感受，问一问，或者表示愿意陪伴。"
        ),
    }
    body
}

/// The first line of the feedback.
pub fn verdict(trial: &Trial, outcome: Outcome, language: Language) -> Title {
    let mut title = Title::new();
    let word = trial.target.name(language);
    match (trial.exercise, outcome) {
        // Without a model of expressions only muscles were compared, so only muscles are spoken of.
        (Exercise::Mirror, Outcome::Same) if cfg!(not(feature = "therapy")) => {
            say!(language, title, "A match, muscle by muscle", "很像，动作都对上了");
        }
        (Exercise::Mirror, _) if cfg!(not(feature = "therapy")) => {
            say!(language, title, "For another time", "下次再试");
        }
        (Exercise::Mirror, Outcome::Same) => say!(language, title, "A match: {word}", "很像：{word}"),
        (Exercise::Mirror, _) => say!(language, title, "For another time: {word}", "下次再试：{word}"),
        (_, Outcome::Same) => say!(language, title, "Yes: {word}", "是的：{word}"),
        (_, _) => say!(language, title, "Here it is: {word}", "这里是：{word}"),
    }
    title
}

/// The reason, what was confused with what, and one thing to try.
pub fn reason(trial: &Trial, answer: Option<Emotion>, pack: &Pack<'_>, language: Language) -> Body {
    let mut body = Body::new();
    let other = answer.filter(|answer| *answer != trial.target);
    match trial.stimulus {
        Stimulus::Face | Stimulus::Photo if trial.exercise == Exercise::Mirror => {
            say!(language, body, "This face is made of: ", "这个表情由这些动作组成：");
            list_actions(&mut body, trial.target, language);
            if answer.is_none() {
                say!(
                    language,
                    body,
                    "\nOne muscle at a time is a good way in.",
                    "\n一次只练一块肌肉，是个好办法。"
                );
            }
        }
        Stimulus::Face | Stimulus::Photo | Stimulus::FaceAndText => {
            say!(language, body, "In this face: ", "这张脸上：");
            list_actions(&mut body, trial.target, language);
            contrast(&mut body, trial.target, answer, language);
        }
        Stimulus::Text => {
            if let Some(item) = pack.text(trial.item) {
                let clue = item.clue.pick(language);
                say!(language, body, "The words that carry it: {clue}.", "带出感受的话：{clue}。");
            }
            if let Some(other) = other {
                let (other, target) = (other.name(language), trial.target.name(language));
                say!(
                    language,
                    body,
                    "\nYou read {other}. Ask what would have to change to make it {other}, not {target}.",
                    "\n你读到的是{other}。改动哪里，才会是{other}？"
                );
            }
        }
        Stimulus::Situation => {
            if let Some(item) = pack.situation(trial.item) {
                put(&mut body, format_args!("{}", item.why[0].pick(language)));
                if let Some(other) = other {
                    let (other, name) = (other.name(language), item.name.pick(language));
                    say!(
                        language,
                        body,
                        "\nYou read {other}. Try to see it with what {name} knows and wants.",
                        "\n你读到的是{other}。试着从{name}知道的和想要的去看。"
                    );
                }
            }
        }
        Stimulus::Care | Stimulus::Talk => {}
    }
    body
}

/// The reason of a situation was another than the one picked, though the feeling was named.
pub fn other_reason(trial: &Trial, pack: &Pack<'_>, language: Language) -> Body {
    let mut body = Body::new();
    if let Some(item) = pack.situation(trial.item) {
        let (why, name) = (item.why[0].pick(language), item.name.pick(language));
        say!(
            language,
            body,
            "The feeling is the one that was meant. The reason: {why}\nTry: what does {name} know?",
            "感受读对了。原因是：{why}\n试试看：{name}知道些什么？"
        );
    }
    body
}

fn list_actions(body: &mut Body, emotion: Emotion, language: Language) {
    let face = Actions::of(emotion, Permille::FULL);
    let actions = face.strongest(NAMED_MIN);
    for (i, action) in actions.iter().take(3).enumerate() {
        let gap = if i > 0 { language.pick(", ", "、") } else { "" };
        put(body, format_args!("{gap}{}", action.name(language)));
    }
    if actions.is_empty() {
        say!(language, *body, "no muscle working.", "没有肌肉在用力。");
    } else {
        say!(language, *body, ".", "。");
    }
}

/// Names the action that tells the target from the answer best.
fn contrast(body: &mut Body, target: Emotion, answer: Option<Emotion>, language: Language) {
    let Some(answer) = answer.filter(|answer| *answer != target) else { return };
    let (shown, other) = (Actions::of(target, Permille::FULL), Actions::of(answer, Permille::FULL));
    let gap = |action: &Action| shown.get(*action).get().abs_diff(other.get(*action).get());
    let Some(action) = Action::ALL.into_iter().max_by_key(gap) else { return };
    let (word, name) = (answer.name(language), action.name(language));
    if shown.get(action) > other.get(action) {
        say!(
            language,
            *body,
            "\nYou read {word}, which has no {name}. Try looking there first.",
            "\n你读到的是{word}，{word}没有{name}。先看看那里。"
        );
    } else {
        say!(
            language,
            *body,
            "\nYou read {word}, which has {name}. Try looking there first.",
            "\n你读到的是{word}，{word}会有{name}。先看看那里。"
        );
    }
}

/// The first line after a reply to somebody.
pub fn reply_verdict(made: Moves, outcome: Outcome, name: &str, language: Language) -> Title {
    let mut title = Title::new();
    match outcome {
        Outcome::Same => say!(language, title, "This reaches {name}", "这话{name}听进去了"),
        Outcome::Skipped => say!(language, title, "Left open", "先放着"),
        Outcome::Different if !made.poor().is_empty() => {
            say!(language, title, "This may close the door", "这话可能让人不想再说");
        }
        Outcome::Different => say!(language, title, "A step on the way", "已经走了一步"),
    }
    title
}

/// What a reply does, and what would help beside it.
pub fn reply_reason(made: Moves, needs: Moves, language: Language) -> Body {
    let mut body = Body::new();
    if made.is_empty() {
        say!(language, body, "It leaves the other alone with it. ", "这话没有接住对方。");
    }
    let named = made.good().iter().chain(made.poor().iter()).take(MOVES_NAMED_MAX);
    let mut all = named.enumerate().peekable();
    while let Some((i, done)) = all.next() {
        let does = done.does(language);
        let last = all.peek().is_none();
        match (i, last) {
            (0, _) => say!(language, body, "It {does}", "这话{does}"),
            (_, false) => say!(language, body, ", {does}", "，{does}"),
            (_, true) => say!(language, body, " and {does}", "，也{does}"),
        }
        if last {
            say!(language, body, ". ", "。");
        }
    }
    if let Some(poor) = made.poor().iter().next() {
        put(&mut body, format_args!("{}", instead_of(poor, language)));
    } else if let Some(missing) = needs.without(made).iter().next() {
        put(&mut body, format_args!("{}", could_add(missing, language)));
    }
    body.truncate(body.trim_end().len());
    body
}

const fn could_add(missing: Move, language: Language) -> &'static str {
    match missing {
        Move::Names => language.pick("Try adding what the other may feel.", "试着再说出对方可能的感受。"),
        Move::Asks => language.pick("Try adding a question about it.", "试着再问一问。"),
        _ => language.pick("Try adding that you are there.", "试着再说一句你在身边。"),
    }
}

const fn instead_of(poor: Move, language: Language) -> &'static str {
    match poor {
        Move::Judges => language.pick("First say what you see them feel.", "先说说你看到的感受。"),
        Move::TurnsToSelf => language.pick("Stay with the other a little longer.", "先多停留在对方身上。"),
        Move::Dismisses => language.pick("Let it be as big as it feels.", "感受有多大，就让它多大。"),
        _ => language.pick("Ask first; advice can wait.", "先问问看，建议可以晚点说。"),
    }
}

/// A better example of a reply.
pub fn example(better: &str, language: Language) -> Body {
    let mut body = Body::new();
    say!(language, body, "For example: {better}", "比如：{better}");
    body
}
