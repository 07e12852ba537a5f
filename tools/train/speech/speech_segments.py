"""Reference of the voice activity state machine: which stretches of a recording are handed to recognition."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from keywords import SAMPLE_RATE, session  # noqa: E402
from voice_activity import CONTEXT, FRAME, HIDDEN, SETTINGS as SET  # noqa: E402


class SpeechSegments:
    def __init__(self, models_dir):
        self.model = session(Path(models_dir) / "voice-activity/model.onnx")

    def probabilities(self, samples):
        state = np.zeros((2, 1, HIDDEN), np.float32)
        context = np.zeros(CONTEXT, np.float32)
        found = []
        for at in range(0, len(samples) - FRAME + 1, FRAME):
            frame = samples[at : at + FRAME]
            speech, state = self.model.run(None, {"audio": np.concatenate([context, frame])[None], "state": state})
            context = frame[-CONTEXT:]
            found.append(float(speech[0, 0]))
        return found

    def segments(self, samples):
        """(first sample, last sample + 1) of each stretch of speech."""
        pre_roll, post_roll = (int(SET[k] * SAMPLE_RATE / 1000) for k in ("pre_roll_ms", "post_roll_ms"))
        shortest, longest = (int(SET[k] * SAMPLE_RATE / 1000) for k in ("min_speech_ms", "max_speech_ms"))
        out, start, run, quiet, last = [], None, 0, 0, 0
        for i, p in enumerate(self.probabilities(samples)):
            end = (i + 1) * FRAME
            if start is None:
                run = run + 1 if p >= SET["start_probability"] else 0
                if run >= SET["start_frames"]:
                    start, last, quiet = end - run * FRAME, end, 0
                continue
            if p >= SET["stop_probability"]:
                last, quiet = end, 0
            else:
                quiet += 1
            if quiet >= SET["stop_frames"] or end - start >= longest:
                if last - start >= shortest:
                    out.append((max(0, start - pre_roll), min(len(samples), last + post_roll)))
                start, run = None, 0
        if start is not None and last - start >= shortest:
            out.append((max(0, start - pre_roll), min(len(samples), last + post_roll)))
        return out
