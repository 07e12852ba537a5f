"""The same encoder in torch, as functions over a dict of tensors with the package's names."""

import random

import torch
import torch.nn.functional as F

from encoder_graph import EPSILON, HEADS, HIDDEN, LAYERS, OUTPUTS, WIDTH, layers_of

FEATURES = LAYERS * WIDTH


def new_heads(widths, generator):
    """Small random heads; `widths` maps head name to number of classes."""
    heads = {
        "head.hidden.weight": torch.randn(HIDDEN, FEATURES, generator=generator) * (2.0 / FEATURES) ** 0.5,
        "head.hidden.bias": torch.zeros(HIDDEN),
    }
    for name, width in widths.items():
        heads[f"head.{name}.weight"] = torch.randn(width, HIDDEN, generator=generator) * 0.05
        heads[f"head.{name}.bias"] = torch.full((width,), -2.0)
    return heads


class Dropout:
    """Zeroes a share of the values; its masks are random windows of one random pool, which costs little."""

    POOL = 1 << 22

    def __init__(self, share, seed):
        self.starts = random.Random(seed)
        generator = torch.Generator().manual_seed(seed)
        self.pool = (torch.rand(self.POOL, generator=generator) >= share).float() / (1.0 - share)

    def __call__(self, x):
        start = self.starts.randrange(self.POOL - x.numel())
        return x * self.pool[start : start + x.numel()].view_as(x).to(x.dtype)


def whole(x):
    """In place of a Dropout where nothing is dropped."""
    return x


def layer_norm(p, key, x):
    return F.layer_norm(x, (WIDTH,), p[key + ".weight"], p[key + ".bias"], EPSILON)


def linear(p, key, x):
    return F.linear(x, p[key + ".weight"], p[key + ".bias"])


def encode(p, ids, mask, drop=whole):
    """Mean over the real tokens of each layer's output, side by side: [N, layers * WIDTH]."""
    count = ids.shape[1]
    x = F.embedding(ids, p["embeddings.word_embeddings.weight"])
    x = x + p["embeddings.position_embeddings.weight"][:count] + p["embeddings.token_type_embeddings.weight"][0]
    x = drop(layer_norm(p, "embeddings.LayerNorm", x))
    allowed = mask[:, None, None, :]
    weight = (mask / mask.sum(1, keepdim=True, dtype=torch.float32))[:, :, None]
    means = []
    for index in range(layers_of(p)):
        key = f"encoder.layer.{index}"
        parts = [
            linear(p, f"{key}.attention.self.{kind}", x).view(-1, count, HEADS, WIDTH // HEADS).transpose(1, 2)
            for kind in ("query", "key", "value")
        ]
        mixed = F.scaled_dot_product_attention(*parts, attn_mask=allowed)
        mixed = mixed.transpose(1, 2).reshape(-1, count, WIDTH)
        attended = drop(linear(p, f"{key}.attention.output.dense", mixed))
        x = layer_norm(p, f"{key}.attention.output.LayerNorm", attended + x)
        wide = F.gelu(linear(p, f"{key}.intermediate.dense", x))
        x = layer_norm(p, f"{key}.output.LayerNorm", drop(linear(p, f"{key}.output.dense", wide)) + x)
        means.append((x.float() * weight).sum(1))
    return torch.cat(means, 1)


def classify(p, features, drop=whole, heads=tuple(OUTPUTS)):
    """Logits by head name; always in float32, because some features are large and nearly constant."""
    with torch.autocast("cpu", enabled=False):
        hidden = drop(F.relu(linear(p, "head.hidden", features)))
        return {name: linear(p, f"head.{name}", hidden) for name in heads}
