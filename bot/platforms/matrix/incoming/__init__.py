"""From the homeserver's events to ours."""
