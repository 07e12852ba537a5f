"""The device's pipeline on onnxruntime: how long it takes from an answer to feedback on a screen in memory.

    python pipeline.py MODELS_FOLDER DEMO_FOLDER [--events 30] [--seed 1] [--weights float|shipped] [--check]

All channels are live in real time, on the threads of pipeline_device.py: a camera of 15 frames a second, a microphone
of 512 samples each 32 ms, a keyboard and buttons. JSON lines on standard output: one per event, then one about this
process. `--check` perceives each kind of input once instead, and prints what. `cargo xtask latency` runs it beside
Petri, pinned to one core.
"""

import argparse
import json
import os
import queue
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image
from pipeline_device import ANSWER_S_MAX, FRAMES_PER_SECOND, NOBODY, Device, wait_until
from pipeline_screen import draw
from pipeline_speech import FRAME_SAMPLES, SAMPLE_RATE, Spoken

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
EVENTS_MAX = 1000
PAUSE_S = (0.3, 0.6)
IDLE_S = 10
GREY_S = 1.0
# A word that was not told within this time was not heard.
WORD_S_MAX = 3.0
QUIET_FRAMES = 16
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


class PipelineError(Exception):
    """The measurement stopped; the message says what to do next."""


class Learner:
    """Answers by all channels in turn, and measures how long the feedback takes."""

    def __init__(self, device, demo, options):
        self.device, self.chance = device, random.Random(options.seed)
        self.portrait = read_picture(demo / "astronaut.png")
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
        except PipelineError:
            return None
        return drawn - ended

    def face(self):
        """From the hand-over of the first frame with a face; then nobody is there for a while."""
        begin = self.device.camera.show(self.portrait)
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
        raise PipelineError(f"no feedback on {wanted} within {seconds_max:.0f} s; run it on an idle machine")


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
    try:
        device.start()
        device.begin(learner.run)
        device.show()
    finally:
        device.stop()
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
        raise PipelineError(f"parent.py failed: {why}; make room in {out.parent}, or use --weights shipped")
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
            measure(device, options.demo, options, start_ms)
    except PipelineError as error:
        sys.exit(f"pipeline.py: {error}")
    except Exception as error:
        sys.exit(f"pipeline.py: {type(error).__name__}: {error}; see whether --check runs with requirements.txt")


if __name__ == "__main__":
    main()
