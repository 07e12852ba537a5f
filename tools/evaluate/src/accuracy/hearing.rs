//! The device's words in noise, at other levels and pitches, and in an hour of other sound.

use super::disturb::{Chance, Noise, add, higher, in_a_room, noise};
use super::keywords::{self, Recording};
use super::{Part, in_parallel};
use crate::table::{Table, percent};
use petri_core::Word;
use petri_figures::{Figure, Limit, Lines, Report, Series};
use petri_models::{Id, Store};
use petri_runtime::perception::listener::Listener;
use petri_runtime::perception::speech::{Speech, Words};
use petri_runtime::perception::voice::{FRAME_SAMPLES, VoiceActivity};
use petri_runtime::{Clip, intake};
use std::path::Path;

pub(super) const PART: Part = Part {
    name: "hearing",
    title: "Words in noise, at other pitches, and in an hour of other sound",
    needs: &[keywords::DATA],
    models: &[Id::SpeechEncoder, Id::SpeechDecoder, Id::VoiceActivity],
    measure,
};

/// Wanted clips of a condition, and clips of other words.
const WANTED_MAX: usize = 200;
const OTHERS_MAX: usize = 100;
const SNR_DB: [f32; 4] = [20.0, 10.0, 5.0, 0.0];
const SAMPLES_PER_HOUR: usize = 3_600 * 16_000;

/// Changes a clip.
type Change<'a> = dyn Fn(&[f32], &mut Chance) -> Vec<f32> + Sync + 'a;

/// Clips, evenly spread over all there are.
fn spread(all: Vec<Recording>, most: usize) -> Vec<Recording> {
    let n = all.len();
    all.into_iter().enumerate().filter(|(i, _)| i * most / n != (i + 1) * most / n).map(|(_, r)| r).collect()
}

struct Trial<'a> {
    speech: &'a Speech,
    /// For each half of the speakers, what did not learn from it.
    halves: [Speech; 2],
    words: Words,
    wanted: Vec<Recording>,
    others: Vec<Recording>,
}

impl Trial<'_> {
    /// Wanted words heard, and other words taken for one.
    fn run(&self, change: &Change<'_>) -> anyhow::Result<[(usize, usize); 2]> {
        let word = |(index, recording): &(usize, &Recording)| {
            let clip = intake::clip(&recording.path)?;
            let samples = change(clip.samples(), &mut Chance::new(*index as u64));
            Ok(self.halves[recording.half()].word(&Clip::new(samples), &self.words)?.word)
        };
        let numbered = |recordings: &'_ [Recording]| (0..recordings.len()).collect::<Vec<_>>();
        let (wanted, others) = (numbered(&self.wanted), numbered(&self.others));
        let heard = in_parallel(&wanted, |i| word(&(*i, &self.wanted[*i])))?;
        let right = heard.iter().zip(&self.wanted).filter(|(word, r)| word.as_ref() == Some(&r.said)).count();
        let taken = in_parallel(&others, |i| word(&(*i, &self.others[*i])))?;
        let wrong = taken.iter().filter(|word| word.is_some()).count();
        Ok([(right, wanted.len()), (wrong, others.len())])
    }
}

