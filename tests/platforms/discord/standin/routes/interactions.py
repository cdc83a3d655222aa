"""Routes about interactions: the first answer within three seconds, more within fifteen minutes."""

from typing import Any

from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.checks.commands import check_choices
from tests.platforms.discord.standin.checks.components import check_modal
from tests.platforms.discord.standin.checks.texts import EDITED, FIELDS, check_post
from tests.platforms.discord.standin.gestures import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from tests.platforms.discord.standin.interactions import TOKEN_LASTS, Interaction
from tests.platforms.discord.standin.posts import EPHEMERAL, LOADING, Post
from tests.platforms.discord.standin.refusals import Errors, Refused, malformed
from tests.platforms.discord.standin.routes.messages import rewrite

routes = Routes()

PONG, ANSWER, PROMISE, LATER, REPLACE, COMPLETE, FORM = 1, 4, 5, 6, 7, 8, 9
_ALLOWED = {
    COMMAND: {ANSWER, PROMISE, FORM},
    COMPONENT: {ANSWER, PROMISE, LATER, REPLACE, FORM},
    AUTOCOMPLETE: {COMPLETE},
    MODAL: {ANSWER, PROMISE, LATER, REPLACE},
}


@routes.on("POST /interactions/{interaction}/{token}/callback", {"type", "data"}, anybody=True)
def callback(site: Site, asked: Asked, identity: int, token: str) -> Any:
    found = site.world.interactions.get(str(token))
    if found is None or found.id != identity:
        raise Refused(10062)
    if found.callback is not None:
        raise Refused(40060)
    if found.seconds > found.world.first_answer_within:
        raise Refused(10062)
    kind, data = asked.body.get("type"), asked.body.get("data") or {}
    if kind not in _ALLOWED[found.kind] or (found.message is None and kind in (LATER, REPLACE)):
        raise malformed(["type"], "BASE_TYPE_CHOICES", f"Value must be one of {sorted(_ALLOWED[found.kind])}.")
    _checked(asked, kind, data, found)
    found.callback, found.after = asked.body, found.seconds
    _answered(site, asked, found, kind, data)
    if asked.query.get("with_response") not in ("true", "1", "True"):
        return None
    return _response(found, kind)


def _checked(asked: Asked, kind: int, data: dict[str, Any], found: Interaction) -> None:
    try:
        if kind in (ANSWER, REPLACE):
            before = found.message.data if kind == REPLACE and found.message else None
            _known(asked, data, FIELDS)
            check_post(data, asked.files, ephemeral=True, before=before)
        elif kind == PROMISE:
            if (data.get("flags") or 0) & ~EPHEMERAL:
                raise malformed(["flags"], "MESSAGE_FLAGS_INVALID", "Invalid message flags")
        elif kind == FORM:
            errors = Errors()
            check_modal(errors, data)
            errors.raise_if_any()
        elif kind == COMPLETE:
            errors = Errors()
            check_choices(errors, ["data", "choices"], data.get("choices") or [], _focused(found.payload["data"]))
            errors.raise_if_any()
    except Refused as refused:
        if refused.errors and "data" not in refused.errors:
            raise Refused(refused.code, errors={"data": refused.errors}) from None
        raise


def _known(asked: Asked, data: dict[str, Any], fields: frozenset[str]) -> None:
    unknown = set(data) - fields
    if unknown:
        asked.left |= unknown


def _focused(data: dict[str, Any]) -> Any:
    """Type of the option that is being typed."""
    for option in data.get("options") or ():
        if option.get("focused"):
            return option["type"]
        if option.get("options"):
            return _focused(option)
    return 3


def _answered(site: Site, asked: Asked, found: Interaction, kind: int, data: dict[str, Any]) -> None:
    match kind:
        case 4:
            found.original = _post(site, asked, found, data)
        case 5:
            flags = (data.get("flags") or 0) | LOADING
            found.original = _post(site, asked, found, {"flags": data.get("flags") or 0}, loading=flags)
        case 6:
            found.original = found.message
        case 7:
            assert found.message is not None
            found.original = found.message
            asked.body = data
            rewrite(site, found.message, asked)
            asked.body = found.callback
        case 8:
            found.choices = data.get("choices") or []
        case 9:
            found.modal = _numbered(data)


def _post(
    site: Site,
    asked: Asked,
    found: Interaction,
    body: dict[str, Any],
    *,
    loading: int | None = None,
    followup: bool = False,
) -> Post:
    """Ephemeral ones are for the asker alone, and no event tells of them."""
    ephemeral = bool((body.get("flags") or 0) & EPHEMERAL)
    kind = 19 if followup else {2: 20}.get(found.kind, 19 if found.message else 0)
    if found.kind == COMMAND and found.payload["data"]["type"] != 1 and not followup:
        kind = 23
    metadata = {
        "id": str(found.id),
        "type": found.kind,
        "user": found.person.data,
        "authorizing_integration_owners": {},
    }
    post = site.world.post(
        found.channel,
        site.world.bot.id,
        body,
        asked.files,
        only_for=found.person.id if ephemeral else None,
        told=False,
        application_id=str(site.world.application_id),
        webhook_id=str(site.world.application_id),
        interaction_metadata=metadata,
        type=kind,
        **({"flags": loading} if loading is not None else {}),
    )
    site.world.emit("MESSAGE_CREATE", post.event(), channel=found.channel, post=post) if not ephemeral else None
    return post


