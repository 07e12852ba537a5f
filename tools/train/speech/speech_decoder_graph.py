"""The Moonshine tiny decoder as a plain ONNX graph without a key-value cache.

All token positions of the batch are kept in one flat row axis N = B * L, so that every matrix product is one
large product and the cross-attention keys and values exist once for the whole batch.
"""

import sys
from pathlib import Path

from onnx import TensorProto

sys.path.insert(0, str(Path(__file__).resolve().parent))
from graph_builder import FLOAT, INT64, MASKED, GraphBuilder  # noqa: E402
from moonshine_weights import HEAD_WIDTH, HEADS, LAYERS, VOCABULARY, WIDTH, pairs_to_halves  # noqa: E402

FEED_FORWARD = 1152


def build_decoder(weights, float_parent=False):
    g = GraphBuilder(float_parent)
    table = weights.embedding()
    x = embed(g, table)
    length = g.length("ids", 1)
    positions = g.positions(length)
    context = {
        "tables": g.rope_tables(positions),
        "mask": causal_mask(g, positions),
        "split": g.op("Concat", [g.op("Shape", ["ids"]), g.ints(HEADS, HEAD_WIDTH)], axis=0),
    }
    for i in range(LAYERS):
        x = decoder_layer(g, weights, x, i, context)
    rows = g.op("Gather", [x, "rows"], axis=0)
    normed = g.layer_norm(rows, "final_norm", weights.vector("model.decoder.norm.weight"))
    projection_matrix = g.op("Transpose", [g.weight("embedding", table)], perm=[1, 0])
    g.op("MatMul", [normed, projection_matrix], "logits")
    inputs = [("ids", INT64, ["B", "L"]), ("memory", FLOAT, [1, "T", WIDTH]), ("rows", INT64, ["K"])]
    return g.model("speech-decoder", inputs, [("logits", FLOAT, ["K", VOCABULARY])])


def embed(g, table):
    """[B, L] ids to [N, 288]; only the gathered rows are dequantized."""
    flat = g.op("Reshape", ["ids", g.ints(-1)])
    if g.float_parent:
        return g.op("Gather", [g.weight("embedding", table), flat], axis=0)
    g.weight("embedding", table)
    rows = g.op("Gather", [g.op("Concat", g.tiles("embedding", table.values), axis=0), flat], axis=0)
    return g.op("DequantizeLinear", [rows, "embedding_s", "embedding_z"])


def causal_mask(g, positions):
    """[L, L]: 0 where a key is not later than the query, a large negative number elsewhere.

    Written as arithmetic on floats: tract 0.23.9 folds a comparison of two ranges to a mask of the wrong size.
    """
    steps = g.op("Cast", [positions], to=TensorProto.FLOAT)
    keys, queries = g.op("Unsqueeze", [steps, g.ints(0)]), g.op("Unsqueeze", [steps, g.ints(1)])
    later = g.op("Clip", [g.op("Sub", [keys, queries]), g.scalar(0.0), g.scalar(1.0)])
    return g.op("Mul", [later, g.scalar(MASKED)])


def decoder_layer(g, weights, x, index, context):
    layer = f"layers.{index}"
    vector = lambda name: weights.vector(f"model.decoder.{layer}.{name}.weight")  # noqa: E731
    normed = g.layer_norm(x, f"{layer}.self_norm", vector("input_layernorm"))
    x = g.op("Add", [x, self_attention(g, weights, normed, f"{layer}.self_attn", context)])
    normed = g.layer_norm(x, f"{layer}.cross_norm", vector("post_attention_layernorm"))
    x = g.op("Add", [x, cross_attention(g, weights, normed, f"{layer}.encoder_attn")])
    normed = g.layer_norm(x, f"{layer}.mlp_norm", vector("final_layernorm"))
    return g.op("Add", [x, gated_mlp(g, weights, normed, f"{layer}.mlp")])


def self_attention(g, weights, x, role, context):
    queries, keys, values = (g.heads(projection(g, weights, x, f"{role}.{p}_proj"), context["split"]) for p in "qkv")
    queries, keys = (g.turn(t, context["tables"]) for t in (queries, keys))
    mixed = g.attention(queries, keys, values, context["mask"])
    return projection(g, weights, g.op("Reshape", [mixed, g.ints(-1, WIDTH)]), f"{role}.o_proj")


def cross_attention(g, weights, x, role):
    """Every row attends to the one memory, so the flat rows stand in for the query positions of a batch of one."""
    split = g.ints(1, -1, HEADS, HEAD_WIDTH)
    queries = g.heads(projection(g, weights, x, f"{role}.q_proj"), split)
    keys, values = (g.heads(projection(g, weights, "memory", f"{role}.{p}_proj"), split) for p in "kv")
    mixed = g.attention(queries, keys, values)
    return projection(g, weights, g.op("Reshape", [mixed, g.ints(-1, WIDTH)]), f"{role}.o_proj")


def gated_mlp(g, weights, x, role):
    wide = projection(g, weights, x, f"{role}.fc1")
    last = g.ints(-1)
    value = g.op("Slice", [wide, g.ints(0), g.ints(FEED_FORWARD), last])
    gate = g.op("Slice", [wide, g.ints(FEED_FORWARD), g.ints(2 * FEED_FORWARD), last])
    gated = g.op("Mul", [g.op("Mul", [gate, g.op("Sigmoid", [gate])]), value])
    return projection(g, weights, gated, f"{role}.fc2")


def projection(g, weights, x, role):
    matrix, bias = weights.matrix(role)
    if ".self_attn." in role and role.endswith(("q_proj", "k_proj")):
        matrix = pairs_to_halves(matrix)
    return g.linear(x, role, matrix, bias)
