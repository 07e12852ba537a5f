"""Write board/demo/*.wav: human recordings for the demo, from Debian's asterisk-core-sounds-en-wav.

python tools/train/speech/demo_audio.py --packages DIR [--out board/demo]

Recorded by Allison Smith, CC-BY-SA-3.0. Changes made: single words cut out of longer prompts, silence added,
8 kHz brought to 16 kHz.
"""

import argparse
import io
import sys
import tarfile
import wave
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import ConversionError, Package, open_archive, run_main  # noqa: E402

DEB = Package(
    "Debian",
    "asterisk-core-sounds-en-wav",
    "1.6.1-1",
    "asterisk-core-sounds-en-wav_1.6.1-1_all.deb",
    "2be3ea287d83299d143815fa804f11179a75b7affd4a758b98b55f5afc18a35d",
)
FOLDER = "./usr/share/asterisk/sounds/en_US_f_Allison/"
SOURCE_RATE, RATE = 8000, 16000
SILENCE_S, FADE_S = 0.4, 0.01
# Output name: (prompt, first second, last second or None for the end)
CLIPS = {
    "no": ("vm-no", 0.0, None),
    "again": ("please-try-again", 0.63, None),
    "help": ("vm-helpexit", 1.13, 1.72),
    "next": ("vm-next", 1.62, 2.06),
    "sentence-sorry": ("vm-sorry", 0.0, None),
    "sentence-wrong": ("something-terribly-wrong", 0.0, None),
}


def deb_data(blob):
    """The data tar inside a .deb, which is an ar archive."""
    if not blob.startswith(b"!<arch>\n"):
        raise ConversionError(f"{DEB.archive} is not a Debian package. Fetch it with: {DEB.fetch_command()}")
    at = 8
    while at + 60 <= len(blob):
        name, size = blob[at : at + 16].decode().strip(" /"), int(blob[at + 48 : at + 58])
        at += 60
        if name.startswith("data.tar"):
            return tarfile.open(fileobj=io.BytesIO(blob[at : at + size]))
        at += size + size % 2
    raise ConversionError(f"{DEB.archive} has no data part. Fetch it with: {DEB.fetch_command()}")


def read_prompt(archive, name):
    with wave.open(archive.extractfile(f"{FOLDER}{name}.wav")) as source:
        if (source.getframerate(), source.getnchannels(), source.getsampwidth()) != (SOURCE_RATE, 1, 2):
            raise ConversionError(f"{name}.wav is not 8 kHz mono 16-bit. Check the package version.")
        return np.frombuffer(source.readframes(source.getnframes()), "<i2").astype(np.float64)


def double_rate(samples):
    """A zero between every two samples, then a windowed sinc that keeps the lower half of the band."""
    taps = np.arange(-64, 65)
    kernel = np.sinc(taps / 2) * np.kaiser(len(taps), 8.0)
    spread = np.zeros(2 * len(samples))
    spread[::2] = samples
    return np.convolve(spread, kernel, "same")


def clip(samples, first, last):
    samples = samples[int(first * RATE) : None if last is None else int(last * RATE)].copy()
    fade = np.linspace(0, 1, int(FADE_S * RATE))
    samples[: len(fade)] *= fade
    samples[-len(fade) :] *= fade[::-1]
    silence = np.zeros(int(SILENCE_S * RATE))
    whole = np.concatenate([silence, samples, silence])
    return np.clip(np.rint(whole), -32768, 32767).astype("<i2")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", required=True, help=f"folder with the package, fetched by: {DEB.fetch_command()}")
    parser.add_argument("--out", default="board/demo")
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    archive = deb_data(open_archive(DEB, args.packages))
    for name, (prompt, first, last) in CLIPS.items():
        samples = clip(double_rate(read_prompt(archive, prompt)), first, last)
        with wave.open(str(out / f"{name}.wav"), "wb") as target:
            target.setnchannels(1)
            target.setsampwidth(2)
            target.setframerate(RATE)
            target.writeframes(samples.tobytes())


if __name__ == "__main__":
    run_main(main)
