"""The eye of `pipeline.py`: faces, expressions and meshes by the device's own steps, in onnxruntime and numpy.

runtime/src/perception has the reference, and models/*/manifest.toml the constants.
"""

import math
from dataclasses import dataclass

import numpy as np
from PIL import Image
from pipeline_speech import Model, sigmoid

FACES_MAX = 8
MESH_SPACING = 3
HALF_LIFE_MS, LOST_AFTER_MS = 200, 400
RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
GREY = np.array([0.299, 0.587, 0.114], np.float32)


def as_taken(model, planes):
    """Planes of red, green and blue, 0 to 255, as a model takes them."""
    scale, offset = (np.array(model.inputs[0][key], np.float32)[:, None, None] for key in ("scale", "offset"))
    planes *= scale
    planes += offset
    return planes[None]


@dataclass(frozen=True)
class Crop:
    """A square of a picture, turned with the head; pixels and radians."""

    centre: tuple
    side: float
    angle: float

    def to_picture(self, points):
        """Where points, in pixels from the square's middle, lie in the picture."""
        return points @ turn(self.angle).T + np.array(self.centre)

    def sample(self, frame, side, grey):
        """`side` x `side` points, red, green and blue or grey. The picture's edge repeats outside it."""
        step = self.side / side
        # Bilinear sampling skips pixels at large steps: the mean of a grid of samples is taken in each point.
        grid = min(max(int(step + 0.5), 1), 8)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        reach = self.side / 2 * (abs(cos) + abs(sin)) + 2
        low = [math.floor(middle - reach) for middle in self.centre]
        patch = part(frame, low, [math.ceil(middle + reach) for middle in self.centre])
        picture = Image.fromarray(patch.astype(np.float32) @ GREY if grey else patch)
        x, y = (middle - edge for middle, edge in zip(self.centre, low, strict=True))
        half, unit = self.side / 2, step / grid
        across = (unit * cos, -unit * sin, x - half * cos + half * sin)
        down = (unit * sin, unit * cos, y - half * sin - half * cos)
        size = (side * grid, side * grid)
        sampled = picture.transform(size, Image.Transform.AFFINE, (*across, *down), Image.Resampling.BILINEAR)
        return np.asarray(sampled.reduce(grid) if grid > 1 else sampled)


def turn(angle):
    cos, sin = math.cos(angle), math.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def part(frame, low, high):
    """The pixels from `low` to before `high`; outside the picture, those of its edge."""
    columns, rows = (np.clip(np.arange(low[i], high[i]), 0, frame.size[i] - 1) for i in (0, 1))
    inside = np.asarray(frame.crop((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)))
    if len(rows) == inside.shape[0] and len(columns) == inside.shape[1]:
        return inside
    return inside[rows - rows[0]][:, columns - columns[0]]


def eye_line(right, left):
    return math.atan2(left[1] - right[1], left[0] - right[0])


@dataclass(frozen=True)
class Face:
    """A face: its box as left, top, right, bottom, and six points from the right eye on; pixels."""

    score: float
    box: np.ndarray
    points: np.ndarray

    def middle(self):
        return (self.box[:2] + self.box[2:]) / 2


class Detector:
    def __init__(self, models):
        self.model = Model(models, "face-detect")
        grids = zip(self.model.set["anchor_grid_cells"], self.model.set["anchor_repeats"], strict=True)
        self.anchors = np.concatenate([anchors(cells, repeats) for cells, repeats in grids])

    def detect(self, frame):
        """The faces of a picture, the surest first."""
        settings = self.model.set
        side = settings["input_side"]
        scale = side / max(frame.size)
        size = [min(max(int(pixels * scale + 0.5), 1), side) for pixels in frame.size]
        shrinks = size[0] <= frame.size[0] and size[1] <= frame.size[1]
        kind, gap = (Image.Resampling.BOX, 1.0) if shrinks else (Image.Resampling.BILINEAR, None)
        small = np.asarray(frame.resize(size, kind, reducing_gap=gap))
        edge = [(side - pixels) // 2 for pixels in size]
        planes = np.full((3, side, side), settings["fill_value"], np.float32)
        planes[:, edge[1] : edge[1] + size[1], edge[0] : edge[0] + size[0]] = small.transpose(2, 0, 1)
        boxes, scores = self.model.run(as_taken(self.model, planes))
        scores, rows = self.candidates(boxes[0], scores[0, :, 0])
        rows = (rows * side - np.tile(edge, 8)) / scale
        return merge(scores, rows, settings["max_overlap"])

    def candidates(self, boxes, logits):
        """Scores, and rows of left, top, right, bottom and six points in shares of the input's side."""
        settings = self.model.set
        scores = sigmoid(np.clip(logits, -settings["logit_limit"], settings["logit_limit"]))
        found = scores >= settings["min_score"]
        rows, anchor = boxes[found] / settings["coordinate_scale"], self.anchors[found]
        middle, half = rows[:, :2] + anchor, rows[:, 2:4] / 2
        return scores[found], np.hstack([middle - half, middle + half, rows[:, 4:] + np.tile(anchor, 6)])


def anchors(cells, repeats):
    """Centres of a grid's cells, row by row, each `repeats` times."""
    centres = (np.arange(cells) + 0.5) / cells
    x, y = np.meshgrid(centres, centres)
    return np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), repeats, axis=0)


