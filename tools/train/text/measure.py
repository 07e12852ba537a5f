"""Figures of the model card, from the committed model.

python tools/train/text/measure.py --model models/text-emotion --data DIR/text --packages DIR
"""

import argparse
import sys
import tomllib
from pathlib import Path

import numpy as np
import onnx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, run_main  # noqa: E402
from corpus import Pieces, label_names, load_goemotions  # noqa: E402
from encoder_graph import OUTPUTS  # noqa: E402
from held_out import load_held_out, own_sentences  # noqa: E402
from scores import (  # noqa: E402
    NEGATIVE, NEUTRAL, POSITIVE, SENTIMENTS, calibration_error, f1_by_class, sentiment, sigmoid,
    with_emotions,
)
from train import logits_of  # noqa: E402


def sentiment_of_labels(groups):
    """Index into SENTIMENTS of gold labels; a sentence that is only ambiguous counts as unsure."""
    negative, neutral, positive = (groups[:, i] > 0.5 for i in (NEGATIVE, NEUTRAL, POSITIVE))
    return np.select([negative & positive, negative, positive, neutral], [3, 0, 2, 1], 4)


def print_classes(names, targets, logits, settings):
    for head in OUTPUTS:
        scores = f1_by_class(targets[head], logits[head], settings[f"threshold_{head}"])
        print(f"{head}: macro-F1 {scores.mean():.4f}, n={len(targets[head])}")
        for name, score, count in zip(names[head], scores, targets[head].sum(0)):
            print(f"| {name} | {score:.3f} | {int(count)} |")


def print_sentiments(targets, logits, settings):
    found, confidence = sentiment(sigmoid(logits["groups"]), settings["threshold_groups"], settings)
    wanted = sentiment_of_labels(targets["groups"])
    print("sentiment, rows are labels, columns are what the model says: " + ", ".join(SENTIMENTS))
    for index, name in enumerate(SENTIMENTS):
        counts = np.bincount(found[wanted == index], minlength=len(SENTIMENTS))
        print(f"| {name} | " + " | ".join(map(str, counts)) + f" | {counts.sum()} |")
    clear = wanted < 3
    print(f"right among {clear.sum()} negative, neutral, positive: {(found == wanted)[clear].mean():.4f}")
    print("right among all: " + f"{(found == wanted).mean():.4f}, n={len(wanted)}")
    said = clear & (found < 3)
    error = calibration_error(confidence[said], (found == wanted)[said])
    print(f"expected calibration error of the confidence: {error:.4f}, n={said.sum()}")


def print_tones(model, pieces, settings, sets):
    """Positive against negative alone, and what the rule says, which has three more answers."""
    print("| set | n | larger group right | rule right | rule opposite | neutral | mixed | unsure |")
    for name, rows in sets.items():
        groups = logits_of(model, pieces([text for text, _ in rows]))["groups"]
        positive = np.array([mark == 1 for _, mark in rows])
        ahead = (groups[:, POSITIVE] > groups[:, NEGATIVE]) == positive
        found, _ = sentiment(sigmoid(groups), settings["threshold_groups"], settings)
        shares = [found == 2 * positive, found == 2 * ~positive, *(found == i for i in (1, 3, 4))]
        cells = " | ".join(f"{100 * share.mean():.1f} %" for share in shares)
        print(f"| {name} | {len(rows)} | {100 * ahead.mean():.1f} % | {cells} |", flush=True)
        if len(rows) < 100:
            for (text, mark), fine in zip(rows, ahead):
                if not fine:
                    print(f"  wrong, should be {SENTIMENTS[2 * mark]}: {text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", type=Path, default=Path("models/text-emotion"))
    parser.add_argument("--data", required=True, help="folder that holds goemotions/")
    parser.add_argument("--packages", help="folder with the registry archives; without it no held-out reviews")
    args = parser.parse_args()
    manifest = args.model / "manifest.toml"
    if not manifest.is_file():
        raise ConversionError(f"{manifest} is missing. Give --model the folder of text-emotion.")
    settings = tomllib.loads(manifest.read_text(encoding="utf-8"))["settings"]
    model = onnx.load(args.model / "model.onnx")
    pieces = Pieces((args.model / "tokenizer.json").read_bytes())
    for split in ("dev", "test"):
        data = load_goemotions(args.data, split)
        logits = with_emotions(logits_of(model, pieces(data.texts)), settings["ekman_of_emotion"])
        print(f"== {split}")
        print_classes(label_names(args.data), data.targets, logits, settings)
        print_sentiments(data.targets, logits, settings)
    sets = load_held_out(args.packages) if args.packages else {}
    print_tones(model, pieces, settings, sets | {"own": own_sentences()})


if __name__ == "__main__":
    run_main(main)
