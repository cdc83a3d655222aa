"""Texts on which careless regular expressions take forever, and every expression in the code with the ways it is used."""

# ruff: noqa: E501 - what expressions repeat, many to a line

import ast
import importlib
import pkgutil
import re
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from time import process_time

PACKAGES = ("bot", "cogs", "models")
NOT_SHIPPED = (
    "models.training",
    "models.evaluation",
    "bot.testing.contracts",
    "bot.storage.migrations",
    "bot.__main__",
)
LENGTH, LONGER = 4_000, 120_000
SUSPECT, TOO_MUCH = 0.006, 1.5
"""Seconds of the processor. What takes so long on a text is tried on a longer one of its kind: a linear expression then
needs a fraction of `TOO_MUCH`, a quadratic one a multiple."""

_UNITS = (
    *("a", "A", "1", " ", "\n", "\t", ".", "!", "?", "…", "'", '"', "“", "<", "@", "_", "-", "*", "#", ">", "(", ")", "[", "]"),
    *("`", "\\", "=", "|", "$", "&", ",", ";", ":", "/", "é", "\u0301", "\u200b", "\u202e", "字", "。", "😀", "👍", "\ud800"),
    *("<@", "<@1", "<a:a", "@a", "a.", "a-", "a'", "- ", "* ", "> ", "\n>", "\n> ", "\n\n", "\n \n", "a ", "a b ", "1.", "1. "),
    *("www.", "https://", "](", "[a](", "```", "&gt;", "aB", "aB.", "wrote:", "a wrote: ", "you ", "not ", "so ", "and, "),
    *("I think ", "1:", "1d", "1 ", "a/", "*/", "b_", "%s", "{0}", "\x1b[", "@font-face {", "!uphold 1", "\r\n", ", ", ". "),
)  # fmt: skip
_AROUND = (("", "\x00"), ("[", ""))


def bombs(length: int = LENGTH) -> Iterator[str]:
    """Runs of what expressions repeat, with something before that starts a match and something behind that ends it."""
    return (bomb(unit, head, tail, length) for unit in _UNITS for head, tail in _AROUND)


def bomb(unit: str, head: str, tail: str, length: int) -> str:
    return head + unit * (length // len(unit)) + tail


@dataclass(frozen=True, order=True)
class Use:
    """An expression and how it is run: `match`, `search`, `finditer`..."""

    where: str
    pattern: str
    flags: int
    shape: str

    def is_slow(self) -> str | None:
        """A text on which it is not linear, if there is one."""
        for unit in _UNITS:
            for head, tail in _AROUND:
                before = process_time()
                stopped = too_slow(partial(self.run, bomb(unit, head, tail, LENGTH)))
                if process_time() - before > SUSPECT and not stopped:
                    stopped = too_slow(partial(self.run, bomb(unit, head, tail, LONGER)))
                if stopped:
                    return f"{head!r} + {unit!r} * n + {tail!r}"
        return None

    def run(self, text: str) -> None:
        compiled = re.compile(self.pattern, self.flags)
        if self.shape in ("match", "fullmatch"):
            getattr(compiled, self.shape)(text)
        else:
            for _ in compiled.finditer(text):  # search stops earlier; sub, split and findall go as far
                pass


def uses() -> list[Use]:
    """Every use of an expression that is written down in the code."""
    return sorted({use for module in modules() for use in _uses_in(module)})


def built() -> list[str]:
    """Places that make an expression of something at hand, as `module: argument`."""
    found = []
    for name in modules():
        made = (call.args[0] for call in _calls(name) if _is_on_re(call) and not _is_whole(call))
        found += [f"{name}: {ast.unparse(words)}" for words in made if not isinstance(words, ast.Constant)]
    return sorted(set(found))


def modules() -> list[str]:
    found = []
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        found += [module.name for module in pkgutil.walk_packages(path, f"{package}.") if _is_shipped(module.name)]
    return found


def _is_shipped(module: str) -> bool:
    return not any(module == other or module.startswith(f"{other}.") for other in NOT_SHIPPED)


def _uses_in(name: str) -> Iterator[Use]:
    compiled = {
        key: value for key, value in vars(importlib.import_module(name)).items() if isinstance(value, re.Pattern)
    }
    shapes: dict[str, set[str]] = {key: set() for key in compiled}
    for call in _calls(name):
        target = call.func.value if isinstance(call.func, ast.Attribute) else None
        if isinstance(target, ast.Name) and target.id in compiled:
            shapes[target.id].add(call.func.attr)
        for argument in call.args:
            if isinstance(argument, ast.Name) and argument.id in compiled:
                shapes[argument.id].add("finditer")  # whoever is given it may go all the way
        if _is_on_re(call) and call.func.attr != "compile" and isinstance(call.args[0], ast.Constant):
            yield Use(name, call.args[0].value, 0, call.func.attr)
    for key, value in compiled.items():
        if isinstance(value.pattern, str):
            for shape in shapes[key] or {"finditer"}:
                yield Use(f"{name}.{key}", value.pattern, value.flags, shape)


def _calls(name: str) -> Iterator[ast.Call]:
    source = importlib.util.find_spec(name).loader.get_source(name)  # type: ignore[union-attr]
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))


def _is_on_re(call: ast.Call) -> bool:
    function = call.func
    return (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id == "re"
        and function.attr != "escape"
    )


def _is_whole(call: ast.Call) -> bool:
    """Compiled at the top of a module: what comes of it is among the module's names."""
    return isinstance(call.args[0], ast.JoinedStr) and "_NAME" in ast.unparse(call.args[0])


def too_slow(work: Callable[[], object]) -> bool:
    """Whether it takes too much of this process's own time; it is broken off then."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, TOO_MUCH)
    try:
        work()
    except TimeoutError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return False


def main() -> None:
    """Print each use that is too slow on some text."""
    for use in uses():
        if text := use.is_slow():
            sys.stdout.write(f"{use.where} {use.shape} on {text}\n")
    sys.stdout.write("done\n")


if __name__ == "__main__":
    main()
