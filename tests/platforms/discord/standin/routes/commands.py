"""Routes about application commands, global ones and those of one server."""

from typing import Any

from tests.platforms.discord.standin.asked import Asked, Routes, Site
from tests.platforms.discord.standin.checks.commands import CHAT, FIELDS, check_command, check_commands
from tests.platforms.discord.standin.refusals import Errors, Refused
from tests.platforms.discord.standin.routes.needed import server_for

routes = Routes()

_KEPT = (
    "name_localizations", "description_localizations", "default_member_permissions", "options", "nsfw", "contexts",
)  # fmt: skip
_GLOBAL, _SERVER = "/applications/{application}/commands", "/applications/{application}/guilds/{server}/commands"


def _application(site: Site, application: int, server: int | None) -> None:
    if application != site.world.application_id:
        raise Refused(20012, status=403, message="You are not authorized to perform this action on this application")
    if server is not None:
        server_for(site, server)


def _of(site: Site, server: int | None) -> dict[int, dict[str, Any]]:
    wanted = None if server is None else str(server)
    return {identity: one for identity, one in site.world.commands.items() if one.get("guild_id") == wanted}


def _kept(site: Site, body: dict[str, Any], server: int | None) -> dict[str, Any]:
    """A command as it is given back; one of the same kind and name keeps its id."""
    kind = body.get("type") or CHAT
    earlier = [one for one in _of(site, server).values() if (one["type"], one["name"]) == (kind, body["name"])]
    identity = int(earlier[0]["id"]) if earlier else site.world.time.new_id()
    data: dict[str, Any] = {
        "id": str(identity),
        "application_id": str(site.world.application_id),
        "version": str(site.world.time.new_id()),
        "type": kind,
        "name": body["name"],
        "description": body.get("description") or "",
        "dm_permission": True,
        "integration_types": [0],
        **{name: body.get(name) for name in _KEPT},
        **({"guild_id": str(server)} if server is not None else {}),
    }
    data["nsfw"] = bool(data["nsfw"])
    data["options"] = data["options"] or []
    site.world.commands[identity] = data
    return data


def _put(site: Site, asked: Asked, application: int, server: int | None) -> Any:
    _application(site, application, server)
    check_commands(asked.body)
    before = _of(site, server)
    kept = [_kept(site, command, server) for command in asked.body]
    for identity in set(before) - {int(one["id"]) for one in kept}:
        del site.world.commands[identity]
    return kept


def _post(site: Site, asked: Asked, application: int, server: int | None) -> Any:
    _application(site, application, server)
    own = _of(site, server)
    kind = asked.body.get("type") or CHAT
    others = [one for one in own.values() if one["type"] == kind and one["name"] != asked.body.get("name")]
    if len(others) >= (100 if kind == CHAT else 5):
        raise Refused(30032)
    errors = Errors()
    check_command(errors, [], asked.body)
    errors.raise_if_any()
    return _kept(site, asked.body, server)


def _one(site: Site, application: int, server: int | None, command: int) -> dict[str, Any]:
    _application(site, application, server)
    found = _of(site, server).get(command)
    if found is None:
        raise Refused(10063)
    return found


def _patch(site: Site, asked: Asked, application: int, server: int | None, command: int) -> Any:
    found = _one(site, application, server, command)
    errors = Errors()
    whole = {name: value for name, value in found.items() if name in FIELDS and name != "dm_permission"} | asked.body
    check_command(errors, [], whole)
    errors.raise_if_any()
    found.update(asked.body)
    return found


@routes.on(f"GET {_GLOBAL}")
def list_global(site: Site, asked: Asked, application: int) -> Any:
    _application(site, application, None)
    return list(_of(site, None).values())


@routes.on(f"GET {_SERVER}")
def list_of_server(site: Site, asked: Asked, application: int, server: int) -> Any:
    _application(site, application, server)
    return list(_of(site, server).values())


@routes.on(f"PUT {_GLOBAL}", None)
def put_global(site: Site, asked: Asked, application: int) -> Any:
    return _put(site, asked, application, None)


@routes.on(f"PUT {_SERVER}", None)
def put_of_server(site: Site, asked: Asked, application: int, server: int) -> Any:
    return _put(site, asked, application, server)


@routes.on(f"POST {_GLOBAL}", FIELDS)
def post_global(site: Site, asked: Asked, application: int) -> Any:
    return _post(site, asked, application, None)


@routes.on(f"POST {_SERVER}", FIELDS)
def post_of_server(site: Site, asked: Asked, application: int, server: int) -> Any:
    return _post(site, asked, application, server)


@routes.on(f"GET {_GLOBAL}/{{command}}")
def get_global(site: Site, asked: Asked, application: int, command: int) -> Any:
    return _one(site, application, None, command)


@routes.on(f"PATCH {_GLOBAL}/{{command}}", FIELDS)
def patch_global(site: Site, asked: Asked, application: int, command: int) -> Any:
    return _patch(site, asked, application, None, command)


@routes.on(f"PATCH {_SERVER}/{{command}}", FIELDS)
def patch_of_server(site: Site, asked: Asked, application: int, server: int, command: int) -> Any:
    return _patch(site, asked, application, server, command)


@routes.on(f"DELETE {_GLOBAL}/{{command}}")
def delete_global(site: Site, asked: Asked, application: int, command: int) -> Any:
    del site.world.commands[int(_one(site, application, None, command)["id"])]


@routes.on(f"DELETE {_SERVER}/{{command}}")
def delete_of_server(site: Site, asked: Asked, application: int, server: int, command: int) -> Any:
    del site.world.commands[int(_one(site, application, server, command)["id"])]


@routes.on(f"GET {_SERVER}/permissions")
def permissions(site: Site, asked: Asked, application: int, server: int) -> Any:
    _application(site, application, server)
    return []
