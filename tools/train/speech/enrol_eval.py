"""Few-shot trials of enrolled words on Speech Commands: three recordings enrol a word, the others test it.

python tools/train/speech/enrol_eval.py --data DIR [--models models] [--half 1]

Prints, for the same and for three other speakers, the equal error rate, what is heard at 1 % and at 0.5 % false
accepts with one limit for all words, and what the limit of the device gives.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import run_main  # noqa: E402
from enrol_base import steps, vectors  # noqa: E402
from keyword_eval import speaker_half, true_word  # noqa: E402
from keywords import read_wav, session  # noqa: E402

WORDS, TAKES, DRAWS = ("yes", "no", "stop", "go"), 3, 20
ACCEPT, OWN_SHARE = 7.8, 0.6


class Word:
    """A word from recordings: their mean, and how near other words come to it."""

    def __init__(self, takes, others):
        self.centre = takes.mean(axis=0)
        near = others @ self.centre
        self.mean, self.spread = near.mean(), near.std()
        self.others = self.spreads(others)

    def spreads(self, found):
        return (found @ self.centre - self.mean) / self.spread


def limit(takes, others):
    own = np.mean([Word(np.delete(takes, i, axis=0), others).spreads(t) for i, t in enumerate(takes)])
    return max(ACCEPT, OWN_SHARE * own + (1 - OWN_SHARE) * Word(takes, others).others.max())


def enrolments(files, words, rng):
    """(kind, word, enrolled, tested) of every trial, as indices."""
    for word in WORDS:
        speakers = defaultdict(list)
        for i in np.flatnonzero(words == word):
            speakers[files[i].stem.split("_nohash")[0].split("_")[-1]].append(i)
        for own in speakers.values():
            if len(own) > TAKES:
                own = list(rng.permutation(own))
                yield "same speaker", word, own[:TAKES], own[TAKES:]
        for _ in range(DRAWS):
            chosen = list(rng.permutation(sorted(speakers)))[:TAKES]
            rest = [i for s, own in speakers.items() if s not in chosen for i in own]
            yield "three other speakers", word, [int(rng.choice(speakers[s])) for s in chosen], rest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="models")
    parser.add_argument("--data", required=True)
    parser.add_argument("--half", type=int, choices=[0, 1], default=1, help="of the speakers; 0 made the base")
    args = parser.parse_args()
    files = [f for f in sorted(Path(args.data).glob("*/*.wav")) if speaker_half(f) == args.half]
    words = np.array([true_word(f) for f in files])
    encoder = session(Path(args.models) / "speech-encoder/model.onnx")
    base = load_file(Path(args.models) / "speech-encoder/words.safetensors")
    means = np.stack([steps(encoder, read_wav(f)).mean(axis=0) for f in files])
    found = vectors(means, base["mean"], base["directions"], base["gains"])
    tests, impostors, right, wrong = (defaultdict(list) for _ in range(4))
    for kind, word, enrolled, tested in enrolments(files, words, np.random.default_rng(3)):
        takes = found[enrolled]
        near = Word(takes, base["others"]).spreads(found)
        at = limit(takes, base["others"])
        tests[kind].append(near[tested])
        impostors[kind].append(near[words != word])
        right[kind].append(near[tested] >= at)
        wrong[kind].append(near[words != word] >= at)
    for kind in tests:
        own, other = np.concatenate(tests[kind]), np.sort(np.concatenate(impostors[kind]))[::-1]
        limits = np.unique(np.concatenate([own, other[: len(other) // 5]]))
        missed = np.array([(own < at).mean() for at in limits])
        taken = np.array([(other >= at).mean() for at in limits])
        equal = np.argmin(np.abs(missed - taken))
        heard = [100 * (own > other[int(share * len(other))]).mean() for share in (0.01, 0.005)]
        print(
            f"{kind}: equal error {50 * (missed[equal] + taken[equal]):.1f} %, heard {heard[0]:.1f} % at 1 % and "
            f"{heard[1]:.1f} % at 0.5 % false accepts; at the device's limit {100 * np.concatenate(right[kind]).mean():.1f} % "
            f"heard, {100 * np.concatenate(wrong[kind]).mean():.2f} % taken (n={len(own)} and {len(other)})"
        )


if __name__ == "__main__":
    run_main(main)
