"""What Discord checks in a post: lengths, embeds, files, what may stand beside components."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.platforms.discord.standin.checks.components import check_components
from tests.platforms.discord.standin.posts import COMPONENTS_V2, EPHEMERAL
from tests.platforms.discord.standin.refusals import Errors, Refused

FIELDS = frozenset(
    (
        "content", "nonce", "enforce_nonce", "tts", "embeds", "allowed_mentions", "message_reference", "components",
        "sticker_ids", "attachments", "flags", "poll",
    )
)  # fmt: skip
EDITED = frozenset(("content", "embeds", "flags", "allowed_mentions", "components", "attachments", "tts"))
LONGEST = 2_000
_MOST_FILES = _MOST_EMBEDS = 10
_EMBED_LENGTHS = {"title": 256, "description": 4096, "url": 2048}
_EMBEDS_TOGETHER = 6_000
_SUPPRESS, _SILENT, _VOICE = 1 << 2, 1 << 12, 1 << 13


def check_post(
    body: Any, files: Sequence[tuple[str, bytes]], *, ephemeral: bool = False, before: Mapping[str, Any] | None = None
) -> None:
    """`ephemeral`: whether the flag is allowed. `before`: the message that is edited.

    Raises:
        Refused: what Discord refuses it with.
    """
    if not isinstance(body, dict):
        raise Refused(50109)
    errors = Errors()
    flags = body.get("flags") or 0
    _check_flags(errors, flags, ephemeral=ephemeral, edited=before is not None)
    modern = bool((flags | (before or {}).get("flags", 0)) & COMPONENTS_V2)
    if body.get("content") is not None:
        errors.length(["content"], body["content"], 0, LONGEST)
    _check_embeds(errors, body.get("embeds"))
    _check_files(errors, body, files)
    _check_mentions(errors, body.get("allowed_mentions"))
    _check_nonce(errors, body)
    check_components(errors, ["components"], body.get("components"), modern=modern, files=[name for name, _ in files])
    if modern:
        _check_modern(errors, {**_left_standing(before), **body})
    _check_poll(errors, body.get("poll"))
    errors.raise_if_any()
    _check_not_empty(body, files, before)


def _check_flags(errors: Errors, flags: Any, *, ephemeral: bool, edited: bool) -> None:
    allowed = _SUPPRESS | COMPONENTS_V2 | (0 if edited else _SILENT | _VOICE) | (EPHEMERAL if ephemeral else 0)
    if not isinstance(flags, int) or flags & ~(allowed | (EPHEMERAL if edited else 0)):
        errors.add(["flags"], "MESSAGE_FLAGS_INVALID", "Invalid message flags")


def _check_modern(errors: Errors, body: Mapping[str, Any]) -> None:
    for name in ("content", "embeds", "sticker_ids", "poll"):
        if body.get(name):
            words = f"The '{name}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            errors.add([name], "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", words)


def _left_standing(before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an edit must clear before a message can become one of components."""
    return {name: (before or {}).get(name) for name in ("content", "embeds", "poll")}


def _check_not_empty(body: Mapping[str, Any], files: Sequence[object], before: Mapping[str, Any] | None) -> None:
    whole = {**(before or {}), **{name: value for name, value in body.items() if name in EDITED or name in FIELDS}}
    kinds = ("embeds", "components", "sticker_ids", "sticker_items", "poll")
    if (whole.get("message_reference") or {}).get("type") == 1:
        return
    content = (whole.get("content") or "").strip()
    if not content and not files and not whole.get("attachments") and not any(whole.get(kind) for kind in kinds):
        raise Refused(50006)


def _check_embeds(errors: Errors, embeds: Any) -> None:
    if not embeds:
        return
    if len(embeds) > _MOST_EMBEDS:
        errors.add(["embeds"], "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST_EMBEDS} or fewer in length.")
    total = 0
    for number, embed in enumerate(embeds):
        for name, most in _EMBED_LENGTHS.items():
            if embed.get(name) is not None:
                errors.length(["embeds", number, name], embed[name], 0, most)
        total += len(embed.get("title") or "") + len(embed.get("description") or "")
        if len(embed.get("fields") or ()) > 25:
            errors.add(["embeds", number, "fields"], "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
        for place, one in enumerate(embed.get("fields") or ()):
            errors.length(["embeds", number, "fields", place, "name"], one.get("name"), 1, 256)
            errors.length(["embeds", number, "fields", place, "value"], one.get("value"), 1, 1024)
            total += len(str(one.get("name"))) + len(str(one.get("value")))
        for name, part, most in (("footer", "text", 2048), ("author", "name", 256)):
            if embed.get(name):
                errors.length(["embeds", number, name, part], embed[name].get(part), 0, most)
                total += len(str(embed[name].get(part)))
    if total > _EMBEDS_TOGETHER:
        errors.add(["embeds"], "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")


def _check_files(errors: Errors, body: Mapping[str, Any], files: Sequence[tuple[str, bytes]]) -> None:
    if len(files) > _MOST_FILES:
        errors.add(["attachments"], "BASE_TYPE_MAX_LENGTH", f"Must be {_MOST_FILES} or fewer in length.")
    for number, each in enumerate(body.get("attachments") or ()):
        if each.get("description") is not None:
            errors.length(["attachments", number, "description"], each["description"], 0, 1024)
        new = isinstance(each.get("id"), int) or len(str(each.get("id"))) < 15
        if new and not 0 <= int(each["id"]) < len(files):
            errors.add(["attachments", number, "id"], "ATTACHMENT_NOT_FOUND", "There is no such file")


def _check_mentions(errors: Errors, allowed: Any) -> None:
    if allowed is None:
        return
    path = ["allowed_mentions"]
    unknown = set(allowed) - {"parse", "users", "roles", "replied_user"}
    if unknown or set(allowed.get("parse") or ()) - {"users", "roles", "everyone"}:
        errors.add([*path, "parse"], "BASE_TYPE_CHOICES", "Value must be one of ('users', 'roles', 'everyone').")
    for kind in ("users", "roles"):
        if len(allowed.get(kind) or ()) > 100:
            errors.add([*path, kind], "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.")
        if allowed.get(kind) and kind in (allowed.get("parse") or ()):
            words = f"parse:[{json.dumps(kind)}] and {kind}: [ids...] are mutually exclusive."
            errors.add(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", words)


def _check_nonce(errors: Errors, body: Mapping[str, Any]) -> None:
    nonce = body.get("nonce")
    if isinstance(nonce, str) and len(nonce) > 25:
        errors.add(["nonce"], "NONCE_TYPE_TOO_LONG", "Nonces must be no longer than 25 characters.")
    elif nonce is not None and not isinstance(nonce, str | int):
        errors.add(["nonce"], "NONCE_TYPE_INVALID", "Nonces must be strings or integers.")


def _check_poll(errors: Errors, poll: Any) -> None:
    if not poll:
        return
    errors.length(["poll", "question", "text"], (poll.get("question") or {}).get("text"), 1, 300)
    if not 1 <= len(poll.get("answers") or ()) <= 10:
        errors.add(["poll", "answers"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 10 in length.")
    for number, each in enumerate(poll.get("answers") or ()):
        errors.length(
            ["poll", "answers", number, "poll_media", "text"], (each.get("poll_media") or {}).get("text"), 1, 55
        )
