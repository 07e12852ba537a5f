"""ONNX graph of a BERT sentence encoder with linear classifiers, written node by node from arrays.

One sentence per run and no attention mask: the number of tokens is a symbolic dimension, so padding never
enters the computation. The mean of every layer feeds one hidden layer, which is an output as well: what a site
learns of its own is fitted on it.
"""

import math
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import make_model  # noqa: E402

OPSET = 17
WIDTH = 384
HEADS = 12
LAYERS = 6
EPSILON = 1e-12
MAX_TOKENS = 128
OUTPUTS = {"emotions": 28, "ekman": 7, "groups": 4}
# The hidden layer that feeds the classifiers, the last output of the graph.
HIDDEN_OUTPUT = "features"
HIDDEN = 384
WORDS = "embeddings.word_embeddings.weight"


class SentenceGraph:
    """Collects nodes and initializers; methods take and return tensor names."""

    def __init__(self, weights):
        self.weights = weights
        self.nodes = []
        self.initializers = {}

    def op(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, list(inputs), [output], output, **attributes))
        return output

    def constant(self, name, value, dtype=np.float32):
        self.initializers[name] = np.asarray(value, dtype)
        return name

    def linear(self, x, key, output, factor=1.0):
        """x W^T + b, both times `factor`."""
        matrix = self.constant(output + "_w", self.weights[key + ".weight"].T * np.float32(factor))
        bias = self.constant(output + "_b", self.weights[key + ".bias"] * np.float32(factor))
        return self.op("Add", [self.op("MatMul", [x, matrix], output + "_mm"), bias], output)

    def layer_norm(self, x, key, output):
        gain = self.constant(output + "_g", self.weights[key + ".weight"])
        bias = self.constant(output + "_b", self.weights[key + ".bias"])
        return self.op("LayerNormalization", [x, gain, bias], output, axis=-1, epsilon=EPSILON)

    def embed(self):
        positions = self.weights["embeddings.position_embeddings.weight"][:MAX_TOKENS]
        segment = self.weights["embeddings.token_type_embeddings.weight"][0]
        self.constant("words", self.weights[WORDS])
        self.constant("positions", positions + segment)
        for name, value in (("from_0", [0]), ("axis_0", [0]), ("dim_1", [1]), ("dim_2", [2])):
            self.constant(name, value, np.int64)
        self.op("Gather", ["words", "ids"], "word_rows", axis=0)
        self.op("Shape", ["ids"], "ids_shape")
        self.op("Slice", ["ids_shape", "dim_1", "dim_2", "axis_0"], "token_count")
        self.op("Slice", ["positions", "from_0", "token_count", "axis_0"], "position_rows")
        self.op("Add", ["word_rows", "position_rows"], "embedded")
        return self.layer_norm("embedded", "embeddings.LayerNorm", "layer_0")

    def attention(self, x, key, name):
        def split(kind, order, factor=1.0):
            flat = self.linear(x, f"{key}.attention.self.{kind}", f"{name}_{kind}", factor)
            parts = self.op("Reshape", [flat, "shape_heads"], flat + "_parts")
            return self.op("Transpose", [parts], flat + "_heads", perm=order)

        query = split("query", [0, 2, 1, 3], 1.0 / math.sqrt(WIDTH // HEADS))
        keys = split("key", [0, 2, 3, 1])
        values = split("value", [0, 2, 1, 3])
        scores = self.op("MatMul", [query, keys], name + "_scores")
        shares = self.op("Softmax", [scores], name + "_shares", axis=-1)
        mixed = self.op("MatMul", [shares, values], name + "_mixed")
        joined = self.op("Transpose", [mixed], name + "_joined", perm=[0, 2, 1, 3])
        flat = self.op("Reshape", [joined, "shape_flat"], name + "_flat")
        out = self.linear(flat, f"{key}.attention.output.dense", name + "_attended")
        return self.op("Add", [out, x], name + "_attention_sum")

    def gelu(self, x):
        """0.5 x (1 + erf(x / sqrt 2))."""
        ratio = self.op("Mul", [x, "inverse_root_2"], x + "_ratio")
        erf = self.op("Erf", [ratio], x + "_erf")
        shifted = self.op("Add", [erf, "one"], x + "_shifted")
        halved = self.op("Mul", [x, "half"], x + "_halved")
        return self.op("Mul", [halved, shifted], x + "_gelu")

    def layer(self, x, index):
        key, name = f"encoder.layer.{index}", f"l{index + 1}"
        summed = self.attention(x, key, name)
        middle = self.layer_norm(summed, f"{key}.attention.output.LayerNorm", name + "_middle")
        wide = self.gelu(self.linear(middle, f"{key}.intermediate.dense", name + "_wide"))
        narrow = self.linear(wide, f"{key}.output.dense", name + "_narrow")
        total = self.op("Add", [narrow, middle], name + "_sum")
        return self.layer_norm(total, f"{key}.output.LayerNorm", f"layer_{index + 1}")

    def classify(self, layers):
        means = [self.op("ReduceMean", [x], x + "_mean", axes=[1], keepdims=0) for x in layers]
        self.op("Concat", means, "layer_means", axis=1)
        hidden = self.op("Relu", [self.linear("layer_means", "head.hidden", "hidden_sum")], HIDDEN_OUTPUT)
        for name in OUTPUTS:
            self.linear(hidden, f"head.{name}", name)


def layers_of(names):
    """How many layers there are, by the names of a checkpoint or of a model."""
    return sum(name.endswith(".attention.self.query.weight") or name.endswith("_query_b") for name in names)


def build_model(weights):
    """Float ModelProto: ids [1, S] int64 to the logits in OUTPUTS and the features; `weights` as in a checkpoint."""
    graph = SentenceGraph(weights)
    graph.constant("shape_heads", [0, 0, HEADS, WIDTH // HEADS], np.int64)
    graph.constant("shape_flat", [0, 0, WIDTH], np.int64)
    graph.constant("inverse_root_2", 1.0 / math.sqrt(2.0))
    graph.constant("one", 1.0)
    graph.constant("half", 0.5)
    x, layers = graph.embed(), []
    for index in range(layers_of(weights)):
        x = graph.layer(x, index)
        layers.append(x)
    graph.classify(layers)
    ids = helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "S"])
    widths = OUTPUTS | {HIDDEN_OUTPUT: HIDDEN}
    outputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [1, k]) for n, k in widths.items()]
    return make_model(graph.nodes, [ids], outputs, graph.initializers, "sentence_emotions", opset=OPSET)


