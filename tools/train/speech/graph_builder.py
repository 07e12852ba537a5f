"""A small writer of ONNX graphs: one method per building block of the speech models."""

import math
import sys
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, make_model  # noqa: E402
from moonshine_weights import HEAD_WIDTH, TURNED, Quantized, rope_frequencies  # noqa: E402

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64
OPSET = 17
EPSILON = 1e-5
MASKED = -1e9
# tract 0.23.9 unfolds a constant at load time only where the result stays within 4 MiB; larger matrices would be
# dequantized at every call, so they are stored as tiles.
FOLDED_ELEMENTS = (4 << 20) // 4


class GraphBuilder:
    """Collects nodes and initializers; methods take and return tensor names."""

    def __init__(self, float_parent=False):
        self.float_parent = float_parent
        self.nodes, self.initializers, self.count = [], {}, 0

    def op(self, kind, inputs, output=None, **attributes):
        self.count += 1
        name = output or f"{kind.lower()}_{self.count}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def constant(self, name, value, dtype=None):
        array = np.asarray(value, dtype)
        if not np.array_equal(self.initializers.setdefault(name, array), array):
            raise ConversionError(f"two different constants are called {name}. Rename one of them in the graph script.")
        return name

    def scalar(self, value):
        return self.constant(f"c_{value:g}".replace("-", "m"), np.float32(value))

    def ints(self, *values):
        return self.constant("i_" + "_".join(map(str, values)).replace("-", "m"), values, np.int64)

    def weight(self, name, tensor):
        """A float tensor name for a weight, stored as the package stores it unless a float parent is built."""
        if not isinstance(tensor, Quantized):
            return self.constant(name, tensor)
        if self.float_parent:
            return self.constant(name, tensor.dequantized())
        if not any(node.output[0] == name for node in self.nodes):
            scale = self.constant(name + "_s", tensor.scale)
            zero = self.constant(name + "_z", tensor.zero)
            self.dequantize(name, self.tiles(name, tensor.values), lambda _: [scale, zero])
        return name

    def tiles(self, name, values):
        """Names of consecutive slices of a matrix along axis 0, each small enough to be unfolded once at load time."""
        rows_per_tile = max(1, FOLDED_ELEMENTS // (values.size // len(values)))
        count = math.ceil(len(values) / rows_per_tile)
        if count == 1:
            return [self.constant(name + "_q", values)]
        return [
            self.constant(f"{name}_q{i}", values[i * rows_per_tile : (i + 1) * rows_per_tile]) for i in range(count)
        ]

    def dequantize(self, name, tiles, parameters, **attributes):
        """DequantizeLinear of each tile, joined along axis 0; `parameters` gives scale and zero point of a tile."""
        if len(tiles) == 1:
            return self.op("DequantizeLinear", [tiles[0], *parameters(0)], name, **attributes)
        parts = [
            self.op("DequantizeLinear", [tile, *parameters(i)], f"{name}_{i}", **attributes)
            for i, tile in enumerate(tiles)
        ]
        return self.op("Concat", parts, name, axis=0)

    def linear(self, x, name, matrix, bias=None):
        y = self.op("MatMul", [x, self.weight(name + ".weight", matrix)])
        return y if bias is None else self.op("Add", [y, self.constant(name + ".bias", bias)])

    def layer_norm(self, x, name, gain):
        """Over the last axis, without offset."""
        centred = self.op("Sub", [x, self.op("ReduceMean", [x], axes=[-1], keepdims=1)])
        variance = self.op("ReduceMean", [self.op("Mul", [centred, centred])], axes=[-1], keepdims=1)
        deviation = self.op("Sqrt", [self.op("Add", [variance, self.scalar(EPSILON)])])
        return self.op("Mul", [self.op("Div", [centred, deviation]), self.constant(name, gain)])

    def gelu(self, x):
        erf = self.op("Erf", [self.op("Mul", [x, self.scalar(math.sqrt(0.5))])])
        return self.op("Mul", [self.op("Mul", [x, self.scalar(0.5)]), self.op("Add", [erf, self.scalar(1.0)])])

    def length(self, x, axis):
        """Length of one axis, as a scalar int64."""
        return self.op("Gather", [self.op("Shape", [x]), self.constant(f"axis_{axis}", axis, np.int64)], axis=0)

    def positions(self, length):
        return self.op("Range", [self.constant("zero", 0, np.int64), length, self.constant("one", 1, np.int64)])

    def rope_tables(self, positions):
        """cos and sin, each [positions, 16]."""
        column = self.op("Unsqueeze", [self.op("Cast", [positions], to=TensorProto.FLOAT), self.ints(1)])
        angles = self.op("Mul", [column, self.constant("rope_frequencies", rope_frequencies()[None, :])])
        return self.op("Cos", [angles]), self.op("Sin", [angles])

    def turn(self, x, tables):
        """RoPE on [.., positions, 36]; columns are ordered as pairs_to_halves leaves them."""
        cos, sin = tables
        half = TURNED // 2
        last = self.ints(-1)
        first = self.op("Slice", [x, self.ints(0), self.ints(half), last])
        second = self.op("Slice", [x, self.ints(half), self.ints(TURNED), last])
        rest = self.op("Slice", [x, self.ints(TURNED), self.ints(HEAD_WIDTH), last])
        a = self.op("Sub", [self.op("Mul", [first, cos]), self.op("Mul", [second, sin])])
        b = self.op("Add", [self.op("Mul", [second, cos]), self.op("Mul", [first, sin])])
        return self.op("Concat", [a, b, rest], axis=-1)

    def heads(self, x, shape):
        """[.., positions, 288] to [batch, 8, positions, 36]; `shape` is the Reshape target before the transpose."""
        return self.op("Transpose", [self.op("Reshape", [x, shape])], perm=[0, 2, 1, 3])

    def attention(self, queries, keys, values, mask=None):
        """Scaled dot products of [batch, 8, positions, 36] heads; gives [batch, positions, 8, 36]."""
        scaled = self.op("Mul", [queries, self.scalar(HEAD_WIDTH**-0.5)])
        scores = self.op("MatMul", [scaled, self.op("Transpose", [keys], perm=[0, 1, 3, 2])])
        if mask is not None:
            scores = self.op("Add", [scores, mask])
        mixed = self.op("MatMul", [self.op("Softmax", [scores], axis=-1), values])
        return self.op("Transpose", [mixed], perm=[0, 2, 1, 3])

    def model(self, name, inputs, outputs):
        """Inputs and outputs are (name, onnx type, shape) triples."""
        values = [[helper.make_tensor_value_info(*v) for v in part] for part in (inputs, outputs)]
        model = make_model(self.nodes, values[0], values[1], self.initializers, name, opset=OPSET)
        del model.graph.initializer[:]
        # make_model stores scalars as arrays of one; Range and the quantization scales need true scalars.
        model.graph.initializer.extend(numpy_helper.from_array(a, n) for n, a in self.initializers.items())
        return model
