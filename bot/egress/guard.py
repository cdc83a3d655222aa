"""The guard of a running bot: Python code may open connections only to hosts that a platform declared.

It hears of them as Python's own audit events, so that it covers every library written in Python. It does not cover
native code that opens sockets by itself, other programs that a cog starts, nor a name that is handed to a bare
`socket.connect`, which the system looks up before Python asks. `bot.egress.seal` covers those.
"""

import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from bot.egress.hosts import Host, plain_name, stays_here
from bot.errors import EgressRefused
from bot.log import logger

_MOST_NAMED = 100
"""Hosts that the log names; whoever tries more than that is known by then."""

_NO_HOST = frozenset({getattr(socket, name, None) for name in ("AF_UNIX", "AF_NETLINK")})

_log = logger("egress")


class Guard:
    """Who may be talked to. `heard` is called with every audit event of the process, so it is quick to say no."""

    def __init__(self, hosts: Iterable[Host]) -> None:
        self._hosts = tuple(hosts)
        self._addresses: set[str] = set()
        """What the declared names stand for, as far as they were looked up."""
        self._named: set[str] = set()
        self._checks: dict[str, Callable[[tuple[Any, ...]], None]] = {
            "socket.connect": self._connects,
            "socket.sendto": self._connects,
            "socket.sendmsg": self._connects,
            "socket.getaddrinfo": self._looks_up,
            "socket.gethostbyname": self._looks_up,
            "socket.gethostbyaddr": self._looks_up,
            "socket.getnameinfo": self._looks_back,
        }

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raises EgressRefused where the event would reach a host that nobody declared."""
        check = self._checks.get(event)
        if check is not None:
            check(arguments)

    def learn(self, name: object, found: Iterable[tuple[Any, ...]]) -> None:
        """Take the addresses of a name that was looked up, if it is declared."""
        if any(host.covers(_text(name)) for host in self._hosts):
            self._addresses.update(str(info[4][0]) for info in found)

    def _connects(self, arguments: tuple[Any, ...]) -> None:
        used, address = arguments[0], arguments[1]
        if address is None or used.family in _NO_HOST:
            return
        if used.family in {socket.AF_INET, socket.AF_INET6} and isinstance(address, tuple):
            self._require(_text(address[0]))
        else:
            self._refuse(f"a host by way of {used.family!r}")

    def _looks_up(self, arguments: tuple[Any, ...]) -> None:
        self._require(_text(arguments[0]))

    def _looks_back(self, arguments: tuple[Any, ...]) -> None:
        self._require(_text(arguments[0][0]))

    def _require(self, name: str) -> None:
        if not (stays_here(name) or name in self._addresses or any(host.covers(name) for host in self._hosts)):
            self._refuse(plain_name(name))

    def _refuse(self, name: str) -> None:
        if name not in self._named and len(self._named) < _MOST_NAMED:
            self._named.add(name)
            _log.error("refused to connect: no platform declares this host; look for the cog that wanted it", host=name)
        raise EgressRefused(f"{name} is refused: the bot talks to the hosts of its platforms and to nobody else")


def _text(name: object) -> str:
    """A host's name as Python takes it: text, bytes, or None for this machine."""
    if name is None:
        return ""
    return name.decode("ascii", "replace") if isinstance(name, bytes | bytearray) else str(name)


class _Watch:
    """The process's one audit hook, which can never be taken away again, and the guard that it asks at the moment."""

    def __init__(self) -> None:
        self.guard: Guard | None = None
        self._hooked = False

    def hook(self) -> None:
        if not self._hooked:
            sys.addaudithook(self._heard)
            self._hooked = True

    def _heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.guard is not None:
            self.guard.heard(event, arguments)


_watch = _Watch()


@contextmanager
def guarding(hosts: Iterable[Host]) -> Iterator[Guard]:
    """Until the block ends, Python code of this process reaches these hosts, this machine, and nothing else."""
    guard, look_up = Guard(hosts), socket.getaddrinfo

    def learning(host: Any, *given: Any, **named: Any) -> Any:
        found = look_up(host, *given, **named)
        guard.learn(host, found)
        return found

    _watch.guard = guard
    _watch.hook()
    socket.getaddrinfo = learning
    try:
        yield guard
    finally:
        socket.getaddrinfo = look_up
        _watch.guard = None
