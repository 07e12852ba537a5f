"""The device's pipeline on onnxruntime: how long it takes from an answer to feedback on a screen in memory.

    python pipeline.py MODELS_FOLDER DEMO_FOLDER [--events 30] [--seed 1] [--weights float|shipped] [--check]

All channels are live in real time, on threads as in runtime/src/capture.rs: a camera of 15 frames a second, a
microphone of 512 samples each 32 ms, a keyboard and buttons. JSON lines on standard output: one per event, then one
about this process. `--check` perceives each kind of input once instead, and prints what. `cargo xtask latency` runs
it beside Petri, pinned to one core.
"""

import argparse
import json
import os
import queue
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from pipeline_screen import FIRST, after, draw
from pipeline_sight import Sight
from pipeline_speech import FRAME_SAMPLES, SAMPLE_RATE, Ear, Spoken, Text

MODELS = (
    "face-detect",
    "face-expression",
    "face-mesh",
    "voice-activity",
    "speech-encoder",
    "speech-decoder",
    "text-emotion",
)
CHANNELS = ("button", "text", "keyword", "face")
FRAMES_PER_SECOND = 15
PERCEPTS_MAX, SOUND_FRAMES_MAX, LINES_MAX = 64, 64, 8
EVENTS_MAX = 1000
PAUSE_S = (0.3, 0.6)
IDLE_S = 10
GREY_S = 1.0
# What takes longer is lost: a word was not heard, and anything else is an error.
WORD_S_MAX, ANSWER_S_MAX = 3.0, 10.0
QUIET_FRAMES = 16
NOBODY = Image.new("RGB", (640, 480), (128, 128, 128))
KEYWORDS = ("again", "help", "next", "no")
SENTENCES = (
    "I am sorry that you had to wait so long.",
    "That was a wonderful thing to say to her!",
    "He never listens to me, and it makes me furious.",
    "You could ask them whether they want to play another round.",
    "Shall we sit down together for a moment and talk about it?",
    "It is not your fault at all.",
    "I was so scared when the lights went out and nobody answered the door for an hour.",
    "Thank you for helping me with the heavy boxes today, I could not have done it alone.",
    "She looks away because she is a bit ashamed of the broken cup.",
    "The bus leaves from the other side of the station at ten.",
)


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

    def run(self):
        start, last = time.perf_counter(), NOBODY
        while True:
            # A frame whose time has passed is left out.
            number = int((time.perf_counter() - start) * FRAMES_PER_SECOND) + 1
            wait_until(start + number / FRAMES_PER_SECOND)
            picture = self.picture
            frame = picture.copy()
            if picture is not last:
                self.first_frames.put(time.perf_counter())
            last = picture
            self.frames.put(frame)

    def show(self, picture):
        """Puts a picture before the camera; returns when its first frame was handed over, in seconds."""
        self.picture = picture
        return self.first_frames.get(timeout=ANSWER_S_MAX)


class Microphone:
    """Hands over silence, and what is said meanwhile, 512 samples each 32 ms."""

    def __init__(self, sound):
        self.sound, self.said, self.starts = sound, queue.SimpleQueue(), queue.SimpleQueue()

    def run(self):
        start, number, left = time.perf_counter(), 0, np.zeros(0, np.float32)
        while True:
            if not self.said.empty():
                left = self.said.get()
                self.starts.put(start + number * FRAME_SAMPLES / SAMPLE_RATE)
            number += 1
            frame = np.zeros(FRAME_SAMPLES, np.float32)
            frame[: len(left)] = left[:FRAME_SAMPLES]
            left = left[FRAME_SAMPLES:]
            wait_until(start + number * FRAME_SAMPLES / SAMPLE_RATE)
            offer(self.sound, frame)

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
        self.ready = threading.Event()

    def start(self):
        for work in (self.see, self.hear, self.read, self.camera.run, self.microphone.run):
            self.begin(work)

    def begin(self, work):
        """Does it on a thread of its own; what goes wrong there ends the program."""

        def guarded():
            try:
                work()
            except Exception as error:
                self.percepts.put(("failed", error))

        threading.Thread(target=guarded, daemon=True).start()

    def see(self):
        while True:
            frame = self.frames.take()
            reading = self.sight.follow(frame, time.perf_counter() * 1e3)[1]
            offer(self.percepts, ("face", reading))

    def hear(self):
        self.ear.prepare()
        self.ready.set()
        while True:
            understood = self.ear.hear(self.sound.get())
            if understood:
                self.percepts.put(understood)

    def read(self):
        while True:
            self.percepts.put(("text", self.text.read(self.lines.get())[0]))

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


