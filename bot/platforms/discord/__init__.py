"""Discord: one bot account on its servers (Discord's own API calls them guilds)."""
