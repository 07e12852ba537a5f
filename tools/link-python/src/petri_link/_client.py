"""The client: connects, keeps the connection, feeds and listens."""

from __future__ import annotations

import contextlib
import itertools
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Union

from . import messages as m
from ._frames import Decoder, seal
from ._kinds import PictureKind, Refusal, Sensor, Sensors, Topics
from ._postcard import Malformed
from ._wires import Wire, connect

EVENTS_MAX = 256
ANSWER_S_MAX = 5.0
HELLO_S_MAX = 5.0
HELLO_AGAIN_S = 0.5
PING_S = m.SILENT_S_MAX / 4
RETRY_S_MIN = 0.1
RETRY_S_MAX = 5.0


class LinkError(Exception):
    """There is no link, or the device does not answer."""


class RefusedError(LinkError):
    """The device refuses."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"the device refuses: {refusal.name}; docs/link.md says what that means")
        self.refusal = refusal


@dataclass(frozen=True)
class Connected:
    """There is a connection, again or for the first time."""

    welcome: m.Welcome


@dataclass(frozen=True)
class Lost:
    """The connection was lost."""

    reason: str


Event = Union[Connected, Lost, m.ToPeer]


class Client:
    """A link to a device. It can be used from several threads."""

    def __init__(
        self,
        address: str,
        *,
        topics: Topics = Topics.NONE,
        offers: Iterable[Sensor] = (),
        once: bool = False,
    ) -> None:
        """Connects; `once` says not to connect again after the connection was lost.

        Raises `LinkError` when nobody is there, or the device speaks another version.
        """
        self._address = address
        self._wishes: list[m.ToDevice] = [m.Subscribe(topics | Topics.STATE)]
        self._wishes += [m.Offer(sensor, True) for sensor in offers]
        self._once = once
        self._numbers = itertools.count(1)
        self._events: queue.Queue[Event] = queue.Queue(EVENTS_MAX)
        self._changed = threading.Condition()
        self._open: dict[int, queue.Queue[m.ToPeer]] = {}
        self._wanted = Sensors.NONE
        self._sent = 0
        self._until = 0
        self._ends = threading.Event()
        self._writing = threading.Lock()
        self._decoder = Decoder()
        self._wire: Wire | None = None
        wire, welcome = self._greet()
        self._report(Connected(welcome))
        self._thread = threading.Thread(target=self._run, args=(wire,), daemon=True, name="petri-link")
        self._thread.start()
        for wish in self._wishes:
            self.ask(wish)

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Says goodbye."""
        with contextlib.suppress(LinkError):
            self._send(next(self._numbers), m.Bye())
        self._ends.set()
        self._thread.join(timeout=1.0)

    # What a robot asks.

    def ask(self, message: m.ToDevice) -> m.ToPeer:
        """Asks and waits for the answer. Raises `RefusedError`, or `LinkError` when none comes."""
        answered: queue.Queue[m.ToPeer] = queue.Queue(1)
        number = next(self._numbers)
        with self._changed:
            self._open[number] = answered
        try:
            self._send(number, message)
            answer = answered.get(timeout=ANSWER_S_MAX)
        except queue.Empty:
            raise LinkError("the device does not answer; ask again, or see what it is busy with") from None
        finally:
            with self._changed:
                self._open.pop(number, None)
        if isinstance(answer, m.Refused):
            raise RefusedError(answer.refusal)
        return answer

    def state(self) -> m.State:
        """Where the session stands."""
        answer = self.ask(m.GetState())
        if not isinstance(answer, m.State):
            raise LinkError("the device answers something else; are both of the same version?")
        return answer

    def text(self, text: str) -> None:
        """Feeds a line of text, as if it was typed."""
        self.ask(m.Text(text))

    def wants(self, sensor: Sensor, wait_s: float = 0.0) -> bool:
        """Whether the device takes what this sensor gives, now or within `wait_s`."""
        bit = Sensors(1 << sensor)
        with self._changed:
            return self._changed.wait_for(lambda: bool(self._wanted & bit), wait_s)

    def offer(self, sensor: Sensor, has: bool = True) -> None:
        """Offers a sensor, or takes the offer back. A new offer of sound begins at sample 0."""
        if sensor is Sensor.MICROPHONE:
            with self._changed:
                self._sent = self._until = 0
        self.ask(m.Offer(sensor, has))

    def sound(self, samples: bytes) -> None:
        """Feeds sound: one channel, 16 kHz, 16-bit little-endian. It takes about as long as the sound."""
        for at in range(0, len(samples), m.SOUND_BYTES_MAX):
            chunk = samples[at : at + m.SOUND_BYTES_MAX]
            count = len(chunk) // 2
            with self._changed:
                if not self._changed.wait_for(lambda: self._sent + count <= self._until, ANSWER_S_MAX):
                    raise LinkError("the device gives no credit for sound; was it offered?")
                begin = self._sent
                self._sent += count
            self._send(next(self._numbers), m.Sound(begin, chunk))

    def face(self, face: m.FaceNone | m.FaceUnsure | m.FaceActions | m.FaceExpression) -> None:
        """Feeds what the robot's own camera made of a face."""
        self.ask(m.Face(face))

    def picture(self, kind: PictureKind, width: int, height: int, data: bytes) -> None:
        """Feeds a picture."""
        self.ask(m.Picture(kind, width, height, len(data)))
        for at in range(0, len(data), m.PIECE_BYTES_MAX):
            piece = m.Piece(at, data[at : at + m.PIECE_BYTES_MAX])
            if at + len(piece.bytes) == len(data):
                self.ask(piece)
            else:
                self._send(next(self._numbers), piece)

    # What a robot hears.

    def next(self, wait_s: float) -> Event | None:
        """The next event; `None` when none comes in time."""
        try:
            return self._events.get(timeout=wait_s)
        except queue.Empty:
            return None

    def events(self, wait_s: float) -> Iterator[Event]:
        """Events, until none comes for `wait_s`."""
        while (event := self.next(wait_s)) is not None:
            yield event

    # The connection.

    def _send(self, number: int, message: m.ToDevice) -> None:
        frame = seal(m.pack_to_device(number, message))
        with self._writing:
            if self._wire is None:
                raise LinkError(f"no link to {self._address}: the connection was lost")
            try:
                self._wire.write(frame)
            except OSError as error:
                raise LinkError(f"no link to {self._address}: {error}") from error

    def _report(self, event: Event) -> None:
        # A program that does not look at its events loses the newest, and not its memory.
        with contextlib.suppress(queue.Full):
            self._events.put_nowait(event)

    def _greet(self) -> tuple[Wire, m.Welcome]:
        try:
            wire = connect(self._address)
            try:
                return wire, self._hello(wire)
            except BaseException:
                wire.close()
                raise
        except OSError as error:
            reason = f"no link to {self._address}: {error}; see that Petri runs there with --link"
            raise LinkError(reason) from error

    def _hello(self, wire: Wire) -> m.Welcome:
        self._decoder = Decoder()
        number = next(self._numbers)
        # A zero first: what a line held before ends there.
        frame = (b"\0" if wire.is_serial else b"") + seal(m.pack_to_device(number, m.Hello()))
        wire.write(frame)
        said = start = time.monotonic()
        while time.monotonic() - start < HELLO_S_MAX:
            # On a line nobody may have listened yet.
            if wire.is_serial and time.monotonic() - said > HELLO_AGAIN_S:
                said = time.monotonic()
                wire.write(frame)
            for of, message in self._messages(wire.read()):
                if isinstance(message, m.Refused):
                    raise RefusedError(message.refusal)
                if of != number or not isinstance(message, m.Welcome):
                    continue
                if message.major != m.VERSION_MAJOR:
                    raise LinkError(f"the device speaks version {message.major}.{message.minor} of the link")
                with self._writing:
                    self._wire = wire
                return message
        raise LinkError("the device does not answer; see that Petri runs there with --link")

    def _messages(self, data: bytes) -> Iterator[tuple[int, m.ToPeer]]:
        for message in self._decoder.push(data):
            # What a later version says is passed over.
            with contextlib.suppress(Malformed):
                yield m.unpack_to_peer(message)

    def _run(self, wire: Wire | None) -> None:
        while wire is not None:
            try:
                reason = self._attend(wire)
            except (OSError, LinkError) as error:
                reason = str(error)
            self._hang_up(wire)
            self._report(Lost(reason))
            wire = self._again()

    def _hang_up(self, wire: Wire) -> None:
        with self._writing:
            self._wire = None
        wire.close()
        with self._changed:
            self._wanted = Sensors.NONE
            self._sent = self._until = 0
            self._changed.notify_all()

    def _again(self) -> Wire | None:
        wait_s = RETRY_S_MIN
        while not self._once and not self._ends.wait(wait_s):
            wait_s = min(2 * wait_s, RETRY_S_MAX)
            with contextlib.suppress(LinkError):
                wire, welcome = self._greet()
                for wish in self._wishes:
                    self._send(next(self._numbers), wish)
                self._report(Connected(welcome))
                return wire
        return None

    def _attend(self, wire: Wire) -> str:
        heard = pinged = time.monotonic()
        while not self._ends.is_set():
            for number, message in self._messages(wire.read()):
                heard = time.monotonic()
                self._take(number, message)
                if isinstance(message, m.Goodbye):
                    return f"the device said goodbye: {message.ending.name}"
            now = time.monotonic()
            if now - heard > m.SILENT_S_MAX:
                return "the device is silent"
            if now - pinged > PING_S:
                pinged = now
                self._send(next(self._numbers), m.Ping())
        return "the client was closed"

    def _take(self, number: int, message: m.ToPeer) -> None:
        with self._changed:
            if number:
                answered = self._open.get(number)
                if answered is not None:
                    with contextlib.suppress(queue.Full):
                        answered.put_nowait(message)
                return
            if isinstance(message, m.State):
                self._wanted = message.wanted
            elif isinstance(message, m.Credit):
                self._until = max(self._until, message.until)
            self._changed.notify_all()
        self._report(message)
