//! `GoEmotions`, official test split: three ways to label the same sentences.

use super::{Part, in_parallel};
use crate::statistics::{Hits, macro_f1};
use crate::table::Table;
use anyhow::{Context, bail};
use petri_figures::{Confusion, Figure, Limit, Reliability, Report};
use petri_models::Id;
use petri_runtime::engine::{Engine, Reader};
use petri_runtime::intake;
use petri_runtime::perception::text::{EKMAN, GROUPS, Sentiment, Text};
use std::path::Path;

const DATA: &str = "text/goemotions";

pub(super) const PART: Part = Part {
    name: "text",
    title: "Sentences in English",
    needs: &[DATA],
    models: &[Id::TextEmotion],
    measure: |store, data, report| measure(store.into(), GOALS, data, report),
};

/// The same with the smaller model.
pub(super) const SMALL: Part = Part {
    name: "text-small",
    title: "Sentences in English, by the smaller model",
    needs: &[DATA],
    models: &[Id::TextEmotionSmall],
    measure: |store, data, report| {
        measure(
            Engine::from(store).reading(Reader::Small),
            GOALS.map(|goal| goal - STUDENT_LOSS_MAX),
            data,
            report,
        )
    },
};

/// Macro-F1 of the 28 emotions, of Ekman's, and of the groups.
const GOALS: [f64; 3] = [0.45, 0.62, 0.68];
/// What a smaller model may lose.
const STUDENT_LOSS_MAX: f64 = 0.02;

/// Larger than any file of the data set.
const FILE_BYTES_MAX: usize = 16 << 20;
/// Files, in the order of the model's outputs.
const FILES: [&str; 3] = ["original.test.tsv", "ekman.test.tsv", "group.test.tsv"];

struct Sentence {
    text: String,
    /// Numbers of the labels that are present, one list per file.
    labels: [Vec<usize>; 3],
}

/// Writes the tables of the text part.
fn measure(engine: Engine<'_>, goals: [f64; 3], data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let sentences = sentences(&data.join(DATA))?;
    let text = Text::load(engine)?;
    let read = in_parallel(&sentences, |sentence| {
        let found = text.probabilities(&sentence.text)?;
        let present =
            [text.emotions_present(&found), text.ekman_present(&found), text.groups_present(&found)];
        Ok((present, text.sentiment(&found.groups)))
    })?;
    let names: [Vec<String>; 3] = [
        petri_models::get(Id::TextEmotion).labels.clone(),
        EKMAN.map(|emotion| emotion.word().to_owned()).to_vec(),
        GROUPS.map(str::to_owned).to_vec(),
    ];
    let mut hits = names.each_ref().map(|names| vec![Hits::default(); names.len()]);
    for (sentence, (predicted, _)) in sentences.iter().zip(&read) {
        for ((hits, present), predicted) in hits.iter_mut().zip(&sentence.labels).zip(predicted) {
            for (label, (hits, predicted)) in hits.iter_mut().zip(predicted).enumerate() {
                hits.count(present.contains(&label), *predicted);
            }
        }
    }
    let n = sentences.len();
    report.text(format!("GoEmotions, official test split, n = {n}; thresholds of the manifest."));
    let mut table = Table::new(&["labels", "classes", "macro-F1"]);
    for (name, hits) in ["groups", "Ekman", "all emotions"].iter().zip(hits.iter().rev()) {
        table.row([(*name).to_owned(), hits.len().to_string(), format!("{:.3}", macro_f1(hits))]);
    }
    report.table(table);
    let figure = |name, what, hits: &[Hits], goal| {
        Figure::new(name, what, macro_f1(hits), "", 0.005).n(n).goal(Limit::AtLeast(goal))
    };
    report.figure(figure("groups", "groups, macro-F1", &hits[2], goals[2]).floor(Limit::AtLeast(0.6)));
    report.figure(figure("ekman", "Ekman's emotions, macro-F1", &hits[1], goals[1]));
    report.figure(figure("emotions", "28 emotions, macro-F1", &hits[0], goals[0]));
    let mut table = Table::new(&["label", "present", "precision", "recall", "F1"]);
    for (names, hits) in names.iter().zip(&hits).rev() {
        for (name, hits) in names.iter().zip(hits) {
            table.row(row(name, *hits));
        }
    }
    report.table(table);
    let tones: Vec<(Sentiment, (Sentiment, f32))> =
        sentences.iter().map(Sentence::tone).zip(read.iter().map(|(_, said)| *said)).collect();
    tone(&tones, report);
    Ok(())
}

