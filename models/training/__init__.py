"""How the weights were made, re-runnable; no part of the installed package."""