def merge(scores, rows, overlap_max):
    """The mean of the candidates of each face, by their scores."""
    order = np.argsort(-scores, kind="stable")
    scores, rows = scores[order], rows[order]
    faces = []
    while len(scores) and len(faces) < FACES_MAX:
        group = overlap(rows[0, :4], rows[:, :4]) > overlap_max
        group[0] = True
        mean = scores[group] @ rows[group] / scores[group].sum()
        faces.append(Face(float(scores[0]), mean[:4], mean[4:].reshape(6, 2)))
        scores, rows = scores[~group], rows[~group]
    return faces


def overlap(box, others):
    """Intersection over union."""
    inside = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    inside = np.maximum(inside, 0).prod(axis=1)
    union = (box[2:] - box[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(axis=1) - inside
    return inside / np.maximum(union, np.finfo(np.float32).tiny)


class Expression:
    def __init__(self, models):
        self.model = Model(models, "face-expression")

    def read(self, frame, face, mirrored):
        """The probability of each expression, in the order of the labels."""
        settings = self.model.set
        grey = self.around(face).sample(frame, settings["crop_side"], grey=True)
        grey = np.ascontiguousarray(grey[:, ::-1]) if mirrored else grey
        shares = np.exp(self.model.run(grey[None, None])[0][0].astype(np.float64))
        weights = np.maximum(shares, np.finfo(np.float32).tiny) ** (1 / settings["temperature"])
        return weights / weights.sum()

    def around(self, face):
        """The square that the model was tuned for."""
        settings = self.model.set
        eyes = (face.points[0] + face.points[1]) / 2
        angle = settings["crop_rotation_share"] * eye_line(face.points[0], face.points[1])
        side = settings["crop_size_of_box_width"] * (face.box[2] - face.box[0])
        along = (face.middle() - eyes) @ turn(angle)[:, 0]
        down = side * settings["crop_centre_below_eyes"]
        return Crop(tuple(eyes + turn(angle) @ (along, down)), float(side), angle)

    def answer(self, probabilities):
        """The likeliest expression, or `unsure`."""
        best = int(np.argmax(probabilities))
        return self.model.labels[best] if probabilities[best] >= self.model.set["unsure_below"] else "unsure"


class Mesher:
    def __init__(self, models):
        self.model = Model(models, "face-mesh")

    def place(self, frame, square):
        """The points of the face in a square as x, y in pixels; None where the model sees none."""
        settings = self.model.set
        if not 1 <= square.side <= 8 * max(frame.size):
            return None
        side = settings["input_side"]
        planes = square.sample(frame, side, grey=False).transpose(2, 0, 1).astype(np.float32, order="C")
        points, flag = self.model.run(as_taken(self.model, planes))
        if sigmoid(flag[0, 0]) < settings["face_min"]:
            return None
        return square.to_picture((points.reshape(-1, 3)[:, :2] - side / 2) * (square.side / side))

    def around(self, face):
        """The square around a detected face, upright along its eyes."""
        side = self.model.set["roi_of_box"] * (face.box[2:] - face.box[:2]).max()
        return Crop(tuple(face.middle()), float(side), eye_line(face.points[0], face.points[1]))

    def next(self, mesh):
        """The square in which the face of a mesh is looked for in the next frame."""
        angle = eye_line(mesh[RIGHT_EYE_OUTER], mesh[LEFT_EYE_OUTER])
        upright = mesh @ turn(-angle).T
        low, high = upright.min(axis=0), upright.max(axis=0)
        side = self.model.set["roi_of_box"] * (high - low).max()
        return Crop(tuple(turn(angle) @ ((low + high) / 2)), float(side), angle)


class Sight:
    """Follows the face in a stream: detector and expression in each frame, every other one mirrored, and a mesh in
    one of MESH_SPACING."""

    def __init__(self, models):
        self.detector, self.expression, self.mesher = Detector(models), Expression(models), Mesher(models)
        self.forget()

    def forget(self):
        self.looks, self.square, self.mesh = 0, None, None
        self.mean, self.seen_ms, self.last_ms = None, None, 0.0

    def follow(self, frame, now_ms):
        """The faces of the next frame, and what the last moments show: `nobody`, `unsure` or an expression."""
        faces = self.detector.detect(frame)
        if self.looks % MESH_SPACING == 0:
            self.place(frame, faces)
        probabilities = self.expression.read(frame, faces[0], self.looks % 2 == 1) if faces else None
        self.looks += 1
        return faces, self.smoothed(probabilities, now_ms)

    def place(self, frame, faces):
        self.mesh = self.mesher.place(frame, self.to_look_at(faces[0])) if faces else None
        self.square = self.mesher.next(self.mesh) if self.mesh is not None else None

    def to_look_at(self, face):
        """The followed square, unless the detector found its face elsewhere."""
        centre = self.square and np.array(self.square.centre)
        if centre is not None and (face.box[:2] <= centre).all() and (centre <= face.box[2:]).all():
            return self.square
        return self.mesher.around(face)

    def smoothed(self, probabilities, now_ms):
        kept = 0.5 ** ((now_ms - self.last_ms) / HALF_LIFE_MS)
        self.last_ms = now_ms
        if probabilities is not None:
            self.seen_ms = now_ms
            self.mean = probabilities if self.mean is None else self.mean * kept + probabilities * (1 - kept)
        elif self.seen_ms is None or now_ms - self.seen_ms >= LOST_AFTER_MS:
            self.seen_ms, self.mean = None, None
            return "nobody"
        return self.expression.answer(self.mean)
