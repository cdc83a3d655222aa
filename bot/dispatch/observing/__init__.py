"""Counts and looks: what an operator, a moderator or a monitoring system is shown of the running bot."""
