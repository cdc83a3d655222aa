"""What a client turns people's gestures into: reactions, threads, commands, presses and forms."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tests.platforms.discord.standin.channels import Channel
from tests.platforms.discord.standin.interactions import Interaction, begin
from tests.platforms.discord.standin.permissions import Can
from tests.platforms.discord.standin.posts import HAS_THREAD, Post, message_data, walk
from tests.platforms.discord.standin.snowflakes import time_of

if TYPE_CHECKING:
    from tests.platforms.discord.standin.people import Person
    from tests.platforms.discord.standin.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5


# --- reactions and threads ----------------------------------------------------------------------------------


def emoji_data(emoji: str) -> dict[str, Any]:
    """A character, or "name:id" of a server's own."""
    name, _, identity = emoji.partition(":")
    return {"id": identity or None, "name": name, "animated": False}


def react(post: Post, user: int, emoji: str) -> None:
    who = post.reacted.setdefault(emoji, [])
    if user in who:
        return
    who.append(user)
    _reactions(post)
    server = post.channel.server
    data = {**_gesture(post, user, emoji), "message_author_id": str(post.author_id), "burst": False, "type": 0}
    if server:
        data["member"] = server.members[user]
    post.channel.world.emit("MESSAGE_REACTION_ADD", data, channel=post.channel)


def unreact(post: Post, user: int, emoji: str) -> None:
    who = post.reacted.get(emoji, [])
    if user in who:
        who.remove(user)
        _reactions(post)
        data = {**_gesture(post, user, emoji), "burst": False, "type": 0}
        post.channel.world.emit("MESSAGE_REACTION_REMOVE", data, channel=post.channel)


def _gesture(post: Post, user: int, emoji: str) -> dict[str, Any]:
    place = {"guild_id": str(post.channel.server.id)} if post.channel.server else {}
    return {
        "user_id": str(user),
        "channel_id": str(post.channel.id),
        "message_id": str(post.id),
        "emoji": emoji_data(emoji),
        **place,
    }


def _reactions(post: Post) -> None:
    bot = post.channel.world.bot.id
    post.data["reactions"] = [
        {
            "emoji": emoji_data(emoji),
            "count": len(who),
            "count_details": {"burst": 0, "normal": len(who)},
            "me": bot in who,
            "me_burst": False,
            "burst_colors": [],
        }
        for emoji, who in post.reacted.items()
        if who
    ]


def thread(
    world: "World", channel: Channel, name: str, by: int, *, on: Post | None = None, private: bool = False, **more: Any
) -> Channel:
    """On a message it takes its id; else a line in the channel tells of it (a public one)."""
    assert channel.server is not None
    if on is not None:
        opened = channel.server.open_thread(channel, name, by, identity=on.id, **more)
        on.change({"flags": on.data["flags"] | HAS_THREAD}, edited=False)
        answered = {"message_id": on.id, "channel_id": channel.id}
        world.post(opened, by, {"message_reference": answered}, type=21)
        return opened
    opened = channel.server.open_thread(channel, name, by, private=private, **more)
    if not private:
        reference = {"channel_id": str(opened.id), "guild_id": str(channel.server.id), "type": 0}
        world.post(channel, by, {"content": name}, type=18, message_reference=reference)
    return opened


def first_post(
    world: "World",
    opened: Channel,
    by: int,
    body: Mapping[str, Any],
    identity: int,
    files: Sequence[tuple[str, bytes]] = (),
) -> Post:
    """The message that a forum post begins with has the thread's own id."""
    post = Post(opened, message_data(identity, opened, world.people[by].data, time_of(identity)), by)
    world.write(post, body, files)
    world.address(post, body)
    opened.posts[identity] = post
    opened.data["last_message_id"] = str(identity)
    world.emit("MESSAGE_CREATE", post.event(), channel=opened, post=post)
    return post


# --- commands -----------------------------------------------------------------------------------------------


