//! Words of the device's list in recordings of many people.

use super::{Part, files, in_parallel};
use crate::statistics::interval;
use crate::table::{Table, percent};
use petri_core::Word;
use petri_figures::{Figure, Limit, Report};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::speech::Speech;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) const DATA: &str = "speech/speech-commands-v2-test";

pub(super) const PART: Part = Part {
    name: "keywords",
    title: "Words of the device's list",
    needs: &[DATA],
    models: &[Id::SpeechEncoder, Id::SpeechDecoder],
    measure,
};

const FOLDERS: [&str; 5] = ["yes", "no", "stop", "go", UNKNOWN];
/// Files here are named after the word that they hold.
const UNKNOWN: &str = "_unknown_";
/// Not in the list and one sound away from "no", so it is counted apart.
pub(super) const HARD: &str = "go";

/// A recording of a word.
pub(super) struct Recording {
    /// The word.
    pub(super) said: String,
    pub(super) path: PathBuf,
}

impl Recording {
    /// The speaker in a name like `yes_5170b77f_nohash_4.wav` or `5170b77f_nohash_4.wav`.
    pub(super) fn speaker(&self) -> String {
        let name = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let before = name.split("_nohash").next().unwrap_or_default();
        before.rsplit('_').next().unwrap_or_default().to_owned()
    }

    /// The half of the speakers that it belongs to, 0 or 1, as `tools/train/speech` divides them.
    pub(super) fn half(&self) -> usize {
        usize::from(Sha256::digest(self.speaker())[0] & 1)
    }
}

/// For each half of the speakers a recognizer whose verifier did not learn from it.
pub(super) fn by_half(speech: &Speech) -> [Speech; 2] {
    [0, 1].map(|half| speech.without_half(half))
}

/// What became of the recordings of one word.
#[derive(Default, Clone, Copy)]
struct Counts {
    right: usize,
    wrong: usize,
    nothing: usize,
}

impl Counts {
    fn total(self) -> usize {
        self.right + self.wrong + self.nothing
    }

    fn plus(self, other: Counts) -> Self {
        Self {
            right: self.right + other.right,
            wrong: self.wrong + other.wrong,
            nothing: self.nothing + other.nothing,
        }
    }

    fn row(self, name: &str) -> [String; 7] {
        let n = self.total();
        let counts = [n, self.right, self.wrong, self.nothing].map(|count| count.to_string());
        let [total, right, wrong, nothing] = counts;
        [name.to_owned(), total, right, wrong, nothing, percent(self.right, n), interval(self.right, n)]
    }
}

/// Counts per spoken word, the words of the list first.
struct Outcome {
    wanted: Vec<(String, Counts)>,
    hard: Counts,
    unknown: Counts,
    mistakes: BTreeMap<String, usize>,
}

/// Writes the tables of the keyword part.
fn measure(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let recordings = recordings(&data.join(DATA))?;
    let speech = Speech::load(store)?;
    let mut list: Vec<&str> = Word::ALL.map(Word::text).to_vec();
    let found = listen(&speech, &recordings, &list)?;
    report.text(format!(
        "List: {}. One clip, one decision, recording as it is. The verifier learned from these speakers, so each is \
         judged by the half of it that learned from the others.",
        list.join(", ")
    ));
    let mut table =
        Table::new(&["said", "clips", "right", "wrong word", "nothing", "right %", "95 % interval"]);
    for (word, counts) in &found.wanted {
        table.row(counts.row(word));
    }
    let all = found.all_wanted();
    table.row(all.row("all of the list"));
    report.table(table);
    let mut table = Table::new(&["said, not in the list", "clips", "taken for a word", "%", "95 % interval"]);
    for (name, counts) in [("other words", found.unknown), (HARD, found.hard)] {
        table.row(accepted(name, counts));
    }
    report.table(table);
    let mistakes = found.mistakes.iter().map(|(pair, count)| format!("{pair} ({count})"));
    report.text(format!("Mistakes, said > heard: {}.", mistakes.collect::<Vec<_>>().join(", ")));

    list.push(HARD);
    let longer = listen(&speech, &recordings, &list)?;
    let head =
        ["said, `go` in the list", "clips", "right", "wrong word", "nothing", "right %", "95 % interval"];
    let mut table = Table::new(&head);
    for (word, counts) in longer.wanted.iter().filter(|(word, _)| word == HARD) {
        table.row(counts.row(word));
    }
    table.row(longer.all_wanted().row("all of the list"));
    report.table(table);
    report.text(format!(
        "Other words taken for a word of that list: {} of {}.",
        longer.unknown.wrong,
        longer.unknown.total()
    ));
    let right = Figure::share("heard", "words of the list heard", all.right, all.total(), 0.6);
    report.figure(right.floor(Limit::AtLeast(90.0)));
    let (other, hard) = (found.unknown, found.hard);
    let taken = Figure::share("taken", "other words taken for a word", other.wrong, other.total(), 1.1);
    report.figure(taken.floor(Limit::AtMost(5.0)));
    report.figure(Figure::share(
        "go-taken",
        "`go`, not in the list, taken for a word",
        hard.wrong,
        hard.total(),
        1.2,
    ));
    Ok(())
}

fn accepted(name: &str, counts: Counts) -> [String; 5] {
    let n = counts.total();
    [
        name.to_owned(),
        n.to_string(),
        counts.wrong.to_string(),
        percent(counts.wrong, n),
        interval(counts.wrong, n),
    ]
}

pub(super) fn recordings(folder: &Path) -> anyhow::Result<Vec<Recording>> {
    let mut found = Vec::new();
    for name in FOLDERS {
        for path in files(&folder.join(name), &["wav"])? {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let named = file.split('_').next().unwrap_or_default();
            found.push(Recording { said: if name == UNKNOWN { named } else { name }.to_owned(), path });
        }
    }
    Ok(found)
}

fn listen(speech: &Speech, recordings: &[Recording], list: &[&str]) -> anyhow::Result<Outcome> {
    let words = speech.words(list)?;
    let halves = by_half(speech);
    let heard = in_parallel(recordings, |recording| {
        Ok(halves[recording.half()].word(&intake::clip(&recording.path)?, &words)?.word)
    })?;
    let mut by_word: BTreeMap<&str, Counts> = BTreeMap::new();
    let mut mistakes: BTreeMap<String, usize> = BTreeMap::new();
    for (recording, heard) in recordings.iter().zip(heard) {
        let counts = by_word.entry(&recording.said).or_default();
        match heard {
            None => counts.nothing += 1,
            Some(word) if word == recording.said => counts.right += 1,
            Some(word) => {
                counts.wrong += 1;
                *mistakes.entry(format!("{} > {word}", recording.said)).or_default() += 1;
            }
        }
    }
    let listed = |word: &&str| by_word.contains_key(*word);
    let wanted = list.iter().copied().filter(listed).map(|word| (word.to_owned(), by_word[word])).collect();
    let unlisted = |said: &str| !list.contains(&said) && said != HARD;
    let others = by_word.iter().filter(|(said, _)| unlisted(said)).map(|(_, counts)| *counts);
    let unknown = others.fold(Counts::default(), Counts::plus);
    Ok(Outcome { wanted, hard: by_word.get(HARD).copied().unwrap_or_default(), unknown, mistakes })
}

impl Outcome {
    fn all_wanted(&self) -> Counts {
        self.wanted.iter().fold(Counts::default(), |sum, (_, counts)| sum.plus(*counts))
    }
}
