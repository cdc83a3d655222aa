"""A stand-in for `Homeserver.call` where a test needs its refusals, or the order of its questions, to be just so."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from bot.errors import Gone

Answer = dict[str, Any] | Exception | Callable[[], Any]


class Scripted:
    """Answers by the end of the path; of several answers each is given once, and the last of them from then on."""

    def __init__(self, user: str = "@folkmoot:one.example") -> None:
        self.user = user
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self._answers: dict[str, list[Answer]] = {}

    def on(self, ending: str, *answers: Answer) -> None:
        self._answers[ending] = list(answers)

    async def call(self, method: str, path: str, body: Any = None, **rest: Any) -> dict[str, Any]:
        path = unquote(path)
        self.asked.append((method, path, dict(rest.get("query") or {})))
        found = next((answers for ending, answers in self._answers.items() if path.endswith(ending)), None)
        if found is None:
            raise Gone("the homeserver does not know it")
        answer = found.pop(0) if len(found) > 1 else found[0]
        answer = answer() if callable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, dict)
        return answer
