"""Accuracy and calibration of models/face-expression on a folder of 48x48 faces, one subfolder for each class.

Usage: python tools/train/face/evaluate_expression.py --models models --data DIR/faces/fer2013-private-half
Prints figures for the pictures as they are, for the full chain (enlarge, detect, crop, classify), and for the full
chain with each crop seen a second time as its mirror image.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from alignment import CROP_SIDE, expression_crop  # noqa: E402
from blazeface import detect_tight  # noqa: E402
from common import ConversionError, run_main  # noqa: E402
from face_expression import LABELS  # noqa: E402

FOLDER_OF = {"disgusted": "disgust", "scared": "fear", "surprised": "surprise", "calm": "neutral"}
ENLARGED_SIDE = 192
BINS = 15
MAX_PICTURES = 20_000


def load(folder):
    import cv2

    pictures, classes = [], []
    for index, label in enumerate(LABELS):
        for path in sorted((Path(folder) / FOLDER_OF.get(label, label)).glob("*")):
            pictures.append(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))
            classes.append(index)
    if not pictures or len(pictures) > MAX_PICTURES:
        raise ConversionError(f"{folder} holds {len(pictures)} pictures. Give a folder with angry/ and so on in it.")
    return pictures, np.array(classes)


def session(path):
    import onnxruntime as ort

    if not path.is_file():
        raise ConversionError(f"{path} is missing. Give --models the folder that holds the model folders.")
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def classify(model, crops):
    return np.stack([model.run(None, {"face": c.astype(np.float32)[None, None]})[0][0] for c in crops])


def probabilities(scores, temperature):
    scaled = scores / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def fit_temperature(scores, classes):
    """Temperature with the least cross-entropy, on a grid."""
    grid = np.arange(0.3, 3.0, 0.01)
    rows = np.arange(len(classes))
    losses = [-np.log(probabilities(scores, t)[rows, classes]).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def calibration_error(chances, classes):
    sure, right = chances.max(axis=1), chances.argmax(axis=1) == classes
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    inside = [bins == b for b in range(BINS) if (bins == b).any()]
    return float(sum(abs(sure[b].mean() - right[b].mean()) * b.mean() for b in inside))


def report(title, scores, classes):
    right = scores.argmax(axis=1) == classes
    print(f"{title}: n={len(classes)} accuracy {right.mean():.4f}")
    for index, label in enumerate(LABELS):
        mine = classes == index
        named = scores.argmax(axis=1) == index
        recall, precision = right[mine].mean(), right[named].mean()
        print(f"  {label}: recall {recall:.3f} (n={mine.sum()}), precision {precision:.3f} (n={named.sum()})")
    # The pictures are sorted by class, so every second one is a fair half.
    fit, held = slice(0, None, 2), slice(1, None, 2)
    temperature = fit_temperature(scores[fit], classes[fit])
    for t in (1.0, temperature):
        error = calibration_error(probabilities(scores[held], t), classes[held])
        print(f"  temperature {t:.2f}: expected calibration error on the other half {error:.4f}")
    chances = probabilities(scores[held], temperature)
    sure, ok = chances.max(axis=1), chances.argmax(axis=1) == classes[held]
    for threshold in (0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7):
        kept = sure >= threshold
        print(f"  sure >= {threshold}: {kept.mean():.3f} of the pictures, {ok[kept].mean():.3f} right")


def enlarged_crops(detector, pictures):
    """(crops, positions of the pictures in which a face was found)."""
    import cv2

    crops, found = [], []
    for index, picture in enumerate(pictures):
        large = cv2.resize(picture, (ENLARGED_SIDE, ENLARGED_SIDE), interpolation=cv2.INTER_LINEAR)
        faces = detect_tight(detector, np.repeat(large[..., None], 3, axis=2))
        if faces:
            crops.append(expression_crop(large, faces[0]))
            found.append(index)
    return crops, found


def main():
    import cv2

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", default="models")
    parser.add_argument("--data", required=True)
    args = parser.parse_args()
    pictures, classes = load(args.data)
    model = session(Path(args.models) / "face-expression" / "model.onnx")
    direct = [cv2.resize(p, (CROP_SIDE, CROP_SIDE), interpolation=cv2.INTER_LINEAR) for p in pictures]
    report("picture as it is", classify(model, direct), classes)
    detector = session(Path(args.models) / "face-detect" / "model.onnx")
    crops, found = enlarged_crops(detector, pictures)
    print(f"faces found: {len(found)} of {len(pictures)}")
    plain = classify(model, crops)
    report("found, cropped, classified", plain, classes[found])
    mirrored = classify(model, [np.ascontiguousarray(c[:, ::-1]) for c in crops])
    report("the same with the mirror image", np.log((np.exp(plain) + np.exp(mirrored)) / 2), classes[found])


if __name__ == "__main__":
    run_main(main)
