"""Thresholds, F1 and the constants of the sentiment rule."""

import numpy as np

# Candidate thresholds: every 0.01 between these probabilities.
LOWEST, HIGHEST = 0.03, 0.90
GRID = np.round(np.arange(LOWEST, HIGHEST, 0.01), 2)
# Order of the groups head, and the names of the sentiments.
AMBIGUOUS, NEGATIVE, NEUTRAL, POSITIVE = range(4)
SENTIMENTS = ["negative", "neutral", "positive", "mixed", "unsure"]
# Set by hand after a look at the dev split. Mixed: positive and negative both reach their thresholds, and the weaker
# is at least this share of the stronger. Neutral counts with this share of its probability. Unsure: the strongest of
# positive, neutral so weighed and negative is below this.
SENTIMENT_SETTINGS = {"sentiment_mixed_ratio": 0.6, "sentiment_neutral_ratio": 0.8, "sentiment_unsure": 0.2}


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


def sentiment(groups, thresholds, settings):
    """(index into SENTIMENTS, confidence) for each row of group probabilities: what the runtime does."""
    negative, positive = groups[:, NEGATIVE], groups[:, POSITIVE]
    both = (negative >= thresholds[NEGATIVE]) & (positive >= thresholds[POSITIVE])
    low, high = np.minimum(negative, positive), np.maximum(negative, positive)
    mixed = both & (low >= settings["sentiment_mixed_ratio"] * high)
    clear = groups[:, [NEGATIVE, NEUTRAL, POSITIVE]]
    weighed = clear * [1.0, settings["sentiment_neutral_ratio"], 1.0]
    best = weighed.argmax(1)
    unsure = weighed.max(1) < settings["sentiment_unsure"]
    confidence = np.where(mixed, low, np.take_along_axis(clear, best[:, None], 1)[:, 0])
    return np.where(mixed, 3, np.where(unsure, 4, best)), confidence


def calibration_error(confidence, right, bins=10):
    """Expected calibration error: Guo et al., "On calibration of modern neural networks", 2017, equation 3."""
    places = np.minimum((np.asarray(confidence) * bins).astype(int), bins - 1)
    gaps = [abs(confidence[places == i].sum() - right[places == i].sum()) for i in range(bins)]
    return float(sum(gaps) / len(places))
