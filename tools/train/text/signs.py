"""text-signs: whether a text hints that somebody is in danger. A linear model over hashed pieces of the text.

Learns from the project's own lines (`tests/data/concern.tsv` without the lists that are held out, the texts of
`content/starter`, made-up answers) and from GoEmotions as ordinary talk. The threshold is the lowest at which no more than
`ALARMS_MAX` of the ordinary lines that sound alike are taken for a hint, each list left out in turn.
"""

import argparse
import random
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from answers import answers  # noqa: E402
from common import make_model, quantize_weights, run_onnx, write_model_folder  # noqa: E402

ROOT = Path(__file__).resolve().parents[3]
BUCKETS = 1 << 15
PIECE_CHARS_MAX = 4
WORDS_MAX = 3
# Never learned from: `last` and `fresh` were written to measure with.
HELD_OUT = {"last", "fresh"}
ALARMS_MAX = 0.2
TALK_LINES = 1_000
TALK_WEIGHT = 0.3
INVERSE_PENALTY = 10.0
STEPS = 600
RATE = 0.05
SEED = 2
GOLDEN_TEXT = "I cannot go on like this. 我不想活了"


def fnv1a(data):
    value = 0x811C9DC5
    for byte in data:
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def pieces(text):
    """The buckets of a text: runs of 1 to 4 characters (single ASCII ones apart) and of 1 to 3 English words."""
    text = " " + " ".join(text.lower().replace("’", "'").split()) + " "
    found = set()
    for length in range(1, PIECE_CHARS_MAX + 1):
        for start in range(len(text) - length + 1):
            piece = text[start : start + length]
            if length > 1 or ord(piece) >= 128:
                found.add(fnv1a(b"c" + piece.encode()) % BUCKETS)
    words = re.findall(r"[a-z0-9']+", text)
    for length in range(1, WORDS_MAX + 1):
        for start in range(len(words) - length + 1):
            found.add(fnv1a(b"w" + " ".join(words[start : start + length]).encode()) % BUCKETS)
    return sorted(found)


class Texts:
    """Texts as sparse rows; a row has length 1."""

    def __init__(self, texts):
        rows = [pieces(text) for text in texts]
        self.count = len(rows)
        self.row = np.repeat(np.arange(self.count), [len(row) for row in rows])
        self.bucket = np.concatenate([np.array(row, dtype=np.int64) for row in rows])
        self.value = np.concatenate([np.full(len(row), len(row) ** -0.5) for row in rows])

    def scores(self, weights, bias):
        return np.bincount(self.row, self.value * weights[self.bucket], self.count) + bias

    def gradient(self, errors):
        return np.bincount(self.bucket, self.value * errors[self.row], BUCKETS), errors.sum()


def train(texts, hints, importance):
    """Weights and bias of a logistic regression: full batches, Adam, a fixed number of steps."""
    importance = importance * np.where(hints, importance[~hints].sum() / importance[hints].sum(), 1.0)
    rows, weights, bias = Texts(texts), np.zeros(BUCKETS), 0.0
    moments = [np.zeros(BUCKETS + 1), np.zeros(BUCKETS + 1)]
    for step in range(1, STEPS + 1):
        chance = 1.0 / (1.0 + np.exp(-rows.scores(weights, bias)))
        slope, slope_bias = rows.gradient(importance * (chance - hints))
        slope = np.append(slope + weights / INVERSE_PENALTY, slope_bias)
        moments[0] = 0.9 * moments[0] + 0.1 * slope
        moments[1] = 0.999 * moments[1] + 0.001 * slope**2
        change = moments[0] / (1 - 0.9**step) / (np.sqrt(moments[1] / (1 - 0.999**step)) + 1e-8)
        rate = RATE * min(1.0, 2.0 * (1.0 - step / (STEPS + 1)))
        weights, bias = weights - rate * change[:-1], bias - rate * change[-1]
    return weights, bias


def lines_of_the_project():
    """(language, hint, list, text) of every line."""
    lines = (ROOT / "tests/data/concern.tsv").read_text().splitlines()[1:]
    fields = [line.split("\t") for line in lines]
    return [(language, expected == "concern", name, text) for language, expected, _, name, text in fields]


def texts_of_the_pack():
    found = set()

    def walk(part):
        if isinstance(part, dict):
            for key, value in part.items():
                if isinstance(value, str) and (key in ("en", "zh") or key.endswith(("_en", "_zh"))):
                    found.add(value)
                else:
                    walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    for path in sorted((ROOT / "content/starter").rglob("*.toml")):
        walk(tomllib.loads(path.read_text()))
    return sorted(found)


