"""tests/recordings/faces: the astronaut portrait with its mouth at rest, and with single muscles moved from there.

Usage: python tools/train/face/move_muscles.py --packages DIR --out tests/recordings/faces
Points of the face mesh say where to pull; a smooth bump around each moves the picture by a share of the distance
between the outer corners of the eyes. Nothing is painted.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from common import run_main, run_onnx  # noqa: E402
from face_mesh import GOLDEN_ROI, SIDE, face_input  # noqa: E402
from packages import portrait  # noqa: E402

RIGHT_EYE, LEFT_EYE = 33, 263
# Left, top, side of what is kept of the portrait.
WINDOW = (97, 0, 256)
# Point, right, down, width of the bump.
CORNERS_LOW = [(61, 0.0, 0.18, 0.12), (291, 0.0, 0.18, 0.12)]
BROWS_HIGH = [(105, 0.0, -0.12, 0.12), (334, 0.0, -0.12, 0.12)]
BROWS_LOW = [(105, 0.0, 0.1, 0.12), (334, 0.0, 0.1, 0.12)]
LIDS_APART = [(159, 0.0, -0.05, 0.06), (386, 0.0, -0.05, 0.06), (145, 0.0, 0.02, 0.05), (374, 0.0, 0.02, 0.05)]
FACES = {
    "smile": [],
    "rest": CORNERS_LOW,
    "brows-up": CORNERS_LOW + BROWS_HIGH + LIDS_APART,
    "brows-down": CORNERS_LOW + BROWS_LOW,
}


def mesh(picture, models):
    """468 points x, y in pixels of the picture."""
    centre, side = GOLDEN_ROI
    model = (Path(models) / "face-mesh" / "model.onnx").read_bytes()
    points = run_onnx(model, {"face": face_input(picture, centre, side)})["points"].reshape(-1, 3)[:, :2]
    return (points - SIDE / 2) * side / SIDE + np.array(centre)


def moved(picture, points, bumps):
    import cv2

    rows, columns = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    unit = np.float32(np.linalg.norm(points[LEFT_EYE] - points[RIGHT_EYE]))
    right, down = np.zeros_like(rows), np.zeros_like(rows)
    for point, across, along, width in bumps:
        x, y = points[point].astype(np.float32)
        bump = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * (width * unit) ** 2)).astype(np.float32)
        right += bump * np.float32(across) * unit
        down += bump * np.float32(along) * unit
    return cv2.remap(picture, columns - right, rows - down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def main():
    import cv2

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packages", required=True, help="folder with the registry archives")
    parser.add_argument("--models", default="models")
    parser.add_argument("--out", default="tests/recordings/faces")
    args = parser.parse_args()
    picture = portrait(args.packages)
    points = mesh(picture, args.models)
    left, top, side = WINDOW
    Path(args.out).mkdir(parents=True, exist_ok=True)
    for name, bumps in FACES.items():
        part = moved(picture, points, bumps)[top : top + side, left : left + side]
        path = str(Path(args.out) / f"{name}.jpg")
        cv2.imwrite(path, cv2.cvtColor(part, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 92])
        print(path)


if __name__ == "__main__":
    run_main(main)
