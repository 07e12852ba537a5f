"""The sentences that the classifiers learn from, and the word pieces they become."""

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

from common import ConversionError
from encoder_graph import MAX_TOKENS

# GoEmotions calls its three labelings by these file names.
LABELINGS = {"emotions": "original", "ekman": "ekman", "groups": "group"}
PLUTCHIK = ["anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust", "neutral"]
MAX_LINES = 200_000
MAX_LINE_CHARS = 10_000
NAMES = (
    "Ada Ben Carla Dan Ella Femi Grace Hugo Ines Jack Kim Leo Maya Noah Olga Paul Ravi Sara Tom Uma Victor Wen "
    "Yusuf Zoe Anna Omar Lucy Sam Mina Peter"
).split()


@dataclass
class Sentences:
    """Texts and, per head, a 0/1 matrix with one row for each text."""

    texts: list
    targets: dict


def read_lines(path):
    if not path.is_file():
        raise ConversionError(f"{path} is missing. Give --data the folder that holds goemotions/ and xed/.")
    lines = path.read_text(encoding="utf-8").split("\n")
    if len(lines) > MAX_LINES or max(map(len, lines)) > MAX_LINE_CHARS:
        raise ConversionError(f"{path} is larger than expected. Check that it is the data set the card names.")
    return [line for line in lines if line]


def label_names(data_dir):
    """Class names of each head, in output order."""
    folder = Path(data_dir) / "goemotions"
    return {h: [x.strip() for x in read_lines(folder / f"{f}.labels.txt")] for h, f in LABELINGS.items()}


def load_goemotions(data_dir, split):
    """One official split: 'train', 'dev' or 'test'."""
    names = label_names(data_dir)
    texts, targets = None, {}
    for head, file in LABELINGS.items():
        path = Path(data_dir) / "goemotions" / f"{file}.{split}.tsv"
        rows = [line.split("\t") for line in read_lines(path)]
        found = [row[0] for row in rows]
        if texts is not None and found != texts:
            raise ConversionError(f"{path} lists other sentences than its sister files. Fetch the data set again.")
        texts = found
        targets[head] = indicator([row[1] for row in rows], len(names[head]), 0)
    return Sentences(texts, targets)


def load_xed(data_dir):
    """English lines of XED with Plutchik's eight emotions and neutral."""
    folder = Path(data_dir) / "xed"
    rows = [line.split("\t") for line in read_lines(folder / "en-annotated.tsv")]
    rows = [row for row in rows if len(row) == 2]
    neutral = [line.split("\t")[1] for line in read_lines(folder / "neu_en.txt") if "\t" in line]
    targets = indicator([row[1] for row in rows], len(PLUTCHIK), 1)
    calm = np.zeros((len(neutral), len(PLUTCHIK)), np.float32)
    calm[:, -1] = 1
    return Sentences([row[0] for row in rows] + neutral, {"plutchik": np.concatenate([targets, calm])})


def indicator(lists, width, first):
    matrix = np.zeros((len(lists), width), np.float32)
    for row, numbers in enumerate(lists):
        matrix[row, [int(n) - first for n in numbers.split(",")]] = 1
    return matrix


def fill_names(texts, seed):
    """Put a first name where the corpus hid one, in every second sentence: users write names, not placeholders."""
    chance = random.Random(seed)
    pattern = re.compile(r"\[(?:NAME|PERSON)\]", re.IGNORECASE)
    out = []
    for text in texts:
        use = chance.random() < 0.5
        out.append(pattern.sub(lambda _: chance.choice(NAMES), text) if use else text)
    return out


def plain_tokenizer(data):
    """tokenizer.json without padding and truncation, which the runtime does by count instead."""
    tree = json.loads(data)
    tree["padding"] = None
    tree["truncation"] = None
    return (json.dumps(tree, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


class Pieces:
    """Text to ids, at most MAX_TOKENS with the closing separator kept."""

    def __init__(self, tokenizer_json):
        self.tokenizer = Tokenizer.from_str(tokenizer_json.decode("utf-8"))

    def __call__(self, texts):
        rows = [e.ids for e in self.tokenizer.encode_batch(texts)]
        return [r if len(r) <= MAX_TOKENS else r[: MAX_TOKENS - 1] + r[-1:] for r in rows]
