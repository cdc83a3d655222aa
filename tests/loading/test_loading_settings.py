from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

import pytest

from bot.cog import Cog
from bot.config import Config, Section, load_config, setting
from bot.domain.effect import Configure
from bot.domain.ids import CommunityId
from bot.errors import CogError, UserError
from bot.loading.find import forget_modules
from bot.loading.settings import SettingsOverlay, section_models
from bot.ports.stores import StoredSettings

TARNWICK, OTHERTON = CommunityId("tarnwick"), CommunityId("otherton")


class Tone(StrEnum):
    DRY = "dry"
    WARM = "warm"


class WatchSettings(Section):
    presets: ClassVar = {"strict": {"threshold": 0.3, "words": ("oaf", "cur")}, "gentle": {"threshold": 0.9}}

    threshold: float = setting(0.5, "Score from which something is flagged.", unit="probability", ge=0, le=1)
    notice: bool = setting(default=True, description="Tell rooms.")
    words: tuple[str, ...] = setting((), "Words.")
    tone: Tone = setting(Tone.DRY, "Tone.")
    limit: int | None = setting(None, "Limit.")
    wait: timedelta = setting(timedelta(hours=2), "Wait.")
    folder: str = setting("x", "A path on the machine.", chat=False)


class Watch(Cog):
    """Watch."""

    name = "watch"
    settings = WatchSettings


class Bare(Cog):
    """No settings."""

    name = "bare"


def overlay(stored: StoredSettings | None = None, **section: object) -> SettingsOverlay:
    config = Config(cog_tables={"watch": section})
    return SettingsOverlay(config, stored or StoredSettings(), lambda: [Watch, Bare])


def test_without_a_change_the_configuration_holds():
    settings = overlay(threshold=0.4).settings_of(Watch)
    assert settings.of(TARNWICK) == settings.of(None) == WatchSettings(threshold=0.4)


def test_stored_changes_hold_in_their_community_only():
    stored = StoredSettings({TARNWICK: {"watch": {"threshold": "0.7", "notice": "false", "words": "a, b c"}}})
    settings = overlay(stored, threshold=0.4).settings_of(Watch)
    assert settings.of(TARNWICK) == WatchSettings(threshold=0.7, notice=False, words=("a", "b c"))
    assert settings.of(OTHERTON).threshold == settings.of(None).threshold == 0.4


def test_a_committed_change_is_seen_and_can_be_taken_back():
    catalog = overlay()
    settings = catalog.settings_of(Watch)
    assert settings.of(TARNWICK) is settings.of(TARNWICK)
    catalog.apply([Configure(TARNWICK, "watch", "tone", "warm")])
    assert settings.of(TARNWICK).tone is Tone.WARM
    catalog.apply([Configure(TARNWICK, "watch", "tone", None)])
    assert settings.of(TARNWICK).tone is Tone.DRY


def test_a_stored_value_that_no_longer_fits_is_left_out_alone():
    stored = StoredSettings({TARNWICK: {"watch": {"threshold": "7", "notice": "false", "gone": "1", "folder": "/"}}})
    assert overlay(stored).settings_of(Watch).of(TARNWICK) == WatchSettings(notice=False)


@pytest.mark.parametrize(
    ("name", "given", "stored"),
    [
        ("threshold", " 0.70 ", "0.7"),
        ("notice", "Off", "false"),
        ("words", "a,, b c ,", "a, b c"),
        ("words", "", ""),
        ("tone", "warm", "warm"),
        ("limit", "none", "none"),
        ("limit", "5", "5"),
        ("wait", "PT90S", "PT1M30S"),
    ],
)
def test_a_checked_value_comes_in_a_form_that_reads_back(name, given, stored):
    catalog = overlay()
    assert catalog.check("watch", name, given) == stored
    assert catalog.check("watch", name, stored) == stored


@pytest.mark.parametrize(
    ("section", "name", "value", "words"),
    [
        ("wotch", "threshold", "1", "did you mean 'watch'"),
        ("bare", "threshold", "1", "no settings called 'bare'"),
        ("watch", "treshold", "1", "did you mean 'threshold'"),
        ("watch", "threshold", "7", "7' must be at most 1"),
        ("watch", "threshold", "high", "must be a number"),
        ("watch", "folder", "/etc", "configuration file only"),
        ("watch", "words", "x" * 60_000, "500 characters at most"),
        ("y" * 60_000, "z" * 60_000, "x", "no settings called"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(section, name, value, words):
    with pytest.raises(UserError) as caught:
        overlay().check(section, name, value)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 400


def test_the_catalog_shows_what_chat_may_change_and_what_it_changed():
    catalog = overlay(StoredSettings({TARNWICK: {"watch": {"threshold": "0.7"}}}), threshold=0.4)
    shown = {info.name: info for info in catalog.all(TARNWICK)}
    assert set(shown) == {"threshold", "notice", "words", "tone", "limit", "wait"}
    threshold = shown["threshold"]
    assert (threshold.value, threshold.default, threshold.unit, threshold.changed) == (
        "0.7",
        "0.4",
        "probability",
        True,
    )
    assert not shown["tone"].changed


def test_presets_come_in_stored_form_and_pass_the_check():
    catalog = overlay()
    assert catalog.presets() == {
        "strict": {"watch": {"threshold": "0.3", "words": "oaf, cur"}},
        "gentle": {"watch": {"threshold": "0.9"}},
    }
    for sections in catalog.presets().values():
        for section, values in sections.items():
            for name, value in values.items():
                assert catalog.check(section, name, value) == value


def test_a_bad_section_stops_its_cog_with_words():
    with pytest.raises(CogError, match=r"(?s)cog 'watch': .*must be at most 1"):
        overlay(threshold=3).settings_of(Watch)


def test_the_sections_of_a_file_are_those_of_the_cogs_it_enables(tmp_path: Path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "greeter.py").write_text(
        "from bot.api import Cog, Section, setting\n"
        "class S(Section):\n    loud: bool = setting(default=False, description='Shout.')\n"
        "class Greeter(Cog):\n    '''Greet.'''\n    name = 'greeter'\n    settings = S\n"
    )
    (folder / "asleep.py").write_text("raise SystemExit\n")
    path = tmp_path / "config.toml"
    path.write_text(
        '[cogs]\nenabled = ["greeter", "nobody"]\npaths = ["own"]\n[greeter]\nloud = true\n[asleep]\nx = 1\n'
    )
    models = section_models(load_config(path))
    assert models["greeter"] is not None
    assert models["asleep"] is models["nobody"] is None
    config = load_config(path, section_models)
    assert config.section("greeter", models["greeter"]).model_dump() == {"loud": True}
    forget_modules("folkmoot_cog_greeter")
