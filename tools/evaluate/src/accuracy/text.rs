//! `GoEmotions`, official test split: three ways to label the same sentences.

use super::{Floor, Limit, in_parallel};
use crate::statistics::{Hits, macro_f1};
use crate::table::Table;
use anyhow::{Context, bail};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::text::{EKMAN, GROUPS, Text};
use std::path::Path;

/// Larger than any file of the data set.
const FILE_BYTES_MAX: usize = 16 << 20;
/// Files, in the order of the model's outputs.
const FILES: [&str; 3] = ["original.test.tsv", "ekman.test.tsv", "group.test.tsv"];

struct Sentence {
    text: String,
    /// Numbers of the labels that are present, one list per file.
    labels: [Vec<usize>; 3],
}

/// Prints the tables of the text part.
pub(super) fn measure(store: &Store, folder: &Path) -> anyhow::Result<Vec<Floor>> {
    let sentences = sentences(folder)?;
    let text = Text::load(store)?;
    let predicted = in_parallel(&sentences, |sentence| {
        let found = text.probabilities(&sentence.text)?;
        Ok([text.emotions_present(&found), text.ekman_present(&found), text.groups_present(&found)])
    })?;
    let names: [Vec<String>; 3] = [
        petri_models::get(Id::TextEmotion).labels.clone(),
        EKMAN.map(|emotion| emotion.word().to_owned()).to_vec(),
        GROUPS.map(str::to_owned).to_vec(),
    ];
    let mut hits = names.each_ref().map(|names| vec![Hits::default(); names.len()]);
    for (sentence, predicted) in sentences.iter().zip(&predicted) {
        for ((hits, present), predicted) in hits.iter_mut().zip(&sentence.labels).zip(predicted) {
            for (label, (hits, predicted)) in hits.iter_mut().zip(predicted).enumerate() {
                hits.count(present.contains(&label), *predicted);
            }
        }
    }
    println!(
        "## text\n\nGoEmotions, official test split, n = {}; thresholds of the manifest.\n",
        sentences.len()
    );
    let mut table = Table::new(&["labels", "classes", "macro-F1"]);
    for (name, hits) in ["groups", "Ekman", "all emotions"].iter().zip(hits.iter().rev()) {
        table.row([(*name).to_owned(), hits.len().to_string(), format!("{:.3}", macro_f1(hits))]);
    }
    println!("{table}");
    let mut table = Table::new(&["label", "present", "precision", "recall", "F1"]);
    for (names, hits) in names.iter().zip(&hits).rev() {
        for (name, hits) in names.iter().zip(hits) {
            table.row(row(name, *hits));
        }
    }
    println!("{table}");
    Ok(vec![Floor {
        what: "groups, macro-F1",
        value: macro_f1(&hits[2]),
        limit: Limit::AtLeast(0.6),
        unit: "",
    }])
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
