"""models/face-mesh: 468 points of a face, from the mediapipe wheel.

Usage: python tools/train/face/face_mesh.py --packages DIR --out models/face-mesh
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from balance import balance_separable  # noqa: E402
from blazeface import LEFT_EYE, RIGHT_EYE, detect  # noqa: E402
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
from face_detect import MEMBER as DETECTOR_MEMBER  # noqa: E402
from packages import MEDIAPIPE, portrait  # noqa: E402
from tflite_to_onnx import convert_tflite  # noqa: E402

MEMBER = "mediapipe/modules/face_landmark/face_landmark.tflite"
SIDE = 192
POINTS = 468
ROI_SIZE_OF_BOX = 1.5


def region(face):
    """(centre, side, angle): the box grown 1.5 times and turned so that the eyes are level."""
    line = face.points[LEFT_EYE] - face.points[RIGHT_EYE]
    size = (face.box[2:] - face.box[:2]).max() * ROI_SIZE_OF_BOX
    return (face.box[:2] + face.box[2:]) / 2, size, np.arctan2(line[1], line[0])


def crop(picture, face):
    """SIDE x SIDE x 3 crop of the region, bilinear, black outside."""
    import cv2

    centre, size, angle = region(face)
    cos, sin = np.cos(angle) * size / SIDE, np.sin(angle) * size / SIDE
    matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    matrix[:, 2] = centre - 0.5 - matrix[:, :2] @ np.full(2, (SIDE - 1) / 2)
    return cv2.warpAffine(picture, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)


def description():
    return {
        "id": "face-mesh",
        "title": "468 points of a face",
        "licence": "Apache-2.0",
        "labels": [],
        "tolerance": 0.7,
        "source": MEDIAPIPE.source_table(MEMBER),
        "input": [
            {
                "name": "image",
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
                "shape": ["1", str(POINTS * 3)],
                "meaning": "x, y, z of each point, in pixels of the 192 pixel crop",
            },
            {"name": "presence", "dtype": "f32", "shape": ["1", "1"], "meaning": "logit of a face being in the crop"},
        ],
        "settings": {
            "input_side": SIDE,
            "point_count": POINTS,
            "roi_size_of_box": ROI_SIZE_OF_BOX,
            "min_presence": 0.5,
        },
    }


def main():
    args = conversion_parser(__doc__, "face-mesh").parse_args()
    data = read_member(MEDIAPIPE, args.packages, MEMBER)
    parent = convert_tflite(data, "face-mesh", ["image"], ["points", "presence"], flatten_outputs=True)
    balanced, _ = balance_separable(parent)
    model = quantize_weights(balanced)
    import onnxruntime as ort

    detector = convert_tflite(
        read_member(MEDIAPIPE, args.packages, DETECTOR_MEMBER), "face-detect", ["image"], ["boxes", "scores"]
    )
    session = ort.InferenceSession(detector.SerializeToString(), providers=["CPUExecutionProvider"])
    picture = portrait(args.packages)
    faces = detect(session, picture)
    if not faces:
        raise ConversionError("the detector sees no face in the portrait. Run face_detect.py and check its output.")
    pixels = crop(picture, faces[0]).astype(np.float32)
    inputs = {"image": np.ascontiguousarray(pixels.transpose(2, 0, 1)[None] / np.float32(255))}
    golden = run_onnx(parent, inputs)
    manifest = write_model_folder(args.out, description(), model, inputs, golden)
    difference = max_abs_diff(golden, run_onnx(model, inputs))
    print(f"{args.out}: {manifest['bytes']} bytes, int8 against float {difference:.3f}")


if __name__ == "__main__":
    run_main(main)
