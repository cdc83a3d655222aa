"""A real Synapse on this machine's loopback, in a temporary folder: started, killed, started again, stopped."""

import hashlib
import hmac
import json
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from tests.platforms.matrix.homeserver.settings import write_settings

PASSWORD = "correct horse battery"
_SERVER_NAME = "test.local"
_PATIENCE = 120.0
"""Seconds after which a server that does not answer has failed; a stop, not a measure."""

# The server dies with whoever started it, also where that was killed.
_RUN = """
import ctypes, signal, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
from synapse.app.homeserver import main
main()
"""


class SynapseFailed(Exception):
    """It did not start, or refused what tests need; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Account:
    """A fresh login; every account has the same password, `PASSWORD`."""

    user: str
    token: str
    device: str


def missing() -> str | None:
    """Why no Synapse can be started here; None: it can."""
    return None if find_spec("synapse") else "Synapse is not installed (pip install -e '.[dev]' brings it)"


def free_port() -> int:
    """A port that nobody holds, below those that outgoing connections take: it is still free after a kill."""
    while True:
        port = random.randrange(15_000, 32_000)
        with suppress(OSError), socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(("127.0.0.1", port))
            return port


class Synapse:
    """One homeserver; made with `started`.

    Attributes:
        folder: with its database, configuration and `homeserver.log`.
        url: the address for clients.
        name: what comes after the colon in user ids.
    """

    def __init__(
        self,
        folder: Path,
        *,
        limited: bool = False,
        name: str = _SERVER_NAME,
        port: int | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder, self.name = folder, name
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "homeserver.log"
        self._output = folder / "output"
        self._secret = f"secret {random.getrandbits(64):x}"
        self._settings = write_settings(folder, self.port, name, self._secret, limited=limited, more=dict(more or {}))
        self._process: subprocess.Popen[bytes] | None = None
        self._number = 0

    # --- its life -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start it, also again after `kill` or `stop`, on the same port and data; returns when it answers."""
        assert self._process is None, "it runs already"
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _RUN, "-c", str(self._settings)], cwd=self.folder, stdout=output, stderr=output
            )
        if not waited(self._answers):
            self.kill()
            raise SynapseFailed(f"Synapse did not answer within {_PATIENCE:.0f} s: {self.last_words}")

    def _answers(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            self._process = None
            raise SynapseFailed(f"Synapse ended at once: {self.last_words}")
        with suppress(OSError, HTTPException):
            return self.request("GET", "/health", patience=5)[0] == 200
        return False

    def kill(self) -> None:
        """Like a power cut."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def last_words(self) -> str:
        texts = (path.read_text(errors="replace")[-2_000:] for path in (self._output, self.log) if path.exists())
        return "\n".join((*texts, f"(the whole log: {self.log})"))

    # --- its people ---------------------------------------------------------------------------------------------

    def register(self, name: str, *, admin: bool = False, exact: bool = False) -> Account:
        """A new account with a name like the given one (`exact`: just this one)."""
        self._number += 1
        name = name if exact else f"{name}-{self._number}"
        path = "/_synapse/admin/v1/register"
        nonce = self._registering("GET", path)["nonce"]
        signed = "\0".join((nonce, name, PASSWORD, "admin" if admin else "notadmin"))
        mac = hmac.new(self._secret.encode(), signed.encode(), hashlib.sha1).hexdigest()
        body = {"nonce": nonce, "username": name, "password": PASSWORD, "admin": admin, "mac": mac}
        answer = self._registering("POST", path, body)
        return Account(answer["user_id"], answer["access_token"], answer["device_id"])

    def _registering(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        status, answer = self.request(method, path, body)
        if status != 200:
            raise SynapseFailed(f"no account: HTTP {status} {answer}: {self.last_words}")
        return answer

    def request(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        patience: float = 30.0,
    ) -> tuple[int, dict[str, Any]]:
        """A request that waits for its answer here and now: status and JSON."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=patience)
        try:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        try:
            answer = json.loads(text)
        except ValueError:
            answer = {"text": text.decode(errors="replace")}
        return response.status, answer


@contextmanager
def started(*, keep: Callable[[], bool] = lambda: False, **options: Any) -> Iterator[Synapse]:
    """A running server in a folder of its own, gone afterwards unless `keep` says to; kept where it failed to start."""
    folder = Path(tempfile.mkdtemp(prefix="folkmoot-synapse-"))
    server = Synapse(folder, **options)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        if not keep():
            shutil.rmtree(folder, ignore_errors=True)


def waited(until: Callable[[], bool]) -> bool:
    """Whether it came true before patience ran out."""
    end = time.monotonic() + _PATIENCE
    while not until():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
