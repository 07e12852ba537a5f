//! Voice activity: where speech begins and ends in a stream of sound.

use crate::engine::{Engine, Model, tensor};
use crate::media::SAMPLE_RATE_HZ;
use crate::{Clip, Error};
use petri_models::Id;
use std::collections::VecDeque;
use tract_core::prelude::tvec;

/// Samples taken at a time: 32 ms.
pub const FRAME_SAMPLES: usize = 512;
const CONTEXT_SAMPLES: usize = 64;
const STATE_SHAPE: [usize; 3] = [2, 1, 128];

/// Listens frame by frame and hands out one clip per utterance.
#[derive(Clone)]
pub struct VoiceActivity {
    model: Model,
    rules: Rules,
    state: Vec<f32>,
    context: [f32; CONTEXT_SAMPLES],
    /// The last frames before speech was noticed, so that a soft beginning is not lost.
    before: VecDeque<f32>,
    utterance: Vec<f32>,
    speaking: bool,
    run_frames: u32,
    /// Samples of `utterance` up to the last frame that still held speech.
    voiced: usize,
    /// The loudest frame of `utterance`, and how many frames in a row were soft beside it or held no speech.
    loudest: f32,
    soft_frames: u32,
}

#[derive(Clone, Copy)]
struct Rules {
    start: f32,
    stop: f32,
    start_frames: u32,
    stop_frames: u32,
    before_samples: usize,
    after_samples: usize,
    speech_samples_min: usize,
    utterance_samples_max: usize,
    word_look_frames: u32,
    word_stop_frames: u32,
    word_samples_max: usize,
    word_soft_share: f32,
}