fn measure(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let speech = Speech::load(store)?;
    let list = Word::ALL.map(Word::text);
    let all = keywords::recordings(&data.join(keywords::DATA))?;
    let (wanted, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|r| list.contains(&r.said.as_str()));
    let others: Vec<_> = rest.into_iter().filter(|r| r.said != keywords::HARD).collect();
    let voices = others.iter().map(|r| Ok(intake::clip(&r.path)?.samples().to_vec()));
    let voices = voices.collect::<anyhow::Result<Vec<Vec<f32>>>>()?;
    let halves_of_voices: Vec<usize> = others.iter().map(Recording::half).collect();
    let words = speech.words(&list)?;
    let (wanted, others) = (spread(wanted, WANTED_MAX), spread(others, OTHERS_MAX));
    let trial = Trial { speech: &speech, halves: keywords::by_half(&speech), words, wanted, others };
    report.text(format!(
        "{} recordings of the list's words, {} of other words, the same in each row. Noise is measured against the \
         loudest quarter second. Pitch: played faster, so pitch, formants and speed rise together; it stands in for \
         children's voices and is no recording of a child. The verifier learned from these speakers, so each is judged \
         by the half of it that learned from the others.",
        trial.wanted.len(),
        trial.others.len()
    ));
    let mut table = Table::new(&["condition", "heard", "%", "other words taken", "%"]);
    let mut row = |name: &str, change: &Change<'_>| -> anyhow::Result<[(usize, usize); 2]> {
        let found = trial.run(change)?;
        let mut cells = vec![name.to_owned()];
        for (part, whole) in found {
            cells.extend([format!("{part} of {whole}"), percent(part, whole)]);
        }
        table.push(cells);
        Ok(found)
    };
    let quiet = row("as recorded", &|samples, _| samples.to_vec())?;
    for (name, gain) in [("level 1/5", 0.2f32), ("level 1/20", 0.05), ("full scale", f32::INFINITY)] {
        row(name, &move |samples, _| {
            let peak = samples.iter().fold(1e-6f32, |peak, sample| peak.max(sample.abs()));
            samples.iter().map(|sample| sample * gain.min(1.0 / peak)).collect()
        })?;
    }
    let mut higher_by = Vec::new();
    for percent in [15, 25] {
        let found = row(&format!("pitch +{percent} %"), &|samples, _| higher(samples, percent))?;
        higher_by.push(found[0]);
    }
    let mut curves = Vec::new();
    for (name, kind) in [("white", Noise::White), ("pink", Noise::Pink), ("babble", Noise::Babble)] {
        let mut points = vec![quiet];
        for db in SNR_DB {
            let change = |samples: &[f32], chance: &mut Chance| {
                add(samples, &noise(kind, samples.len(), &voices, chance), db)
            };
            points.push(row(&format!("{name} noise {db} dB below"), &change)?);
        }
        curves.push((name, points));
    }
    report.table(table);
    let places = ["quiet", "20 dB", "10 dB", "5 dB", "0 dB"];
    let axes = ["word over noise", "heard, %"];
    let mut lines = Lines::over("noise", "Words in noise", axes, &places, [0.0, 100.0]);
    for (name, points) in &curves {
        lines = lines.line(Series::shares(name, points.iter().map(|point| point[0])));
    }
    report.lines(lines);
    for (name, points) in &curves {
        let (right, n) = points[2][0];
        let what = format!("words heard 10 dB above {name} noise");
        report.figure(Figure::share(&format!("{name}-10-db"), &what, right, n, 2.0));
    }
    let (right, n) = higher_by[1];
    report.figure(Figure::share("pitch-25", "words heard with pitch and formants 25 % up", right, n, 2.0));
    let hour = Hour { store, trial: &trial, sentences: sentences()? };
    hour.report(&voices, &halves_of_voices, report)
}

fn sentences() -> anyhow::Result<Vec<Vec<f32>>> {
    let demo = crate::root()?.join("board/demo");
    let sentence = |name: &str| Ok(intake::clip(&demo.join(name))?.samples().to_vec());
    ["sentence-sorry.wav", "sentence-wrong.wav"].map(sentence).into_iter().collect()
}

/// Pieces of an hour.
const PIECES: u64 = 12;

/// An hour of other words, running speech, pauses and noise, heard as the device hears it.
struct Hour<'a> {
    store: &'a Store,
    trial: &'a Trial<'a>,
    sentences: Vec<Vec<f32>>,
}

