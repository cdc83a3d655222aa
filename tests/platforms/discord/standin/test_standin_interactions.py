"""Interactions: one first answer in three seconds, more for fifteen minutes, and who sees them."""

import pytest

from tests.platforms.discord.standin.raw import call

EPHEMERAL = 64
OPTIONS = [
    {"type": 3, "name": "what", "description": "x", "autocomplete": True, "required": True},
    {"type": 6, "name": "who", "description": "x"},
]


@pytest.fixture
async def scene(standin):
    mira, rem = standin.person("mira"), standin.person("rem")
    server = standin.server("Agora", mira)
    server.join(rem)
    channel = server.channel("general")
    table = [{"name": "ask", "description": "x", "options": OPTIONS}, {"name": "Report", "type": 3}]
    await call(standin, f"PUT /applications/{standin.bot.id}/commands", table)
    return channel, mira, rem


def callback(interaction):
    return f"POST /interactions/{interaction.id}/{interaction.token}/callback?with_response=1"


def hook(standin, interaction, rest=""):
    return f"/webhooks/{standin.bot.id}/{interaction.token}{rest}"


async def test_there_is_one_first_answer_and_it_comes_in_time(standin, scene):
    channel, mira, _ = scene
    asked = mira.gives(channel, "ask", what="x")
    early = await call(standin, f"POST {hook(standin, asked)}", {"content": "early"})
    assert (early.status, early.code) == (404, 10015)
    first = await call(standin, callback(asked), {"type": 4, "data": {"content": "yes"}})
    assert first.data["resource"]["message"]["content"] == "yes"
    assert (await call(standin, callback(asked), {"type": 4, "data": {"content": "yes"}})).code == 40060
    late = mira.gives(channel, "ask", what="x")
    standin.time.advance(3.1)
    assert (await call(standin, callback(late), {"type": 5})).code == 10062
    standin.time.advance(15 * 60)
    over = await call(standin, f"POST {hook(standin, asked)}", {"content": "more"})
    assert (over.status, over.code) == (401, 50027)


async def test_a_promise_is_kept_once_and_as_private_as_it_was_made(standin, scene):
    channel, mira, rem = scene
    asked = mira.gives(channel, "ask", what="x")
    await call(standin, callback(asked), {"type": 5, "data": {"flags": EPHEMERAL}})
    assert asked.pending
    assert asked.posts == []
    kept = await call(standin, f"PATCH {hook(standin, asked, '/messages/@original')}", {"content": "there"})
    again = await call(standin, f"PATCH {hook(standin, asked, '/messages/@original')}", {"content": "there"})
    assert kept.data["id"] == again.data["id"]
    assert [post.text for post in mira.sees_alone()] == ["there"]
    assert rem.sees(channel) == []
    assert channel.standing == []
    history = await call(standin, f"GET /channels/{channel.id}/messages")
    assert history.data == []
    one = await call(standin, f"GET /channels/{channel.id}/messages/{asked.original.id}")
    assert one.code == 10008
    other = mira.gives(channel, "ask", what="y")
    await call(standin, callback(other), {"type": 5, "data": {"flags": EPHEMERAL}})
    await call(standin, f"POST {hook(standin, other)}", {"content": "kept by a follow-up"})
    await call(standin, f"POST {hook(standin, other)}", {"content": "for all"})
    assert [(post.text, post.only_for) for post in other.posts] == [("kept by a follow-up", mira.id), ("for all", None)]


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ({"title": "x" * 46}, "data.title"),
        ({"title": ""}, "data.title"),
        ({"components": []}, "data.components"),
        ({"components": [{"type": 10, "content": "x"}] * 6}, "data.components"),
        ({"components": [{"type": 2, "style": 1, "label": "x", "custom_id": "b"}]}, "data.components.0.type"),
        (
            {"components": [{"type": 18, "label": "x" * 46, "component": {"type": 4, "style": 1, "custom_id": "a"}}]},
            "data.components.0.label",
        ),
        ({"custom_id": "x" * 101}, "data.custom_id"),
    ],
)
async def test_forms_are_checked(standin, scene, form, path):
    channel, mira, _ = scene
    good = {"type": 18, "label": "Why?", "component": {"type": 4, "style": 1, "custom_id": "why"}}
    whole = {"title": "Why?", "custom_id": "form", "components": [good], **form}
    answer = await call(standin, callback(mira.gives(channel, "ask", what="x")), {"type": 9, "data": whole})
    assert (answer.status, answer.code) == (400, 50035)
    assert path in answer.errors


