"""The screen of `pipeline.py`: what the device's screen shows, drawn with Pillow into a picture in memory."""

from dataclasses import dataclass, replace

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 320, 240
MARGIN, GAP = 8, 6
TITLE_HEIGHT, CHOICE_HEIGHT, METER_HEIGHT = 22, 28, 7
FACE_SIDE = 130
LINE_HEIGHT = 14
LETTERS = ("A", "B", "C")
# A bitmap font, as on the device: it is drawn faster than outlines.
FONT = ImageFont.load_default_imagefont()
PAPER, TEXT, ACCENT, SOFT = (255, 252, 245), (40, 36, 32), (52, 96, 160), (245, 235, 220)
SKIN, LIPS = (222, 178, 140), (150, 60, 60)
# How far the corners of the mouth go up, how far the mouth is open, and how far the inner ends of the brows go up.
LOOKS = {
    "happy": (1.0, 0.4, 0.2),
    "sad": (-0.8, 0.0, 0.6),
    "angry": (-0.5, 0.1, -0.9),
    "scared": (-0.3, 0.6, 0.9),
    "surprised": (0.0, 1.0, 0.8),
    "disgusted": (-0.6, 0.2, -0.5),
    "calm": (0.2, 0.0, 0.0),
}


@dataclass(frozen=True)
class Screen:
    """What is shown at a time."""

    title: str
    body: str
    look: str
    choices: tuple
    meter: float
    focus: int = -1


def after(screen, kind, value):
    """The screen after a percept or a press; None where it stays as it is."""
    if kind == "button":
        return replace(screen, title=f"You chose {screen.choices[value]}", body=BODIES["button"], focus=value)
    if kind == "keyword":
        return replace(screen, title=f"I heard: {value}", body=BODIES["keyword"], focus=-1)
    if kind == "utterance":
        return replace(screen, title="I did not hear a word", body=BODIES["utterance"], focus=-1)
    if kind == "text":
        body = f"{BODIES['text']} The tone that comes across is {value}."
        return replace(screen, title="Thank you for the reply", body=body, focus=-1)
    look = value if value in LOOKS else screen.look
    shown = replace(screen, title=TITLES.get(value, f"Your face: {value}"), body=BODIES["face"], look=look, focus=-1)
    return None if shown == screen else shown


BODIES = {
    "button": "Look at the mouth and at the brows: both corners go up, and the eyes narrow a little. Together they "
    "say more than each of them does alone.",
    "keyword": "We go on from here. The next question is about someone who waits for a friend in the rain.",
    "utterance": "Say one of the words once more, or press a button: each of the ways is as good as the others.",
    "text": "A reply that names what the other one feels, and offers something small, is taken well by most people.",
    "face": "This is what the camera sees at the moment. Take all the time you like, and try another one.",
}
TITLES = {"nobody": "Nobody is in sight", "unsure": "I cannot tell this face"}
FIRST = Screen(
    "How does this person feel?",
    "Sam waited an hour for the bus. Then it drove past without a stop, and it began to rain.",
    "calm",
    ("sad", "angry", "calm"),
    0.4,
)


def draw(screen):
    """The screen as a picture of WIDTH x HEIGHT pixels."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    pen.text((MARGIN, MARGIN), screen.title, fill=TEXT, font=FONT)
    pen.line((MARGIN, TITLE_HEIGHT, WIDTH - MARGIN, TITLE_HEIGHT), fill=SOFT)
    top = TITLE_HEIGHT + GAP
    draw_face(pen, MARGIN, top, screen.look)
    left = MARGIN + FACE_SIDE + 2 * GAP
    for number, line in enumerate(wrapped(screen.body, WIDTH - MARGIN - left)):
        pen.text((left, top + number * LINE_HEIGHT), line, fill=TEXT, font=FONT)
    draw_meter(pen, HEIGHT - MARGIN - CHOICE_HEIGHT - GAP - METER_HEIGHT, screen.meter)
    draw_choices(pen, HEIGHT - MARGIN - CHOICE_HEIGHT, screen)
    return picture


def wrapped(text, width):
    """Lines of at most `width` pixels; a longer word stands alone."""
    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if line and FONT.getlength(longer) > width:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


def draw_face(pen, left, top, look):
    corners, opening, brows = LOOKS[look]
    middle, high = left + FACE_SIDE / 2, top + FACE_SIDE / 2
    pen.ellipse((left, top, left + FACE_SIDE, top + FACE_SIDE), fill=SKIN, outline=TEXT, width=3)
    for side in (-1, 1):
        x, y = middle + side * 25, high - 15
        pen.ellipse((x - 9, y - 6 - 3 * opening, x + 9, y + 6 + 3 * opening), fill=PAPER, outline=TEXT, width=2)
        pen.ellipse((x - 3, y - 3, x + 3, y + 3), fill=TEXT)
        inner, outer = (x - side * 12, y - 16 - 7 * brows), (x + side * 12, y - 16)
        pen.line((*inner, *outer), fill=TEXT, width=4)
    pen.line((middle, high - 4, middle - 5, high + 14, middle + 3, high + 14), fill=TEXT, width=2)
    draw_mouth(pen, middle, high + 33, corners, opening)


def draw_mouth(pen, x, y, corners, opening):
    bend = 12 * corners
    steps = [step / 8 for step in range(-8, 9)]
    upper = [(x + 25 * step, y + bend * (0.5 - step * step) - 8 * opening * (1 - step * step)) for step in steps]
    lower = [(x + 25 * step, y + bend * (0.5 - step * step) + 8 * opening * (1 - step * step)) for step in steps]
    pen.polygon([*upper, *reversed(lower)], fill=LIPS)
    pen.line(upper, fill=TEXT, width=3)
    pen.line(lower, fill=TEXT, width=3)


def draw_meter(pen, top, share):
    right = WIDTH - MARGIN
    pen.rounded_rectangle((MARGIN, top, right, top + METER_HEIGHT), 3, fill=SOFT, outline=TEXT)
    pen.rounded_rectangle((MARGIN, top, MARGIN + share * (right - MARGIN), top + METER_HEIGHT), 3, fill=ACCENT)


def draw_choices(pen, top, screen):
    width = (WIDTH - 2 * MARGIN - 2 * GAP) / 3
    for number, (letter, label) in enumerate(zip(LETTERS, screen.choices, strict=True)):
        left, lit = MARGIN + number * (width + GAP), number == screen.focus
        area = (left, top, left + width, top + CHOICE_HEIGHT)
        pen.rounded_rectangle(area, 5, fill=TEXT if lit else SOFT, outline=ACCENT if lit else TEXT, width=2)
        pen.rectangle((left + 3, top + 3, left + 18, top + CHOICE_HEIGHT - 3), fill=ACCENT)
        pen.text((left + 8, top + 8), letter, fill=PAPER, font=FONT)
        start = left + 18 + (width - 18 - FONT.getlength(label)) / 2
        pen.text((start, top + 8), label, fill=PAPER if lit else TEXT, font=FONT)
