"""Make depthwise-separable networks survive int8 weights.

Between a depthwise convolution and the 1x1 convolution behind it nothing but a product happens, so each channel
can be scaled up in the first and down in the second without changing the result. Scaling so that every input
column of the 1x1 weights has the same largest value keeps one loud column from using up the int8 range.
"""

import numpy as np
import onnx
from onnx import numpy_helper


def balance_separable(model):
    """(equivalent model, number of pairs rescaled)."""
    out = onnx.ModelProto()
    out.CopyFrom(model)
    arrays = {t.name: numpy_helper.to_array(t).copy() for t in out.graph.initializer}
    producers = {o: n for n in out.graph.node for o in n.output}
    uses = {}
    for node in out.graph.node:
        for name in node.input:
            uses[name] = uses.get(name, 0) + 1
    pairs = 0
    for node in out.graph.node:
        first = producers.get(node.input[0]) if node.op_type == "Conv" else None
        if first is None or first.op_type != "Conv" or uses[node.input[0]] != 1:
            continue
        weights = arrays[node.input[1]]
        if weights.shape[2:] != (1, 1) or arrays[first.input[1]].shape[1] != 1:
            continue
        top = np.abs(weights).max(axis=(0, 2, 3))
        top[top == 0] = 1.0
        # Powers of two keep the float model bit for bit the same.
        factor = np.exp2(np.rint(np.log2(top / np.exp(np.log(top).mean())))).astype(np.float32)
        arrays[node.input[1]] = weights / factor[None, :, None, None]
        arrays[first.input[1]] = arrays[first.input[1]] * factor[:, None, None, None]
        if len(first.input) > 2:
            arrays[first.input[2]] = arrays[first.input[2]] * factor
        pairs += 1
    for tensor in out.graph.initializer:
        tensor.CopyFrom(numpy_helper.from_array(arrays[tensor.name], tensor.name))
    return out, pairs
