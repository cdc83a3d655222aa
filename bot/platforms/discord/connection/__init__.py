"""Talking to Discord: the client, its settings, what refusals mean, how much may be asked."""
