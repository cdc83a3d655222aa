"""Intents: which events a client that identified with them is told of."""

GUILDS, MEMBERS, MODERATION, WEBHOOKS, VOICE, PRESENCES = 1 << 0, 1 << 1, 1 << 2, 1 << 5, 1 << 7, 1 << 8
MESSAGES, REACTIONS, DIRECT_MESSAGES, DIRECT_REACTIONS, CONTENT = 1 << 9, 1 << 10, 1 << 12, 1 << 13, 1 << 15
AUTOMOD_RULES, AUTOMOD_ACTIONS = 1 << 20, 1 << 21

KNOWN = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))

_ALWAYS = {"READY", "RESUMED", "INTERACTION_CREATE", "GUILD_MEMBERS_CHUNK", "USER_UPDATE", "RATE_LIMITED"}
_BY_EVENT = {
    "MESSAGE_REACTION": (REACTIONS, DIRECT_REACTIONS),
    "MESSAGE_POLL": (1 << 24, 1 << 25),
    "MESSAGE": (MESSAGES, DIRECT_MESSAGES),
    "GUILD_MEMBER": (MEMBERS, MEMBERS),
    "GUILD_BAN": (MODERATION, MODERATION),
    "GUILD_AUDIT_LOG": (MODERATION, MODERATION),
    "AUTO_MODERATION_ACTION": (AUTOMOD_ACTIONS, AUTOMOD_ACTIONS),
    "AUTO_MODERATION_RULE": (AUTOMOD_RULES, AUTOMOD_RULES),
    "WEBHOOKS": (WEBHOOKS, WEBHOOKS),
    "TYPING": (1 << 11, 1 << 14),
    "INVITE": (1 << 6, 1 << 6),
    "CHANNEL": (GUILDS, DIRECT_MESSAGES),
    "GUILD": (GUILDS, GUILDS),
    "THREAD": (GUILDS, GUILDS),
}


def needed(event: str, *, direct: bool) -> int:
    """The intent that an event needs; 0: none."""
    if event in _ALWAYS:
        return 0
    for name, (in_server, alone) in _BY_EVENT.items():
        if event.startswith(name):
            return alone if direct else in_server
    raise LookupError(f"nobody knows which intent {event} needs")
