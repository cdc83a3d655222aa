"""Measures attack classifiers side by side: `folkmoot evaluate attacks --data DIR`."""

from models.evaluation.attacks.report import evaluate

__all__ = ["evaluate"]
