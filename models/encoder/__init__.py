"""Sentence embeddings: each sentence becomes a direction, and like-sounding sentences lie close together."""

from models.encoder.sentence_encoder import DIMENSIONS, SentenceEncoder

__all__ = ["DIMENSIONS", "SentenceEncoder"]
