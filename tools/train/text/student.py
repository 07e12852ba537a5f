"""Distil the trained model to three layers: a small student learns the teacher's logits on the same sentences.

    python tools/train/text/student.py --packages DIR --data DIR/text --teacher target/text-emotion.safetensors

leaves a checkpoint that `train.py --checkpoint` converts. What it scored is in the model card.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import read_member, run_main  # noqa: E402
from corpus import Pieces, load_goemotions, plain_tokenizer  # noqa: E402
from encoder_graph import LAYERS, OUTPUTS, WIDTH  # noqa: E402
from finish import review_sentences  # noqa: E402
from finishing import cut  # noqa: E402
from net import Dropout, classify, encode  # noqa: E402
from train import FOLDER, PACKAGE, calibrate, load_checkpoint, save_checkpoint  # noqa: E402
from training import batches, pad  # noqa: E402

# Layers of the teacher that the student starts from.
KEPT = (0, 2, 5)
PASSES = 2
RATE = 3.0e-4
WARMUP = 0.05
AVERAGE = 0.99


def first_student(teacher):
    """The teacher's tensors without the layers that are left out."""
    found = {k: v for k, v in teacher.items() if not k.startswith("encoder.layer.")}
    for place, index in enumerate(KEPT):
        old = f"encoder.layer.{index}."
        found |= {f"encoder.layer.{place}." + k[len(old) :]: v for k, v in teacher.items() if k.startswith(old)}
    parts = teacher["head.hidden.weight"].reshape(-1, LAYERS, WIDTH)
    found["head.hidden.weight"] = parts[:, list(KEPT)].reshape(-1, len(KEPT) * WIDTH)
    return {k: v.clone() for k, v in found.items()}


def teach(teacher, rows, order):
    """The teacher's logits of every row, and its hidden layer."""
    out = {}
    with torch.no_grad():
        for chosen in order:
            found = classify(teacher, encode(teacher, *pad([rows[i] for i in chosen])))
            for name, block in found.items():
                out.setdefault(name, torch.empty(len(rows), block.shape[1]))[chosen] = block
    return out


def distil(teacher, rows, seed=1):
    torch.manual_seed(seed)
    generator, lengths = np.random.default_rng(seed), np.array([len(r) for r in rows])
    wanted = teach(teacher, rows, batches(lengths, generator))
    p, drop = first_student(teacher), Dropout(0.05, seed)
    learned = [k for k in p if k.startswith(("encoder.", "head."))]
    optimizer = torch.optim.AdamW([p[k].requires_grad_() for k in learned], lr=RATE, weight_decay=0.01, fused=True)
    mean = {k: p[k].detach().clone() for k in learned}
    todo, began = [c for _ in range(PASSES) for c in batches(lengths, generator)], time.time()
    for step, chosen in enumerate(todo):
        done = (step + 1) / len(todo)
        optimizer.param_groups[0]["lr"] = RATE * min(done / WARMUP, (1 - done) / (1 - WARMUP))
        found = classify(p, encode(p, *pad([rows[i] for i in chosen]), drop), drop)
        loss = 0.0
        for name in OUTPUTS:
            goal = wanted[name][chosen]
            loss = loss + F.binary_cross_entropy_with_logits(found[name], torch.sigmoid(goal), reduction="sum")
            loss = loss + 0.05 * F.mse_loss(found[name], goal, reduction="sum")
        optimizer.zero_grad(set_to_none=True)
        (loss / len(chosen)).backward()
        torch.nn.utils.clip_grad_norm_([p[k] for k in learned], 5.0)
        optimizer.step()
        keep = min(AVERAGE, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_([mean[k] for k in learned], [p[k] for k in learned], 1 - keep)
        if step % 100 == 0:
            minutes = (time.time() - began) / 60
            print(f"step {step}/{len(todo)} loss {loss.item() / len(chosen):.3f} {minutes:.1f} min", flush=True)
    return {k: v.detach().clone() for k, v in {**p, **mean}.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--packages", required=True, help="folder with the registry archives")
    parser.add_argument("--data", required=True, help="folder that holds goemotions/")
    parser.add_argument("--teacher", type=Path, required=True, help="checkpoint of the whole model")
    parser.add_argument("--checkpoint", type=Path, default=Path("target/text-emotion-student.safetensors"))
    parser.add_argument("--threads", type=int, default=1, choices=range(1, 65), metavar="N")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    pieces = Pieces(plain_tokenizer(read_member(PACKAGE, args.packages, FOLDER + "tokenizer.json")))
    weights, _ = load_checkpoint(args.teacher, args.packages)
    teacher = {k: torch.from_numpy(np.array(v)) for k, v in weights.items()}
    texts = load_goemotions(args.data, "train").texts + review_sentences(args.packages, 1).texts
    found = distil(teacher, [cut(r) for r in pieces(texts)])
    weights = {k: v.numpy() for k, v in found.items()}
    facts = calibrate(weights, args.data, pieces)
    save_checkpoint(args.checkpoint, weights, facts)
    print(json.dumps({k: v for k, v in facts["scores"].items() if k != "by_class"}))


if __name__ == "__main__":
    run_main(main)
