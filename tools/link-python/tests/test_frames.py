"""Damaged and foreign bytes cost no more than the frame that they are in."""

from __future__ import annotations

import random
import unittest

from petri_link import Button, Decoder, Ping, Press, Text
from petri_link._frames import FRAME_BYTES_MAX, NotAFrame, seal, stuff, unstuff
from petri_link.messages import pack_to_device, unpack_to_device, unpack_to_peer
from petri_link._postcard import Malformed


class Frames(unittest.TestCase):
    def test_stuffing_leaves_no_zero_and_comes_undone(self) -> None:
        chance = random.Random(7)
        for length in (0, 1, 2, 253, 254, 255, 508, 509, 1_100):
            for data in (bytes(length), b"\1" * length, chance.randbytes(length)):
                stuffed = stuff(data)
                self.assertNotIn(0, stuffed)
                self.assertEqual(unstuff(stuffed), data)
        for wrong in (b"\5ab", b"\0"):
            self.assertRaises(NotAFrame, unstuff, wrong)

    def test_frames_are_found_however_they_are_cut_and_after_damage(self) -> None:
        messages = [pack_to_device(7, Press(Button.B)), pack_to_device(8, Text("I think she is sad")), bytes(300)]
        stream = b"\0\0" + b"".join(seal(message) for message in messages)
        for size in (1, 2, 7, len(stream)):
            decoder = Decoder()
            chunks = [stream[at : at + size] for at in range(0, len(stream), size)]
            self.assertEqual([one for chunk in chunks for one in decoder.push(chunk)], messages)
        decoder = Decoder()
        noise = b"\7" * (FRAME_BYTES_MAX + 9) + b"\0" + b"abc\0"
        self.assertEqual(list(decoder.push(noise + stream)), messages)
        self.assertEqual(decoder.damaged, 2)

    def test_one_flipped_bit_is_noticed(self) -> None:
        frame = seal(pack_to_device(7, Press(Button.B)))
        for bit in range(8 * (len(frame) - 1)):
            damaged = bytearray(frame)
            damaged[bit // 8] ^= 1 << bit % 8
            self.assertEqual(list(Decoder().push(bytes(damaged))), [], f"bit {bit}")

    def test_messages_of_a_later_version_and_nonsense_are_told_as_such(self) -> None:
        later = bytes([7, 99])
        for data in (later, b"", b"\xff" * 9, pack_to_device(7, Ping()) + b"\0", bytes([7, 7, 200, 65])):
            self.assertRaises(Malformed, unpack_to_device, data)
        chance = random.Random(163)
        for _ in range(20_000):
            try:
                unpack_to_peer(chance.randbytes(chance.randrange(40)))
            except Malformed:
                continue

    def test_what_does_not_fit_is_refused_before_it_is_sent(self) -> None:
        for wrong in (Text("x" * 1_025), Text("开" * 400)):
            self.assertRaises(ValueError, pack_to_device, 1, wrong)


if __name__ == "__main__":
    unittest.main()
