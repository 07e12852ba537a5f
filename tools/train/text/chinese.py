"""text-emotion-zh: sentiment and feeling of a Chinese sentence.

A multilingual encoder stays as its package has it (`multilingual.py`); two linear heads over one hidden layer learn
from GoEmotions and XED in English, which the encoder carries over, from XED in Chinese, from the texts of
`content/starter` and from the project's own lines in `chinese.tsv`. Held out, and never learned from: the lines
marked so in `chinese.tsv`, the texts that the pack holds out, and a quarter of XED's simplified lines.

    python tools/train/text/chinese.py --packages DIR --data DATA/text
"""

import re
import sys
import tomllib
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import (  # noqa: E402
    ConversionError, conversion_parser, make_model, max_abs_diff, model_bytes, quantize_weights, run_main, run_onnx,
    write_model_folder,
)
from corpus import load_goemotions, read_lines  # noqa: E402
from multilingual import (  # noqa: E402
    LAST, PACKAGE, TOKENS_MAX, WEIGHTS, EncoderGraph, Tokens, encode, prune, read_encoder, tokenizer_json,
)

ROOT = Path(__file__).resolve().parents[3]
EKMAN = ["anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"]
GROUPS = ["ambiguous", "negative", "neutral", "positive"]
FEELINGS = ["angry", "disgusted", "scared", "happy", "calm", "sad", "surprised"]
# Plutchik's numbers in XED: anger, anticipation, disgust, fear, joy, sadness, surprise, trust.
EKMAN_OF_PLUTCHIK = {1: 0, 3: 1, 4: 2, 5: 3, 6: 5, 7: 6}
NEGATIVE, POSITIVE = {1, 3, 4, 6}, {5, 8}
HIDDEN, STEP_LINES, EPOCHS, RATE, DECAY, DROP, SEED = 128, 256, 5, 1e-3, 1e-4, 0.3, 3
# Lines of GoEmotions per class and of English XED that are learned from: enough for one layer, and it takes a minute.
CLASS_LINES_MAX, XED_LINES_MAX = 800, 1_500
OWN_WEIGHT, XED_WEIGHT, ENGLISH_XED_WEIGHT, GROUP_SHARE = 15.0, 2.0, 0.5, 0.5
# A line this near to one that is held out is the same line in another script.
SAME_LINE = 0.9
SURE_MIN = 0.8
DIFFERENCE_MAX = 1.0
GOLDEN_SENTENCE = "虽然有点紧张，可是见到奶奶我还是很开心！"


@dataclass
class Lines:
    """Texts with their targets; a weight of 0 leaves a head alone."""

    texts: list
    ekman: np.ndarray
    groups: np.ndarray
    weight: np.ndarray

    def at(self, rows):
        rows = np.asarray(rows)
        places = np.flatnonzero(rows) if rows.dtype == bool else rows
        return Lines([self.texts[i] for i in places], self.ekman[places], self.groups[places], self.weight[places])


def joined(parts):
    return Lines(sum((p.texts for p in parts), []), *(np.concatenate([getattr(p, k) for p in parts])
                                                      for k in ("ekman", "groups", "weight")))


def english(data):
    """Lines of GoEmotions, each class about as often, and of XED."""
    chance, lines = np.random.default_rng(SEED), load_goemotions(data, "train")
    kept = [chance.permutation(np.flatnonzero(lines.targets["ekman"][:, c]))[:CLASS_LINES_MAX] for c in range(7)]
    kept = np.unique(np.concatenate(kept))
    chosen = Lines(lines.texts, lines.targets["ekman"], lines.targets["groups"], np.ones((len(lines.texts), 2)))
    xed = plutchik(data, "en-annotated.tsv", ENGLISH_XED_WEIGHT)
    return joined([chosen.at(kept), xed.at(chance.permutation(len(xed.texts))[:XED_LINES_MAX])])


