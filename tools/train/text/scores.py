"""Thresholds, F1 and the constants of the sentiment rule."""

import numpy as np

# Candidate thresholds: every 0.01 between these probabilities.
LOWEST, HIGHEST = 0.03, 0.90
GRID = np.round(np.arange(LOWEST, HIGHEST, 0.01), 2)
# Neighbours on each side that F1 is averaged over: of 0, 1, 2, 3, 5, 8, 12 and 16 the one that halves of the dev split
# speak for (thresholds from one half, F1 of the other).
REACH = 8
# Order of the groups head, and the names of the sentiments.
AMBIGUOUS, NEGATIVE, NEUTRAL, POSITIVE = range(4)
SENTIMENTS = ["negative", "neutral", "positive", "mixed", "unsure"]
# Set by hand after a look at the dev split. Mixed: positive and negative both reach their thresholds, and the weaker
# is at least this share of the stronger. Neutral counts with this share of its probability. Unsure: the strongest of
# positive, neutral so weighed and negative is below this.
SENTIMENT_SETTINGS = {"sentiment_mixed_ratio": 0.6, "sentiment_neutral_ratio": 1.1, "sentiment_unsure": 0.2}


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


def best_thresholds(targets, logits, reach=REACH):
    """Per class, the middle of the best plateau: F1 on the grid is averaged over its neighbours first."""
    curves = np.stack([f1_by_class(targets, logits, t) for t in GRID])
    padded = np.pad(curves, ((reach, reach), (0, 0)), mode="edge")
    smooth = sum(padded[i : i + len(GRID)] for i in range(2 * reach + 1))
    return [float(GRID[i]) for i in smooth.argmax(0)]


def ekman_members(targets):
    """For each of the 28 emotions, the index of the Ekman emotion that it belongs to, as sentences with one label tell."""
    emotions, ekman = np.asarray(targets["emotions"]), np.asarray(targets["ekman"])
    alone = emotions.sum(1) == 1
    return (emotions[alone].T @ ekman[alone]).argmax(1).tolist()


def with_emotions(logits, members):
    """Logits whose Ekman part is the mean of its own output and of what the 28 emotions say: the chance that at least
    one of those that belong to it is there, as if they came independently. What the runtime does."""
    none = np.log(1.0 - sigmoid(logits["emotions"]))
    kinds = logits["ekman"].shape[1]
    none = np.stack([none[:, np.asarray(members) == kind].sum(1) for kind in range(kinds)], 1)
    some = np.clip(1.0 - np.exp(none), 1e-6, 1.0 - 1e-6)
    return logits | {"ekman": (logits["ekman"] + np.log(some / (1.0 - some))) / 2.0}


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
