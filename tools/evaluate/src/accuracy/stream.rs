//! Single words in a stream of sound: whether they are heard, and how long after their end they are told.

use super::disturb::{Chance, Noise, noise};
use super::keywords::{self, Recording};
use super::{Part, in_parallel};
use crate::loudness::end_of_word;
use crate::statistics::quantile;
use crate::table::{Table, percent};
use petri_core::Word;
use petri_figures::{Figure, Limit, Lines, Report, Series};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::listener::Listener;
use petri_runtime::perception::speech::{Speech, Words};
use petri_runtime::perception::voice::{FRAME_SAMPLES, VoiceActivity};
use std::path::Path;

pub(super) const PART: Part = Part {
    name: "stream",
    title: "Words in a stream, and when they are told",
    needs: &[keywords::DATA],
    models: &[Id::SpeechEncoder, Id::SpeechDecoder, Id::VoiceActivity],
    measure,
};

/// The quiet of a room around each word: before and after it, in samples, and how loud.
const QUIET_SAMPLES: [usize; 2] = [16_000, 24_000];
const QUIET_LEVEL: f32 = 0.001;
/// A frame, in milliseconds.
const FRAME_MS: f64 = 32.0;
const PER_MS: f64 = 16.0;

/// What was told of a recording, and how long after its end, in milliseconds of sound.
type Told = Option<(String, f64)>;

fn measure(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let (speech, voice) = (Speech::load(store)?, VoiceActivity::load(store)?);
    let list = Word::ALL.map(Word::text);
    let words = speech.words(&list)?;
    let all = keywords::recordings(&data.join(keywords::DATA))?;
    let halves = keywords::by_half(&speech);
    let numbered: Vec<(u64, &Recording)> = (0u64..).zip(&all).collect();
    let told = in_parallel(&numbered, |(seed, recording)| {
        one(&voice, &halves[recording.half()], &words, recording, *seed)
    })?;
    let listed = |said: &str| list.contains(&said);
    let mut delays = Vec::new();
    let (mut right, mut wanted, mut taken, mut others, mut hard) = (0, 0, 0, 0, (0, 0));
    for (recording, told) in all.iter().zip(&told) {
        if listed(&recording.said) {
            wanted += 1;
            if let Some((_, delay)) = told.as_ref().filter(|(word, _)| *word == recording.said) {
                right += 1;
                delays.push(*delay);
            }
        } else if recording.said == keywords::HARD {
            hard = (hard.0 + usize::from(told.is_some()), hard.1 + 1);
        } else {
            others += 1;
            taken += usize::from(told.is_some());
        }
    }
    let mistakes = all.iter().zip(&told).filter_map(|(recording, told)| {
        let (word, _) = told.as_ref().filter(|(word, _)| *word != recording.said)?;
        Some(format!("{} > {word}", recording.said))
    });
    let mistakes: Vec<String> = mistakes.collect();
    delays.sort_by(f64::total_cmp);
    report.text(format!(
        "Each recording in the quiet of a room, heard frame by frame as a session hears it. The delay is counted in \
         sound, from the last loud hundredth of a second of the word to the frame with which the word is told; what the \
         models take to compute is not in it (docs/latency.md has it all). The verifier is asked as for single recordings. List: {}.",
        list.join(", ")
    ));
    let mut table = Table::new(&["said", "clips", "heard right, or taken for a word", "%"]);
    for (name, part, whole) in [
        ("words of the list", right, wanted),
        ("other words", taken, others),
        (keywords::HARD, hard.0, hard.1),
    ] {
        table.row([name.to_owned(), whole.to_string(), part.to_string(), percent(part, whole)]);
    }
    report.table(table);
    report.text(format!("Mistakes, said > heard: {}.", mistakes.join(", ")));
    let places = ["10 %", "50 %", "75 %", "90 %", "95 %", "99 %"];
    let shares = [0.1, 0.5, 0.75, 0.9, 0.95, 0.99];
    let points = shares.iter().enumerate().map(|(at, share)| (at as f64, quantile(&delays, *share)));
    let axes = ["share of the words that were heard", "ms after the word"];
    let lines = Lines::over("delay", "When a word is told", axes, &places, [0.0, 700.0]);
    report.lines(lines.line(Series::points("told", points)));
    let figure = Figure::share("heard", "words of the list heard in a stream", right, wanted, 0.8);
    report.figure(figure.goal(Limit::AtLeast(97.0)));
    let other = Figure::share("taken", "other words taken for a word in a stream", taken, others, 1.1);
    report.figure(other.goal(Limit::AtMost(1.0)));
    let middle =
        Figure::new("delay-50", "half of the words are told within", quantile(&delays, 0.5), "ms", 33.0);
    report.figure(middle.decimals(0).n(delays.len()));
    let late = Figure::new("delay-95", "95 of 100 are told within", quantile(&delays, 0.95), "ms", 65.0);
    report.figure(late.decimals(0).n(delays.len()));
    Ok(())
}

fn one(
    voice: &VoiceActivity,
    speech: &Speech,
    words: &Words,
    recording: &Recording,
    seed: u64,
) -> anyhow::Result<Told> {
    let clip = intake::clip(&recording.path)?;
    let mut chance = Chance::new(seed);
    let mut quiet = |samples: usize| {
        noise(Noise::White, samples, &[], &mut chance)
            .iter()
            .map(|sample| QUIET_LEVEL * sample)
            .collect::<Vec<_>>()
    };
    // Words begin at any moment of a frame.
    let before = quiet(QUIET_SAMPLES[0] + seed as usize * 37 % FRAME_SAMPLES);
    let end = before.len() + end_of_word(clip.samples());
    let sound = [before, clip.samples().to_vec(), quiet(QUIET_SAMPLES[1])].concat();
    let mut listener = Listener::new(voice.clone(), speech.clone(), words.clone());
    for (frame, samples) in sound.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
        if let Some(said) = listener.push(samples)?
            && let Some(word) = said.heard.word
        {
            return Ok(Some((word, (frame as f64 + 1.0) * FRAME_MS - end as f64 / PER_MS)));
        }
    }
    Ok(None)
}