def _command(person: "Person", channel: Channel, name: str, kind: int) -> dict[str, Any]:
    """The one that this client offers there."""
    server = channel.server
    for command in person.world.commands.values():
        if (command["name"], command["type"]) != (name, kind):
            continue
        if "guild_id" in command and (server is None or command["guild_id"] != str(server.id)):
            continue
        needed = command["default_member_permissions"]
        if server is not None and needed is not None:
            wanted = Can(int(needed)) or Can.ADMINISTRATOR
            if wanted & ~channel.can(person.id):
                raise PermissionError(f"{name} is not offered to {person.name}")
        if server is not None and Can.USE_COMMANDS & ~channel.can(person.id):
            raise PermissionError(f"{person.name} may use no commands there")
        if server is None and command.get("contexts") is not None and 1 not in command["contexts"]:
            raise PermissionError(f"{name} is not offered in direct messages")
        return command
    offered = sorted(command["name"] for command in person.world.commands.values())
    raise LookupError(f"no command {name!r} of kind {kind} among {offered}")


def _within(command: Mapping[str, Any], path: Sequence[str]) -> tuple[Sequence[Mapping[str, Any]], list[int]]:
    """The options of a command or of one in a group, and the kinds on the way there."""
    options, kinds = command.get("options") or [], []
    for step in path:
        found = next((each for each in options if each["name"] == step and each["type"] in (1, 2)), None)
        if found is None:
            raise LookupError(f"{command['name']} has no {step!r}")
        kinds.append(found["type"])
        options = found.get("options") or []
    return options, kinds


def slash(person: "Person", channel: Channel, command: str, given: Mapping[str, Any]) -> Interaction:
    name, *path = command.split()
    found = _command(person, channel, name, 1)
    options, kinds = _within(found, path)
    unknown = set(given) - {each["name"] for each in options}
    if unknown:
        raise LookupError(f"{command} has no options {unknown}")
    resolved: dict[str, Any] = {}
    written = []
    for option in options:
        if option["name"] in given:
            written.append(_option(channel, option, given[option["name"]], resolved))
        elif option.get("required"):
            raise LookupError(f"{command} needs {option['name']}")
    return begin(person, channel, COMMAND, _command_data(found, path, kinds, written, resolved))


def autocomplete(
    person: "Person", channel: Channel, command: str, option: str, text: str, given: Mapping[str, Any]
) -> Interaction:
    name, *path = command.split()
    found = _command(person, channel, name, 1)
    options, kinds = _within(found, path)
    asked = next(each for each in options if each["name"] == option)
    if not asked.get("autocomplete"):
        raise PermissionError(f"{option} of {command} is not completed")
    resolved: dict[str, Any] = {}
    written = [_option(channel, each, given[each["name"]], resolved) for each in options if each["name"] in given]
    written.append({"name": option, "type": asked["type"], "value": text, "focused": True})
    return begin(person, channel, AUTOCOMPLETE, _command_data(found, path, kinds, written, resolved))


def _command_data(
    command: Mapping[str, Any],
    path: Sequence[str],
    kinds: Sequence[int],
    written: list[Any],
    resolved: Mapping[str, Any],
) -> dict[str, Any]:
    for step, kind in zip(reversed(path), reversed(kinds), strict=True):
        written = [{"name": step, "type": kind, "options": written}]
    data = {"id": command["id"], "name": command["name"], "type": command["type"], "options": written}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data | ({"resolved": resolved} if resolved else {})


def _option(channel: Channel, option: Mapping[str, Any], value: Any, resolved: dict[str, Any]) -> dict[str, Any]:
    kind = option["type"]
    if kind in (6, 7, 8, 9):
        identity = value if isinstance(value, int) else value.id
        _resolve(channel, identity, resolved)
        return {"name": option["name"], "type": kind, "value": str(identity)}
    if option.get("choices") and value not in [each["value"] for each in option["choices"]]:
        raise LookupError(f"{value!r} is not offered for {option['name']}")
    expected = {3: str, 4: int, 5: bool, 10: (int, float)}[kind]
    if not isinstance(value, expected):
        raise TypeError(f"{option['name']} takes {expected}, not {value!r}")
    if kind == 3 and not (option.get("min_length") or 0) <= len(value) <= (option.get("max_length") or 6000):
        raise ValueError(f"{option['name']} is too short or too long")
    if kind in (4, 10):
        low, high = option.get("min_value"), option.get("max_value")
        if (low is not None and value < low) or (high is not None and value > high):
            raise ValueError(f"{option['name']} is out of bounds")
    return {"name": option["name"], "type": kind, "value": value}


