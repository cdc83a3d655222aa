"""Where a homeserver is, as its server says it."""

import pytest
from aiohttp import web

from bot.platforms.matrix.connection.discovery import address_in, homeserver_of
from tests.platforms.matrix.homeserver.synapse import free_port


@pytest.fixture
async def server():
    """A web server that answers as it is told; gives its name and port."""
    told = {"body": b"{}", "status": 200}

    async def answer(request):
        assert request.path == "/.well-known/matrix/client"
        return web.Response(body=told["body"], status=told["status"], headers={"Location": "https://other.example"})

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port := free_port())
    await site.start()
    yield f"127.0.0.1:{port}", told
    await runner.cleanup()


async def test_the_address_that_the_server_says(server):
    name, told = server
    told["body"] = b'{"m.homeserver": {"base_url": "https://matrix.example.org/"}}'
    assert await homeserver_of(name, scheme="http") == "https://matrix.example.org"


@pytest.mark.parametrize(("status", "body"), [(404, b"{}"), (200, b"<html>"), (302, b"{}"), (200, b"[]"), (200, b"{}")])
async def test_a_server_that_says_nothing(server, status, body):
    name, told = server
    told.update(status=status, body=body)
    assert await homeserver_of(name, scheme="http") is None


@pytest.mark.parametrize("name", ["127.0.0.1:{free}", "", "a b", "x:y:z", "host:99999999"])
async def test_a_server_that_is_not_there(name):
    name = name.format(free=free_port())
    assert await homeserver_of(name, scheme="http") is None


@pytest.mark.parametrize(
    "told",
    [
        {"m.homeserver": None},
        {"m.homeserver": {"base_url": 7}},
        {"m.homeserver": {"base_url": "javascript:alert(1)"}},
        {"m.homeserver": {"base_url": 'https://x"\nuser = "y'}},
        {"m.homeserver": [["base_url", "https://x"]]},
    ],
)
def test_what_is_no_address(told):
    assert address_in(told) is None
