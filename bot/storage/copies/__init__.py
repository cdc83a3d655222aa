"""Copies of the store: making, examining and restoring them."""
