//! Words enrolled by three recordings: the four words of which there are enough, as if nothing were known of them.

use super::disturb::Chance;
use super::keywords;
use super::{Part, in_parallel};
use crate::table::{Table, percent};
use petri_core::Word;
use petri_figures::{Figure, Report};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::enrol::{Enrolled, Pattern};
use petri_runtime::perception::speech::Speech;
use std::collections::BTreeMap;
use std::path::Path;

pub(super) const PART: Part = Part {
    name: "enrolled",
    title: "Words that a learner enrols",
    needs: &[keywords::DATA],
    models: &[Id::SpeechEncoder],
    measure,
};

const WORDS: [&str; 4] = ["yes", "no", "stop", "go"];
const RECORDINGS: usize = 3;
const DRAWS: usize = 40;

struct Take {
    said: String,
    speaker: String,
    pattern: Pattern,
}

/// What became of tests.
#[derive(Default)]
struct Tally {
    enrolments: usize,
    refused: usize,
    heard: usize,
    wanted: usize,
    taken: usize,
    others: usize,
}

impl Tally {
    /// Enrols, and tests with `wanted` and everything that is another word.
    fn test(&mut self, speech: &Speech, takes: &[Take], enrol: &[usize], wanted: &[usize]) {
        let recordings = enrol.iter().map(|i| takes[*i].pattern.clone()).collect();
        let mut enrolled = Enrolled::default();
        self.enrolments += 1;
        if speech.take(&mut enrolled, Word::Yes, recordings).is_err() {
            self.refused += 1;
            return;
        }
        let said = &takes[enrol[0]].said;
        self.wanted += wanted.len();
        self.heard += wanted.iter().filter(|i| enrolled.word(&takes[**i].pattern).is_some()).count();
        let others = takes.iter().filter(|take| take.said != *said);
        let (mut n, mut wrong) = (0, 0);
        for other in others {
            n += 1;
            wrong += usize::from(enrolled.word(&other.pattern).is_some());
        }
        self.others += n;
        self.taken += wrong;
    }
}

fn measure(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let speech = Speech::load(store)?;
    let recordings = keywords::recordings(&data.join(keywords::DATA))?;
    let patterns = in_parallel(&recordings, |r| Ok(speech.pattern(&intake::clip(&r.path)?)?))?;
    let takes = recordings.iter().zip(patterns).filter_map(|(recording, pattern)| {
        Some(Take { said: recording.said.clone(), speaker: recording.speaker(), pattern: pattern? })
    });
    let takes: Vec<Take> = takes.collect();
    let (mut same, mut mixed) = (Tally::default(), Tally::default());
    for word in WORDS {
        let mut by_speaker: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, take) in takes.iter().enumerate().filter(|(_, take)| take.said == word) {
            by_speaker.entry(&take.speaker).or_default().push(i);
        }
        for own in by_speaker.values().filter(|own| own.len() > RECORDINGS) {
            same.test(&speech, &takes, &own[..RECORDINGS], &own[RECORDINGS..]);
        }
        let mut chance = Chance::new(163);
        let speakers: Vec<&Vec<usize>> = by_speaker.values().collect();
        for _ in 0..DRAWS {
            let mut order: Vec<usize> = (0..speakers.len()).collect();
            for i in 0..RECORDINGS {
                let other = i + chance.below(order.len() - i);
                order.swap(i, other);
            }
            let enrol: Vec<usize> = order[..RECORDINGS].iter().map(|s| speakers[*s][0]).collect();
            let wanted: Vec<usize> = order[RECORDINGS..].iter().flat_map(|s| speakers[*s]).copied().collect();
            mixed.test(&speech, &takes, &enrol, &wanted);
        }
    }
    report.text(
        "Three recordings enrol one word; the others of it should be heard, and every recording of another word should \
         not, at the limits that ship. Base and limits come from half of the speakers (`tools/train/speech`).",
    );
    let head = ["enrolled by", "enrolments", "refused", "heard", "of", "%", "other words taken", "of", "%"];
    let mut table = Table::new(&head);
    for (name, tally) in [("the same speaker", &same), ("three other speakers", &mixed)] {
        let mut cells = vec![name.to_owned()];
        cells.extend([tally.enrolments, tally.refused, tally.heard, tally.wanted].map(|n| n.to_string()));
        cells.push(percent(tally.heard, tally.wanted));
        cells.extend([tally.taken, tally.others].map(|n| n.to_string()));
        cells.push(percent(tally.taken, tally.others));
        table.push(cells);
    }
    report.table(table);
    for (name, tally) in [("same", &same), ("mixed", &mixed)] {
        let what = format!("enrolled words heard, {name} speakers");
        report.figure(Figure::share(&format!("{name}-heard"), &what, tally.heard, tally.wanted, 1.0));
        let what = format!("other words taken for an enrolled word, {name} speakers");
        report.figure(Figure::share(&format!("{name}-taken"), &what, tally.taken, tally.others, 0.2));
    }
    Ok(())
}
