"""The expression networks that registry packages carry, rebuilt as ONNX nodes from their weights.

Each `add_*` function appends one network to a `Net` and returns the name of its logits (one row of 7, before the
softmax of the original). Convolutions come out with BatchNormalization folded in.
"""

import io
import json

import numpy as np
from onnx import helper

from common import ConversionError

BATCH_NORM_EPSILON = 1e-3


class Net:
    """ONNX nodes and initializers of a network under construction; image sizes are square and static."""

    def __init__(self):
        self.nodes = []
        self.initializers = {}
        self.sizes = {}

    def constant(self, name, array):
        self.initializers[name] = np.ascontiguousarray(array)
        return name

    def op(self, kind, inputs, name, size=None, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name, **attributes))
        self.sizes[name] = size if size is not None else self.sizes.get(inputs[0])
        return name

    def _window(self, source, kernel, stride, same):
        size = self.sizes[source]
        if not same:
            return [0, 0, 0, 0], (size - kernel) // stride + 1
        out = -(-size // stride)
        total = max((out - 1) * stride + kernel - size, 0)
        before, after = total // 2, total - total // 2
        return [before, before, after, after], out

    def conv(self, source, name, weights, bias, stride=1, same=True, groups=1):
        """`weights` in TensorFlow order, height x width x in x out."""
        kernel = weights.shape[0]
        pads, out = self._window(source, kernel, stride, same)
        inputs = [source, self.constant(name + "_w", weights.transpose(3, 2, 0, 1).astype(np.float32))]
        if bias is not None:
            inputs.append(self.constant(name + "_b", np.asarray(bias, np.float32)))
        shape = {"kernel_shape": [kernel, kernel], "strides": [stride, stride]}
        return self.op("Conv", inputs, name, out, pads=pads, group=groups, **shape)

    def depthwise(self, source, name, weights, stride=1):
        return self.conv(source, name, weights.transpose(0, 1, 3, 2), None, stride, True, weights.shape[2])

    def max_pool(self, source, name, kernel=3, stride=2):
        pads, out = self._window(source, kernel, stride, True)
        shape = {"kernel_shape": [kernel, kernel], "strides": [stride, stride]}
        return self.op("MaxPool", [source], name, out, pads=pads, **shape)

    def mean_over_image(self, source, name):
        pooled = self.op("GlobalAveragePool", [source], name + "_pool", 1)
        return self.op("Flatten", [pooled], name, axis=1)


def read_tfjs_weights(manifest, blob):
    """Name to array of a TensorFlow.js weight file, uint8 quantization undone."""
    sizes = {"float32": 4, "int32": 4}
    weights, position = {}, 0
    for entry in (w for group in manifest for w in group["weights"]):
        count = int(np.prod(entry["shape"], dtype=np.int64))
        packed = entry.get("quantization")
        if packed:
            if packed["dtype"] != "uint8":
                raise ConversionError(f"{entry['name']} is packed as {packed['dtype']}. Add it to read_tfjs_weights.")
            raw = np.frombuffer(blob, np.uint8, count, position).astype(np.float64)
            array, width = (raw * packed["scale"] + packed["min"]).astype(np.float32), 1
        else:
            array, width = np.frombuffer(blob, entry["dtype"], count, position), sizes[entry["dtype"]]
        position += count * width
        weights[entry["name"]] = array.reshape(entry["shape"])
    if position != len(blob):
        raise ConversionError(f"weight file has {len(blob)} bytes, the list names {position}. Check the archive.")
    return weights


def add_face_api(net, source, weights, prefix="fa"):
    """Four densely added blocks of depthwise-separable convolutions; input is normalised RGB."""

    def layer(x, name, stride):
        label = prefix + "_" + name.replace("/", "_")
        bias = weights[name + "/bias"]
        if name + "/filters" in weights:
            return net.conv(x, label, weights[name + "/filters"], bias, stride)
        x = net.depthwise(x, label + "_dw", weights[name + "/depthwise_filter"], stride)
        return net.conv(x, label, weights[name + "/pointwise_filter"], bias)

    x = source
    for block in range(4):
        name = f"{prefix}_block{block}"
        total = layer(x, f"dense{block}/conv0", 2)
        active = net.op("Relu", [total], f"{name}_relu0")
        total = active
        for step in (1, 2, 3):
            total = net.op("Add", [total, layer(active, f"dense{block}/conv{step}", 1)], f"{name}_sum{step}")
            active = net.op("Relu", [total], f"{name}_relu{step}")
        x = active
    x = net.mean_over_image(x, prefix + "_mean")
    head = [net.constant(prefix + "_fc_w", weights["fc/weights"]), net.constant(prefix + "_fc_b", weights["fc/bias"])]
    return net.op("Gemm", [x, *head], prefix + "_logits", 1)


def read_keras_weights(data):
    """Layer name to {weight name: array} of a Keras HDF5 file."""
    import h5py

    layers = {}
    with h5py.File(io.BytesIO(data), "r") as file:

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                parts = name.split("/")
                layers.setdefault(parts[0], {})[parts[-1].split(":")[0]] = item[()]

        file["model_weights"].visititems(visit)
    return layers


def _folded(kernel, norm):
    """Convolution weights (TensorFlow order) and bias with a BatchNormalization applied."""
    scale = norm["gamma"] / np.sqrt(norm["moving_variance"] + BATCH_NORM_EPSILON)
    return kernel * scale, norm["beta"] - norm["moving_mean"] * scale


def add_mini_xception(net, source, layers, prefix="mx"):
    """Two plain convolutions and four residual blocks; input is gray, -1..1, 64x64."""

    def conv(x, index, norm, **options):
        kernel, bias = _folded(layers[f"conv2d_{index}"]["kernel"], layers[f"batch_normalization_{norm}"])
        return net.conv(x, f"{prefix}_conv{index}", kernel, bias, **options)

    def separable(x, index, norm):
        layer = layers[f"separable_conv2d_{index}"]
        kernel, bias = _folded(layer["pointwise_kernel"], layers[f"batch_normalization_{norm}"])
        x = net.depthwise(x, f"{prefix}_sep{index}_dw", layer["depthwise_kernel"])
        return net.conv(x, f"{prefix}_sep{index}", kernel, bias)

    x = source
    for index in (1, 2):
        x = net.op("Relu", [conv(x, index, index, same=False)], f"{prefix}_relu{index}")
    for block in range(4):
        norm = 3 + 3 * block
        shortcut = conv(x, 3 + block, norm, stride=2)
        x = net.op("Relu", [separable(x, 2 * block + 1, norm + 1)], f"{prefix}_block{block}_relu")
        x = net.max_pool(separable(x, 2 * block + 2, norm + 2), f"{prefix}_block{block}_pool")
        x = net.op("Add", [x, shortcut], f"{prefix}_block{block}_sum")
    last = layers["conv2d_7"]
    x = net.conv(x, f"{prefix}_conv7", last["kernel"], last["bias"])
    return net.mean_over_image(x, prefix + "_logits")


def add_tfjs_graph(net, source, topology, weights, prefix="bx"):
    """A frozen TensorFlow.js graph of convolutions, as far as the logits; input is gray, -1..1."""
    names, logits = {}, None

    def attribute(node, key):
        return node["attr"][key]

    for index, node in enumerate(n for n in topology["node"] if n["op"] != "Const"):
        kind, label = node["op"], f"{prefix}_n{index}"
        inputs = [names.get(i, i) for i in node.get("input", [])]
        if kind == "Placeholder":
            names[node["name"]] = source
            continue
        if kind in ("_FusedConv2D", "DepthwiseConv2dNative", "MaxPool"):
            stride = int(attribute(node, "strides")["list"]["i"][1])
            same = attribute(node, "padding")["s"] == "U0FNRQ=="
        if kind == "_FusedConv2D":
            x = net.conv(inputs[0], label, weights[inputs[1]], weights[inputs[2]], stride, same)
            if "UmVsdQ==" in attribute(node, "fused_ops")["list"]["s"]:
                x = net.op("Relu", [x], label + "_relu")
        elif kind == "DepthwiseConv2dNative":
            x = net.depthwise(inputs[0], label, weights[inputs[1]], stride)
        elif kind == "MaxPool":
            x = net.max_pool(inputs[0], label, int(attribute(node, "ksize")["list"]["i"][1]), stride)
        elif kind in ("AddV2", "Relu"):
            x = net.op({"AddV2": "Add", "Relu": "Relu"}[kind], inputs, label)
        elif kind == "Mean":
            x = logits = net.mean_over_image(inputs[0], prefix + "_logits")
        elif kind in ("Softmax", "Identity"):
            continue
        else:
            raise ConversionError(f"TensorFlow.js operator {kind} is not supported. Add it to add_tfjs_graph.")
        names[node["name"]] = x
    if logits is None:
        raise ConversionError("the TensorFlow.js graph has no Mean before its end. Check the archive.")
    return logits


def read_tfjs_graph(model_json, blob):
    """(topology, weights) of a TensorFlow.js graph model."""
    model = json.loads(model_json)
    return model["modelTopology"], read_tfjs_weights(model["weightsManifest"], blob)
