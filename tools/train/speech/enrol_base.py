"""Write words.safetensors: what enrolled words are measured against. It is an asset of models/speech-encoder.

python tools/train/speech/enrol_base.py --data DIR [--models models] [--out models/speech-encoder/words.safetensors]

From recordings of words in DIR/_unknown_, of one half of the speakers (keyword_eval.py has the halves):
the mean of the encoder's output over the loud stretches, the directions in which recordings differ with the gain that
shrinks each (whitening), and the vector of each recording. Vectors are averages of 288 features over half a second.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from safetensors.numpy import save

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, run_main  # noqa: E402
from keyword_eval import speaker_half  # noqa: E402
from keywords import SAMPLE_RATE, STEP, loud, read_wav, session  # noqa: E402
from settings import KEYWORD_SETTINGS as SET  # noqa: E402

HALF = 0


def prepare(samples):
    audio = samples - samples.mean()
    return audio * np.float32(min(SET["peak_level"] / float(np.abs(audio).max()), SET["max_gain"]))


def steps(encoder, samples):
    """The encoder's output for the loud stretch of a recording."""
    audio = prepare(samples)
    before, after = (int(SET[k][0] * SAMPLE_RATE / 1000) for k in ("pad_before_ms", "pad_after_ms"))
    padded = np.concatenate([np.zeros(before, np.float32), audio, np.zeros(after, np.float32)])
    memory = encoder.run(None, {"audio": padded[None]})[0][0]
    start, end = loud(audio)
    return memory[(before + start) // STEP : -(-(before + end) // STEP) + 1]


# What is added to each variance, as a share of the mean variance.
RIDGE = 0.3


def whitening(means):
    """Mean, directions, and the gain of each: x + sum of gain * (x along direction) * direction."""
    mean = means.mean(axis=0)
    _, sizes, directions = np.linalg.svd(means - mean, full_matrices=False)
    variances = sizes**2 / (len(means) - 1)
    ridge = RIDGE * variances.sum() / means.shape[1]
    return mean, directions, np.sqrt(ridge / (variances + ridge)) - 1


def vectors(means, mean, directions, gains):
    found = means - mean
    found = found + (found @ directions.T * gains) @ directions
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="models")
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", default="models/speech-encoder/words.safetensors")
    args = parser.parse_args()
    files = [f for f in sorted(Path(args.data).glob("_unknown_/*.wav")) if speaker_half(f) == HALF]
    if len(files) < 20:
        raise ConversionError(f"{args.data}/_unknown_ has {len(files)} recordings that serve. Copy the data again.")
    encoder = session(Path(args.models) / "speech-encoder/model.onnx")
    found = [steps(encoder, read_wav(f)) for f in files]
    means = np.stack([f.mean(axis=0) for f in found]).astype(np.float64)
    mean, directions, gains = whitening(means)
    others = vectors(means, mean, directions, gains)
    table = {"mean": mean, "directions": directions, "gains": gains, "others": others}
    Path(args.out).write_bytes(save({k: v.astype(np.float32) for k, v in table.items()}))
    print(f"{len(files)} recordings")


if __name__ == "__main__":
    run_main(main)
