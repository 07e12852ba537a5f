//! Chinese sentences: lines written for the project, and lines of films (XED). Neither half was learned from.

use super::{Part, in_parallel};
use anyhow::Context;
use petri_core::Emotion;
use petri_figures::{Confusion, Figure, Limit, Reliability, Report};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::text::{Read, Sentiment, Text};
use std::path::Path;

pub(super) const OWN: Part = Part {
    name: "chinese",
    title: "Sentences in Chinese",
    needs: &[],
    models: &[Id::TextEmotionZh],
    measure: own,
};

pub(super) const FILMS: Part = Part {
    name: "chinese-films",
    title: "Lines of films in Chinese",
    needs: &[XED],
    models: &[Id::TextEmotionZh],
    measure: films,
};

const LINES: &str = include_str!("../../../train/text/chinese.tsv");
const XED: &str = "text/xed";
const XED_FILE: &str = "cn-projections.tsv";
const FILE_BYTES_MAX: usize = 1 << 20;
/// One in this many lines of XED is held out: those whose CRC-32 it divides.
const XED_SHARE: u32 = 4;
const BINS: usize = 10;

struct Line {
    text: String,
    /// Every feeling that counts as right; none where the line was labelled with a tone alone.
    feelings: Vec<Emotion>,
    tone: Option<Sentiment>,
}

const TONES: [(Sentiment, &str); 4] = [
    (Sentiment::Negative, "negative"),
    (Sentiment::Neutral, "neutral"),
    (Sentiment::Positive, "positive"),
    (Sentiment::Mixed, "mixed"),
];

fn own(store: &Store, _: &Path, report: &mut Report) -> anyhow::Result<()> {
    let mut lines = Vec::new();
    for (number, line) in LINES.lines().enumerate().skip(1) {
        let fields = line.split('\t').collect::<Vec<_>>().try_into().ok();
        let [split, feeling, tone, text] = fields.with_context(|| format!("chinese.tsv line {}", number + 1))?;
        if split != "held-out" {
            continue;
        }
        // The tone of surprise is anybody's guess.
        let tone = TONES.iter().find(|(_, name)| *name == tone && feeling != "surprised");
        lines.push(Line {
            text: text.to_owned(),
            feelings: Emotion::from_word(feeling).into_iter().collect(),
            tone: tone.map(|(tone, _)| *tone),
        });
    }
    report.text(format!(
        "{} lines written for the project and held out (`tools/train/text/chinese.tsv`). They have the same author as \
         the lines that were learned from.",
        lines.len()
    ));
    let read = readings(store, &lines)?;
    feelings(&lines, &read, 0.75, report);
    tones(&lines, &read, 0.9, report);
    Ok(())
}

fn films(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let content = intake::text_file(&data.join(XED).join(XED_FILE), FILE_BYTES_MAX)?;
    let held_out = |text: &str| crc32fast::hash(text.as_bytes()).is_multiple_of(XED_SHARE);
    let lines: Vec<Line> = content.lines().filter_map(film).filter(|line| held_out(&line.text)).collect();
    report.text(format!(
        "{} subtitle lines of XED, one in {XED_SHARE}, held out. Their labels were carried over from English lines, and \
         many hold several: a feeling counts as right when it is one of them.",
        lines.len()
    ));
    let read = readings(store, &lines)?;
    feelings(&lines, &read, 0.3, report);
    tones(&lines, &read, 0.6, report);
    Ok(())
}

/// A line of XED: text, tab, Plutchik's numbers. Anticipation and trust are none of the seven.
fn film(line: &str) -> Option<Line> {
    let (text, labels) = line.split_once('\t')?;
    let labels: Vec<u8> = labels.split(", ").map(|label| label.parse().ok()).collect::<Option<_>>()?;
    if labels.iter().any(|label| !(1..=8).contains(label)) {
        return None;
    }
    let feeling = |label: &u8| match label {
        1 => Some(Emotion::Angry),
        3 => Some(Emotion::Disgusted),
        4 => Some(Emotion::Scared),
        5 => Some(Emotion::Happy),
        6 => Some(Emotion::Sad),
        7 => Some(Emotion::Surprised),
        _ => None,
    };
    let (bad, good) = (labels.iter().any(|l| [1, 3, 4, 6].contains(l)), labels.iter().any(|l| [5, 8].contains(l)));
    let tone = match (bad, good) {
        (true, false) => Some(Sentiment::Negative),
        (false, true) => Some(Sentiment::Positive),
        _ => None,
    };
    Some(Line { text: text.to_owned(), feelings: labels.iter().filter_map(feeling).collect(), tone })
}

fn readings(store: &Store, lines: &[Line]) -> anyhow::Result<Vec<Read>> {
    let text = Text::load(store)?;
    in_parallel(lines, |line| Ok(text.read(&line.text)?))
}

fn feelings(lines: &[Line], read: &[Read], floor: f64, report: &mut Report) {
    let asked: Vec<(&Line, &Read)> =
        lines.iter().zip(read).filter(|(line, _)| !line.feelings.is_empty()).collect();
    let mut said: Vec<&str> = Emotion::ALL.map(Emotion::word).to_vec();
    let there = said.clone();
    said.push("unsure");
    let mut confusion = Confusion::between("feelings", "Feeling of a sentence", &there, &said);
    for (line, read) in asked.iter().filter(|(line, _)| line.feelings.len() == 1) {
        let place = read.feeling.map_or(Emotion::COUNT, Emotion::index);
        confusion.count(line.feelings[0].index(), place);
    }
    let right = |line: &Line, read: &Read| read.feeling.is_some_and(|feeling| line.feelings.contains(&feeling));
    let sure: Vec<_> = asked.iter().filter(|(_, read)| read.feeling.is_some()).collect();
    let hits = sure.iter().filter(|(line, read)| right(line, read)).count();
    report.figure(
        Figure::share("feeling", "feelings that are told and right, of those that are told", hits, sure.len(), 1.0)
            .floor(Limit::AtLeast(100.0 * floor)),
    );
    report.figure(Figure::share("told", "feelings that are told, not unsure", sure.len(), asked.len(), 1.0));
    report.figure(Figure::share("feeling-of-all", "feelings told rightly, of all", hits, asked.len(), 1.0));
    report.confusion(confusion);
    let answers = sure.iter().map(|(line, read)| (f64::from(read.feeling_confidence), right(line, read)));
    report.reliability(Reliability::of("reliability", "Feeling of a sentence", answers, BINS));
}

fn tones(lines: &[Line], read: &[Read], floor: f64, report: &mut Report) {
    let mut said = TONES.map(|(_, name)| name).to_vec();
    let there = said.clone();
    said.push("unsure");
    let mut confusion = Confusion::between("tones", "Tone of a sentence", &there, &said);
    let place = |tone: Sentiment| TONES.iter().position(|(other, _)| *other == tone).unwrap_or(TONES.len());
    let (mut right, mut sided) = (0, 0);
    for (line, read) in lines.iter().zip(read) {
        let Some(tone) = line.tone else { continue };
        confusion.count(place(tone), place(read.sentiment));
        let group = |name: &str| read.groups.iter().find(|(group, _)| group == name).map_or(0.0, |(_, p)| *p);
        let good = group("positive") > group("negative");
        if matches!(tone, Sentiment::Positive | Sentiment::Negative) {
            sided += 1;
            right += usize::from(good == (tone == Sentiment::Positive));
        }
    }
    report.figure(
        Figure::share("sides", "positive or negative, whichever is likelier", right, sided, 0.5)
            .floor(Limit::AtLeast(100.0 * floor)),
    );
    report.confusion(confusion);
}
