"""The speech model's token pieces: the package's binary list, our text form of it, and byte-pair encoding.

Text form: one piece per line in id order, UTF-8. A byte that is a control character, a backslash, or part of
no valid UTF-8 text is written \\xHH; nothing else is escaped. Ids 3 to 258 are the 256 single bytes, always
escaped. U+2581 stands for a space.
"""

from pathlib import Path

FIRST_BYTE_ID = 3
LAST_BYTE_ID = 258
SPACE = "\u2581"


def parse_package_list(blob):
    """Pieces of tokenizer.bin: each a length (one byte, or two when the first is 128 or more) and its bytes."""
    pieces, at = [], 0
    while at < len(blob):
        length = blob[at]
        at += 1
        if length >= 128:
            length = length - 128 + 128 * blob[at]
            at += 1
        pieces.append(blob[at : at + length])
        at += length
    return pieces


def escape(piece, all_bytes):
    def hexed(data):
        return "".join(f"\\x{b:02X}" for b in data)

    if all_bytes:
        return hexed(piece)
    try:
        text = piece.decode("utf-8")
    except UnicodeDecodeError:
        return hexed(piece)
    return "".join(hexed(c.encode()) if ord(c) < 32 or ord(c) == 127 or c == "\\" else c for c in text)


def unescape(line):
    out, at = bytearray(), 0
    while at < len(line):
        if line.startswith("\\x", at):
            out.append(int(line[at + 2 : at + 4], 16))
            at += 4
        else:
            out += line[at].encode()
            at += 1
    return bytes(out)


def text_form(pieces):
    lines = [escape(p, FIRST_BYTE_ID <= i <= LAST_BYTE_ID) for i, p in enumerate(pieces)]
    return ("\n".join(lines) + "\n").encode()


class Tokens:
    def __init__(self, pieces):
        self.pieces = pieces
        # A later id wins: the single bytes come first and stand behind the real one-character pieces.
        self.ids = {piece: i for i, piece in enumerate(pieces) if piece}

    @classmethod
    def load(cls, path):
        return cls([unescape(line) for line in Path(path).read_text(encoding="utf-8").split("\n")[:-1]])

    def encode(self, text):
        """Byte-pair encoding: join the neighbours whose joined piece has the lowest id until none is left."""
        parts = [c.encode() for c in SPACE + text.replace(" ", SPACE)]
        while len(parts) > 1:
            joined = [(self.ids.get(a + b, len(self.pieces)), i) for i, (a, b) in enumerate(zip(parts, parts[1:]))]
            best, at = min(joined)
            if best == len(self.pieces):
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        ids = []
        for part in parts:
            ids += [self.ids[part]] if part in self.ids else [FIRST_BYTE_ID + b for b in part]
        return ids

    def decode(self, ids):
        data = b"".join(self.pieces[i] for i in ids if i >= FIRST_BYTE_ID)
        return data.decode("utf-8", "replace").replace(SPACE, " ").strip()
