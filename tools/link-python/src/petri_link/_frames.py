"""Frames: COBS over a message and its checksum, closed by a zero byte."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MESSAGE_BYTES_MAX = 1_100
FRAME_BYTES_MAX = MESSAGE_BYTES_MAX + 4 + MESSAGE_BYTES_MAX // 254 + 2


class NotAFrame(ValueError):
    """Bytes that are no frame, or damaged."""


def stuff(data: bytes) -> bytes:
    """COBS: the same bytes without a zero among them."""
    out = bytearray()
    run = bytearray()
    for byte in data:
        if byte == 0:
            out.append(len(run) + 1)
            out += run
            run.clear()
            continue
        run.append(byte)
        if len(run) == 254:
            out.append(255)
            out += run
            run.clear()
    out.append(len(run) + 1)
    return bytes(out + run)


def unstuff(data: bytes) -> bytes:
    """The bytes that `stuff` was given."""
    out = bytearray()
    at = 0
    while at < len(data):
        code = data[at]
        end = at + code
        if code == 0 or end > len(data):
            raise NotAFrame("no COBS")
        out += data[at + 1 : end]
        at = end
        if code < 255 and at < len(data):
            out.append(0)
    return bytes(out)


def seal(message: bytes) -> bytes:
    """A frame around a message."""
    if len(message) > MESSAGE_BYTES_MAX:
        raise ValueError(f"the message is over {MESSAGE_BYTES_MAX} bytes; send less at a time")
    return stuff(message + zlib.crc32(message).to_bytes(4, "little")) + b"\0"


def unseal(frame: bytes) -> bytes:
    """The message in a frame without its zero."""
    content = unstuff(frame)
    if len(content) < 4:
        raise NotAFrame("too short")
    message, crc = content[:-4], content[-4:]
    if zlib.crc32(message) != int.from_bytes(crc, "little"):
        raise NotAFrame("the checksum is wrong")
    return message


class Decoder:
    """Finds frames in a stream of bytes, and goes on at the next zero after damage."""

    def __init__(self) -> None:
        self._frame = bytearray()
        self._skips = False
        self.damaged = 0
        """Frames that were passed over."""

    def push(self, data: bytes) -> Iterator[bytes]:
        """The messages that end in `data`."""
        *ends, rest = data.split(b"\0")
        for part in ends:
            self._keep(part)
            frame, skipped = bytes(self._frame), self._skips
            self._frame.clear()
            self._skips = False
            if skipped:
                self.damaged += 1
            elif frame:
                try:
                    message = unseal(frame)
                except NotAFrame:
                    self.damaged += 1
                    continue
                yield message
        self._keep(rest)

    def _keep(self, part: bytes) -> None:
        if self._skips or len(self._frame) + len(part) > FRAME_BYTES_MAX - 1:
            self._skips = bool(part) or self._skips
            self._frame.clear()
            return
        self._frame += part
