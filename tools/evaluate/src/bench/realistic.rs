//! What a session asks of the models, on the inputs of the demonstration.

use crate::root;
use anyhow::Context;
use petri_core::Word;
use petri_runtime::perception::mesh::Track;
use petri_runtime::perception::voice::FRAME_SAMPLES;
use petri_runtime::{Clip, Perception, intake};

const CLIP_SAMPLES: usize = 32_000;
const SENTENCE: &str =
    "I was so happy to see you yesterday, but now I feel a little sad that you had to leave early.";

/// Work of a session.
pub(super) struct Task<'a> {
    /// What it is.
    pub(super) name: &'static str,
    /// What it works on.
    pub(super) input: &'static str,
    /// What the project allows it.
    pub(super) budget_ms: Option<f64>,
    /// Does it once.
    pub(super) work: Box<dyn FnMut() -> anyhow::Result<()> + 'a>,
}

/// All tasks.
pub(super) fn tasks(perception: &mut Perception) -> anyhow::Result<Vec<Task<'_>>> {
    let demo = root()?.join("board/demo");
    let portrait = intake::frame(&demo.join("astronaut.png"))?;
    let mut track = Track::default();
    let recording = intake::clip(&demo.join("no.wav"))?;
    let mut samples = recording.samples().to_vec();
    samples.resize(CLIP_SAMPLES, 0.0);
    let frames: Vec<[f32; FRAME_SAMPLES]> = samples.as_chunks().0.to_vec();
    let clip = Clip::new(samples);
    let list = Word::ALL.map(Word::text);
    let Perception { sight, voice, speech, text } = perception;
    let sight = &*sight;
    let words = speech.words(&list)?;
    let mut next = frames.into_iter().cycle();
    Ok(vec![
        Task {
            name: if cfg!(feature = "therapy") { "face, expression, mesh" } else { "face and mesh" },
            input: "three frames of a stream",
            budget_ms: Some(45.0),
            work: Box::new(move || {
                for _ in 0..3 {
                    sight.follow(&portrait, &mut track)?;
                }
                Ok(())
            }),
        },
        Task {
            name: "keyword",
            input: "2 s, \"no\", 13 words",
            budget_ms: Some(150.0),
            work: Box::new(move || Ok(speech.word(&clip, &words).map(drop)?)),
        },
        Task {
            name: "sentence",
            input: "20 words",
            budget_ms: Some(10.0),
            work: Box::new(move || Ok(text.read(SENTENCE).map(drop)?)),
        },
        Task {
            name: "voice activity",
            input: "one frame of 32 ms",
            budget_ms: None,
            work: Box::new(move || {
                let frame = next.next().context("the recording board/demo/no.wav is empty; restore it")?;
                Ok(voice.probability(&frame).map(drop)?)
            }),
        },
    ])
}
