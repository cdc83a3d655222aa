"""Serving a text model from a folder of files; the only place that imports onnxruntime."""

from models.runtime.bundle import Bundle, BundleError, write_manifest
from models.runtime.text_model import TextModel

__all__ = ["Bundle", "BundleError", "TextModel", "write_manifest"]
