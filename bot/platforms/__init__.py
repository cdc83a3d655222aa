"""Connections to where people talk: each translates between a platform and the core's events and effects."""
