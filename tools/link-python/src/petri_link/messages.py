"""The messages of the protocol. Fields are in the order of the wire, with the names of docs/link.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, TypeAlias, Union

from ._kinds import (
    Act,
    Button,
    Channel,
    Cue,
    Edition,
    Emotion,
    Ending,
    Exercise,
    Language,
    Level,
    Mark,
    Mode,
    Moves,
    Outcome,
    PictureKind,
    Refusal,
    Scene,
    Sensor,
    Sensors,
    Topics,
)
from ._postcard import I16, U8, U16, U32, U64, Exactly, Malformed, Most, Reader, Variants, Width, codec, varint

VERSION_MAJOR = 1
VERSION_MINOR = 0
TEXT_BYTES_MAX = 1_024
SOUND_BYTES_MAX = 1_024
PIECE_BYTES_MAX = 1_024
PICTURE_BYTES_MAX = 640 * 480 * 3
SILENT_S_MAX = 30.0
MUSCLES = 11

Muscles: TypeAlias = Annotated[tuple[U16, ...], Exactly(MUSCLES)]
TopicBits: TypeAlias = Annotated[Topics, Width(16)]


@dataclass(frozen=True)
class FaceNone:
    """Nobody in sight."""


@dataclass(frozen=True)
class FaceUnsure:
    """A face, but nothing to say of it with confidence."""


@dataclass(frozen=True)
class FaceActions:
    """How strong each muscle action is, from 0 to 1000."""

    actions: Muscles


@dataclass(frozen=True)
class FaceExpression:
    """The feeling that a face shows; therapy edition only."""

    emotion: Emotion
    confidence: U16


AnyFace: TypeAlias = Annotated[
    Union[FaceNone, FaceUnsure, FaceActions, FaceExpression],
    Variants(FaceNone, FaceUnsure, FaceActions, FaceExpression),
]


@dataclass(frozen=True)
class TextReading:
    """What a text says."""

    named: Emotion | None
    read: Emotion | None
    confidence: U16
    choice: U8 | None
    moves: Moves
    concern: bool


# From the peer to the device.


@dataclass(frozen=True)
class Hello:
    major: U16 = VERSION_MAJOR
    minor: U16 = VERSION_MINOR


@dataclass(frozen=True)
class Ping:
    pass


@dataclass(frozen=True)
class Subscribe:
    topics: TopicBits


@dataclass(frozen=True)
class GetState:
    pass


@dataclass(frozen=True)
class Start:
    exercise: Exercise


@dataclass(frozen=True)
class Press:
    button: Button


@dataclass(frozen=True)
class Facilitate:
    act: Act


@dataclass(frozen=True)
class Text:
    text: Annotated[str, Most(TEXT_BYTES_MAX)]


@dataclass(frozen=True)
class Offer:
    sensor: Sensor
    has: bool = True


@dataclass(frozen=True)
class Sound:
    at: U64
    samples: Annotated[bytes, Most(SOUND_BYTES_MAX)] = field(repr=False)


@dataclass(frozen=True)
class Face:
    face: AnyFace


@dataclass(frozen=True)
class Picture:
    kind: PictureKind
    width: U16
    height: U16
    bytes: U32


@dataclass(frozen=True)
class Piece:
    at: U32
    bytes: Annotated[bytes, Most(PIECE_BYTES_MAX)] = field(repr=False)


@dataclass(frozen=True)
class Bye:
    pass


ToDevice: TypeAlias = Union[
    Hello, Ping, Subscribe, GetState, Start, Press, Facilitate, Text, Offer, Sound, Face, Picture, Piece, Bye
]
_TO_DEVICE = Variants(
    Hello, Ping, Subscribe, GetState, Start, Press, Facilitate, Text, Offer, Sound, Face, Picture, Piece, Bye
)

# From the device to the peer.


@dataclass(frozen=True)
class Welcome:
    major: U16
    minor: U16
    mode: Mode
    edition: Edition
    frame_bytes_max: U16
    picture_bytes_max: U32


@dataclass(frozen=True)
class Done:
    pass


@dataclass(frozen=True)
class Refused:
    refusal: Refusal


@dataclass(frozen=True)
class State:
    scene: Scene | None
    sensing: Sensors
    lost: Sensors
    wanted: Sensors
    trials: U16


@dataclass(frozen=True)
class ShownNothing:
    pass


@dataclass(frozen=True)
class ShownFace:
    actor: U8
    actions: Muscles
    mark: Mark | None


@dataclass(frozen=True)
class ShownPhoto:
    index: U16
    mark: Mark | None


@dataclass(frozen=True)
class Bar:
    label: Annotated[str, Most(24)]
    before: U16
    now: U16


@dataclass(frozen=True)
class ShownGrowth:
    bars: Annotated[tuple[Bar, ...], Most(4)]


AnyShown: TypeAlias = Annotated[
    Union[ShownNothing, ShownFace, ShownPhoto, ShownGrowth],
    Variants(ShownNothing, ShownFace, ShownPhoto, ShownGrowth),
]


@dataclass(frozen=True)
class Screen:
    scene: Scene
    language: Language
    title: Annotated[str, Most(48)]
    body: Annotated[str, Most(240)]
    choices: Annotated[tuple[Annotated[str, Most(24)], ...], Most(3)]
    focus: U8 | None
    meter: U16 | None
    shown: AnyShown


@dataclass(frozen=True)
class Light:
    red: U8
    green: U8
    blue: U8


@dataclass(frozen=True)
class PlayCue:
    cue: Cue
    level: Level


@dataclass(frozen=True)
class Word:
    """A word of the list was said."""

    word: Annotated[str, Most(24)]
    confidence: U16


@dataclass(frozen=True)
class Unclear:
    """Something was said: no word of the list, and too short for a reply."""


@dataclass(frozen=True)
class Speech:
    """A sentence was said. The text is empty if it hints at danger."""

    text: Annotated[str, Most(512)] = field(repr=False)
    reading: TextReading


@dataclass(frozen=True)
class Line:
    """A typed line was read."""

    reading: TextReading


@dataclass(frozen=True)
class FaceSeen:
    """A look at a face: over the last moments, and in this picture alone."""

    face: AnyFace
    seen: AnyFace
    count: U8
    bounds: Annotated[tuple[I16, ...], Exactly(4)] | None


@dataclass(frozen=True)
class SensorWorks:
    """A sensor came or went."""

    sensor: Sensor
    works: bool


@dataclass(frozen=True)
class Failed:
    """A model failed on an input."""


AnyPercept: TypeAlias = Annotated[
    Union[Word, Unclear, Speech, Line, FaceSeen, SensorWorks, Failed],
    Variants(Word, Unclear, Speech, Line, FaceSeen, SensorWorks, Failed),
]


@dataclass(frozen=True)
class Percept:
    percept: AnyPercept


@dataclass(frozen=True)
class Trial:
    number: U16
    exercise: Exercise
    target: Emotion
    answer: Emotion | None
    outcome: Outcome
    channel: Channel
    latency_ms: U32
    helped: bool
    probe: bool
    by_facilitator: bool
    moves: Moves


@dataclass(frozen=True)
class Credit:
    until: U64


@dataclass(frozen=True)
class Dropped:
    events: U32


@dataclass(frozen=True)
class Goodbye:
    ending: Ending


ToPeer: TypeAlias = Union[
    Welcome, Done, Refused, State, Screen, Light, PlayCue, Percept, Trial, Credit, Dropped, Goodbye
]
_TO_PEER = Variants(
    Welcome, Done, Refused, State, Screen, Light, PlayCue, Percept, Trial, Credit, Dropped, Goodbye
)

_TO_DEVICE_CODEC = codec(Annotated[object, _TO_DEVICE])
_TO_PEER_CODEC = codec(Annotated[object, _TO_PEER])


def pack_to_device(number: int, message: ToDevice) -> bytes:
    """A message with its number, before framing."""
    return varint(number) + _TO_DEVICE_CODEC.write(message)


def pack_to_peer(number: int, message: ToPeer) -> bytes:
    """The same for the other direction, as a device would."""
    return varint(number) + _TO_PEER_CODEC.write(message)


def unpack_to_device(data: bytes) -> tuple[int, ToDevice]:
    """A number and a message, as a device would read them."""
    reader = Reader(data)
    number = reader.varint(32)
    message: ToDevice = _TO_DEVICE_CODEC.read(reader)
    if not reader.is_done():
        raise Malformed("there is more in it than the message")
    return number, message


def unpack_to_peer(data: bytes) -> tuple[int, ToPeer]:
    """A number and a message from a device."""
    reader = Reader(data)
    number = reader.varint(32)
    message: ToPeer = _TO_PEER_CODEC.read(reader)
    if not reader.is_done():
        raise Malformed("there is more in it than the message")
    return number, message