def plutchik(data, name, weight):
    """Lines of XED; those without a label that can be read are left out."""
    rows = [line.split("\t") for line in read_lines(Path(data) / "xed" / name)]
    rows = [row for row in rows if len(row) >= 2 and re.fullmatch(r"[1-8](, [1-8])*", row[1])]
    ekman, groups = np.zeros((len(rows), 7), np.float32), np.zeros((len(rows), 4), np.float32)
    for i, row in enumerate(rows):
        labels = {int(n) for n in row[1].split(", ")}
        ekman[i, [EKMAN_OF_PLUTCHIK[n] for n in labels if n in EKMAN_OF_PLUTCHIK]] = 1
        groups[i, 1], groups[i, 3] = bool(labels & NEGATIVE), bool(labels & POSITIVE)
    known = np.stack([ekman.any(axis=1), GROUP_SHARE * groups.any(axis=1)], axis=1)
    return Lines([row[0] for row in rows], ekman, groups, weight * known)


def own(split):
    rows = [line.split("\t") for line in read_lines(Path(__file__).parent / "chinese.tsv")[1:]]
    return told([row[1:] for row in rows if row[0] == split])


def of_the_pack(held_out):
    texts = tomllib.loads((ROOT / "content/starter/texts.toml").read_text(encoding="utf-8"))["text"]
    lines = told([(t["feeling"], "-", t["zh"]) for t in texts if t.get("held_out", False) == held_out])
    return lines


def told(rows):
    """Lines of the project: feeling, sentiment and text; a dash where there is none."""
    ekman, groups = np.zeros((len(rows), 7), np.float32), np.zeros((len(rows), 4), np.float32)
    for i, (feeling, sentiment, _) in enumerate(rows):
        if feeling != "-":
            ekman[i, FEELINGS.index(feeling)] = 1
        if sentiment == "mixed":
            groups[i, [1, 3]] = 1
        elif sentiment == "neutral" and feeling == "surprised":
            groups[i, 0] = 1
        elif sentiment != "-":
            groups[i, GROUPS.index(sentiment)] = 1
    known = np.stack([ekman.any(axis=1), groups.any(axis=1)], axis=1)
    return Lines([row[2] for row in rows], ekman, groups, OWN_WEIGHT * known)


