"""Stage three of models/text-emotion: go on from a trained model with comments and reviews, and keep the best.

    python tools/train/text/finish.py --packages DIR --data DIR/text --start models/text-emotion --seeds 1 2 3

One training for each seed, all from the same start, and averages of their weights with a share of the start's. One
in the middle of the best on the dev splits becomes the checkpoint, which `train.py --checkpoint` converts. A seed whose checkpoint
is there is not trained anew. Averages: Wortsman et al., "Model soups", 2022, and "Robust fine-tuning of zero-shot
models", 2022.
"""

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import onnx

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, quantize_weights, read_member, run_main  # noqa: E402
from corpus import Pieces, load_goemotions, plain_tokenizer  # noqa: E402
from encoder_graph import WORDS, build_model, read_weights  # noqa: E402
from held_out import load_held_out, own_sentences, plain_sentences  # noqa: E402
from own_reviews import made_up  # noqa: E402
from reviews import load_rated, load_reviews  # noqa: E402
from scores import NEGATIVE, POSITIVE  # noqa: E402
from train import (  # noqa: E402
    FOLDER, PACKAGE, calibrate, load_checkpoint, logits_of, package_weights, save_checkpoint,
)

# How much of an average the trainings make up; the rest is what they started from.
SHARES = (1.0, 0.8, 0.7, 0.6)
# Sums of four scores on dev that differ by less are alike.
TOLD_APART = 0.0025


def start_weights(path, packages):
    """Weights of a model folder or of a checkpoint."""
    if path.is_file():
        return load_checkpoint(path, packages)[0]
    if not (path / "model.onnx").is_file():
        raise ConversionError(f"{path} is neither a checkpoint nor a model folder. Give --start one of them.")
    return read_weights(onnx.load(path / "model.onnx"), package_weights(packages)[WORDS])


def review_sentences(packages, seed):
    """What stage three reads beside the comments."""
    held_out = [text for rows in (*load_held_out(packages).values(), own_sentences()) for text, _ in rows]
    return load_reviews(packages, made_up(seed), held_out + plain_sentences())


def train_seed(args, start, plan, pieces):
    import torch

    from finishing import carry_over

    torch.set_num_threads(args.threads)
    p = {k: torch.from_numpy(np.array(v)) for k, v in start.items()}
    reviews = review_sentences(args.packages, plan.seed)
    found = carry_over(p, load_goemotions(args.data, "train"), reviews, pieces, plan)
    return {k: v.numpy() for k, v in found.items()}


def average(start, many, share):
    """`share` of the mean of many trainings, the rest of what they started from."""
    mixed = lambda k: (1 - share) * start[k] + share * np.mean([w[k] for w in many], axis=0)  # noqa: E731
    return {k: mixed(k).astype(np.float32) for k in many[0]}


def review_accuracy(weights, packages, pieces):
    """Share of the clear rated sentences of the dev split with the right one of positive and negative ahead."""
    texts, tones = load_rated(packages, dev=True)
    clear = [index for index, tone in enumerate(tones) if abs(tone) == 1]
    groups = logits_of(quantize_weights(build_model(weights)), pieces([texts[i] for i in clear]))["groups"]
    ahead = groups[:, POSITIVE] > groups[:, NEGATIVE]
    return float((ahead == (np.array(tones)[clear] > 0)).mean())


def judged(weights, args, pieces):
    facts = calibrate(weights, args.data, pieces)
    facts["scores"]["dev"]["reviews"] = review_accuracy(weights, args.packages, pieces)
    return facts


def middle_of_the_best(sums):
    """Of those that dev does not tell apart from the best, the one in the middle of their order."""
    best = max(sums.values())
    near = [name for name, value in sums.items() if value >= best - TOLD_APART]
    return near[len(near) // 2]


def main():
    from finishing import Plan

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--packages", required=True, help="folder with the registry archives")
    parser.add_argument("--data", required=True, help="folder that holds goemotions/")
    parser.add_argument("--start", type=Path, required=True, help="model folder or checkpoint to go on from")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--checkpoint", type=Path, default=Path("target/text-emotion.safetensors"))
    parser.add_argument("--threads", type=int, default=1, choices=range(1, 65), metavar="N")
    args = parser.parse_args()
    pieces = Pieces(plain_tokenizer(read_member(PACKAGE, args.packages, FOLDER + "tokenizer.json")))
    start, candidates = start_weights(args.start, args.packages), {}
    for seed in args.seeds:
        path, plan = args.checkpoint.with_suffix(f".seed{seed}.safetensors"), replace(Plan(), seed=seed)
        if path.is_file():
            weights, facts = load_checkpoint(path, args.packages)
        else:
            weights = train_seed(args, start, plan, pieces)
            facts = judged(weights, args, pieces) | {"plan": asdict(plan)}
            save_checkpoint(path, weights, facts)
        candidates[f"seed {seed}"] = (weights, facts)
    trained = [weights for weights, _ in candidates.values()]
    for share in SHARES:
        weights = average(start, trained, share)
        candidates[f"average, {share}"] = (weights, judged(weights, args, pieces) | {"share": share})
    for name, (_, facts) in candidates.items():
        print(f"{name}: {json.dumps({k: v for k, v in facts['scores'].items() if k != 'by_class'})}")
    chosen = middle_of_the_best({name: sum(facts["scores"]["dev"].values()) for name, (_, facts) in candidates.items()})
    save_checkpoint(args.checkpoint, *candidates[chosen])
    print(f"{chosen} is in the middle of the best on dev and was written to {args.checkpoint}")


if __name__ == "__main__":
    run_main(main)
