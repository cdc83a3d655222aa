"""How the figures in the model cards were measured, re-runnable; no part of the installed package."""