class Learner:
    """Answers by all channels in turn, and measures how long the feedback takes."""

    def __init__(self, device, demo, options):
        self.device, self.chance = device, random.Random(options.seed)
        self.face = read_picture(demo / "astronaut.png")
        self.words = {word: Spoken.read(demo / f"{word}.wav") for word in KEYWORDS}
        self.order = [channel for channel in CHANNELS for _ in range(options.events)]
        self.chance.shuffle(self.order)

    def run(self):
        self.device.ready.wait()
        time.sleep(GREY_S)
        before = time.process_time()
        time.sleep(IDLE_S)
        self.idle_percent = (time.process_time() - before) / IDLE_S * 100
        for channel in self.order:
            time.sleep(self.chance.uniform(*PAUSE_S))
            self.forget()
            elapsed_s = getattr(self, channel)()
            if elapsed_s is None:
                tell(kind="missed", channel=channel)
            else:
                tell(kind="event", channel=channel, ms=round(elapsed_s * 1e3, 2))
        self.device.percepts.put(("over", None))

    def button(self):
        begin = time.perf_counter()
        self.device.percepts.put(("button", self.chance.randrange(3)))
        return self.await_screen("button", ANSWER_S_MAX) - begin

    def text(self):
        sentence = self.chance.choice(SENTENCES)
        begin = time.perf_counter()
        self.device.lines.put(sentence)
        return self.await_screen("text", ANSWER_S_MAX) - begin

    def keyword(self):
        """None where the word was not heard."""
        word = self.chance.choice(KEYWORDS)
        spoken = self.words[word]
        late = np.zeros(self.chance.randrange(FRAME_SAMPLES), np.float32)
        begin = self.device.microphone.say(np.concatenate([late, spoken.samples]))
        ended = begin + (len(late) + spoken.end) / SAMPLE_RATE
        try:
            drawn = self.await_screen("keyword", ended - time.perf_counter() + WORD_S_MAX, lambda value: value == word)
        except TimeoutError:
            return None
        return drawn - ended

    def face(self):
        """From the hand-over of the first frame with a face; then nobody is there for a while."""
        begin = self.device.camera.show(self.face)
        elapsed_s = self.await_screen("face", ANSWER_S_MAX, lambda value: value != "nobody") - begin
        gone = self.device.camera.show(NOBODY)
        self.await_screen("face", ANSWER_S_MAX, lambda value: value == "nobody")
        wait_until(gone + GREY_S)
        return elapsed_s

    def forget(self):
        while not self.device.shown.empty():
            self.device.shown.get()

    def await_screen(self, wanted, seconds_max, accepts=lambda value: True):
        """When the screen was drawn that tells of it."""
        last = time.perf_counter() + seconds_max
        while (left := last - time.perf_counter()) > 0:
            try:
                kind, value, drawn = self.device.shown.get(timeout=left)
            except queue.Empty:
                break
            if kind == wanted and accepts(value):
                return drawn
        raise TimeoutError(f"no feedback by {wanted} within {seconds_max:.0f} s; is the machine too busy?")


def read_picture(path):
    return Image.open(path).convert("RGB")


def tell(**line):
    print(json.dumps(line), flush=True)