def talk(data):
    lines = (Path(data) / "goemotions/original.train.tsv").read_text().splitlines()
    return random.Random(SEED).sample([line.split("\t")[0] for line in lines], TALK_LINES)


def fit(lines, ordinary, chat):
    texts = [text for _, _, _, text in lines] + ordinary + chat
    hints = np.array([hint for _, hint, _, _ in lines] + [False] * (len(ordinary) + len(chat)))
    importance = np.array([1.0] * (len(lines) + len(ordinary)) + [TALK_WEIGHT] * len(chat))
    return train(texts, hints, importance)


def threshold(lines, ordinary, chat):
    """The score that `ALARMS_MAX` of the ordinary lines reach, each list judged by a model that has not met it."""
    scores, hints = [], []
    for name in sorted({name for _, _, name, _ in lines} - {"tune"}):
        left = [line for line in lines if line[2] == name]
        weights, bias = fit([line for line in lines if line[2] != name], ordinary, chat)
        scores.append(Texts([text for _, _, _, text in left]).scores(weights, bias))
        hints.append(np.array([hint for _, hint, _, _ in left]))
    scores, hints = np.concatenate(scores), np.concatenate(hints)
    least = float(np.quantile(scores[~hints], 1.0 - ALARMS_MAX))
    print(f"left out in turn: {(scores[hints] >= least).mean():.3f} of {hints.sum()} noticed, "
          f"{(scores[~hints] >= least).mean():.3f} of {(~hints).sum()} taken for a hint")
    return least


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="the folder with goemotions/")
    parser.add_argument("--out", default=ROOT / "models/text-signs", type=Path)
    arguments = parser.parse_args()
    everything = lines_of_the_project()
    lines = [line for line in everything if line[2] not in HELD_OUT]
    ordinary, chat = texts_of_the_pack() + answers(SEED), talk(arguments.data)
    least = round(threshold(lines, ordinary, chat), 2)
    weights, bias = fit(lines, ordinary, chat)
    for language in ("en", "zh"):
        for name in sorted(HELD_OUT):
            rows = [line for line in everything if line[2] == name and line[0] == language]
            if rows:
                scores = Texts([text for _, _, _, text in rows]).scores(weights, bias)
                hints = np.array([hint for _, hint, _, _ in rows])
                print(f"{name} {language}: {(scores[hints] >= least).sum()} of {hints.sum()} noticed, "
                      f"{(scores[~hints] >= least).sum()} of {(~hints).sum()} taken for a hint")
    write(arguments.out, weights.astype(np.float32), np.float32(bias), least)


def write(folder, weights, bias, least):
    nodes = [helper.make_node("MatMul", ["pieces", "weights"], ["sum"]),
             helper.make_node("Add", ["sum", "bias"], ["score"])]
    pieces_in, score_out = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])
        for name, width in (("pieces", BUCKETS), ("score", 1))
    )
    tensors = {"weights": weights[:, None], "bias": np.array([bias], np.float32)}
    parent = make_model(nodes, [pieces_in], [score_out], tensors, "text-signs")
    found = pieces(GOLDEN_TEXT)
    row = np.zeros((1, BUCKETS), np.float32)
    row[0, found] = len(found) ** -0.5
    description = {
        "id": "text-signs",
        "title": "Hints at danger in an English or Chinese text",
        "licence": "MIT OR Apache-2.0",
        "labels": [],
        "tolerance": 0.05,
        "source": [],
        "input": [{"name": "pieces", "dtype": "f32", "shape": ["1", str(BUCKETS)],
                   "layout": "hashed pieces of the text, each counted once; the row has length 1"}],
        "output": [{"name": "score", "dtype": "f32", "shape": ["1", "1"],
                    "meaning": "log-odds that the text hints at danger"}],
        "settings": {"buckets": BUCKETS, "piece_chars_max": PIECE_CHARS_MAX, "words_max": WORDS_MAX,
                     "score_min": least},
    }
    golden = run_onnx(parent, {"pieces": row})
    write_model_folder(folder, description, quantize_weights(parent), {"pieces": row}, golden)
    print(f"{folder}: score of the golden text {golden['score'].item():.4f}")


if __name__ == "__main__":
    main()
