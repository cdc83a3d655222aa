"""Requests to the homeserver: transport, login, refusals in our own words."""