async def test_forms_open_at_once_or_not_at_all(standin, scene):
    channel, mira, _ = scene
    good = {"type": 18, "label": "Why?", "component": {"type": 4, "style": 1, "custom_id": "why"}}
    form = {"type": 9, "data": {"title": "Why?", "custom_id": "form", "components": [good]}}
    deferred = mira.gives(channel, "ask", what="x")
    await call(standin, callback(deferred), {"type": 5})
    assert (await call(standin, callback(deferred), form)).code == 40060
    asked = mira.gives(channel, "ask", what="x")
    await call(standin, callback(asked), form)
    submitted = mira.submits(asked, {"Why?": "because"})
    assert submitted.payload["data"]["components"][0]["component"]["value"] == "because"
    assert (await call(standin, callback(submitted), form)).code == 50035
    assert (await call(standin, callback(submitted), {"type": 4, "data": {"content": "thanks"}})).status == 200


async def test_completions_are_no_messages(standin, scene):
    channel, mira, _ = scene
    typing = mira.is_typing(channel, "ask", "what", "x")
    assert (await call(standin, callback(typing), {"type": 5})).code == 50035
    many = [{"name": str(number), "value": str(number)} for number in range(26)]
    assert (await call(standin, callback(typing), {"type": 8, "data": {"choices": many}})).code == 50035
    await call(standin, callback(typing), {"type": 8, "data": {"choices": many[:2]}})
    assert await typing.completed() == ["0", "1"]


async def test_people_can_do_only_what_their_client_offers(standin, scene):
    channel, mira, rem = scene
    with pytest.raises(LookupError):
        mira.gives(channel, "no-such-command")
    with pytest.raises(LookupError):
        mira.gives(channel, "ask")
    with pytest.raises(TypeError):
        mira.gives(channel, "ask", what=7)
    answer = mira.gives(channel, "ask", what="x")
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": "go", "custom_id": "go"}]}
    data = {"content": "x", "flags": EPHEMERAL, "components": [row]}
    await call(standin, callback(answer), {"type": 4, "data": data})
    with pytest.raises(PermissionError):
        rem.presses(answer.original, "go")
    pressed = mira.presses(answer.original, "go")
    await call(standin, callback(pressed), {"type": 7, "data": {"content": "done", "components": []}})
    assert answer.original.text == "done"
    assert answer.original.buttons == []


async def test_a_message_becomes_one_of_components_only_when_its_words_go(standin, scene):
    channel, _, _ = scene
    sent = await call(standin, f"POST /channels/{channel.id}/messages", {"content": "words"})
    line = f"PATCH /channels/{channel.id}/messages/{sent.data['id']}"
    modern = {"flags": 1 << 15, "components": [{"type": 10, "content": "a card"}]}
    assert "content" in (await call(standin, line, modern)).errors
    assert (await call(standin, line, {**modern, "content": None})).status == 200
    assert "content" in (await call(standin, line, {"content": "words again"})).errors


async def test_keys_that_nobody_knows_are_remembered_in_answers_too(standin, scene):
    channel, mira, _ = scene
    data = {"content": "x", "colour": "red"}
    await call(standin, callback(mira.gives(channel, "ask", what="x")), {"type": 4, "data": data})
    assert len(standin.complaints()) == 1
    standin.rest.odd.clear()
