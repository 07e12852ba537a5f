"""Sentences that are rated from bad to good: other people's, from a package, and the project's own."""

import io
import re
import tarfile
from pathlib import Path

import numpy as np

from common import Package, read_member
from corpus import Sentences, read_lines

PACKAGE = Package(
    "PyPI",
    "vaderSentiment",
    "3.2.1",
    "vaderSentiment-3.2.1.tar.gz",
    "5dce530a78315563f8b3cd01033bbdd3bf4985fabf359ca68d4167728081c803",
)
ARCHIVE = "vaderSentiment-3.2.1/additional_resources/hutto_ICWSM_2014.tar.gz"
CRITICS = "movieReviewSnippets"
# File, and whether only its clear lines are used.
RATED = (("amazonReviewSnippets", False), ("tweets", False), ("nytEditorialSnippets", True), (CRITICS, False))
MAX_FILE_BYTES = 4 * 1024 * 1024
# A mean rating (-4 to 4) of at least this is clear.
CLEAR = 1.0
OWN_LINES = Path(__file__).resolve().parent / "reviews.tsv"


def rated_lines(packages, file):
    """(text, mean rating from -4 to 4) of every line of one file."""
    with tarfile.open(fileobj=io.BytesIO(read_member(PACKAGE, packages, ARCHIVE))) as archive:
        data = archive.extractfile(f"hutto_ICWSM_2014/{file}_GroundTruth.txt").read(MAX_FILE_BYTES)
    rows = [line.split("\t") for line in data.decode("latin-1").splitlines()]
    return [(row[2].strip(), float(row[1])) for row in rows if len(row) == 3]


def is_held_out(file, index):
    """Every second line of the critics is neither trained on nor chooses anything."""
    return file == CRITICS and index % 2 == 0


def is_dev(index):
    """Every tenth line of a rated file chooses settings and is not trained on."""
    return index % 10 == 9


def load_rated(packages, dev=False):
    """(texts, tones from -1 to 1) of the files in RATED."""
    texts, tones = [], []
    for file, clear_only in RATED:
        for index, (text, rating) in enumerate(rated_lines(packages, file)):
            wanted = is_dev(index) == dev and not is_held_out(file, index)
            if wanted and (not clear_only or abs(rating) >= CLEAR):
                texts.append(text)
                tones.append(max(-1.0, min(1.0, rating / CLEAR)))
    return texts, tones


def plain(text):
    """The words alone, to compare sentences by."""
    return " ".join(re.findall(r"[a-z0-9']+", text.lower()))


def load_reviews(packages, own, held_out):
    """Rated snippets and `own` pairs of text and tone without texts in `held_out`; targets for the groups."""
    refused = {plain(text) for text in held_out}
    rows = [row for row in (*zip(*load_rated(packages)), *own) if plain(row[0]) not in refused]
    tones = np.array([tone for _, tone in rows], np.float32)
    return Sentences([text for text, _ in rows], {"groups": group_targets(tones)})


def group_targets(tones):
    """Targets of ambiguous (unknown), negative, neutral and positive for tones from -1 to 1."""
    targets = np.stack([tones, np.maximum(-tones, 0), 1 - np.abs(tones), np.maximum(tones, 0)], 1)
    targets[:, 0] = np.nan
    return targets.astype(np.float32)
