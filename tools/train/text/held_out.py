"""Sentences that say whether the model carries over to reviews. None of them may ever be trained or tuned on.

    python tools/train/text/held_out.py --packages DIR --out DIR/text/reviews

writes them as `0|1<tab>text`, for petri-evaluate.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, Package, read_member, run_main  # noqa: E402
from corpus import read_lines  # noqa: E402
from reviews import CLEAR, CRITICS, is_held_out, rated_lines  # noqa: E402

# The package tests its word list on three sets of 1000 sentences: Kotzias et al., KDD 2015.
PACKAGE = Package(
    "npm",
    "sentiment",
    "5.0.2",
    "sentiment-5.0.2.tgz",
    "89302eb03d2005d03b214fe65814bb48adb7d3c42c8ca80bdee6a3ecb7e4480f",
)
SETS = {"products": "amazon", "films": "imdb", "restaurants": "yelp"}
OWN_SENTENCES = Path(__file__).resolve().parent / "sentences.tsv"
PLAIN_SENTENCES = Path(__file__).resolve().parent / "plain.txt"


def own_sentences():
    """(text, 1 for positive or 0 for negative) of the project's own lines."""
    rows = [line.split("\t") for line in read_lines(OWN_SENTENCES)]
    return [(text, int(mark)) for mark, text in rows]


def plain_sentences():
    """The project's own lines that are neither good nor bad."""
    return read_lines(PLAIN_SENTENCES)


def load_held_out(packages):
    """Name of each set to its (text, 1 or 0); `critics` are the held-out half of their lines, where the rating is clear."""
    found = {}
    for name, file in SETS.items():
        rows = json.loads(read_member(PACKAGE, packages, f"package/test/fixtures/{file}.json"))
        found[name] = [(" ".join(row["text"].split()), int(row["class"])) for row in rows if row["text"].strip()]
    lines = [row for index, row in enumerate(rated_lines(packages, CRITICS)) if is_held_out(CRITICS, index)]
    clear = [(text, rating) for text, rating in lines if abs(rating) >= CLEAR]
    found["critics"] = [(" ".join(text.split()), int(rating > 0)) for text, rating in clear]
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--packages", required=True, help="folder with the registry archives")
    parser.add_argument("--out", type=Path, required=True, help="folder for the files, outside of the project")
    args = parser.parse_args()
    if Path(__file__).resolve().parents[3] in [args.out.resolve(), *args.out.resolve().parents]:
        raise ConversionError(f"{args.out} lies in the project, where data has no place. Give --out another folder.")
    args.out.mkdir(parents=True, exist_ok=True)
    for name, rows in load_held_out(args.packages).items():
        (args.out / f"{name}.tsv").write_text("".join(f"{mark}\t{text}\n" for text, mark in rows), encoding="utf-8")
        print(f"{name}: {len(rows)} sentences, {sum(mark for _, mark in rows)} of them positive")


if __name__ == "__main__":
    run_main(main)
