"""Telling others on this machine how the bot is: health, metrics, systemd."""
