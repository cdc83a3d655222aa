"""The page on writing a cog says what is so."""

import re
from pathlib import Path

from bot import api
from bot.loading.find import ENTRY_POINT_GROUP, forget_modules
from bot.testing.harness import Harness

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "writing-a-cog.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_on_the_page_is_the_one_that_runs():
    assert BLOCKS[0] == (ROOT / "docs" / "examples" / "thanks" / "__init__.py").read_text(encoding="utf-8")


def test_what_the_page_names_is_in_the_api():
    named = set(re.findall(r"`([A-Z][A-Za-z]+)\b", re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)))
    own = {"ThanksSettings", "Literal", "Annotated"}
    assert len(named) > 30
    assert named - own <= set(api.__all__)


def test_the_harness_has_what_the_page_names():
    for name in ("advance", "delete", "edit", "press", "say", "command", "started"):
        assert callable(getattr(Harness, name))


def test_the_entry_point_group_is_the_one_that_is_looked_up():
    assert f'[project.entry-points."{ENTRY_POINT_GROUP}"]' in PAGE


def test_the_settings_on_the_page_are_valid():
    namespace = {"__name__": "page"}
    exec(BLOCKS[1], namespace)
    assert namespace["ThanksSettings"]().shown == 5


async def test_the_test_on_the_page_passes(tmp_path, monkeypatch):
    monkeypatch.chdir(ROOT)
    namespace = {"__name__": "page"}
    exec(BLOCKS[2], namespace)
    await namespace["test_thanks_are_counted"](tmp_path)
    forget_modules("folkmoot_cog_thanks")
