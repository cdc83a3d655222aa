"""Members as the gateway gives them when it is asked for them (op 8)."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.platforms.discord.standin.servers import Server

_IN_ONE = 1_000


def chunks(server: "Server", asked: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """By ids, by the beginning of a name, or all of them."""
    missing: list[str] = []
    if asked.get("user_ids"):
        wanted = asked["user_ids"] if isinstance(asked["user_ids"], list) else [asked["user_ids"]]
        found = [server.members[int(user)] for user in wanted if int(user) in server.members]
        missing = [str(user) for user in wanted if int(user) not in server.members]
    else:
        start = asked.get("query", "").lower()
        found = [one for one in server.members.values() if one["user"]["username"].lower().startswith(start)]
        found = found[: asked["limit"]] if asked.get("limit") else found
    parts = [found[at : at + _IN_ONE] for at in range(0, len(found), _IN_ONE)] or [[]]
    for number, part in enumerate(parts):
        chunk = {"guild_id": str(server.id), "members": part, "chunk_index": number, "chunk_count": len(parts)}
        yield {**chunk, "not_found": missing, **({"nonce": asked["nonce"]} if asked.get("nonce") else {})}
