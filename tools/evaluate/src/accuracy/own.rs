//! What comes with the project, so that every check can measure it anew: golden pairs, our own sentences, and the
//! pictures and recordings of the demonstration.

use super::{Part, files};
use crate::root;
use crate::table::Table;
use anyhow::Context;
use petri_core::Word;
use petri_figures::{Figure, Limit, Report};
use petri_models::{Id, Store};
use petri_runtime::engine::{Engine, Golden, Reader};
use petri_runtime::perception::text::{Sentiment, Text};
use petri_runtime::perception::{Sight, speech::Speech};
use petri_runtime::{Model, intake};
use std::path::Path;

pub(super) const PART: Part =
    Part { name: "own", title: "What comes with the project", needs: &[], models: Id::ALL, measure };

/// Larger than the file of sentences.
const FILE_BYTES_MAX: usize = 1 << 20;
const SENTENCES: &str = "tools/train/text/sentences.tsv";
const PLAIN: &str = "tools/train/text/plain.txt";
/// Positions of the groups in the model's output.
const NEGATIVE: usize = 1;
const POSITIVE: usize = 3;

/// Writes the tables of this part; the data is not asked for.
fn measure(store: &Store, _: &Path, report: &mut Report) -> anyhow::Result<()> {
    golden(store, report)?;
    sentences(store, report)?;
    plain(store, report)?;
    words(store, report)?;
    portrait(store, report)
}

/// Largest difference from the float parent, as a share of what the manifest allows.
fn golden(store: &Store, report: &mut Report) -> anyhow::Result<()> {
    report.heading("Golden pairs");
    report.text(
        "Each model in tract on its golden input: the largest difference from the outputs of the float model that it \
         was made from. What another processor adds to that is small.",
    );
    let mut table = Table::new(&["model", "off by", "allowed"]);
    for id in Id::ALL {
        let golden = Golden::read(store, *id)?;
        let model = Model::load(store, *id)?;
        let worst = golden.judge(&model.run(golden.inputs())?);
        let worst = worst.map_err(|reason| anyhow::anyhow!("{}: {reason}", id.folder()))?;
        let allowed = model.manifest().tolerance;
        table.row([id.folder().to_owned(), format!("{worst:.4}"), allowed.to_string()]);
        let what = format!("{}, off its float parent, of what is allowed", id.folder());
        let share = 100.0 * f64::from(worst / allowed);
        report.figure(Figure::new(&format!("golden-{}", id.folder()), &what, share, "%", 15.0).decimals(0));
    }
    report.table(table);
    Ok(())
}

/// Sentences of ours that no model was trained on: 1 for a good word, 0 for a bad one, a tabulator, the sentence.
fn sentences(store: &Store, report: &mut Report) -> anyhow::Result<()> {
    let path = root()?.join(SENTENCES);
    let content = intake::text_file(&path, FILE_BYTES_MAX)?;
    let text = Text::load(store)?;
    let (mut right, mut n, mut wrong) = (0, 0, Vec::new());
    for line in content.lines() {
        let (label, sentence) = line
            .split_once('\t')
            .with_context(|| format!("{SENTENCES}: `{line}` has no label; restore the file"))?;
        let groups = text.probabilities(sentence)?.groups;
        let good = groups[POSITIVE] > groups[NEGATIVE];
        n += 1;
        if good == (label == "1") {
            right += 1;
        } else {
            wrong.push(vec![sentence.to_owned(), if good { "positive" } else { "negative" }.to_owned()]);
        }
    }
    report.heading("Our own sentences");
    report
        .text(format!("{SENTENCES}: which of positive and negative is ahead. Those that are read wrongly:"));
    let mut table = Table::new(&["sentence", "read as"]);
    for row in wrong {
        table.push(row);
    }
    report.table(table);
    report.figure(
        Figure::share("sentences", "our own sentences, positive or negative right", right, n, 1.6)
            .floor(Limit::AtLeast(85.0)),
    );
    Ok(())
}

/// Sentences of ours that are neither good nor bad, one in each line, that no model was trained on.
fn plain(store: &Store, report: &mut Report) -> anyhow::Result<()> {
    let content = intake::text_file(&root()?.join(PLAIN), FILE_BYTES_MAX)?;
    let mut table = Table::new(&["sentence", "larger model", "smaller model"]);
    let mut missed: Vec<[Option<Sentiment>; 2]> = vec![[None; 2]; content.lines().count()];
    for (of, reader) in [Reader::Large, Reader::Small].into_iter().enumerate() {
        let text = Text::load(Engine::from(store).reading(reader))?;
        for (line, missed) in content.lines().zip(&mut missed) {
            missed[of] = Some(text.read(line)?.sentiment).filter(|tone| *tone != Sentiment::Neutral);
        }
        let right = missed.iter().filter(|missed| missed[of].is_none()).count();
        let (name, what) = match reader {
            Reader::Large => ("plain", "our plain statements, read as neutral"),
            Reader::Small => ("plain-small", "the same by the smaller model"),
        };
        let figure = Figure::share(name, what, right, missed.len(), 2.5);
        report.figure(figure.floor(Limit::AtLeast(80.0)));
    }
    for (line, missed) in
        content.lines().zip(&missed).filter(|(_, missed)| missed.iter().any(Option::is_some))
    {
        let cell = |tone: &Option<Sentiment>| {
            tone.map_or_else(String::new, |tone| format!("{tone:?}").to_lowercase())
        };
        table.row([line.to_owned(), cell(&missed[0]), cell(&missed[1])]);
    }
    report.heading("Plain statements");
    report.text(format!("{PLAIN}: those that are not read as neutral."));
    report.table(table);
    Ok(())
}

/// The recordings of the demonstration are named after the word that is said, or after a sentence.
fn words(store: &Store, report: &mut Report) -> anyhow::Result<()> {
    let speech = Speech::load(store)?;
    let words = speech.words(&Word::ALL.map(Word::text))?;
    let (mut right, mut n) = (0, 0);
    let mut table = Table::new(&["recording", "word", "confidence", "written down"]);
    for path in files(&root()?.join("board/demo"), &["wav"])? {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let clip = intake::clip(&path)?;
        let heard = speech.word(&clip, &words)?;
        let word = heard.word.clone().unwrap_or_else(|| "none".to_owned());
        let wanted = Word::ALL.map(Word::text).into_iter().find(|word| *word == name);
        n += 1;
        right += usize::from(heard.word.as_deref() == wanted);
        table.row([name, word, format!("{:.2}", heard.confidence), speech.transcribe(&clip)?]);
    }
    report.heading("Recordings of the demonstration");
    report.table(table);
    let figure = Figure::share("recordings", "recordings of the demonstration heard rightly", right, n, 0.1);
    report.figure(figure.floor(Limit::AtLeast(100.0)));
    Ok(())
}

fn portrait(store: &Store, report: &mut Report) -> anyhow::Result<()> {
    let sight = Sight::load(store)?;
    let seen = sight.look_closely(&intake::frame(&root()?.join("board/demo/astronaut.png"))?)?;
    let mesh = seen.mesh.is_some();
    report.figure(
        Figure::share("portrait-mesh", "a mesh on the portrait", usize::from(mesh), 1, 0.0)
            .floor(Limit::AtLeast(100.0)),
    );
    #[cfg(feature = "therapy")]
    if let Some(reading) = seen.expression {
        let what = format!("confidence that the portrait is {}", reading.best().word());
        let confidence = 100.0 * f64::from(reading.confidence);
        report.figure(Figure::new("portrait-expression", &what, confidence, "%", 2.0));
    }
    Ok(())
}
