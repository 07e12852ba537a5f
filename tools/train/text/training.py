"""Two stages: heads on the frozen encoder, then encoder and heads together."""

import math
import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from corpus import PLUTCHIK, fill_names
from encoder_graph import OUTPUTS
from net import Dropout, classify, encode, new_heads
from scores import best_thresholds, macro_f1

PAD = 0
# A batch holds about this many sentences; sentences of similar length are put together so that little is padding.
BATCH = 32
POOL_BATCHES = 50
FROZEN = ("embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight",
          "embeddings.token_type_embeddings.weight", "pooler.")


@dataclass(frozen=True)
class Plan:
    """What the second stage does; after `minutes` it stops at the end of an epoch."""

    epochs: int = 4
    rate_encoder: float = 1.0e-4
    rate_heads: float = 3.0e-4
    warmup: float = 0.08
    decay: float = 0.01
    dropout: float = 0.1
    average: float = 0.998
    auxiliary: float = 0.3
    seed: int = 7
    minutes: float = 40.0


def pad(rows):
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), PAD, dtype=torch.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = torch.tensor(row)
    mask = torch.arange(width)[None, :] < torch.tensor([len(r) for r in rows])[:, None]
    return ids, mask


def batches(lengths, generator, size=BATCH):
    """Index arrays in random order, each of sentences of similar length."""
    order = generator.permutation(len(lengths))
    out = []
    for start in range(0, len(order), size * POOL_BATCHES):
        pool = order[start : start + size * POOL_BATCHES]
        pool = pool[np.argsort(lengths[pool], kind="stable")]
        out += [pool[i : i + size] for i in range(0, len(pool), size)]
    return [out[i] for i in generator.permutation(len(out))]


def autocast():
    return torch.autocast("cpu", dtype=torch.bfloat16)


def features(p, rows, batch=64, arithmetic=autocast):
    """Frozen features of all rows in their own order."""
    order = np.argsort([len(r) for r in rows], kind="stable")
    out = None
    with torch.no_grad(), arithmetic():
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            ids, mask = pad([rows[i] for i in chosen])
            block = encode(p, ids, mask)
            out = torch.empty(len(rows), block.shape[1]) if out is None else out
            out[torch.from_numpy(chosen)] = block
    return out


def loss_of(logits, targets):
    """Binary cross entropy summed over classes, averaged over sentences."""
    total = 0.0
    for name, wanted in targets.items():
        total = total + F.binary_cross_entropy_with_logits(logits[name], wanted, reduction="sum") / len(wanted)
    return total


def dev_scores(logits, targets):
    """Macro-F1 by head with the thresholds that are best on the same sentences."""
    out = {}
    for name in OUTPUTS:
        found = logits[name].numpy()
        out[name] = macro_f1(targets[name], found, best_thresholds(targets[name], found, reach=1))
    return out


def fit_heads(encoder, train, dev, seed=3, epochs=12, rate=1e-3):
    """Stage one: (heads, dev scores). `train` and `dev` are (rows of ids, targets)."""
    x, y = features(encoder, train[0]), {k: torch.from_numpy(v) for k, v in train[1].items()}
    x_dev = features(encoder, dev[0])
    mean, spread = x.mean(0), x.std(0)
    # A feature that hardly varies would get weights too large for int8 beside the others.
    spread = spread.clamp(min=float(spread.median()))
    x, x_dev = (x - mean) / spread, (x_dev - mean) / spread
    drop = Dropout(0.4, seed)
    generator = torch.Generator().manual_seed(seed)
    heads = {k: v.requires_grad_() for k, v in new_heads(OUTPUTS, generator).items()}
    optimizer = torch.optim.AdamW(heads.values(), lr=rate, weight_decay=0.02)
    steps = math.ceil(len(x) / 128) * epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda s: 1 - s / steps)
    best, best_sum = None, -1.0
    for epoch in range(epochs):
        for chosen in torch.randperm(len(x), generator=generator).split(128):
            loss = loss_of(classify(heads, x[chosen], drop), {k: v[chosen] for k, v in y.items()})
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        with torch.no_grad():
            scores = dev_scores(classify(heads, x_dev), dev[1])
        print(f"heads epoch {epoch + 1} dev macro-F1 {show(scores)}", flush=True)
        if sum(scores.values()) > best_sum:
            best_sum = sum(scores.values())
            best = {k: v.detach().clone() for k, v in heads.items()}
    # The standardization moves into the first layer, so the graph needs none.
    weight = best["head.hidden.weight"] / spread
    best["head.hidden.bias"] = best["head.hidden.bias"] - weight @ mean
    best["head.hidden.weight"] = weight
    return best


