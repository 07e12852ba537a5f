"""Write verifier.safetensors, which says whether a sound that the decoder takes for a word can be that word.

python tools/train/speech/verifier.py --data DIR [--models models] [--out models/speech-decoder/verifier.safetensors]
DIR has the recordings of keyword_eval.py. Needs flite and espeak-ng.

Frames of the encoder -> 48 units each -> largest and mean of each unit over the loud stretch -> a logit for each word.
There are two such judges. Each learned from one half of the speakers and from the same synthetic voices; the device
takes the mean of both, and a measurement asks the one that has never heard a speaker.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, run_main  # noqa: E402
from keywords import session  # noqa: E402
from settings import VERIFIED  # noqa: E402
from tokens import Tokens  # noqa: E402
from verifier_data import people, synthetic  # noqa: E402

UNITS, SEEDS, EPOCHS, BATCH, DROP = 24, (0, 1), 10, 64, 0.3
# Weight of each word and of all that is none of them.
BALANCE = (1.0, 1.0, 1.0, 3.0)
OTHER = len(VERIFIED)


def target(word):
    return VERIFIED.index(word) if word in VERIFIED else OTHER


def batch(found):
    steps = max(len(f) for f in found)
    values, there = np.zeros((len(found), steps, 288), np.float32), np.zeros((len(found), steps), np.float32)
    for i, one in enumerate(found):
        values[i, : len(one)], there[i, : len(one)] = one, 1.0
    return torch.tensor(values), torch.tensor(there)


class Judge(torch.nn.Module):
    def __init__(self, mean, spread):
        super().__init__()
        self.hidden, self.out = torch.nn.Linear(288, UNITS), torch.nn.Linear(2 * UNITS, OTHER + 1)
        self.mean, self.spread = torch.tensor(mean), torch.tensor(spread)

    def forward(self, values, there):
        values = functional.dropout((values - self.mean) / self.spread, DROP, self.training)
        units = functional.relu(self.hidden(values)) * there[:, :, None]
        pooled = torch.cat([units.amax(1), units.sum(1) / there.sum(1, keepdim=True)], 1)
        return self.out(functional.dropout(pooled, DROP, self.training))


def train(data, seed):
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    targets = torch.tensor([target(word) for word, _ in data])
    some = np.concatenate([f for _, f in data[::5]])
    judge = Judge(some.mean(axis=0), some.std(axis=0))
    weights = torch.tensor(BALANCE) / torch.bincount(targets, minlength=OTHER + 1)
    weights = weights / weights.sum() * (OTHER + 1)
    optimizer = torch.optim.AdamW(judge.parameters(), weight_decay=1e-2)
    steps = EPOCHS * (len(data) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps + 1)
    judge.train()
    for _ in range(EPOCHS):
        order = rng.permutation(len(data))
        for at in range(0, len(data) - BATCH + 1, BATCH):
            chosen = order[at : at + BATCH]
            logits = judge(*batch([data[i][1] for i in chosen]))
            loss = functional.cross_entropy(logits, targets[chosen], weights, label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return judge.eval()


def merged(judges):
    """The judges' mean logit of each word against all else, as one judge."""
    table = {"hidden": [], "hidden_bias": [], "out_largest": [], "out_mean": []}
    out_bias = 0.0
    for judge in judges:
        hidden = (judge.hidden.weight / judge.spread).detach().numpy()
        table["hidden"].append(hidden)
        table["hidden_bias"].append(judge.hidden.bias.detach().numpy() - hidden @ judge.mean.numpy())
        out, bias = judge.out.weight.detach().numpy(), judge.out.bias.detach().numpy()
        against = (out[:OTHER] - out[OTHER]) / len(judges)
        table["out_largest"].append(against[:, :UNITS])
        table["out_mean"].append(against[:, UNITS:])
        out_bias = out_bias + (bias[:OTHER] - bias[OTHER]) / len(judges)
    join = {k: np.concatenate(v, axis=0 if k.startswith("hidden") else 1) for k, v in table.items()}
    out = np.concatenate([join["out_largest"], join["out_mean"]], axis=1)
    return {"hidden": join["hidden"], "hidden_bias": join["hidden_bias"], "out": out, "out_bias": out_bias}


def main():
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="models")
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", default="models/speech-decoder/verifier.safetensors")
    args = parser.parse_args()
    encoder = session(Path(args.models) / "speech-encoder/model.onnx")
    voices = synthetic(encoder, Tokens.load(Path(args.models) / "speech-decoder/tokens.txt"))
    judges = []
    for half in (0, 1):
        found = people(encoder, args.data, half)
        if len(found) < 1000:
            raise ConversionError(f"{args.data} has too few recordings. Copy the data again.")
        judges.append(merged([train(found + voices, seed) for seed in SEEDS]))
        print(f"half {half}: {len(found)} of people, {len(voices)} of synthetic voices", flush=True)
    table = {name: np.stack([judge[name] for judge in judges]).astype(np.float32) for name in judges[0]}
    Path(args.out).write_bytes(save(table))
    print({name: value.shape for name, value in table.items()})


if __name__ == "__main__":
    run_main(main)
