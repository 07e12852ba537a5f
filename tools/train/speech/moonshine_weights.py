"""Weights of the Moonshine tiny English model, read from the onnxruntime files inside the moonshine-voice wheel.

The wheel holds two graphs in onnxruntime's own format, quantized to uint8 with one scale and zero point per matrix.
onnxruntime itself writes them back as ONNX; the weights are then found by the name of the node that uses them.
"""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, Package, read_member  # noqa: E402

WHEEL = Package(
    "PyPI",
    "moonshine-voice",
    "0.0.49",
    "moonshine_voice-0.0.49-py3-none-manylinux_2_34_x86_64.whl",
    "03edc378e5236832421ccd382b267e43b95af8008137ad6643f5baf5ba31b579",
)
ASSETS = "moonshine_voice/assets/tiny-en/"
ENCODER_MEMBER = ASSETS + "encoder_model.ort"
DECODER_MEMBER = ASSETS + "decoder_model_merged.ort"
TOKENIZER_MEMBER = ASSETS + "tokenizer.bin"

LAYERS = 6
WIDTH = 288
HEADS = 8
HEAD_WIDTH = 36
# RoPE turns 32 of the 36 values of a head; the last four pass unchanged.
TURNED = 32
VOCABULARY = 32768


@dataclass(frozen=True)
class Quantized:
    """A weight as the package stores it: real value = (values - zero) * scale."""

    values: np.ndarray
    scale: np.ndarray
    zero: np.ndarray

    def dequantized(self):
        return (self.values.astype(np.int32) - int(self.zero)).astype(np.float32) * self.scale


def lowered_graph(packages_dir, member):
    """The package's graph as ONNX, exactly as stored (no optimisation)."""
    import onnxruntime as ort

    with tempfile.TemporaryDirectory() as folder:
        saved = str(Path(folder) / "saved.onnx")
        options = ort.SessionOptions()
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.optimized_model_filepath = saved
        options.add_session_config_entry("session.load_model_format", "ORT")
        options.add_session_config_entry("session.save_model_format", "ONNX")
        options.log_severity_level = 3
        ort.InferenceSession(read_member(WHEEL, packages_dir, member), options, providers=["CPUExecutionProvider"])
        return onnx.load(saved).graph


class PackageWeights:
    """Looks weights up by role, for example `layers.0.self_attn.q_proj`."""

    def __init__(self, graph, prefix, suffix):
        self.prefix, self.suffix = prefix, suffix
        self.tensors = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
        nodes = list(graph.node)
        for node in graph.node:
            if node.op_type == "If":
                branch = next(a.g for a in node.attribute if a.name == "else_branch")
                self.tensors |= {t.name: numpy_helper.to_array(t) for t in branch.initializer}
                nodes += branch.node
        self.producer = {output: node for node in nodes for output in node.output}

    def matrix(self, role):
        """(Quantized [in, out], bias or None) of a linear layer."""
        path = self.prefix + role.replace("layers.", "/layers.").replace("_attn.", "_attn/").replace(".mlp.", "/mlp/")
        path = path.replace(".self_attn", "/self_attn").replace(".encoder_attn", "/encoder_attn")
        for tail in ("/MatMul_output_0", "/Add_output_0"):
            node = self.producer.get(path + tail)
            if node is not None:
                return self._operands(node)
        raise ConversionError(f"the package graph has no linear layer {path}. Check the package version.")

    def _operands(self, node):
        names = list(node.input) + [""] * 7
        if node.op_type == "MatMulIntegerToFloat":
            weight, scale, zero, bias = names[1], names[3], names[5], names[6]
        elif node.op_type == "DynamicQuantizeMatMul":
            weight, scale, zero, bias = names[1], names[2], names[3], names[4]
        else:
            raise ConversionError(f"{node.name} ({node.op_type}) is no quantized product. Check the package version.")
        quantized = Quantized(self.tensors[weight], self.tensors[scale].reshape(()), self.tensors[zero].reshape(()))
        return quantized, self.tensors[bias] if bias else None

    def vector(self, name):
        return self.tensors[name + self.suffix]

    def embedding(self):
        """The token table [vocabulary, width], which the package also uses, transposed, as output projection."""
        name = "model.decoder.embed_tokens.weight" + self.suffix
        scale, zero = self.tensors[name + "_scale"].reshape(()), self.tensors[name + "_zero_point"].reshape(())
        table = Quantized(self.tensors[name + "_quantized"], scale, zero)
        output, _ = self._operands(self.producer["logits"])
        same = np.array_equal(output.values, table.values.T) and output.scale == scale and output.zero == zero
        if not same:
            raise ConversionError("the output projection is not the transposed embedding. Check the package version.")
        return table


def encoder_weights(packages_dir):
    return PackageWeights(lowered_graph(packages_dir, ENCODER_MEMBER), "", "")


def decoder_weights(packages_dir):
    return PackageWeights(lowered_graph(packages_dir, DECODER_MEMBER), "/model/decoder", "_merged_0")


def pairs_to_halves(quantized):
    """Reorder each head's columns so that RoPE turns (first 16, next 16) instead of neighbouring pairs.

    Queries and keys are reordered alike, so their products do not change.
    """
    order = np.r_[np.arange(0, TURNED, 2), np.arange(1, TURNED, 2), np.arange(TURNED, HEAD_WIDTH)]
    columns = (np.arange(HEADS)[:, None] * HEAD_WIDTH + order).reshape(-1)
    return Quantized(np.ascontiguousarray(quantized.values[:, columns]), quantized.scale, quantized.zero)


def rope_frequencies():
    return (10000.0 ** (-np.arange(0, TURNED, 2, dtype=np.float64) / TURNED)).astype(np.float32)
