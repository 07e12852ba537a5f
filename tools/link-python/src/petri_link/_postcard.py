"""Postcard's wire form, driven by the types of dataclasses.

Fields of a dataclass follow each other. An `IntEnum` is its number. A `Union` is the number of its member, then the
member: for `X | None` postcard's option, for `Variants` the place in the list. Integers say their width with
`Annotated`.
"""

from __future__ import annotations

import dataclasses
import enum
import typing
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, cast

T = TypeVar("T")


class Malformed(ValueError):
    """Bytes that are no message, or one of a later version."""


@dataclasses.dataclass(frozen=True)
class Width:
    """How an integer goes over the wire: bits, and whether it can be negative. 8 bits are one byte."""

    bits: int
    signed: bool = False


@dataclasses.dataclass(frozen=True)
class Most:
    """The most bytes of a text or of bytes, or the most items of a list."""

    count: int


@dataclasses.dataclass(frozen=True)
class Exactly:
    """A list of exactly so many items; its length is not on the wire."""

    count: int


U8 = Annotated[int, Width(8)]
U16 = Annotated[int, Width(16)]
U32 = Annotated[int, Width(32)]
U64 = Annotated[int, Width(64)]
I16 = Annotated[int, Width(16, signed=True)]


class Variants:
    """The members of an enum that hold something, in the order of the wire."""

    def __init__(self, *members: type[Any]) -> None:
        self.members = members