/// The root of the mean square.
fn loudness(samples: &[f32]) -> f32 {
    (samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// A pause in an utterance that is short enough for a single word.
#[derive(Debug, Clone, PartialEq)]
pub enum Pause {
    /// It has just begun: this is what was said until now.
    Begins(Clip),
    /// It is long enough: what was said was all, if it was a word.
    EndsWord,
}

impl VoiceActivity {
    /// Loads the detector.
    ///
    /// # Errors
    /// When the model is missing, not trusted, or does not run.
    pub fn load<'a>(engine: impl Into<Engine<'a>>) -> Result<Self, Error> {
        let model = Model::load(engine, Id::VoiceActivity)?;
        let settings = model.manifest();
        let samples = |name: &str| (settings.number(name) * SAMPLE_RATE_HZ as f32 / 1_000.0) as usize;
        let rules = Rules {
            start: settings.number("start_probability"),
            stop: settings.number("stop_probability"),
            start_frames: settings.number("start_frames") as u32,
            stop_frames: settings.number("stop_frames") as u32,
            before_samples: samples("pre_roll_ms"),
            after_samples: samples("post_roll_ms"),
            speech_samples_min: samples("min_speech_ms"),
            utterance_samples_max: samples("max_speech_ms"),
            word_look_frames: settings.number("word_look_frames") as u32,
            word_stop_frames: settings.number("word_stop_frames") as u32,
            word_samples_max: samples("word_ms_max"),
            word_soft_share: settings.number("word_soft_share"),
        };
        Ok(Self {
            model,
            rules,
            state: vec![0.0; STATE_SHAPE.iter().product()],
            context: [0.0; CONTEXT_SAMPLES],
            before: VecDeque::new(),
            utterance: Vec::new(),
            speaking: false,
            run_frames: 0,
            voiced: 0,
            loudest: 0.0,
            soft_frames: 0,
        })
    }

    /// Forgets all sound heard so far.
    pub fn reset(&mut self) {
        self.state.fill(0.0);
        self.context.fill(0.0);
        self.before.clear();
        self.utterance.clear();
        self.begin(false);
    }

    /// Begins an utterance, or waits for one.
    fn begin(&mut self, speaking: bool) {
        self.speaking = speaking;
        (self.run_frames, self.soft_frames) = (0, 0);
        self.voiced = self.utterance.len();
        let frames = self.utterance.chunks(FRAME_SAMPLES);
        self.loudest = frames.map(loudness).fold(0.0, f32::max);
    }

    /// The probability, 0 to 1, that the next frame holds speech. Frames must follow each other.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn probability(&mut self, frame: &[f32; FRAME_SAMPLES]) -> Result<f32, Error> {
        let mut audio = [0.0; CONTEXT_SAMPLES + FRAME_SAMPLES];
        audio[..CONTEXT_SAMPLES].copy_from_slice(&self.context);
        audio[CONTEXT_SAMPLES..].copy_from_slice(frame);
        self.context.copy_from_slice(&frame[FRAME_SAMPLES - CONTEXT_SAMPLES..]);
        let inputs = tvec![
            tensor(&self.model, &[1, audio.len()], &audio)?,
            tensor(&self.model, &STATE_SHAPE, &self.state)?
        ];
        let mut outputs = self.model.floats(inputs)?;
        self.state = outputs.pop().unwrap_or_default();
        Ok(outputs.pop().and_then(|speech| speech.first().copied()).unwrap_or(0.0))
    }

    /// Takes the next frame and returns an utterance when one has just ended.
    ///
    /// An utterance begins after `start_frames` frames of speech and ends after `stop_frames` without, or when it
    /// is as long as the manifest allows. A little sound before and after it is kept. One with too little speech
    /// in it is dropped.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn push(&mut self, frame: &[f32; FRAME_SAMPLES]) -> Result<Option<Clip>, Error> {
        let probability = self.probability(frame)?;
        let rules = &self.rules;
        if self.speaking {
            self.utterance.extend_from_slice(frame);
            let loud = loudness(frame);
            self.loudest = self.loudest.max(loud);
            let voiced = probability >= rules.stop;
            if voiced {
                self.voiced = self.utterance.len();
                self.run_frames = 0;
            } else {
                self.run_frames += 1;
            }
            let soft = !voiced || loud < rules.word_soft_share * self.loudest;
            self.soft_frames = if soft { self.soft_frames + 1 } else { 0 };
            let full = self.utterance.len() >= rules.before_samples + rules.utterance_samples_max;
            return Ok(if full || self.run_frames >= rules.stop_frames { self.end() } else { None });
        }
        self.before.extend(frame);
        self.run_frames = if probability >= rules.start { self.run_frames + 1 } else { 0 };
        let kept = rules.before_samples + self.run_frames as usize * FRAME_SAMPLES;
        self.before.drain(..self.before.len().saturating_sub(kept));
        if self.run_frames >= rules.start_frames {
            self.utterance = self.before.drain(..).collect();
            self.begin(true);
        }
        Ok(None)
    }

    /// Whether nothing is heard now that could be speech.
    pub fn is_quiet(&self) -> bool {
        !self.speaking && self.run_frames == 0
    }

    /// Ends the utterance under way, as at the end of a recording.
    pub fn end(&mut self) -> Option<Clip> {
        let samples = self.said();
        let enough = self.speech_samples() >= self.rules.speech_samples_min && !samples.is_empty();
        let clip = enough.then(|| Clip::new(samples.to_vec()));
        self.utterance = Vec::new();
        self.begin(false);
        clip
    }

    /// Whether the utterance under way may have been a word that is over, asked after a [`VoiceActivity::push`] that
    /// ended nothing. A word is answered sooner than the end of an utterance is certain.
    pub fn pause(&self) -> Option<Pause> {
        let (rules, speech) = (&self.rules, self.speech_samples());
        let word = rules.speech_samples_min..=rules.word_samples_max;
        if !self.speaking || !word.contains(&speech) {
            return None;
        }
        match self.soft_frames {
            frames if frames == rules.word_look_frames => {
                Some(Pause::Begins(Clip::new(self.said().to_vec())))
            }
            frames if frames == rules.word_stop_frames => Some(Pause::EndsWord),
            _ => None,
        }
    }

    fn speech_samples(&self) -> usize {
        self.voiced.saturating_sub(self.rules.before_samples)
    }

    /// The utterance under way, with a little of the sound after its last speech.
    fn said(&self) -> &[f32] {
        let end = (self.voiced + self.rules.after_samples).min(self.utterance.len());
        self.utterance.get(..end).unwrap_or_default()
    }

    /// All utterances of a recording.
    ///
    /// Half a second of silence is put on either side: a recording that is cut tight begins before the detector
    /// has heard what quiet is.
    ///
    /// # Errors
    /// When the engine fails.
    pub fn utterances(&mut self, clip: &Clip) -> Result<Vec<Clip>, Error> {
        const QUIET_FRAMES: usize = 16;
        self.reset();
        let mut found = Vec::new();
        let quiet = std::iter::repeat_n(&[] as &[f32], QUIET_FRAMES);
        for chunk in quiet.clone().chain(clip.samples().chunks(FRAME_SAMPLES)).chain(quiet) {
            let mut frame = [0.0; FRAME_SAMPLES];
            frame[..chunk.len()].copy_from_slice(chunk);
            found.extend(self.push(&frame)?);
        }
        found.extend(self.end());
        Ok(found)
    }
}
