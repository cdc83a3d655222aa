"""The file of room addresses, and what a homeserver may answer to one."""

import pytest

from bot.errors import Gone, Unavailable
from bot.platforms.matrix.connection.aliases import AliasFile, look_up


class Scripted:
    def __init__(self, answer):
        self.answer, self.asked = answer, []

    async def ask(self, method, path):
        self.asked.append((method, path))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_what_is_kept_is_found_again_and_closed_to_others(tmp_path):
    file = AliasFile(tmp_path / "matrix")
    assert file.known() == {}
    file.keep({"#a:example.org": "!a"})
    file.keep({"#ü:example.org": "!b"})
    assert AliasFile(tmp_path / "matrix").known() == {"#a:example.org": "!a", "#ü:example.org": "!b"}
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert file.path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", ["", "[]", "{", '{"#a:x": 7, "#b:x": "@user:x", "#c:x": null}'])
def test_a_file_that_makes_no_sense_is_one_that_knows_nothing(tmp_path, content):
    file = AliasFile(tmp_path)
    file.path.write_text(content)
    assert file.known() == {}
    file.keep({"#a:x": "!a"})
    assert file.known() == {"#a:x": "!a"}


async def test_the_address_is_quoted_in_the_question():
    homeserver = Scripted({"room_id": "!a:example.org", "servers": ["example.org"]})
    assert await look_up(homeserver, "#a/b:example.org") == "!a:example.org"
    assert homeserver.asked == [("GET", "/_matrix/client/v3/directory/room/%23a%2Fb%3Aexample.org")]


@pytest.mark.parametrize("answer", [{}, {"room_id": None}, {"room_id": 7}, {"room_id": "@a:x"}])
async def test_an_answer_without_a_room_is_trouble_of_the_server(answer):
    with pytest.raises(Unavailable):
        await look_up(Scripted(answer), "#a:x")


async def test_a_room_that_is_not_there():
    with pytest.raises(Gone):
        await look_up(Scripted(Gone("no")), "#a:x")
