"""Turn a small float TFLite vision network into ONNX.

TFLite keeps images as NHWC and ONNX wants NCHW. The layout is settled here, once: every 4-D activation is
NCHW in the result, and a Transpose appears only in front of a RESHAPE, where the order of elements counts.
Weights stored as float16 behind DEQUANTIZE become float32 initializers. Anything outside the operators that
BlazeFace and the face mesh use stops the conversion with a message.
"""

import numpy as np
import tflite
from onnx import TensorProto, helper

from common import ConversionError, make_model

MAX_OPERATORS = 2000
_DTYPES = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}
_OPERATOR_NAMES = {v: k for k, v in vars(tflite.BuiltinOperator).items() if isinstance(v, int)}


class _Reader:
    """Tensors and operators of the first subgraph, as plain Python values."""

    def __init__(self, data):
        self.model = tflite.Model.GetRootAs(data, 0)
        if self.model.SubgraphsLength() != 1:
            raise ConversionError("the TFLite file has several subgraphs. Only single-graph files are supported.")
        self.graph = self.model.Subgraphs(0)
        if self.graph.OperatorsLength() > MAX_OPERATORS:
            raise ConversionError(f"more than {MAX_OPERATORS} operators. Raise MAX_OPERATORS if the file is right.")

    def inputs(self):
        return [self.graph.Inputs(i) for i in range(self.graph.InputsLength())]

    def outputs(self):
        return [self.graph.Outputs(i) for i in range(self.graph.OutputsLength())]

    def shape(self, index):
        return [int(d) for d in self.graph.Tensors(index).ShapeAsNumpy()]

    def constant(self, index):
        tensor = self.graph.Tensors(index)
        buffer = self.model.Buffers(tensor.Buffer())
        if buffer.DataLength() == 0:
            return None
        dtype = _DTYPES.get(tensor.Type())
        if dtype is None:
            raise ConversionError(f"tensor type {tensor.Type()} is unknown. Add it to _DTYPES.")
        return np.frombuffer(buffer.DataAsNumpy().tobytes(), dtype).reshape(self.shape(index))

    def operators(self):
        for i in range(self.graph.OperatorsLength()):
            op = self.graph.Operators(i)
            code = self.model.OperatorCodes(op.OpcodeIndex())
            # Old files keep the code in the deprecated byte, new ones in the wide field.
            name = _OPERATOR_NAMES[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())]
            yield name, op

    @staticmethod
    def options(op, kind):
        table = op.BuiltinOptions()
        options = kind()
        if table is not None:
            options.Init(table.Bytes, table.Pos)
        return options


