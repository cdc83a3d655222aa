"""Serving a text model from a folder of files; the only place that imports onnxruntime or transformers."""

import os

# ONNX Runtime reports its use to its makers over the network unless it is told not to before it is loaded; its own
# `disable_telemetry_events` comes too late. Nothing may leave this machine.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"  # tokenizers brings that library along; nothing here calls it

from models.runtime.bundle import Bundle, BundleError, write_manifest
from models.runtime.sequence_classifier import SequenceClassifier
from models.runtime.text_model import TextModel

__all__ = ["Bundle", "BundleError", "SequenceClassifier", "TextModel", "write_manifest"]
