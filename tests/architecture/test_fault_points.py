"""Every durable or external step names its fault point, and no transaction passes them by."""

import ast
import re
from collections import Counter
from pathlib import Path

from bot.fault_points import FaultPoint

BOT = Path(__file__).parents[2] / "bot"
TREES = {
    path.relative_to(BOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for path in BOT.rglob("*.py")
    if "testing" not in path.parts  # the contract suites call a platform by themselves
}
DATABASE = "storage/file/database.py"
SNAPSHOT = "storage/copies/snapshot.py"  # one statement that reads the store into a file of its own


def _calls(name):
    """(module, call) of every call of a method or function of this name."""
    for module, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == name:
                yield module, node


def _points_of(calls):
    return Counter(ast.unparse(call.args[0]) if call.args else "none" for _, call in calls)


def test_every_write_to_the_store_names_a_point_of_its_own():
    writes = [(module, call) for module, call in _calls("write") if "database" in ast.unparse(call.func)]
    assert writes
    assert all(module.startswith("storage/") for module, _ in writes)
    points = _points_of(writes)
    assert all(re.fullmatch(r"FaultPoint\.[A-Z_]+", point) for point in points), points
    assert set(points.values()) == {1}, points


def test_every_point_is_used():
    used = {name for _, call in _calls("write") for name in map(ast.unparse, call.args[:1])}
    used |= {ast.unparse(call.args[0]) for _, call in _calls("reached")}
    assert {f"FaultPoint.{point.name}" for point in FaultPoint} <= used


def test_every_request_to_a_platform_is_marked_on_both_sides():
    applied = [module for module, call in _calls("apply") if "platform" in ast.unparse(call.func).lower()]
    assert applied == ["dispatch/executor.py"]
    marked = [
        ast.unparse(call.args[1])
        for module, call in _calls("reached")
        if module == applied[0] and ast.unparse(call.args[0]) == "FaultPoint.PLATFORM_APPLY"
    ]
    assert sorted(marked) == ["Phase.AFTER", "Phase.BEFORE"]


def test_nothing_else_opens_a_transaction():
    opening = {
        module for name in ("begin", "begin_nested", "commit", "connect") for module, call in _calls(name) if _sql(call)
    }
    assert opening <= {DATABASE, SNAPSHOT}
    raw = {
        module
        for module, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.match(r"(BEGIN|COMMIT|SAVEPOINT)\b", node.value)
    }
    assert raw <= {DATABASE}


def _sql(call):
    """Whether it could be a connection's or an engine's: the port `Journal.commit` takes an outcome."""
    owner = ast.unparse(call.func)
    return "journal" not in owner and (
        any(word in owner for word in ("engine", "_writer", "_readers", "connection", "sqlite3"))
    )