def read_weights(model, words):
    """Weights by their names in the checkpoint, out of a model that `build_model` and `quantize_weights` made."""
    from onnx import numpy_helper

    found = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}

    def tensor(name):
        if name in found:
            return found[name]
        return found[name + "_q"].astype(np.float32) * found[name + "_s"]

    weights = {WORDS: words, "embeddings.position_embeddings.weight": tensor("positions")}
    weights["embeddings.token_type_embeddings.weight"] = np.zeros((1, WIDTH), np.float32)

    def linear(key, name, factor=1.0):
        weights[key + ".weight"] = np.ascontiguousarray(tensor(name + "_w").T) / np.float32(factor)
        weights[key + ".bias"] = tensor(name + "_b") / np.float32(factor)

    def norm(key, name):
        weights[key + ".weight"], weights[key + ".bias"] = tensor(name + "_g"), tensor(name + "_b")

    norm("embeddings.LayerNorm", "layer_0")
    for index in range(layers_of(found)):
        key, name = f"encoder.layer.{index}", f"l{index + 1}"
        linear(f"{key}.attention.self.query", f"{name}_query", 1.0 / math.sqrt(WIDTH // HEADS))
        for kind in ("key", "value"):
            linear(f"{key}.attention.self.{kind}", f"{name}_{kind}")
        linear(f"{key}.attention.output.dense", f"{name}_attended")
        norm(f"{key}.attention.output.LayerNorm", f"{name}_middle")
        linear(f"{key}.intermediate.dense", f"{name}_wide")
        linear(f"{key}.output.dense", f"{name}_narrow")
        norm(f"{key}.output.LayerNorm", f"layer_{index + 1}")
    linear("head.hidden", "hidden_sum")
    for name in OUTPUTS:
        linear(f"head.{name}", name)
    return weights
