"""Ear and reader of `pipeline.py`: words, replies and their tone by the device's own steps, in onnxruntime and numpy.

runtime/src/perception has the reference, and models/*/manifest.toml the constants.
"""

import sys
import tomllib
from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train/speech"))
from keywords import SAMPLE_RATE, Recognizer, read_wav, session  # noqa: E402
from settings import RIVALS  # noqa: E402

FEELINGS = ("happy", "sad", "angry", "scared", "surprised", "disgusted", "calm")
WORDS = (*FEELINGS, "yes", "no", "again", "next", "help", "stop")
WORD_SAMPLES_MAX = 3 * SAMPLE_RATE
REPLY_WORDS_MIN = 3
FRAME_SAMPLES, CONTEXT_SAMPLES = 512, 64
VOICE_STATE = (2, 1, 128)
WINDOW_SAMPLES = SAMPLE_RATE // 100


class Model:
    """A model and its manifest."""

    def __init__(self, models, name):
        self.session = session(models / name / "model.onnx")
        manifest = tomllib.loads((models / name / "manifest.toml").read_text(encoding="utf-8"))
        self.set, self.labels, self.inputs = manifest["settings"], manifest["labels"], manifest["input"]

    def run(self, *values):
        names = (wanted["name"] for wanted in self.inputs)
        return self.session.run(None, dict(zip(names, values, strict=True)))


def sigmoid(logits):
    # No float overflows here, and beyond it nothing changes.
    return 1.0 / (1.0 + np.exp(-np.clip(logits, -80.0, 80.0)))