def _numbered(form: dict[str, Any]) -> dict[str, Any]:
    number = 0
    for part in form["components"]:
        for each in (part, *(part.get("components") or ()), *([part["component"]] if part.get("component") else [])):
            number += 1
            each.setdefault("id", number)
    return form


def _response(found: Interaction, kind: int) -> dict[str, Any]:
    head: dict[str, Any] = {"id": str(found.id), "type": found.kind}
    answer: dict[str, Any] = {"interaction": head}
    if found.original is not None:
        head |= {
            "response_message_id": str(found.original.id),
            "response_message_loading": found.pending,
            "response_message_ephemeral": found.original.ephemeral,
        }
        if kind in (ANSWER, REPLACE) or kind == PROMISE:
            answer["resource"] = {"type": kind, "message": found.original.wire()}
    return answer


# --- later answers, through the token ---------------------------------------------------------------------------


def _token(site: Site, token: str) -> Interaction:
    """Of an interaction that was answered and can still be answered.

    Raises:
        Refused: 50027 the token has run out or is none; 10015 there is no first answer yet.
    """
    found = site.world.interactions.get(token)
    if found is None or found.seconds > TOKEN_LASTS:
        raise Refused(50027)
    if found.callback is None:
        raise Refused(10015)
    return found


def _original(found: Interaction) -> Post:
    if found.original is None or found.original.deleted:
        raise Refused(10008)
    return found.original


def follow_up(site: Site, asked: Asked, token: str) -> Any:
    """The first one after a promise keeps it, and is as private as the promise."""
    found = _token(site, token)
    if found.callback is not None and found.callback["type"] == COMPLETE:
        raise Refused(10015)
    check_post(asked.body, asked.files, ephemeral=True)
    if found.pending:
        return _keep_promise(site, asked, found, edited=False)
    post = _post(site, asked, found, asked.body, followup=True)
    found.followups.append(post)
    return post.wire()


def _keep_promise(site: Site, asked: Asked, found: Interaction, *, edited: bool) -> Any:
    post = _original(found)
    post.data["flags"] &= ~LOADING
    site.world.write(
        post, {"content": "", **asked.body, "flags": (asked.body.get("flags") or 0) & ~EPHEMERAL}, asked.files
    )
    site.world.address(post, asked.body)
    post.change({}, edited=edited)
    return post.wire()


def _edited(site: Site, asked: Asked, post: Post, found: Interaction) -> Any:
    before = None if found.pending and post is found.original else post.data
    if before is None:
        check_post(asked.body, asked.files, ephemeral=True)
        return _keep_promise(site, asked, found, edited=True)
    check_post(asked.body, asked.files, before=before)
    rewrite(site, post, asked)
    return post.wire()


@routes.on("GET /webhooks/{application}/{token}/messages/@original", anybody=True)
def get_original(site: Site, asked: Asked, application: int, token: str) -> Any:
    return _original(_token(site, str(token))).wire()


@routes.on("PATCH /webhooks/{application}/{token}/messages/@original", EDITED | {"poll"}, anybody=True)
def edit_original(site: Site, asked: Asked, application: int, token: str) -> Any:
    found = _token(site, str(token))
    return _edited(site, asked, _original(found), found)


@routes.on("DELETE /webhooks/{application}/{token}/messages/@original", anybody=True)
def delete_original(site: Site, asked: Asked, application: int, token: str) -> Any:
    post = _original(_token(site, str(token)))
    post.channel.take_away([post])


def _follow_up(found: Interaction, message: int) -> Post:
    mine = [post for post in (found.original, *found.followups) if post is not None and not post.deleted]
    post = next((one for one in mine if one.id == message), None)
    if post is None:
        raise Refused(10008)
    return post


@routes.on("GET /webhooks/{application}/{token}/messages/{message}", anybody=True)
def get_follow_up(site: Site, asked: Asked, application: int, token: str, message: int) -> Any:
    return _follow_up(_token(site, str(token)), message).wire()


@routes.on("PATCH /webhooks/{application}/{token}/messages/{message}", EDITED | {"poll"}, anybody=True)
def edit_follow_up(site: Site, asked: Asked, application: int, token: str, message: int) -> Any:
    found = _token(site, str(token))
    return _edited(site, asked, _follow_up(found, message), found)


@routes.on("DELETE /webhooks/{application}/{token}/messages/{message}", anybody=True)
def delete_follow_up(site: Site, asked: Asked, application: int, token: str, message: int) -> Any:
    post = _follow_up(_token(site, str(token)), message)
    post.channel.take_away([post])
