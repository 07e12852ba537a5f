"""Thresholds, F1 and the constants of the sentiment rule."""

import numpy as np

# Candidate thresholds: every 0.01 between these probabilities.
LOWEST, HIGHEST = 0.03, 0.90
GRID = np.round(np.arange(LOWEST, HIGHEST, 0.01), 2)
# Set by hand. Mixed: positive and negative both reach their thresholds, and the weaker this share of the stronger.
# Unsure: the strongest of positive, neutral and negative is below this.
SENTIMENT_SETTINGS = {"sentiment_mixed_ratio": 0.8, "sentiment_unsure": 0.2}


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-np.asarray(x, np.float64)))


def f1_by_class(targets, logits, thresholds):
    found = sigmoid(logits) >= np.asarray(thresholds)
    wanted = np.asarray(targets) > 0.5
    hits = (found & wanted).sum(0)
    parts = found.sum(0) + wanted.sum(0)
    return np.where(parts > 0, 2.0 * hits / np.maximum(parts, 1), 0.0)


def macro_f1(targets, logits, thresholds):
    return float(f1_by_class(targets, logits, thresholds).mean())


def best_thresholds(targets, logits):
    """Per class, the middle of the best plateau: F1 on the grid is averaged over three neighbours first."""
    curves = np.stack([f1_by_class(targets, logits, t) for t in GRID])
    padded = np.concatenate([curves[:1], curves, curves[-1:]])
    smooth = (padded[:-2] + padded[1:-1] + padded[2:]) / 3.0
    return [float(GRID[i]) for i in smooth.argmax(0)]
