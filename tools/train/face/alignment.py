"""The square crop that the expression model reads, from a detected face."""

import numpy as np

from blazeface import LEFT_EYE, RIGHT_EYE

CROP_SIDE = 112
SETTINGS = {
    "crop_side": CROP_SIDE,
    "crop_size_of_box_width": 1.2,
    "crop_centre_below_eyes": 0.14,
    "crop_rotation_share": 0.5,
    # From this share of a picture's shorter side on the crop fills it, and the whole picture is read, too.
    "whole_from_side_share": 0.6,
}


def crop_frame(face):
    """(centre, side in pixels, angle in radians) of the crop."""
    right, left = face.points[RIGHT_EYE], face.points[LEFT_EYE]
    eyes, line = (right + left) / 2, left - right
    angle = SETTINGS["crop_rotation_share"] * np.arctan2(line[1], line[0])
    across = np.array([np.cos(angle), np.sin(angle)])
    down = np.array([-np.sin(angle), np.cos(angle)])
    side = SETTINGS["crop_size_of_box_width"] * (face.box[2] - face.box[0])
    middle = (face.box[:2] + face.box[2:]) / 2
    centre = eyes + across * np.dot(middle - eyes, across) + down * side * SETTINGS["crop_centre_below_eyes"]
    return centre, side, angle


def expression_crop(picture, face):
    """Gray CROP_SIDE x CROP_SIDE crop, 0..255: bilinear, edge pixels repeated outside the picture."""
    import cv2

    gray = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if picture.ndim == 3 else picture
    centre, side, angle = crop_frame(face)
    step = side / CROP_SIDE
    cos, sin = np.cos(angle) * step, np.sin(angle) * step
    matrix = np.array([[cos, -sin, 0.0], [sin, cos, 0.0]])
    # Coordinates of the detector run over pixel edges, those of OpenCV over pixel centres.
    matrix[:, 2] = centre - 0.5 - matrix[:, :2] @ np.full(2, (CROP_SIDE - 1) / 2)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    source = gray
    if step > 1.5:
        # Bilinear sampling skips pixels at this step: average them first.
        source = cv2.blur(gray, (int(step + 0.5),) * 2)
    return cv2.warpAffine(source, matrix, (CROP_SIDE, CROP_SIDE), flags=flags, borderMode=cv2.BORDER_REPLICATE)