def show(scores):
    return " ".join(f"{k} {v:.4f}" for k, v in scores.items())


def trainable(p, plan):
    """Parameter groups: encoder and heads learn at their own rates, biases and norms do not decay."""
    groups = {}
    for name, tensor in p.items():
        if name.startswith(FROZEN) or not tensor.is_floating_point():
            continue
        tensor.requires_grad_()
        rate = plan.rate_heads if name.startswith("head.") else plan.rate_encoder
        decay = plan.decay if tensor.ndim == 2 else 0.0
        groups.setdefault((rate, decay), []).append(tensor)
    return [{"params": v, "lr": r, "weight_decay": d} for (r, d), v in groups.items()]


def fine_tune(p, train, auxiliary, dev, pieces, plan, on_epoch=None):
    """Stage two. `train` and `auxiliary` are Sentences, `dev` is (rows, targets). Returns the averaged weights."""
    drop = Dropout(plan.dropout, plan.seed)
    p = {k: v.clone() for k, v in p.items()}
    extra = new_heads({"plutchik": len(PLUTCHIK)}, torch.Generator().manual_seed(plan.seed))
    p |= {k: v for k, v in extra.items() if "plutchik" in k}
    optimizer = torch.optim.AdamW(trainable(p, plan), betas=(0.9, 0.98), fused=True)
    steps_main = math.ceil(len(train.texts) / BATCH)
    total = plan.epochs * (steps_main + math.ceil(len(auxiliary.texts) / BATCH))
    warm = max(1, int(plan.warmup * total))
    rate_at = lambda s: min((s + 1) / warm, max(0.0, (total - s) / (total - warm)))  # noqa: E731
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate_at)
    learned = [k for k, v in p.items() if v.requires_grad]
    mean = {k: p[k].detach().clone() for k in learned}
    best, best_sum, step, began = None, -1.0, 0, time.time()
    for epoch in range(plan.epochs):
        for rows, targets, weight in epoch_batches(train, auxiliary, pieces, plan, epoch):
            ids, mask = pad(rows)
            with autocast():
                logits = classify(p, encode(p, ids, mask, drop), drop, tuple(targets))
            loss = loss_of(logits, targets) * weight
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_([p[k] for k in learned], 5.0)
            optimizer.step()
            schedule.step()
            step += 1
            keep = min(plan.average, (step + 1) / (step + 10))
            with torch.no_grad():
                torch._foreach_lerp_([mean[k] for k in learned], [p[k] for k in learned], 1 - keep)
            if step % 200 == 0:
                print(f"step {step}/{total} loss {loss.item():.3f} {(time.time() - began) / 60:.1f} min", flush=True)
        smooth = {k: v for k, v in {**p, **mean}.items() if "plutchik" not in k}
        smooth = {k: v.detach().clone() for k, v in smooth.items()}
        with torch.no_grad():
            scores = dev_scores(classify(smooth, features(smooth, dev[0])), dev[1])
        print(f"epoch {epoch + 1} dev macro-F1 {show(scores)}", flush=True)
        if sum(scores.values()) > best_sum:
            best, best_sum = smooth, sum(scores.values())
        if on_epoch:
            on_epoch(epoch, smooth, scores)
        if (time.time() - began) / 60 > plan.minutes:
            print("time limit reached: the best epoch so far is used", flush=True)
            break
    return best


def epoch_batches(train, auxiliary, pieces, plan, epoch):
    """(rows, targets, weight) of one epoch, both corpora mixed."""
    seed = plan.seed * 1000 + epoch
    generator = np.random.default_rng(seed)
    todo = []
    for source, weight in ((train, 1.0), (auxiliary, plan.auxiliary)):
        rows = pieces(fill_names(source.texts, seed))
        lengths = np.array([len(r) for r in rows])
        todo += [(rows, source.targets, weight, chosen) for chosen in batches(lengths, generator)]
    for index in generator.permutation(len(todo)):
        rows, targets, weight, chosen = todo[index]
        yield [rows[i] for i in chosen], {k: torch.from_numpy(v[chosen]) for k, v in targets.items()}, weight
