"""Flags attacks on people who take part in a discussion, with a small model that runs on the same machine."""

from models.attacks.classifier import AttackClassifier
from models.attacks.judgement import Judgement, Passage, Span, Target

__all__ = ["AttackClassifier", "Judgement", "Passage", "Span", "Target"]
