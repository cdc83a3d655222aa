"""One module per format, each with a `read(path)`."""

from bot.platforms.transcript.readers import discord_chat_exporter, jsonl, matrix_export, plain

__all__ = ["discord_chat_exporter", "jsonl", "matrix_export", "plain"]
