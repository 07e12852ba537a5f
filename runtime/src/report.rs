//! Percepts and trials in words, for the person who runs the device.

use crate::capture::Percept;
use crate::perception::actions::Measures;
use crate::perception::explain::Weight;
use crate::perception::text::{Read, Sentiment};
use crate::perception::{Seen, Sound};
use petri_core::{
    Actions, Channel, Entry, Exercise, FaceReading, Judge, Language, Outcome, Permille, Purpose,
};
use serde::Serialize;

fn percent(share: f32) -> String {
    format!("{:.0} %", share * 100.0)
}

/// One line on what a picture shows.
pub fn seen(seen: &Seen) -> String {
    let Some(face) = seen.faces.first() else { return "no face".to_owned() };
    let [x0, y0, x1, y1] = face.bounds;
    let others = match seen.faces.len() {
        1 => String::new(),
        n => format!(" (the surest of {n})"),
    };
    let found = format!(
        "a face{others}, {} sure, {:.0} x {:.0} pixels at {x0:.0}, {y0:.0}",
        percent(face.score),
        x1 - x0,
        y1 - y0
    );
    format!("{found}{}{}", turned(seen), expression(seen))
}

fn turned(seen: &Seen) -> String {
    let Some(Measures { turn, .. }) = seen.mesh.as_ref().and_then(Measures::of) else { return String::new() };
    format!("; head {:+.0}° aside, {:+.0}° up, {:+.0}° tilted", turn.yaw, turn.pitch, turn.roll)
}

#[cfg(feature = "therapy")]
fn expression(seen: &Seen) -> String {
    match &seen.expression {
        Some(reading) => match reading.emotion {
            Some(emotion) => format!("; it shows {}, {} sure", emotion.word(), percent(reading.confidence)),
            None => format!(
                "; unsure what it shows (perhaps {}, {})",
                reading.best().word(),
                percent(reading.confidence)
            ),
        },
        None => String::new(),
    }
}

#[cfg(not(feature = "therapy"))]
fn expression(_: &Seen) -> String {
    String::new()
}

/// One line on what a recording says.
pub fn heard(sound: &Sound) -> String {
    if !sound.speech {
        return "no speech".to_owned();
    }
    let word = match &sound.heard.word {
        Some(word) => format!("the word \"{word}\", {} sure", percent(sound.heard.confidence)),
        None => "no word of the list".to_owned(),
    };
    format!("{word}{}; written down: \"{}\"", runner_up(sound), sound.transcript)
}

/// What came next to the word that was heard, and how far behind; or what was nearest when no word was clear enough.
fn runner_up(sound: &Sound) -> String {
    match (&sound.heard.word, sound.heard.best.as_slice()) {
        (Some(_), [best, second, ..]) => {
            format!(" (next \"{}\", {:.1} nats behind)", second.0, best.1 - second.1)
        }
        (None, [best, second, ..]) => {
            format!(" (nearest \"{}\", {}, then \"{}\")", best.0, percent(sound.heard.confidence), second.0)
        }
        _ => String::new(),
    }
}

/// One line on what a text expresses.
pub fn read(read: &Read) -> String {
    let tone = match read.sentiment {
        Sentiment::Negative => "negative",
        Sentiment::Neutral => "neutral",
        Sentiment::Positive => "positive",
        Sentiment::Mixed => "mixed",
        Sentiment::Unsure => "unsure",
    };
    let feeling = match read.feeling {
        Some(emotion) => format!("; reads as {}, {} sure", emotion.word(), percent(read.feeling_confidence)),
        None => "; unsure of a feeling".to_owned(),
    };
    let named = read.named.map(|emotion| format!("; names {}", emotion.word())).unwrap_or_default();
    let emotions: Vec<String> =
        read.emotions.iter().take(3).map(|(name, p)| format!("{name} {}", percent(*p))).collect();
    let emotions = if emotions.is_empty() { String::new() } else { format!(" ({})", emotions.join(", ")) };
    format!("{tone}, {} sure{feeling}{named}{emotions}", percent(read.confidence))
}

/// A reading with its reason.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Explained {
    /// What the text expresses.
    #[serde(flatten)]
    pub read: Read,
    /// The words that weighed most, if that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Vec<Weight>>,
}

