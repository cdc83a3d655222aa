"""Protocols between the core's parts: what a cog may ask for, what a platform and a store must do."""
