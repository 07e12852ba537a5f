"""Plain enums and sets of the protocol. Numbers are those of the wire; what they mean stands in docs/link.md."""

from __future__ import annotations

import enum


class Emotion(enum.IntEnum):
    HAPPY = 0
    SAD = 1
    ANGRY = 2
    SCARED = 3
    SURPRISED = 4
    DISGUSTED = 5
    CALM = 6


class Exercise(enum.IntEnum):
    READ_THE_FACE = 0
    READ_THE_WORDS = 1
    MIRROR = 2
    READ_THE_SITUATION = 3
    SAY_IT = 4
    REPLY_WITH_CARE = 5
    CONVERSE = 6
    TOGETHER = 7


class Button(enum.IntEnum):
    A = 0
    B = 1
    C = 2
    STOP = 3


class Act(enum.IntEnum):
    """What the person who accompanies the learner can do."""

    COUNTS_AS_SAME = 0
    COUNTS_AS_DIFFERENT = 1
    DOES_NOT_COUNT = 2
    ALL_CLEAR = 3


class Scene(enum.IntEnum):
    GREET = 0
    CONSENT = 1
    CHOOSE = 2
    SHOW = 3
    LISTEN = 4
    EXPLAIN = 5
    CLOSE = 6
    WHY = 7
    PICK = 8
    PAUSE = 9
    SETTINGS = 10
    CONCERN = 11


class Language(enum.IntEnum):
    ENGLISH = 0
    CHINESE = 1


class Mark(enum.IntEnum):
    SAME = 0
    DIFFERENT = 1
    OPEN = 2


class Cue(enum.IntEnum):
    HELLO = 0
    ASK = 1
    SAME = 2
    DIFFERENT = 3
    UNCLEAR = 4
    BYE = 5


class Level(enum.IntEnum):
    OFF = 0
    SOFT = 1
    FULL = 2


class Mode(enum.IntEnum):
    SESSION = 0
    PERCEPTION = 1


class Edition(enum.IntEnum):
    THERAPY = 0
    SCHOOL = 1


class Sensor(enum.IntEnum):
    MICROPHONE = 0
    CAMERA = 1


class PictureKind(enum.IntEnum):
    RGB = 0
    JPEG = 1


class Outcome(enum.IntEnum):
    SAME = 0
    DIFFERENT = 1
    SKIPPED = 2


class Channel(enum.IntEnum):
    BUTTON = 0
    VOICE = 1
    FACE = 2
    TEXT = 3


class Ending(enum.IntEnum):
    OVER = 0
    NOT_A_FRAME = 1
    SILENT = 2
    TOO_SLOW = 3
    VERSION = 4


class Topics(enum.IntFlag):
    """Events that a peer wants."""

    NONE = 0
    SCREEN = 1
    LIGHT = 2
    CUE = 4
    PERCEPT = 8
    FACE = 16
    TRIAL = 32
    STATE = 64
    ALL = 0x7F


class Sensors(enum.IntFlag):
    """A set of sensors."""

    NONE = 0
    MICROPHONE = 1
    CAMERA = 2


class Moves(enum.IntFlag):
    """What a reply does for the other."""

    NONE = 0
    NAMES = 1
    ASKS = 2
    OFFERS = 4
    JUDGES = 8
    TURNS_TO_SELF = 16
    DISMISSES = 32
    ADVISES = 64


class Refusal(enum.IntEnum):
    """Why something is not done."""

    HELLO_FIRST = 0
    UNKNOWN = 1
    NOT_NOW = 2
    NOT_SENSING = 3
    NOT_YOURS = 4
    BUSY = 5
    INVALID = 6
    NOT_HERE = 7
    EDITION = 8
    FULL = 9
