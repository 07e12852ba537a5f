"""models/face-mesh: 468 points of a face, from the mediapipe wheel.

Usage: python tools/train/face/face_mesh.py --packages DIR --out models/face-mesh
With ai-edge-litert installed, which the lock does not hold, `--compare` prints how far the float ONNX model is from
the TFLite file itself.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from common import (  # noqa: E402
    ConversionError,
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

MEMBER = "mediapipe/modules/face_landmark/face_landmark.tflite"
SIDE = 192
POINTS = 468
ROI_OF_BOX = 1.5
# Centre and side of the portrait's face with the margin that the model expects, in pixels.
GOLDEN_ROI = ((225.0, 123.0), 163.0)


def description():
    return {
        "id": "face-mesh",
        "title": "468 points of a face",
        "licence": "Apache-2.0",
        "labels": [],
        "tolerance": 1.5,
        "source": MEDIAPIPE.source_table(MEMBER),
        "input": [
            {
                "name": "face",
                "dtype": "f32",
                "shape": ["1", "3", str(SIDE), str(SIDE)],
                "layout": "NCHW RGB",
                "scale": [1 / 255] * 3,
                "offset": [0.0] * 3,
            }
        ],
        "output": [
            {
                "name": "points",
                "dtype": "f32",
                "shape": ["1", str(3 * POINTS)],
                "meaning": "x, y, depth of each point in pixels of the input; depth grows away from the camera",
            },
            {"name": "flag", "dtype": "f32", "shape": ["1", "1"], "meaning": "logit of a face"},
        ],
        "settings": {"input_side": SIDE, "roi_of_box": ROI_OF_BOX, "face_min": 0.5},
    }


def face_input(picture, centre, side, angle=0.0):
    """The model's input: a turned square of an RGB picture. Coordinates run over pixel edges."""
    import cv2

    step = side / SIDE
    cos, sin = np.cos(angle) * step, np.sin(angle) * step
    matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    matrix[:, 2] = np.array(centre) - 0.5 - matrix[:, :2] @ np.full(2, (SIDE - 1) / 2)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    crop = cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.ascontiguousarray(crop.transpose(2, 0, 1)[None].astype(np.float32) / 255)


def compare(data, parent, picture):
    """Largest differences of points and flag between the float ONNX model and the TFLite file, over 64 crops."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        raise ConversionError("--compare needs ai-edge-litert. Install it with: pip install ai-edge-litert") from None
    interpreter = Interpreter(model_content=data, num_threads=1)
    interpreter.allocate_tensors()
    (x, y), side = GOLDEN_ROI
    worst = np.zeros(2)
    for i in range(64):
        shift = np.array([i % 4 - 1.5, i // 4 % 4 - 1.5]) * 0.05 * side
        image = face_input(picture, np.array([x, y]) + shift, side * (0.8 + 0.1 * (i // 16)), 0.1 * (i % 3 - 1))
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], image.transpose(0, 2, 3, 1).copy())
        interpreter.invoke()
        theirs = [interpreter.get_tensor(o["index"]).reshape(1, -1) for o in interpreter.get_output_details()]
        ours = run_onnx(parent, {"face": image})
        worst = np.maximum(worst, [np.abs(ours[n] - t).max() for n, t in zip(("points", "flag"), theirs)])
    print(f"float ONNX against TFLite, 64 crops: points {worst[0]:.1e}, flag {worst[1]:.1e}")


def main():
    parser = conversion_parser(__doc__, "face-mesh")
    parser.add_argument("--compare", action="store_true", help="compare the float model with the TFLite file")
    args = parser.parse_args()
    data = read_member(MEDIAPIPE, args.packages, MEMBER)
    parent = convert_tflite(data, "face-mesh", ["face"], ["points", "flag"], flatten_outputs=True)
    model = quantize_weights(parent)
    picture = portrait(args.packages)
    inputs = {"face": face_input(picture, *GOLDEN_ROI)}
    golden = run_onnx(parent, inputs)
    manifest = write_model_folder(args.out, description(), model, inputs, golden)
    difference = max_abs_diff(golden, run_onnx(model, inputs))
    print(f"{args.out}: {manifest['bytes']} bytes, int8 against float {difference:.3f}")
    if args.compare:
        compare(data, parent, picture)


if __name__ == "__main__":
    run_main(main)
