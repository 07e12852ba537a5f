"""Write models/voice-activity: the Silero voice activity detector at 16 kHz as a plain ONNX graph.

python tools/train/speech/voice_activity.py --packages DIR [--out models/voice-activity]

One call takes a frame of 512 samples after the 64 samples before it, and the recurrent state of the last call.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import (  # noqa: E402
    ConversionError,
    Package,
    conversion_parser,
    make_model,
    quantize_weights,
    read_member,
    run_main,
    run_onnx,
    write_model_folder,
)

WHEEL = Package(
    "PyPI",
    "silero-vad",
    "6.2.3",
    "silero_vad-6.2.3-py3-none-any.whl",
    "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8",
)
# The wheel's safetensors file holds other, older weights than its ONNX files; the package itself runs the latter.
MEMBER = "silero_vad/data/silero_vad_openvino_16k.onnx"
FRAME, CONTEXT, MIRRORED = 512, 64, 64
BINS, HIDDEN = 129, 128
SETTINGS = {
    "sample_rate_hz": 16000,
    "frame_samples": FRAME,
    "context_samples": CONTEXT,
    "start_probability": 0.5,
    "stop_probability": 0.35,
    "start_frames": 2,
    "stop_frames": 12,
    "word_look_frames": 3,
    "word_stop_frames": 6,
    "word_ms_max": 1500,
    "word_soft_share": 0.05,
    "pre_roll_ms": 250,
    "post_roll_ms": 150,
    "min_speech_ms": 96,
    "max_speech_ms": 15000,
}


def package_weights(blob):
    """Weights of the package's graph under the names used here; they stand in initializers or Constant nodes."""
    graph = onnx.load_model_from_string(blob).graph
    found = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    for node in graph.node:
        if node.op_type == "Constant" and node.attribute[0].HasField("t"):
            found[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    wanted = {"stft_conv.weight": "stft.forward_basis_buffer"}
    for kind in ("weight", "bias"):
        wanted[f"final_conv.{kind}"] = f"decoder.decoder.2.{kind}"
        wanted |= {f"conv{i}.{kind}": f"encoder.{i - 1}.reparam_conv.{kind}" for i in range(1, 5)}
        wanted |= {f"lstm_cell.{kind}_{end}": f"decoder.rnn.{kind}_{end}" for end in ("ih", "hh")}
    weights = {}
    for ours, theirs in wanted.items():
        matches = [a for n, a in found.items() if n.endswith(theirs)]
        if len(matches) != 1:
            raise ConversionError(f"{MEMBER} has {len(matches)} tensors named ..{theirs}. Check the package version.")
        weights[ours] = matches[0]
    return weights


# int8 kernels move the probability of quiet speech by up to 0.3, float16 kernels by less than 0.001.
HALF = ("stft_conv.weight", *(f"conv{i}.weight" for i in range(1, 5)))


def shipped_model(parent):
    """Recurrent weights int8 per channel, kernels float16."""
    model = quantize_weights(parent, keep=HALF)
    casts = []
    for tensor in model.graph.initializer:
        if tensor.name in HALF:
            name, array = tensor.name, numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(array, name + "_half"))
            casts.append(helper.make_node("Cast", [name + "_half"], [name], name + "_cast", to=TensorProto.FLOAT))
    nodes = casts + [onnx.NodeProto.FromString(n.SerializeToString()) for n in model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    return model


class Graph:
    def __init__(self, weights):
        self.weights, self.nodes, self.constants = weights, [], {}

    def op(self, kind, inputs, output=None, **attributes):
        name = output or f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name, **attributes))
        return name

    def ints(self, name, *values):
        self.constants[name] = np.array(values, np.int64)
        return name

    def weight(self, name, array=None):
        self.constants[name] = self.weights[name] if array is None else array
        return name

    def part(self, x, axis, start, end):
        name = f"{axis}_{start}_{end}"
        bounds = [self.ints(f"{k}_{name}", v) for k, v in (("from", start), ("to", end), ("on", axis))]
        return self.op("Slice", [x, *bounds])


def spectrum(g):
    """Magnitude of 129 bins in four steps of 128 samples; the end of the frame is mirrored for the last one."""
    padded = g.op("Pad", ["audio", g.ints("mirror", 0, 0, 0, MIRRORED)], mode="reflect")
    padded = g.op("Reshape", [padded, g.ints("one_channel", 1, 1, CONTEXT + FRAME + MIRRORED)])
    both = g.op("Conv", [padded, g.weight("stft_conv.weight")], strides=[128])
    real, imaginary = g.part(both, 1, 0, BINS), g.part(both, 1, BINS, 2 * BINS)
    squares = [g.op("Mul", [x, x]) for x in (real, imaginary)]
    return g.op("Sqrt", [g.op("Add", squares)])


