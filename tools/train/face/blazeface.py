"""Reference decoder of the face detector and the crop that the expression model expects.

The runtime has its own implementation; this one serves to tune and to measure, and says exactly what is meant.
"""

from dataclasses import dataclass

import numpy as np

SIDE = 128
GRIDS = ((16, 2), (8, 6))
CANDIDATES = 896
RIGHT_EYE, LEFT_EYE, NOSE, MOUTH, RIGHT_EAR, LEFT_EAR = range(6)


@dataclass(frozen=True)
class Face:
    """One face, in pixels of the picture: box x0 y0 x1 y1 and six points (x, y)."""

    score: float
    box: np.ndarray
    points: np.ndarray


def anchor_centres():
    """896 x 2: cell centres, row by row, each cell repeated (2 times in the 16x16 grid, 6 times in the 8x8 one)."""
    centres = []
    for cells, repeats in GRIDS:
        axis = (np.arange(cells) + 0.5) / cells
        y, x = np.meshgrid(axis, axis, indexing="ij")
        centres.append(np.repeat(np.stack([x.ravel(), y.ravel()], 1), repeats, axis=0))
    return np.concatenate(centres).astype(np.float32)


def letterbox(rgb, fill=1.0):
    """(1x3x128x128 input, scale, left, top): aspect kept, mid-gray around; `fill` is the share of the long side."""
    import cv2

    height, width = rgb.shape[:2]
    scale = SIDE * fill / max(height, width)
    new_w, new_h = max(1, round(width * scale)), max(1, round(height * scale))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(rgb, (new_w, new_h), interpolation=method)
    left, top = (SIDE - new_w) // 2, (SIDE - new_h) // 2
    canvas = np.full((SIDE, SIDE, 3), 127.5, np.float32)
    canvas[top : top + new_h, left : left + new_w] = small
    return (canvas.transpose(2, 0, 1)[None] / 127.5 - 1).astype(np.float32), scale, left, top


def overlap(a, b):
    """Intersection over union of two boxes."""
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    inside = np.prod(np.maximum(high - low, 0))
    union = np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - inside
    return inside / union if union > 0 else 0.0


def decode(boxes, scores, min_score, max_overlap=0.3, max_faces=8):
    """Faces in model coordinates (0..1), best first; overlapping candidates are averaged by score."""
    logits = np.clip(scores[0, :, 0].astype(np.float64), -100, 100)
    probability = 1 / (1 + np.exp(-logits))
    chosen = np.flatnonzero(probability >= min_score)
    raw = boxes[0, chosen].astype(np.float64) / SIDE
    centres = anchor_centres()[chosen]
    middle, size = raw[:, 0:2] + centres, raw[:, 2:4]
    corners = np.concatenate([middle - size / 2, middle + size / 2], 1)
    points = raw[:, 4:].reshape(-1, 6, 2) + centres[:, None, :]
    weight = probability[chosen]
    left = [int(i) for i in np.argsort(-weight, kind="stable")]
    faces = []
    while left and len(faces) < max_faces:
        group = [i for i in left if i == left[0] or overlap(corners[left[0]], corners[i]) > max_overlap]
        share = weight[group] / weight[group].sum()
        box = (corners[group] * share[:, None]).sum(0)
        faces.append(Face(float(weight[left[0]]), box, (points[group] * share[:, None, None]).sum(0)))
        left = [i for i in left if i not in group]
    return faces


def detect(session, rgb, min_score=0.5, fill=1.0):
    """Faces of a picture, in its pixels."""
    image, scale, left, top = letterbox(rgb, fill)
    boxes, scores = session.run(["boxes", "scores"], {"image": image})
    faces = []
    for face in decode(boxes, scores, min_score):
        shift = np.array([left, top], np.float64)
        box = (face.box.reshape(2, 2) * SIDE - shift) / scale
        faces.append(Face(face.score, box.reshape(4), (face.points * SIDE - shift) / scale))
    return faces


def detect_tight(session, rgb, min_score=0.5, fill=0.65):
    """As `detect`, with a second look at the picture made smaller: a face that fills the frame is missed at first."""
    return detect(session, rgb, min_score) or detect(session, rgb, min_score, fill)
