"""Requests as routes see them, and the table of routes."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.platforms.discord.standin.portal import Portal
    from tests.platforms.discord.standin.world import World

_KINDS = {"emoji": r"([^/]+)", "token": r"([\w.\-]+)"}


@dataclass
class Asked:
    """A request and what came of it.

    `reason`: of the audit log, decoded. `status` and `code`: of the answer; None: it was cut off.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    files: Sequence[tuple[str, bytes]]
    reason: str | None
    status: int | None = None
    code: int | None = None
    left: set[str] = field(default_factory=set)
    """Keys of the body that the route does not know."""

    @property
    def line(self) -> str:
        return f"{self.method} {self.path}"

    def number(self, name: str, default: int) -> int:
        return int(self.query.get(name, default))


@dataclass(frozen=True)
class Site:
    """What routes work on."""

    world: "World"
    portal: "Portal"
    gateway_address: Callable[[], str]


Handler = Callable[..., Any]
"""Given site, request and the parts of the path as numbers (texts for tokens and emoji): gives what to answer."""


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler
    fields: Collection[str] | None
    open: bool


class Routes:
    """Gathers the routes of a module."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def on(
        self, line: str, fields: Collection[str] | None = (), *, anybody: bool = False
    ) -> Callable[[Handler], Handler]:
        """`line`: "GET /channels/{channel}". `fields`: keys a body may have (None: any). `anybody`: needs no token."""
        method, path = line.split()
        pattern = re.sub(r"\{(\w+)\}", lambda found: _KINDS.get(found[1], r"(\d{1,20})"), path)

        def add(handler: Handler) -> Handler:
            self.all.append(Route(method, re.compile(pattern), handler, fields, anybody))
            return handler

        return add
