"""Finding cogs, giving them what they ask for, and swapping them on a live bot."""