def fit(x, lines):
    """Weights of the hidden layer and the heads: binary cross-entropy, Adam, dropout, a fixed number of steps."""
    chance = np.random.default_rng(SEED)
    centre, spread = x.mean(axis=0), x.std(axis=0)
    # A feature that hardly varies would be blown up together with the error of its rounding.
    spread = np.maximum(spread, np.float32(0.2) * spread.mean())
    x = (x - centre) / spread
    targets = np.concatenate([lines.ekman, lines.groups], axis=1)
    weight = np.repeat(lines.weight.astype(np.float32), [7, 4], axis=1)
    shapes = {"w1": (x.shape[1], HIDDEN), "b1": (HIDDEN,), "w2": (HIDDEN, 11), "b2": (11,)}
    p = {k: (chance.standard_normal(s) / np.sqrt(s[0]) if len(s) == 2 else np.zeros(s)).astype(np.float32)
         for k, s in shapes.items()}
    first, second = ({k: np.zeros_like(v) for k, v in p.items()} for _ in range(2))
    steps, step = EPOCHS * (len(x) // STEP_LINES), 0
    for _ in range(EPOCHS):
        order = chance.permutation(len(x))
        for start in range(0, len(x) - STEP_LINES + 1, STEP_LINES):
            rows = order[start : start + STEP_LINES]
            kept = (chance.random((STEP_LINES, x.shape[1]), np.float32) >= DROP) / np.float32(1 - DROP)
            inputs = x[rows] * kept
            summed = inputs @ p["w1"] + p["b1"]
            kept = ((chance.random(summed.shape, np.float32) >= DROP) & (summed > 0)) / np.float32(1 - DROP)
            hidden = summed * kept
            chances = 1 / (1 + np.exp(-(hidden @ p["w2"] + p["b2"])))
            error = (chances - targets[rows]) * weight[rows] / np.float32(STEP_LINES)
            back = error @ p["w2"].T * kept
            slopes = {"w1": inputs.T @ back, "b1": back.sum(axis=0), "w2": hidden.T @ error, "b2": error.sum(axis=0)}
            rate = RATE * (1 - step / steps)
            step += 1
            for k, slope in slopes.items():
                first[k] = np.float32(0.9) * first[k] + np.float32(0.1) * slope
                second[k] = np.float32(0.999) * second[k] + np.float32(0.001) * slope**2
                change = first[k] / (1 - 0.9**step) / (np.sqrt(second[k] / (1 - 0.999**step)) + 1e-8)
                p[k] = (p[k] * (1 - rate * DECAY) - rate * change).astype(np.float32)
    return p | {"centre": centre.astype(np.float32), "scale": (1 / spread).astype(np.float32)}


def logits(head, x):
    x = (x - head["centre"]) * head["scale"]
    return np.maximum(x @ head["w1"] + head["b1"], 0) @ head["w2"] + head["b2"]


def feelings(found, lines):
    """(confidences of the best at temperature 1, logits and right classes) of the lines with exactly one feeling."""
    one = (lines.ekman.sum(axis=1) == 1) & (lines.weight[:, 0] > 0)
    return found[one][:, :7], lines.ekman[one].argmax(axis=1)


def shares(found, temperature):
    found = np.exp((found - found.max(axis=1, keepdims=True)) / temperature)
    return found / found.sum(axis=1, keepdims=True)


def settle(found, lines):
    """Temperature and thresholds, chosen on lines that the head has not learned from."""
    seven, right = feelings(found, lines)
    grid = np.arange(0.5, 4.01, 0.1)
    losses = [-np.log(shares(seven, t)[np.arange(len(right)), right]).mean() for t in grid]
    temperature = float(np.round(grid[int(np.argmin(losses))], 1))
    chances = shares(seven, temperature)
    hit, sure = chances.argmax(axis=1) == right, chances.max(axis=1)
    least = next((t for t in np.arange(0.2, 0.96, 0.01) if hit[sure >= t].mean() >= SURE_MIN), 0.95)
    p = 1 / (1 + np.exp(-found[:, 7:]))
    toned = lines.weight[:, 1] > 0
    both = (lines.groups[:, 1] > 0) & (lines.groups[:, 3] > 0)

    def f1(least):
        said = np.minimum(p[:, 1], p[:, 3])[toned] >= least
        return 2 * (said & both[toned]).sum() / max(1, said.sum() + both[toned].sum())

    mixed = max(np.arange(0.2, 0.6, 0.02), key=f1)
    print(f"temperature {temperature}, feelings sure from {least:.2f} ({hit.mean():.3f} right of {len(hit)}, "
          f"{hit[sure >= least].mean():.3f} of the {(sure >= least).mean():.2f} that are sure)")
    return {"temperature": temperature, "feeling_unsure": round(float(least), 2),
            "sentiment_mixed": round(float(mixed), 2), "sentiment_unsure": 0.35, "max_tokens": TOKENS_MAX}


def build(weights, head):
    graph = EncoderGraph(weights)
    centred = graph.op("Sub", [graph.encode(), graph.constant("centre", head["centre"])], "centred")
    sentence = graph.op("Mul", [centred, graph.constant("scale", head["scale"])], "scaled")
    graph.op("Relu", [graph.linear(sentence, head["w1"], head["b1"], "hidden")], "features")
    graph.linear("features", head["w2"][:, :7], head["b2"][:7], "ekman")
    graph.linear("features", head["w2"][:, 7:], head["b2"][7:], "groups")
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "S"])
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])
               for name, width in (("ekman", 7), ("groups", 4), ("features", HIDDEN))]
    return make_model(graph.nodes, [ids], outputs, graph.initializers, "text-emotion-zh", opset=17)


def report(name, found, lines):
    seven, right = feelings(found, lines)
    if len(right):
        print(f"{name}: {(seven.argmax(axis=1) == right).mean():.3f} of {len(right)} feelings")
    clear = (lines.weight[:, 1] > 0) & (lines.groups[:, 1] != lines.groups[:, 3])
    if clear.any():
        hit = (found[clear, 10] > found[clear, 8]) == (lines.groups[clear, 3] > 0)
        print(f"{name}: {hit.mean():.3f} of {clear.sum()} positive or negative")


