"""Times Petri's models in onnxruntime: one thread, golden inputs, JSON lines on standard output.

    python ort_bench.py MODELS_FOLDER MODEL_ID... [--runs 50] [--seconds 3]

Each model is timed twice: the file that ships, and its float parent. One line per model, then one about this process.
`cargo xtask bench` runs it beside tract.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np
import onnxruntime
from parent import float_parent
from safetensors.numpy import load_file

WARM_UP_RUNS = 3
RUNS_MIN = 5
TURNS = 2


def memory_kib(field):
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1])
    return 0


def open_session(model):
    """A session for a file's path, or for the bytes of a model."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Otherwise it rounds activations wherever it finds a quantized weight, which the models were not made for.
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def median_ms(session, inputs, runs, seconds):
    for _ in range(WARM_UP_RUNS):
        session.run(None, inputs)
    times, begin = [], time.perf_counter()
    while len(times) < RUNS_MIN or (len(times) < runs and time.perf_counter() - begin < seconds):
        start = time.perf_counter()
        session.run(None, inputs)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def largest_difference(found, wanted):
    pairs = zip(found, wanted, strict=True)
    return max(float(np.abs(one.astype(np.float64) - other).max()) for one, other in pairs)


def main():
    parser = argparse.ArgumentParser(description="time Petri's models in onnxruntime")
    parser.add_argument("models", type=Path, help="the folder with one folder per model")
    parser.add_argument("ids", nargs="+", help="names of models")
    parser.add_argument("--runs", type=int, default=50, help="runs of each model, at most")
    parser.add_argument("--seconds", type=float, default=3.0, help="no further run begins after this time")
    options = parser.parse_args()
    imported = memory_kib("VmRSS")
    sessions = {}
    for name in options.ids:
        path = options.models / name / "model.onnx"
        if not path.is_file():
            sys.exit(f"ort_bench.py: there is no {path}; give Petri's models folder")
        sessions[name] = open_session(str(path))
    loaded = memory_kib("VmRSS")
    for name, session in sessions.items():
        golden = load_file(options.models / name / "golden.safetensors")
        inputs = {wanted.name: golden[wanted.name] for wanted in session.get_inputs()}
        parent = open_session(float_parent(options.models / name / "model.onnx"))
        off = largest_difference(session.run(None, inputs), parent.run(None, inputs))
        # In turn: a busy moment of the machine then falls on both.
        times = {"shipped": [], "float": []}
        for _ in range(TURNS):
            for which, timed in (("shipped", session), ("float", parent)):
                times[which].append(median_ms(timed, inputs, options.runs // TURNS, options.seconds / TURNS))
        line = {"median_ms": min(times["shipped"]), "float_ms": min(times["float"]), "parent_off_by": off}
        print(json.dumps({"kind": "model", "id": name, **line}))
    about = {"version": onnxruntime.__version__, "imported_kib": imported, "loaded_kib": loaded}
    print(json.dumps({"kind": "process", **about, "peak_kib": memory_kib("VmHWM")}))


if __name__ == "__main__":
    main()
