"""What the bot knows of rooms: people, power, encryption, upgrades."""
