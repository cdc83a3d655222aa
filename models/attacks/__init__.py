"""Flags attacks on people who take part in a discussion, with a small model that runs on the same machine."""

from models.attacks.classifier import AttackClassifier
from models.attacks.foreign import ForeignClassifier
from models.attacks.judgement import Band, Judgement, Passage, Span, Target

__all__ = ["AttackClassifier", "Band", "ForeignClassifier", "Judgement", "Passage", "Span", "Target"]
