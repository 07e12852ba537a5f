"""Reference of the keyword recognizer: the decoder's log-probability of each word as the whole transcript.

The device runs the same steps; this file is what tunes and checks their constants.
"""

import sys
import wave
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from conversion_error import ConversionError  # noqa: E402
from settings import ALIASES, BELIEVED_SOONER, RIVALS, VERIFIED, KEYWORD_SETTINGS as SET  # noqa: E402
from tokens import Tokens  # noqa: E402

SAMPLE_RATE = 16000
NEVER = -99.0
MAX_CLIP_SECONDS = 30
# Samples of one vector of the encoder, and how its loud stretch is found.
STEP, WINDOW, HOP, SHARE = 384, 400, 160, np.float32(0.003162)


def read_wav(path):
    """Mono 16-bit samples at 16 kHz as floats in -1..1."""
    with wave.open(str(path)) as source:
        if (source.getframerate(), source.getnchannels(), source.getsampwidth()) != (SAMPLE_RATE, 1, 2):
            raise ConversionError(f"{path} is not 16 kHz mono 16-bit. Convert it first.")
        frames = source.readframes(min(source.getnframes(), SAMPLE_RATE * MAX_CLIP_SECONDS))
    return np.frombuffer(frames, "<i2").astype(np.float32) / 32768.0


