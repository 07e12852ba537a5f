"""Connections: TCP, local sockets, serial lines."""

from __future__ import annotations

import contextlib
import socket
from typing import Any, Protocol

READ_WAIT_S = 0.05
WRITE_WAIT_S = 5.0
BAUD = 115_200


class Wire(Protocol):
    """A stream of bytes to the device."""

    is_serial: bool

    def read(self) -> bytes:
        """What came; nothing when nothing did for a moment. `OSError` when the other side has gone."""
        ...

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class _Socket:
    is_serial = False

    def __init__(self, stream: socket.socket) -> None:
        # One handle for each direction: a time limit belongs to a handle.
        self._reader = stream
        self._reader.settimeout(READ_WAIT_S)
        self._writer = stream.dup()
        self._writer.settimeout(WRITE_WAIT_S)

    def read(self) -> bytes:
        try:
            data = self._reader.recv(4_096)
        except TimeoutError:
            return b""
        if not data:
            raise ConnectionResetError("the device has gone")
        return data

    def write(self, data: bytes) -> None:
        self._writer.sendall(data)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._reader.shutdown(socket.SHUT_RDWR)
        self._reader.close()
        self._writer.close()


class _Serial:
    is_serial = True

    def __init__(self, path: str, baud: int) -> None:
        try:
            import serial
        except ImportError as error:
            raise OSError("a serial line needs pyserial: pip install petri-link[serial]") from error
        self._port: Any = serial.Serial(path, baud, timeout=READ_WAIT_S, write_timeout=WRITE_WAIT_S)

    def read(self) -> bytes:
        first: bytes = self._port.read(1)
        if not first:
            return b""
        rest: bytes = self._port.read(self._port.in_waiting)
        return first + rest

    def write(self, data: bytes) -> None:
        self._port.write(data)

    def close(self) -> None:
        self._port.close()


def connect(address: str) -> Wire:
    """Opens `tcp:HOST:PORT`, `unix:PATH` or `serial:DEVICE@BAUD`."""
    kind, _, place = address.partition(":")
    if kind == "tcp":
        host, _, port = place.rpartition(":")
        stream = socket.create_connection((host.strip("[]"), int(port)), timeout=WRITE_WAIT_S)
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return _Socket(stream)
    if kind == "unix":
        stream = socket.socket(socket.AF_UNIX)
        try:
            stream.connect(place)
        except OSError:
            stream.close()
            raise
        return _Socket(stream)
    if kind == "serial":
        path, _, baud = place.partition("@")
        return _Serial(path, int(baud) if baud else BAUD)
    raise ValueError(f"`{address}` is no address; write tcp:HOST:PORT, unix:PATH or serial:DEVICE@BAUD")
