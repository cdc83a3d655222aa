"""What the bot does on Discord: posts, private words, measures."""