impl Hour<'_> {
    /// Utterances in pieces of an hour, and what was taken for a word.
    fn listen(
        &self,
        seeds: &[u64],
        voices: &[Vec<f32>],
        speech: &Speech,
    ) -> anyhow::Result<(usize, Vec<String>)> {
        let found = in_parallel(seeds, |seed| {
            let sound = five_minutes(*seed, SAMPLES_PER_HOUR / PIECES as usize, voices, &self.sentences);
            let voice = VoiceActivity::load(self.store)?;
            let mut listener = Listener::new(voice, speech.clone(), self.trial.words.clone());
            let (mut utterances, mut taken) = (0usize, Vec::new());
            for frame in sound.as_chunks::<FRAME_SAMPLES>().0 {
                let Some(said) = listener.push(frame)? else { continue };
                utterances += 1;
                taken.extend(said.heard.word);
            }
            Ok((utterances, taken))
        })?;
        let utterances = found.iter().map(|(utterances, _)| utterances).sum();
        Ok((utterances, found.into_iter().flat_map(|(_, taken)| taken).collect()))
    }

    fn report(&self, voices: &[Vec<f32>], halves: &[usize], report: &mut Report) -> anyhow::Result<()> {
        let pieces: Vec<u64> = (0..PIECES).collect();
        let named = |taken: &[String]| if taken.is_empty() { "none".to_owned() } else { taken.join(", ") };
        let (utterances, taken) = self.listen(&pieces, voices, self.trial.speech)?;
        report.text(format!(
            "An hour of sound without a word of the list, put together by seed: other words one at a time and run \
             together, two spoken sentences, pauses, and noise 20 to 40 dB below. Voice activity cut it into \
             {utterances} utterances; taken for a word: {}. The verifier learned from these recordings.",
            named(&taken)
        ));
        let what = "false accepts in an hour of other sound";
        let figure = Figure::new("false-per-hour", what, taken.len() as f64, "", 0.9).n(utterances);
        report.figure(figure.decimals(0).goal(Limit::AtMost(0.5)));
        let (mut utterances, mut taken) = (0, Vec::new());
        for half in [0, 1] {
            let own =
                voices.iter().zip(halves).filter(|(_, of)| **of == half).map(|(voice, _)| voice.clone());
            let seeds: Vec<u64> = pieces.iter().copied().filter(|seed| seed % 2 == half as u64).collect();
            let found = self.listen(&seeds, &own.collect::<Vec<_>>(), &self.trial.halves[half])?;
            utterances += found.0;
            taken.extend(found.1);
        }
        report.text(format!(
            "Another hour, each five minutes by speakers of one half, judged by the half of the verifier that did not \
             learn from them: {utterances} utterances; taken for a word: {}.",
            named(&taken)
        ));
        let what = "false accepts in an hour of people whom the verifier does not know";
        let figure = Figure::new("false-per-hour-unknown", what, taken.len() as f64, "", 0.9).n(utterances);
        report.figure(figure.decimals(0).goal(Limit::AtMost(0.5)));
        Ok(())
    }
}

fn five_minutes(seed: u64, length: usize, voices: &[Vec<f32>], sentences: &[Vec<f32>]) -> Vec<f32> {
    let mut chance = Chance::new(1_000 + seed);
    let mut sound = Vec::with_capacity(length + 64_000);
    while sound.len() < length {
        // A pause of 1 to 9 s, then somebody says a word, some words in a row, or a sentence.
        sound.resize(sound.len() + 16_000 * (1 + chance.below(9)), 0.0);
        let gain = [1.0, 0.5, 0.2, 0.1][chance.below(4)];
        let run = match chance.below(4) {
            0 | 1 => 1,
            2 => 2 + chance.below(6),
            _ => 0,
        };
        let picked: Vec<&Vec<f32>> = if run == 0 {
            vec![&sentences[chance.below(sentences.len())]]
        } else {
            (0..run).map(|_| &voices[chance.below(voices.len())]).collect()
        };
        sound.extend(picked.into_iter().flatten().map(|sample| sample * gain));
    }
    sound.truncate(length);
    in_a_room(&sound, &mut chance)
}
