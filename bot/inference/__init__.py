"""The local models behind their ports: off the event loop, in small batches, with deadlines."""

from bot.inference.local import LocalClassifier, LocalSummarizer, Models, load_models

__all__ = ["LocalClassifier", "LocalSummarizer", "Models", "load_models"]
