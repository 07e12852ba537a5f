"""Measure the keyword recognizer on Speech Commands recordings.

python tools/train/speech/keyword_eval.py --models models --data DIR [--words a,b,c] [--half 0|1] [--noise-db 20]
DIR holds one folder per word, and _unknown_ with the word as start of the file name.
"""

import argparse
import hashlib
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, run_main  # noqa: E402
from keywords import Recognizer, read_wav  # noqa: E402

WORDS = "happy,sad,angry,scared,surprised,disgusted,calm,yes,no,again,next,help,stop"


def speaker_half(path):
    """0 or 1 by a hash of the speaker id, so that no speaker is in both halves."""
    speaker = path.stem.split("_nohash")[0].split("_")[-1]
    return hashlib.sha256(speaker.encode()).digest()[0] & 1


def true_word(path):
    return path.stem.split("_")[0] if path.parent.name == "_unknown_" else path.parent.name


def disturb(samples, args, rng):
    """Optional loss of level, added noise, and a tight cut around the loud part."""
    out = samples * np.float32(args.gain)
    if args.noise_db is not None:
        level = np.sqrt(np.mean(out**2)) * 10 ** (-args.noise_db / 20)
        out = out + rng.normal(0, level, len(out)).astype(np.float32)
    if args.cut:
        energy = np.convolve(out**2, np.ones(400) / 400, "same")
        loud = np.flatnonzero(energy > energy.max() * 0.01)
        out = out[max(0, loud[0] - 800) : loud[-1] + 800]
    return np.clip(out, -1, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="models")
    parser.add_argument("--data", required=True)
    parser.add_argument("--words", default=WORDS)
    parser.add_argument("--half", type=int, choices=[0, 1])
    parser.add_argument("--every", type=int, default=1, help="take every n-th recording")
    parser.add_argument("--gain", type=float, default=1.0)
    parser.add_argument("--noise-db", type=float, help="signal to noise ratio of added white noise")
    parser.add_argument("--device", action="store_true", help="verify as the device does, by both judges")
    parser.add_argument("--cut", action="store_true", help="cut tightly around the word")
    args = parser.parse_args()
    words = args.words.split(",")
    recognizer, rng, table, start = Recognizer(args.models), np.random.default_rng(1), {}, time.time()
    files = sorted(Path(args.data).glob("*/*.wav"))[:: args.every]
    files = [f for f in files if args.half is None or speaker_half(f) == args.half]
    if not any(true_word(f) in words for f in files):
        raise ConversionError(f"{args.data} has no recording of {args.words}. Give a folder with one folder per word.")
    for path in files:
        said = true_word(path)
        group = said if said in words else ("go" if said == "go" else "others")
        half = None if args.device else speaker_half(path)
        heard, _ = recognizer.recognize(disturb(read_wav(path), args, rng), words, half)
        counts = table.setdefault(group, [0, 0, 0, 0])
        counts[0] += 1
        counts[1 if heard == said else 3 if heard is None else 2] += 1
    print("group n right wrong_word nothing")
    for group, counts in sorted(table.items()):
        print(group, *counts)
    wanted = np.sum([c for g, c in table.items() if g in words], axis=0)
    print(f"wanted {wanted[1]}/{wanted[0]} = {wanted[1] / wanted[0]:.4f}, wrong word {wanted[2]}")
    for group in ("others", "go"):
        if group in table and group not in words:
            n, _, wrong, _ = table[group]
            print(f"false accepts on {group}: {wrong}/{n} = {wrong / n:.4f}")
    print(f"{1000 * (time.time() - start) / len(files):.1f} ms per clip in onnxruntime, one thread")


if __name__ == "__main__":
    run_main(main)
