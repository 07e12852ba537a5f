"""Writes Petri's models with their 8-bit and 16-bit weights as floats: what the shipped files are compared with.

    python float_parents.py MODELS_FOLDER OUTPUT_FOLDER MODEL_ID...

Needs onnx and numpy. Each model goes to OUTPUT_FOLDER/MODEL_ID/model.onnx, with its golden pair beside it, so that
`ort_bench.py OUTPUT_FOLDER MODEL_ID...` times it.
"""

import argparse
import shutil
from pathlib import Path

import numpy
import onnx
from onnx import numpy_helper


def dequantized(values, scale, zero, axis):
    shape = [1] * values.ndim
    if scale.size > 1:
        shape[axis] = scale.size
    return (values.astype(numpy.float32) - zero.astype(numpy.float32).reshape(shape)) * scale.reshape(shape)


def unfold(graph):
    """Replaces every DequantizeLinear and Cast to float of a constant by the floats."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    kept = []
    for node in graph.node:
        attributes = {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}
        of_constants = all(name in constants for name in node.input)
        if node.op_type == "DequantizeLinear" and of_constants:
            values, scale, *zero = (numpy_helper.to_array(constants[name]) for name in node.input)
            zero = zero[0] if zero else numpy.zeros_like(scale)
            floats = dequantized(values, scale, zero, attributes.get("axis", 1))
        elif node.op_type == "Cast" and of_constants and attributes["to"] == onnx.TensorProto.FLOAT:
            floats = numpy_helper.to_array(constants[node.input[0]]).astype(numpy.float32)
        else:
            kept.append(node)
            continue
        constants[node.output[0]] = numpy_helper.from_array(floats, node.output[0])
    read = {name for node in kept for name in node.input}
    del graph.node[:], graph.initializer[:]
    graph.node.extend(kept)
    graph.initializer.extend(tensor for name, tensor in constants.items() if name in read)


def main():
    parser = argparse.ArgumentParser(description="unfold the weights of Petri's models to floats")
    parser.add_argument("models", type=Path, help="the folder with one folder per model")
    parser.add_argument("output", type=Path, help="where the float models go")
    parser.add_argument("ids", nargs="+", help="names of models")
    options = parser.parse_args()
    for name in options.ids:
        folder = options.output / name
        folder.mkdir(parents=True, exist_ok=True)
        model = onnx.load(options.models / name / "model.onnx")
        unfold(model.graph)
        onnx.save(model, folder / "model.onnx")
        shutil.copy(options.models / name / "golden.safetensors", folder)


if __name__ == "__main__":
    main()