def recurrent_cell(g, x):
    """One LSTM step; state is [hidden, cell], gates are stored as input, forget, candidate, output."""
    hidden, cell = (g.op("Reshape", [g.part("state", 0, i, i + 1), g.ints("row", 1, HIDDEN)]) for i in (0, 1))
    bias = g.weight("lstm_cell.bias", g.weights["lstm_cell.bias_ih"] + g.weights["lstm_cell.bias_hh"])
    from_input = g.op("MatMul", [x, g.weight("lstm_cell.input", g.weights["lstm_cell.weight_ih"].T)])
    from_hidden = g.op("MatMul", [hidden, g.weight("lstm_cell.hidden", g.weights["lstm_cell.weight_hh"].T)])
    gates = g.op("Add", [g.op("Add", [from_input, from_hidden]), bias])
    admit, forget, candidate, emit = (g.part(gates, 1, i * HIDDEN, (i + 1) * HIDDEN) for i in range(4))
    admit, forget, emit = (g.op("Sigmoid", [t]) for t in (admit, forget, emit))
    kept = g.op("Mul", [forget, cell])
    cell = g.op("Add", [kept, g.op("Mul", [admit, g.op("Tanh", [candidate])])])
    hidden = g.op("Mul", [emit, g.op("Tanh", [cell])])
    shape = g.ints("state_part", 1, 1, HIDDEN)
    g.op("Concat", [g.op("Reshape", [t, shape]) for t in (hidden, cell)], "next_state", axis=0)
    return hidden


def build(weights):
    g = Graph(weights)
    x = spectrum(g)
    for i, stride in enumerate((1, 2, 2, 1), start=1):
        inputs = [x, g.weight(f"conv{i}.weight"), g.weight(f"conv{i}.bias")]
        x = g.op("Relu", [g.op("Conv", inputs, strides=[stride], pads=[1, 1])])
    hidden = recurrent_cell(g, g.op("Reshape", [x, g.ints("row", 1, HIDDEN)]))
    column = g.weight("final.weight", g.weights["final_conv.weight"].reshape(1, HIDDEN).T)
    score = g.op("MatMul", [g.op("Relu", [hidden]), column])
    g.op("Sigmoid", [g.op("Add", [score, g.weight("final_conv.bias")])], "speech")

    def value(name, *shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))

    inputs = [value("audio", 1, CONTEXT + FRAME), value("state", 2, 1, HIDDEN)]
    outputs = [value("speech", 1, 1), value("next_state", 2, 1, HIDDEN)]
    return make_model(g.nodes, inputs, outputs, g.constants, "voice-activity")


def golden_inputs():
    t = np.arange(CONTEXT + FRAME) / 16000
    voice = sum(np.sin(2 * np.pi * 130 * k * t) / k for k in range(1, 20)) * 0.15
    state = np.sin(np.arange(2 * HIDDEN) * 0.7).reshape(2, 1, HIDDEN) * 0.3
    return {"audio": voice.astype(np.float32)[None], "state": state.astype(np.float32)}


def main():
    args = conversion_parser(__doc__.splitlines()[0], "voice-activity").parse_args()
    parent = build(package_weights(read_member(WHEEL, args.packages, MEMBER)))
    feeds = golden_inputs()
    state = {"dtype": "f32", "shape": ["2", "1", str(HIDDEN)]}
    description = {
        "id": "voice-activity",
        "title": "Silero voice activity detector, 16 kHz",
        "licence": "MIT",
        "labels": [],
        "tolerance": 0.06,
        "source": WHEEL.source_table(MEMBER),
        "input": [
            {
                "name": "audio",
                "dtype": "f32",
                "shape": ["1", str(CONTEXT + FRAME)],
                "layout": "64 samples of the previous frame (zeros at first), then 512 new ones; 16 kHz mono, -1..1",
            },
            {"name": "state", **state, "layout": "zeros at first, then next_state"},
        ],
        "output": [
            {"name": "speech", "dtype": "f32", "shape": ["1", "1"], "meaning": "probability of speech in the frame"},
            {"name": "next_state", **state, "meaning": "state for the next frame"},
        ],
        "settings": SETTINGS,
    }
    write_model_folder(args.out, description, shipped_model(parent), feeds, run_onnx(parent, feeds))


if __name__ == "__main__":
    run_main(main)
