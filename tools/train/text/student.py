"""A smaller text-emotion: some of the layers, taught by the larger model. `train.py --checkpoint` converts it.

    python tools/train/text/student.py --packages DIR --data DIR/text --teacher TEACHER --layers 0 2 4

The student starts from the teacher's own layers and learns, from the comments of GoEmotions and the review sentences,
what the teacher says of them and, where there are labels, those. Distillation: Hinton et al., "Distilling the
knowledge in a neural network", 2015; start from every other layer: Sanh et al., "DistilBERT", 2019.
"""

import argparse
import sys
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, read_member, run_main  # noqa: E402
from corpus import Pieces, fill_names, load_goemotions, plain_tokenizer  # noqa: E402
from encoder_graph import OUTPUTS, WIDTH, layers_of  # noqa: E402
from finish import judged, review_sentences, start_weights  # noqa: E402
from finishing import cut, descend, lead  # noqa: E402
from net import classify  # noqa: E402
from train import FOLDER, PACKAGE, save_checkpoint  # noqa: E402
from training import batches, features  # noqa: E402


@dataclass(frozen=True)
class Plan:
    """Passes over all sentences, with a rate that falls to nothing."""

    epochs: int = 3
    batch: int = 48
    rate_encoder: float = 1.0e-4
    rate_heads: float = 3.0e-4
    warmup: float = 0.05
    decay: float = 0.01
    dropout: float = 0.1
    average: float = 0.99
    # Share of the loss that the labels have; the teacher has the rest.
    labels: float = 0.3
    # Weight of which of positive and negative is ahead, as the teacher says it.
    tone: float = 1.0
    seed: int = 7


def half(teacher, layers):
    """The teacher's weights for these of its layers, numbered anew."""
    kept = {k: v for k, v in teacher.items() if not k.startswith("encoder.layer.")}
    for new, old in enumerate(layers):
        prefix = f"encoder.layer.{old}."
        kept |= {f"encoder.layer.{new}." + k[len(prefix):]: v for k, v in teacher.items() if k.startswith(prefix)}
    columns = [teacher["head.hidden.weight"][:, old * WIDTH : (old + 1) * WIDTH] for old in layers]
    kept["head.hidden.weight"] = torch.cat(columns, 1) * (layers_of(teacher) / len(layers)) ** 0.5
    return kept


def loss_of(logits, taught, labels, plan):
    """Binary cross entropy against the teacher's chances, and against labels where a sentence has them."""
    total = 0.0
    for name, said in logits.items():
        told = F.binary_cross_entropy_with_logits(said, taught[name], reduction="none").sum(1)
        total = total + ((1 - plan.labels) * told).mean()
        known = ~torch.isnan(labels[name])
        right = F.binary_cross_entropy_with_logits(said, labels[name].nan_to_num(0.0), reduction="none")
        total = total + plan.labels * (right * known).sum() / len(said)
    tone = F.binary_cross_entropy_with_logits(lead(logits["groups"]), lead(taught["groups"].logit()).sigmoid())
    return total + plan.tone * tone


def learn(p, rows, taught, labels, plan):
    """Averaged weights after all passes."""
    generator, lengths = np.random.default_rng(plan.seed), np.array([len(row) for row in rows])
    passes = [chosen for _ in range(plan.epochs) for chosen in batches(lengths, generator, plan.batch)]
    of = lambda part, chosen: {k: v[chosen] for k, v in part.items()}  # noqa: E731
    todo = [([rows[i] for i in chosen], of(taught, chosen), of(labels, chosen)) for chosen in passes]

    def loss(weights, features, drop, said, right):
        return loss_of(classify(weights, features, drop), said, right, plan)

    return descend(p, {}, todo, plan, loss)


def said_of(p, rows):
    """Logits in float32: 16-bit floats are slow on processors without instructions for them."""
    with torch.no_grad():
        return classify(p, features(p, rows, arithmetic=nullcontext))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--packages", required=True, help="folder with the registry archives")
    parser.add_argument("--data", required=True, help="folder that holds goemotions/")
    parser.add_argument("--teacher", type=Path, default=Path("models/text-emotion"))
    parser.add_argument("--layers", type=int, nargs="+", default=[0, 2, 4])
    parser.add_argument("--checkpoint", type=Path, default=Path("target/text-emotion-student.safetensors"))
    parser.add_argument("--epochs", type=int, default=Plan.epochs, choices=range(1, 33), metavar="N")
    args = parser.parse_args()
    torch.set_num_threads(1)
    plan = Plan(epochs=args.epochs)
    pieces = Pieces(plain_tokenizer(read_member(PACKAGE, args.packages, FOLDER + "tokenizer.json")))
    teacher = {k: torch.from_numpy(np.array(v)) for k, v in start_weights(args.teacher, args.packages).items()}
    if not all(0 <= layer < layers_of(teacher) for layer in args.layers):
        raise ConversionError(f"--layers takes numbers from 0 to {layers_of(teacher) - 1}, as `--layers 0 2 4`.")
    comments, reviews = load_goemotions(args.data, "train"), review_sentences(args.packages, plan.seed)
    texts = fill_names(comments.texts, plan.seed) + reviews.texts
    rows = [cut(row) for row in pieces(texts)]
    blank = {h: np.full((len(reviews.texts), n), np.nan, np.float32) for h, n in OUTPUTS.items()}
    labels = {h: torch.from_numpy(np.concatenate([comments.targets[h], blank[h]])) for h in OUTPUTS}
    print(f"{asdict(plan)}, {len(rows)} sentences", flush=True)
    taught = {h: v.sigmoid() for h, v in said_of(teacher, rows).items()}
    student = learn(half(teacher, args.layers), rows, taught, labels, plan)
    weights = {k: v.numpy() for k, v in student.items()}
    facts = judged(weights, args, pieces) | {"plan": asdict(plan), "layers": args.layers}
    save_checkpoint(args.checkpoint, weights, facts)
    print(f"{args.checkpoint}: parameters {sum(v.size for v in weights.values()):,}, scores {facts['scores']}")


if __name__ == "__main__":
    run_main(main)