def log_softmax(rows):
    shifted = rows.astype(np.float64) - rows.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def session(path):
    import onnxruntime as ort

    if not path.is_file():
        raise ConversionError(f"{path} is missing. Give --models the folder that holds the model folders.")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    # Left to itself onnxruntime also rounds activations to int8 where a weight is int8; tract and the device do not.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class Recognizer:
    def __init__(self, models_dir):
        models = Path(models_dir)
        self.encoder = session(models / "speech-encoder/model.onnx")
        self.decoder = session(models / "speech-decoder/model.onnx")
        self.tokens = Tokens.load(models / "speech-decoder/tokens.txt")
        self.silence = self.encode(np.zeros(SAMPLE_RATE, np.float32))
        self.bonuses = {}
        path = models / "speech-decoder/verifier.safetensors"
        if not path.is_file():
            raise ConversionError(f"{path} is missing. tools/train/speech/verifier.py makes it.")
        self.verifier = load_file(path)

    def encode(self, audio):
        return self.encoder.run(None, {"audio": audio[None].astype(np.float32)})[0]

    def decode(self, memory, ids, rows):
        feeds = {"ids": np.asarray(ids, np.int64), "memory": memory, "rows": np.asarray(rows, np.int64)}
        return log_softmax(self.decoder.run(None, feeds)[0])

    def prepare(self, samples):
        """Mean removed and level raised; None where nothing was recorded."""
        audio = samples[: int(SET["max_clip_seconds"] * SAMPLE_RATE)].astype(np.float32)
        audio = audio - np.float32(audio.mean())
        peak = float(np.abs(audio).max())
        if peak < SET["silent_peak"]:
            return None
        return audio * np.float32(min(SET["peak_level"] / peak, SET["max_gain"]))

    def padded(self, audio, look):
        before, after = (int(SET[k][look] * SAMPLE_RATE / 1000) for k in ("pad_before_ms", "pad_after_ms"))
        return self.encode(np.concatenate([np.zeros(before, np.float32), audio, np.zeros(after, np.float32)]))

    def look(self, memory, words, rivals=()):
        """Log-probability of each word as the whole transcript."""
        first = self.decode(memory, [[SET["bos_id"]]], [0])[0]
        handicap = SET["alias_handicap"]
        spellings = [(w, ids, 0.0) for w in words for ids in self.spellings(w)]
        aliases = [(w, ALIASES[w]) for w in words if w in ALIASES and ALIASES[w] not in words]
        spellings += [(w, ids, handicap) for w, alias in aliases for ids in self.spellings(alias)]
        alive = [(w, ids, h) for w, ids, h in spellings if first[ids[0]] >= SET["prune_log_probability"]]
        heard = [(w, ids, 0.0) for w in rivals for ids in self.spellings(w)]
        alive += [(w, ids, h) for w, ids, h in heard if first[ids[0]] >= SET["rival_log_probability"]]
        scores = dict.fromkeys([*words, *rivals], NEVER)
        if not alive:
            return scores
        length = 1 + max(len(ids) for _, ids, _ in alive)
        batch = np.full((len(alive), length), SET["eos_id"], np.int64)
        rows = []
        for i, (_, ids, _) in enumerate(alive):
            batch[i, : 1 + len(ids)] = [SET["bos_id"], *ids]
            rows += [i * length + j for j in range(1, 1 + len(ids))]
        table = iter(self.decode(memory, batch, rows))
        ends = [int(e) for e in SET["end_ids"]]
        for word, ids, handicap in alive:
            total = first[ids[0]] - handicap
            for following in ids[1:]:
                total += next(table)[following]
            total += log_sum(next(table)[ends])
            scores[word] = log_sum(np.array([scores[word], total]))
        gains = {w: SET["rival_bonus"] if w in rivals else self.bonus(w) for w, s in scores.items() if s > NEVER}
        return {w: s + gains.get(w, 0.0) for w, s in scores.items()}

    def bonus(self, word):
        """What a word gains for being rare in text: the decoder alone, hearing silence, prefers common words."""
        if word not in self.bonuses:
            total = []
            for ids in self.spellings(word):
                table = self.decode(self.silence, [[SET["bos_id"], *ids]], range(len(ids) + 1))
                end = log_sum(table[len(ids)][[int(e) for e in SET["end_ids"]]])
                total.append(sum(table[i][t] for i, t in enumerate(ids)) + end)
            lack = SET["rarity_reference"] - log_sum(np.array(total))
            self.bonuses[word] = float(np.clip(SET["rarity_weight"] * lack, 0.0, SET["rarity_limit"]))
        return self.bonuses[word]

    def spellings(self, word):
        """Token ids of the word with a capital and without."""
        return [self.tokens.encode(word[:1].upper() + word[1:]), self.tokens.encode(word.lower())]

    def recognize(self, samples, words, half=None):
        """(word or None, scores of the deciding look). A word is None when nothing in the list was said.

        With a half of the speakers the judge of the verifier is asked that did not learn from it.
        """
        audio = self.prepare(samples)
        if audio is None:
            return None, dict.fromkeys(words, NEVER)
        rivals = dict.fromkeys(r for w in words for r in RIVALS.get(w, []) if r not in words)
        memory = self.padded(audio, 0)
        scores = self.look(memory, words, rivals)
        best, score, lead = leader(scores, words)
        if score < SET["reject_log_probability"]:
            return None, scores
        limit = SET["accept_log_probability"]
        if score < limit:
            again = self.look(self.padded(audio, 1), words, rivals)
            scores = {w: log_sum(np.array([scores[w], again[w]])) - np.log(2.0) for w in scores}
            best, score, lead = leader(scores, words)
            limit = SET["mean_log_probability"]
        if score < limit or lead < 0:
            return None, scores
        logit = self.verify(audio, memory, best, half) - SET["verify_logit"]
        least = 0.0 if best == BELIEVED_SOONER else SET["lead"]
        accepted = min(score - SET["mean_log_probability"], lead, logit) >= least
        return (best if accepted else None), scores

    def verify(self, audio, memory, word, half=None):
        """The verifier's logit of a word; no limit for a word that it does not know."""
        if word not in VERIFIED:
            return np.inf
        start, end = (int(SET["pad_before_ms"][0] * SAMPLE_RATE / 1000) + at for at in loud(audio))
        steps, found = memory[0][start // STEP : -(-end // STEP) + 1], []
        for judge in (0, 1) if half is None else (1 - half,):
            hidden, bias, out, out_bias = (
                self.verifier[k][judge] for k in ("hidden", "hidden_bias", "out", "out_bias")
            )
            units = np.maximum(steps @ hidden.T + bias, 0.0)
            pooled = np.concatenate([units.max(axis=0), units.mean(axis=0)])
            found.append(float(pooled @ out[VERIFIED.index(word)] + out_bias[VERIFIED.index(word)]))
        return sum(found) / len(found)

    def transcribe(self, samples):
        """Greedy transcription."""
        audio = samples[: int(SET["max_transcribe_seconds"] * SAMPLE_RATE)]
        memory = self.encode(audio)
        limit = min(SET["max_tokens"], int(np.ceil(len(audio) / SAMPLE_RATE * SET["tokens_per_second"])))
        ids = [SET["bos_id"]]
        for _ in range(limit):
            token = int(self.decode(memory, [ids], [len(ids) - 1])[0].argmax())
            if token == SET["eos_id"]:
                break
            ids.append(token)
        return self.tokens.decode(ids[1:])


def log_sum(values):
    top = values.max()
    return float(top + np.log(np.exp(values - top).sum()))


def leader(scores, words):
    """Best word, its score, and by how much it leads over the other words and its rivals, beyond what it must."""
    order = sorted(words, key=lambda w: -scores[w])
    second = scores[order[1]] if len(order) > 1 else NEVER
    best = scores[order[0]]
    rivals = [r for r in RIVALS.get(order[0], []) if r not in words]
    return order[0], best, min([best - second - SET["margin"], *(best - scores[r] for r in rivals)])


def loud(audio):
    """First and last sample of what is within 25 dB of the loudest 25 ms, and a little around it."""
    count = (len(audio) - WINDOW) // HOP + 1
    energy = np.array([np.sum(audio[i * HOP : i * HOP + WINDOW] ** 2) for i in range(count)])
    near = np.convolve(energy, np.ones(3), "same")
    on = np.flatnonzero(near > near.max() * SHARE)
    return max(0, on[0] * HOP - WINDOW), min(len(audio), on[-1] * HOP + WINDOW + 5 * HOP)
