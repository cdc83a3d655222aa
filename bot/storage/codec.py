"""Events, effects and rows' values to JSON and back."""

import json
from datetime import datetime
from typing import Any, cast, get_args

from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.strategies import configure_tagged_union

from bot.domain.document import Block, Inline
from bot.domain.effect import Ask, Deliverable
from bot.domain.event import Event, MessageEdited, MessagePosted
from bot.domain.member import Standing
from bot.domain.message import Message
from bot.errors import CogError


def _converter() -> JsonConverter:
    converter = make_converter()
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_structure_hook(datetime, lambda value, _: datetime.fromisoformat(value))
    for union in (Inline, Block, Deliverable, Event):
        configure_tagged_union(union, converter, tag_name="kind")
    return converter


_CONVERTER = _converter()
_EVENTS: dict[str, type[Any]] = {kind.__name__: kind for kind in get_args(Event)}
_WITH_A_MESSAGE = (MessagePosted, MessageEdited)


def event_payload(event: Event) -> str:
    """The event without its kind, and without the message that it carries: that lies in `messages`."""
    if isinstance(event, _WITH_A_MESSAGE):
        return str(int(event.standing))
    return dumps(_CONVERTER.unstructure(event, unstructure_as=type(event)))


def event_from(kind: str, payload: str, message: Message | None) -> Event:
    """The event again; `message` is the one it carries, in its newest form."""
    event = _EVENTS[kind]
    if event in _WITH_A_MESSAGE:
        return cast("Event", event(message, Standing(int(payload))))
    return cast("Event", _CONVERTER.structure(json.loads(payload), event))


def effect_payload(effect: Deliverable) -> str:
    return verified_payload(effect, Deliverable)


def effect_from(payload: str) -> Deliverable:
    return cast("Deliverable", _CONVERTER.structure(json.loads(payload), Deliverable))  # type: ignore[arg-type] # cattrs takes unions, its types do not say so


def ask_from(payload: str) -> Ask:
    return _CONVERTER.structure(json.loads(payload), Ask)


def ask_payload(ask: Ask) -> str:
    return dumps(_CONVERTER.unstructure(ask, unstructure_as=Ask))


def verified_payload(value: Any, kind: Any) -> str:
    """What a cog gave, as text that can be read again.

    Raises:
        CogError: it is no `kind`, or holds what JSON does not have.
    """
    try:
        payload = value_payload(value, kind)
        value_from(payload, kind)
    except Exception as error:  # a converter meets whatever a cog put there, and raises whatever that leads to
        raise CogError(f"{type(value).__name__} cannot be stored: {_cause(error)}") from error
    return payload


def _cause(error: Exception) -> str:
    """Errors about types and attributes name only these; others quote what they were given."""
    return str(error) if isinstance(error, TypeError | AttributeError) else type(error).__name__


def value_payload(value: Any, kind: Any) -> str:
    """A value of a cog's own type; equal values give equal text."""
    return dumps(_CONVERTER.unstructure(value, unstructure_as=kind))


def value_from(payload: str, kind: Any) -> Any:
    return _CONVERTER.structure(json.loads(payload), kind)


def dumps(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
