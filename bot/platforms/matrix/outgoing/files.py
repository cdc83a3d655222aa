"""Files and pictures that the bot posts: given to the homeserver first, sealed where the room is encrypted."""

import asyncio
import mimetypes
from pathlib import PurePosixPath
from typing import Any

from bot.domain.document import Picture
from bot.domain.text import harmless
from bot.platforms.matrix.crypto.attachments import sealed
from bot.platforms.matrix.outgoing.sender import Sender
from bot.platforms.matrix.render import content
from bot.platforms.matrix.render.blocks import LONGEST_DESCRIPTION
from bot.platforms.matrix.render.spans import clipped

_PNG = b"\x89PNG\r\n\x1a\n"
_SIZE_ENDS = 24
_LONGEST_NAME = 120


class Files:
    def __init__(self, sender: Sender) -> None:
        self._sender = sender

    async def picture(self, room: str, picture: Picture) -> content.Content:
        """What it shows stands in its body, for whoever does not see it."""
        kind, info = "image/png", {"mimetype": "image/png", "size": len(picture.png), **_size(picture.png)}
        said = " ".join(clipped(harmless(picture.description), LONGEST_DESCRIPTION).split()) or "picture"
        where = await self._stored(room, picture.png, "picture.png", kind)
        return {**content.file("m.image", said, where, info), "filename": "picture.png"}

    async def file(self, room: str, name: str, data: bytes) -> content.Content:
        shown = file_name(name)
        kind = mimetypes.guess_type(shown)[0] or "application/octet-stream"
        where = await self._stored(room, data, shown, kind)
        return content.file("m.file", shown, where, {"mimetype": kind, "size": len(data)})

    async def _stored(self, room: str, data: bytes, name: str, kind: str) -> dict[str, Any]:
        if not await self._sender.is_encrypted(room):
            return {"url": await self._sender.upload(data, name, kind)}
        ciphertext, keys = await asyncio.to_thread(sealed, data)
        return {"file": {**keys, "url": await self._sender.upload(ciphertext, None, "application/octet-stream")}}


def file_name(name: str) -> str:
    """The name without the folders before it and what steers a terminal."""
    bare = " ".join(PurePosixPath(harmless(name).replace("\\", "/").replace("\ufffd", "")).name.split())
    stem, dot, kind = bare.rpartition(".")
    whole = f"{stem[:_LONGEST_NAME]}{dot}{kind[:_LONGEST_NAME]}".strip()
    return whole if whole.strip(".") else "file"


def _size(png: bytes) -> dict[str, int]:
    """Width and height as the picture's head has them; nothing for what is no PNG."""
    if not png.startswith(_PNG) or len(png) < _SIZE_ENDS:
        return {}
    return {"w": int.from_bytes(png[16:20]), "h": int.from_bytes(png[20:24])}
