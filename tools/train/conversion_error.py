"""The error that ends a conversion, apart from `common`, so that what only runs models need not import onnx."""


class ConversionError(Exception):
    """A conversion stopped; the message says what to do next."""