class Reader:
    """Bytes and how far they were read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        end = self._at + count
        if end > len(self._data):
            raise Malformed("the message ends too soon")
        taken = self._data[self._at : end]
        self._at = end
        return taken

    def varint(self, bits: int) -> int:
        value = 0
        for place in range((bits + 6) // 7):
            byte = self.take(1)[0]
            value |= (byte & 0x7F) << (7 * place)
            if byte < 0x80:
                if value >> bits:
                    break
                return value
        raise Malformed("a number is too large")

    def is_done(self) -> bool:
        return self._at == len(self._data)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


@dataclasses.dataclass(frozen=True)
class Codec:
    """How values of one type are written and read."""

    write: Callable[[Any], bytes]
    read: Callable[[Reader], Any]


def _integer(width: Width) -> Codec:
    low = -(1 << (width.bits - 1)) if width.signed else 0
    high = (1 << (width.bits - width.signed)) - 1

    def write(value: int) -> bytes:
        if not low <= value <= high:
            raise ValueError(f"{value} is not from {low} to {high}")
        if width.bits == 8:
            return bytes([value & 0xFF])
        return varint((value << 1) ^ (value >> (width.bits - 1)) if width.signed else value)

    def read(reader: Reader) -> int:
        if width.bits == 8:
            return reader.take(1)[0]
        value = reader.varint(width.bits)
        return (value >> 1) ^ -(value & 1) if width.signed else value

    return Codec(write, read)


def _boolean() -> Codec:
    def read(reader: Reader) -> bool:
        byte = reader.take(1)[0]
        if byte > 1:
            raise Malformed("neither true nor false")
        return byte == 1

    return Codec(lambda value: b"\1" if value else b"\0", read)


def _bytes(most: int) -> Codec:
    def write(value: bytes) -> bytes:
        if len(value) > most:
            raise ValueError(f"over {most} bytes; send less at a time")
        return varint(len(value)) + value

    def read(reader: Reader) -> bytes:
        length = reader.varint(32)
        if length > most:
            raise Malformed(f"over {most} bytes")
        return reader.take(length)

    return Codec(write, read)


def _text(most: int) -> Codec:
    inner = _bytes(most)

    def read(reader: Reader) -> str:
        try:
            return str(inner.read(reader), "utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("no UTF-8") from error

    return Codec(lambda value: inner.write(value.encode()), read)


def _list(item: Codec, most: int | None, exactly: int | None) -> Codec:
    def write(values: tuple[Any, ...]) -> bytes:
        if exactly is not None and len(values) != exactly:
            raise ValueError(f"{len(values)} items instead of {exactly}")
        if most is not None and len(values) > most:
            raise ValueError(f"over {most} items")
        length = b"" if exactly is not None else varint(len(values))
        return length + b"".join(item.write(value) for value in values)

    def read(reader: Reader) -> tuple[Any, ...]:
        length = reader.varint(32) if exactly is None else exactly
        if most is not None and length > most:
            raise Malformed(f"over {most} items")
        return tuple(item.read(reader) for _ in range(length))

    return Codec(write, read)


def _option(item: Codec) -> Codec:
    flag = _boolean()

    def write(value: Any) -> bytes:
        return b"\0" if value is None else b"\1" + item.write(value)

    return Codec(write, lambda reader: item.read(reader) if flag.read(reader) else None)


def _enum(kind: type[enum.IntEnum]) -> Codec:
    def read(reader: Reader) -> enum.IntEnum:
        number = reader.varint(32)
        try:
            return kind(number)
        except ValueError as error:
            raise Malformed(f"there is no {kind.__name__} {number}") from error

    return Codec(lambda value: varint(int(value)), read)


def _variants(members: tuple[type[Any], ...]) -> Codec:
    codecs = [codec(member) for member in members]
    places: dict[type[Any], int] = {member: place for place, member in enumerate(members)}

    def write(value: Any) -> bytes:
        kind: type[Any] = value.__class__
        place = places.get(kind)
        if place is None:
            raise TypeError(f"{type(value).__name__} is none of {[member.__name__ for member in members]}")
        return varint(place) + codecs[place].write(value)

    def read(reader: Reader) -> Any:
        place = reader.varint(32)
        if place >= len(codecs):
            raise Malformed(f"there is no variant {place}")
        return codecs[place].read(reader)

    return Codec(write, read)


def _fields(kind: type[Any]) -> Codec:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = [(field.name, codec(hints[field.name])) for field in dataclasses.fields(kind)]

    def write(value: Any) -> bytes:
        return b"".join(inner.write(getattr(value, name)) for name, inner in fields)

    def read(reader: Reader) -> Any:
        return kind(*[inner.read(reader) for _, inner in fields])

    return Codec(write, read)


def codec(hint: Any) -> Codec:
    """The codec of a type."""
    origin = typing.get_origin(hint)
    notes: tuple[object, ...] = ()
    if origin is Annotated:
        hint, *rest = typing.get_args(hint)
        notes = tuple(rest)
        origin = typing.get_origin(hint)
    most = next((note.count for note in notes if isinstance(note, Most)), None)
    exactly = next((note.count for note in notes if isinstance(note, Exactly)), None)
    width = next((note for note in notes if isinstance(note, Width)), None)
    variants = next((note for note in notes if isinstance(note, Variants)), None)
    if variants is not None:
        return _variants(variants.members)
    if hint is bool:
        return _boolean()
    kind = cast("type[Any]", hint) if isinstance(hint, type) else None
    if kind is not None and issubclass(kind, enum.IntFlag):
        # A set of bits: its width stands beside it.
        bits = _integer(width or Width(8))
        return Codec(bits.write, lambda reader: kind(bits.read(reader)))
    if kind is not None and issubclass(kind, enum.IntEnum):
        return _enum(kind)
    if hint is int and width is not None:
        return _integer(width)
    if hint is str and most is not None:
        return _text(most)
    if hint is bytes and most is not None:
        return _bytes(most)
    if origin is tuple:
        return _list(codec(typing.get_args(hint)[0]), most, exactly)
    members = typing.get_args(hint)
    if len(members) == 2 and members[1] is type(None):
        return _option(codec(members[0]))
    if kind is not None and dataclasses.is_dataclass(kind):
        return _fields(kind)
    raise TypeError(f"{hint} has no form on the wire")
