"""Slash commands, menus, buttons and forms: acknowledged at once, handed on as commands and answers."""
