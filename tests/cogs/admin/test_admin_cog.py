from dataclasses import replace

import pytest

from bot.api import CogError, Configure, Health, Record, Say, SettingInfo, UserError, plain
from bot.testing.factories import room
from cogs.admin import Admin

INFOS = [
    SettingInfo("civility", "threshold", "0.8", "0.5", "Lower finds more.", "probability", changed=True),
    SettingInfo("civility", "notice", "true", "true", "Tell each room.", "", changed=False),
    SettingInfo("summaries", "issues", "5", "5", "How many issues.", "issues", changed=False),
]


class Catalog:
    def all(self, community):
        return INFOS

    def check(self, section, name, value):
        if (section, name) not in {(info.section, info.name) for info in INFOS}:
            raise UserError(f"There is no setting {section}.{name}")
        if value == "wrong":
            raise UserError("That does not fit")
        return value.lower()

    def presets(self):
        return {"gentle": {"civility": {"threshold": "0.9"}, "summaries": {"issues": "3"}}}


class Control:
    def __init__(self):
        self.done = []

    def loaded(self):
        return {"admin": "Settings.", "civility": "Flags."}

    async def load(self, name):
        self.done.append(("load", name))

    async def unload(self, name):
        if name == "admin":
            raise CogError("cog 'admin' stays")
        self.done.append(("unload", name))

    async def reload(self, name):
        self.done.append(("reload", name))


class Report:
    def __init__(self, **values):
        self.values = values

    async def health(self):
        empty = {"waiting": {}, "lag": {}, "abstained": {}, "incidents": 0, "models": {}, "not_loaded": {}}
        return Health(**{**empty, **self.values})


@pytest.fixture
def control():
    return Control()


@pytest.fixture
def cog(ports, control):
    return Admin(settings=Catalog(), cogs=control, health=Report(), catalog=ports, directory=ports)


