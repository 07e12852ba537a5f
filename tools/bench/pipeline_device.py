"""The threads of `pipeline.py`: sensors in real time, a thread for each sense, and a screen.

As in runtime/src/capture.rs, frames go through a slot that keeps only the latest, sound through a bounded queue, and
percepts come out of one.
"""

import queue
import threading
import time

import numpy as np
from PIL import Image
from pipeline_screen import FIRST, after, draw
from pipeline_sight import Sight
from pipeline_speech import FRAME_SAMPLES, SAMPLE_RATE, Ear, Text

FRAMES_PER_SECOND = 15
PERCEPTS_MAX, SOUND_FRAMES_MAX, LINES_MAX = 64, 64, 8
# A device that does not answer within this time is stuck.
ANSWER_S_MAX = 10.0
END_S_MAX = 2.0
NOBODY = Image.new("RGB", (640, 480), (128, 128, 128))
# What ends the work of a thread.
OVER = object()


class Slot:
    """A place for one value: a new one replaces one that was not yet taken."""

    def __init__(self):
        self.value, self.filled = None, threading.Condition()

    def put(self, value):
        with self.filled:
            self.value = value
            self.filled.notify()

    def take(self):
        with self.filled:
            self.filled.wait_for(lambda: self.value is not None)
            value, self.value = self.value, None
            return value


def wait_until(instant):
    left = instant - time.perf_counter()
    if left > 0:
        time.sleep(left)


class Camera:
    """Hands over the picture that is before it, 15 times a second."""

    def __init__(self, frames):
        self.frames, self.picture, self.first_frames = frames, NOBODY, queue.SimpleQueue()
        self.ends = False

    def run(self):
        start, last = time.perf_counter(), NOBODY
        while not self.ends:
            # A frame whose time has passed is left out.
            number = int((time.perf_counter() - start) * FRAMES_PER_SECOND) + 1
            wait_until(start + number / FRAMES_PER_SECOND)
            picture = self.picture
            frame = picture.copy()
            if picture is not last:
                self.first_frames.put(time.perf_counter())
            last = picture
            self.frames.put(frame)
        self.frames.put(OVER)

    def show(self, picture):
        """Puts a picture before the camera; returns when its first frame was handed over, in seconds."""
        self.picture = picture
        return self.first_frames.get(timeout=ANSWER_S_MAX)


class Microphone:
    """Hands over silence, and what is said meanwhile, 512 samples each 32 ms."""

    def __init__(self, sound):
        self.sound, self.said, self.starts = sound, queue.SimpleQueue(), queue.SimpleQueue()
        self.ends = False

    def run(self):
        start, number, left = time.perf_counter(), 0, np.zeros(0, np.float32)
        while not self.ends:
            if not self.said.empty():
                left = self.said.get()
                self.starts.put(start + number * FRAME_SAMPLES / SAMPLE_RATE)
            number += 1
            frame = np.zeros(FRAME_SAMPLES, np.float32)
            frame[: len(left)] = left[:FRAME_SAMPLES]
            left = left[FRAME_SAMPLES:]
            wait_until(start + number * FRAME_SAMPLES / SAMPLE_RATE)
            offer(self.sound, frame)
        self.sound.put(OVER)

    def say(self, samples):
        """Plays samples to the microphone; returns when the first of them was recorded, in seconds."""
        self.said.put(samples)
        return self.starts.get(timeout=ANSWER_S_MAX)


def offer(line, value):
    """Whoever is behind loses what is new rather than memory."""
    try:
        line.put_nowait(value)
    except queue.Full:
        pass


class Device:
    """The models, and the threads that feed them and tell what was perceived."""

    def __init__(self, models):
        self.sight, self.text = Sight(models), Text(models)
        self.ear = Ear(models, self.text)
        self.percepts, self.frames = queue.Queue(PERCEPTS_MAX), Slot()
        self.sound, self.lines = queue.Queue(SOUND_FRAMES_MAX), queue.Queue(LINES_MAX)
        self.camera, self.microphone = Camera(self.frames), Microphone(self.sound)
        self.shown, self.screen = queue.SimpleQueue(), FIRST
        self.ready, self.threads = threading.Event(), []

    def start(self):
        for work in (self.see, self.hear, self.read, self.camera.run, self.microphone.run):
            self.begin(work)

    def stop(self):
        """Ends the threads: an interpreter that ends while a model runs is aborted."""
        self.camera.ends, self.microphone.ends = True, True
        self.lines.put(OVER)
        for thread in self.threads:
            thread.join(timeout=END_S_MAX)

    def begin(self, work):
        """Does it on a thread of its own; what goes wrong there ends the program."""

        def guarded():
            try:
                work()
            except Exception as error:
                self.percepts.put(("failed", error))

        thread = threading.Thread(target=guarded, daemon=True)
        self.threads.append(thread)
        thread.start()

    def see(self):
        while (frame := self.frames.take()) is not OVER:
            reading = self.sight.follow(frame, time.perf_counter() * 1e3)[1]
            offer(self.percepts, ("face", reading))

    def hear(self):
        self.ear.prepare()
        self.ready.set()
        while (frame := self.sound.get()) is not OVER:
            understood = self.ear.hear(frame)
            if understood:
                self.percepts.put(understood)

    def read(self):
        while (line := self.lines.get()) is not OVER:
            self.percepts.put(("text", self.text.read(line)[0]))

    def show(self):
        """Draws the screen anew for all that changes it, until it is told that it is over."""
        while True:
            kind, value = self.percepts.get()
            if kind == "over":
                return
            if kind == "failed":
                raise value
            screen = after(self.screen, kind, value)
            if screen is not None:
                self.screen = screen
                draw(screen)
                self.shown.put((kind, value, time.perf_counter()))