const TONES: [(Sentiment, &str); 5] = [
    (Sentiment::Negative, "negative"),
    (Sentiment::Neutral, "neutral"),
    (Sentiment::Positive, "positive"),
    (Sentiment::Mixed, "mixed"),
    (Sentiment::Unsure, "unsure"),
];

/// What is said of the tone, beside what the labels say.
fn tone(tones: &[(Sentiment, (Sentiment, f32))], report: &mut Report) {
    const BINS: usize = 10;
    let place = |wanted: Sentiment| TONES.iter().position(|(tone, _)| *tone == wanted).unwrap_or(0);
    let mut confusion = Confusion::new("tone", "Tone of a sentence", &TONES.map(|(_, name)| name));
    for (there, (said, _)) in tones {
        confusion.count(place(*there), place(*said));
    }
    let answers = tones.iter().filter(|(_, (said, _))| *said != Sentiment::Unsure);
    let answers = answers.map(|(there, (said, confidence))| (f64::from(*confidence), said == there));
    let reliability = Reliability::of("reliability-tone", "Tone of a sentence", answers, BINS);
    let plain = |(there, _): &&(Sentiment, _)| place(*there) < 3;
    let right = tones.iter().filter(plain).filter(|(there, (said, _))| there == said).count();
    let of = tones.iter().filter(plain).count();
    report.figure(Figure::share("tone", "tone right: negative, neutral or positive", right, of, 0.5));
    let error =
        Figure::new("tone-error", "expected calibration error of the tone", reliability.error(), "", 0.005);
    report.figure(error.n(reliability.n()));
    report.text(
        "Tone: sentences with labels of both sides stand as mixed, those that are only ambiguous as unsure. The \
         diagram holds the answers in which the model says a tone.",
    );
    report.confusion(confusion);
    report.reliability(reliability);
}

impl Sentence {
    /// The tone that its groups amount to.
    fn tone(&self) -> Sentiment {
        let has = |group: usize| self.labels[2].contains(&group);
        match (has(1), has(3), has(2)) {
            (true, true, _) => Sentiment::Mixed,
            (true, false, _) => Sentiment::Negative,
            (false, true, _) => Sentiment::Positive,
            (false, false, true) => Sentiment::Neutral,
            (false, false, false) => Sentiment::Unsure,
        }
    }
}

fn row(name: &str, hits: Hits) -> [String; 5] {
    let present = hits.found + hits.missed;
    let share = |whole: usize| format!("{:.2}", hits.found as f64 / whole.max(1) as f64);
    [
        name.to_owned(),
        present.to_string(),
        share(hits.found + hits.extra),
        share(present),
        format!("{:.3}", hits.f1()),
    ]
}

fn sentences(folder: &Path) -> anyhow::Result<Vec<Sentence>> {
    let mut sentences: Vec<Sentence> = Vec::new();
    for (labeling, file) in FILES.iter().enumerate() {
        let path = folder.join(file);
        let content = intake::text_file(&path, FILE_BYTES_MAX)?;
        for (number, line) in content.lines().enumerate() {
            let damaged = || {
                format!("{} line {}: not text, labels, id; copy the data again", path.display(), number + 1)
            };
            let [text, labels, _] =
                line.split('\t').collect::<Vec<_>>().try_into().ok().with_context(damaged)?;
            let labels =
                labels.split(',').map(str::parse).collect::<Result<Vec<usize>, _>>().with_context(damaged)?;
            if labeling == 0 {
                sentences.push(Sentence { text: text.to_owned(), labels: [labels, Vec::new(), Vec::new()] });
                continue;
            }
            match sentences.get_mut(number).filter(|sentence| sentence.text == text) {
                Some(sentence) => sentence.labels[labeling] = labels,
                None => bail!(
                    "{} line {}: not the sentence of {}; copy the data again",
                    path.display(),
                    number + 1,
                    FILES[0]
                ),
            }
        }
    }
    if sentences.is_empty() {
        bail!("{} is empty; copy the data again", folder.join(FILES[0]).display());
    }
    Ok(sentences)
}