def of_kind(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


async def test_settings_show_each_value_and_what_was_changed(ports, cog):
    text = plain(await cog.settings_of(ports.call("settings")))
    assert "threshold = 0.8 probability (changed here; the configuration says 0.5 probability)" in text
    assert "issues = 5 issues" in text
    assert "!set preset gentle" in text


async def test_a_section_is_explained(ports, cog):
    text = plain(await cog.settings_of(ports.call("settings"), "Civility"))
    assert "Lower finds more." in text
    assert "issues" not in text


async def test_an_unknown_section_is_answered_with_the_nearest(ports, cog):
    with pytest.raises(UserError, match="Did you mean summaries"):
        await cog.settings_of(ports.call("settings"), "sumaries")


async def test_a_change_is_stored_recorded_and_shown(ports, cog):
    effects = await cog.set(ports.call("set"), "Summaries.Issues", "3")
    assert of_kind(effects, Configure) == [Configure("tarnwick", "summaries", "issues", "3")]
    [record] = of_kind(effects, Record)
    assert (record.action, record.subject, dict(record.details)) == (
        "setting.changed", "summaries.issues", {"from": "5", "to": "3"},
    )  # fmt: skip
    assert record.actor == ports.call("set").caller.id
    assert "is now 3 issues; it was 5 issues" in plain(of_kind(effects, Say)[0].body)


async def test_default_goes_back_to_the_configuration(ports, cog):
    effects = await cog.set(ports.call("set"), "civility.threshold", "default")
    assert of_kind(effects, Configure) == [Configure("tarnwick", "civility", "threshold", None)]
    assert dict(of_kind(effects, Record)[0].details) == {"from": "0.8", "to": "0.5"}


@pytest.mark.parametrize(
    ("setting", "value", "hint"),
    [
        ("civility.treshold", "0.5", "There is no setting civility.treshold"),
        ("civility.treshold", "default", "Did you mean civility.threshold"),
        ("threshold", "0.5", "Which one[?].* section: civility.threshold"),
        ("civility", "0.5", "civility.threshold, civility.notice"),
        ("volume", "11", "A setting is written with its section, as in civility.threshold"),
        ("summaries.issues", "wrong", "does not fit"),
        ("preset", "gentel", "Did you mean gentle"),
    ],
)
async def test_a_change_that_cannot_be_made_changes_nothing(ports, cog, setting, value, hint):
    with pytest.raises(UserError, match=hint):
        await cog.set(ports.call("set"), setting, value)


async def test_a_preset_changes_several_settings_each_recorded(ports, cog):
    effects = await cog.set(ports.call("set"), "preset", "Gentle")
    assert of_kind(effects, Configure) == [
        Configure("tarnwick", "civility", "threshold", "0.9"),
        Configure("tarnwick", "summaries", "issues", "3"),
    ]
    assert len(of_kind(effects, Record)) == 2
    assert "civility.threshold: 0.8 → 0.9" in plain(of_kind(effects, Say)[0].body)


async def test_cogs_are_listed(ports, cog):
    assert "civility: Flags." in plain(await cog.cogs(ports.call("cogs")))


@pytest.mark.parametrize(("action", "past"), [("load", "loaded"), ("unload", "unloaded"), ("reload", "reloaded")])
async def test_a_cog_is_changed_and_it_is_recorded(ports, cog, control, action, past):
    effects = await cog.cogs(ports.call("cogs"), action, "Reading")
    assert control.done == [(action, "reading")]
    assert (of_kind(effects, Record)[0].action, of_kind(effects, Record)[0].subject) == (f"cog.{past}", "reading")


async def test_what_the_core_refuses_is_said_in_its_words(ports, cog):
    with pytest.raises(UserError, match="'admin' stays"):
        await cog.cogs(ports.call("cogs"), "unload", "admin")


async def test_without_a_name_it_asks_which(ports, cog, control):
    with pytest.raises(UserError, match="Which one"):
        await cog.cogs(ports.call("cogs"), "unload")
    assert control.done == []


async def test_health_shows_what_waits_and_what_went_wrong(ports):
    home = ports.known[0]
    square, market = room("square").id, room("market").id
    ports.known[0] = replace(home, rooms=home.rooms | {square, market})
    ports.conversations[market] = room("market")
    ports.unread[home.id] = {square: 1, market: 3}
    report = Report(
        waiting={"events": 0, "civility.judge": 12, "thanks.count": 1},
        lag={"civility.judge": 95.0, "thanks.count": 0.2},
        abstained={"not English": 3, "too long": 0},
        incidents=2,
        models={"classifier": "tiny 1"},
        room_lag={square: 12.0, market: 250.0, "fake:elsewhere": 9999.0},
    )
    text = plain(
        await Admin(settings=Catalog(), cogs=Control(), health=report, catalog=ports, directory=ports).health(
            ports.call("health")
        )
    )
    assert "Messages for civility to judge: 12, the oldest for 2 min" in text
    assert "commands to handle" not in text, "nothing of it waits"
    assert "thanks" not in text, "that came with the question"
    assert "not English: 3" in text
    assert "too long" not in text
    assert "classifier: tiny 1" in text
    assert "2 failures since the start" in text
    assert "Furthest behind is market: its newest message was stored 4 min after it was sent" in text
    assert "elsewhere" not in text
    assert "3 messages could not be decrypted in market" in text
    assert f"1 message could not be decrypted in {square}" in text


async def test_health_without_trouble_says_so(ports, cog):
    text = plain(await cog.health(ports.call("health")))
    assert "Nothing went wrong" in text
    assert "Nothing waits" in text
    assert "Furthest behind" not in text
    assert "decrypted" not in text


async def test_a_preset_that_holds_already_changes_nothing(ports, cog, monkeypatch):
    monkeypatch.setattr(Catalog, "presets", lambda _: {"mild": {"civility": {"threshold": "0.8"}}})
    effects = await cog.set(ports.call("set"), "preset", "mild")
    assert of_kind(effects, Configure) == of_kind(effects, Record) == []
    assert "changes nothing" in plain(of_kind(effects, Say)[0].body)
