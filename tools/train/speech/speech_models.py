"""Write models/speech-encoder or models/speech-decoder from the moonshine-voice wheel.

python tools/train/speech/speech_models.py encoder --packages DIR [--out models/speech-encoder]
python tools/train/speech/speech_models.py decoder --packages DIR [--out models/speech-decoder]
"""

import argparse
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import read_member, run_main, run_onnx, write_model_folder  # noqa: E402
from moonshine_weights import (  # noqa: E402
    DECODER_MEMBER,
    ENCODER_MEMBER,
    TOKENIZER_MEMBER,
    WHEEL,
    WIDTH,
    VOCABULARY,
    decoder_weights,
    encoder_weights,
)
from settings import KEYWORD_SETTINGS  # noqa: E402
from speech_decoder_graph import build_decoder  # noqa: E402
from speech_encoder_graph import build_encoder  # noqa: E402
from tokens import parse_package_list, text_form  # noqa: E402

MODEL_LICENCE = "MIT"
BOS, YES, STOP, END = 1, 3869, 22303, 2


def golden_audio():
    """One second that sweeps like a voice: needs no recording, reaches every layer."""
    t = np.arange(16000, dtype=np.float64) / 16000
    pitch = 120 + 40 * np.sin(2 * np.pi * 1.5 * t)
    phase = 2 * np.pi * np.cumsum(pitch) / 16000
    voice = sum(np.sin(k * phase) / k for k in range(1, 24))
    envelope = np.clip(np.sin(2 * np.pi * 2.0 * t), 0, 1)
    return (0.2 * voice * envelope).astype(np.float32)[None]


# Made by enrol_base.py; it stays as it is when the encoder is written again.
WORDS = Path(__file__).resolve().parents[3] / "models/speech-encoder/words.safetensors"
VERIFIER = Path(__file__).resolve().parents[3] / "models/speech-decoder/verifier.safetensors"


def write_encoder(packages_dir, out):
    weights = encoder_weights(packages_dir)
    audio = golden_audio()
    description = {
        "id": "speech-encoder",
        "title": "Moonshine tiny English, encoder",
        "licence": MODEL_LICENCE,
        "labels": [],
        "tolerance": 2e-3,
        "source": WHEEL.source_table(ENCODER_MEMBER),
        "input": [{"name": "audio", "dtype": "f32", "shape": ["1", "S"], "layout": "mono samples at 16 kHz, -1..1"}],
        "output": [
            {"name": "memory", "dtype": "f32", "shape": ["1", "T", str(WIDTH)], "meaning": "one vector per 384 samples"}
        ],
        "settings": {"sample_rate_hz": 16000, "samples_per_step": 384, "min_samples": 895},
    }
    outputs = run_onnx(build_encoder(weights, float_parent=True), {"audio": audio})
    assets = {"words.safetensors": WORDS.read_bytes()}
    write_model_folder(out, description, build_encoder(weights), {"audio": audio}, outputs, assets)


def write_decoder(packages_dir, out):
    weights = decoder_weights(packages_dir)
    encoder = build_encoder(encoder_weights(packages_dir), float_parent=True)
    memory = run_onnx(encoder, {"audio": golden_audio()})["memory"]
    feeds = {
        "ids": np.array([[BOS, YES, END, END], [BOS, STOP, END, END]], np.int64),
        "memory": memory,
        "rows": np.array([0, 5], np.int64),
    }
    description = {
        "id": "speech-decoder",
        "title": "Moonshine tiny English, decoder",
        "licence": MODEL_LICENCE,
        "labels": [],
        "tolerance": 1e-3,
        "source": WHEEL.source_table(DECODER_MEMBER),
        "input": [
            {"name": "ids", "dtype": "i64", "shape": ["B", "L"], "layout": "token ids, each row starts with 1"},
            {"name": "memory", "dtype": "f32", "shape": ["1", "T", str(WIDTH)], "layout": "output of speech-encoder"},
            {"name": "rows", "dtype": "i64", "shape": ["K"], "layout": "positions wanted, as row * L + column of ids"},
        ],
        "output": [
            {
                "name": "logits",
                "dtype": "f32",
                "shape": ["K", str(VOCABULARY)],
                "meaning": "next-token scores after each wanted position",
            }
        ],
        "settings": KEYWORD_SETTINGS,
    }
    outputs = run_onnx(build_decoder(weights, float_parent=True), feeds)
    pieces = parse_package_list(read_member(WHEEL, packages_dir, TOKENIZER_MEMBER))
    assets = {"tokens.txt": text_form(pieces), "verifier.safetensors": VERIFIER.read_bytes()}
    write_model_folder(out, description, build_decoder(weights), feeds, outputs, assets)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["encoder", "decoder"])
    parser.add_argument("--packages", required=True, help="folder with the registry archives")
    parser.add_argument("--out", help="model folder to write")
    args = parser.parse_args()
    out = args.out or f"models/speech-{args.part}"
    (write_encoder if args.part == "encoder" else write_decoder)(args.packages, out)


if __name__ == "__main__":
    run_main(main)
