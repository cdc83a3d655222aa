"""What a reader of the code may rely on: sizes, names, annotations, docstrings."""

import ast
import re
import statistics
import subprocess
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST_MODULE = 500
LONGEST_FUNCTION = 40
SHARE_OF_SHORT_FUNCTIONS = 0.95
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "constants", "misc"}


@dataclass(frozen=True)
class Source:
    path: Path

    @property
    def name(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @property
    def length(self) -> int:
        return self.text.count("\n")

    @cached_property
    def declared(self) -> set[ast.AST]:
        """Methods of protocols, which have no body."""
        return {
            function
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ClassDef) and any("Protocol" in ast.unparse(base) for base in node.bases)
            for function in node.body
        }

    @property
    def functions(self) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
        return [node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


@lru_cache
def shipped() -> tuple[Source, ...]:
    packages = ("bot", "cogs", "models")
    return tuple(Source(path) for package in packages for path in sorted((ROOT / package).rglob("*.py")))


def test_no_module_is_too_long():
    assert [source.name for source in shipped() if source.length > LONGEST_MODULE] == []


def test_the_median_module_is_short():
    assert statistics.median(source.length for source in shipped()) <= 150


def test_nearly_all_functions_are_short():
    lengths = {
        f"{source.name}:{node.lineno} {node.name}": _lines_of_code(node)
        for source in shipped()
        for node in source.functions
    }
    long = sorted((name for name, length in lengths.items() if length > LONGEST_FUNCTION), key=lengths.__getitem__)
    assert len(long) <= (1 - SHARE_OF_SHORT_FUNCTIONS) * len(lengths), long


def _lines_of_code(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    total = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        total -= (first.end_lineno or first.lineno) - first.lineno + 1
    return total


def test_every_function_is_annotated():
    assert [
        f"{source.name}:{node.lineno} {node.name}"
        for source in shipped()
        for node in source.functions
        if node.returns is None or any(argument.annotation is None for argument in _arguments(node))
    ] == []


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> list[ast.arg]:
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, *filter(None, (given.vararg, given.kwarg))]
    return [argument for argument in every if argument.arg not in {"self", "cls"}]


def test_every_module_says_what_lives_there():
    empty = [source for source in shipped() if source.text.strip() and not ast.get_docstring(source.tree)]
    assert [source.name for source in empty] == []


def test_no_module_has_an_empty_name():
    named = {source.path.stem for source in shipped()} | {source.path.parent.name for source in shipped()}
    assert named & EMPTY_NAMES == set()


def test_nothing_is_a_stub():
    assert [
        f"{source.name}:{node.lineno} {node.name}"
        for source in shipped()
        if "testing/contracts" not in source.name  # a contract suite leaves its subject to whoever runs it
        for node in source.functions
        if node not in source.declared and _is_stub(node)
    ] == []


def _is_stub(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A docstring that says why nothing is done is a body; `...`, `pass` and NotImplementedError are none."""
    last = ast.unparse(node.body[-1])
    return last in {"...", "pass"} or last.startswith("raise NotImplementedError")


FOREIGN = re.compile(
    rb"(^|[^A-Za-z0-9_.~-])/(home|root|work|srv|mnt)/[A-Za-z]"  # paths of somebody's machine
    rb"|(index-url|registry|proxy)\s*=\s*[\"']?https?://"  # where somebody's packages come from
)


def test_no_tracked_file_knows_the_machine_it_was_written_on():
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    names = [Path(name.decode()) for name in listed.split(b"\0") if name]
    texts = {name: (ROOT / name).read_bytes() for name in names if (ROOT / name).is_file()}
    assert [str(name) for name, text in texts.items() if b"\0" not in text[:8000] and FOREIGN.search(text)] == []
