"""Stage three: from a trained model on, comments and reviews mixed, so that it carries over to reviews."""

import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from corpus import Sentences, fill_names
from net import Dropout, classify, encode
from scores import NEGATIVE, POSITIVE
from training import batches, pad, trainable

# Longer sentences are cut in training, the closing separator kept.
PIECES_MAX = 48
BATCH = 48
# Stay as they are, besides what `trainable` leaves alone.
FROZEN = ("embeddings.", "encoder.layer.0.")


@dataclass(frozen=True)
class Plan:
    """One pass over a share of the comments and all reviews, with a rate that falls to nothing."""

    rate_encoder: float = 6.0e-5
    rate_heads: float = 3.0e-4
    warmup: float = 0.05
    decay: float = 0.01
    dropout: float = 0.1
    average: float = 0.99
    comments: float = 0.6
    tone: float = 0.5
    seed: int = 7


def lead(groups):
    """How far positive is ahead of negative."""
    return groups[:, POSITIVE] - groups[:, NEGATIVE]


def loss_of(logits, targets, tone):
    """Binary cross entropy over the classes that have a target, plus `tone` times that of positive over negative."""
    total = 0.0
    for name, wanted in targets.items():
        known = ~torch.isnan(wanted)
        losses = F.binary_cross_entropy_with_logits(logits[name], wanted.nan_to_num(0.0), reduction="none")
        total = total + (losses * known).sum() / len(wanted)
    if set(targets) == {"groups"}:
        wanted = targets["groups"]
        share = 0.5 + 0.5 * (wanted[:, POSITIVE] - wanted[:, NEGATIVE])
        total = total + tone * F.binary_cross_entropy_with_logits(lead(logits["groups"]), share)
    return total


def cut(row):
    return row if len(row) <= PIECES_MAX else row[: PIECES_MAX - 1] + row[-1:]


def mixed_batches(sources, pieces, seed):
    """(rows, targets) of every step: batches of one source each, in random order."""
    generator = np.random.default_rng(seed)
    todo = []
    for source in sources:
        rows = [cut(r) for r in pieces(fill_names(source.texts, seed))]
        for chosen in batches(np.array([len(r) for r in rows]), generator, BATCH):
            todo.append(([rows[i] for i in chosen], {k: v[chosen] for k, v in source.targets.items()}))
    return [todo[i] for i in generator.permutation(len(todo))]


def some(sentences, share, seed):
    chosen = np.random.default_rng(seed).permutation(len(sentences.texts))[: int(share * len(sentences.texts))]
    return Sentences([sentences.texts[i] for i in chosen], {k: v[chosen] for k, v in sentences.targets.items()})


def descend(p, fixed, todo, plan, loss):
    """Averaged weights after a step for each of `todo`: rows, and what `loss(weights, features, drop, ...)` is given."""
    torch.manual_seed(plan.seed)
    drop = Dropout(plan.dropout, plan.seed)
    optimizer = torch.optim.AdamW(trainable(p, plan), betas=(0.9, 0.98), fused=True)
    learned = [k for k, v in p.items() if v.requires_grad]
    p = p | fixed
    mean = {k: p[k].detach().clone() for k in learned}
    rates, began = [group["lr"] for group in optimizer.param_groups], time.time()
    for step, (rows, *targets) in enumerate(todo):
        done = (step + 1) / len(todo)
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * min(done / plan.warmup, (1 - done) / (1 - plan.warmup))
        ids, mask = pad(rows)
        error = loss(p, encode(p, ids, mask, drop), drop, *targets)
        optimizer.zero_grad(set_to_none=True)
        error.backward()
        torch.nn.utils.clip_grad_norm_([p[k] for k in learned], 5.0)
        optimizer.step()
        keep = min(plan.average, (step + 1) / (step + 10))
        with torch.no_grad():
            torch._foreach_lerp_([mean[k] for k in learned], [p[k] for k in learned], 1 - keep)
        if step % 50 == 0:
            minutes = (time.time() - began) / 60
            print(f"step {step}/{len(todo)} loss {error.item():.3f} {minutes:.1f} min", flush=True)
    return {k: v.detach().clone() for k, v in {**p, **mean}.items()}


def carry_over(p, comments, reviews, pieces, plan):
    """Averaged weights after the pass."""
    p = {k: v.clone() for k, v in p.items()}
    fixed = {k: p.pop(k) for k in list(p) if k.startswith(FROZEN)}

    def loss(weights, features, drop, targets):
        logits = classify(weights, features, drop, tuple(targets))
        return loss_of(logits, {k: torch.from_numpy(v) for k, v in targets.items()}, plan.tone)

    todo = mixed_batches([some(comments, plan.comments, plan.seed), reviews], pieces, plan.seed)
    return descend(p, fixed, todo, plan, loss)