def _same_pads(size, kernel, stride):
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Converter:
    """One conversion. `input_names` and `output_names` rename graph ends, in the order of the TFLite file."""

    def __init__(self, data, input_names, output_names, flatten_outputs=False):
        self.reader = _Reader(data)
        self.input_names = input_names
        self.output_names = output_names
        self.flatten_outputs = flatten_outputs
        self.values = {}
        self.constants = {}
        self.initializers = {}
        self.nodes = []

    def convert(self, name, opset=13):
        inputs, outputs = self.reader.inputs(), self.reader.outputs()
        graph_inputs = [self._graph_input(i, n) for i, n in zip(inputs, self.input_names, strict=True)]
        for kind, op in self.reader.operators():
            handler = getattr(self, "_op_" + kind.lower(), None)
            if handler is None:
                raise ConversionError(f"operator {kind} is not supported. Add Converter._op_{kind.lower()}.")
            handler(op)
        graph_outputs = [self._graph_output(i, n) for i, n in zip(outputs, self.output_names, strict=True)]
        return make_model(self.nodes, graph_inputs, graph_outputs, self.initializers, name, opset)

    def _graph_input(self, index, name):
        n, h, w, c = self.reader.shape(index)
        self.values[index] = name
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [n, c, h, w])

    def _graph_output(self, index, name):
        shape = self.reader.shape(index)
        source = self._value(index)
        if len(shape) == 4 and shape[1] == 1 and shape[2] == 1 and self.flatten_outputs:
            shape = [shape[0], shape[3]]
            self.nodes.append(helper.make_node("Flatten", [source], [name], name, axis=1))
        elif len(shape) == 4:
            raise ConversionError(f"output {name} is an image of shape {shape}. Only vectors and lists are supported.")
        else:
            self.nodes.append(helper.make_node("Identity", [source], [name], name))
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    def _constant(self, index):
        if index in self.constants:
            return self.constants[index]
        return self.reader.constant(index)

    def _float_constant(self, index):
        array = self._constant(index)
        if array is None:
            raise ConversionError(f"tensor {index} should be a weight but is computed. This file cannot be converted.")
        return array.astype(np.float32)

    def _value(self, index):
        if index not in self.values:
            raise ConversionError(f"tensor {index} is used before it is computed. The TFLite file is damaged.")
        return self.values[index]

    def _keep(self, name, array):
        self.initializers[name] = np.ascontiguousarray(array)
        return name

    def _emit(self, kind, inputs, op, **attributes):
        return self._emit_to(kind, inputs, op.Outputs(0), **attributes)

    def _emit_to(self, kind, inputs, index, **attributes):
        name = f"t{index}"
        self.nodes.append(helper.make_node(kind, inputs, [name], f"{kind}_{index}", **attributes))
        self.values[index] = name
        return name

    def _activation(self, op, index, code):
        kinds = {0: None, 1: "Relu", 3: "Clip"}
        if code not in kinds:
            raise ConversionError(f"fused activation {code} is not supported. Add it to Converter._activation.")
        if kinds[code] is None:
            return
        before = self.values[index]
        inputs = [before]
        if kinds[code] == "Clip":
            inputs += [self._keep("zero", np.float32(0)), self._keep("six", np.float32(6))]
        name = before + "_act"
        self.nodes.append(helper.make_node(kinds[code], inputs, [name], name))
        self.values[index] = name

    def _op_dequantize(self, op):
        source = op.Inputs(0)
        array = self._constant(source)
        if array is None:
            raise ConversionError("DEQUANTIZE of a computed tensor: this is an int8 network. Use the float file.")
        tensor = self.reader.graph.Tensors(source)
        quantization = tensor.Quantization()
        if array.dtype == np.float16:
            self.constants[op.Outputs(0)] = array.astype(np.float32)
        elif quantization is not None and quantization.ScaleLength() == 1:
            zero, scale = int(quantization.ZeroPoint(0)), np.float32(quantization.Scale(0))
            self.constants[op.Outputs(0)] = (array.astype(np.float32) - zero) * scale
        else:
            raise ConversionError(f"DEQUANTIZE of {array.dtype} with several scales is not supported. Add it here.")

    def _window(self, op, options, kernel):
        _, height, width, _ = self.reader.shape(op.Inputs(0))
        strides = [options.StrideH(), options.StrideW()]
        if options.Padding() == tflite.Padding.SAME:
            top, bottom = _same_pads(height, kernel[0], strides[0])
            left, right = _same_pads(width, kernel[1], strides[1])
        else:
            top = bottom = left = right = 0
        return {"kernel_shape": list(kernel), "strides": strides, "pads": [top, left, bottom, right]}

    def _convolution(self, op, options, weights, groups):
        if options.DilationHFactor() != 1 or options.DilationWFactor() != 1:
            raise ConversionError("dilated convolution is not supported. Add it to Converter._convolution.")
        out = op.Outputs(0)
        inputs = [self._value(op.Inputs(0)), self._keep(f"w{out}", weights)]
        if op.InputsLength() > 2 and op.Inputs(2) >= 0:
            inputs.append(self._keep(f"b{out}", self._float_constant(op.Inputs(2))))
        self._emit("Conv", inputs, op, group=groups, **self._window(op, options, weights.shape[2:]))
        self._activation(op, out, options.FusedActivationFunction())

    def _op_conv_2d(self, op):
        options = self.reader.options(op, tflite.Conv2DOptions)
        weights = self._float_constant(op.Inputs(1)).transpose(0, 3, 1, 2)
        self._convolution(op, options, weights, 1)

    def _op_depthwise_conv_2d(self, op):
        options = self.reader.options(op, tflite.DepthwiseConv2DOptions)
        weights = self._float_constant(op.Inputs(1)).transpose(3, 0, 1, 2)
        self._convolution(op, options, weights, self.reader.shape(op.Inputs(0))[3])

    def _op_max_pool_2d(self, op):
        options = self.reader.options(op, tflite.Pool2DOptions)
        kernel = (options.FilterHeight(), options.FilterWidth())
        self._emit("MaxPool", [self._value(op.Inputs(0))], op, **self._window(op, options, kernel))
        self._activation(op, op.Outputs(0), options.FusedActivationFunction())

    def _op_add(self, op):
        options = self.reader.options(op, tflite.AddOptions)
        if self.reader.shape(op.Inputs(0)) != self.reader.shape(op.Inputs(1)):
            raise ConversionError("ADD with broadcasting is not supported. Add it to Converter._op_add.")
        self._emit("Add", [self._value(op.Inputs(0)), self._value(op.Inputs(1))], op)
        self._activation(op, op.Outputs(0), options.FusedActivationFunction())

    def _op_relu(self, op):
        self._emit("Relu", [self._value(op.Inputs(0))], op)

    def _op_prelu(self, op):
        slope = self._float_constant(op.Inputs(1)).reshape(-1, 1, 1)
        self._emit("PRelu", [self._value(op.Inputs(0)), self._keep(f"p{op.Outputs(0)}", slope)], op)

    def _op_pad(self, op):
        pads = self._constant(op.Inputs(1))[[0, 3, 1, 2]]
        order = np.concatenate([pads[:, 0], pads[:, 1]]).astype(np.int64)
        self._emit("Pad", [self._value(op.Inputs(0)), self._keep(f"pads{op.Outputs(0)}", order)], op, mode="constant")

    def _op_reshape(self, op):
        source, shape = self._value(op.Inputs(0)), self.reader.shape(op.Outputs(0))
        if len(self.reader.shape(op.Inputs(0))) == 4:
            last = f"{source}_nhwc{op.Outputs(0)}"
            self.nodes.append(helper.make_node("Transpose", [source], [last], last, perm=[0, 2, 3, 1]))
            source = last
        if len(shape) == 4:
            raise ConversionError("RESHAPE into an image is not supported. Add it to Converter._op_reshape.")
        target = self._keep(f"shape{op.Outputs(0)}", np.array(shape, np.int64))
        self._emit("Reshape", [source, target], op)

    def _op_concatenation(self, op):
        options = self.reader.options(op, tflite.ConcatenationOptions)
        rank = len(self.reader.shape(op.Outputs(0)))
        axis = options.Axis() % rank
        if rank == 4:
            axis = (0, 2, 3, 1)[axis]
        self._emit("Concat", [self._value(op.Inputs(i)) for i in range(op.InputsLength())], op, axis=axis)


def convert_tflite(data, name, input_names, output_names, flatten_outputs=False):
    """ONNX model of a float TFLite file. Input images are NCHW; outputs keep the order of the TFLite file."""
    return Converter(data, input_names, output_names, flatten_outputs).convert(name)
