"""The float parent of a committed model: every weight that is stored in 8 or 16 bits becomes a float one.

    python parent.py MODELS_FOLDER NEW_FOLDER MODEL_ID...

writes a models folder with the parents and what else stands beside them.
"""

import argparse
import shutil
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FLOATS_MAX = 400_000_000


class Graph:
    """What is known of a graph: its constants, and who makes and takes each value."""

    def __init__(self, graph):
        self.graph = graph
        self.constants = {constant.name: constant for constant in graph.initializer}
        self.makers = {name: node for node in graph.node for name in node.output}
        self.floats = 0

    def value(self, name):
        return numpy_helper.to_array(self.constants[name])

    def known(self, names):
        return all(name in self.constants for name in names if name)

    def add(self, name, values):
        self.floats += values.size
        if self.floats > FLOATS_MAX:
            raise ValueError(f"more than {FLOATS_MAX} float weights; is this one of Petri's models?")
        constant = numpy_helper.from_array(np.ascontiguousarray(values, dtype=np.float32), name)
        self.constants[name] = constant
        self.graph.initializer.append(constant)


def dequantized(values, scale, zero, axis):
    """DequantizeLinear of the ONNX standard, opset 13: one scale, or one for each index of an axis."""
    if scale.ndim:
        shape = [-1 if number == axis % values.ndim else 1 for number in range(values.ndim)]
        scale, zero = scale.reshape(shape), zero.reshape(shape)
    return (values.astype(np.float32) - zero.astype(np.float32)) * scale.astype(np.float32)


def axis_of(node):
    return next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)


def scale_and_zero(graph, node):
    scale = graph.value(node.input[1])
    named = len(node.input) > 2 and node.input[2]
    return scale, graph.value(node.input[2]) if named else np.zeros(scale.shape, dtype=np.int8)


def casts_to_float(node):
    to = next((attribute.i for attribute in node.attribute if attribute.name == "to"), 0)
    return node.op_type == "Cast" and to == TensorProto.FLOAT


def unpack(graph, node):
    """Whether a node that only unpacks weights was replaced by float weights."""
    if node.op_type == "DequantizeLinear" and graph.known(node.input):
        scale, zero = scale_and_zero(graph, node)
        graph.add(node.output[0], dequantized(graph.value(node.input[0]), scale, zero, axis_of(node)))
        return True
    if casts_to_float(node) and graph.known(node.input):
        graph.add(node.output[0], graph.value(node.input[0]))
        return True
    return False


def gather_floats(graph, node):
    """Rows that are gathered in 8 bits and then unpacked: the table becomes float instead."""
    rows = graph.makers.get(node.input[0]) if node.input else None
    if rows is None or rows.op_type != "Gather" or rows.input[0] not in graph.constants:
        return None
    values = graph.value(rows.input[0])
    if node.op_type == "DequantizeLinear" and graph.known(node.input[1:]):
        scale, zero = scale_and_zero(graph, node)
        if scale.size != 1:
            return None
        values = dequantized(values, scale.reshape(()), zero.reshape(()), 0)
    elif not casts_to_float(node) or values.dtype.itemsize > 2:
        return None
    table = f"{node.output[0]}.table"
    graph.add(table, values)
    axis = next((attribute.i for attribute in rows.attribute if attribute.name == "axis"), 0)
    return helper.make_node("Gather", [table, rows.input[1]], [node.output[0]], axis=axis)


def float_parent(path):
    """The model at `path` with float weights only, serialized."""
    model = onnx.load(str(path))
    graph = Graph(model.graph)
    nodes = []
    for node in list(model.graph.node):
        if unpack(graph, node):
            continue
        nodes.append(gather_floats(graph, node) or node)
    wanted = {output.name for output in model.graph.output}
    kept = []
    # From the end, so that what only a removed node asked for goes, too.
    for node in reversed(nodes):
        if any(name in wanted for name in node.output):
            kept.append(node)
            wanted.update(node.input)
    del model.graph.node[:]
    model.graph.node.extend(reversed(kept))
    used = [constant for constant in graph.constants.values() if constant.name in wanted]
    del model.graph.initializer[:]
    model.graph.initializer.extend(used)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def main():
    parser = argparse.ArgumentParser(description="write the float parents of Petri's models")
    parser.add_argument("models", type=Path, help="the folder with one folder per model")
    parser.add_argument("out", type=Path, help="the folder to write")
    parser.add_argument("ids", nargs="+", help="names of models")
    options = parser.parse_args()
    for name in options.ids:
        shutil.copytree(options.models / name, options.out / name)
        (options.out / name / "model.onnx").write_bytes(float_parent(options.models / name / "model.onnx"))


if __name__ == "__main__":
    main()
