"""The local models behind their ports: off the event loop, in small batches, with deadlines."""

from bot.inference.local import LocalClassifier, LocalSummarizer, local_models

__all__ = ["LocalClassifier", "LocalSummarizer", "local_models"]
