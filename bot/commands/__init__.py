"""One command table for every platform: text with a prefix, the platform's own commands, help."""