/// The words that weighed most, to follow [`read`].
pub fn why(weights: &[Weight]) -> String {
    let one = |weight: &Weight| format!("\"{}\" {}", weight.word, percent(weight.share));
    let words: Vec<String> = weights.iter().map(one).collect();
    if words.is_empty() { "; no word speaks for it".to_owned() } else { format!("; by {}", words.join(", ")) }
}

/// One line on a percept of a running session.
pub fn percept(percept: &Percept) -> String {
    match percept {
        Percept::Face { reading, seen: look } => format!("saw    {}{}", seen(look), held(reading)),
        Percept::Reading(reading) => format!("saw    {}", shown(reading)),
        Percept::Utterance { heard, transcript, length_ms } => {
            let word = heard
                .word
                .as_ref()
                .map(|word| format!("the word \"{word}\", {} sure", percent(heard.confidence)));
            let reply = transcript.as_ref().map(|(text, read)| {
                if read.concern {
                    "words that call for a person".to_owned()
                } else {
                    format!("\"{text}\": {}", self::read(read))
                }
            });
            let what = word.or(reply).unwrap_or_else(|| "speech, but no word of the list".to_owned());
            format!("heard  {what} ({length_ms} ms)")
        }
        Percept::Line(line) if line.concern => "read   words that call for a person".to_owned(),
        Percept::Line(line) => format!("read   {}", read(line)),
        Percept::Sensor { sensor, works, reason } => {
            format!(
                "sensor {} {} ({reason})",
                format!("{sensor:?}").to_lowercase(),
                if *works { "works" } else { "does not work" }
            )
        }
        Percept::Failed(reason) => format!("error  {reason}"),
    }
}

fn held(reading: &FaceReading) -> String {
    match reading {
        FaceReading::NoFace => String::new(),
        FaceReading::Unsure => "; over time: unsure".to_owned(),
        FaceReading::NotYet => "; over time: learning the face at rest".to_owned(),
        FaceReading::Actions(actions) => muscles(actions),
        #[cfg(feature = "therapy")]
        FaceReading::Expression { actions, .. } => {
            format!("; over time: the same{}", actions.as_ref().map(muscles).unwrap_or_default())
        }
    }
}

/// What a camera with eyes of its own says.
fn shown(reading: &FaceReading) -> String {
    match reading {
        FaceReading::NoFace => "no face".to_owned(),
        FaceReading::Unsure => "a face; unsure what it shows".to_owned(),
        FaceReading::NotYet => "a face; its rest is not known yet".to_owned(),
        FaceReading::Actions(actions) => format!("a face{}", muscles(actions)),
        #[cfg(feature = "therapy")]
        FaceReading::Expression { emotion, confidence, .. } => {
            format!("a face; it shows {}, {} % sure", emotion.word(), confidence.percent())
        }
    }
}

fn muscles(actions: &Actions) -> String {
    let seen = actions.strongest(Permille::new(1));
    let named = seen
        .iter()
        .map(|action| format!("{} {} %", action.name(Language::English), actions.get(*action).percent()));
    let named = named.collect::<Vec<_>>().join(", ");
    format!("; muscles: {}", if named.is_empty() { "at rest" } else { &named })
}

/// One line on a finished trial.
pub fn entry(entry: &Entry) -> String {
    let language = Language::English;
    let outcome = match entry.outcome {
        Outcome::Same => "met what was meant",
        Outcome::Different => "other than what was meant",
        Outcome::Skipped => "left open",
    };
    let answer = match (entry.exercise, entry.answer) {
        (Exercise::ReplyWithCare | Exercise::Converse, _) if !entry.moves.is_empty() => {
            entry.moves.iter().map(|one| one.does(language)).collect::<Vec<_>>().join(", ")
        }
        (Exercise::Mirror, None) if entry.channel == Channel::Face => "its muscles".to_owned(),
        (_, answer) => answer.map_or("no answer", petri_core::Emotion::word).to_owned(),
    };
    let kind = if entry.purpose == Purpose::Probe { "probe " } else { "trial " };
    let judge = if entry.judge == Judge::Facilitator { ", says the facilitator" } else { "" };
    format!(
        "{kind} {} no. {}: {}, {answer} by {} after {:.1} s: {outcome}{judge}; ability {:+.2} logits",
        entry.exercise.name(language),
        entry.trial + 1,
        entry.target.word(),
        format!("{:?}", entry.channel).to_lowercase(),
        entry.latency_ms as f32 / 1_000.0,
        f32::from(entry.ability_ml) / 1_000.0
    )
}