def write(folder, weights, pieces, head, settings):
    parent = build(weights, head)
    small = quantize_weights(parent)
    ids = {"ids": np.array(Tokens(pieces)([GOLDEN_SENTENCE]), np.int64)}
    golden = run_onnx(parent, ids)
    difference = max_abs_diff(golden, run_onnx(small, ids))
    if difference > DIFFERENCE_MAX:
        raise ConversionError(f"int8 weights move the golden logits by {difference:.3f}. Look for outliers.")
    description = {
        "id": "text-emotion-zh",
        "title": "Emotions and sentiment of a Chinese sentence",
        "licence": "Apache-2.0",
        "labels": EKMAN,
        "tolerance": round(2 * difference + 0.05, 1),
        "source": PACKAGE.source_table(WEIGHTS),
        "input": [{"name": "ids", "dtype": "i64", "shape": ["1", "S"],
                   "layout": "word pieces from start to end, one sentence"}],
        "output": [
            {"name": "ekman", "dtype": "f32", "shape": ["1", "7"], "meaning": "logits of " + ", ".join(EKMAN)},
            {"name": "groups", "dtype": "f32", "shape": ["1", "4"], "meaning": "logits of " + ", ".join(GROUPS)},
            {"name": "features", "dtype": "f32", "shape": ["1", str(HIDDEN)],
             "meaning": "the hidden layer that both come from"},
        ],
        "settings": settings,
    }
    write_model_folder(folder, description, small, ids, golden, {"tokenizer.json": tokenizer_json(pieces)})
    print(f"{folder}: {len(model_bytes(small))} bytes, {len(pieces)} pieces, int8 against float {difference:.4f}")
    return small


def run_lines(model, tokens, lines):
    import onnxruntime as ort

    session = ort.InferenceSession(model_bytes(model), providers=["CPUExecutionProvider"])
    found = [session.run(["ekman", "groups"], {"ids": np.array([row], np.int64)}) for row in tokens(lines.texts)]
    return np.concatenate([np.concatenate(row, axis=1) for row in found])


def main():
    parser = conversion_parser(__doc__.split("\n")[0], "text-emotion-zh", data=True)
    args = parser.parse_args()
    if not args.data:
        raise ConversionError("the heads are trained each time. Give --data the folder with goemotions/ and xed/.")
    whole, all_pieces = read_encoder(args.packages)
    weights, pieces = prune(whole, all_pieces)
    all_tokens, tokens = Tokens(all_pieces), Tokens(pieces)
    simplified = plutchik(args.data, "cn-projections.tsv", XED_WEIGHT)
    apart = np.array([zlib.crc32(text.encode()) % 4 == 0 for text in simplified.texts])
    xed_test = simplified.at(apart)
    chinese = joined([simplified.at(~apart), plutchik(args.data, "zh-projections.tsv", XED_WEIGHT)])
    x_test, x_chinese = encode(weights, tokens(xed_test.texts)), encode(weights, tokens(chinese.texts))
    unit = [x[:, -LAST:] / np.linalg.norm(x[:, -LAST:], axis=1, keepdims=True) for x in (x_chinese, x_test)]
    new = (unit[0] @ unit[1].T).max(axis=1) < SAME_LINE
    mine = joined([own("train"), of_the_pack(False)])
    chinese, x_chinese = joined([chinese.at(new), mine]), np.concatenate(
        [x_chinese[new], encode(weights, tokens(mine.texts))])
    foreign = english(args.data)
    x_foreign = encode(whole, all_tokens(foreign.texts))
    print(f"{len(foreign.texts)} English and {len(chinese.texts)} Chinese lines to learn from", flush=True)
    # Settings are chosen on a third of the project's own lines: labels of XED are too often wrong for that.
    fold = np.array([zlib.crc32(text.encode()) % 3 == 1 for text in chinese.texts])
    fold[: len(fold) - len(mine.texts)] = False
    head = fit(np.concatenate([x_foreign, x_chinese[~fold]]), joined([foreign, chinese.at(~fold)]))
    settings = settle(logits(head, x_chinese[fold]), chinese.at(fold))
    head = fit(np.concatenate([x_foreign, x_chinese]), joined([foreign, chinese]))
    model = write(args.out, weights, pieces, head, settings)
    for name, lines in (("own lines held out", own("held-out")), ("pack's lines held out", of_the_pack(True)),
                        ("XED held out", xed_test)):
        report(name, run_lines(model, tokens, lines), lines)


if __name__ == "__main__":
    run_main(main)
