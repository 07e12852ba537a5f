"""models/face-detect: BlazeFace short range, from the mediapipe wheel.

Usage: python tools/train/face/face_detect.py --packages DIR --out models/face-detect
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from balance import balance_separable  # noqa: E402
from blazeface import CANDIDATES, SIDE, letterbox  # noqa: E402
from common import (  # noqa: E402
    conversion_parser,
    max_abs_diff,
    quantize_weights,
    read_member,
    run_main,
    run_onnx,
    write_model_folder,
)
from packages import MEDIAPIPE, portrait  # noqa: E402
from tflite_to_onnx import convert_tflite  # noqa: E402

MEMBER = "mediapipe/modules/face_detection/face_detection_short_range.tflite"
# The first convolution and the last 1x1 one move the eye points by pixels when rounded to 8 bits.
KEEP_FLOAT = ("w3", "w155")


def description():
    return {
        "id": "face-detect",
        "title": "Face boxes with six points, close range",
        "licence": "Apache-2.0",
        "labels": [],
        "tolerance": 7.0,
        "source": MEDIAPIPE.source_table(MEMBER),
        "input": [
            {
                "name": "image",
                "dtype": "f32",
                "shape": ["1", "3", str(SIDE), str(SIDE)],
                "layout": "NCHW RGB",
                "scale": [1 / 127.5] * 3,
                "offset": [-1.0] * 3,
            }
        ],
        "output": [
            {
                "name": "boxes",
                "dtype": "f32",
                "shape": ["1", str(CANDIDATES), "16"],
                "meaning": "per candidate: box centre x, y, width, height, then six points x, y; "
                "pixels of 128 from the anchor",
            },
            {"name": "scores", "dtype": "f32", "shape": ["1", str(CANDIDATES), "1"], "meaning": "logit of a face"},
        ],
        "settings": {
            "input_side": SIDE,
            "anchor_grid_cells": [16, 8],
            "anchor_repeats": [2, 6],
            "coordinate_scale": 128.0,
            "logit_limit": 100.0,
            "min_score": 0.5,
            "max_overlap": 0.3,
            "fill_value": 127.5,
            "second_pass_fill": 0.65,
        },
    }


def main():
    args = conversion_parser(__doc__, "face-detect").parse_args()
    data = read_member(MEDIAPIPE, args.packages, MEMBER)
    parent = convert_tflite(data, "face-detect", ["image"], ["boxes", "scores"])
    balanced, _ = balance_separable(parent)
    model = quantize_weights(balanced, keep=KEEP_FLOAT)
    image, *_ = letterbox(portrait(args.packages)[0:320, 64:384])
    inputs = {"image": np.ascontiguousarray(image)}
    golden = run_onnx(parent, inputs)
    manifest = write_model_folder(args.out, description(), model, inputs, golden)
    difference = max_abs_diff(golden, run_onnx(model, inputs))
    print(f"{args.out}: {manifest['bytes']} bytes, int8 against float {difference:.3f}")


if __name__ == "__main__":
    run_main(main)