def _resolve(channel: Channel, identity: int, resolved: dict[str, Any]) -> None:
    world, server = channel.world, channel.server
    if identity in world.people:
        resolved.setdefault("users", {})[str(identity)] = world.people[identity].data
        if server and identity in server.members:
            slim = {
                name: value for name, value in server.members[identity].items() if name not in ("user", "deaf", "mute")
            }
            slim["permissions"] = str(int(channel.can(identity)))
            resolved.setdefault("members", {})[str(identity)] = slim
    elif server and identity in server.roles:
        resolved.setdefault("roles", {})[str(identity)] = server.roles[identity]
    else:
        data = {**world.channels[identity].wire(), "permissions": "0"}
        resolved.setdefault("channels", {})[str(identity)] = data


def menu(person: "Person", name: str, target: "Post | Person", channel: Channel | None) -> Interaction:
    if isinstance(target, Post):
        found = _command(person, target.channel, name, 3)
        resolved: dict[str, Any] = {"messages": {str(target.id): target.wire()}}
        channel = target.channel
    else:
        assert channel is not None
        found, resolved = _command(person, channel, name, 2), {}
        _resolve(channel, target.id, resolved)
    data = {"id": found["id"], "name": name, "type": found["type"], "target_id": str(target.id), "resolved": resolved}
    if "guild_id" in found:
        data["guild_id"] = found["guild_id"]
    return begin(person, channel, COMMAND, data)


# --- components and forms -----------------------------------------------------------------------------------


def press(person: "Person", post: Post, button: str) -> Interaction:
    _sees(person, post)
    found = post.button(button)
    if found.get("disabled") or "custom_id" not in found:
        raise PermissionError(f"{button!r} cannot be pressed")
    data = {"custom_id": found["custom_id"], "component_type": 2, "id": found["id"]}
    return begin(person, post.channel, COMPONENT, data, message=post)


def choose(person: "Person", post: Post, select: str, values: Sequence[str]) -> Interaction:
    _sees(person, post)
    found = next(
        each for each in post.controls if each["type"] != 2 and select in (each["custom_id"], each.get("placeholder"))
    )
    offered = {option["value"] for option in found.get("options") or ()}
    if found["type"] == 3 and not set(values) <= offered:
        raise LookupError(f"{values} are not all among {offered}")
    data = {"custom_id": found["custom_id"], "component_type": found["type"], "id": found["id"], "values": list(values)}
    return begin(person, post.channel, COMPONENT, data, message=post)


def _sees(person: "Person", post: Post) -> None:
    if post.deleted or post.only_for not in (None, person.id) or Can.VIEW & ~post.channel.can(person.id):
        raise PermissionError(f"{person.name} does not see that")


def submit(person: "Person", interaction: Interaction, fields: Mapping[str, str | Sequence[str]]) -> Interaction:
    form = interaction.modal
    assert form is not None, "no form was opened"
    assert interaction.person is person
    left = dict(fields)
    components = [_filled(each, left) for each in form["components"]]
    if left:
        raise LookupError(f"the form has no fields {set(left)}")
    data = {"custom_id": form["custom_id"], "components": components}
    return begin(person, interaction.channel, MODAL, data, message=interaction.message)


def _filled(component: Mapping[str, Any], left: dict[str, Any]) -> dict[str, Any]:
    """A part of the form as it is sent back; takes what it used out of `left`."""
    answered: dict[str, Any] = {"type": component["type"], "id": component["id"]}
    if component["type"] == 1:
        return answered | {"components": [_filled(each, left) for each in component["components"]]}
    if component["type"] == 18:
        inner = component["component"]
        if component["label"] in left:
            left[inner["custom_id"]] = left.pop(component["label"])
        return answered | {"component": _filled(inner, left)}
    if "custom_id" not in component:
        return answered
    answered["custom_id"] = component["custom_id"]
    if component.get("label") in left:
        left[component["custom_id"]] = left.pop(component["label"])
    value = left.pop(component["custom_id"], None)
    required = component.get("required", True)
    if component["type"] != 4:
        values = [value] if isinstance(value, str) else list(value or ())
        return answered | {"values": values}
    text = str(value or component.get("value") or "") if value is None else str(value)
    if (required and not text) or (text and len(text) < (component.get("min_length") or 0)):
        raise ValueError(f"{component['custom_id']} must be filled in")
    if len(text) > (component.get("max_length") or 4000):
        raise ValueError(f"{component['custom_id']} is too long")
    return answered | {"value": text}


def modal_fields(form: Mapping[str, Any]) -> list[str]:
    """Custom ids of what can be filled in."""
    return [each["custom_id"] for each in walk(form["components"]) if "custom_id" in each]