def check(device, demo):
    """Tells what each kind of input is perceived as."""
    picture = read_picture(demo / "astronaut.png")
    for number in range(2):
        faces, reading = device.sight.follow(picture, number * 1000 / FRAMES_PER_SECOND)
        box, meshed = np.round(faces[0].box, 1).tolist() if faces else None, device.sight.mesh is not None
        mean = device.sight.mean
        surest = round(float(mean.max()), 3) if mean is not None else None
        tell(kind="check", channel="face", box=box, mesh=meshed, reading=reading, confidence=surest)
    device.ear.prepare()
    quiet = np.zeros(QUIET_FRAMES * FRAME_SAMPLES, np.float32)
    for word in KEYWORDS:
        samples = np.concatenate([quiet, Spoken.read(demo / f"{word}.wav").samples, quiet])
        frames = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
        heard = [understood for frame in frames if (understood := device.ear.hear(frame))]
        tell(kind="check", channel="keyword", said=word, heard=heard)
    for sentence in SENTENCES:
        tone, confidence = device.text.read(sentence)
        tell(kind="check", channel="text", sentence=sentence, tone=tone, confidence=round(confidence, 3))


def measure(device, demo, options, start_ms):
    learner = Learner(device, demo, options)
    device.begin(learner.run)
    device.show()
    version = f"onnxruntime {onnxruntime.__version__}"
    spent = {"idle_percent": round(learner.idle_percent, 2), "resident_mb": round(resident_bytes() / 1e6, 1)}
    tell(kind="process", version=version, start_ms=round(start_ms, 1), **spent)


def since_start_ms(options):
    """How long this process has run, by the caller's account or by the kernel's."""
    if options.started_unix_ms:
        return time.time() * 1e3 - options.started_unix_ms
    fields = Path("/proc/self/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    started_s = int(fields[19]) / os.sysconf("SC_CLK_TCK")
    return (time.clock_gettime(time.CLOCK_BOOTTIME) - started_s) * 1e3


def resident_bytes():
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


def write_parents(models, out):
    """Writes the float parents by a process of its own; returns how long that took, which is no part of a start."""
    begin = time.perf_counter()
    script = Path(__file__).resolve().parent / "parent.py"
    done = subprocess.run([sys.executable, script, models, out, *MODELS], capture_output=True, text=True, check=False)
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RuntimeError(f"parent.py failed: {why}; make room in {out.parent}, or use --weights shipped")
    return (time.perf_counter() - begin) * 1e3


def open_device(options):
    """The device with its first screen drawn, and how long that took from the start of this process on."""
    if options.weights == "shipped":
        device, spent_ms = Device(options.models), 0.0
    else:
        with tempfile.TemporaryDirectory(prefix="petri-parents-") as folder:
            parents = Path(folder) / "models"
            spent_ms = write_parents(options.models, parents)
            device = Device(parents)
    draw(device.screen)
    return device, since_start_ms(options) - spent_ms


def parse():
    parser = argparse.ArgumentParser(description="time the device's pipeline on onnxruntime")
    parser.add_argument("models", type=Path, help="the folder with one folder per model")
    parser.add_argument("demo", type=Path, help="the folder with the bundled picture and recordings")
    parser.add_argument("--events", type=int, default=30, help="events of each channel")
    parser.add_argument("--seed", type=int, default=1, help="for the order of the events and the pauses between them")
    parser.add_argument("--weights", choices=("float", "shipped"), default="float", help="which weights to run")
    parser.add_argument("--started-unix-ms", type=float, help="when the caller started this process")
    parser.add_argument("--check", action="store_true", help="tell what each kind of input is perceived as")
    options = parser.parse_args()
    if not 1 <= options.events <= EVENTS_MAX:
        sys.exit(f"pipeline.py: --events is {options.events}; give 1 to {EVENTS_MAX}")
    needed = [options.models / name / "model.onnx" for name in MODELS]
    needed += [options.demo / name for name in ("astronaut.png", *(f"{word}.wav" for word in KEYWORDS))]
    for path in needed:
        if not path.is_file():
            sys.exit(f"pipeline.py: there is no {path}; give Petri's models folder and its board/demo folder")
    return options


def main():
    options = parse()
    try:
        device, start_ms = open_device(options)
        if options.check:
            check(device, options.demo)
        else:
            device.start()
            measure(device, options.demo, options, start_ms)
    except Exception as error:
        sys.exit(f"pipeline.py: {error or type(error).__name__}")


if __name__ == "__main__":
    main()
