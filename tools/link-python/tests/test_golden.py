# pyright: basic
# What JSON holds has no types.
"""The wire is that of the Rust side: golden.json is written and checked by its tests."""

from __future__ import annotations

import dataclasses
import enum
import json
import pathlib
import unittest
from collections.abc import Callable
from typing import Any

from petri_link import Decoder
from petri_link._frames import seal
from petri_link.messages import pack_to_device, pack_to_peer, unpack_to_device, unpack_to_peer

GOLDEN = pathlib.Path(__file__).parents[3] / "link" / "golden.json"


def same(value: Any, told: Any) -> bool:
    """Whether a value is what serde's JSON tells: a variant by its name, fields by theirs."""
    if value is None or isinstance(value, bool | str):
        return bool(value == told)
    if isinstance(value, enum.IntFlag):
        return bool(int(value) == told)
    if isinstance(value, enum.IntEnum):
        return "".join(part.capitalize() for part in value.name.split("_")) == str(told)
    if isinstance(value, int):
        return bool(value == told)
    if isinstance(value, bytes):
        return bool(list(value) == told)
    if isinstance(value, tuple):
        return len(value) == len(told) and all(same(one, other) for one, other in zip(value, told, strict=True))
    fields = dataclasses.fields(value)
    if isinstance(told, str):
        return not fields
    if isinstance(told, dict) and len(told) == 1 and next(iter(told))[0].isupper():
        told = next(iter(told.values()))
    if isinstance(told, dict) and set(told) == {field.name for field in fields}:
        return all(same(getattr(value, field.name), told[field.name]) for field in fields)
    return len(fields) == 1 and same(getattr(value, fields[0].name), told)


class Golden(unittest.TestCase):
    def test_every_message_is_read_and_written_as_by_the_device(self) -> None:
        golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
        kinds: set[str] = set()
        codecs: list[tuple[str, Callable[[bytes], tuple[int, Any]], Callable[[int, Any], bytes]]] = [
            ("to_device", unpack_to_device, pack_to_device),
            ("to_peer", unpack_to_peer, pack_to_peer),
        ]
        for direction, unpack, pack in codecs:
            for one in golden[direction]:
                frame = bytes.fromhex(one["frame"])
                (content,) = Decoder().push(frame)
                number, message = unpack(content)
                kinds.add(type(message).__name__)
                self.assertEqual(number, one["number"])
                self.assertTrue(same(message, one["body"]), f"{message} is not {one['body']}")
                self.assertEqual(seal(pack(number, message)), frame)
        self.assertEqual(len(kinds), 26, "a message of the golden file is unknown here")


if __name__ == "__main__":
    unittest.main()
