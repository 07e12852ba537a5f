//! People talking to somebody else, in several languages, and music: how often the device takes a word from it.

use super::disturb::{Chance, in_a_room};
use super::{Part, in_parallel};
use crate::table::Table;
use anyhow::Context;
use petri_core::Word;
use petri_figures::{Figure, Limit, Report};
use petri_models::{Id, Store};
use petri_runtime::intake;
use petri_runtime::perception::listener::Listener;
use petri_runtime::perception::speech::{Speech, Words};
use petri_runtime::perception::voice::{FRAME_SAMPLES, VoiceActivity};
use std::path::{Path, PathBuf};

pub(super) const PART: Part = Part {
    name: "talk",
    title: "People talking to somebody else, and music",
    needs: &[DATA],
    models: &[Id::SpeechEncoder, Id::SpeechDecoder, Id::VoiceActivity],
    measure,
};

const DATA: &str = "speech/talk";
/// Recordings that are heard in a row, as one stream.
const STREAM_RECORDINGS: usize = 40;
/// A header and no sound: a word that a language does not have.
const EMPTY_WAV_BYTES: u64 = 44;
const SAMPLES_PER_SECOND: usize = 16_000;
const SECONDS_PER_HOUR: f64 = 3_600.0;

/// What a stream of recordings was heard as.
#[derive(Default)]
struct Heard {
    samples: usize,
    utterances: usize,
    /// What was playing, and the word that it was taken for.
    taken: Vec<(String, String)>,
}

struct Device {
    voice: VoiceActivity,
    speech: Speech,
    words: Words,
}

fn measure(store: &Store, data: &Path, report: &mut Report) -> anyhow::Result<()> {
    let (speech, voice) = (Speech::load(store)?, VoiceActivity::load(store)?);
    let words = speech.words(&Word::ALL.map(Word::text))?;
    let device = Device { voice, speech, words };
    let mut table = Table::new(&["who", "recordings", "minutes", "utterances", "taken for a word"]);
    let (mut all, mut taken) = (Heard::default(), Vec::new());
    for (seed, folder) in (0u64..).zip(listed(&data.join(DATA))?) {
        let recordings = recordings(&folder)?;
        let streams: Vec<(u64, &[PathBuf])> =
            (1_000 * seed..).zip(recordings.chunks(STREAM_RECORDINGS)).collect();
        let heard = in_parallel(&streams, |(seed, recordings)| device.listen(recordings, *seed))?;
        let who = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let sum = |count: fn(&Heard) -> usize| heard.iter().map(count).sum::<usize>();
        let (samples, utterances) = (sum(|heard| heard.samples), sum(|heard| heard.utterances));
        table.row([
            who,
            recordings.len().to_string(),
            (samples / SAMPLES_PER_SECOND / 60).to_string(),
            utterances.to_string(),
            sum(|heard| heard.taken.len()).to_string(),
        ]);
        all.samples += samples;
        all.utterances += utterances;
        taken.extend(heard.into_iter().flat_map(|heard| heard.taken));
    }
    report.text(
        "Recordings of people who read to somebody on the telephone, and music, one folder each in `speech/talk`: played \
         one after the other with short and long pauses, at four levels, over the noise of a room, and heard frame by \
         frame as a session hears them. Nothing was trained on them; the limits of words amid talk were chosen with them in \
         view.",
    );
    report.table(table);
    let each = taken.iter().map(|(what, word)| format!("{what} > {word}")).collect::<Vec<_>>();
    let each = if each.is_empty() { "none".to_owned() } else { each.join(", ") };
    report.text(format!("Taken for a word, recording > word: {each}."));
    let hours = all.samples as f64 / SAMPLES_PER_SECOND as f64 / SECONDS_PER_HOUR;
    let what = format!("false accepts an hour, in {hours:.1} hours of people talking and music");
    let figure = Figure::new("false-per-hour", &what, taken.len() as f64 / hours, "", 0.4).n(all.utterances);
    report.figure(figure.decimals(2).goal(Limit::AtMost(0.5)));
    Ok(())
}

/// What is in a folder, by name.
fn listed(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let mut found = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    found.sort();
    Ok(found)
}

/// The recordings of a folder and of the folders in it.
fn recordings(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in listed(folder)? {
        found.extend(if path.is_dir() { listed(&path)? } else { vec![path] });
    }
    found.retain(|path| path.extension().is_some_and(|kind| kind == "wav"));
    found.retain(|path| path.metadata().is_ok_and(|file| file.len() > EMPTY_WAV_BYTES));
    Ok(found)
}

impl Device {
    fn listen(&self, recordings: &[PathBuf], seed: u64) -> anyhow::Result<Heard> {
        let mut chance = Chance::new(seed);
        let (mut sound, mut ends) = (Vec::new(), Vec::new());
        for recording in recordings {
            // One pause in three is long.
            let most_ms = if chance.below(3) == 0 { 6_000 } else { 900 };
            sound.resize(sound.len() + SAMPLES_PER_SECOND / 1_000 * (150 + chance.below(most_ms)), 0.0);
            let gain = [1.0, 0.5, 0.2, 0.1][chance.below(4)];
            sound.extend(intake::clip(recording)?.samples().iter().map(|sample| sample * gain));
            ends.push(sound.len());
        }
        let sound = in_a_room(&sound, &mut chance);
        let mut listener = Listener::new(self.voice.clone(), self.speech.clone(), self.words.clone());
        let mut heard = Heard { samples: sound.len(), ..Heard::default() };
        for (frame, samples) in sound.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
            let Some(said) = listener.push(samples)? else { continue };
            heard.utterances += 1;
            if let Some(word) = said.heard.word {
                let began = (frame * FRAME_SAMPLES).saturating_sub(said.length_ms as usize * 16);
                let playing = ends.iter().position(|end| began < *end).unwrap_or(recordings.len() - 1);
                let name = recordings[playing].file_stem().unwrap_or_default().to_string_lossy().into_owned();
                heard.taken.push((name, word));
            }
        }
        Ok(heard)
    }
}