@dataclass(frozen=True)
class Spoken:
    """A recording of one word, and where the word ends in it."""

    samples: np.ndarray
    end: int

    @classmethod
    def read(cls, path):
        """The end is that of the last window of 10 ms with at least a twentieth of the loudest one's level."""
        samples = read_wav(path)
        windows = samples[: len(samples) // WINDOW_SAMPLES * WINDOW_SAMPLES].reshape(-1, WINDOW_SAMPLES)
        levels = np.sqrt((windows**2).mean(axis=1))
        return cls(samples, int(np.flatnonzero(levels >= levels.max() / 20)[-1] + 1) * WINDOW_SAMPLES)


def loudness(samples):
    """The root of the mean square."""
    return float(np.sqrt(np.mean(samples * samples)))


class Voice:
    """Where an utterance begins and ends."""

    def __init__(self, models):
        self.model = Model(models, "voice-activity")
        settings = self.model.set
        kept, shortest, longest = (
            settings[key] * SAMPLE_RATE // 1000 for key in ("pre_roll_ms", "min_speech_ms", "max_speech_ms")
        )
        self.before_samples, self.speech_samples_min, self.utterance_samples_max = kept, shortest, longest
        self.after_samples = settings["post_roll_ms"] * SAMPLE_RATE // 1000
        self.state = np.zeros(VOICE_STATE, np.float32)
        self.context = np.zeros(CONTEXT_SAMPLES, np.float32)
        self.before = deque(maxlen=self.before_samples // FRAME_SAMPLES + 1 + settings["start_frames"])
        self.utterance, self.speaking, self.run_frames, self.voiced = [], False, 0, 0
        self.loudest, self.soft_frames = 0.0, 0

    def probability(self, frame):
        audio = np.concatenate([self.context, frame])
        speech, self.state = self.model.run(audio[None], self.state)
        self.context = frame[-CONTEXT_SAMPLES:]
        return float(speech[0, 0])

    def push(self, frame):
        """Takes the next frame; gives an utterance that has just ended, else None."""
        settings, probability = self.model.set, self.probability(frame)
        if not self.speaking:
            self.listen(frame, probability)
            return None
        self.utterance.append(frame)
        voiced = probability >= settings["stop_probability"]
        loud = loudness(frame)
        self.loudest = max(self.loudest, loud)
        soft = not voiced or loud < settings["word_soft_share"] * self.loudest
        self.soft_frames = self.soft_frames + 1 if soft else 0
        self.run_frames = 0 if voiced else self.run_frames + 1
        self.voiced = self.length() if voiced else self.voiced
        full = self.length() >= self.before_samples + self.utterance_samples_max
        return self.end() if full or self.run_frames >= settings["stop_frames"] else None

    def listen(self, frame, probability):
        settings = self.model.set
        self.before.append(frame)
        self.run_frames = self.run_frames + 1 if probability >= settings["start_probability"] else 0
        if self.run_frames >= settings["start_frames"]:
            kept = self.before_samples + self.run_frames * FRAME_SAMPLES
            self.utterance = [np.concatenate(self.before)[-kept:]]
            self.before.clear()
            self.speaking, self.run_frames, self.voiced = True, 0, self.length()
            kept = self.utterance[0]
            parts = (kept[at : at + FRAME_SAMPLES] for at in range(0, len(kept), FRAME_SAMPLES))
            self.loudest, self.soft_frames = max(loudness(part) for part in parts), 0

    def length(self):
        return sum(len(part) for part in self.utterance)

    def so_far(self):
        """What was said up to now, with a little after it; None where there is too little speech in it."""
        if self.voiced - self.before_samples < self.speech_samples_min:
            return None
        return np.concatenate(self.utterance)[: self.voiced + self.after_samples]

    def end(self):
        clip = self.so_far()
        self.utterance, self.speaking, self.run_frames, self.voiced = [], False, 0, 0
        return clip

    def may_be_word(self):
        """Whether what was said so far is no longer than a word."""
        longest = self.model.set["word_ms_max"] * SAMPLE_RATE // 1000
        return self.speaking and self.voiced - self.before_samples <= longest


class Ear:
    """Words as soon as they are over, and other utterances in writing."""

    def __init__(self, models, text):
        self.voice, self.recognizer, self.text = Voice(models), Recognizer(models), text
        self.look_frames = self.voice.model.set["word_look_frames"]
        self.word_frames = self.voice.model.set["word_stop_frames"]
        self.word = None

    def prepare(self):
        """What each word gains for being rare, once and for all."""
        for word in (*WORDS, *(rival for rivals in RIVALS.values() for rival in rivals)):
            self.recognizer.bonus(word)

    def hear(self, frame):
        """Takes the next 512 samples; gives what was just understood as kind and value, else None."""
        ended = self.voice.push(frame)
        if ended is not None:
            return self.understand(ended)
        quiet_frames = self.voice.soft_frames if self.voice.may_be_word() else 0
        if quiet_frames == 0:
            self.word = None
        if quiet_frames == self.look_frames:
            self.word = self.word_of(self.voice.so_far())
        if self.word and quiet_frames >= self.word_frames:
            self.voice.end()
            return "keyword", self.word
        return None

    def word_of(self, clip):
        if clip is None or len(clip) > WORD_SAMPLES_MAX:
            return None
        return self.recognizer.recognize(clip, WORDS)[0]

    def understand(self, clip):
        """One word of the list, or else the tone of a reply in words."""
        word = self.word_of(clip)
        if word:
            return "keyword", word
        said = self.recognizer.transcribe(clip)
        if len(said.split()) < REPLY_WORDS_MIN:
            return "utterance", None
        return "text", self.text.read(said)[0]


class Text:
    def __init__(self, models):
        self.model = Model(models, "text-emotion")
        self.tokenizer = Tokenizer.from_file(str(models / "text-emotion/tokenizer.json"))

    def read(self, sentence):
        """The tone of a sentence, and the confidence in it."""
        ids = self.tokenizer.encode(sentence).ids
        limit = self.model.set["max_tokens"]
        if len(ids) > limit:
            # The last token closes the sentence and stays.
            ids = [*ids[: limit - 1], ids[-1]]
        groups = self.model.run(np.array([ids], np.int64))[2][0]
        return self.sentiment(*(float(p) for p in sigmoid(groups)[1:]))

    def sentiment(self, negative, neutral, positive):
        settings = self.model.set
        low, high = sorted((negative, positive))
        _, negative_min, _, positive_min = settings["threshold_groups"]
        near = low >= settings["sentiment_mixed_ratio"] * high
        if negative >= negative_min and positive >= positive_min and near:
            return "mixed", low
        neutral_weight = settings["sentiment_neutral_ratio"] * neutral
        weights = {"negative": (negative, negative), "neutral": (neutral_weight, neutral)}
        weights["positive"] = (positive, positive)
        tone = max(weights, key=lambda name: weights[name][0])
        weight, best = weights[tone]
        return ("unsure" if weight < settings["sentiment_unsure"] else tone), best
