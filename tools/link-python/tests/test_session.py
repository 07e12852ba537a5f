"""Plays a session with the program itself, where the variable PETRI names it."""

from __future__ import annotations

import array
import os
import pathlib
import subprocess
import tempfile
import unittest
import wave
from collections.abc import Callable
from typing import TypeVar

from petri_link import (
    Button,
    Channel,
    Client,
    Connected,
    Exercise,
    FaceUnsure,
    Goodbye,
    Lost,
    Outcome,
    Percept,
    Press,
    Refusal,
    RefusedError,
    Scene,
    Screen,
    Sensor,
    Start,
    Topics,
    Trial,
    Word,
)

PETRI = os.environ.get("PETRI")
DEMO = pathlib.Path(__file__).parents[3] / "board" / "demo"
WAIT_S = 60.0
T = TypeVar("T")


def until(client: Client, wanted: Callable[[object], T | None]) -> T:
    for event in client.events(WAIT_S):
        found = wanted(event)
        if found is not None:
            return found
    raise AssertionError("what was waited for did not come")


def screen(client: Client, scene: Scene) -> Screen:
    return until(client, lambda event: event if isinstance(event, Screen) and event.scene is scene else None)


def speech(name: str) -> bytes:
    with wave.open(str(DEMO / name)) as sound:
        samples = array.array("h", sound.readframes(sound.getnframes()))
    return bytes(16_000) + samples.tobytes() + bytes(32_000)


@unittest.skipUnless(PETRI, "name the program in PETRI")
class Session(unittest.TestCase):
    def start(self, folder: str) -> subprocess.Popen[str]:
        assert PETRI is not None
        command = [PETRI, "run", "--seed", "3", "--journal", f"{folder}/j.db", "--link", f"unix:{folder}/link"]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        self.assertEqual(process.stdout.readline().strip(), f"link   unix:{folder}/link")
        return process

    def stop(self, process: subprocess.Popen[str]) -> None:
        process.kill()
        process.communicate()

    def test_a_robot_plays_and_after_a_break_plays_on(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            process = self.start(folder)
            offers = [Sensor.MICROPHONE, Sensor.CAMERA]
            with Client(f"unix:{folder}/link", topics=Topics.ALL, offers=offers) as client:
                screen(client, Scene.GREET)
                self.stop(process)
                until(client, lambda event: event if isinstance(event, Lost) else None)
                process = self.start(folder)
                until(client, lambda event: event if isinstance(event, Connected) else None)
                self.play(client)
            out, _ = process.communicate(timeout=WAIT_S)
            self.assertIn("1 trials, 1 safe in the journal", out)
            self.assertEqual(process.returncode, 0)

    def play(self, client: Client) -> None:
        screen(client, Scene.GREET)
        client.ask(Press(Button.A))
        screen(client, Scene.CONSENT)
        with self.assertRaises(RefusedError) as refused:
            client.face(FaceUnsure())
        self.assertIs(refused.exception.refusal, Refusal.NOT_SENSING)
        client.ask(Press(Button.A))
        screen(client, Scene.CHOOSE)
        client.ask(Start(Exercise.READ_THE_WORDS))
        screen(client, Scene.LISTEN)
        self.assertTrue(client.wants(Sensor.MICROPHONE, 10.0))
        client.sound(speech("next.wav"))
        heard = until(
            client,
            lambda event: event.percept.word if isinstance(event, Percept) and isinstance(event.percept, Word) else None,
        )
        self.assertEqual(heard, "next")
        trial = until(client, lambda event: event if isinstance(event, Trial) else None)
        self.assertEqual((trial.outcome, trial.channel), (Outcome.SKIPPED, Channel.VOICE))
        client.ask(Press(Button.STOP))
        screen(client, Scene.CLOSE)
        client.ask(Press(Button.A))
        until(client, lambda event: event if isinstance(event, Goodbye) else None)


if __name__ == "__main__":
    unittest.main()
