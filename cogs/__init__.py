"""One folder per feature; cogs import bot.api only."""
